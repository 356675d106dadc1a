import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEMAND_SHEET, readDemandLine } from '#domain/demand-sheet.ts';
import { cellProblems, containedMass, containedText, enterCell, showCell } from '#domain/entry.ts';
import { OFFER_SHEET } from '#domain/offer-columns.ts';
import { PRIORITY_SHEET } from '#domain/priority-sheet.ts';
import { CELL_BYTES_MAX, type Row, type Scalar, type SheetSpec } from '#domain/sheets.ts';
import { TARGET_SHEET } from '#domain/target-columns.ts';
import { demandCells, offerCells, priorityCells, readDemo, targetCells } from '#seeds/demo-tables.ts';
import { catalogue, demandRow, offerRow } from '../support/catalogue.ts';

const enter = (column: string, text: string, row: Row = {}) => enterCell(DEMAND_SHEET, column, text, row, catalogue);
const cellOf = (column: string, text: string, row: Row = {}) => enter(column, text, row).cells[column];
const demo = readDemo(catalogue);

test('[EN1] a mineral is entered by name, symbol or a few letters', () => {
  expect(['gallium', 'Ga', 'GALLIUM', ' ga ', 'galli'].map((text) => cellOf('mineral', text))).toEqual(
    Array(5).fill('gallium'),
  );
  expect(cellOf('mineral', 'ti')).toBe('titanium');
});

test('[EN2] a form brings its usual grade and unit where the row has none', () => {
  expect(enter('form', 'yttrium oxide', { mineral: 'yttrium' }).cells).toEqual({
    form: 'y-oxide-5n',
    grade: 99.999,
    unit: 'kg',
  });
  expect(enter('form', 'Y2O3', { mineral: 'yttrium', grade: 99.99, unit: 'lb' }).cells).toEqual({ form: 'y-oxide-5n' });
  expect(enter('form', 'titanium sponge, aerospace').cells).toMatchObject({ mineral: 'titanium', form: 'ti-sponge' });
});

test('[EN2] a mineral with one form brings the form too', () => {
  expect(enter('mineral', 'lutetium')).toEqual({
    cells: { mineral: 'lutetium', form: 'lu-oxide', grade: 99.99, unit: 'kg' },
    said: 'Only form: lutetium oxide',
  });
});

test('[EN2] on the priority sheet, where a proposer may not set the unit, a form does not bring one', () => {
  const { cells } = enterCell(PRIORITY_SHEET, 'form', 'y-oxide-5n', { mineral: 'yttrium' }, catalogue);
  expect(cells).toEqual({ form: 'y-oxide-5n', grade: 99.999 });
});

test('[EN3] a quantity with a unit converts to the unit of the row, and says so', () => {
  expect(enter('quantity', '1.2 t', { unit: 'kg' })).toEqual({ cells: { quantity: 1200 }, said: '1.2 t = 1,200 kg' });
  expect(enter('quantity', '1.2t', { unit: 'kg' }).cells).toEqual({ quantity: 1200 });
  expect(enter('quantity', '1000 kg', { unit: 'lb' })).toEqual({
    cells: { quantity: 2204.62262185 },
    said: '1,000 kg ≈ 2,204.62262185 lb',
  });
  expect(enter('quantity', '1 t', { form: 'w-apt', unit: 'mtu' }).cells).toEqual({ quantity: 88.5 });
});

test('[EN3] a unit that the row cannot be converted to replaces the unit of the row', () => {
  expect(enter('quantity', '1.2 t', {}).cells).toEqual({ quantity: 1.2, unit: 't' });
  expect(enter('quantity', '5 mtu', { unit: 'kg' })).toEqual({
    cells: { quantity: 5, unit: 'mtu' },
    said: 'The unit of the row is now mtu',
  });
});

test('[EN4] a price takes the unit of the row, or converts to the price unit of the row', () => {
  expect(enter('ceiling', '165', { unit: 'kg' })).toEqual({
    cells: { ceiling: 165, priceUnit: 'USD/kg' },
    said: 'Price in USD/kg',
  });
  expect(enter('ceiling', '$165/kg', {}).cells).toEqual({ ceiling: 165, priceUnit: 'USD/kg' });
  expect(enter('ceiling', '52000 USD/t', { priceUnit: 'USD/kg' })).toEqual({
    cells: { ceiling: 52 },
    said: '52,000 USD/t = 52 USD/kg',
  });
  expect(cellOf('priceUnit', 'usd per mtu')).toBe('USD/mtu');
});

test('[EN5] thousands may be set off, and decimals have a dot', () => {
  expect(['24,000', "24'000", '24 000', '24000.0', '2.4e4'].map((text) => cellOf('quantity', text))).toEqual(
    Array(5).fill(24000),
  );
  expect(cellOf('quantity', '1,5')).toBe('1,5');
  expect(cellOf('quantity', '0.12345678901234567890')).toBe('0.1234567890123456789');
});

