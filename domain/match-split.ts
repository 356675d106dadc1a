/**
 * From what the solver bought to who receives it: awards by the uniform rule among the buyers of each rank, then kilograms of each lot
 * to each line. The solver only says how much of each offer is bought in each quarter; how it is shared is decided here, in whole kilograms.
 */
import { firstBar, segmentsOf, sharedQuarters, withinCeiling } from './match-eligible.ts';
import { FlowNetwork } from './match-flow.ts';
import type { Choice, Part, Problem } from './match-model.ts';
import { classesOf, type DemandClass } from './match-program.ts';
import { lotteryOrder, raiseEvenly, type Tap } from './rationing.ts';

/** Kilograms bought of one offer in one quarter. */
interface Lot {
  supply: number;
  quarter: number;
  kg: number;
}

/** Everything bought goes to somebody who may have it; the sum of parts of an offer and quarter is what the solver bought. */
export function splitLots(problem: Problem, choice: Choice): Part[] {
  const lots = lotsOf(choice);
  const classes = classesOf(problem.asks);
  const open = openness(problem, choice, lots, classes);
  const awards = awardsOf(problem, lots, classes, open);
  const classKg = classes.map((cls) => cls.asks.reduce((sum, ask) => sum + (awards[ask] ?? 0), 0));
  const toClass = mix(
    lots.map((lot) => lot.kg),
    classKg,
    (lot, cls) => open[lot]?.[cls] ?? false,
  );
  const parts: Part[] = [];
  classes.forEach((cls, c) => {
    const rows = lots.flatMap((lot, l) => ((toClass[l]?.[c] ?? 0) > 0 ? [{ lot, kg: toClass[l]?.[c] ?? 0 }] : []));
    const shares = mix(
      rows.map((row) => row.kg),
      cls.asks.map((ask) => awards[ask] ?? 0),
      () => true,
    );
    rows.forEach(({ lot }, r) => {
      cls.asks.forEach((ask, a) => {
        const kg = shares[r]?.[a] ?? 0;
        if (kg > 0) parts.push({ supply: lot.supply, quarter: lot.quarter, ask, kg });
      });
    });
  });
  return parts;
}

function lotsOf(choice: Choice): Lot[] {
  const lots = new Map<string, Lot>();
  for (const flow of choice.flows) {
    const key = `${flow.supply}/${flow.quarter}`;
    const lot = lots.get(key);
    if (lot) lot.kg += flow.kg;
    else lots.set(key, { supply: flow.supply, quarter: flow.quarter, kg: flow.kg });
  }
  return [...lots.values()].filter((lot) => lot.kg > 0).sort((a, b) => a.supply - b.supply || a.quarter - b.quarter);
}

/** By lot and class: may it go there, at the price that the offer's order has reached? */
function openness(
  problem: Problem,
  choice: Choice,
  lots: readonly Lot[],
  classes: readonly DemandClass[],
): boolean[][] {
  return lots.map((lot) => {
    const supply = problem.supplies[lot.supply];
    const segments = supply ? segmentsOf(supply) : [];
    const segment = segments[choice.segments[lot.supply] ?? -1];
    return classes.map(
      ({ need }) =>
        supply !== undefined &&
        segment !== undefined &&
        firstBar(need, supply, segments, problem.firstQuarter) === null &&
        withinCeiling(segment, need.ceilingMicro) &&
        sharedQuarters(need, supply, problem.firstQuarter).includes(lot.quarter),
    );
  });
}

/**
 * Kilograms for each ask. Ranks in their order; within a rank the buyers (ultimate parents) share evenly, so that splitting a line or
 * founding a subsidiary gains nothing; a buyer's own lines then share what it got.
 */
