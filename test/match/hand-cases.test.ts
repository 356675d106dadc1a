/** Matches small enough to check by hand, and published ones. */
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

const unusedBecause = (result: Awaited<ReturnType<typeof solve>>, row: string) =>
  result.unused.find((offer) => offer.offerRow === row)?.reason;
const why = (result: Awaited<ReturnType<typeof solve>>, row: string) =>
  result.lines.find((line) => line.row === row)?.reason;

test('[MT1] an offer eight kilograms short of its minimum stays unused and says so', async () => {
  const result = await solve(problem([ask('d', 92)], [supply('X', 500, 5, { minimumKg: 100 }), supply('Y', 60, 9)]));
  expect([awardOf(result, 'd'), dollars(result)]).toEqual([60, 540]);
  expect(unusedBecause(result, 'X')).toEqual({ code: 'minimum', shortKg: 8, payableKg: 92, neededKg: 100 });
  expect(why(result, 'd')).toEqual({ code: 'capacity', shared: false });
});

test('[MT1] lines that reach the minimum together use the offer', async () => {
  const result = await solve(problem([ask('a', 55), ask('b', 45)], [supply('X', 500, 5, { minimumKg: 100 })]));
  expect([awardOf(result, 'a'), awardOf(result, 'b'), dollars(result)]).toEqual([55, 45, 500]);
  expect(orderOf(result, 'X')).toMatchObject({ kg: 100, buyers: 2, largestKg: 55 });
});

test('[MT2] a purer product serves a lower grade, never the other way', async () => {
  const result = await solve(
    problem(
      [ask('lo', 50, { gradePct: 99.99 }), ask('hi', 30, { gradePct: 99.9999 })],
      [supply('H', 60, 10), supply('L', 100, 4, { gradePct: 99.99, country: 'AUS' })],
    ),
  );
  expect([orderOf(result, 'H')?.kg, orderOf(result, 'L')?.kg, dollars(result)]).toEqual([30, 50, 500]);
  const only = await solve(problem([ask('hi', 30, { gradePct: 99.9999 })], [supply('L', 100, 4, { gradePct: 99.99 })]));
  expect([awardOf(only, 'hi'), why(only, 'hi'), unusedBecause(only, 'L')]).toEqual([
    0,
    { code: 'grade' },
    { code: 'grade' },
  ]);
});

test('[MT3] earlier ranks are served in full before later ones get anything', async () => {
  const result = await solve(
    problem([ask('t1', 40), ask('t3', 80, { rank: rankOf('letterOfIntent') })], [supply('X', 60, 3)]),
  );
  expect([awardOf(result, 't1'), awardOf(result, 't3'), dollars(result)]).toEqual([40, 20, 180]);
});

test('[MT3] one kilogram of an earlier rank is kept where weights of 1000 to 300 would trade it for four of a later one', async () => {
  // Z needs 5 kg: the firm kilogram and four of the letters of intent. X needs all eight of those.
  const asks = [ask('firm', 1, { qualification: 'qualified' }), ask('loi', 8, { rank: rankOf('letterOfIntent') })];
  const offers = [supply('Z', 5, 9, { qualified: true, minimumKg: 5 }), supply('X', 8, 1, { minimumKg: 8 })];
  const result = await solve(problem(asks, offers));
  expect([awardOf(result, 'firm'), awardOf(result, 'loi')]).toEqual([1, 4]);
  expect(1 * 1000).toBeLessThan(4 * 300);
});

test('[MT4] a ceiling below the first price is met where the pool reaches the next tier', async () => {
  const tiers = [
    [0, 5],
    [50, 4],
  ] as const;
  const both = await solve(
    problem([ask('cheap', 40, { ceiling: 4.5 }), ask('rich', 40, { ceiling: 10 })], [supply('X', 200, tiers)]),
  );
  expect([awardOf(both, 'cheap'), awardOf(both, 'rich'), dollars(both)]).toEqual([40, 40, 320]);
  const alone = await solve(
    problem([ask('cheap', 40, { ceiling: 4.5 }), ask('rich', 5, { ceiling: 10 })], [supply('X', 200, tiers)]),
  );
  expect([awardOf(alone, 'cheap'), awardOf(alone, 'rich'), why(alone, 'cheap')]).toEqual([0, 5, { code: 'tier' }]);
});

test('[MT4] no line pays above its ceiling', async () => {
  const result = await solve(problem([ask('d', 10, { ceiling: 4.99 })], [supply('X', 10, 5)]));
  expect([awardOf(result, 'd'), why(result, 'd'), unusedBecause(result, 'X')]).toEqual([
    0,
    { code: 'price' },
    { code: 'price' },
  ]);
});

test("[MT5] supply above a country's share is replaced where that costs less than the surcharge, and demand never goes unmet for it", async () => {
  const offers = [supply('C', 100, 2, { country: 'CHN' }), supply('A', 50, 6, { country: 'AUS' })];
  const dear = await solve(
    problem([ask('d', 100)], offers, { concentration: { sharePct: 40, excessMicroPerKg: 10_000_000 } }),
  );
  expect([orderOf(dear, 'C')?.kg, orderOf(dear, 'A')?.kg, unmetOf(dear)]).toEqual([60, 40, 0]);
  const cheap = await solve(
    problem([ask('d', 100)], offers, { concentration: { sharePct: 40, excessMicroPerKg: 1_000_000 } }),
  );
  expect([orderOf(cheap, 'C')?.kg, dollars(cheap), cheap.gapPct]).toEqual([100, 200, 0]);
  expect(unusedBecause(cheap, 'A')).toEqual({ code: 'dearer', kg: 1, extraMicro: 3_000_000 });
});

