/** Why a line got no more and why an offer was not used: the first rule that says so, in the order people are told. Exact numbers inside. */
import { BARS, type Bar, firstBar, segmentsOf, sharedQuarters, withinCeiling } from './match-eligible.ts';
import type { Ask, Choice, Part, Problem, Supply } from './match-model.ts';

export type LineReason =
  | { code: 'met' }
  /** All whole kilograms are met; the rest is less than one. */
  | { code: 'metWhole' }
  | { code: 'underOneKilogram' }
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

/** The furthest that any candidate gets: rules passed by nobody are the reason. Null: somebody passes all. */
function firstCommonBar(bars: readonly (Bar | null)[]): Bar | null {
  if (bars.some((bar) => bar === null)) return null;
  return BARS[bars.reduce((furthest, bar) => Math.max(furthest, bar ? BARS.indexOf(bar) : 0), 0)] ?? null;
}

export function reasonForLine(outcome: Outcome, index: number): LineReason {
  const { problem, choice, parts, awarded } = outcome;
  const ask = problem.asks[index];
  if (!ask) return { code: 'met' };
  const missing = ask.kg - (awarded[index] ?? 0);
  if (ask.kg === 0 && ask.grams > 0) return { code: 'underOneKilogram' };
  if (missing === 0) return { code: ask.grams === ask.kg * 1000 ? 'met' : 'metWhole' };
  const barred = problem.supplies.map((supply) => firstBar(ask, supply, segmentsOf(supply), problem.firstQuarter));
  const bar = firstCommonBar(barred);
  if (bar) return { code: bar };
  const fitting = problem.supplies.flatMap((supply, s) => (barred[s] === null ? [{ supply, s }] : []));
  const used = fitting.filter(({ s }) => parts.some((part) => part.supply === s));
  const priced = used.filter(({ supply, s }) => {
    const segment = segmentsOf(supply)[choice.segments[s] ?? -1];
    return segment !== undefined && withinCeiling(segment, ask.ceilingMicro);
  });
  if (used.length > 0 && priced.length === 0) return { code: 'tier' };
  if (used.length === 0) {
    const short = fitting.map(({ supply }) => shortOfMinimum(problem, supply).shortKg);
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
  const segments = segmentsOf(supply);
  const bars = problem.asks
    .filter((ask) => ask.kg > 0)
    .map((ask) => firstBar(ask, supply, segments, problem.firstQuarter));
  const bar = bars.length === 0 ? 'form' : firstCommonBar(bars);
  if (bar) return { code: bar };
  const capacityKg = supply.capacityKg.reduce((a, b) => a + b, 0);
  if (capacityKg < supply.minimumKg) return { code: 'capacityBelowMinimum', capacityKg, minimumKg: supply.minimumKg };
  const { shortKg, payableKg, neededKg } = shortOfMinimum(problem, supply);
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
  supply: Supply,
): { shortKg: number; payableKg: number; neededKg: number } {
  const segments = segmentsOf(supply);
  const candidates = segments.map((segment) => {
    const able = problem.asks.filter(
      (ask) =>
        firstBar(ask, supply, segments, problem.firstQuarter) === null && withinCeiling(segment, ask.ceilingMicro),
    );
    const payableKg = able.reduce((total, ask) => {
      const quarters = sharedQuarters(ask, supply, problem.firstQuarter);
      return (
        total +
        Math.min(
          ask.kg,
          quarters.reduce((kg, quarter) => kg + (supply.capacityKg[quarter] ?? 0), 0),
        )
      );
    }, 0);
    return { shortKg: Math.max(0, segment.lo - payableKg), payableKg, neededKg: segment.lo };
  });
  const none = { shortKg: supply.minimumKg, payableKg: 0, neededKg: supply.minimumKg };
  return candidates.reduce((nearest, one) => (one.shortKg < nearest.shortKg ? one : nearest), candidates[0] ?? none);
}
