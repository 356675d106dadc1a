/** A connection that listens to a channel of the database, and comes back by itself when it breaks. Used by the bell and by the watch over rights. */
import pg from 'pg';

const RECONNECT_MS = 250;
const RECONNECT_MS_MAX = 5_000;
/** A connection on which a query takes so long is replaced. */
const ANSWER_MS_MAX = 5_000;

export interface Listening {
  /** Null while it is broken. */
  readonly client: pg.Client | null;
  /** Gives a connection up that does not work as it should. */
  drop(client: pg.Client): void;
  close(): Promise<void>;
}

export async function listenTo(options: {
  /** It speaks to the server directly: a transaction pooler loses LISTEN. */
  connection: pg.ClientConfig;
  channel: string;
  /** What the connection is called in pg_stat_activity, after the program's own name. */
  name: string;
  settings?: string;
  hear(payload: string): void;
  onLost?(): void;
  /** It is back; what was notified meanwhile is unknown. */
  onBack(): void;
}): Promise<Listening> {
  const { connection, channel, name, settings, hear, onLost, onBack } = options;
  let client: pg.Client | null = null;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = RECONNECT_MS;

  async function connect(): Promise<void> {
    const next = new pg.Client({
      ...connection,
      application_name: `${connection.application_name ?? ''} ${name}`.trim(),
      query_timeout: ANSWER_MS_MAX,
      connectionTimeoutMillis: ANSWER_MS_MAX,
    });
    next.on('error', () => {});
    next.on('notification', ({ payload }) => hear(payload ?? ''));
    try {
      await next.connect();
      if (settings) await next.query(settings);
      await next.query(`LISTEN ${channel}`);
    } catch (error) {
      next.end().catch(() => {});
      throw error;
    }
    // Only from here on does its end begin another: one that never came up is tried again by whoever tried it.
    next.on('end', () => drop(next));
    if (isClosed) return void next.end().catch(() => {});
    client = next;
    retryMs = RECONNECT_MS;
  }

  function drop(lost: pg.Client): void {
    if (client !== lost) return;
    client = null;
    lost.end().catch(() => {});
    if (isClosed) return;
    onLost?.();
    comeBack();
  }

  function comeBack(): void {
    retry = setTimeout(() => {
      connect().then(
        () => {
          if (!isClosed) onBack();
        },
        () => {
          retryMs = Math.min(2 * retryMs, RECONNECT_MS_MAX);
          if (!isClosed) comeBack();
        },
      );
    }, retryMs);
  }

  await connect();
  return {
    get client() {
      return client;
    },
    drop,
    async close() {
      isClosed = true;
      clearTimeout(retry);
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}