test('[EN6] quarters, countries, choices and yes or no are understood as people write them', () => {
  expect([cellOf('period', 'q3 27'), cellOf('period', '2027'), cellOf('period', 'Q1-Q3 2027')]).toEqual([
    '2027-Q3',
    '2027-Q1/2027-Q4',
    '2027-Q1/2027-Q3',
  ]);
  expect([cellOf('excluded', 'china; ru, North Korea'), cellOf('excluded', 'CHN,CHN')]).toEqual([
    'CHN, PRK, RUS',
    'CHN',
  ]);
  expect(['LOI', 'letter of intent', 'letterOfIntent', 'Let'].map((text) => cellOf('commitment', text))).toEqual(
    Array(4).fill('letterOfIntent'),
  );
  expect(['yes', 'Y', 'x', 'no', '0'].map((text) => cellOf('recycled', text))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
  expect([cellOf('grade', '5N'), cellOf('grade', '99.999 %'), cellOf('grade', '4N5')]).toEqual([
    99.999, 99.999, 99.995,
  ]);
});

test('[EN7] a text that cannot be read stays as typed, and the row is marked', () => {
  for (const [column, text] of [
    ['mineral', 'unobtainium'],
    ['grade', '101 %'],
    ['quantity', 'lots'],
    ['period', 'soon'],
    ['unit', 'bushel'],
    ['commitment', 'maybe'],
  ] as const) {
    const { cells } = enter(column, text, demandRow());
    expect(cells[column]).toBe(text);
    expect(
      cellProblems('demand', { ...demandRow(), ...cells }, catalogue).map((problem) => problem.column),
      text,
    ).toContain(column);
  }
});

test('[EN7] an emptied cell is null, and a text too long for a cell is cut and said', () => {
  expect(enter('note', '  ', demandRow())).toEqual({ cells: { note: null } });
  const { cells, said } = enter('quantity', '€'.repeat(2000));
  expect(new TextEncoder().encode(String(cells.quantity)).length).toBeLessThanOrEqual(CELL_BYTES_MAX);
  expect(said).toMatch(/cut/);
});

test('[EN8] what is shown is what people read', () => {
  const shown = (column: string, cells: Row = {}) => showCell(DEMAND_SHEET, column, demandRow(cells), catalogue);
  expect(['mineral', 'form', 'grade', 'quantity', 'period', 'ceiling'].map((column) => shown(column))).toEqual([
    { text: 'Gallium' },
    { text: 'gallium metal, high purity' },
    { text: '6N' },
    { text: '1,500', unit: 'kg' },
    { text: '2027' },
    { text: '950', unit: 'USD/kg' },
  ]);
  expect(shown('grade', { grade: '101 %' })).toEqual({ text: '101 %' });
  expect(shown('destination')).toEqual({ text: '' });
});

const rows: [SheetSpec, Row][] = [
  ...demo.demand.values.map((row): [SheetSpec, Row] => [DEMAND_SHEET, demandCells(row)]),
  ...demo.offers.values.map((row): [SheetSpec, Row] => [OFFER_SHEET, offerCells(row)]),
  ...demo.priorities.values.map((row): [SheetSpec, Row] => [PRIORITY_SHEET, priorityCells(row)]),
  ...demo.priorities.values.map((row): [SheetSpec, Row] => [TARGET_SHEET, targetCells(row)]),
];

test('[EN9] typing what is shown changes nothing: every cell of the demo workspace', () => {
  for (const [spec, row] of rows)
    for (const { id } of spec.columns) {
      const { text } = showCell(spec, id, row, catalogue);
      expect(enterCell(spec, id, text, row, catalogue).cells, `${id} '${text}'`).toEqual({ [id]: row[id] ?? null });
    }
});

const aText = fc.oneof(
  fc.string(),
  fc.constantFrom(
    '5N',
    '99.5',
    '1.2 t',
    'Q3 2027',
    '2027-2028',
    'Ga',
    'China',
    'LOI',
    'yes',
    '$3/lb',
    '2000: 165; 5000: 150',
    '1 000.50',
    '1e3',
    'kg',
    '-1',
    '0',
  ),
);

test('[EN9] whatever is typed, showing and typing it again settles at once', () => {
  const columns = [DEMAND_SHEET, OFFER_SHEET].flatMap((spec) => spec.columns.map(({ id }) => [spec.kind, id] as const));
  fc.assert(
    fc.property(fc.constantFrom(...columns), aText, ([kind, id], text) => {
      const spec = kind === 'demand' ? DEMAND_SHEET : OFFER_SHEET;
      const before = spec === DEMAND_SHEET ? demandRow() : offerRow();
      const row: Row = { ...before, ...enterCell(spec, id, text, before, catalogue).cells };
      const again = enterCell(spec, id, showCell(spec, id, row, catalogue).text, row, catalogue).cells[id] as Scalar;
      expect(again).toEqual(row[id] ?? null);
    }),
    { numRuns: 500 },
  );
});

test('[EN10] the contained mass beside a quantity is the mass that the pool counts', () => {
  for (const line of demo.demand.values) {
    const reading = readDemandLine(line.line_id, demandCells(line), catalogue);
    expect(reading.state === 'valid' && reading.value.grams).toBe(
      containedMass('demand', demandCells(line), catalogue),
    );
  }
});

test('[EN10] the contained mass shows as soon as the cells it needs are right', () => {
  const yttrium: Row = { mineral: 'yttrium', form: 'y-oxide-5n', quantity: 24000, unit: 'kg' };
  expect(containedText('demand', yttrium, catalogue)).toBe('18,898.7 kg Y');
  expect(containedText('demand', { ...yttrium, unit: null }, catalogue)).toBeNull();
  expect(containedText('demand', { ...yttrium, form: 'w-apt' }, catalogue)).toBeNull();
  expect(containedText('offers', { ...offerRow(), from: null }, catalogue)).toBe('3,000 kg Ga');
});
