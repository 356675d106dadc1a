import { createServer } from 'node:net';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { type Database, type DatabaseOptions, openDatabase } from '#server/database.ts';
import { telemetryTo } from '#server/telemetry.ts';
import { testDatabase, testDatabaseUrl } from '../support/database.ts';

async function open(url: string, options: DatabaseOptions = {}): Promise<{ database: Database; said: string[] }> {
  const said: string[] = [];
  const database = await openDatabase(url, {
    connectionsMax: 3,
    telemetry: telemetryTo((line) => said.push(line)),
    ...options,
  });
  onTestFinished(() => database.close());
  return { database, said };
}

test('[DB1] every connection of the pool speaks UTC, whatever the server, the database or the address say', async () => {
  const url = new URL(await testDatabaseUrl());
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`ALTER DATABASE "${url.pathname.slice(1)}" SET TimeZone = 'America/New_York'`);
  await admin.end();
  const plain = new pg.Client({ connectionString: url.href });
  await plain.connect();
  expect((await plain.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'America/New_York' }]);
  await plain.end();
  url.searchParams.set('options', '-c TimeZone=America/New_York -c work_mem=5MB');
  const { pool, prisma } = (await open(url.href)).database;
  const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
  for (const client of clients) {
    const { rows } = await client.query(
      `SELECT current_setting('TimeZone') AS zone, current_setting('work_mem') AS memory`,
    );
    expect(rows).toEqual([{ zone: 'UTC', memory: '5MB' }]);
    client.release();
  }
  expect(await prisma.$queryRaw`SELECT current_setting('TimeZone') AS zone`).toEqual([{ zone: 'UTC' }]);
});

test('[DB2] what Prisma writes the pool reads, and the other way round', async () => {
  const { prisma, pool } = await testDatabase();
  const { id } = await prisma.programme.create({ data: { slug: 'reserve', name: 'Reserve' } });
  expect((await pool.query('SELECT slug FROM programme WHERE id = $1', [id])).rows).toEqual([{ slug: 'reserve' }]);
  await pool.query(`UPDATE programme SET name = 'Vault'`);
  expect(await prisma.programme.findUniqueOrThrow({ where: { slug: 'reserve' } })).toMatchObject({ id, name: 'Vault' });
});

test('[DB16] connections that break are told and replaced; the pool and Prisma go on', async () => {
  const url = await testDatabaseUrl();
  const { database, said } = await open(url);
  await database.prisma.programme.count();
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
  );
  await admin.end();
  await expect.poll(() => said.join()).toContain('database.connection-lost');
  expect(await database.prisma.programme.count()).toBe(0);
  expect((await database.pool.query('SELECT 1 AS n')).rows).toEqual([{ n: 1 }]);
});

test('[DB17] a server that cannot be used is named with the reason and the remedy, never with the password', async () => {
  const missing = new URL(await testDatabaseUrl());
  missing.pathname = '/nowhere';
  missing.password = 'hunter2';
  const quiet = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => quiet.once('listening', done));
  const { port } = quiet.address() as { port: number };
  await new Promise((done) => quiet.close(done));
  const messages = await Promise.all(
    [missing.href, `postgresql://lode:hunter2@127.0.0.1:${port}/lode`].map((url) =>
      openDatabase(url, { connectMsMax: 300 }).then(
        () => 'it opened',
        (error: Error) => error.message,
      ),
    ),
  );
  expect(messages).toEqual([
    `The database nowhere on ${missing.searchParams.get('host')} does not exist (3D000). Check DATABASE_URL and the server.`,
    `The database lode on 127.0.0.1:${port} does not listen (ECONNREFUSED). Check DATABASE_URL and the server.`,
  ]);
});

test('[DB18] a fault of the database is told by kind, code and place, never with a value of a row', async () => {
  const { prisma, pool } = await testDatabase();
  const said: string[] = [];
  const telemetry = telemetryTo((line) => said.push(line));
  const data = { slug: 'secret-slug', name: 'Secret Name' };
  await prisma.programme.create({ data });
  await prisma.programme.create({ data }).catch((error) => telemetry.fault('programme', error));
  await pool
    .query('INSERT INTO programme (id, slug, name) VALUES (gen_random_uuid(), $1, $2)', [data.slug, data.name])
    .catch((error) => telemetry.fault('programme', error, { attempt: 2 }));
  telemetry.fault('thrown', 'Secret Name');
  const faults = said.map((line) => JSON.parse(line));
  expect(faults).toMatchObject([
    { level: 'fault', name: 'programme', code: 'P2002' },
    { level: 'fault', name: 'programme', code: '23505', constraint: 'programme_slug_key', attempt: 2 },
    { level: 'fault', name: 'thrown', kind: 'string' },
  ]);
  expect(said.join()).not.toMatch(/secret/i);
});