test('[MT5] the share counts for the country the feed comes from', async () => {
  const offers = [
    supply('D', 100, 2, { country: 'DEU', origin: 'CHN' }),
    supply('C', 100, 2.5, { country: 'CHN' }),
    supply('A', 100, 3, { country: 'AUS' }),
  ];
  const result = await solve(
    problem([ask('d', 100)], offers, { concentration: { sharePct: 50, excessMicroPerKg: 5_000_000 } }),
  );
  expect([orderOf(result, 'D')?.kg, orderOf(result, 'C')?.kg, orderOf(result, 'A')?.kg]).toEqual([50, undefined, 50]);
});

test("[MT6] delivery falls into the line's window, at most a quarter's capacity each quarter", async () => {
  const result = await solve(
    problem([ask('d', 100, { from: FIRST_QUARTER + 1, to: FIRST_QUARTER + 2 })], [supply('X', [60, 30, 30, 60], 5)]),
  );
  expect(result.lines[0]?.parts.map((part) => [part.quarter - FIRST_QUARTER, part.kg])).toEqual([
    [1, 30],
    [2, 30],
  ]);
  const late = await solve(problem([ask('d', 100)], [supply('X', [0, 60], 5)], { quarters: 2 }));
  expect([why(late, 'd'), unusedBecause(late, 'X')]).toEqual([{ code: 'time' }, { code: 'time' }]);
});

test('[MT7] form, qualification, excluded countries and recycled content are hard rules, told in that order', async () => {
  const of = (line: Parameters<typeof ask>[2], offer: Parameters<typeof supply>[3]) =>
    solve(problem([ask('d', 10, line)], [supply('X', 10, 5, offer)]));
  const cases = [
    [{ family: 'other' }, {}, 'form'],
    [{ qualification: 'producing' }, { producing: false, qualified: true }, 'qualification'],
    [{ qualification: 'qualified' }, { qualified: false }, 'qualification'],
    [{ excluded: ['CAN'] }, {}, 'country'],
    [{ excluded: ['CHN'] }, { origin: 'CHN' }, 'country'],
    [{ recycledOk: false }, { recycled: true }, 'recycled'],
    [
      { qualification: 'qualified', excluded: ['CAN'], recycledOk: false, ceiling: 1 },
      { recycled: true },
      'qualification',
    ],
  ] as const;
  for (const [line, offer, code] of cases) {
    const result = await of(line as Parameters<typeof ask>[2], offer as Parameters<typeof supply>[3]);
    expect([awardOf(result, 'd'), why(result, 'd'), unusedBecause(result, 'X')]).toEqual([0, { code }, { code }]);
  }
});

test('[MT8] published case QdiscSup: an exact need of 6000 costs 40,200', async () => {
  const result = await solve(problem([ask('d', 6000)], QDISC));
  expect([orderOf(result, 'B')?.kg, dollars(result)]).toEqual([6000, 40_200]);
});

test('[MT8] published case QdiscSup: where a surplus may be bought, 7500 for 37,500 is cheaper than 6000', async () => {
  const result = await solve(
    problem([ask('d', 6000), ask('surplus', 20_000, { rank: null, organizationId: null })], QDISC),
  );
  expect([
    orderOf(result, 'A')?.kg,
    orderOf(result, 'B'),
    awardOf(result, 'd'),
    awardOf(result, 'surplus'),
    dollars(result),
  ]).toEqual([7500, undefined, 6000, 1500, 37_500]);
});

const QDISC = [
  supply('A', 20_000, [
    [0, 9],
    [1000, 8],
    [2500, 7],
    [7500, 5],
    [15_000, 3],
  ]),
  supply(
    'B',
    20_000,
    [
      [0, 8],
      [1200, 7],
      [3000, 6],
      [7500, 4],
      [14_000, 2],
    ],
    { kind: 'incremental', country: 'AUS' },
  ),
];

test('[MT9] an unused offer that fits says what using it would cost, or that its minimum displaces others', async () => {
  const dearer = await solve(problem([ask('d', 10)], [supply('X', 20, 5), supply('Y', 20, 7, { minimumKg: 4 })]));
  expect(unusedBecause(dearer, 'Y')).toEqual({ code: 'dearer', kg: 4, extraMicro: 8_000_000 });
  const displaced = await solve(
    problem([ask('d', 10)], [supply('X', 10, 5, { minimumKg: 10 }), supply('Y', 10, 7, { minimumKg: 5 })]),
  );
  expect(unusedBecause(displaced, 'Y')).toEqual({ code: 'displaces', kg: 5 });
  const small = await solve(problem([ask('d', 10)], [supply('X', 10, 5), supply('Z', 10, 1, { minimumKg: 11 })]));
  expect(unusedBecause(small, 'Z')).toEqual({ code: 'capacityBelowMinimum', capacityKg: 10, minimumKg: 11 });
});

test('[MT10] a line of less than a kilogram is told so; the part of a kilogram beyond whole ones is not called unmet', async () => {
  const result = await solve(
    problem([ask('tiny', 0, { grams: 400 }), ask('odd', 39, { grams: 39_118 })], [supply('X', 100, 5)]),
  );
  expect([why(result, 'tiny'), why(result, 'odd'), awardOf(result, 'odd')]).toEqual([
    { code: 'underOneKilogram' },
    { code: 'metWhole' },
    39,
  ]);
});

test('[MT11] a match without any offer, or without any line, is an answer', async () => {
  const noOffer = await solve(problem([ask('d', 10)], []));
  expect([unmetOf(noOffer), why(noOffer, 'd'), noOffer.gapPct]).toEqual([10, { code: 'form' }, 0]);
  const noLine = await solve(problem([], [supply('X', 10, 5)]));
  expect([noLine.orders, unusedBecause(noLine, 'X')]).toEqual([[], { code: 'form' }]);
});
