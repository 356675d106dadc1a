/**
 * From what the solver bought to who receives it, in whole kilograms: how much each line, in which quarter, from which offer. The solver
 * only says how much is bought of each offer at which price; how that is shared is decided here.
 */
import { awardsOf } from './match-awards.ts';
import { type Bought, type Market, marketOf } from './match-market.ts';
import { mix } from './match-mix.ts';
import type { Choice, Part, Problem } from './match-model.ts';
import { timetable } from './match-timetable.ts';

/** Everything bought goes to somebody who may have it; the parts of an offer add up to what was bought of it. */
export function splitLots(problem: Problem, choice: Choice): Part[] {
  const market = marketOf(problem, choice);
  const awards = awardsOf(problem, market);
  const classKg = market.classes.map((cls) => cls.asks.reduce((sum, ask) => sum + (awards[ask] ?? 0), 0));
  const dated = timetable(market, classKg);
  const mixed = mixWithinQuarters(market, dated);
  const parts = market.classes.flatMap((cls, c) => {
    const rows = market.slots.flatMap((slot, s) =>
      (mixed[s]?.[c] ?? 0) > 0 ? [{ slot, kg: mixed[s]?.[c] ?? 0 }] : [],
    );
    const shares = mix(
      rows.map((row) => row.kg),
      cls.asks.map((ask) => awards[ask] ?? 0),
      () => true,
    );
    return rows.flatMap(({ slot }, r) =>
      cls.asks.flatMap((ask, a): Dated[] => {
        const kg = shares[r]?.[a] ?? 0;
        const { supply, feed } = market.bought[slot.bought] as Bought;
        return kg > 0 ? [{ supply, feed, quarter: slot.quarter, ask, kg }] : [];
      }),
    );
  });
  return withFeed(problem, choice, merged(parts));
}

type Dated = Omit<Part, 'feed'> & { feed: number | undefined };

/** The holder of first rights may receive from both slots of a quarter. */
function merged(parts: readonly Dated[]): Dated[] {
  const groups = Map.groupBy(parts, ({ supply, feed, quarter, ask }) => `${supply}/${feed ?? ''}/${quarter}/${ask}`);
  return [...groups.values()].map((group) => ({
    ...(group[0] as Dated),
    kg: group.reduce((sum, part) => sum + part.kg, 0),
  }));
}

/** Whoever receives product takes over its feed: in proportion to the product, whole kilograms by largest remainder. */
function withFeed(problem: Problem, choice: Choice, parts: readonly Dated[]): Part[] {
  const feedOf = new Map<Dated, Part['feed']>();
  for (const feed of choice.feeds ?? []) {
    const own = parts.filter(
      (part) => part.supply === feed.into && part.feed === feed.supply && part.quarter === feed.arrives,
    );
    const product = own.reduce((sum, part) => sum + part.kg, 0);
    const exact = own.map((part) => (feed.kg * part.kg) / Math.max(1, product));
    const whole = exact.map(Math.floor);
    const byRemainder = own.map((_, i) => i).sort((a, b) => ((exact[b] ?? 0) % 1) - ((exact[a] ?? 0) % 1) || a - b);
    let left = feed.kg - whole.reduce((sum, kg) => sum + kg, 0);
    for (const i of byRemainder) if (left-- > 0) whole[i] = (whole[i] ?? 0) + 1;
    own.forEach((part, i) => {
      feedOf.set(part, { supply: feed.supply, quarter: feed.quarter, kg: whole[i] ?? 0 });
    });
  }
  return parts.map((part) => {
    const { feed, ...rest } = part;
    const taken = feedOf.get(part);
    if (feed === undefined) return rest;
    const lag = problem.supplies[part.supply]?.refining?.lagQuarters ?? 0;
    return { ...rest, feed: taken ?? { supply: feed, quarter: part.quarter - lag, kg: 0 } };
  });
}

/** Takers of a quarter share its offers in the same proportions, so that nobody is handed the dear one. */
function mixWithinQuarters(market: Market, dated: readonly (readonly number[])[]): number[][] {
  const { slots, classes, open } = market;
  const out = slots.map(() => classes.map(() => 0));
  for (const quarter of new Set(slots.map((slot) => slot.quarter))) {
    const own = slots.flatMap((slot, s) => (slot.quarter === quarter ? [s] : []));
    const table = mix(
      own.map((s) => (dated[s] ?? []).reduce((sum, kg) => sum + kg, 0)),
      classes.map((_, c) => own.reduce((sum, s) => sum + (dated[s]?.[c] ?? 0), 0)),
      (row, c) => open[own[row] ?? -1]?.[c] ?? false,
    );
    own.forEach((s, row) => {
      out[s] = table[row] ?? [];
    });
  }
  return out;
}
