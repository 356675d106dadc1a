/** What a choice of the solver leaves to share: what was bought, where it can be delivered, and who may have it. Used by match-split and its parts. */
import { firstBar, segmentsOf, sharedQuarters, withinCeiling } from './match-eligible.ts';
import type { Choice, Problem } from './match-model.ts';
import { classesOf, type DemandClass } from './match-program.ts';

export interface Market {
  bought: readonly { supply: number; kg: number }[];
  /** An offer's quarters with what they can hold; `bought` is its index. */
  slots: readonly { bought: number; quarter: number; capacityKg: number }[];
  classes: readonly DemandClass[];
  /** By slot and class: may it go there, at the price that the offer's order has reached? */
  open: readonly (readonly boolean[])[];
}

export function marketOf(problem: Problem, choice: Choice): Market {
  const classes = classesOf(problem.asks);
  const bought = problem.supplies.flatMap((_, supply) => {
    const kg = choice.flows.reduce((sum, flow) => sum + (flow.supply === supply ? flow.kg : 0), 0);
    return kg > 0 ? [{ supply, kg }] : [];
  });
  const slots = bought.flatMap(({ supply }, b) =>
    (problem.supplies[supply]?.capacityKg ?? []).flatMap((capacityKg, quarter) =>
      capacityKg > 0 ? [{ bought: b, quarter, capacityKg }] : [],
    ),
  );
  const quartersOpen = bought.map(({ supply }) =>
    classes.map(({ need }) => openQuarters(problem, choice, supply, need)),
  );
  const open = slots.map((slot) =>
    classes.map((_, c) => quartersOpen[slot.bought]?.[c]?.includes(slot.quarter) ?? false),
  );
  return { bought, slots, classes, open };
}

function openQuarters(problem: Problem, choice: Choice, s: number, need: DemandClass['need']): number[] {
  const supply = problem.supplies[s];
  const segments = supply ? segmentsOf(supply) : [];
  const segment = segments[choice.segments[s] ?? -1];
  if (!supply || !segment || !withinCeiling(segment, need.ceilingMicro)) return [];
  if (firstBar(need, supply, segments, problem.firstQuarter) !== null) return [];
  return sharedQuarters(need, supply, problem.firstQuarter);
}
