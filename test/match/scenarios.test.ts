/** Scenarios: what each shock changes, that only touched minerals are solved again, and that the answer is that of the edited problem. */
import { expect, test } from 'vitest';
import { type Problem, rankOf } from '#domain/match-model.ts';
import { choiceFaults, type Shock, shocked, standingOf, stoppedBy } from '#domain/match-scenarios.ts';
import type { Intervention } from '#domain/mineral-facts.ts';
import { bansTrying, tryable } from '#domain/scenario-shocks.ts';
import { marketOf, SIZES } from '#seeds/large.ts';
import { solveProblem } from '#server/match/levels.ts';
import { loadHighs } from '#server/match/load-highs.ts';
import { ScenarioModel } from '#server/match/scenario-model.ts';
import { scenarioGrid } from '#server/match/scenarios.ts';
import { WhyNot } from '#server/match/why-not.ts';
import { problemsOfMarket } from '../bench/match/problems.ts';
import { ask, FIRST_QUARTER, hardProblem, problem, solve, supply } from '../support/match-cases.ts';

const STILL = { isCancelled: () => false, onLevel: () => {} };
const QUICK = { polishSeconds: 0, isCancelled: () => false };
const two = (): Problem[] => [
  problem(
    [
      ask('d', 80, { from: FIRST_QUARTER, to: FIRST_QUARTER + 1 }),
      ask('v', 40, { organizationId: null, rank: rankOf('vault1'), to: FIRST_QUARTER + 1 }),
    ],
    [
      supply('C', [50, 50], 2, { country: 'CHN' }),
      supply('R', [30, 30], 4, { country: 'DEU', origin: 'CHN' }),
      supply('A', [30, 30], 6, { country: 'AUS', supplier: 'Solo' }),
    ],
    { quarters: 2 },
  ),
  problem([ask('d', 10, { to: FIRST_QUARTER + 1 })], [supply('K', [20, 20], 3)], { mineral: 'cobalt', quarters: 2 }),
];
const grid = async (shocks: Shock[], problems = two()) => {
  const outcome = scenarioGrid(await loadHighs(), problems, shocks, QUICK);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
};
const kgOf = (unmet: readonly { kg: number }[]) => unmet.map(({ kg }) => kg);

test('[MT60] a ban stops what a country refines or feeds from its quarter on, and only touched minerals are solved', async () => {
  const ban = (from: number, to: number | null = null): Shock => ({
    kind: 'ban',
    country: 'CHN',
    mineral: null,
    from,
    to,
  });
  const [all, late, brief, other] = await grid([
    ban(FIRST_QUARTER),
    ban(FIRST_QUARTER + 1),
    ban(FIRST_QUARTER - 4, FIRST_QUARTER - 1),
    { ...ban(FIRST_QUARTER), mineral: 'cobalt' } as Shock,
  ]);
  expect(all?.minerals).toMatchObject([
    {
      mineral: 'gallium',
      before: { hhi: 10_000, costMicro: '280000000' },
      after: { hhi: 10_000, costMicro: '360000000' },
    },
  ]);
  expect(kgOf(all?.minerals[0]?.after.unmetKg ?? [])).toEqual([20, 40]);
  expect(kgOf(late?.minerals[0]?.after.unmetKg ?? [])).toEqual([0, 0]);
  expect([brief?.minerals, other?.minerals]).toEqual([[], []]);
});

test('[MT60] a supplier that fails, dearer supply and more demand change what they name', async () => {
  const answers = await grid([
    { kind: 'supplierFails', supplier: 'Solo', from: FIRST_QUARTER },
    { kind: 'price', country: null, mineral: 'cobalt', percent: 50 },
    { kind: 'demand', mineral: 'gallium', percent: 100 },
    { kind: 'demand', mineral: 'tungsten', percent: 100 },
  ]);
  expect(answers.map(({ minerals }) => minerals.map(({ mineral }) => mineral))).toEqual([
    ['gallium'],
    ['cobalt'],
    ['gallium'],
    [],
  ]);
  expect(answers[1]?.minerals[0]).toMatchObject({
    before: { costMicro: '30000000' },
    after: { costMicro: '45000000' },
  });
  expect(kgOf(answers[2]?.minerals[0]?.after.unmetKg ?? [])).toEqual([0, 0]);
});

