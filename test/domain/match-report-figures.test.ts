/** What a match's pages draw: price lists, caps, feed. An official gets no more of demand than totals that pass; a member nothing of it. */
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { type Cap, capsOf } from '#domain/match-figures.ts';
import { officialReport, ownAwards } from '#domain/match-report.ts';
import type { MatchResult, MineralResult } from '#domain/match-result.ts';
import { quarterNumber } from '#domain/quarters.ts';
import { catalogue } from '../support/catalogue.ts';
import { ask, problem, solve, supply } from '../support/match-cases.ts';

const RULES = { rules: DEFAULT_RULES, government: new Set<string>() };
const NAMES = ['Aardvark', 'Badger', 'Civet', 'Dingo', 'Egret', 'Ferret'];
/** Balanced, in sizes that occur as no other number. */
const crowd = (names = NAMES) =>
  names.map((name, i) => ask(`row-${name}`, 2903 + 10 * i, { buyer: name, organizationId: name }));
const total = (lines: ReturnType<typeof crowd>) => lines.reduce((kg, { kg: own }) => kg + own, 0);
const resultOf = (mineral: MineralResult): MatchResult => ({ minerals: [mineral], solver: 'HiGHS', solveMs: 1 });
const report = (mineral: MineralResult) => officialReport(resultOf(mineral), catalogue, RULES);
const HALF = { sharePct: 50, excessMicroPerKg: 1_000_000 };

test('[MP10] an order carries the price list with the step that it reached, for both kinds of list', async () => {
  const steps = [
    [0, 9],
    [3000, 7],
    [90_000, 6],
  ] as const;
  for (const kind of ['allUnits', 'incremental'] as const) {
    const mineral = await solve(problem(crowd(), [supply('X', 50_000, steps, { kind, country: 'JPN' })]));
    const [order] = report(mineral).orders;
    expect(order?.sheet.ladder).toEqual({
      kind,
      steps: [
        { fromKg: 0, usdPerKg: 9 },
        { fromKg: 3000, usdPerKg: 7 },
        { fromKg: 90_000, usdPerKg: 6 },
      ],
      reached: 1,
    });
    expect([order?.sheet.countryId, order?.sheet.originId]).toEqual(['JPN', null]);
  }
});

test('[MP10] an order stored before price lists were kept has none, and is shown', async () => {
  const mineral = await solve(problem(crowd(), [supply('X', 50_000, 9)]));
  const old = { ...mineral, orders: mineral.orders.map(({ tiers: _, kind: __, ...order }) => order) };
  expect(report(old).orders[0]?.sheet).toMatchObject({ kg: total(crowd()), ladder: null, feeds: [], yieldPct: null });
});

test('[MP11] a cap that is a share of demand is told to three digits, and one that is only reached where demand may be told', async () => {
  const lines = crowd();
  const asked = total(lines);
  const two = await solve(
    problem(lines, [supply('X', asked, 5, { country: 'CHN' }), supply('Y', asked, 5.5, { country: 'JPN' })], {
      concentration: HALF,
    }),
  );
  expect(two.orders.map(({ kg }) => kg)).toEqual([Math.floor(asked / 2), asked - Math.floor(asked / 2)]);
  const rounded = Number((asked / 2).toPrecision(3));
  expect(rounded).not.toBe(asked / 2);
  const caps = (of: MineralResult): Cap[] => capsOf(of, RULES).filter(({ kind }) => kind === 'country');
  expect(caps(two).map(({ name, limitKg }) => [name, limitKg])).toEqual([
    ['CHN', rounded],
    ['JPN', rounded],
  ]);
  // The same split of a demand that may not be told: being at its half exactly would tell it.
  const few = crowd(NAMES.slice(0, 2));
  const ofTwo = await solve(
    problem(few, [supply('X', total(few), 5, { country: 'CHN' }), supply('Y', total(few), 5.5, { country: 'JPN' })], {
      concentration: HALF,
    }),
  );
  expect(caps(ofTwo).filter(({ state }) => state === 'at')).toEqual([]);
  expect(caps(ofTwo).map(({ limitKg }) => limitKg)).toEqual(caps(ofTwo).map(() => null));
});

