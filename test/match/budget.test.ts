/** The reserve's budget, which couples minerals that are matched apart. */
import { afterEach, expect, test } from 'vitest';
import { cutTo, reserveMicro } from '#domain/match-budget.ts';
import { type Problem, rankOf } from '#domain/match-model.ts';
import type { RunView } from '#protocol/match-api.ts';
import { withinBudget } from '#server/match/budget.ts';
import { demandRow, offerRow, priorityRow, targetRow } from '../support/catalogue.ts';
import { ask, problem, solve, supply } from '../support/match-cases.ts';
import { type MatchRound, makeMatchRound } from '../support/match-round.ts';

const DOLLAR = 1_000_000n;
let round: MatchRound | null = null;
afterEach(() => round?.close());

const target = (row: string, kg: number, tier: 1 | 2 | 3 | 4) =>
  ask(row, kg, { organizationId: null, buyer: 'reserve', rank: rankOf(`vault${tier}`) });
/** Two minerals: tier 1 and 3 of the first at 10 dollars, tier 2 of the second at 20. */
const twoMinerals = (): Problem[] => [
  { ...problem([target('a1', 100, 1), target('a3', 100, 3), ask('buyer', 50)], [supply('A', 300, 10)]), mineral: 'a' },
  { ...problem([target('b2', 100, 2)], [supply('B', 300, 20)]), mineral: 'b' },
];
async function bought(budget: bigint): Promise<{ kg: Record<string, number>; micro: bigint }> {
  const cut = await withinBudget(twoMinerals(), budget, solve);
  const kg: Record<string, number> = {};
  let micro = 0n;
  for (const one of cut ?? []) {
    const result = await solve(one);
    micro += reserveMicro(result);
    for (const line of result.lines) kg[line.row] = line.awardedKg;
  }
  return { kg, micro };
}

test('[MT73] the reserve’s budget is spent over minerals by tier, to the last kilogram that it buys', async () => {
  expect(await bought(10_000n * DOLLAR)).toEqual({
    kg: { a1: 100, a3: 100, buyer: 50, b2: 100 },
    micro: 4000n * DOLLAR,
  });
  expect(await bought(3500n * DOLLAR)).toEqual({ kg: { a1: 100, a3: 50, buyer: 50, b2: 100 }, micro: 3500n * DOLLAR });
  expect(await bought(1990n * DOLLAR)).toEqual({ kg: { a1: 100, a3: 1, buyer: 50, b2: 49 }, micro: 1990n * DOLLAR });
  expect(await bought(555n * DOLLAR)).toEqual({ kg: { a1: 55, a3: 0, buyer: 50, b2: 0 }, micro: 550n * DOLLAR });
  expect(await bought(0n)).toEqual({ kg: { a1: 0, a3: 0, buyer: 50, b2: 0 }, micro: 0n });
});

test('[MT73] a target that the budget leaves out is unmet, and says so', async () => {
  const [first] = twoMinerals();
  const result = await solve(cutTo(first as Problem, 0.5));
  expect(result.lines.find(({ row }) => row === 'a1')).toMatchObject({
    askedKg: 100,
    awardedKg: 50,
    reason: { code: 'budget' },
  });
  expect(result.levels.find(({ rank }) => rank === rankOf('vault1'))).toMatchObject({ askedKg: 100, unmetKg: 50 });
});

test('[MT73] the budget comes from the priority sheet, and a run spends no more', async () => {
  round = await makeMatchRound();
  await round.fill('maker', { 'line-1': demandRow({ quantity: 50, period: '2027', commitment: 'firm' }) });
  await round.fill('offers', { near: offerRow({ capacity: 600, minimum: null, price: 900, tiers: null }) });
  await round.fill('priorities', { stock: priorityRow() });
  await round.fill('targets', { stock: targetRow({ target: 100, budget: 45_500 }) });
  const node = round.node();
  const ended = await round.solve(node);
  const report = await node.desk.report(ended.id);
  expect(report?.orders[0]?.kg).toBe(50 + 50);
  expect(report?.unmet).toMatchObject([{ kg: 50, why: 'The budget of the reserve goes to tiers that come first.' }]);
  expect(report?.inputs).toContainEqual({ what: 'Budget of the reserve', version: '$45,500.00' });
});

test('[MP15] a run says that it fits the reserve’s targets into the budget, how far it is, and goes on from there', async () => {
  round = await makeMatchRound();
  await round.fill('maker', { 'line-1': demandRow({ quantity: 50, period: '2027', commitment: 'firm' }) });
  await round.fill('offers', { near: offerRow({ capacity: 600, minimum: null, price: 900, tiers: null }) });
  await round.fill('priorities', { stock: priorityRow() });
  await round.fill('targets', { stock: targetRow({ target: 100, budget: 45_500 }) });
  const node = round.node();
  await round.solve(node);
  const seen = node.push.of('run').map(({ to }) => (to.admin as { run: RunView }).run);
  const fitting = seen.filter(({ doing }) => doing === 'budget');
  expect(fitting.length).toBeGreaterThan(10);
  expect(new Set(fitting.map(({ state }) => state))).toEqual(new Set(['running']));
  expect(seen.filter(({ doing }) => doing === 'matching').length).toBeGreaterThan(0);
  const shares = seen.map(({ progress }) => progress);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toMatchObject({ state: 'solved', progress: 1, doing: null });
}, 60_000);
