/** Holds a sheet's row in the database, so that a test can look at a commit while it is under way. */
import type pg from 'pg';
import type { Database } from '../../server/database.ts';

export interface HeldLock {
  /** Resolves when somebody waits for the row. */
  awaited(): Promise<void>;
  release(): Promise<void>;
  /** Freezes the sheet, and lets go of it. */
  freeze(): Promise<void>;
}

export async function holdSheet(database: Database, sheetId: string): Promise<HeldLock> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT id FROM sheet WHERE id = $1 FOR UPDATE', [sheetId]);
  return { ...heldBy(database, client), freeze };

  async function freeze() {
    await client.query('UPDATE sheet SET frozen = true WHERE id = $1', [sheetId]);
    await client.query('COMMIT');
    client.release();
  }
}

/** Holds the log of all sheets, so that nothing is read from it or written: a test can look at what happens while a sheet loads. */
export async function holdLog(database: Database): Promise<Omit<HeldLock, 'freeze'>> {
  const client = await database.pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE sheet_update IN ACCESS EXCLUSIVE MODE');
  return heldBy(database, client);
}

function heldBy(database: Database, client: pg.PoolClient): Omit<HeldLock, 'freeze'> {
  return {
    async awaited() {
      for (;;) {
        const { rows } = await database.pool.query(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        if (rows.length > 0) return;
      }
    },
    async release() {
      await client.query('ROLLBACK');
      client.release();
    },
  };
}
