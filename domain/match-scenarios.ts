/**
 * What if: a shock applied to a mineral's problem, and what the match of it would come to, in the same terms as the match without it.
 * Exact, like a result: nothing of it is shown but through match-report. Used by server/match/scenarios.
 */

import { surchargeMicro } from './match-caps.ts';
import { type Ask, type Choice, originOf, type Problem, type Segment, type Supply } from './match-model.ts';
import type { MineralResult } from './match-result.ts';

/** A mineral of null is every mineral; quarters are numbers. What is delivered before a shock begins is delivered. */
export type Shock =
  | { kind: 'ban'; country: string; mineral: string | null; from: number; to: number | null }
  | { kind: 'supplierFails'; supplier: string; from: number }
  | { kind: 'price'; country: string | null; mineral: string | null; percent: number }
  | { kind: 'demand'; mineral: string | null; percent: number };

/** A grid larger than this says nothing to people, and holds the solver for minutes. */
export const SCENARIOS_MAX = 100;

const SHOCK_PCT_MAX = 1000;
/** Prices and masses beyond these are not counted exactly. */
const CAPPED = Number.MAX_SAFE_INTEGER / 1e6;

/** The problem under the shock; the same object where it is not touched, so that it need not be solved again. */
export function shocked(problem: Problem, shock: Shock): Problem {
  if ('mineral' in shock && shock.mineral !== null && shock.mineral !== problem.mineral) return problem;
  switch (shock.kind) {
    case 'ban':
      return stopped(problem, (supply) => comesFrom(supply, shock.country), shock.from, shock.to);
    case 'supplierFails':
      return stopped(problem, (supply) => supply.supplier === shock.supplier, shock.from, null);
    case 'price': {
      const { country } = shock;
      const isHit = (supply: Supply) => country === null || comesFrom(supply, country);
      if (!problem.supplies.some(isHit) || shock.percent === 0) return problem;
      return {
        ...problem,
        supplies: problem.supplies.map((supply) => (isHit(supply) ? dearer(supply, shock.percent) : supply)),
      };
    }
    case 'demand':
      return surged(problem, shock.percent);
  }
}

/**
 * For a shock that only stops deliveries: is the supply stopped in the quarter of the horizon? Null for other shocks, and where less capacity
 * changes more than bounds: prices that rise with quantity, and a sure part that is a share of the capacity.
 */
export function stoppedBy(problem: Problem, shock: Shock): ((supply: number, quarter: number) => boolean) | null {
  if (shock.kind !== 'ban' && shock.kind !== 'supplierFails') return null;
  const to = shock.kind === 'ban' ? shock.to : null;
  const isHit = problem.supplies.map((supply) =>
    shock.kind === 'ban' ? comesFrom(supply, shock.country) : supply.supplier === shock.supplier,
  );
  const isPlain = problem.supplies.every((supply, s) => {
    if (!isHit[s]) return true;
    const rises = supply.tiers.some((tier, i) => tier.usdMicroPerKg > (supply.tiers[i - 1]?.usdMicroPerKg ?? Infinity));
    return !rises && (supply.surePct ?? 100) === 100;
  });
  if (!isPlain) return null;
  return (supply, quarter) => {
    const at = problem.firstQuarter + quarter;
    return isHit[supply] === true && at >= shock.from && (to === null || at <= to);
  };
}

/** The country of the feed can stop the material as well as the country of the refinery. */
const comesFrom = (supply: Supply, country: string): boolean =>
  supply.country === country || originOf(supply) === country;

function stopped(problem: Problem, isHit: (supply: Supply) => boolean, from: number, to: number | null): Problem {
  const isDuring = (i: number) => problem.firstQuarter + i >= from && (to === null || problem.firstQuarter + i <= to);
  let isTouched = false;
  const supplies = problem.supplies.map((supply) => {
    if (!isHit(supply) || !supply.capacityKg.some((kg, i) => kg > 0 && isDuring(i))) return supply;
    isTouched = true;
    return { ...supply, capacityKg: supply.capacityKg.map((kg, i) => (isDuring(i) ? 0 : kg)) };
  });
  return isTouched ? { ...problem, supplies } : problem;
}

const dearer = (supply: Supply, percent: number): Supply => ({
  ...supply,
  tiers: supply.tiers.map((tier) => ({
    ...tier,
    usdMicroPerKg: Math.max(1, Math.round((tier.usdMicroPerKg * (100 + clamped(percent))) / 100)),
  })),
});

/** Buyers ask for more; the reserve's targets stay as officials set them. */
function surged(problem: Problem, percent: number): Problem {
  if (percent === 0 || !problem.asks.some((ask) => ask.organizationId !== null)) return problem;
  return {
    ...problem,
    asks: problem.asks.map((ask) => {
      if (ask.organizationId === null) return ask;
      const grams = Math.min(CAPPED * 1000, Math.floor((ask.grams * (100 + clamped(percent))) / 100));
      return { ...ask, grams, kg: Math.floor(grams / 1000) };
    }),
  };
}

const clamped = (percent: number): number => Math.min(SHOCK_PCT_MAX, Math.max(-99, percent));

/** One mineral's match in the figures that scenarios are compared by. */
export interface Standing {
  unmetKg: { rank: number; kg: number; boundKg: number }[];
  costMicro: string;
  /** Herfindahl-Hirschman index of what is bought, by country of origin: 0 where nothing is, 10,000 where one country supplies all. */
  hhi: number;
  gapPct: number;
}

