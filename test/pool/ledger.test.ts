import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PooledLine, poolLines, readLotKey } from '#domain/pooling.ts';
import { OWNER, type Row, type RowReading } from '#domain/sheets.ts';
import { Ledger } from '#server/pool/ledger.ts';
import { lineOf } from '../support/small-pool.ts';

const OWNERS: Record<string, { parentId: string; government: boolean }> = {
  a: { parentId: 'holding', government: false },
  b: { parentId: 'holding', government: false },
  c: { parentId: 'c', government: false },
  agency: { parentId: 'agency', government: true },
};
/** A row is one amount; what is not a positive number is wrong, and no amount at all is empty. */
function readLine(_row: string, cells: Row): RowReading<PooledLine> {
  if (cells.mass === undefined) return { state: 'empty' };
  if (typeof cells.mass !== 'number' || cells.mass <= 0) return { state: 'invalid', problems: [] };
  return { state: 'valid', value: lineOf({ mass: cells.mass, family: String(cells.family), to: '2028-Q1' }) };
}
const contributorOf = (organizationId: string) => OWNERS[organizationId] ?? null;

const SHEETS = [
  { id: 's-a', organizationId: 'a' },
  { id: 's-b', organizationId: 'b' },
  { id: 's-agency', organizationId: 'agency' },
  { id: 's-open', organizationId: null },
];

const edit = fc.record({
  sheet: fc.constantFrom(...SHEETS),
  row: fc.constantFrom('r1', 'r2', 'r3'),
  after: fc.option(
    fc.record({
      [OWNER]: fc.constantFrom('a', 'c', 'stranger'),
      mass: fc.constantFrom(undefined, 'x', -1, 1, 5, 1_000_000_007),
      family: fc.constantFrom('oxide', 'metal'),
    }),
  ),
});

async function openLedger(sheets = SHEETS): Promise<Ledger> {
  const ledger = new Ledger({ readLine, contributorOf });
  for (const sheet of sheets) await ledger.load(sheet, async () => ({ seq: 0n, rows: new Map() }));
  return ledger;
}

const lotsIn = (ledger: Ledger) =>
  new Map([...ledger.lotsOf('yttrium')].map(([lot, held]) => [JSON.stringify(lot), held]));

/** From the rows alone. */
function recomputed(rows: ReadonlyMap<string, { sheet: (typeof SHEETS)[number]; cells: Row }>) {
  const lines = [...rows].flatMap(([row, { sheet, cells }]) => {
    const contributor = contributorOf(sheet.organizationId ?? String(cells[OWNER]));
    const reading = readLine(row, cells);
    return contributor && reading.state === 'valid' ? [{ line: reading.value, contributor }] : [];
  });
  return new Map([...poolLines(lines)].map(([key, held]) => [JSON.stringify(readLotKey(key)), held]));
}

test('[PL9] after any sequence of edits the ledger is the pool computed anew from the rows', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { maxLength: 40 }), async (edits) => {
      const ledger = await openLedger();
      const rows = new Map<string, { sheet: (typeof SHEETS)[number]; cells: Row }>();
      edits.forEach(({ sheet, row, after }, i) => {
        ledger.apply({ sheetId: sheet.id, seq: BigInt(i + 1), rows: [{ row, after }] });
        if (after) rows.set(`${sheet.id} ${row}`, { sheet, cells: after });
        else rows.delete(`${sheet.id} ${row}`);
      });
      expect(lotsIn(ledger)).toEqual(recomputed(rows));
    }),
  );
});

test('[PL10] an edit reads one row, however many there are; one that is written over before anybody looks is read once', async () => {
  let reads = 0;
  const counted = new Ledger({
    contributorOf,
    readLine: (row, cells) => {
      reads += 1;
      return readLine(row, cells);
    },
  });
  const rows = new Map(Array.from({ length: 2000 }, (_, i) => [`r${i}`, { mass: 1, family: 'oxide' }]));
  await counted.load({ id: 's-a', organizationId: 'a' }, async () => ({ seq: 7n, rows }));
  expect(reads).toBe(2000);
  counted.apply({ sheetId: 's-a', seq: 8n, rows: [{ row: 'r1', after: { mass: 2, family: 'oxide' } }] });
  counted.apply({ sheetId: 's-a', seq: 9n, rows: [{ row: 'r1', after: { mass: 3, family: 'oxide' } }] });
  counted.takeTouched();
  expect(reads).toBe(2001);
});

test('[PL11] empty and wrong rows, strangers and government add nothing', async () => {
  const ledger = await openLedger();
  const write = (sheetId: string, after: Row) => ledger.apply({ sheetId, seq: 1n, rows: [{ row: 'r', after }] });
  write('s-a', { family: 'oxide' });
  write('s-b', { mass: 'many', family: 'oxide' });
  write('s-agency', { mass: 5, family: 'oxide' });
  write('s-open', { [OWNER]: 'stranger', mass: 5, family: 'oxide' });
  expect(lotsIn(ledger)).toEqual(new Map());
});

test('[PL12] edits that are made while a sheet is read are neither lost nor counted twice', async () => {
  const ledger = await openLedger([]);
  const opened = Promise.withResolvers<void>();
  const loading = ledger.load({ id: 's-a', organizationId: 'a' }, async () => {
    await opened.promise;
    return { seq: 2n, rows: new Map([['r1', { mass: 5, family: 'oxide' }]]) };
  });
  // The first is in what will be read, the second is not.
  ledger.apply({ sheetId: 's-a', seq: 2n, rows: [{ row: 'r1', after: { mass: 5, family: 'oxide' } }] });
  ledger.apply({ sheetId: 's-a', seq: 3n, rows: [{ row: 'r2', after: { mass: 4, family: 'oxide' } }] });
  opened.resolve();
  await loading;
  const total = [...lotsIn(ledger).values()]
    .flatMap((held) => [...held.values()])
    .reduce((sum, amount) => sum + amount, 0n);
  expect([total, ledger.seqOf('s-a')]).toEqual([9n, 3n]);
});

test('[PL13] a sheet that cannot be read is left out whole and asked for again', async () => {
  const ledger = await openLedger([{ id: 's-a', organizationId: 'a' }]);
  ledger.apply({ sheetId: 's-a', seq: 1n, rows: [{ row: 'r', after: { mass: 5, family: 'oxide' } }] });
  await expect(
    ledger.load({ id: 's-a', organizationId: 'a' }, () => Promise.reject(new Error('gone'))),
  ).rejects.toThrow('gone');
  expect(lotsIn(ledger)).toEqual(new Map());
  expect(ledger.seqOf('s-a')).toBeNull();
});
