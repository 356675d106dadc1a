/** Why a line got no more and why an offer was not used: the first rule that says so, in the order people are told. Exact numbers inside. */
import {
  type Bar,
  barOf,
  firstBar,
  furthest,
  isFeedFor,
  pathBar,
  pathWithinCeiling,
  segmentsOf,
  sharedQuarters,
  withinCeiling,
} from './match-eligible.ts';
import type { Ask, Choice, Part, Problem, Segment } from './match-model.ts';

export type LineReason =
  | { code: 'met' }
  /** All whole kilograms are met; the rest is less than one. */
  | { code: 'metWhole' }
  | { code: 'underOneKilogram' }
  /** Of the reserve: its money goes to tiers that come first. */
  | { code: 'budget' }
  /** The rule that nobody's offer passes. */
  | { code: Bar }
  /** Offers fit only at a price tier that the pool's order does not reach. */
  | { code: 'tier' }
  | { code: 'minimum'; shortKg: number }
  /** What fits is used up by earlier ranks, and shared evenly within this one. */
  | { code: 'capacity'; shared: boolean };

export type OfferReason =
  | { code: Bar }
  | { code: 'capacityBelowMinimum'; capacityKg: number; minimumKg: number }
  | { code: 'minimum'; shortKg: number; payableKg: number; neededKg: number }
  /** Using it for so many kilograms, with the other choices as they are, costs that much more in all. */
  | { code: 'dearer'; kg: number; extraMicro: number }
  /** Its minimum would take supply from lines that come first, or undercut the minimum of another offer. */
  | { code: 'displaces'; kg: number }
  /** It would cost the same: another offer at the same price was taken. */
  | { code: 'notNeeded' };

export interface Outcome {
  problem: Problem;
  choice: Choice;
  parts: readonly Part[];
  /** Kilograms by ask. */
  awarded: readonly number[];
}

export function reasonForLine(outcome: Outcome, index: number): LineReason {
  const { problem, parts, awarded } = outcome;
  const ask = problem.asks[index];
  if (!ask) return { code: 'met' };
  const missing = ask.kg - (awarded[index] ?? 0);
  if (missing === 0 && (ask.cutKg ?? 0) > 0) return { code: 'budget' };
  if (ask.kg === 0 && ask.grams > 0) return { code: 'underOneKilogram' };
  if (missing === 0) return { code: ask.grams === ask.kg * 1000 ? 'met' : 'metWhole' };
  const segments = problem.supplies.map(segmentsOf);
  const barred = problem.supplies.map((_, s) => barOf(problem, segments, ask, s));
  const bar = furthest(barred);
  if (bar) return { code: bar };
  const fitting = problem.supplies.flatMap((supply, s) => (barred[s] === null ? [{ supply, s }] : []));
  const used = fitting.filter(({ s }) => parts.some((part) => part.supply === s));
  const priced = used.filter(({ s }) => isPayable(outcome, segments, ask, s));
  if (used.length > 0 && priced.length === 0) return { code: 'tier' };
  if (used.length === 0) {
    const short = fitting.map(({ s }) => shortOfMinimum(problem, s).shortKg);
    if (short.every((kg) => kg > 0)) return { code: 'minimum', shortKg: Math.min(...short) };
  }
  return {
    code: 'capacity',
    shared: sharesItsRank(
      outcome,
      ask,
      fitting.map(({ s }) => s),
    ),
  };
}

/** At the price that its order has reached; of a processor with one of the feeds that it was given. */
function isPayable(
  { problem, choice, parts }: Outcome,
  segments: readonly (readonly Segment[])[],
  ask: Ask,
  s: number,
): boolean {
  const chosen = (supply: number) => segments[supply]?.[choice.segments[supply] ?? -1];
  const own = chosen(s);
  const refining = problem.supplies[s]?.refining;
  if (!own) return false;
  if (!refining) return withinCeiling(own, ask.ceilingMicro);
  return parts.some((part) => {
    const feed = part.supply === s && part.feed ? chosen(part.feed.supply) : undefined;
    return feed !== undefined && pathWithinCeiling(feed, own, refining.yieldPpm, ask.ceilingMicro);
  });
}

