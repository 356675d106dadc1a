/** The history of a sheet on a real database: changes, earlier states, removed rows, differences, checkpoints, snapshots. */
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { type Actor, peopleNamedTo } from '../../domain/actors.ts';
import type { Row } from '../../domain/sheets.ts';
import { readRows } from '../../protocol/sheet-doc.ts';
import { namedBy } from '../../server/http/history.ts';
import { saveCheckpoint } from '../../server/sync/checkpoints.ts';
import { compact } from '../../server/sync/compact.ts';
import { NO_HASH } from '../../server/sync/hash-chain.ts';
import { compareRows, readChanges, readRemoved, readState, seqBefore } from '../../server/sync/history.ts';
import { CHANGES_PER_PAGE, CHECKPOINT_UPDATES_MIN, COMPARED_ROWS_MAX } from '../../server/sync/limits.ts';
import { loadSheet } from '../../server/sync/sheet-store.ts';
import { createSnapshots } from '../../server/sync/snapshots.ts';
import { append, appendSeed, type LogEntry } from '../../server/sync/update-log.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

/** Ana and Ben in the maker's sheet. */
async function pair() {
  const space = await makeSpace(database);
  const node = makeNode(database);
  nodes.push(node);
  const ana = await node.join(space.sheets.maker, space.people.ana);
  const ben = await node.join(space.sheets.maker, space.people.ben);
  await node.settle();
  const sheetId = space.sheets.maker;
  /** One edit, one number of the log, one second later. */
  const edit = async (make: () => void) => {
    node.clock.turnBy(1_000);
    make();
    await node.settle();
  };
  return { ...space, node, ana, ben, sheetId, edit };
}

