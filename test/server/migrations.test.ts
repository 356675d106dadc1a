import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { expect, inject, onTestFinished, test } from 'vitest';
import { connection } from '#server/database.ts';
import { type Migration, migrate, readMigrations } from '#server/migrations.ts';
import { databaseUrl } from '../support/postgres.ts';

const migration = (name: string, sql: string, checksum = `sum of ${name}`): Migration => ({ name, sql, checksum });
const one = migration('1_one', 'CREATE TABLE one (n int)');
const two = migration('2_two', 'ALTER TABLE one ADD COLUMN m int');

/** A database without any table; several sessions may be opened on it. */
async function emptyDatabase(): Promise<() => Promise<pg.Client>> {
  const cluster = inject('postgres');
  const name = `m_${randomUUID()}`;
  const open = async (url: string) => {
    const client = new pg.Client(connection(url));
    await client.connect();
    onTestFinished(() => client.end());
    return client;
  };
  await (await open(cluster)).query(`CREATE DATABASE "${name}"`);
  return () => open(databaseUrl(cluster, name));
}

const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );

test('[DB20] migrations are applied once, in order, and recorded as Prisma records them', async () => {
  const session = await (await emptyDatabase())();
  expect(await migrate(session, [one, two])).toEqual(['1_one', '2_two']);
  expect(await migrate(session, [one, two])).toEqual([]);
  const { rows } = await session.query(
    'SELECT migration_name, checksum, applied_steps_count, finished_at FROM _prisma_migrations ORDER BY 1',
  );
  expect(rows).toEqual([
    { migration_name: '1_one', checksum: 'sum of 1_one', applied_steps_count: 1, finished_at: expect.any(Date) },
    { migration_name: '2_two', checksum: 'sum of 2_two', applied_steps_count: 1, finished_at: expect.any(Date) },
  ]);
});

test('[DB21] a migration that fails leaves the database as it was before it, and the next start tries again', async () => {
  const session = await (await emptyDatabase())();
  const broken = migration('2_two', 'CREATE TABLE half (n int); SELECT 1/0');
  expect(await messageOf(migrate(session, [one, broken]))).toBe(
    'MigrationError: Migration 2_two failed (SQLSTATE 22012); the database is as it was before it.',
  );
  expect((await session.query(`SELECT to_regclass('one') AS one, to_regclass('half') AS half`)).rows).toEqual([
    { one: 'one', half: null },
  ]);
  expect(await migrate(session, [one, two])).toEqual(['2_two']);
});

test('[DB22] a database that went another way is refused unchanged: an edited migration, an unknown one, one left half-done', async () => {
  const session = await (await emptyDatabase())();
  await migrate(session, [one]);
  expect(await messageOf(migrate(session, [{ ...one, checksum: 'other' }, two]))).toContain(
    'Migration 1_one was edited after this database applied it.',
  );
  expect(await messageOf(migrate(session, [two]))).toContain(
    'migration 1_one, which this version does not know: a newer version wrote it',
  );
  await session.query('UPDATE _prisma_migrations SET finished_at = NULL');
  expect(await messageOf(migrate(session, [one, two]))).toContain(
    'Migration 1_one was begun by another tool and never finished.',
  );
  expect(
    (await session.query(`SELECT column_name FROM information_schema.columns WHERE table_name = 'one'`)).rows,
  ).toEqual([{ column_name: 'n' }]);
});

test('[DB23] nodes that start together apply each migration once', async () => {
  const session = await emptyDatabase();
  const sessions = await Promise.all([session(), session(), session()]);
  const applied = await Promise.all(sessions.map((client) => migrate(client, [one, two])));
  expect(applied.flat().sort()).toEqual(['1_one', '2_two']);
});

test('[DB24] the migrations of this version take an empty database to the schema, in the order of their names', async () => {
  const migrations = await readMigrations();
  expect(migrations.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name).toSorted());
  expect(migrations[0]?.checksum).toMatch(/^[0-9a-f]{64}$/);
  const session = await (await emptyDatabase())();
  await migrate(session, migrations);
  expect((await session.query('SELECT count(*)::int AS sheets FROM sheet')).rows).toEqual([{ sheets: 0 }]);
});
