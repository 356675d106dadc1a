import { expect, test } from 'vitest';
import { readPriority } from '#domain/priority-sheet.ts';
import { reserveFigures } from '#domain/reserve-figures.ts';
import type { Row } from '#domain/sheets.ts';
import { ASSUMPTIONS } from '#domain/shortfall.ts';
import { planned, readTarget, type TargetLine } from '#domain/target-sheet.ts';
import { catalogue, GALLIUM_SUPPLY, priorityRow, targetRow } from '../support/catalogue.ts';

const target = (cells: Row = {}, row = 't'): TargetLine => {
  const reading = readTarget(row, targetRow(cells), catalogue);
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const priority = (cells: Row, row: string) => {
  const reading = readPriority(row, priorityRow(cells), catalogue);
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return reading.value;
};

test('[VT1] a row of the targets reads with its masses as grams of contained element, and a compound may be counted by it', () => {
  expect(
    target({ onHand: 260, budget: '60,000,000', excluded: 'China, RUS', price: 580, priceUnit: 'USD/kg' }),
  ).toMatchObject({
    target: 3_120_000,
    onHand: 260_000,
    onOrder: 0,
    budgetUsd: 60_000_000,
    excludedCountries: ['CHN', 'RUS'],
    usdMicroPerKg: 580_000_000,
  });
  expect(target({ mineral: 'tungsten', form: 'w-apt', target: 1920, unit: 't contained' }).target).toBe(1_920_000_000);
  expect(target({ target: null, unit: null }).target).toBe(0);
});

test('[VT2] without a typed target, the days decide: days x yearly / 365, up to a whole gram', () => {
  const days = { target: null, coverDays: 60, military: 1900, civilian: 5700, industrial: 11_400 };
  // 60 x 19,000,000 g / 365 = 3,123,287.67 g
  expect(target(days).target).toBe(3_123_288);
  expect(target({ ...days, target: 3120 }).target).toBe(3_120_000);
});

test('[VT3] a target has the tier of its product in the shared sheet: of the row of its id, else the most urgent; without one it asks for nothing', () => {
  const priorities = [
    priority({ tier: '3' }, 'a'),
    priority({ tier: '2' }, 'b'),
    priority({ tier: '1', grade: 99.99 }, 'c'),
  ];
  const tiers = (targets: TargetLine[]) => planned(priorities, targets).map(({ row, tier }) => [row, tier]);
  expect(tiers([target({}, 'a'), target({}, 'new'), target({ grade: '4N' }, 'a')])).toEqual([
    ['a', 3],
    ['new', 2],
    ['a', 1],
  ]);
  expect(tiers([target({ grade: '5N' }, 'a')])).toEqual([]);
});

test('[VT4] every figure that follows from a row, by hand', () => {
  const around = {
    supply: GALLIUM_SUPPLY,
    assumptions: { ...ASSUMPTIONS, surgePct: 50, coveredPct: 0 },
    rates: { financingPct: 6, insurancePct: 1, handlingPct: 1 },
    now: '2026-Q4',
  } as const;
  const line = target({
    target: 100,
    military: 73,
    civilian: 146,
    industrial: 146,
    onHand: 20,
    onOrder: 30,
    price: 500,
    priceUnit: 'USD/kg',
    storage: 1000,
    rotated: 'Q3 2024',
    shelfMonths: 25,
  });
  const figures = reserveFigures(line, around);
  expect(figures).toMatchObject({
    yearly: 365_000,
    target: 100_000,
    // 20 kg at 1 kg a day.
    coverDays: { n: 20n, d: 1n },
    gap: 50_000,
    // 20 kg x 500 x 8 % + 0.02 t x 1000 = 800 + 20.
    carryingUsd: { n: 820n, d: 1n },
    closingUsd: { n: 25_000n, d: 1n },
    // Eight whole quarters of 25 months.
    rotationDue: '2026-Q3',
    isRotationLate: true,
  });
  // All comes from one covered source: the year of conflict misses 365 kg and half of the military 73 more; then a third comes back a year.
  expect(figures.shortfall?.map(({ mass }) => Math.round(mass / 1000))).toEqual([402, 243, 122, 0]);
  const bare = reserveFigures(target({ onHand: 20 }), { ...around, supply: null });
  expect([bare.yearly, bare.coverDays, bare.shortfall, bare.carryingUsd, bare.rotationDue]).toEqual(
    Array(5).fill(null),
  );
});
