/**
 * The bell over LISTEN and NOTIFY of the database that the nodes share. While one NOTIFY is under way rings wait, and the next takes them all:
 * notifying commits share one lock of the whole server, so there must be few of them. Used by compose.
 */
import pg from 'pg';
import { type Bell, Ears } from './bell.ts';
import { ENVELOPE_BYTES, type Envelopes, type Letter, letterBytes, pack } from './bell-letters.ts';
import type { Telemetry } from './telemetry.ts';

const CHANNEL = 'node_bell';
/** PostgreSQL takes less than 8,000 bytes of text; in base64 that is 5,997 bytes. */
const PLAIN_BYTES_MAX = 5_997 - ENVELOPE_BYTES;
/** A topic and the marks of a letter take the rest. */
const BODY_BYTES_MAX = 5_850;
/** Rings that wait while the database is slow; more are dropped, and the log fills the gap. */
const WAITING_BYTES_MAX = 4 << 20;
const RECONNECT_MS = 250;
const RECONNECT_MS_MAX = 5_000;
/** A connection that takes no NOTIFY for so long is replaced. */
const NOTIFY_MS_MAX = 5_000;

export async function postgresBell(options: {
  /** A connection of its own that speaks to the server directly: a transaction pooler loses LISTEN. */
  connection: pg.ClientConfig;
  envelopes: Envelopes;
  telemetry: Telemetry;
}): Promise<Bell> {
  const { connection, envelopes, telemetry } = options;
  const ears = new Ears();
  let waiting: Letter[] = [];
  let waitingBytes = 0;
  let client: pg.Client | null = null;
  let flushing: Promise<void> | null = null;
  let isClosed = false;
  let retry: NodeJS.Timeout | undefined;
  let retryMs = RECONNECT_MS;

  async function connect(): Promise<void> {
    const next = new pg.Client({ ...connection, query_timeout: NOTIFY_MS_MAX, connectionTimeoutMillis: NOTIFY_MS_MAX });
    next.on('error', () => {});
    next.on('notification', ({ payload }) => hear(payload ?? ''));
    try {
      await next.connect();
      // A ring that is lost with the server costs time only, so nobody waits for the disk while holding the lock.
      await next.query('SET synchronous_commit = off');
      await next.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      next.end().catch(() => {});
      throw error;
    }
    if (isClosed) return void next.end().catch(() => {});
    next.on('end', () => lose(next));
    client = next;
    retryMs = RECONNECT_MS;
  }

  function lose(lost: pg.Client): void {
    if (client !== lost) return;
    client = null;
    waiting = [];
    waitingBytes = 0;
    lost.end().catch(() => {});
    if (isClosed) return;
    telemetry.event('bell.lost');
    comeBack();
  }

  function comeBack(): void {
    retry = setTimeout(() => {
      connect().then(
        () => {
          if (isClosed) return;
          telemetry.event('bell.back');
          ears.missed();
        },
        () => {
          retryMs = Math.min(2 * retryMs, RECONNECT_MS_MAX);
          if (!isClosed) comeBack();
        },
      );
    }, retryMs);
  }

  function hear(payload: string): void {
    const found = envelopes.open(Buffer.from(payload, 'base64'));
    for (const { topic, body } of found?.letters ?? []) ears.hear(topic, body, found?.node ?? '');
  }

  async function flush(): Promise<void> {
    // What is rung in the same turn of the event loop goes together.
    await new Promise((turn) => setImmediate(turn));
    while (waiting.length > 0 && client) {
      const through = client;
      const payloads = pack(waiting, PLAIN_BYTES_MAX).map((letters) => envelopes.seal(letters).toString('base64'));
      waiting = [];
      waitingBytes = 0;
      const text = `SELECT pg_notify('${CHANNEL}', payload) FROM unnest($1::text[]) payload`;
      await through.query({ name: 'ring', text, values: [payloads] }).catch(() => lose(through));
    }
    flushing = null;
  }

  await connect();
  return {
    node: envelopes.node,
    reachesOthers: true,
    bodyBytesMax: BODY_BYTES_MAX,
    ring(topic, body) {
      if (!client || body.length > BODY_BYTES_MAX || waitingBytes > WAITING_BYTES_MAX) return;
      const letter = { topic, body };
      waiting.push(letter);
      waitingBytes += letterBytes(letter);
      flushing ??= flush();
    },
    join: async (topic, hear) => {
      ears.add(topic, hear);
      return () => void ears.remove(topic, hear);
    },
    onMissed: (run) => ears.onMissed(run),
    async close() {
      if (client) await flushing;
      isClosed = true;
      clearTimeout(retry);
      const last = client;
      client = null;
      await last?.end().catch(() => {});
    },
  };
}
