/** One hand-sized match for each part of the model beyond forms, grades and prices. */
import { expect, test } from 'vitest';
import { rankOf } from '#domain/match-model.ts';
import {
  ask,
  awardOf,
  dollars,
  FIRST_QUARTER,
  orderOf,
  problem,
  solve,
  supply,
  unmetOf,
} from '../support/match-cases.ts';

const CAP = { excessMicroPerKg: 1_000_000 };
const unusedBecause = (result: Awaited<ReturnType<typeof solve>>, row: string) =>
  result.unused.find((offer) => offer.offerRow === row)?.reason.code;
const why = (result: Awaited<ReturnType<typeof solve>>, row: string) =>
  result.lines.find((line) => line.row === row)?.reason.code;
/** A mine sells concentrate; `work` makes metal of it. */
const mine = (row: string, kg: number | readonly number[], price: number, more: Parameters<typeof supply>[3] = {}) =>
  supply(row, kg, price, { family: 'ga-feed', form: 'ga-feed', gradePct: null, gradeClass: 'any', ...more });
const refiner = (row: string, kg: number | readonly number[], price: number, more: Parameters<typeof supply>[3] = {}) =>
  supply(row, kg, price, {
    country: 'JPN',
    refining: { feedFamily: 'ga-feed', yieldPpm: 900_000, lagQuarters: 0 },
    ...more,
  });

test('[MT62] a line takes only sources with every certificate that it asks for', async () => {
  const offers = [
    supply('cheap', 50, 1, { certificates: ['IRMA'] }),
    supply('both', 50, 9, { certificates: ['AS9100', 'IRMA'] }),
  ];
  const result = await solve(problem([ask('d', 40, { requires: ['AS9100', 'IRMA'] })], offers));
  expect([orderOf(result, 'both')?.kg, unusedBecause(result, 'cheap')]).toEqual([40, 'certificate']);
  const none = await solve(problem([ask('d', 40, { requires: ['ITAR'] })], offers));
  expect([why(none, 'd'), unusedBecause(none, 'both')]).toEqual(['certificate', 'certificate']);
});

test('[MT63] a line that takes delivery early is served before its period, and no earlier than it says', async () => {
  const line = (early: number) => ask('d', 10, { from: FIRST_QUARTER + 2, to: FIRST_QUARTER + 2, early });
  const offers = [supply('X', [0, 20, 0, 20], 5)];
  const late = await solve(problem([line(0)], offers));
  expect([awardOf(late, 'd'), why(late, 'd')]).toEqual([0, 'time']);
  const early = await solve(problem([line(1)], offers));
  expect(early.lines[0]?.parts).toMatchObject([{ quarter: FIRST_QUARTER + 1, kg: 10 }]);
});

test('[MT64] one supplier, or several of one parent, above its share is replaced where that costs less than the surcharge', async () => {
  const offers = [supply('A', 60, 5, { group: 'P' }), supply('B', 60, 5, { group: 'P' }), supply('C', 100, 5.5)];
  const capped = problem([ask('d', 100)], offers, { supplierCap: { sharePct: 40, ...CAP } });
  const result = await solve(capped);
  expect([orderOf(result, 'C')?.kg, dollars(result), result.gapPct]).toEqual([40, 520, 0]);
  const free = await solve({ ...capped, supplierCap: null });
  expect([orderOf(free, 'C'), dollars(free)]).toEqual([undefined, 500]);
});

test('[MT64] a cap on suppliers that cross countries is kept in whole kilograms', async () => {
  const offers = [
    supply('A', 33, 5, { group: 'P', country: 'AUS' }),
    supply('B', 33, 5, { group: 'P', country: 'CAN' }),
    supply('C', 33, 5.2, { group: 'Q', country: 'AUS' }),
    supply('D', 33, 5.2, { group: 'Q', country: 'CAN' }),
  ];
  const result = await solve(
    problem([ask('d', 77)], offers, {
      supplierCap: { sharePct: 45, ...CAP },
      concentration: { sharePct: 45, ...CAP },
    }),
  );
  expect([unmetOf(result), result.gapPct]).toEqual([0, expect.closeTo(0, 0)]);
});

test('[MT65] what is not sure to come is avoided where surer supply costs less than the risk', async () => {
  const offers = [supply('new', 100, 5, { surePct: 50, producing: false }), supply('old', 100, 5.6)];
  const result = await solve(problem([ask('d', 80)], offers, { riskMicroPerKg: 1_000_000 }));
  expect([orderOf(result, 'new')?.kg, orderOf(result, 'old')?.kg]).toEqual([50, 30]);
  expect(orderOf(result, 'new')?.sureKg).toBe(50);
  const cheap = await solve(problem([ask('d', 80)], offers, { riskMicroPerKg: 500_000 }));
  expect(orderOf(cheap, 'new')?.kg).toBe(80);
});

