import { expect, test } from 'vitest';
import { readDemandLine } from '#domain/demand-sheet.ts';
import type { Row } from '#domain/sheets.ts';
import { catalogue, demandRow, POOL_2027 } from '../support/catalogue.ts';

const read = (cells: Row) => readDemandLine('r1', demandRow(cells), catalogue, POOL_2027);
const line = (cells: Row) => {
  const reading = read(cells);
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const problems = (cells: Row) => {
  const reading = read(cells);
  return reading.state === 'invalid' ? reading.problems : [];
};
const columnsOf = (cells: Row) => problems(cells).map((problem) => problem.column);
const sentenceOf = (cells: Row) => problems(cells).map(({ message, remedy }) => `${message}; ${remedy}`)[0];

test('[RW1] a row says everything about a demand line', () => {
  expect(
    line({
      commitment: 'takeOrPay',
      qualification: 'qualified',
      recycled: false,
      excluded: 'CHN, RUS',
      destination: 'Elms Fab',
      note: 'n',
    }),
  ).toEqual({
    row: 'r1',
    mineral: 'gallium',
    form: 'ga-metal-6n',
    family: 'ga-metal',
    gradePct: 99.9999,
    gradeClass: '6N',
    grams: 1_500_000,
    window: { from: '2027-Q1', to: '2027-Q4' },
    destination: 'Elms Fab',
    commitment: 'takeOrPay',
    qualification: 'qualified',
    acceptsRecycled: false,
    earlyQuarters: 0,
    requires: [],
    excludedOwners: [],
    excludedCountries: ['CHN', 'RUS'],
    ceilingUsdMicroPerKg: 950_000_000,
    note: 'n',
  });
});

test('[RW1] cells that may be empty have a harmless meaning', () => {
  expect(line({ ceiling: null, priceUnit: null, grade: null })).toMatchObject({
    commitment: 'indicative',
    qualification: 'open',
    acceptsRecycled: true,
    excludedCountries: [],
    ceilingUsdMicroPerKg: null,
    gradePct: null,
    gradeClass: 'any',
  });
});

test('[RW2] a row without content is neither right nor wrong', () => {
  expect(readDemandLine('r1', { pos: 'a0', org: 'x', note: '', mineral: null }, catalogue)).toEqual({ state: 'empty' });
});

test('[RW2] every missing cell is named, not only the first', () => {
  const reading = readDemandLine('r1', { note: 'to be filled in' }, catalogue);
  expect(reading.state === 'invalid' && reading.problems.map((problem) => problem.column)).toEqual([
    'mineral',
    'form',
    'unit',
    'quantity',
    'period',
  ]);
});

test('[RW3] a purity of 101 % is marked with what to do', () => {
  expect(sentenceOf({ grade: 101 })).toBe(
    'purity 101 % is above 100 %; enter a mass fraction in percent, above 0 and at most 100',
  );
  expect(['101 %', 0, -5, 'pure', true].map((grade) => columnsOf({ grade }))).toEqual(Array(5).fill(['grade']));
});

test('[RW4] a quantity that is negative, zero, no number or beyond all reason is marked', () => {
  for (const quantity of [-5, 0, 'much', '1,5', '1e400', 'NaN', false])
    expect(columnsOf({ quantity }), String(quantity)).toEqual(['quantity']);
  expect(sentenceOf({ quantity: 9_000_001 })).toBe(
    "quantity '9000001' kg is more than 10 years of the world's production; check the number and the unit",
  );
  expect(columnsOf({ quantity: 9_000_000 })).toEqual([]);
});

test('[RW4] a mineral without world figures has a bound too', () => {
  const cesium: Row = {
    mineral: 'cesium',
    form: 'cs-carbonate',
    grade: null,
    unit: 't',
    ceiling: null,
    priceUnit: null,
  };
  const reading = (quantity: number) => readDemandLine('r1', demandRow({ ...cesium, quantity }), catalogue).state;
  expect([reading(1e9), reading(1e10)]).toEqual(['valid', 'invalid']);
});

test('[RW5] an unknown unit is marked, and one that does not fit the form with those that do', () => {
  expect(columnsOf({ unit: 'bushel' })).toEqual(['unit']);
  expect(sentenceOf({ unit: 'mtu' })).toBe(
    'mtu does not fit gallium metal, high purity; use kg, g, t, lb, st, lt, ozt, kg contained, t contained, lb contained',
  );
  expect(sentenceOf({ priceUnit: 'USD/t LCE' })).toMatch(
    /^t LCE does not fit gallium metal, high purity; use USD\/kg, /,
  );
});

test('[RW5] units that count a constituent are refused outside their minerals', () => {
  const lithium: Row = { mineral: 'lithium', form: 'li-hydroxide', grade: null, quantity: 10, priceUnit: 'USD/t LCE' };
  expect(line({ ...lithium, unit: 't LCE' }).grams).toBe(1_878_519);
  expect(columnsOf({ ...lithium, unit: 't REO' })).toEqual(['unit']);
});

test('[RW6] a group of minerals, a foreign form and a mineral that the pool does not buy are marked', () => {
  expect(sentenceOf({ mineral: 'rare-earths' })).toMatch(/is a group of minerals; name the mineral/);
  expect(sentenceOf({ form: 'w-apt' })).toMatch(
    /^ammonium paratungstate.* is a form of tungsten; choose a form of gallium: gallium metal/,
  );
  expect(sentenceOf({ mineral: 'bismuth', form: 'bi-oxide' })).toBe(
    'Bismuth is not bought by this pool; enter Yttrium, Gallium, Tungsten, Lithium, Cobalt',
  );
  expect(columnsOf({ mineral: 'unobtainium' })).toEqual(['mineral']);
});

test('[RW7] a period outside the delivery years, reversed or unreadable is marked', () => {
  expect(sentenceOf({ period: '2026-Q4' })).toBe(
    'the period is outside what this pool delivers; enter quarters of 2027 to 2028',
  );
  expect(sentenceOf({ period: '2027-Q4/2027-Q1' })).toMatch(/ends before it begins; enter the earlier quarter first/);
  expect(['2028-Q1/2029-Q1', 'soon', 2029].map((period) => columnsOf({ period }))).toEqual(Array(3).fill(['period']));
  expect(columnsOf({ period: 2028 })).toEqual([]);
});

test('[RW8] an unknown country, or a group of states, is marked', () => {
  expect(columnsOf({ excluded: 'CHN, Atlantis' })).toEqual(['excluded']);
  expect(sentenceOf({ excluded: 'EUE' })).toBe('European Union is a group of states; name the countries');
});

test('[RW9] alloys and scrap need an assay, other forms must not have one', () => {
  const scrap: Row = { mineral: 'tungsten', form: 'w-scrap', grade: null, quantity: 2, unit: 't', priceUnit: 'USD/t' };
  expect(sentenceOf(scrap)).toBe(
    'the assay is missing: tungsten scrap varies; enter percent of W, or count in kg contained',
  );
  expect(line({ ...scrap, assay: 82.5 }).grams).toBe(1_650_000);
  expect(line({ ...scrap, unit: 't contained', priceUnit: 'USD/kg contained' }).grams).toBe(2_000_000);
  expect(columnsOf({ assay: 50 })).toEqual(['assay']);
  expect(columnsOf({ ...scrap, assay: 101 })).toEqual(['assay']);
});

test('[RW9] an assay overrules the typical content of a concentrate', () => {
  const concentrate: Row = { mineral: 'tungsten', form: 'w-concentrate', grade: null, quantity: 1, unit: 't' };
  expect([line(concentrate).grams, line({ ...concentrate, assay: 50 }).grams]).toEqual([515_431, 396_485]);
});

test('[RW10] a ceiling needs its unit, and is compared per kilogram of contained element', () => {
  expect(columnsOf({ priceUnit: null })).toEqual(['priceUnit']);
  expect(['cheap', -1, 0].map((ceiling) => columnsOf({ ceiling }))).toEqual(Array(3).fill(['ceiling']));
  const oxide: Row = { mineral: 'yttrium', form: 'y-oxide-5n', grade: null };
  expect(line({ ...oxide, ceiling: 60, priceUnit: 'USD/lb' }).ceilingUsdMicroPerKg).toBe(167_983_138);
});

test('[RW11] several wrong cells of a row are all marked, and the row counts for nothing', () => {
  expect(columnsOf({ grade: 101, quantity: -1, unit: 'bushel', period: 'soon', commitment: 'maybe' })).toEqual([
    'grade',
    'unit',
    'quantity',
    'period',
    'commitment',
  ]);
});

test('[RW11] a cell of any scalar type is read or marked, never thrown at', () => {
  const odd = [null, true, -0, 1e308, '', ' ', '\u0000', '__proto__', 'constructor', '💥', 'x'.repeat(2048)];
  for (const column of [
    'mineral',
    'form',
    'grade',
    'quantity',
    'unit',
    'assay',
    'period',
    'commitment',
    'recycled',
    'excluded',
    'ceiling',
    'priceUnit',
    'note',
  ])
    for (const value of odd) expect(['valid', 'invalid']).toContain(read({ [column]: value }).state);
});
