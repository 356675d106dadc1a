/** What leaves a match: added up for officials, own lines for a manufacturer. */
import { expect, test } from 'vitest';
import { rankOf } from '#domain/match-model.ts';
import { officialReport, ownAwards } from '#domain/match-report.ts';
import type { MatchResult } from '#domain/match-result.ts';
import { whyAward, whyUnmet, whyUnused } from '#domain/match-words.ts';
import { catalogue } from '../support/catalogue.ts';
import { ask, problem, solve, supply } from '../support/match-cases.ts';

/** Sizes that do not occur as any other number. */
const LINES = [
  ask('row-a', 4111, { buyer: 'Aardvark', organizationId: 'Aardvark' }),
  ask('row-b', 2777, { buyer: 'Badger', organizationId: 'Badger' }),
  ask('row-c', 1333, { buyer: 'Badger', organizationId: 'Badger', rank: rankOf('indicative') }),
];
const result = async (capacity = 5000): Promise<MatchResult> => ({
  minerals: [
    await solve(
      problem(LINES, [
        supply(
          'X',
          capacity,
          [
            [0, 9],
            [3000, 7],
          ],
          { minimumKg: 4500, country: 'JPN' },
        ),
      ]),
    ),
  ],
  solver: 'HiGHS',
  solveMs: 1,
});

test('[MT41] the official report names suppliers but no company and no row of one', async () => {
  const report = officialReport(await result(), catalogue);
  const text = JSON.stringify(report);
  expect(text).not.toMatch(/Aardvark|Badger|row-/);
  expect(report.orders[0]?.sheet).toMatchObject({
    supplier: 'Supplier X',
    country: 'Japan',
    kg: 5000,
    usd: 35_000,
    usdPerKg: 7,
  });
});

test('[MT41] unmet lines of one product, period, priority and reason are one entry', async () => {
  expect(officialReport(await result(), catalogue).unmet.map(({ priority, kg }) => [priority, kg])).toEqual([
    ['firm', 4111 + 2777 - 5000],
    ['indicative', 1333],
  ]);
});

test('[MT42] an order says whom it serves, how the minimum was reached, what the quantity gained and when it delivers', async () => {
  expect(officialReport(await result(), catalogue).orders[0]?.sheet.reasons).toEqual([
    'Covers 5,000 kg of firm demand of the pool.',
    'Its smallest order of 4,500 kg is reached only together: none of its 2 buyers comes to it alone.',
    'The quantity brings the price from $9.00 to $7.00 per kg contained.',
    'Delivers in Q1 2027; uses 100 % of what the supplier can deliver in the period.',
  ]);
});

test("[MT43] a manufacturer's awards hold its own lines alone", async () => {
  const own = ownAwards(await result(), 'Badger', () => 'proposed', catalogue);
  expect(own.map(({ row, askedKg, awardedKg }) => [row, askedKg, awardedKg])).toEqual([
    ['row-b', 2777, 2500],
    ['row-c', 1333, 0],
  ]);
  const numbers = JSON.stringify(own).match(/\d+(\.\d+)?/g) ?? [];
  expect(new Set(numbers)).toEqual(new Set(['2777', '2500', '1333', '0', '1', '2027', '7', '6']));
  expect(JSON.stringify(own)).not.toMatch(/Aardvark|row-a/);
});

test("[MT43] another organization's order does not change what a manufacturer reads, as long as its own award stays", async () => {
  const one = ownAwards(await result(9000), 'Badger', () => 'proposed', catalogue);
  const [mineral] = (await result(9000)).minerals;
  const alone = problem(
    LINES.map((line) => (line.buyer === 'Aardvark' ? { ...line, kg: 4222, grams: 4_222_000 } : line)),
    [
      supply(
        'X',
        9000,
        [
          [0, 9],
          [3000, 7],
        ],
        { minimumKg: 4500, country: 'JPN' },
      ),
    ],
  );
  const other = ownAwards(
    { minerals: [await solve(alone)], solver: '', solveMs: 0 },
    'Badger',
    () => 'proposed',
    catalogue,
  );
  expect(mineral?.orders[0]?.kg).toBe(4111 + 2777 + 1333);
  expect(other).toEqual(one);
});

test('[MT44] orders that officials returned or rejected are shown but award nothing', async () => {
  const [line] = ownAwards(await result(), 'Aardvark', () => 'rejected', catalogue);
  expect(line).toMatchObject({ askedKg: 4111, awardedKg: 0, parts: [{ kg: 2500, state: 'rejected' }] });
  expect(line?.why).toContain('Officials did not approve 2500 kg of it.');
});

test('[MT45] the same reason has numbers for officials and none for a member', () => {
  const short = { code: 'minimum', shortKg: 8 } as const;
  expect(whyUnmet(short)).toContain('8 kg short');
  expect(whyAward(short, 0)).toBe('The smallest order of the offers that fit was not reached.');
  expect(whyAward({ code: 'capacity', shared: true }, 5)).toMatch(/^Met in part\. /);
  expect(whyUnused({ code: 'minimum', shortKg: 8, payableKg: 92, neededKg: 100 })).toBe(
    '8 kg short of its smallest order: lines that can take it ask for 92 kg of 100 kg.',
  );
  expect(whyUnused({ code: 'dearer', kg: 4, extraMicro: 8_000_000 })).toContain('$8.00 more');
});
