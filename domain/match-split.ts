/**
 * From what the solver bought to who receives it, in whole kilograms: how much each line, in which quarter, from which offer. The solver
 * only says how much is bought of each offer at which price; how that is shared is decided here.
 */
import { awardsOf } from './match-awards.ts';
import { type Market, marketOf } from './match-market.ts';
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
  return market.classes.flatMap((cls, c) => {
    const rows = market.slots.flatMap((slot, s) =>
      (mixed[s]?.[c] ?? 0) > 0 ? [{ slot, kg: mixed[s]?.[c] ?? 0 }] : [],
    );
    const shares = mix(
      rows.map((row) => row.kg),
      cls.asks.map((ask) => awards[ask] ?? 0),
      () => true,
    );
    return rows.flatMap(({ slot }, r) =>
      cls.asks.flatMap((ask, a): Part[] => {
        const kg = shares[r]?.[a] ?? 0;
        const supply = market.bought[slot.bought]?.supply ?? -1;
        return kg > 0 ? [{ supply, quarter: slot.quarter, ask, kg }] : [];
      }),
    );
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