const replay = async (sheetId: string, seq: bigint): Promise<Map<string, Row>> => {
  const log = await database.prisma.sheetUpdate.findMany({
    where: { sheetId, seq: { lte: seq } },
    orderBy: { seq: 'asc' },
  });
  const doc = new Y.Doc();
  for (const { bytes } of log) Y.applyUpdate(doc, bytes);
  return readRows(doc);
};
const sorted = (rows: ReadonlyMap<string, Row> | undefined) =>
  [...(rows ?? [])]
    .map(([id, cells]) => [id, Object.entries(cells).sort(([a], [b]) => (a < b ? -1 : 1))] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

async function withClient<T>(work: (client: import('pg').PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}
const stateOf = (sheetId: string, seq: bigint | null) => withClient((client) => readState(client, sheetId, seq));

test('[HY1] who changed which cell from what to what, newest first, of a row, a cell, a person or a stretch of time', async () => {
  const { sheetId, ana, ben, people, edit } = await pair();
  await edit(() => ana.add('r1', { mineral: 'gallium', quantity: '5' }));
  await edit(() => ben.set('r1', 'quantity', '7'));
  await edit(() => ana.add('r2', { mineral: 'gallium' }));
  await edit(() => ana.set('r1', 'quantity', null));
  const all = await readChanges(database.pool, sheetId, {}, null);
  const brief = (page: typeof all) =>
    page.items.map(({ seq, row, column, before, after }) => [Number(seq), row, column, before, after]);
  expect(all.next).toBeNull();
  expect(brief(all)[0]).toEqual([4, 'r1', 'quantity', '7', null]);
  const cell = await readChanges(database.pool, sheetId, { row: 'r1', column: 'quantity' }, null);
  expect(brief(cell)).toEqual([
    [4, 'r1', 'quantity', '7', null],
    [2, 'r1', 'quantity', '5', '7'],
    [1, 'r1', 'quantity', null, '5'],
  ]);
  const among = { organizationId: people.ben.organizationId, kinds: [] };
  const bens = await readChanges(database.pool, sheetId, { person: { userId: people.ben.userId, among } }, null);
  expect(brief(bens)).toEqual([[2, 'r1', 'quantity', '5', '7']]);
  const [second, , last] = [cell.items[1]?.at, 0, cell.items[0]?.at];
  const stretch = await readChanges(database.pool, sheetId, { from: second, until: last }, null);
  expect(new Set(stretch.items.map(({ seq }) => Number(seq)))).toEqual(new Set([2, 3]));
});

test('[HY1] a page of changes ends where the next begins, also within one edit', async () => {
  const { sheetId, ana, edit } = await pair();
  await edit(() =>
    ana.doc.transact(() => {
      for (let index = 0; index < CHANGES_PER_PAGE; index++) ana.add(`r${index}`, { mineral: 'gallium' });
    }),
  );
  const seen: string[] = [];
  let cursor: Awaited<ReturnType<typeof readChanges>>['next'] = null;
  let pages = 0;
  do {
    const page: Awaited<ReturnType<typeof readChanges>> = await readChanges(database.pool, sheetId, {}, cursor);
    seen.push(...page.items.map(({ row, column }) => `${row} ${column}`));
    cursor = page.next;
    pages++;
  } while (cursor);
  expect([pages, seen.length, new Set(seen).size]).toEqual([3, 3 * CHANGES_PER_PAGE, 3 * CHANGES_PER_PAGE]);
});

test('[HY2] the sheet as of every number of its log equals its replay, with and without checkpoints', async () => {
  const { sheetId, ana, ben, node, edit } = await pair();
  await edit(() => ana.add('r1', { mineral: 'gallium', note: 'a' }));
  await edit(() => ben.add('r2', { mineral: 'gallium' }));
  await edit(() => ana.set('r1', 'note', null));
  await edit(() => ben.doc.getMap('rows').delete('r1'));
  await edit(() => ana.add('r1', { mineral: 'gallium', note: 'back' }));
  await edit(() =>
    ana.doc.transact(() => {
      ana.set('r1', 'note', 'x');
      ana.set('r2', 'recycled', true);
    }),
  );
  const reached = (await node.rooms.rowsOf(sheetId))?.seq ?? 0n;
  expect(reached).toBe(6n);
  const compare = async () => {
    for (let seq = 0n; seq <= reached; seq++)
      expect([seq, sorted((await stateOf(sheetId, seq))?.rows)]).toEqual([seq, sorted(await replay(sheetId, seq))]);
  };
  await compare();
  await saveCheckpoint(database.pool, sheetId, 3n, await replay(sheetId, 3n));
  await compare();
  await database.pool.query("UPDATE sheet_checkpoint SET rows = rows || 'x' WHERE sheet_id = $1", [sheetId]);
  await compare();
  expect((await stateOf(sheetId, null))?.seq).toBe(reached);
  expect(await stateOf(sheetId, reached + 1n)).toBeNull();
});

test('[HY2] a moment is the last edit before it, however long the log', async () => {
  const { sheetId, ana, node, edit } = await pair();
  await edit(() => ana.add('r1', {}));
  const between = new Date(node.clock.now().getTime() + 500);
  await edit(() => ana.set('r1', 'note', 'later'));
  const at = (moment: Date) => seqBefore(database.pool, sheetId, moment);
  expect(await at(new Date(0))).toBe(0n);
  expect(await at(between)).toBe(1n);
  expect(await at(node.clock.now())).toBe(1n);
  expect(await at(new Date(node.clock.now().getTime() + 1))).toBe(2n);
});

test('[HY3] rows that were removed are listed with their last cells, and not once they are back', async () => {
  const { sheetId, ana, ben, people, edit } = await pair();
  await edit(() => ana.add('r1', { mineral: 'gallium', quantity: '5' }));
  await edit(() => ana.add('r2', { note: 'stays' }));
  await edit(() => ana.set('r1', 'quantity', '6'));
  await edit(() => ben.doc.getMap('rows').delete('r1'));
  const removed = await readRemoved(database.pool, sheetId, null);
  expect(removed.items.map(({ row, seq, cells, by }) => [row, Number(seq), cells, by.userId])).toEqual([
    ['r1', 4, { org: people.ana.organizationId, pos: 'a0', mineral: 'gallium', quantity: '6' }, people.ben.userId],
  ]);
  await edit(() => ana.add('r1', {}));
  expect((await readRemoved(database.pool, sheetId, null)).items).toEqual([]);
});

test('[HY4] two states differ by rows added, removed and changed; long lists end with a count', () => {
  const before = new Map<string, Row>([
    ['a', { pos: 'a0', note: 'one' }],
    ['b', { pos: 'a1', note: 'two', assay: 1 }],
  ]);
  const after = new Map<string, Row>([
    ['b', { pos: 'a1', note: 'two!', recycled: false }],
    ['c', { pos: 'a2' }],
  ]);
  expect(compareRows(before, after)).toEqual({
    added: [{ row: 'c', cells: { pos: 'a2' } }],
    removed: [{ row: 'a', cells: { pos: 'a0', note: 'one' } }],
    changed: [
      {
        row: 'b',
        cells: [
          { column: 'note', before: 'two', after: 'two!' },
          { column: 'assay', before: 1, after: null },
          { column: 'recycled', before: null, after: false },
        ],
      },
    ],
    counts: { added: 1, removed: 1, changed: 1 },
  });
  const many = new Map(Array.from({ length: COMPARED_ROWS_MAX + 5 }, (_, index) => [`r${index}`, { pos: 'a0' }]));
  const { added, counts } = compareRows(new Map(), many);
  expect([added.length, counts.added]).toEqual([COMPARED_ROWS_MAX, COMPARED_ROWS_MAX + 5]);
});

/** A log of so many updates, as one person typing makes them, written without a room. */
async function longLog(count: number) {
  const { sheets, people } = await makeSpace(database);
  const { userId, organizationId } = people.ana;
  const sheetId = sheets.maker;
  const at = new Date('2026-11-24T10:00:00.000Z');
  const rows = Array.from({ length: 10 }, (_, index) => ({ id: `r${index}`, cells: { note: 'start' } }));
  await appendSeed(database.pool, { sheetId, userId, organizationId, at, rows });
  const doc = (await loadSheet(database.pool, sheetId))?.doc ?? new Y.Doc();
  const entries: LogEntry[] = [];
  let bytes = new Uint8Array();
  doc.on('update', (update: Uint8Array) => {
    bytes = new Uint8Array(update);
  });
  const map = doc.getMap<Y.Map<string>>('rows');
  for (let index = 1; index < count; index++) {
    const row = `r${index % 10}`;
    const before = map.get(row)?.get('note');
    const after = `${index}`;
    map.get(row)?.set('note', after);
    entries.push({
      userId,
      organizationId,
      at,
      bytes,
      steps: [{ row, column: 'note', before, after }],
      newClients: [],
    });
  }
  let head = {
    seq: 1n,
    head: (await database.prisma.sheet.findUniqueOrThrow({ where: { id: sheetId } })).head as Uint8Array,
  };
  for (let from = 0; from < entries.length; from += 5_000) {
    const batch = { sheetId, ...head, entries: entries.slice(from, from + 5_000) };
    head = (await append(database.pool, [batch])).get(sheetId) ?? { seq: 0n, head: NO_HASH };
  }
  return { sheetId, doc, seq: head.seq };
}

test('[HY5] opening a sheet reads its snapshot and a short tail however long the log is, and the snapshot equals the replay', async () => {
  const { sheetId, doc, seq } = await longLog(CHECKPOINT_UPDATES_MIN + 1);
  await withClient((client) => compact(client, sheetId));
  const loaded = await loadSheet(database.pool, sheetId);
  expect([loaded?.seq, loaded?.tail.updates]).toEqual([seq, 0]);
  expect(sorted(readRows(loaded?.doc ?? new Y.Doc()))).toEqual(sorted(await replay(sheetId, seq)));
  expect(Y.encodeStateVector(loaded?.doc ?? new Y.Doc())).toEqual(Y.encodeStateVector(doc));
  // What was overwritten leaves a few bytes behind, not its content.
  const log = await database.prisma.sheetUpdate.findMany({ where: { sheetId }, select: { bytes: true } });
  expect(loaded?.bytes).toBeLessThan(log.reduce((sum, row) => sum + row.bytes.length, 0) / 3);
  const [checkpoint] = await database.prisma.sheetCheckpoint.findMany({ where: { sheetId } });
  expect(checkpoint?.seq).toBe(seq);
  await withClient((client) => compact(client, sheetId));
  expect(await database.prisma.sheetCheckpoint.count({ where: { sheetId } })).toBe(1);
});

test('[HY5] a snapshot that is not what was saved is left aside and replaced', async () => {
  const { sheetId, ana, edit } = await pair();
  await edit(() => ana.add('r1', { note: 'a' }));
  await withClient((client) => compact(client, sheetId));
  const good = await database.prisma.sheetSnapshot.findUniqueOrThrow({ where: { sheetId } });
  const other = new Y.Doc();
  other.getMap('rows').set('forged', new Y.Map([['note', 'forged']]));
  await database.prisma.sheetSnapshot.update({
    where: { sheetId },
    data: { bytes: Y.encodeStateAsUpdate(other) as Uint8Array<ArrayBuffer> },
  });
  const loaded = await loadSheet(database.pool, sheetId);
  expect([...readRows(loaded?.doc ?? new Y.Doc()).keys()]).toEqual(['r1']);
  await withClient((client) => compact(client, sheetId));
  expect((await database.prisma.sheetSnapshot.findUniqueOrThrow({ where: { sheetId } })).hash).toEqual(good.hash);
});

test('[HY14] companies that share a sheet are not told who of another company wrote in it; officials are', async () => {
  const { sheets, people, node } = await pair();
  for (const [actor, row] of [
    [people.ana, 'a1'],
    [people.rita, 'b1'],
    [people.otto, 'c1'],
  ] as const) {
    const client = await node.join(sheets.priorities, actor);
    await node.settle();
    client.add(row, { mineral: 'gallium' });
    await node.settle();
  }
  const read = async (viewer: Actor, userId?: string) => {
    const among = peopleNamedTo(viewer);
    const person = userId === undefined ? undefined : { userId, among };
    const { items } = await readChanges(database.pool, sheets.priorities, { column: 'mineral', person }, null);
    return items.map(({ row, by }) => [row, namedBy(by, among).userId]);
  };
  expect(await read(people.ana)).toEqual([
    ['c1', people.otto.userId],
    ['b1', null],
    ['a1', people.ana.userId],
  ]);
  expect(await read(people.ana, people.rita.userId)).toEqual([]);
  expect(await read(people.ana, people.otto.userId)).toEqual([['c1', people.otto.userId]]);
  expect((await read(people.otto)).map(([, userId]) => userId)).toEqual([
    people.otto.userId,
    people.rita.userId,
    people.ana.userId,
  ]);
});

test('[HY5] a snapshot that cannot be made is told and tried again later; the thread serves the next sheet', async () => {
  const { sheets, node, ana, people, edit } = await pair();
  const rita = await node.join(sheets.rival, people.rita);
  await edit(() => ana.add('r1', {}));
  await edit(() => rita.add('r1', {}));
  await database.pool.query('UPDATE sheet_update SET seq = 7 WHERE sheet_id = $1', [sheets.maker]);
  const told: { name: string; message?: string }[] = [];
  const snapshots = createSnapshots(
    database.pool,
    telemetryTo((line) => told.push(JSON.parse(line))),
  );
  expect(await Promise.all([snapshots.take(sheets.maker), snapshots.take(sheets.rival)])).toEqual([false, true]);
  expect(told).toMatchObject([{ name: 'sheet.snapshot', message: 'a snapshot failed: BrokenLogError' }]);
  // It rests now, and asks for nothing.
  expect(await snapshots.take(sheets.maker)).toBe(false);
  expect(told.length).toBe(1);
  await snapshots.close();
  expect(await snapshots.take(sheets.rival)).toBe(false);
  const taken = await database.prisma.sheetSnapshot.findMany({
    where: { sheetId: { in: [sheets.maker, sheets.rival] } },
  });
  expect(taken.map(({ sheetId, seq }) => [sheetId, seq])).toEqual([[sheets.rival, 1n]]);
});
