/** In which quarter each class receives what it is awarded: as evenly as capacity allows. Used by match-split. */
import { FlowNetwork } from './match-flow.ts';
import type { Market } from './match-market.ts';
import { raiseEvenly } from './rationing.ts';

/**
 * Kilograms by slot and class. An offer's total is what was bought of it and every class receives what it is awarded; the solver does not
 * mind which quarter that happens in, people do. Classes take turns; a later one may move an earlier one where there is no other way.
 */
export function timetable(market: Market, classKg: readonly number[]): number[][] {
  const { bought, slots, classes, open } = market;
  const quarters = [...new Set(slots.map((slot) => slot.quarter))].sort((a, b) => a - b);
  const boughtNode = (b: number) => 2 + b;
  const slotNode = (s: number) => boughtNode(bought.length) + s;
  const classNode = (c: number) => slotNode(slots.length) + c;
  const visitNode = (c: number, q: number) => classNode(classes.length) + c * quarters.length + q;
  const network = new FlowNetwork(visitNode(classes.length, 0));
  bought.forEach(({ kg }, b) => {
    network.arc(0, boughtNode(b), kg);
  });
  const arcs = slots.map((slot, s) => {
    network.arc(boughtNode(slot.bought), slotNode(s), slot.capacityKg);
    const q = quarters.indexOf(slot.quarter);
    return classes.map((_, c) => (open[s]?.[c] ? network.arc(slotNode(s), visitNode(c, q), slot.capacityKg) : -1));
  });
  const visits = classes.map((_, c) =>
    quarters.flatMap((quarter, q) =>
      slots.some((slot, s) => slot.quarter === quarter && open[s]?.[c])
        ? [network.arc(visitNode(c, q), classNode(c), 0)]
        : [],
    ),
  );
  const sinks = classes.map((_, c) => network.arc(classNode(c), 1, 0));
  classes.forEach((_, c) => {
    const kg = classKg[c] ?? 0;
    const own = visits[c] ?? [];
    if (kg === 0 || own.length === 0) return;
    network.setCapacity(sinks[c] ?? 0, kg);
    const raise = (claim: number) =>
      raiseEvenly(
        network,
        0,
        1,
        own.map((arc) => ({ arc, claim })),
        own.map((_, i) => i),
      ).reduce((sum, got) => sum + got, 0);
    // An even division nearly always fits and is found at once; where a quarter is full, the others rise further.
    if (!network.attempt(() => raise(Math.ceil(kg / own.length)) === kg)) raise(kg);
    for (const arc of own) network.setCapacity(arc, kg);
    network.push(0, 1);
  });
  return arcs.map((row) => row.map((arc) => (arc < 0 ? 0 : network.flow(arc))));
}
