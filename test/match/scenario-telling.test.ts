/** What of scenarios is told: by tier, together or not at all; against the match and everything told before; and what can be chosen. */
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { type Problem, rankOf } from '#domain/match-model.ts';
import { toldAfter, toldBefore, whyOffer } from '#domain/match-report-scenarios.ts';
import { exactOf } from '#domain/match-shares.ts';
import { Telling } from '#domain/match-telling.ts';
import type { Intervention } from '#domain/mineral-facts.ts';
import { bansTrying, gridOf, shockOf, titleOf, tryable } from '#domain/scenario-shocks.ts';
import { catalogue } from '../support/catalogue.ts';
import { ask, FIRST_QUARTER, problem, solve, supply } from '../support/match-cases.ts';

const NOBODY: ReadonlySet<string> = new Set();
const protection = { rules: DEFAULT_RULES, government: NOBODY };

/** Firm lines of so many kilograms, indicative ones, and so much to share. */
const scarce = (kg: number, firm: readonly number[], indicative: readonly number[] = []): Problem =>
  problem(
    [
      ...firm.map((each, i) => ask(`f${i}`, each)),
      ...indicative.map((each, i) => ask(`i${i}`, each, { rank: rankOf('indicative') })),
    ],
    [supply('A', kg, 5)],
  );

async function decided(base: Problem, ...after: Problem[]) {
  const telling = new Telling(protection);
  const match = await solve(base);
  telling.knows(match);
  const told = [];
  for (const one of after) {
    const exact = exactOf(await solve(one), NOBODY);
    const decision = telling.decide(match.mineral, exact);
    told.push({ decision, shown: toldAfter(exact, decision) });
  }
  return told;
}
const six = [100, 98, 96, 94, 92, 90];

test('[SC9] what stays unmet is told by tier, or for all tiers together, or not at all', async () => {
  const [byTier] = await decided(scarce(2000, six, six), scarce(1, six, six));
  expect(byTier?.decision.unmet).toBe('ranks');
  expect(byTier?.shown.tiers.map(({ kg }) => kg)).toEqual([569, 570]);
  // Two companies are firm: their tier is told with the others’ only.
  const [together] = await decided(scarce(2000, [100, 98], six), scarce(1, [100, 98], six));
  expect(together?.decision.unmet).toBe('pool');
  expect(together?.shown.tiers.map(({ kg }) => kg)).toEqual([null, null]);
  expect(together?.shown.poolUnmetKg).toBe(767);
  const [nothing] = await decided(scarce(2000, [100, 98]), scarce(1, [100, 98]));
  expect(nothing?.shown).toMatchObject({ poolUnmetKg: null, costUsd: null });
});

test('[SC10] nothing unmet and too few who are short look alike', async () => {
  const told = await decided(scarce(2000, six), scarce(2100, six), scarce(569, six));
  expect(told.map(({ shown }) => [shown.poolUnmetKg, ...shown.tiers.map(({ kg }) => kg)])).toEqual([
    [null, null],
    [null, null],
  ]);
});

test('[SC11] a scenario that differs from one told before by few companies is kept, and the same answer is told again', async () => {
  const form = { family: 'ga-oxide', form: 'ga-oxide-4n' };
  const withLone = (kg: number, of: Problem): Problem => ({
    ...of,
    asks: [...of.asks, ask('lone', 60, form)],
    supplies: [...of.supplies, supply('P', kg, 9, form)],
  });
  const base = withLone(60, scarce(2000, six));
  const all = withLone(60, scarce(1, six));
  const andLone = withLone(0, scarce(1, six));
  const [first, second, again] = await decided(base, all, andLone, all);
  expect([first?.decision.unmet, second?.decision.unmet, again?.decision.unmet]).toEqual(['ranks', null, 'ranks']);
  expect(again?.shown).toEqual(first?.shown);
});

test('[SC12] cost, concentration and the reserve’s shortfall pass the same rules, and what changes for nobody is told', async () => {
  const withReserve = (kg: number): Problem => ({
    ...scarce(kg, six),
    asks: [...scarce(kg, six).asks, ask('v', 50, { organizationId: null, rank: rankOf('vault1') })],
  });
  const telling = new Telling(protection);
  const match = await solve(withReserve(2000));
  telling.knows(match);
  const decide = async (one: Problem) => telling.decide('gallium', exactOf(await solve(one), NOBODY));
  // The reserve alone is short: companies receive what they did.
  expect(await decide(withReserve(590))).toMatchObject({ reserve: true, cost: true, hhi: true, unmet: null });
  // All companies are short of it.
  expect(await decide(withReserve(300))).toMatchObject({ reserve: true, cost: true, hhi: true, unmet: 'ranks' });
  expect(toldBefore(match, protection)).toMatchObject({
    poolUnmetKg: 0,
    reserveUnmetKg: 0,
    costUsd: 3100,
    hhi: 10_000,
  });
  // One company less than the match served: its cost is the difference.
  const less = { ...withReserve(2000), asks: withReserve(2000).asks.slice(1) };
  expect(await decide(less)).toMatchObject({ reserve: false, cost: false, hhi: false });
});

test('[SC12] without rules that can be read, nothing is told', async () => {
  const telling = new Telling({ rules: null, government: NOBODY });
  telling.knows(await solve(scarce(2000, six)));
  expect(telling.decide('gallium', exactOf(await solve(scarce(1, six)), NOBODY))).toEqual({
    unmet: null,
    reserve: false,
    cost: false,
    hhi: false,
  });
});