function awardsOf(
  problem: Problem,
  lots: readonly Lot[],
  classes: readonly DemandClass[],
  open: boolean[][],
): number[] {
  const { asks } = problem;
  const buyers = [...new Set(asks.map(buyerKey))].sort();
  const lotNode = (l: number) => 2 + l;
  const classNode = (c: number) => lotNode(lots.length) + c;
  const askNode = (a: number) => classNode(classes.length) + a;
  const buyerNode = (b: number) => askNode(asks.length) + b;
  const network = new FlowNetwork(buyerNode(buyers.length));
  lots.forEach((lot, l) => {
    network.arc(0, lotNode(l), lot.kg);
    classes.forEach((_, c) => {
      if (open[l]?.[c]) network.arc(lotNode(l), classNode(c), lot.kg);
    });
  });
  const lineArcs = asks.map(() => -1);
  classes.forEach((cls, c) => {
    for (const a of cls.asks) {
      const ask = asks[a];
      if (!ask) continue;
      lineArcs[a] = network.arc(classNode(c), askNode(a), ask.kg);
      network.arc(askNode(a), buyerNode(buyers.indexOf(buyerKey(ask))), ask.kg);
    }
  });
  const buyerArcs = buyers.map((_, b) => network.arc(buyerNode(b), 1, 0));
  const linesOf = buyers.map((buyer) => asks.flatMap((ask, a) => (buyerKey(ask) === buyer ? [a] : [])));
  const rankOfBuyer = linesOf.map((lines) => asks[lines[0] ?? -1]?.rank ?? Number.MAX_SAFE_INTEGER);
  const order = lotteryOrder(buyers, problem.lotterySeed);
  const tap = (arc: number | undefined, claim: number): Tap => ({ arc: arc ?? 0, claim });
  const claimOf = (a: number) => asks[a]?.kg ?? 0;

  for (const rank of [...new Set(rankOfBuyer)].sort((a, b) => a - b)) {
    const turn = order.filter((b) => rankOfBuyer[b] === rank);
    const before = network.save();
    const taps = turn.map((b) =>
      tap(
        buyerArcs[b],
        (linesOf[b] ?? []).reduce((sum, a) => sum + claimOf(a), 0),
      ),
    );
    const shares = raiseEvenly(
      network,
      0,
      1,
      taps,
      taps.map((_, i) => i),
    );
    if (!turn.some((b) => (linesOf[b]?.length ?? 0) > 1)) continue;
    // Again with the shares fixed, this time each buyer's lines rise together.
    network.restore(before);
    for (const b of turn) for (const a of linesOf[b] ?? []) network.setCapacity(lineArcs[a] ?? 0, 0);
    turn.forEach((b, i) => {
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

/** A buyer's lines of different ranks are different claims. */
const buyerKey = (ask: { rank: number | null; buyer: string }): string => `${ask.rank ?? 'surplus'}/${ask.buyer}`;

const FITTING_ROUNDS = 200;

/**
 * Whole kilograms from rows (lots) to columns (takers) with given sums, each cell near what proportional mixing gives: so takers who may
 * have the same lots pay the same average price. Real numbers are fitted first (iterative proportional fitting), rounded down, and the
 * rest is completed by a flow. Sums must admit an allowed solution and have equal totals.
 */
export function mix(
  rows: readonly number[],
  columns: readonly number[],
  allowed: (row: number, column: number) => boolean,
): number[][] {
  const fitted = proportional(rows, columns, allowed);
  const exact = complete(
    rows,
    columns,
    allowed,
    fitted.map((cells) => cells.map((kg) => Math.floor(kg + 1e-9))),
  );
  // Where fitting has not converged its floors may be in the way of each other: any allowed solution is better than none.
  return (
    exact ??
    complete(
      rows,
      columns,
      allowed,
      rows.map(() => columns.map(() => 0)),
    ) ??
    []
  );
}

function proportional(
  rows: readonly number[],
  columns: readonly number[],
  allowed: (row: number, column: number) => boolean,
): number[][] {
  const cells = rows.map((_, r) => columns.map((kg, c) => (allowed(r, c) ? kg : 0)));
  for (let round = 0; round < FITTING_ROUNDS; round += 1) {
    cells.forEach((line, r) => {
      scale(line, rows[r] ?? 0);
    });
    let worst = 0;
    columns.forEach((kg, c) => {
      const column = cells.map((line) => line[c] ?? 0);
      const sum = column.reduce((a, b) => a + b, 0);
      worst = Math.max(worst, Math.abs(sum - kg));
      if (sum > 0) for (const line of cells) line[c] = ((line[c] ?? 0) * kg) / sum;
    });
    if (worst < 1e-9) break;
  }
  return cells;
}

function scale(line: number[], total: number): void {
  const sum = line.reduce((a, b) => a + b, 0);
  if (sum > 0) for (let i = 0; i < line.length; i += 1) line[i] = ((line[i] ?? 0) * total) / sum;
}

/** Adds to the given cells until every sum is met; null where they are in the way. */
function complete(
  rows: readonly number[],
  columns: readonly number[],
  allowed: (row: number, column: number) => boolean,
  cells: number[][],
): number[][] | null {
  const rowLeft = rows.map((kg, r) => kg - (cells[r] ?? []).reduce((a, b) => a + b, 0));
  const columnLeft = columns.map((kg, c) => kg - cells.reduce((sum, line) => sum + (line[c] ?? 0), 0));
  if (rowLeft.some((kg) => kg < 0) || columnLeft.some((kg) => kg < 0)) return null;
  const network = new FlowNetwork(2 + rows.length + columns.length);
  rowLeft.forEach((kg, r) => {
    network.arc(0, 2 + r, kg);
  });
  columnLeft.forEach((kg, c) => {
    network.arc(2 + rows.length + c, 1, kg);
  });
  const arcs: { arc: number; row: number; column: number }[] = [];
  rows.forEach((_, row) => {
    columns.forEach((_, column) => {
      if (allowed(row, column))
        arcs.push({ row, column, arc: network.arc(2 + row, 2 + rows.length + column, rowLeft[row] ?? 0) });
    });
  });
  const wanted = rowLeft.reduce((a, b) => a + b, 0);
  if (network.push(0, 1) !== wanted || columnLeft.reduce((a, b) => a + b, 0) !== wanted) return null;
  for (const { arc, row, column } of arcs) {
    const line = cells[row];
    if (line) line[column] = (line[column] ?? 0) + network.flow(arc);
  }
  return cells;
}
