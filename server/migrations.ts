/** Brings a database to the schema of this version: applies prisma/migrations in order; used whenever a database is opened. */
import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The part of a pg client that is needed here. */
export interface SqlSession {
  query(sql: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

export interface Migration {
  name: string;
  sql: string;
  /** sha256 of the file, hex: what Prisma's own engine stores. */
  checksum: string;
}

/** The database and the program do not fit together, and nothing was changed. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  readonly speaksPlainly = true;
}

/** The advisory lock that Prisma Migrate takes too: nodes that start together wait for one another. */
const LOCK = 72707369;

const TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

export async function readMigrations(
  dir = fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
): Promise<Migration[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Applies what is missing, each migration in one transaction with its entry, and returns their names. Throws MigrationError. */
export async function migrate(session: SqlSession, migrations: Migration[]): Promise<string[]> {
  await session.query('SELECT pg_advisory_lock($1)', [LOCK]);
  try {
    await session.query(TABLE);
    const missing = compare(await history(session), migrations);
    for (const migration of missing) await apply(session, migration);
    return missing.map(({ name }) => name);
  } finally {
    await session.query('SELECT pg_advisory_unlock($1)', [LOCK]);
  }
}

interface Entry {
  name: string;
  checksum: string;
  finished: boolean;
}

async function history(session: SqlSession): Promise<Entry[]> {
  const { rows } = await session.query(
    `SELECT migration_name AS name, checksum, finished_at IS NOT NULL AS finished
     FROM "_prisma_migrations" WHERE rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows as unknown as Entry[];
}

/** The migrations still to apply, or a MigrationError when the database went another way than this program knows. */
function compare(entries: Entry[], migrations: Migration[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum, finished } of entries) {
    const migration = known.get(name);
    if (!migration)
      throw new MigrationError(
        `The database has migration ${name}, which this version does not know: a newer version wrote it. Run that version or a later one.`,
      );
    if (!finished)
      throw new MigrationError(
        `Migration ${name} was begun by another tool and never finished. Undo its changes, set rolled_back_at in _prisma_migrations, and start again.`,
      );
    if (checksum !== migration.checksum)
      throw new MigrationError(
        `Migration ${name} was edited after this database applied it. Restore prisma/migrations/${name}/migration.sql and write a new migration instead.`,
      );
  }
  const done = new Set(entries.map(({ name }) => name));
  return migrations.filter(({ name }) => !done.has(name));
}

async function apply(session: SqlSession, { name, sql, checksum }: Migration): Promise<void> {
  await session.query('BEGIN');
  try {
    await session.query(sql);
    await session.query(
      `INSERT INTO "_prisma_migrations" (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
    await session.query('COMMIT');
  } catch (error) {
    await session.query('ROLLBACK');
    const { code } = error as { code?: string };
    throw new MigrationError(
      `Migration ${name} failed${code ? ` (SQLSTATE ${code})` : ''}; the database is as it was before it.`,
      { cause: error },
    );
  }
}
