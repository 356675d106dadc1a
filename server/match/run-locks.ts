/**
 * Says which runs are being worked on, by any node: each run holds an advisory lock in this node's database session, and the database
 * lets go of it when the node dies. Used by desk, which fails runs that nobody holds.
 */
import pg from 'pg';
import type { Database } from '../database.ts';

/** Keeps these locks apart from others in the database; the number has no meaning. */
const LOCK_FAMILY = 72707373;

export interface RunLocks {
  /** True if this node now holds the run: nobody worked on it, this node neither. */
  take(runId: string): Promise<boolean>;
  release(runId: string): Promise<void>;
  close(): Promise<void>;
}

export function createRunLocks(database: Database): RunLocks {
  let session: Promise<pg.Client> | null = null;

  /** One connection for all locks; a new one after it broke. Runs of a broken session end as somebody else's decision. */
  function connected(): Promise<pg.Client> {
    session ??= (async () => {
      const client = new pg.Client(database.pool.options as pg.ClientConfig);
      client.on('error', () => {});
      client.on('end', () => {
        session = null;
      });
      await client.connect();
      return client;
    })().catch((error) => {
      session = null;
      throw error;
    });
    return session;
  }

  // A connection takes one query at a time.
  let last: Promise<unknown> = Promise.resolve();
  function ask(sql: string, runId: string): Promise<boolean> {
    const answer = last.then(async () => {
      const client = await connected();
      const { rows } = await client.query<{ held: boolean }>(sql, [LOCK_FAMILY, runId]);
      return rows[0]?.held === true;
    });
    last = answer.catch(() => {});
    return answer;
  }

  /** A session may take its own lock again, so what this node holds is known here. */
  const held = new Set<string>();

  return {
    async take(runId) {
      if (held.has(runId)) return false;
      held.add(runId);
      const isTaken = await ask('SELECT pg_try_advisory_lock($1, hashtext($2)) AS held', runId).catch((error) => {
        held.delete(runId);
        throw error;
      });
      if (!isTaken) held.delete(runId);
      return isTaken;
    },
    async release(runId) {
      await ask('SELECT pg_advisory_unlock($1, hashtext($2)) AS held', runId);
      held.delete(runId);
    },
    async close() {
      const client = await session?.catch(() => null);
      await client?.end();
    },
  };
}
