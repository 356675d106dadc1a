/** The log writer against a real database: order, chain, history, freeze, seeds. */
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { readRows } from '../../protocol/sheet-doc.ts';
import { chainHash, NO_HASH } from '../../server/sync/hash-chain.ts';
import { append, appendSeed, type LogEntry } from '../../server/sync/update-log.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';

const database = await testDatabase();
const at = new Date('2026-11-24T10:00:00.123Z');

async function setting() {
  const space = await makeSpace(database);
  const { userId, organizationId } = space.people.ana;
  const entry = (bytes: number[], steps: LogEntry['steps'] = [], newClients: number[] = []): LogEntry => ({
    userId,
    organizationId,
    at,
    bytes: Uint8Array.from(bytes),
    steps,
    newClients,
  });
  return { ...space, entry, author: { userId, organizationId } };
}

test('[LG1] a batch is numbered from the sheet on and chained to the row before', async () => {
  const { sheets, entry, author } = await setting();
  const first = await append(database.pool, [
    { sheetId: sheets.maker, seq: 0n, head: NO_HASH, entries: [entry([1]), entry([2])] },
  ]);
  const { seq, head } = first.get(sheets.maker) ?? { seq: 0n, head: NO_HASH };
  await append(database.pool, [{ sheetId: sheets.maker, seq, head, entries: [entry([3])] }]);
  const rows = await database.prisma.sheetUpdate.findMany({
    where: { sheetId: sheets.maker },
    orderBy: { seq: 'asc' },
  });
  let previous = NO_HASH;
  for (const row of rows) {
    expect(Buffer.from(row.hash)).toEqual(chainHash(previous, { ...row, ...author }));
    previous = row.hash;
  }
  expect(rows.map((row) => [Number(row.seq), ...row.bytes])).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
  const sheet = await database.prisma.sheet.findUniqueOrThrow({ where: { id: sheets.maker } });
  expect([sheet.seq, Buffer.from(sheet.head)]).toEqual([3n, Buffer.from(previous)]);
});

test('[LG2] a frozen sheet and a sheet that moved on take nothing; other sheets of the same statement do', async () => {
  const { sheets, entry } = await setting();
  await database.prisma.sheet.update({ where: { id: sheets.maker }, data: { frozen: true } });
  const batch = (sheetId: string, seq = 0n) => ({
    sheetId,
    seq,
    head: NO_HASH,
    entries: [entry([1], [{ row: 'r', column: 'note', before: undefined, after: 'x' }], [7])],
  });
  const taken = await append(database.pool, [batch(sheets.maker), batch(sheets.rival, 4n), batch(sheets.offers)]);
  expect([...taken.keys()]).toEqual([sheets.offers]);
  const where = { sheetId: { in: [sheets.maker, sheets.rival] } };
  expect(await database.prisma.sheetUpdate.count({ where })).toBe(0);
  expect(await database.prisma.cellChange.count({ where })).toBe(0);
  expect(await database.prisma.sheetClient.count({ where })).toBe(0);
});

test('[LG3] the history keeps who changed which cell from what to what, and tells no cell from an empty one', async () => {
  const { sheets, entry, author } = await setting();
  const steps = [
    { row: 'r1', column: 'note', before: undefined, after: 'a "quoted" ü' },
    { row: 'r1', column: 'assay', before: 99.5, after: null },
    { row: 'r1', column: 'recycled', before: true, after: undefined },
  ];
  await append(database.pool, [{ sheetId: sheets.maker, seq: 0n, head: NO_HASH, entries: [entry([1], steps)] }]);
  const { rows } = await database.pool.query(
    'SELECT n, "column", before::text AS before, after::text AS after, user_id, at FROM cell_change WHERE sheet_id = $1 ORDER BY n',
    [sheets.maker],
  );
  expect(rows).toEqual([
    { n: 0, column: 'note', before: null, after: '"a \\"quoted\\" ü"', user_id: author.userId, at },
    { n: 1, column: 'assay', before: '99.5', after: 'null', user_id: author.userId, at },
    { n: 2, column: 'recycled', before: 'true', after: null, user_id: author.userId, at },
  ]);
});

test('[LG4] seeding an empty sheet writes its rows in order, with history and owner, and refuses a sheet that has rows', async () => {
  const { sheets, author, people } = await setting();
  const seed = {
    sheetId: sheets.shared,
    ...author,
    at,
    rows: [
      { id: 'b', cells: { mineral: 'gallium', recycled: false } },
      { id: 'a', owner: people.rita.organizationId, cells: { note: 'n' } },
    ],
  };
  await appendSeed(database.pool, seed);
  const [row] = await database.prisma.sheetUpdate.findMany({ where: { sheetId: sheets.shared } });
  const doc = new Y.Doc();
  Y.applyUpdate(doc, row?.bytes ?? new Uint8Array());
  expect([...readRows(doc)]).toEqual([
    ['b', { org: author.organizationId, pos: 'a0', mineral: 'gallium', recycled: false }],
    ['a', { org: people.rita.organizationId, pos: 'a1', note: 'n' }],
  ]);
  expect(await database.prisma.cellChange.count({ where: { sheetId: sheets.shared } })).toBe(7);
  await expect(appendSeed(database.pool, seed)).rejects.toThrow('already has rows');
});
