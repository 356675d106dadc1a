/**
 * What if: a shock applied to a mineral's problem, and what the match of it would come to, in the same terms as the match without it.
 * Exact, like a result: nothing of it is shown but through match-report. Used by server/match/scenarios.
 */

import { originOf, type Problem, type Supply } from './match-model.ts';
import type { MineralResult } from './match-result.ts';
import type { Intervention } from './mineral-facts.ts';
import { quarter, quarterNumber } from './quarters.ts';

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

/**
 * A ban of the catalogue as a shock, over the quarters it is said to hold. Null where no date is known, and for quotas and licences: they
 * narrow exports, by how much nobody publishes.
 */
export function banOf(intervention: Intervention, mineral: string): Shock | null {
  if (intervention.type !== 'ban') return null;
  const begins = intervention.statusFrom ?? intervention.startDate ?? null;
  const from = begins
    ? quarterOfDate(begins)
    : intervention.startYear && quarterNumber(quarter(intervention.startYear, 1));
  if (!from) return null;
  const until = intervention.statusUntil ? quarterOfDate(intervention.statusUntil) : null;
  return { kind: 'ban', country: intervention.iso3, mineral, from, to: until };
}

/** '2026-11-27' or '2026-11' or '2026': the quarter it falls into. */
function quarterOfDate(text: string): number | null {
  const match = /^(\d{4})(?:-(\d{2}))?/.exec(text);
  if (!match) return null;
  return quarterNumber(quarter(Number(match[1]), Math.floor((Number(match[2] ?? 1) - 1) / 3) + 1));
}

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
  const total = [...byCountry.values()].reduce((sum, kg) => sum + kg, 0);
  return {
    unmetKg: result.levels.map(({ rank, unmetKg, boundKg }) => ({ rank, kg: unmetKg, boundKg })),
    costMicro: result.costMicro,
    hhi: Math.round([...byCountry.values()].reduce((sum, kg) => sum + ((100 * kg) / total) ** 2, 0)),
    gapPct: result.gapPct,
  };
}

/** Proved apart from the best by more than this, a scenario is worth a longer search. */
export const WIDE_GAP_PCT = 0.1;
export const isWide = (standing: Standing): boolean =>
  standing.gapPct > WIDE_GAP_PCT || standing.unmetKg.some(({ kg, boundKg }) => kg > boundKg);