test('[MP11] an offer that is used to its capacity or held at its smallest order is among the caps', async () => {
  const mineral = await solve(
    problem(crowd(), [supply('X', 5000, 5), supply('Y', 50_000, 6, { minimumKg: total(crowd()) - 5000 })]),
  );
  expect(capsOf(mineral, RULES).map(({ kind, name, kg, state }) => [kind, name, kg, state])).toEqual([
    ['capacity', 'Supplier X', 5000, 'at'],
    ['minimum', 'Supplier Y', total(crowd()) - 5000, 'at'],
  ]);
});

test('[MP12] nothing that a report adds for the pages holds a number or a name of one company', async () => {
  const lines = crowd().map((line, i) => ({ ...line, from: line.from + (i % 2), to: line.to + (i % 2) }));
  const mineral = await solve(
    problem(lines, [supply('X', [9000, 9000], 5, { country: 'CHN' }), supply('Y', [9000, 9000], 6)], {
      quarters: 2,
      concentration: HALF,
    }),
  );
  const { minerals, orders } = report(mineral);
  const added = JSON.stringify([
    minerals,
    orders.map(({ sheet: { ladder, feeds, feedKg, yieldPct, countryId, originId } }) => [
      { ladder, feeds, feedKg, yieldPct, countryId, originId },
    ]),
  ]);
  expect(added).not.toMatch(/Aardvark|Badger|Civet|Dingo|Egret|Ferret|row-/);
  for (const { kg } of lines) expect(added).not.toContain(String(kg));
  // Limits are shares of demand: exact ones would tell it exactly.
  const limits = minerals.flatMap(({ caps }) => caps.map(({ limitKg }) => limitKg));
  expect(limits).toEqual(limits.map((kg) => Number(kg?.toPrecision(3))));
  expect(limits.length).toBe(2);
});

test('[MP12] a member’s award is the same whatever the price list and the caps are beyond its own price', async () => {
  const own = async (far: number, share: number) => {
    const mineral = await solve(
      problem(
        crowd(),
        [
          supply('X', 60_000, [
            [0, 9],
            [3000, 7],
            [far, 6],
          ]),
        ],
        {
          concentration: { sharePct: share, excessMicroPerKg: 1 },
        },
      ),
    );
    return ownAwards(resultOf(mineral), 'Badger', () => 'proposed', catalogue, RULES);
  };
  const awards = await own(30_000, 50);
  expect(await own(40_000, 90)).toEqual(awards);
  expect(JSON.stringify(awards)).not.toMatch(/ladder|reached|caps|hhi|limitKg|minimum|capacity/i);
});

test('[MP13] a mineral’s report says how much leans on one country', async () => {
  const all = await solve(problem(crowd(), [supply('X', 50_000, 5, { country: 'DEU', origin: 'CHN' })]));
  expect(report(all).minerals).toEqual([
    { mineral: 'gallium', usd: total(crowd()) * 5, hhi: 10_000, gapPct: 0, limited: false, caps: [] },
  ]);
  const none = await solve(problem(crowd(), []));
  expect(report(none).minerals[0]?.hhi).toBe(0);
});

test('[MP14] a refiner’s order says what it is made from, where, and with which yield; the feed’s order how much of it that is', async () => {
  const refined = await solve(
    problem(
      crowd().map((line) => ({ ...line, from: quarterNumber('2027-Q1'), to: quarterNumber('2027-Q2') })),
      [
        supply('R', [50_000, 50_000], 3, {
          country: 'JPN',
          refining: { feedFamily: 'ga-feed', yieldPpm: 920_000, lagQuarters: 1 },
        }),
        supply('F', [50_000, 50_000], 2, { country: 'AUS', family: 'ga-feed', form: 'ga-metal-4n' }),
      ],
      { quarters: 2 },
    ),
  );
  const orders = report(refined).orders.map(({ sheet }) => sheet);
  const [product, feed] = ['Japan', 'Australia'].map((country) => orders.find((one) => one.country === country));
  expect(product).toMatchObject({
    yieldPct: 92,
    feeds: [{ supplier: 'Supplier F', country: 'Australia', kg: feed?.kg }],
  });
  expect(feed?.feedKg).toEqual({ pool: feed?.kg, reserve: 0 });
  expect(product?.reasons.at(-1)).toMatch(
    /^Made in Japan from .+ of Supplier F, Australia: [\d,]+ kg contained, an order of its own; 92 % of the element ends in the product\.$/,
  );
});