test('[MT60] concentration is the sum of squared shares by country of origin', async () => {
  const [of] = two() as [Problem];
  const result = await solve({ ...of, asks: [ask('d', 180, { to: FIRST_QUARTER + 1 })] });
  // 100 + 60 kg of 180 begin in CHN wherever they are refined, the other 20 in AUS.
  expect(standingOf(result).hhi).toBe(8025);
});

test('[MT61] a scenario is the match of the edited problem, whatever was asked before it', async () => {
  const base = hardProblem(10, 14, 8);
  const shocks: Shock[] = [...new Set(base.supplies.map(({ country }) => country))].map((country) => ({
    kind: 'ban',
    country,
    mineral: null,
    from: base.firstQuarter,
    to: null,
  }));
  const forth = await grid(shocks, [base]);
  const back = await grid([...shocks].reverse(), [base]);
  expect([...back].reverse()).toEqual(forth);
  for (const [i, answer] of forth.entries()) {
    const proved = await solve(shocked(base, shocks[i] as Shock));
    const after = answer.minerals[0]?.after;
    // The first priority is compared alone: a later one depends on what the earlier reached.
    expect(after?.unmetKg[0]?.kg).toBeGreaterThanOrEqual(proved.levels[0]?.unmetKg ?? Number.NaN);
    expect(after?.unmetKg[0]?.boundKg).toBeLessThanOrEqual(proved.levels[0]?.unmetKg ?? Number.NaN);
  }
});

test('[MT61] a grid of more than a hundred scenarios is refused', async () => {
  const outcome = scenarioGrid(
    await loadHighs(),
    two(),
    Array.from({ length: 101 }, () => ({ kind: 'demand' as const, mineral: null, percent: 1 })),
    QUICK,
  );
  expect(outcome).toMatchObject({ ok: false, refusal: { code: 'too-many-scenarios' } });
});

