/** Who receives which kilograms of what was bought. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mix } from '#domain/match-mix.ts';
import type { Choice } from '#domain/match-model.ts';
import { rankOf } from '#domain/match-model.ts';
import { classesOf } from '#domain/match-program.ts';
import { splitLots } from '#domain/match-split.ts';
import { ask, FIRST_QUARTER, problem, supply } from '../support/match-cases.ts';

/** Everything bought of each offer in the first quarter, for whatever class. */
const bought = (kg: readonly number[]): Choice => ({
  segments: kg.map(() => 0),
  flows: kg.map((amount, s) => ({ supply: s, quarter: 0, cls: 0, kg: amount })),
  levels: [],
  boundMicro: 0,
  trials: [],
  limited: false,
});
const shares = (of: ReturnType<typeof problem>, kg: readonly number[]) => {
  const parts = splitLots(of, bought(kg));
  return of.asks.map((_, a) => parts.reduce((sum, part) => sum + (part.ask === a ? part.kg : 0), 0));
};

test('[RA8] buyers of one priority share scarce supply by the uniform rule, whatever their ceilings', () => {
  const claims = [ask('a', 100, { ceiling: 9 }), ask('b', 40), ask('c', 30, { ceiling: 7 }), ask('d', 10)];
  const got = shares(problem(claims, [supply('X', 90, 5)]), [90]);
  expect(got[3]).toBe(10);
  expect([...got.slice(0, 3)].sort()).toEqual([26, 27, 27]);
});

test('[RA8] a buyer gains nothing by splitting its claim or by claiming through a subsidiary', () => {
  const whole = shares(
    problem([ask('a', 80, { buyer: 'A' }), ask('b', 60, { buyer: 'B' })], [supply('X', 90, 5)]),
    [90],
  );
  const halves = shares(
    problem(
      [
        ask('a1', 40, { buyer: 'A' }),
        ask('a2', 40, { buyer: 'A', organizationId: 'subsidiary' }),
        ask('b', 60, { buyer: 'B' }),
      ],
      [supply('X', 90, 5)],
    ),
    [90],
  );
  expect(whole).toEqual([45, 45]);
  expect(halves[2]).toBe(45);
  expect((halves[0] as number) + (halves[1] as number)).toBe(45);
  expect(Math.abs((halves[0] as number) - (halves[1] as number))).toBeLessThanOrEqual(1);
});

test('[RA8] earlier priorities come first, and the reserve takes its turn among them', () => {
  const got = shares(
    problem(
      [
        ask('loi', 50, { rank: rankOf('letterOfIntent') }),
        ask('firm', 50),
        ask('tier1', 50, { rank: rankOf('vault1'), organizationId: null, buyer: 'reserve' }),
      ],
      [supply('X', 120, 5)],
    ),
    [120],
  );
  expect(got).toEqual([20, 50, 50]);
});

test('[RA9] takers that may have the same lots receive them in the same proportions, so nobody is handed the dear one', () => {
  const parts = splitLots(
    problem([ask('a', 100), ask('b', 50)], [supply('X', 60, 4), supply('Y', 90, 6)]),
    bought([60, 90]),
  );
  const table = [0, 1].map((a) => [0, 1].map((s) => parts.find((part) => part.ask === a && part.supply === s)?.kg));
  expect(table).toEqual([
    [40, 60],
    [20, 30],
  ]);
});

test('[RA9] mixing keeps every sum, gives nobody what it may not have, and stays whole', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })).chain(([rows, columns]) =>
    fc.array(fc.array(fc.nat({ max: 30 }), { minLength: columns, maxLength: columns }), {
      minLength: rows,
      maxLength: rows,
    }),
  );
  fc.assert(
    fc.property(cases, (table) => {
      const rows = table.map((line) => line.reduce((a, b) => a + b, 0));
      const columns = (table[0] ?? []).map((_, c) => table.reduce((sum, line) => sum + (line[c] as number), 0));
      const allowed = (r: number, c: number) => (table[r]?.[c] ?? 0) > 0;
      const mixed = mix(rows, columns, allowed);
      expect(mixed.map((line) => line.reduce((a, b) => a + b, 0))).toEqual(rows);
      expect(columns.map((_, c) => mixed.reduce((sum, line) => sum + (line[c] as number), 0))).toEqual(columns);
      mixed.forEach((line, r) => {
        line.forEach((kg, c) => {
          expect(Number.isInteger(kg) && kg >= 0 && (kg === 0 || allowed(r, c))).toBe(true);
        });
      });
    }),
    { seed: 20_261_124, numRuns: 200 },
  );
});

test('[MT21] lines that the solver need not tell apart are one class, whatever their owner', () => {
  const lines = [
    ask('a', 10),
    ask('b', 20),
    ask('c', 5, { ceiling: 4 }),
    ask('d', 7, { excluded: ['CHN'] }),
    ask('e', 3),
  ];
  expect(classesOf(lines).map((cls) => [cls.kg, cls.asks])).toEqual(
    expect.arrayContaining([
      [33, [0, 1, 4]],
      [5, [2]],
      [7, [3]],
    ]),
  );
});

test("[RA10] deliveries are spread evenly over a line's window, as far as capacity allows", () => {
  const year = { to: FIRST_QUARTER + 3 };
  const kgByQuarter = (asks: Parameters<typeof problem>[0], capacity: number[], kg: number, a = 0) => {
    const parts = splitLots(problem(asks, [supply('X', capacity, 5)]), bought([kg]));
    return capacity.map((_, q) =>
      parts.reduce((sum, part) => sum + (part.ask === a && part.quarter === q ? part.kg : 0), 0),
    );
  };
  expect(kgByQuarter([ask('a', 40, year)], [100, 100, 100, 100], 40)).toEqual([10, 10, 10, 10]);
  expect(kgByQuarter([ask('a', 40, year)], [4, 100, 100, 0], 40)).toEqual([4, 18, 18, 0]);
  // The line that can take only the first quarter comes first there.
  expect(kgByQuarter([ask('a', 40, year), ask('b', 15)], [15, 15, 15, 15], 55)).toEqual([0, 14, 13, 13]);
});

test('[MT98] lines that may have the same deliveries receive them in the same quarters, whatever else the solver tells apart', () => {
  const year = { to: FIRST_QUARTER + 3 };
  const parts = splitLots(
    problem([ask('a', 40, { ...year, ceiling: 9 }), ask('b', 80, year)], [supply('X', [12, 48, 60, 0], 5)]),
    bought([120]),
  );
  const kg = (a: number) =>
    [0, 1, 2].map((q) => parts.reduce((sum, part) => sum + (part.ask === a && part.quarter === q ? part.kg : 0), 0));
  expect(kg(0)).toEqual([4, 16, 20]);
  expect(kg(1)).toEqual([8, 32, 40]);
});
