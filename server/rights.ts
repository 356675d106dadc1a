/**
 * Tells the server that somebody's rights changed, whoever changed them: the database rings (trigger `rights_bell`)
 * when a session, a membership or a seat in a pool changes, and a clock notices sessions that run out.
 */
import pg from 'pg';
import type { Database } from './database.ts';
import type { Telemetry } from './telemetry.ts';

/** Null means: anybody's, look at everybody. */
export type RightsChange = { userId: string } | { organizationId: string } | null;

/** A right that is lost must close its sockets within a second; expiry is looked at this often. */
const EXPIRY_CHECK_MS = 500;
const RECONNECT_MS = 250;

export async function watchRights(options: {
  database: Database;
  onChange: (change: RightsChange) => void;
  telemetry: Telemetry;
}): Promise<{ close(): Promise<void> }> {
  let closed = false;
  let client: pg.Client | null = null;
  let retry: NodeJS.Timeout | undefined;
  let since = new Date();

  async function connect(): Promise<void> {
    const next = new pg.Client(options.database.pool.options as pg.ClientConfig);
    next.on('error', () => {});
    next.on('end', () => {
      client = null;
      if (!closed) retry = setTimeout(reconnect, RECONNECT_MS);
    });
    next.on('notification', ({ payload }) => {
      const [kind, id] = (payload ?? '').split(':');
      if (!id) options.onChange(null);
      else options.onChange(kind === 'user' ? { userId: id } : { organizationId: id });
    });
    await next.connect();
    await next.query('LISTEN rights_bell');
    client = next;
  }

  function reconnect(): void {
    if (closed) return;
    connect().then(
      // What rang while nobody listened is unknown.
      () => options.onChange(null),
      (error) => {
        options.telemetry.fault('rights.listen', error);
        retry = setTimeout(reconnect, RECONNECT_MS);
      },
    );
  }

  let checking = false;
  const expiry = setInterval(async () => {
    if (checking) return;
    checking = true;
    try {
      const now = new Date();
      const ended = await options.database.prisma.session.findMany({
        where: { expiresAt: { gt: since, lte: now } },
        select: { userId: true },
        take: 1000,
      });
      since = now;
      for (const { userId } of ended) options.onChange({ userId });
    } catch (error) {
      options.telemetry.fault('rights.expiry', error);
    } finally {
      checking = false;
    }
  }, EXPIRY_CHECK_MS);

  await connect();
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      clearInterval(expiry);
      await client?.end();
    },
  };
}
