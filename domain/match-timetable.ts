/** In which quarter each taker receives what it is awarded: as evenly as capacity allows. Used by match-split. */
import { FlowNetwork } from './match-flow.ts';
import type { Market } from './match-market.ts';
import { raiseEvenly } from './rationing.ts';

/**
 * Kilograms by taker and slot, for each taker in the order of its slots. An offer's total is what was bought of it and every taker receives
 * what it is awarded; the solver does not mind which quarter that happens in, people do. Who takes in one quarter only comes first, all at
 * once; the others take turns, and a later one may move an earlier one where there is no other way.
 */
export function timetable({ bought, slots, takers }: Market, takerKg: readonly number[]): number[][] {
  const quartersOf = takers.map((taker) => [...new Set(taker.slots.map((s) => slots[s]?.quarter ?? -1))]);
  const boughtNode = (b: number) => 2 + b;
  const slotNode = (s: number) => boughtNode(bought.length) + s;
  const takerNode = (t: number) => slotNode(slots.length) + t;
  let nodes = takerNode(takers.length);
  /** By taker: the node of each of its quarters; a single one needs none of its own. */
  const visitNodes = quartersOf.map((quarters, t) =>
    quarters.length === 1 ? [takerNode(t)] : quarters.map(() => nodes++),
  );
  const network = new FlowNetwork(nodes);
  bought.forEach(({ kg }, b) => {
    network.arc(0, boughtNode(b), kg);
  });
  slots.forEach((slot, s) => {
    network.arc(boughtNode(slot.bought), slotNode(s), slot.capacityKg);
  });
  const arcs = takers.map((taker, t) =>
    taker.slots.map((s) => {
      const { quarter = -1, capacityKg = 0 } = slots[s] ?? {};
      const visit = visitNodes[t]?.[quartersOf[t]?.indexOf(quarter) ?? -1] ?? -1;
      return network.arc(slotNode(s), visit, capacityKg);
    }),
  );
  const visits = takers.map((_, t) => {
    const own = visitNodes[t] ?? [];
    return own.length < 2 ? [] : own.map((node) => network.arc(node, takerNode(t), 0));
  });
  const sinks = takers.map((_, t) => network.arc(takerNode(t), 1, visits[t]?.length === 0 ? (takerKg[t] ?? 0) : 0));
  network.push(0, 1);
  takers.forEach((_, t) => {
    const kg = takerKg[t] ?? 0;
    const own = visits[t] ?? [];
    if (kg === 0 || own.length === 0) return;
    network.setCapacity(sinks[t] ?? 0, kg);
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
  return arcs.map((row) => row.map((arc) => network.flow(arc)));
}
