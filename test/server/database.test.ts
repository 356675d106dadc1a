import pg from 'pg';
import { expect, test } from 'vitest';
import { openDatabase } from '#server/database.ts';
import { testDatabase, testDatabaseUrl } from '../support/database.ts';

test('[DB1] every connection of the pool speaks UTC, whatever the server, the database or the address say', async () => {
  const url = new URL(await testDatabaseUrl());
  const admin = new pg.Client({ connectionString: url.href });
  await admin.connect();
  await admin.query(`ALTER DATABASE "${url.pathname.slice(1)}" SET TimeZone = 'America/New_York'`);
  await admin.end();
  url.searchParams.set('options', '-c TimeZone=America/New_York -c work_mem=5MB');
  const plain = new pg.Client({ connectionString: url.href });
  await plain.connect();
  expect((await plain.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'America/New_York' }]);
  await plain.end();
  const { pool, prisma, close } = await openDatabase(url.href);
  const clients = await Promise.all([pool.connect(), pool.connect(), pool.connect()]);
  for (const client of clients) {
    expect(
      (await client.query("SELECT current_setting('TimeZone') zone, current_setting('work_mem') memory")).rows,
    ).toEqual([{ zone: 'UTC', memory: '5MB' }]);
    client.release();
  }
  expect(await prisma.$queryRaw`SELECT current_setting('TimeZone') AS zone`).toEqual([{ zone: 'UTC' }]);
  await close();
});

test('[DB2] a clone has the whole schema and is written through Prisma and through the pool alike', async () => {
  const { prisma, pool } = await testDatabase();
  const programme = await prisma.programme.create({ data: { slug: 'reserve', name: 'Reserve' } });
  expect((await pool.query('SELECT slug FROM programme WHERE id = $1', [programme.id])).rows).toEqual([
    { slug: 'reserve' },
  ]);
});