test('[MT66] who has first rights takes its part of each quarter; others receive at most the rest', async () => {
  const offers = [supply('X', [50, 50], 5, { rights: { holder: 'h', pct: 40 } })];
  const lines = [ask('other', 100, { to: FIRST_QUARTER + 1 }), ask('h', 30, { to: FIRST_QUARTER + 1, rank: 4 })];
  const result = await solve(problem(lines, offers));
  expect([awardOf(result, 'other'), awardOf(result, 'h')]).toEqual([60, 30]);
  const alone = await solve(
    problem([lines[0] as never], [supply('X', [50, 50], 5, { rights: { holder: 'h', pct: 100 } })]),
  );
  expect([why(alone, 'other'), unusedBecause(alone, 'X')]).toEqual(['rights', 'rights']);
});

test('[MT67] a line takes no source that is controlled from a country it excludes', async () => {
  const offers = [supply('X', 50, 1, { controlledFrom: ['CHN'] })];
  const result = await solve(problem([ask('d', 10, { excludedOwners: ['CHN'] }), ask('e', 10)], offers));
  expect([awardOf(result, 'd'), why(result, 'd'), awardOf(result, 'e')]).toEqual([0, 'owner', 10]);
});

test('[MT69] concentrate of one country is refined in another, with its yield and its working time', async () => {
  const offers = [
    mine('M', [500, 0, 0], 3),
    refiner('R', [0, 300, 300], 2, { refining: { feedFamily: 'ga-feed', yieldPpm: 900_000, lagQuarters: 1 } }),
  ];
  const result = await solve(problem([ask('d', 200, { to: FIRST_QUARTER + 2 })], offers));
  // 200 kg of metal take 222.2222 kg of feed: 223 whole ones.
  expect([awardOf(result, 'd'), orderOf(result, 'M')?.kg, orderOf(result, 'R')?.kg]).toEqual([200, 223, 200]);
  expect([dollars(result), unmetOf(result)]).toEqual([223 * 3 + 200 * 2, 0]);
  expect(result.lines[0]?.parts).toMatchObject([
    { offerRow: 'R', quarter: FIRST_QUARTER + 1, kg: 200, feed: { offerRow: 'M', kg: 223 } },
    { offerRow: 'M', quarter: FIRST_QUARTER, kg: 223, isFeed: true },
  ]);
  expect(orderOf(result, 'R')?.feeds).toMatchObject([{ offerRow: 'M', kg: 223, forKg: 200 }]);
});

test('[MT69] product of a refiner counts for both countries, and what excludes one of them takes none of it', async () => {
  const offers = [mine('M', 500, 3, { country: 'CHN' }), refiner('R', 300, 2), mine('N', 500, 4, { country: 'AUS' })];
  const barred = await solve(problem([ask('d', 90, { excluded: ['CHN'] })], offers));
  expect([awardOf(barred, 'd'), orderOf(barred, 'N')?.kg, orderOf(barred, 'M')]).toEqual([90, 100, undefined]);
  const capped = await solve(
    problem([ask('d', 90)], offers, { concentration: { sharePct: 50, excessMicroPerKg: 3_000_000 } }),
  );
  // 45 kg of feed from either country are free of the surcharge: 40 kg of metal from the dearer, 50 kg from the other, whose surcharge is less.
  expect([awardOf(capped, 'd'), orderOf(capped, 'M')?.kg, orderOf(capped, 'N')?.kg]).toEqual([90, 56, 45]);
});

test('[MT70] a ceiling covers feed and work together, and the two minimums are met or neither is bought', async () => {
  const offers = [mine('M', 500, 4.5), refiner('R', 300, 2, { minimumKg: 50 })];
  const paid = await solve(problem([ask('d', 90, { ceiling: 7 })], offers));
  expect(awardOf(paid, 'd')).toBe(90);
  const dear = await solve(problem([ask('d', 90, { ceiling: 6.99 })], offers));
  expect([awardOf(dear, 'd'), why(dear, 'd'), unusedBecause(dear, 'M'), unusedBecause(dear, 'R')]).toEqual([
    0,
    'price',
    'form',
    'price',
  ]);
  const small = await solve(problem([ask('d', 40)], offers));
  expect([small.orders, unusedBecause(small, 'R')]).toEqual([[], 'minimum']);
  const nobody = await solve(problem([ask('d', 40)], [refiner('R', 300, 2)]));
  expect([why(nobody, 'd'), unusedBecause(nobody, 'R')]).toEqual(['feed', 'feed']);
});

test('[MT71] a tier of feed that only processing reaches lowers the price for both its takers', async () => {
  const offers = [
    supply(
      'M',
      500,
      [
        [0, 5],
        [100, 3],
      ],
      { family: 'ga-feed', form: 'ga-feed' },
    ),
    refiner('R', 300, 2),
  ];
  const lines = [ask('metal', 45), ask('feed', 50, { family: 'ga-feed', form: 'ga-feed', ceiling: 3 })];
  const result = await solve(problem(lines, offers));
  expect([awardOf(result, 'metal'), awardOf(result, 'feed'), dollars(result)]).toEqual([45, 50, 100 * 3 + 45 * 2]);
});

test('[MT72] the reserve’s tiers and buyers’ ranks keep their order along processing paths', async () => {
  const lines = [ask('loi', 80, { rank: rankOf('letterOfIntent') }), ask('firm', 50)];
  const result = await solve(problem(lines, [mine('M', 100, 3), refiner('R', 300, 2)]));
  expect([awardOf(result, 'firm'), awardOf(result, 'loi')]).toEqual([50, 40]);
});
