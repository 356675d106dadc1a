/**
 * From what the solver bought to who receives it, in whole kilograms: how much each line, in which quarter, from which offer. The solver
 * only says how much is bought of each offer at which price; how that is shared is decided here.
 */
import { awardsOf } from './match-awards.ts';
import { type Bought, type Market, marketOf } from './match-market.ts';
import { mix, mixAll } from './match-mix.ts';
import type { Choice, Part, Problem } from './match-model.ts';
import { timetable } from './match-timetable.ts';

/** Everything bought goes to somebody who may have it; the parts of an offer add up to what was bought of it. */
export function splitLots(problem: Problem, choice: Choice): Part[] {
  const market = marketOf(problem, choice);
  const awards = awardsOf(problem, market);
  const dated = timetable(
    market,
    market.takers.map(({ asks }) => asks.reduce((sum, ask) => sum + (awards[ask] ?? 0), 0)),
  );
  const mixed = mixWithinQuarters(market, dated);
  const parts = market.takers.flatMap(({ asks, slots }, t) => {
    const rows = slots.flatMap((s, i) => {
      const [slot, kg] = [market.slots[s], mixed[t]?.[i] ?? 0];
      return slot && kg > 0 ? [{ slot, kg }] : [];
    });
    const shares = mixAll(
      rows.map((row) => row.kg),
      asks.map((ask) => awards[ask] ?? 0),
    );
    return rows.flatMap(({ slot }, r) => {
      const { supply, feed } = market.bought[slot.bought] as Bought;
      return asks.flatMap((ask, a): Dated[] => {
        const kg = shares[r]?.[a] ?? 0;
        return kg > 0 ? [{ supply, feed, quarter: slot.quarter, ask, kg }] : [];
      });
    });
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

/** Takers of a quarter share its offers in the same proportions, so that nobody is handed the dear one. By taker, in the order of its slots. */
function mixWithinQuarters({ slots, takers }: Market, dated: readonly (readonly number[])[]): number[][] {
  const out = dated.map((kg) => kg.map(() => 0));
  /** Kilograms of a quarter, with the slot that they come from and where they stand in `out`. */
  const cells = takers.flatMap((taker, t) =>
    taker.slots.map((s, i) => ({ s, t, i, quarter: slots[s]?.quarter ?? -1, kg: dated[t]?.[i] ?? 0 })),
  );
  for (const own of Map.groupBy(cells, ({ quarter }) => quarter).values()) {
    const bySlot = [...Map.groupBy(own, ({ s }) => s)];
    const byTaker = [...Map.groupBy(own, ({ t }) => t)].filter(([, those]) => those.some(({ kg }) => kg > 0));
    const sum = (those: readonly { kg: number }[]) => those.reduce((total, { kg }) => total + kg, 0);
    const placeOf = byTaker.map(([, those]) => new Map(those.map(({ s, i }) => [s, i])));
    const table = mix(
      bySlot.map(([, those]) => sum(those)),
      byTaker.map(([, those]) => sum(those)),
      (row, column) => placeOf[column]?.has(bySlot[row]?.[0] ?? -1) ?? false,
    );
    byTaker.forEach(([t], column) => {
      bySlot.forEach(([s], row) => {
        const at = placeOf[column]?.get(s);
        const line = out[t];
        if (at !== undefined && line) line[at] = table[row]?.[column] ?? 0;
      });
    });
  }
  return out;
}
