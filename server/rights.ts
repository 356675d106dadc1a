/**
 * Tells the server that somebody's rights changed, whoever changed them: the database rings (trigger `rights_bell`)
 * when a session, a membership or a seat in a pool changes, and a clock notices sessions that run out.
 */
import type pg from 'pg';
import type { Database } from './database.ts';
import { listenTo } from './listening.ts';
import type { Telemetry } from './telemetry.ts';

/** Null means: anybody's, look at everybody. */
export type RightsChange = { userId: string } | { organizationId: string } | null;

/** A right that is lost must close its sockets within a second; expiry is looked at this often. */
const EXPIRY_CHECK_MS = 500;

export async function watchRights(options: {
  database: Database;
  onChange: (change: RightsChange) => void;
  telemetry: Telemetry;
}): Promise<{ close(): Promise<void> }> {
  let since = new Date();

  const line = await listenTo({
    connection: options.database.pool.options as pg.ClientConfig,
    channel: 'rights_bell',
    name: 'rights',
    hear(payload) {
      const [kind, id] = payload.split(':');
      if (!id) options.onChange(null);
      else options.onChange(kind === 'user' ? { userId: id } : { organizationId: id });
    },
    onLost: () => options.telemetry.event('rights.lost'),
    // What rang while nobody listened is unknown.
    onBack: () => options.onChange(null),
  });

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

  return {
    async close() {
      clearInterval(expiry);
      await line.close();
    },
  };
}