/** Others of the same rank receive some of what would fit. */
const sharesItsRank = ({ problem, parts }: Outcome, ask: Ask, supplies: readonly number[]): boolean =>
  parts.some((part) => {
    const other = problem.asks[part.ask];
    return (
      supplies.includes(part.supply) && other !== undefined && other.rank === ask.rank && other.buyer !== ask.buyer
    );
  });

export function reasonForOffer(outcome: Outcome, index: number): OfferReason {
  const { problem, choice } = outcome;
  const supply = problem.supplies[index];
  if (!supply) return { code: 'notNeeded' };
  const segments = problem.supplies.map(segmentsOf);
  const wanted = problem.asks.filter((ask) => ask.kg > 0);
  const bars = wanted.map((ask) => barOf(problem, segments, ask, index));
  const bar = bars.length === 0 ? 'form' : furthest(bars);
  if (bar && !wanted.some((ask) => feedsInto(problem, segments, ask, index) > 0)) return { code: bar };
  const capacityKg = supply.capacityKg.reduce((a, b) => a + b, 0);
  if (capacityKg < supply.minimumKg) return { code: 'capacityBelowMinimum', capacityKg, minimumKg: supply.minimumKg };
  const { shortKg, payableKg, neededKg } = shortOfMinimum(problem, index);
  if (shortKg > 0) return { code: 'minimum', shortKg, payableKg, neededKg };
  const trial = choice.trials.find((entry) => entry.supply === index)?.outcome;
  if (trial?.state === 'displaces') return { code: 'displaces', kg: Math.max(1, supply.minimumKg) };
  if (trial?.state === 'costs' && trial.extraMicro > 0)
    return { code: 'dearer', kg: trial.kg, extraMicro: trial.extraMicro };
  return { code: 'notNeeded' };
}

/**
 * How far an offer is from its smallest order: for each of its prices, what the lines that accept the price could take at most, against
 * what the price asks for; the nearest counts. 0 kg short where one is in reach.
 */
export function shortOfMinimum(
  problem: Problem,
  index: number,
): { shortKg: number; payableKg: number; neededKg: number } {
  const supply = problem.supplies[index];
  if (!supply) return { shortKg: 0, payableKg: 0, neededKg: 0 };
  const all = problem.supplies.map(segmentsOf);
  const segments = all[index] ?? [];
  const candidates = segments.map((segment) => {
    const payableKg = problem.asks.reduce((total, ask) => {
      const quarters = sharedQuarters(ask, supply, problem.firstQuarter);
      const capacity = quarters.reduce((kg, quarter) => kg + (supply.capacityKg[quarter] ?? 0), 0);
      const isDirect = !supply.refining && firstBar(ask, supply, segments, problem.firstQuarter) === null;
      const isMade = supply.refining && barOf(problem, all, ask, index) === null;
      const isAble = isMade || (isDirect && withinCeiling(segment, ask.ceilingMicro));
      return total + (isAble ? Math.min(ask.kg, capacity) : 0) + feedsInto(problem, all, ask, index);
    }, 0);
    return { shortKg: Math.max(0, segment.lo - payableKg), payableKg, neededKg: segment.lo };
  });
  const none = { shortKg: supply.minimumKg, payableKg: 0, neededKg: supply.minimumKg };
  return candidates.reduce((nearest, one) => (one.shortKg < nearest.shortKg ? one : nearest), candidates[0] ?? none);
}

/** Kilograms of this offer that processors could make into what the line asks for, whatever their capacity. */
function feedsInto(problem: Problem, segments: readonly (readonly Segment[])[], ask: Ask, index: number): number {
  const feed = problem.supplies[index];
  if (!feed) return 0;
  const yields = problem.supplies.flatMap((work, w) => {
    const runs = { feed: segments[index] ?? [], work: segments[w] ?? [] };
    const fits = isFeedFor(feed, work) && pathBar(ask, feed, work, runs, problem.firstQuarter) === null;
    return fits ? [work.refining?.yieldPpm ?? 1] : [];
  });
  return yields.length === 0 ? 0 : Math.ceil((ask.kg * 1_000_000) / Math.min(...yields));
}