const ban = (more: Partial<Intervention> = {}): Intervention => ({
  id: 'ban-1',
  country: 'China',
  iso3: 'CHN',
  type: 'ban',
  scope: '',
  target: '',
  startYear: 2024,
  startDate: '2024-12-03',
  status: 'in_force',
  statusFrom: null,
  statusUntil: null,
  inLetter: true,
  source: '',
  locator: '',
  note: '',
  ...more,
});

test('[SC2] a ban that holds is tried as lifted, one that does not as begun on its date, and other interventions not at all', () => {
  const all = [
    ban(),
    ban({ id: 'past', status: 'lifted' }),
    ban({ id: 'quota', type: 'quota' }),
    ban({ id: 'later', status: 'suspended', statusUntil: '2026-11-27' }),
  ];
  expect(tryable(all, 'gallium').map(({ id, effect, date }) => [id, effect, date])).toEqual([
    ['ban-1', 'ends', '2024-12-03'],
    ['past', 'begins', '2024-12-03'],
    ['later', 'ends', '2026-11-27'],
  ]);
  const held = (id: string) => bansTrying(all, 'gallium', id).map(({ from }) => from);
  expect(held('')).toEqual([2024 * 4 + 3, 2026 * 4 + 3]);
  expect(held('ban-1')).toEqual([2026 * 4 + 3]);
  expect(held('past')).toEqual([2024 * 4 + 3, 2026 * 4 + 3, 2024 * 4 + 3]);
});

test('[SC1] the grid holds every country, supplier, price, demand and ban that touches anything, at most a hundred', () => {
  const small = problem(
    [ask('d', 10)],
    [supply('A', 10, 5, { country: 'CHN' }), supply('B', 0, 5, { country: 'JPN', supplier: 'Nobody' })],
  );
  const { shocks, leftOut } = gridOf([small], []);
  expect([shocks.map(({ kind }) => kind), leftOut]).toEqual([
    ['price', 'price', 'price', 'demand', 'demand', 'ban', 'supplierFails'],
    0,
  ]);
  const names = {
    country: () => 'China',
    mineral: () => 'gallium',
    interventions: [{ id: 'x', mineral: 'gallium', country: 'CHN', effect: 'ends' as const, date: '2026' }],
  };
  expect(shocks.slice(4).map((shock) => titleOf(shock, names))).toEqual([
    'Demand for everything up 25 %',
    'China bans gallium',
    'Supplier A fails',
  ]);
  expect(titleOf({ kind: 'intervention', id: 'x', mineral: 'gallium' }, names)).toBe(
    'The ban on gallium of China is lifted (2026)',
  );
  expect(shockOf({ kind: 'ban', country: 'CHN', mineral: null, fromYear: 2027, toYear: 2027 })).toEqual({
    kind: 'ban',
    country: 'CHN',
    mineral: null,
    from: FIRST_QUARTER,
    to: FIRST_QUARTER + 3,
  });
  const many = problem(
    [ask('d', 10)],
    Array.from({ length: 120 }, (_, i) => supply(`S${i}`, 10, 5)),
  );
  expect(gridOf([many], [])).toMatchObject({ shocks: { length: 100 }, leftOut: 26 });
});

test('[SC15] why an offer is not used is its first rule; how much its lines ask for is not told', async () => {
  const match = await solve(problem([ask('d', 190)], [supply('A', 500, 5), supply('M', 500, 4, { minimumKg: 198 })]));
  const why = whyOffer(match, 'M', null, [], catalogue, protection);
  expect(why).toMatchObject({
    isUsed: false,
    question: 'Why not Supplier M?',
    answer: expect.stringContaining('198 kg'),
  });
  expect(JSON.stringify(why)).not.toMatch(/\b(190|8) kg\b/);
  expect(whyOffer(match, 'elsewhere', null, [], catalogue, protection)).toBeNull();
  const dear = await solve(problem([ask('d', 10)], [supply('A', 500, 5), supply('D', 500, 9)]));
  const costs = { costs: { kg: 2, extraMicro: 8_000_000 }, capacityMicro: 0, binding: [] };
  expect(whyOffer(dear, 'D', costs, [], catalogue, protection)?.more).toEqual([
    { title: 'What it would take', text: expect.stringContaining('$4.00 more') },
  ]);
});

test('[SC16] the worth of a kilogram more, and of a limit, is told where enough companies stand behind it', async () => {
  const marginal = {
    costs: null,
    capacityMicro: 3_000_000,
    binding: [{ kind: 'country' as const, name: 'CHN', savesMicroPerKg: 2_000_000 }],
  };
  const of = async (lines: readonly number[]) =>
    whyOffer(await solve(scarce(100, lines)), 'A', marginal, ['Covers it.'], catalogue, protection);
  const [many, few] = [await of(six), await of([100, 98])];
  expect(many?.answer).toBe('Everything that it can deliver in the period is ordered.');
  expect(many?.more.map(({ text }) => text)).toEqual([
    'Covers it.',
    expect.stringContaining('$3.00'),
    expect.stringContaining('$2.00'),
  ]);
  expect(JSON.stringify(few?.more)).not.toContain('$');
});
