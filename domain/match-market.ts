/** What a choice of the solver leaves to share: what was bought, where it can be delivered, and who may have it. Used by match-split and its parts. */
import {
  firstBar,
  holdsRights,
  pathBar,
  pathQuarters,
  pathWithinCeiling,
  segmentsOf,
  sharedQuarters,
  withinCeiling,
} from './match-eligible.ts';
import { type Choice, openCapacityKg, type Problem, type Segment, type Supply } from './match-model.ts';
import { classesIn, type DemandClass } from './match-program.ts';

export interface Market {
  /** `feed` is the supply that a processor made it from. */
  bought: readonly Bought[];
  /** An offer's quarters with what they can hold; `bought` is its index. What first rights keep is a slot of its own. */
  slots: readonly Slot[];
  /** Lines of one rank that may have the same slots. */
  takers: readonly Taker[];
}

export interface Taker {
  rank: number | null;
  asks: readonly number[];
  /** Ascending indices of the slots that it may have, at the price that the offer's order has reached. */
  slots: readonly number[];
}

export interface Bought {
  supply: number;
  feed?: number;
  kg: number;
}

interface Slot {
  bought: number;
  quarter: number;
  capacityKg: number;
  /** Only the holder of first rights may have it. */
  isKept: boolean;
}

export function marketOf(problem: Problem, choice: Choice): Market {
  const classes = classesIn(problem);
  const lots = Map.groupBy(choice.flows, ({ supply, feed }) => `${supply}/${feed ?? ''}`);
  const bought = [...lots.values()]
    .map((flows): Bought & { flows: Choice['flows'] } => {
      const { supply = -1, feed } = flows[0] ?? {};
      const kg = flows.reduce((sum, flow) => sum + flow.kg, 0);
      return { supply, ...(feed !== undefined && { feed }), kg, flows };
    })
    .filter(({ kg }) => kg > 0)
    .sort((a, b) => a.supply - b.supply || (a.feed ?? -1) - (b.feed ?? -1));
  const slots = bought.flatMap((lot, b): Slot[] =>
    lot.feed === undefined ? directSlots(problem, choice, lot.supply, b) : pathSlots(lot.flows, b),
  );
  const slotsOf = Map.groupBy(slots.keys(), (s) => slots[s]?.bought ?? -1);
  const slotsFor = (need: DemandClass['need']) =>
    bought.flatMap((lot, b) => {
      const quarters = openQuarters(problem, choice, lot, need);
      const supply = problem.supplies[lot.feed ?? lot.supply];
      return (slotsOf.get(b) ?? []).filter((s) => {
        const slot = slots[s] as Slot;
        return quarters.includes(slot.quarter) && !(slot.isKept && supply && !holdsRights(need, supply));
      });
    });
  return { bought: bought.map(({ flows: _, ...lot }) => lot), slots, takers: takersIn(classes, slotsFor) };
}

/** What keeps classes apart for the solver, such as a ceiling above every price that was reached, mostly no longer does. */
function takersIn(
  classes: readonly DemandClass[],
  slotsFor: (need: DemandClass['need']) => readonly number[],
): readonly Taker[] {
  const takers = new Map<string, { rank: number | null; asks: number[]; slots: readonly number[] }>();
  for (const { rank, need, asks } of classes) {
    const slots = slotsFor(need);
    const key = `${rank}/${slots.join()}`;
    const known = takers.get(key);
    if (known) known.asks.push(...asks);
    else takers.set(key, { rank, asks: [...asks], slots });
  }
  return [...takers.values()];
}

/** Capacity less what goes to processors, which comes from what is open to all. */
function directSlots(problem: Problem, choice: Choice, s: number, b: number): Slot[] {
  const supply = problem.supplies[s] as Supply;
  return supply.capacityKg.flatMap((capacity, quarter): Slot[] => {
    const fed = (choice.feeds ?? []).reduce(
      (sum, feed) => sum + (feed.supply === s && feed.quarter === quarter ? feed.kg : 0),
      0,
    );
    const all = capacity - fed;
    const openKg = openCapacityKg(supply, quarter) - fed;
    const slot = (capacityKg: number, isKept: boolean): Slot[] =>
      capacityKg > 0 ? [{ bought: b, quarter, capacityKg, isKept }] : [];
    return [...slot(openKg, false), ...slot(all - openKg, true)];
  });
}

/** A processor's quarters are settled with the feed's. */
const pathSlots = (flows: Choice['flows'], b: number): Slot[] =>
  [...Map.groupBy(flows, ({ quarter }) => quarter)].map(([quarter, own]) => ({
    bought: b,
    quarter,
    capacityKg: own.reduce((sum, { kg }) => sum + kg, 0),
    isKept: false,
  }));

function openQuarters(problem: Problem, choice: Choice, lot: Bought, need: DemandClass['need']): number[] {
  const { firstQuarter } = problem;
  const [work, feed] = [problem.supplies[lot.supply], problem.supplies[lot.feed ?? -1]];
  const runsOf = (supply: Supply | undefined): Segment[] => (supply ? segmentsOf(supply) : []);
  const runs = { work: runsOf(work), feed: runsOf(feed) };
  const own = runs.work[choice.segments[lot.supply] ?? -1];
  if (!work || !own) return [];
  if (!feed) {
    if (!withinCeiling(own, need.ceilingMicro) || firstBar(need, work, runs.work, firstQuarter) !== null) return [];
    return sharedQuarters(need, work, firstQuarter);
  }
  const paid = runs.feed[choice.segments[lot.feed ?? -1] ?? -1];
  const isPayable = paid && pathWithinCeiling(paid, own, work.refining?.yieldPpm ?? 1, need.ceilingMicro);
  if (!isPayable || pathBar(need, feed, work, runs, firstQuarter) !== null) return [];
  return pathQuarters(need, feed, work, firstQuarter);
}
