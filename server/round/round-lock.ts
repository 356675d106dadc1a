/** One node at a time works on a round or a pool: the others wait, and then find the work done. Used by advance. */
import pg from 'pg';
import type { Database } from '../database.ts';

/** Keeps these locks apart from others in the database; the number has no meaning. */
const LOCK_FAMILY = 72707374;

/** The lock is a session's of its own, so that it goes with the node when that dies. Throws where another node holds it longer than a statement may take. */
export async function alone<T>(database: Database, id: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client(database.pool.options as pg.ClientConfig);
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1, hashtext($2))', [LOCK_FAMILY, id]);
    return await work();
  } finally {
    await client.end().catch(() => {});
  }
}
