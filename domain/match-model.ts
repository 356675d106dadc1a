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
export const MATCH_RULES = 'match-4';

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
  /** Kilograms of a target that the reserve's budget leaves out; not in `kg`. */
  cutKg?: number;
  /** Quarter numbers (quarters since year 0), both inclusive. */
  from: number;
  to: number;
  /** Quarters before `from` in which it takes delivery, too; 0 where left out. */
  early?: number;
  qualification: Qualification;
  /** Certificates that a source must have; none where left out. */
  requires?: readonly string[];
  recycledOk: boolean;
  /** Countries (ISO 3166 alpha-3) that must neither deliver nor be the origin. Sorted. */
  excluded: readonly string[];
  /** Countries (alpha-3) that must not control the source; none where left out. Sorted. */
  excludedOwners?: readonly string[];
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
  /** Suppliers of one group share a cap; the supplier by itself where left out. */
  group?: string;
  /** Certificates of the source. */
  certificates?: readonly string[];
  /** Countries (alpha-3) whose holders control the source. */
  controlledFrom?: readonly string[];
  /** Percent of the capacity that comes with nine chances in ten; all of it where left out. */
  surePct?: number;
  /** A buyer that may take a part of every quarter's capacity before others. */
  rights?: FirstRights | null;
  /** Makes the material from feed that other offers sell; it delivers nothing without. Its capacity and prices are of the product. */
  refining?: Refining | null;
  /** Quarters of the horizon that a ban of exports takes from it; `capacityKg` is 0 there. */
  banned?: { country: string; quarters: readonly number[] } | null;
  /** Kilograms deliverable in each quarter of the problem's horizon; 0 before it can deliver. */
  capacityKg: readonly number[];
  /** Smallest order over the whole horizon. */
  minimumKg: number;
  /** allUnits: the tier reached prices every kilogram. incremental: each kilogram is priced by the tier it falls into. */
  kind: 'allUnits' | 'incremental';
  /** Ascending fromKg; the first starts at 0. At least one. */
  tiers: readonly { fromKg: number; usdMicroPerKg: number }[];
}

/** `holder` is a buyer of the problem; others receive at most the rest of each quarter's capacity, rounded down. */
export interface FirstRights {
  holder: string;
  pct: number;
}

/** One kilogram of feed gives yieldPpm millionths of a kilogram of product, `lagQuarters` after it was delivered. */
export interface Refining {
  feedFamily: string;
  /** Of feed for product: it has no grade of its own beyond the family's. */
  yieldPpm: number;
  lagQuarters: number;
}

/** Somebody should not supply more than a share of all demand; a kilogram above it costs so much more in the comparison, never on a bill. */
export interface ShareCap {
  sharePct: number;
  excessMicroPerKg: number;
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
  concentration: ShareCap | null;
  /** The same for a supplier, or for suppliers of one group. */
  supplierCap?: ShareCap | null;
  /** What a kilogram beyond the sure part of an offer costs more in the comparison; 0 where left out. */
  riskMicroPerKg?: number;
  /** How firm claims share what is scarce: by the uniform rule, or in proportion to the claims. Uniform where left out. */
  scarce?: Sharing;
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
  /** `feed` names the supply that the kilograms are made from. */
  flows: readonly { supply: number; quarter: number; cls: number; kg: number; feed?: number }[];
  /** Kilograms of one supply in a quarter that another one makes into product, which it delivers in the quarter `arrives`. */
  feeds?: readonly Feed[];
  levels: readonly LevelProof[];
  /** Lower bound of cost plus concentration surcharge, micro-dollars: no allocation with the same unmet kilograms is cheaper. */
  boundMicro: number;
  /** What it would take to use a supply that no rule excludes. */
  trials: readonly Trial[];
  /** A time limit cut the proof short; the answer is good, the gap says how good. */
  limited: boolean;
}

export interface Feed {
  supply: number;
  quarter: number;
  into: number;
  arrives: number;
  kg: number;
}

export type Sharing = 'uniform' | 'proportional';

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

/** Kilograms of one supply in one quarter for one ask; of a processor with the feed that it made them from. */
export interface Part {
  supply: number;
  quarter: number;
  ask: number;
  kg: number;
  feed?: { supply: number; quarter: number; kg: number };
}

/** The country whose decision can stop the material. */
export const originOf = (supply: Supply): string => supply.origin ?? supply.country;

/** Kilograms that one country, or one supplier, may supply before the surcharge begins: a share of all demand, not of what is bought. */
export const countryAllowanceKg = (problem: Problem): number => allowanceKg(problem, problem.concentration);

export function allowanceKg(problem: Problem, cap: ShareCap | null | undefined): number {
  if (!cap) return Number.MAX_SAFE_INTEGER;
  const asked = problem.asks.reduce((sum, ask) => sum + (ask.rank === null ? 0 : ask.kg), 0);
  return Math.floor((asked * cap.sharePct) / 100);
}

export const groupOf = (supply: Supply): string => supply.group ?? supply.supplier;

/** Kilograms of a quarter that others than the holder of first rights may have. */
export const openCapacityKg = (supply: Supply, quarter: number): number => {
  const capacity = supply.capacityKg[quarter] ?? 0;
  return supply.rights ? Math.floor((capacity * (100 - supply.rights.pct)) / 100) : capacity;
};

/** Kilograms of product that so much feed gives, rounded down. */
export const productKg = ({ yieldPpm }: Refining, feedKg: number): number =>
  Number((BigInt(feedKg) * BigInt(yieldPpm)) / 1_000_000n);
/** Kilograms of feed that so much product takes, rounded up. */
export const feedKg = ({ yieldPpm }: Refining, product: number): number =>
  Number((BigInt(product) * 1_000_000n + BigInt(yieldPpm) - 1n) / BigInt(yieldPpm));