export function standingOf(result: MineralResult): Standing {
  const byCountry = new Map<string, number>();
  for (const { origin, country, kg } of result.orders)
    byCountry.set(origin ?? country, (byCountry.get(origin ?? country) ?? 0) + kg);
  return {
    unmetKg: result.levels.map(({ rank, unmetKg, boundKg }) => ({ rank, kg: unmetKg, boundKg })),
    costMicro: result.costMicro,
    hhi: hhiOf(byCountry),
    gapPct: result.gapPct,
  };
}

/** Micro-dollars and kilograms of a choice, before it is shared out: scenarios are compared by totals, not by who receives what. */
export function standingOfChoice(
  problem: Problem,
  choice: Choice,
  segments: readonly (readonly Segment[])[],
): Standing {
  const bought = boughtKg(problem, choice);
  const byCountry = new Map<string, number>();
  let cost = 0n;
  problem.supplies.forEach((supply, s) => {
    const kg = bought[s] ?? 0;
    const segment = segments[s]?.[choice.segments[s] ?? -1];
    if (kg === 0 || !segment) return;
    cost += BigInt(segment.fixedMicro) + BigInt(segment.slopeMicro) * BigInt(kg);
    byCountry.set(originOf(supply), (byCountry.get(originOf(supply)) ?? 0) + kg);
  });
  const reached = Number(cost) + surchargeMicro(problem, bought);
  return {
    unmetKg: choice.levels.map(({ rank, unmetKg, boundKg }) => ({ rank, kg: unmetKg, boundKg })),
    costMicro: cost.toString(),
    hhi: hhiOf(byCountry),
    // Rounded: the last digits of a bound depend on the solver's path to it.
    gapPct: Math.round(Math.max(0, ((reached - choice.boundMicro) / Math.max(1, Math.abs(reached))) * 100) * 1e6) / 1e6,
  };
}

const boughtKg = (problem: Problem, choice: Choice): number[] => {
  const kg = problem.supplies.map(() => 0);
  for (const flow of [...choice.flows, ...(choice.feeds ?? [])]) kg[flow.supply] = (kg[flow.supply] ?? 0) + flow.kg;
  return kg;
};

/**
 * What is wrong with a choice, from the problem alone: capacity of every quarter, smallest order, price rule, what each class asks for and
 * what is left of each rank. Who receives which kilogram is not decided yet; match-audit checks that.
 */
export function choiceFaults(
  problem: Problem,
  choice: Choice,
  classes: readonly { rank: number | null; kg: number; need: Ask }[],
): string[] {
  const faults: string[] = [];
  const bought = boughtKg(problem, choice);
  const inQuarter = problem.supplies.map(() => new Map<number, number>());
  const received = classes.map(() => 0);
  for (const flow of [...choice.flows, ...(choice.feeds ?? [])]) {
    const own = inQuarter[flow.supply];
    own?.set(flow.quarter, (own.get(flow.quarter) ?? 0) + flow.kg);
    if (!Number.isSafeInteger(flow.kg) || flow.kg < 0) faults.push(`offer ${flow.supply}: parts of a kilogram`);
  }
  for (const { supply: s, cls, kg, quarter: q } of choice.flows) {
    received[cls] = (received[cls] ?? 0) + kg;
    const [supply, need] = [problem.supplies[s], classes[cls]?.need];
    const at = problem.firstQuarter + q;
    if (!supply || !need || supply.family !== need.family) faults.push(`offer ${s}: another form`);
    else if (at < need.from - (need.early ?? 0) || at > need.to) faults.push(`offer ${s}: outside the window`);
    else if (need.gradePct !== null && (supply.gradePct ?? 0) < need.gradePct) faults.push(`offer ${s}: grade too low`);
  }
  problem.supplies.forEach((supply, s) => {
    const kg = bought[s] ?? 0;
    if (kg > 0 && kg < supply.minimumKg) faults.push(`offer ${s}: below its minimum`);
    for (const [quarter, amount] of inQuarter[s] ?? [])
      if (amount > (supply.capacityKg[quarter] ?? 0)) faults.push(`offer ${s}: above its capacity`);
  });
  classes.forEach((cls, c) => {
    if ((received[c] ?? 0) > cls.kg) faults.push(`class ${c}: receives more than it asks for`);
  });
  for (const level of choice.levels) {
    const left = classes.reduce((sum, cls, c) => sum + (cls.rank === level.rank ? cls.kg - (received[c] ?? 0) : 0), 0);
    if (left !== level.unmetKg || level.boundKg > level.unmetKg) faults.push(`rank ${level.rank}: ${left} kg unmet`);
  }
  return faults;
}

const hhiOf = (byCountry: ReadonlyMap<string, number>): number => {
  const total = [...byCountry.values()].reduce((sum, kg) => sum + kg, 0);
  return Math.round([...byCountry.values()].reduce((sum, kg) => sum + ((100 * kg) / total) ** 2, 0));
};

/** Proved apart from the best by more than this, a scenario is worth a longer search. */
export const WIDE_GAP_PCT = 0.1;
export const isWide = (standing: Standing): boolean =>
  standing.gapPct > WIDE_GAP_PCT || standing.unmetKg.some(({ kg, boundKg }) => kg > boundKg);
