/**
 * Paths through processors in the program of a mineral: a column for each feed, processor, quarter and class, in kilograms of product. It
 * takes 1/yield kilograms of feed, so the program is a generalised flow there and whole kilograms do not come by themselves
 * (server/match/levels rounds them). Used by match-program.
 */
import { isFeedFor, isSimple, pathBar, pathQuarters, pathWithinCeiling } from './match-eligible.ts';
import type { Problem, Segment, Supply } from './match-model.ts';
import type { DemandClass, FlowColumn, SupplyRows, Tableau } from './match-tableau.ts';

export interface PathParts {
  problem: Problem;
  classes: readonly DemandClass[];
  segments: readonly (readonly Segment[])[];
  choices: readonly { z: readonly number[] }[];
  supplyRows: readonly SupplyRows[];
  /** By class. */
  demandRows: readonly number[];
  /** Into the solver's units. */
  kg: (value: number) => number;
  money: (microPerKg: number) => number;
}

export function addPaths(tableau: Tableau, parts: PathParts): FlowColumn[] {
  const { problem } = parts;
  return problem.supplies.flatMap((work, w) =>
    problem.supplies.flatMap((feed, f) => (isFeedFor(feed, work) ? pathsOf(tableau, parts, { feed, f, work, w }) : [])),
  );
}

function pathsOf(
  tableau: Tableau,
  parts: PathParts,
  { feed, f, work, w }: { feed: Supply; f: number; work: Supply; w: number },
): FlowColumn[] {
  const { problem, classes, segments, choices, supplyRows, demandRows, kg, money } = parts;
  const { refining } = work;
  const runs = { feed: segments[f] ?? [], work: segments[w] ?? [] };
  const rows = { feed: supplyRows[f], work: supplyRows[w] };
  if (!refining || !rows.feed || !rows.work || runs.feed.length === 0 || runs.work.length === 0) return [];
  const perKg = 1_000_000 / refining.yieldPpm;
  /** Where a price is not a choice, it is the column's own. */
  const ownPrice =
    (isSimple(runs.work) ? (runs.work[0]?.slopeMicro ?? 0) : 0) +
    (isSimple(runs.feed) ? (runs.feed[0]?.slopeMicro ?? 0) * perKg : 0);
  /** First rights to feed are rights to have it, not to have it worked on: none of it comes from what they keep. */
  const enter = (side: SupplyRows, col: number, quarter: number, amount: number): void => {
    tableau.put(side.quarters[quarter] ?? 0, col, amount);
    if ((side.open[quarter] ?? -1) >= 0) tableau.put(side.open[quarter] ?? 0, col, amount);
    tableau.put(side.total, col, amount);
    for (const cap of side.caps) tableau.put(cap, col, amount);
  };
  return classes.flatMap((cls, c): FlowColumn[] => {
    if (pathBar(cls.need, feed, work, runs, problem.firstQuarter) !== null) return [];
    return pathQuarters(cls.need, feed, work, problem.firstQuarter).flatMap((arrives): FlowColumn[] => {
      const quarter = arrives - refining.lagQuarters;
      const most = kg(
        Math.min(cls.kg, work.capacityKg[arrives] ?? 0, Math.floor((feed.capacityKg[quarter] ?? 0) / perKg)),
      );
      const col = tableau.column(most, 0, money(ownPrice));
      tableau.put(demandRows[c] ?? 0, col, 1);
      if (rows.work) enter(rows.work, col, arrives, 1);
      if (rows.feed) enter(rows.feed, col, quarter, perKg);
      const z = { feed: choices[f]?.z ?? [], work: choices[w]?.z ?? [] };
      linkPrices(tableau, col, most, runs, z, (i, j) =>
        pathWithinCeiling(runs.feed[i] as Segment, runs.work[j] as Segment, refining.yieldPpm, cls.need.ceilingMicro),
      );
      return [
        { col, supply: w, quarter: arrives, cls: c, feed: f },
        { col, supply: f, quarter, cls: c, into: { supply: w, arrives, perKg } },
      ];
    });
  });
}

/** Nothing flows where the two prices chosen are together above the ceiling. */
function linkPrices(
  tableau: Tableau,
  col: number,
  most: number,
  runs: { feed: readonly Segment[]; work: readonly Segment[] },
  z: { feed: readonly number[]; work: readonly number[] },
  isOpen: (feed: number, work: number) => boolean,
): void {
  runs.feed.forEach((_, i) => {
    const open = runs.work.map((_, j) => isOpen(i, j));
    if (open.every(Boolean)) return;
    const hasWorkChoice = z.work.length > 0;
    const zFeed = z.feed[i];
    // x <= most * (chosen work prices that fit + 1 - this feed price chosen); a simple offer's only price is always chosen.
    const link = tableau.row(-Infinity, zFeed === undefined ? 0 : most);
    tableau.put(link, col, 1);
    if (zFeed !== undefined) tableau.put(link, zFeed, most);
    if (hasWorkChoice)
      open.forEach((fits, j) => {
        if (fits) tableau.put(link, z.work[j] ?? 0, -most);
      });
  });
}