test('[MT60] a ban of the catalogue that holds is tried as ended, one that is suspended as begun, each as the match counts it; others stop nothing', () => {
  const iv = (more: Partial<Intervention>): Intervention => ({
    id: 'iv',
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
  const tried = (more: Partial<Intervention>) => [
    tryable([iv(more)], 'gallium').map(({ effect }) => effect),
    bansTrying([iv(more)], 'gallium', 'iv').map(({ country, from, to }) => [country, from, to]),
  ];
  expect(tried({})).toEqual([['ends'], []]);
  // Suspended until a date, the match counts it from that date on: trying it the other way round ends it.
  expect(tried({ status: 'suspended', statusUntil: '2026-11-27' })).toEqual([['ends'], []]);
  expect(tried({ status: 'suspended' })).toEqual([['begins'], [['CHN', 2024 * 4 + 3, null]]]);
  expect(tried({ type: 'quota' })).toEqual([[], []]);
  expect(tried({ status: 'lifted', startDate: null, startYear: null })).toEqual([[], []]);
});

test('[MT95] a kept model and one made for the edited match agree within their proofs, and every choice passes its audit', async () => {
  const [base] = problemsOfMarket(SIZES.S, 3) as [Problem];
  const highs = await loadHighs();
  const model = new ScenarioModel(highs, base, () => false);
  const countries = [...new Set(base.supplies.map(({ country }) => country))];
  for (const country of countries) {
    const shock: Shock = { kind: 'ban', country, mineral: null, from: base.firstQuarter + 1, to: null };
    const changed = shocked(base, shock);
    const isStopped = stoppedBy(base, shock);
    if (!isStopped) throw new Error('not a matter of bounds');
    const kept = model.choose(isStopped);
    const made = solveProblem(highs, changed, { ...STILL, timeLimitSeconds: 0, withoutTrials: true });
    expect(choiceFaults(changed, kept, model.program.classes)).toEqual([]);
    expect(kept.levels[0]?.boundKg).toBeLessThanOrEqual(made.levels[0]?.unmetKg ?? -1);
    expect(kept.levels[0]?.unmetKg).toBeGreaterThanOrEqual(made.levels[0]?.boundKg ?? 0);
  }
  const broken = { ...model.choose(), flows: [{ supply: 0, quarter: 0, cls: 0, kg: 1e9 }] };
  expect(choiceFaults(base, broken, model.program.classes).length).toBeGreaterThan(1);
  model.dispose();
});

test('[MT96] why not: the rule, the missing kilograms, or what it would cost; and what a kilogram more is worth', async () => {
  const of = problem(
    [ask('d', 100)],
    [
      supply('A', 60, 5),
      supply('B', 60, 9),
      supply('C', 200, 4, { minimumKg: 150 }),
      supply('D', 50, 12),
      supply('E', 50, 3, { family: 'other' }),
    ],
  );
  const highs = await loadHighs();
  const choice = solveProblem(highs, of, { ...STILL, timeLimitSeconds: 10 });
  const why = new WhyNot(highs, of, choice);
  expect([0, 1, 2, 3, 4].map((supply) => why.answer(supply))).toEqual([
    { state: 'used' },
    { state: 'used' },
    { state: 'belowMinimum', shortKg: 50, payableKg: 100, neededKg: 150 },
    { state: 'costs', kg: 1, extraMicro: 3_000_000 },
    { state: 'barred', bar: 'form' },
  ]);
  // The hundredth kilogram comes from B at 9.
  expect(why.marginals()).toEqual({ groups: [{ asks: [0], microPerKg: 9_000_000 }], binding: [] });
  why.dispose();
});

test('[MT97] a fictional market is the same for the same seed, has the size it says, and its matches pass their audit', async () => {
  const market = marketOf(SIZES.S, 7);
  expect(marketOf(SIZES.S, 7)).toEqual(market);
  expect(marketOf(SIZES.S, 8)).not.toEqual(market);
  expect(market).toHaveLength(SIZES.S.minerals);
  expect(market.reduce((sum, { offers }) => sum + offers.length, 0)).toBe(SIZES.S.offers);
  expect(new Set(market.flatMap(({ lines }) => lines.map(({ buyer }) => buyer))).size).toBe(SIZES.S.buyers);
  for (const of of problemsOfMarket(SIZES.S, 7))
    expect((await solve(of, { timeLimitSeconds: 0 })).lines).toHaveLength(of.asks.length);
});

test('[MT99] of an offer that is stopped in part only the prices that the rest still reaches count, in the bound as in the answer', async () => {
  // 100 kg at 2 instead of 4 dollars; what is left of it is 50 kg, at 4.
  const tiers = {
    tiers: [
      { fromKg: 0, usdMicroPerKg: 4_000_000 },
      { fromKg: 100, usdMicroPerKg: 2_000_000 },
    ],
  };
  const of = problem(
    [ask('d', 100, { to: FIRST_QUARTER + 1 })],
    [supply('C', [50, 50], 4, { country: 'CHN', ...tiers }), supply('A', [100, 100], 6, { country: 'AUS' })],
    { quarters: 2 },
  );
  const [answer] = await grid(
    [{ kind: 'ban', country: 'CHN', mineral: null, from: FIRST_QUARTER + 1, to: null }],
    [of],
  );
  const mineral = answer?.minerals[0];
  expect(mineral?.before).toMatchObject({ costMicro: '200000000', gapPct: 0 });
  expect(mineral?.after).toMatchObject({ costMicro: '500000000', gapPct: 0 });
});

test('[MT101] a shock that stops nothing the match uses has the match’s own answer; what bounds the match bounds every shock that takes away', async () => {
  const highs = await loadHighs();
  let kept = 0;
  for (const base of [hardProblem(10, 14, 8), ...problemsOfMarket(SIZES.S, 5)]) {
    const model = new ScenarioModel(highs, base, () => false);
    const match = model.choose();
    for (const { supplier } of base.supplies) {
      const shock: Shock = { kind: 'supplierFails', supplier, from: base.firstQuarter };
      const changed = shocked(base, shock);
      const isStopped = stoppedBy(base, shock);
      if (changed === base || !isStopped) continue;
      const choice = model.choose(isStopped);
      expect(choiceFaults(changed, choice, model.program.classes)).toEqual([]);
      if (choice === match) {
        kept += 1;
        expect(match.flows.some(({ supply: s }) => base.supplies[s]?.supplier === supplier)).toBe(false);
      }
      const made = solveProblem(highs, changed, { ...STILL, timeLimitSeconds: 0, withoutTrials: true });
      // Each rank as long as both leave the same unmet before it: its bound then holds for the other's answer, too.
      for (const [i, level] of choice.levels.entries()) {
        expect(level.boundKg).toBeLessThanOrEqual(made.levels[i]?.unmetKg ?? -1);
        if (level.unmetKg !== made.levels[i]?.unmetKg) break;
      }
    }
    model.dispose();
  }
  expect(kept).toBeGreaterThan(0);
});
