import { expect, test } from 'vitest';
import { isProducing, readOffer } from '#domain/offer-sheet.ts';
import { rightsOutside } from '#domain/offer-terms.ts';
import type { Row } from '#domain/sheets.ts';
import { catalogue, offerRow } from '../support/catalogue.ts';

const read = (cells: Row) => readOffer('o1', offerRow(cells), catalogue);
const offer = (cells: Row) => {
  const reading = read(cells);
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const columnsOf = (cells: Row) => {
  const reading = read(cells);
  return reading.state === 'invalid' ? reading.problems.map((problem) => problem.column) : [];
};

test('[RW12] a row says everything about an offer', () => {
  expect(
    offer({ origin: 'CHN', leadMonths: 3, tierKind: 'incremental', tiers: '500: 900; 1500: 860', qualified: true }),
  ).toEqual({
    row: 'o1',
    supplier: 'Refiner (sample)',
    country: 'JPN',
    originCountry: 'CHN',
    mineral: 'gallium',
    form: 'ga-metal-6n',
    family: 'ga-metal',
    gradePct: 99.9999,
    gradeClass: '6N',
    capacityPerYear: 3_000_000,
    from: '2027-Q1',
    leadMonths: 3,
    stage: 'operating',
    minimum: 25_000,
    tierKind: 'incremental',
    tiers: [
      { from: 0, usdMicroPerKg: 940_000_000 },
      { from: 500_000, usdMicroPerKg: 900_000_000 },
      { from: 1_500_000, usdMicroPerKg: 860_000_000 },
    ],
    qualified: true,
    recycled: false,
    ramp: [],
    surePct: 100,
    parent: null,
    owners: [],
    certificates: [],
    rights: null,
    refining: null,
    note: '',
  });
});

test('[RW12] tiers are in the units of the row and end as contained element', () => {
  const apt: Row = {
    mineral: 'tungsten',
    form: 'w-apt',
    grade: null,
    capacity: 20000,
    unit: 'mtu',
    minimum: 1000,
    price: 1210,
    priceUnit: 'USD/mtu',
  };
  expect(offer({ ...apt, tiers: '5000: 1175' }).tiers[1]).toEqual({ from: 39_648_546, usdMicroPerKg: 148_176_934 });
});

test('[RW13] tiers that cannot be read, are out of order or rise in price are marked', () => {
  for (const tiers of [
    'cheaper for more',
    '500: 900; 200: 880',
    '500: 900; 500: 880',
    '500: 950',
    '500: -1',
    '500',
    '0: 900',
    '1: 2: 3',
  ])
    expect(columnsOf({ tiers }), tiers).toEqual(['tiers']);
  expect(offer({ tiers: '500: 940;' }).tiers).toHaveLength(2);
});

test('[RW13] an offer needs a supplier, country, capacity, first quarter, stage and price', () => {
  const nothing = Object.fromEntries(
    ['supplier', 'country', 'capacity', 'from', 'stage', 'price'].map((column) => [column, null]),
  );
  expect(columnsOf(nothing)).toEqual(['supplier', 'country', 'capacity', 'from', 'stage', 'price']);
  expect(columnsOf({ country: 'Atlantis', leadMonths: 1.5, minimum: -1, stage: 'dreamt' })).toEqual([
    'country',
    'stage',
    'minimum',
    'leadMonths',
  ]);
});

test('[RW14] only a source in development does not count as producing', () => {
  const stages = ['operating', 'expansion', 'restart', 'development'];
  expect(stages.map((stage) => isProducing(offer({ stage })))).toEqual([true, true, true, false]);
});

test('[MP25] first rights of a name that is neither the reserve nor a buyer of the pool are found, whatever its case and blanks', () => {
  const rows = Object.entries({
    a: offerRow({ rightsHolder: ' Bellwether optics ', rightsShare: 20 }),
    b: offerRow({ rightsHolder: 'Reserve', rightsShare: 20 }),
    c: offerRow({ rightsHolder: 'Belwether Optics', rightsShare: 20 }),
    d: offerRow({}),
  });
  expect(rightsOutside(rows, ['Bellwether Optics'])).toEqual([{ row: 'c', holder: 'Belwether Optics' }]);
});
