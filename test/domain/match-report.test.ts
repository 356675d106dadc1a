/** What leaves a match: orders as a whole for officials, own lines for a manufacturer. What is finer is in match-disclosure.test. */
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { rankOf } from '#domain/match-model.ts';
import { officialReport, ownAwards } from '#domain/match-report.ts';
import type { MatchResult } from '#domain/match-result.ts';
import { whyAward, whyUnmet, whyUnused } from '#domain/match-words.ts';
import { catalogue } from '../support/catalogue.ts';
import { ask, problem, solve, supply } from '../support/match-cases.ts';

const RULES = { rules: DEFAULT_RULES, government: new Set<string>() };
/** Sizes that do not occur as any other number. */
const LINES = [
  ask('row-a', 4111, { buyer: 'Aardvark', organizationId: 'Aardvark' }),
  ask('row-b', 2777, { buyer: 'Badger', organizationId: 'Badger' }),
  ask('row-c', 1333, { buyer: 'Badger', organizationId: 'Badger', rank: rankOf('indicative') }),
];
const MORE = ['Civet', 'Dingo', 'Egret', 'Ferret'].map((name, i) =>
  ask(`row-${name}`, 2903 + 10 * i, { buyer: name, organizationId: name }),
);
const offer = (capacity: number, minimumKg: number) =>
  supply(
    'X',
    capacity,
    [
      [0, 9],
      [3000, 7],
    ],
    { minimumKg, country: 'JPN' },
  );
const resultOf = async (lines: typeof LINES, capacity: number, minimumKg: number): Promise<MatchResult> => ({
  minerals: [await solve(problem(lines, [offer(capacity, minimumKg)]))],
  solver: 'HiGHS',
  solveMs: 1,
});
const result = (capacity = 5000) => resultOf(LINES, capacity, 4500);
const crowd = () => resultOf([...LINES, ...MORE], 17_000, 4500);

test('[MT41] the official report names suppliers but no company and no row of one', async () => {
  for (const report of [await result(), await crowd()].map((one) => officialReport(one, catalogue, RULES))) {
    expect(JSON.stringify(report)).not.toMatch(/Aardvark|Badger|Civet|Dingo|row-/);
    expect(report.orders[0]?.sheet).toMatchObject({ supplier: 'Supplier X', country: 'Japan', usdPerKg: 7 });
  }
});

test('[MT41] an order as a whole is exact, also where it serves one company or two', async () => {
  expect(officialReport(await result(), catalogue, RULES).orders[0]?.sheet).toMatchObject({ kg: 5000, usd: 35_000 });
});

test('[MT42] an order says whom it serves, how the minimum was reached, what the quantity gained and when it delivers', async () => {
  expect(officialReport(await crowd(), catalogue, RULES).orders[0]?.sheet.reasons).toEqual([
    'Covers 17,000 kg of firm demand of the pool.',
    'Its smallest order of 4,500 kg is reached only together: no buyer comes to it alone.',
    'The quantity brings the price from $9.00 to $7.00 per kg contained.',
    'Delivers in Q1 2027; uses 100 % of what the supplier can deliver in the period.',
  ]);
});

const awards = (of: MatchResult, organization: string, state: 'proposed' | 'rejected' | 'inReview' = 'proposed') =>
  ownAwards(of, organization, () => state, catalogue, RULES);

test("[MT43] a manufacturer's awards hold its own lines alone", async () => {
  const own = awards(await result(), 'Badger');
  expect(own.map(({ row, askedKg, awardedKg }) => [row, askedKg, awardedKg])).toEqual([
    ['row-b', 2777, 2500],
    ['row-c', 1333, 0],
  ]);
  const numbers = JSON.stringify(own).match(/\d+(\.\d+)?/g) ?? [];
  // 5000: its 2,500 kg at 7 instead of 9.
  expect(new Set(numbers)).toEqual(new Set(['2777', '2500', '1333', '0', '1', '2027', '7', '9', '6', '5000']));
  expect(JSON.stringify(own)).not.toMatch(/Aardvark|row-a/);
});

test("[MT43] another organization's order does not change what a manufacturer reads, as long as its own award stays", async () => {
  const one = awards(await resultOf(LINES, 9000, 4500), 'Badger');
  const changed = LINES.map((line) => (line.buyer === 'Aardvark' ? { ...line, kg: 4222, grams: 4_222_000 } : line));
  expect(awards(await resultOf(changed, 9000, 4500), 'Badger')).toEqual(one);
});

test('[MT44] orders that officials returned or rejected are shown but award nothing', async () => {
  const [line] = awards(await result(), 'Aardvark', 'rejected');
  expect(line).toMatchObject({ askedKg: 4111, awardedKg: 0, parts: [{ kg: 2500, state: 'rejected' }] });
  expect(line?.why).toContain('Officials did not approve 2500 kg of it.');
});

test('[MT44] that officials have begun to look at an order is not shown in the award', async () => {
  expect(awards(await result(), 'Aardvark', 'inReview')).toEqual(awards(await result(), 'Aardvark'));
});

test('[MT45] reasons hold no number of a line, neither for officials nor for a member', () => {
  const short = { code: 'minimum', shortKg: 8 } as const;
  expect(whyUnmet(short)).toBe('The smallest order of the offers that fit was not reached.');
  expect(whyUnused({ code: 'minimum', shortKg: 8, payableKg: 92, neededKg: 100 })).toBe(
    'Its smallest order at a price that lines accept is 100 kg; lines that can take it ask for less.',
  );
  expect(whyUnused({ code: 'dearer', kg: 4, extraMicro: 8_000_000 })).toContain('$8.00 more');
});

test('[MT47] every reason that depends on what others asked for is the same sentence for a member', () => {
  const reasons = [
    { code: 'minimum', shortKg: 8 },
    { code: 'tier' },
    { code: 'capacity', shared: true },
    { code: 'capacity', shared: false },
  ] as const;
  expect(new Set(reasons.map((reason) => whyAward(reason, 0))).size).toBe(1);
  expect(new Set(reasons.map((reason) => whyAward(reason, 5))).size).toBe(1);
  expect(whyAward({ code: 'tier' }, 5)).toMatch(/^Met in part\. Not everything could be bought/);
  expect(whyAward({ code: 'grade' }, 0)).toBe('No offer of this form is pure enough.');
});
