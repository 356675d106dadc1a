/** `npm run bench:history`: what the history of a sheet costs, with 5,000 and 50,000 updates in its log. Prints one table; no test depends on it. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import * as Y from 'yjs';
import { connection, type Database, openDatabase } from '../../server/database.ts';
import { startEmbedded } from '../../server/embedded-postgres.ts';
import { compact } from '../../server/sync/compact.ts';
import { readChanges, readState, seqBefore } from '../../server/sync/history.ts';
import { loadSheet } from '../../server/sync/sheet-store.ts';
import { append, appendSeed, type LogEntry } from '../../server/sync/update-log.ts';
import { verifySheet } from '../../server/sync/verify-sheet.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { exportWorkspace } from '../../server/workspace-export.ts';
import { removeFolder, temporaryFolder } from '../support/server.ts';
import { makeSpace } from '../support/sheet-space.ts';

const ROWS = 500;
const COLUMNS = ['note', 'quantity', 'unit'];
const START = new Date('2026-11-24T10:00:00.000Z').getTime();
const RUNS = 5;

const dataDir = temporaryFolder();
const embedded = await startEmbedded({ dataDir });
const database = await openDatabase(embedded.url, { telemetry: telemetryTo(() => {}) });

/** Lowest of several runs, in milliseconds. */
async function lowest(work: () => Promise<unknown>, runs = RUNS): Promise<string> {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const begun = performance.now();
    await work();
    best = Math.min(best, performance.now() - begun);
  }
  return `${best.toFixed(best < 10 ? 1 : 0)} ms`;
}

/** A sheet of 500 lines in which one person typed so many cells, a second apart; compacted as the server does. */
async function sheetOf(target: Database, updates: number): Promise<string> {
  const { sheets, people } = await makeSpace(target);
  const { userId, organizationId } = people.ana;
  const sheetId = sheets.maker;
  const cells = { note: 'start', mineral: 'gallium', quantity: 5, unit: 'kg', form: 'ga-metal' };
  const rows = Array.from({ length: ROWS }, (_, index) => ({ id: `r${index}`, cells }));
  let head = await appendSeed(target.pool, { sheetId, userId, organizationId, at: new Date(START), rows });
  const doc = (await loadSheet(target.pool, sheetId))?.doc ?? new Y.Doc();
  const map = doc.getMap<Y.Map<string>>('rows');
  let bytes = new Uint8Array();
  doc.on('update', (update: Uint8Array) => {
    bytes = new Uint8Array(update);
  });
  const client = await target.pool.connect();
  for (let done = 0; done < updates; ) {
    const entries: LogEntry[] = [];
    for (const end = done + 1_000; done < end; done++) {
      const [row, column, after] = [`r${(done * 7) % ROWS}`, COLUMNS[done % COLUMNS.length] ?? 'note', `${done}`];
      const before = map.get(row)?.get(column);
      map.get(row)?.set(column, after);
      const newClients = done === 0 ? [doc.clientID] : [];
      const at = new Date(START + done * 1_000);
      entries.push({ userId, organizationId, at, bytes, steps: [{ row, column, before, after }], newClients });
    }
    head = (await append(target.pool, [{ sheetId, ...head, entries }])).get(sheetId) ?? head;
    await compact(client, sheetId);
  }
  client.release();
  return sheetId;
}

async function figures(updates: number): Promise<string[]> {
  const sheetId = await sheetOf(database, updates);
  const client = await database.pool.connect();
  const middle = BigInt(updates / 2 + 2_400);
  const out = [
    await lowest(() => loadSheet(database.pool, sheetId)),
    await lowest(() => readState(client, sheetId, middle)),
    await lowest(() => seqBefore(client, sheetId, new Date(START + (updates / 3) * 1_000))),
    await lowest(() => readChanges(client, sheetId, {}, null)),
    await lowest(() => readChanges(client, sheetId, { row: 'r7', column: 'note' }, null)),
    await lowest(() => verifySheet(client, sheetId), 2),
  ];
  await client.query('DELETE FROM sheet_snapshot WHERE sheet_id = $1', [sheetId]);
  await client.query('DELETE FROM sheet_checkpoint WHERE sheet_id = $1', [sheetId]);
  out.push(await lowest(() => loadSheet(database.pool, sheetId), 2));
  out.push(await lowest(() => readState(client, sheetId, middle), 2));
  client.release();
  return out;
}

try {
  const small = await figures(5_000);
  const large = await figures(50_000);
  const names = [
    'open the sheet: snapshot and tail',
    'the sheet as of the middle of its log',
    'the number of a moment',
    'newest page of changes',
    'changes of one cell',
    'check everything of the sheet (replay)',
    'open without a snapshot',
    'as of the middle without checkpoints',
  ];
  console.log('\n| what | 5,000 updates | 50,000 updates |\n|---|---|---|');
  for (const [index, name] of names.entries()) console.log(`| ${name} | ${small[index]} | ${large[index]} |`);
  const client = new pg.Client(connection(embedded.url));
  await client.connect();
  const file = join(dataDir, 'bench.gz');
  const took = await lowest(() => exportWorkspace(client, file, new Date()), 1);
  console.log(`| export of both | | ${took}, ${(statSync(file).size / 1e6).toFixed(1)} MB |`);
  await client.end();
} finally {
  await database.close();
  await embedded.stop();
  removeFolder(dataDir);
}
