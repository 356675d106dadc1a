/** A fresh migrated database for a test: a clone of the run's template. Databases go with the cluster at the end of the run. */
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { connection, type Database, openDatabase } from '../../server/database.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { databaseUrl } from './postgres.ts';

const opened: Database[] = [];
let count = 0;

// Runs for the test file that imports this; connections left open would keep the cluster from stopping at once.
afterAll(async () => {
  for (const database of opened.splice(0)) await database.close();
});

/** Address of a new clone; for tests that open it more than once, as two nodes do. */
export async function testDatabaseUrl(): Promise<string> {
  const cluster = inject('postgres');
  const name = `t_${process.pid}_${process.env.VITEST_POOL_ID ?? 0}_${Date.now().toString(36)}_${count++}`;
  const admin = new pg.Client(connection(cluster));
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE "${name}" TEMPLATE template`);
  } finally {
    await admin.end();
  }
  return databaseUrl(cluster, name);
}

/** Opens a new clone; closed after the file's tests at the latest. */
export async function testDatabase(): Promise<Database> {
  const database = await openDatabase(await testDatabaseUrl(), { connectionsMax: 5, telemetry: telemetryTo(() => {}) });
  opened.push(database);
  return database;
}
