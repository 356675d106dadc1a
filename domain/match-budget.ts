/**
 * The reserve's budget across minerals: its targets are cut, the last tier first, until what they cost fits. Minerals are matched apart, so
 * one number couples them: how many tiers are bought, the last of them in part. Used by server/match/budget and gather.
 */
import { type Ask, type Problem, RANKS } from './match-model.ts';
import { type MineralResult, reserveKg } from './match-result.ts';
import type { TargetLine } from './target-sheet.ts';

/** Tiers of the reserve, and its surplus after them. */
export const STEPS = 5;

/** Whole micro-dollars that the rows of these minerals set aside together; null where no row says anything. */
export function budgetMicro(targets: readonly TargetLine[], minerals: readonly string[]): bigint | null {
  const stated = targets.flatMap(({ mineral, budgetUsd }) =>
    budgetUsd !== null && minerals.includes(mineral) ? [BigInt(budgetUsd) * 1_000_000n] : [],
  );
  return stated.length === 0 ? null : stated.reduce((sum, micro) => sum + micro, 0n);
}

/** 0 for tier 1 to 3 for tier 4; 4 for a surplus; null for a buyer's line. */
export function stepOf(ask: Pick<Ask, 'organizationId' | 'rank'>): number | null {
  if (ask.organizationId !== null) return null;
  const tiers = RANKS.flatMap(({ sink }, rank) => (sink === 'reserve' ? [rank] : []));
  return ask.rank === null ? tiers.length : tiers.indexOf(ask.rank);
}

/** With `level` tiers bought: 1.5 is all of tier 1 and half of tier 2. `more` are kilograms added back, by row of an ask. */
export function cutTo(problem: Problem, level: number, more: ReadonlyMap<string, number> = new Map()): Problem {
  return {
    ...problem,
    asks: problem.asks.map((ask) => {
      const step = stepOf(ask);
      if (step === null) return ask;
      const share = Math.min(1, Math.max(0, level - step));
      const kg = Math.min(ask.kg, Math.floor(ask.kg * share) + (more.get(ask.row) ?? 0));
      return kg === ask.kg ? ask : { ...ask, kg, grams: kg * 1000, cutKg: ask.kg - kg };
    }),
  };
}

/** What a mineral's match costs the reserve at pool prices, rounded up for each order. */
export const reserveMicro = (result: MineralResult): bigint =>
  result.orders.reduce((total, { costMicro, kg, lots }) => {
    return total + (BigInt(costMicro) * BigInt(reserveKg(lots)) + BigInt(kg) - 1n) / BigInt(kg);
  }, 0n);
