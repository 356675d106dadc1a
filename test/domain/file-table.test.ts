/** Lines of a file against a sheet: which column is which, and what each line would become. */
import { expect, test } from 'vitest';
import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import { contentKey, missingColumns, readFileLines, suggestMapping } from '#domain/file-table.ts';
import { catalogue } from '../support/catalogue.ts';

const POOL = { minerals: ['gallium'], deliveryFrom: 2027, deliveryTo: 2028 };
const read = (headings: string[], ...lines: string[][]) =>
  readFileLines(
    'demand',
    lines.map((texts, index) => ({ number: index + 2, texts })),
    suggestMapping(DEMAND_SHEET, headings),
    { catalogue, pool: POOL, start: {} },
  );

test('[IM5] columns are found by title, id or a usual other word, each once; the rest is left out', () => {
  const headings = ['Material', 'Product form', 'QTY (dry)', 'UoM', 'Delivery', 'Quantity', 'Buyer code', ''];
  expect(suggestMapping(DEMAND_SHEET, headings)).toEqual([
    'mineral',
    'form',
    'quantity',
    'unit',
    'period',
    null,
    null,
    null,
  ]);
});

test('[IM5] what every line needs and no column gives is named, unless the pool says it', () => {
  const mapping = suggestMapping(DEMAND_SHEET, ['Form', 'Quantity', 'Unit']);
  const titles = (start: object) => missingColumns(DEMAND_SHEET, mapping, start as never).map(({ title }) => title);
  expect(titles({})).toEqual(['Mineral', 'Period']);
  expect(titles({ mineral: 'gallium' })).toEqual(['Period']);
});

test('[IM6] a line becomes what typing it would: catalogue ids, numbers, the unit before the number, dates as quarters', () => {
  const [line] = read(
    ['Quantity', 'Unit', 'Mineral', 'Form', 'Period', 'Grade'],
    ['1.2 t', 'kg', 'Ga', 'gallium oxide', '2027-07-01', '4N'],
  );
  expect(line?.problems).toEqual([]);
  expect(line?.cells).toMatchObject({
    mineral: 'gallium',
    quantity: 1200,
    unit: 'kg',
    period: '2027-Q3',
    grade: 99.99,
  });
});

test('[IM6] a text that cannot be read stays as it is, with its column, reason and remedy; other cells are read', () => {
  const [line] = read(
    ['Mineral', 'Form', 'Quantity', 'Unit', 'Period'],
    ['unobtainium', 'metal', 'many', 'kg', '2031'],
  );
  expect(line?.cells).toMatchObject({ mineral: 'unobtainium', quantity: 'many', unit: 'kg' });
  expect(line?.problems.map(({ column }) => column)).toEqual(expect.arrayContaining(['mineral', 'quantity', 'period']));
  for (const { message, remedy } of line?.problems ?? []) expect(message.length * remedy.length).toBeGreaterThan(0);
});

test('[IM6] formulas stay texts, and a text that no cell holds is cut and marked', () => {
  const [line] = read(['Mineral', 'Note', 'Destination'], ['gallium', '=HYPERLINK("x")', 'x'.repeat(3000)]);
  expect(line?.cells).toMatchObject({ mineral: 'gallium', note: '=HYPERLINK("x")' });
  expect(String(line?.cells.destination).length).toBeLessThan(3000);
  expect(line?.problems.map(({ column }) => column)).toContain('destination');
});

test('[IM7] equal content is equal whatever its place, its owner or its empty cells', () => {
  const key = (row: object) => contentKey(DEMAND_SHEET, row as never);
  expect(key({ mineral: 'gallium', quantity: 1, pos: 'a0', org: 'x', note: '' })).toBe(
    key({ quantity: 1, mineral: 'gallium', note: null }),
  );
  expect(key({ mineral: 'gallium', quantity: 1 })).not.toBe(key({ mineral: 'gallium', quantity: 2 }));
});
