/**
 * The match of one mineral as plain data: what is asked, what is offered, and what comes out. Whole kilograms of contained
 * element and micro-dollars throughout. Built by match-input, solved by server/match, checked by match-audit.
 */
import type { Qualification } from './demand-sheet.ts';

/**
 * Strict order in which unmet demand counts: a kilogram of an earlier rank is never given up for any number of a later one.
 * Buyers' commitments and the reserve's tiers take turns, so that neither can crowd the other out by quantity.
 */
export const RANKS = [
  { id: 'firm', title: 'firm', sink: 'pool' },
  { id: 'vault1', title: 'reserve tier 1', sink: 'reserve' },
  { id: 'letterOfIntent', title: 'letter of intent', sink: 'pool' },
  { id: 'vault2', title: 'reserve tier 2', sink: 'reserve' },
  { id: 'indicative', title: 'indicative', sink: 'pool' },
  { id: 'vault3', title: 'reserve tier 3', sink: 'reserve' },
  { id: 'vault4', title: 'reserve tier 4', sink: 'reserve' },
] as const;
export type RankId = (typeof RANKS)[number]['id'];

export const rankOf = (id: RankId): number => RANKS.findIndex((rank) => rank.id === id);

/** Names the rules that a run was made with. Raise it when the same inputs would give another answer. */
export const MATCH_RULES = 'match-2';

/** One line of a buyer, one target of the reserve, or a surplus sink. */
export interface Ask {
  /** Row of the sheet it stands in; unique within the problem. */
  row: string;
  /** Ultimate parent of the buyer: scarce supply is shared among buyers, so that splitting a line gains nothing. */
  buyer: string;
  /** Owner of the line; null for the reserve. */
  organizationId: string | null;
  /** Index into RANKS; null is a surplus sink, which may take what a minimum or a price tier forces on the pool. */
  rank: number | null;
  family: string;
  form: string;
  gradePct: number | null;
  gradeClass: string;
  /** As asked; the match serves whole kilograms of it. */
  grams: number;
  kg: number;
  /** Quarter numbers (quarters since year 0), both inclusive. */
  from: number;
  to: number;
  qualification: Qualification;
  recycledOk: boolean;
  /** Countries (ISO 3166 alpha-3) that must neither deliver nor be the origin. Sorted. */
  excluded: readonly string[];
  /** Highest price it may pay, micro-dollars per kilogram; null where it takes any. */
  ceilingMicro: number | null;
}

/** One offer. */
export interface Supply {
  row: string;
  supplier: string;
  country: string;
  /** Country of the feed where it differs; null where it does not. */
  origin: string | null;
  stage: string;
  producing: boolean;
  /** Samples have passed. */
  qualified: boolean;
  family: string;
  form: string;
  gradePct: number | null;
  gradeClass: string;
  recycled: boolean;
  /** Kilograms deliverable in each quarter of the problem's horizon; 0 before it can deliver. */
  capacityKg: readonly number[];
  /** Smallest order over the whole horizon. */
  minimumKg: number;
  /** allUnits: the tier reached prices every kilogram. incremental: each kilogram is priced by the tier it falls into. */
  kind: 'allUnits' | 'incremental';
  /** Ascending fromKg; the first starts at 0. At least one. */
  tiers: readonly { fromKg: number; usdMicroPerKg: number }[];
}

/** One mineral's problem. No kilogram moves between minerals, so the problems are independent. */
export interface Problem {
  mineral: string;
  /** Number of the first quarter and how many there are. */
  firstQuarter: number;
  quarters: number;
  asks: readonly Ask[];
  supplies: readonly Supply[];
  /**
   * No country of origin should supply more than `sharePct` of all demand. A kilogram above it costs `excessMicroPerKg` more in the
   * comparison (never on a bill), so that concentration is avoided where it is cheap and no demand goes unmet for it.
   */
  concentration: { sharePct: number; excessMicroPerKg: number } | null;
  /** Committed before offers open: it orders ties of less than a kilogram. */
  lotterySeed: string;
}

/** A run of order quantities with one price rule: cost(q) = fixedMicro + q x slopeMicro for lo <= q <= hi. */
export interface Segment {
  lo: number;
  hi: number;
  slopeMicro: number;
  fixedMicro: number;
}

/** What the solver decided for a problem: one segment per supply and the kilograms of each supply in each quarter for each class. */
export interface Choice {
  /** Index of the segment, or -1. */
  segments: readonly number[];
  flows: readonly { supply: number; quarter: number; cls: number; kg: number }[];
  levels: readonly LevelProof[];
  /** Lower bound of cost plus concentration surcharge, micro-dollars: no allocation with the same unmet kilograms is cheaper. */
  boundMicro: number;
  /** What it would take to use a supply that no rule excludes. */
  trials: readonly Trial[];
  /** A time limit cut the proof short; the answer is good, the gap says how good. */
  limited: boolean;
}

/** Unmet kilograms of one rank and the fewest that anybody could reach, given the ranks before it. */
export interface LevelProof {
  rank: number;
  unmetKg: number;
  boundKg: number;
}

/** The cheapest way found to bring an unused supply in, other choices as they are. */
export interface Trial {
  supply: number;
  outcome: { state: 'costs'; kg: number; extraMicro: number } | { state: 'displaces' };
}

/** Kilograms of one supply in one quarter for one ask. */
export interface Part {
  supply: number;
  quarter: number;
  ask: number;
  kg: number;
}

/** The country whose decision can stop the material. */
export const originOf = (supply: Supply): string => supply.origin ?? supply.country;

/** Kilograms that one country may supply before the surcharge begins: a share of all demand, not of what is actually bought. */
export function countryAllowanceKg(problem: Problem): number {
  if (!problem.concentration) return Number.MAX_SAFE_INTEGER;
  const asked = problem.asks.reduce((sum, ask) => sum + (ask.rank === null ? 0 : ask.kg), 0);
  return Math.floor((asked * problem.concentration.sharePct) / 100);
}
