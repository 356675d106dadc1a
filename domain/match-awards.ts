/**
 * How much each line receives of what was bought: ranks in their order, the uniform rule among the buyers of a rank, and again among a
 * buyer's own lines. Used by match-split.
 */
import { FlowNetwork } from './match-flow.ts';
import type { Market } from './match-market.ts';
import { type Problem, rankOf } from './match-model.ts';
import { lotteryOrder, raiseEvenly, raiseInProportion, type Tap } from './rationing.ts';

/**
 * Kilograms for each ask. Ranks in their order; within a rank the buyers (ultimate parents) share evenly, so that splitting a line or
 * founding a subsidiary gains nothing; a buyer's own lines then share what it got.
 */
export function awardsOf(problem: Problem, market: Market): number[] {
  const { asks } = problem;
  const { bought, slots, takers } = market;
  const buyers = [...new Set(asks.map(buyerKey))].sort();
  const buyerAt = new Map(buyers.map((buyer, b) => [buyer, b]));
  const boughtNode = (b: number) => 2 + b;
  const slotNode = (s: number) => boughtNode(bought.length) + s;
  const takerNode = (t: number) => slotNode(slots.length) + t;
  const buyerNode = (b: number) => takerNode(takers.length) + b;
  const network = new FlowNetwork(buyerNode(buyers.length));
  bought.forEach(({ kg }, b) => {
    network.arc(0, boughtNode(b), kg);
  });
  slots.forEach((slot, s) => {
    network.arc(boughtNode(slot.bought), slotNode(s), slot.capacityKg);
  });
  const lineArcs = asks.map(() => -1);
  takers.forEach((taker, t) => {
    for (const s of taker.slots) network.arc(slotNode(s), takerNode(t), slots[s]?.capacityKg ?? 0);
    for (const a of taker.asks) {
      const ask = asks[a];
      if (ask) lineArcs[a] = network.arc(takerNode(t), buyerNode(buyerAt.get(buyerKey(ask)) ?? -1), ask.kg);
    }
  });
  const buyerArcs = buyers.map((_, b) => network.arc(buyerNode(b), 1, 0));
  const linesOf = buyers.map((): number[] => []);
  asks.forEach((ask, a) => {
    linesOf[buyerAt.get(buyerKey(ask)) ?? -1]?.push(a);
  });
  const rankOfBuyer = linesOf.map((lines) => asks[lines[0] ?? -1]?.rank ?? Number.MAX_SAFE_INTEGER);
  const order = lotteryOrder(buyers, problem.lotterySeed);
  const tap = (arc: number | undefined, claim: number): Tap => ({ arc: arc ?? 0, claim });
  const claimOf = (a: number) => asks[a]?.kg ?? 0;

  for (const rank of [...new Set(rankOfBuyer)].sort((a, b) => a - b)) {
    const turn = order.filter((b) => rankOfBuyer[b] === rank);
    const claims = turn.map((b) => (linesOf[b] ?? []).reduce((sum, a) => sum + claimOf(a), 0));
    const isSettled = turn.every((b) => linesOf[b]?.length === 1);
    let shares: number[] = [];
    const raise = problem.scarce === 'proportional' && rank === FIRM ? raiseInProportion : raiseEvenly;
    network.attempt(() => {
      shares = raise(
        network,
        0,
        1,
        turn.map((b, i) => tap(buyerArcs[b], claims[i] ?? 0)),
        turn.map((_, i) => i),
      );
      return isSettled;
    });
    if (isSettled) continue;
    // Again with the shares fixed, this time each buyer's lines rise together.
    for (const b of turn) for (const a of linesOf[b] ?? []) network.setCapacity(lineArcs[a] ?? 0, 0);
    // Who gets all it asked for gets it on every line: nothing to weigh, and all at once.
    turn.forEach((b, i) => {
      if (shares[i] !== claims[i]) return;
      network.setCapacity(buyerArcs[b] ?? 0, shares[i] ?? 0);
      for (const a of linesOf[b] ?? []) network.setCapacity(lineArcs[a] ?? 0, claimOf(a));
    });
    network.push(0, 1);
    turn.forEach((b, i) => {
      if (shares[i] === claims[i]) return;
      network.setCapacity(buyerArcs[b] ?? 0, shares[i] ?? 0);
      const lines = linesOf[b] ?? [];
      raiseEvenly(
        network,
        0,
        1,
        lines.map((a) => tap(lineArcs[a], claimOf(a))),
        lines.map((_, i) => i),
      );
    });
    // A buyer raised early may sit where a later one has to be: lines give way, shares do not.
    for (const b of turn) for (const a of linesOf[b] ?? []) network.setCapacity(lineArcs[a] ?? 0, claimOf(a));
    network.push(0, 1);
  }
  return lineArcs.map((arc) => network.flow(arc));
}

/** Only firm claims bind whoever makes them: in proportion to others, asking for more than one needs would cost nothing. */
const FIRM = rankOf('firm');

/** A buyer's lines of different ranks are different claims. */
const buyerKey = (ask: { rank: number | null; buyer: string }): string => `${ask.rank ?? 'surplus'}/${ask.buyer}`;
