/**
 * The mixed-integer program of one mineral, as the arrays a solver takes, and the way back from its columns to kilograms.
 *
 * For a fixed choice of segments it is a flow: country -> offer -> quarter -> class -> rank, so whole kilograms come out whole.
 * Columns: x (kg of an offer in a quarter for a class), u (unmet kg of a class), q and z (kg and choice of a segment), e (kg above an
 * allowance). Rows: demand of a class, capacity of a quarter, what first rights leave of it, total of an offer, its segments, its choice,
 * links of partly eligible flows, allowances, unmet of a rank. Paths through processors are match-paths' part.
 */
import { softCapsOf } from './match-caps.ts';
import { firstBar, holdsRights, isSimple, segmentsOf, sharedQuarters, withinCeiling } from './match-eligible.ts';
import { type Ask, groupOf, openCapacityKg, originOf, type Problem, type Segment } from './match-model.ts';
import { addPaths } from './match-paths.ts';
import { type DemandClass, type FlowColumn, type SupplyRows, Tableau } from './match-tableau.ts';

export type { DemandClass, FlowColumn } from './match-tableau.ts';

export interface Program {
  problem: Problem;
  /** Whole kilograms come out whole by themselves: no yields, and no supplier's cap across countries. */
  isFlow: boolean;
  numCols: number;
  numRows: number;
  colLower: Float64Array;
  colUpper: Float64Array;
  rowLower: Float64Array;
  rowUpper: Float64Array;
  starts: Int32Array;
  indices: Int32Array;
  values: Float64Array;
  /** 1 for integer columns. */
  integrality: Int32Array;
  integers: number;
  /** Kilograms in one solver unit and micro-dollars per kilogram in one unit of money: numbers near 1 keep tolerances meaningful. */
  unitKg: number;
  moneyMicro: number;
  classes: readonly DemandClass[];
  segments: readonly (readonly Segment[])[];
  /** What each x column takes. A path through a processor is one column that stands here twice: as product, and as the feed it takes. */
  flows: readonly FlowColumn[];
  /** By supply: z columns of its segments (empty for a simple offer), q columns, the row of its total. */
  choices: readonly { z: readonly number[]; q: readonly number[]; totalRow: number }[];
  /** In the order they are minimised. */
  levels: readonly { rank: number; row: number; cols: readonly number[]; askedKg: number }[];
  /** Objective of the last level: money, and the surcharge above a country's allowance. */
  cost: Float64Array;
}

const NOBODY: ReadonlySet<string> = new Set();

/** The classes of a problem, buyers with first rights apart. */
export const classesIn = ({ asks, supplies }: Problem): DemandClass[] =>
  classesOf(asks, new Set(supplies.flatMap(({ rights }) => (rights ? [rights.holder] : []))));

/** Asks grouped by everything that matters to the solver. Deterministic in the set of asks, whatever their order. `holders` are buyers with first rights. */
export function classesOf(asks: readonly Ask[], holders: ReadonlySet<string> = NOBODY): DemandClass[] {
  const classes = new Map<string, DemandClass>();
  asks.forEach((ask, i) => {
    const key = JSON.stringify([
      ask.rank ?? 99,
      ask.family,
      ask.gradePct,
      ask.from,
      ask.to,
      ask.qualification,
      ask.recycledOk,
      ask.excluded,
      ask.ceilingMicro,
      ask.early ?? 0,
      ask.requires ?? [],
      ask.excludedOwners ?? [],
      holders.has(ask.buyer) ? ask.buyer : '',
    ]);
    const known = classes.get(key);
    if (known) {
      known.kg += ask.kg;
      known.asks.push(i);
    } else classes.set(key, { need: ask, rank: ask.rank, kg: ask.kg, asks: [i] });
  });
  return [...classes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cls]) => cls);
}

/** The problem's supplies must come in a fixed order (match-input sorts them): the solver's answer depends on it. */
export function programOf(problem: Problem): Program {
  const classes = classesIn(problem);
  const segments = problem.supplies.map(segmentsOf);
  const { unitKg, moneyMicro } = scaleOf(problem, classes);
  const kg = (value: number) => value / unitKg;
  const money = (microPerKg: number) => microPerKg / moneyMicro;
  const tableau = new Tableau();

  const demand = classes.map((cls) => {
    const row = tableau.row(kg(cls.kg), kg(cls.kg));
    const unmet = tableau.column(kg(cls.kg), 0);
    tableau.put(row, unmet, 1);
    return { row, unmet };
  });
  const caps = capRows(problem, tableau, kg, money);

  const flows: FlowColumn[] = [];
  const supplyRows: SupplyRows[] = [];
  const choices = problem.supplies.map((supply, s) => {
    const runs = segments[s] ?? [];
    const simple = isSimple(runs);
    const quarters = supply.capacityKg.map((capacity) => tableau.row(-Infinity, kg(capacity)));
    const open = supply.capacityKg.map((_, quarter) =>
      supply.rights ? tableau.row(-Infinity, kg(openCapacityKg(supply, quarter))) : -1,
    );
    const { z, q, totalRow } = segmentColumns(tableau, simple ? [] : runs, kg, money);
    supplyRows.push({ quarters, open, total: totalRow, caps: caps[s] ?? [] });
    classes.forEach((cls, c) => {
      if (supply.refining || runs.length === 0 || firstBar(cls.need, supply, runs, problem.firstQuarter) !== null)
        return;
      const payable = runs.map((run) => withinCeiling(run, cls.need.ceilingMicro));
      for (const quarter of sharedQuarters(cls.need, supply, problem.firstQuarter)) {
        const most = kg(Math.min(cls.kg, supply.capacityKg[quarter] ?? 0));
        const col = tableau.column(most, 0, simple ? money(runs[0]?.slopeMicro ?? 0) : 0);
        flows.push({ col, supply: s, quarter, cls: c });
        tableau.put(demand[c]?.row ?? 0, col, 1);
        tableau.put(quarters[quarter] ?? 0, col, 1);
        if (supply.rights && !holdsRights(cls.need, supply)) tableau.put(open[quarter] ?? 0, col, 1);
        tableau.put(totalRow, col, 1);
        for (const cap of caps[s] ?? []) tableau.put(cap, col, 1);
        if (payable.every(Boolean)) continue;
        const link = tableau.row(-Infinity, 0);
        tableau.put(link, col, 1);
        payable.forEach((isOpen, i) => {
          if (isOpen) tableau.put(link, z[i] ?? 0, -most);
        });
      }
    });
    return { z, q, totalRow };
  });
  const demandRows = demand.map(({ row }) => row);
  flows.push(...addPaths(tableau, { problem, classes, segments, choices, supplyRows, demandRows, kg, money }));

  const ranks = [...new Set(classes.flatMap((cls) => (cls.rank === null ? [] : [cls.rank])))].sort((a, b) => a - b);
  const levels = ranks.map((rank) => {
    const row = tableau.row(-Infinity, Infinity);
    const cols = classes.flatMap((cls, c) => (cls.rank === rank ? [demand[c]?.unmet ?? 0] : []));
    for (const col of cols) tableau.put(row, col, 1);
    return { rank, row, cols, askedKg: classes.reduce((sum, cls) => sum + (cls.rank === rank ? cls.kg : 0), 0) };
  });

  return {
    problem,
    isFlow: !flows.some(({ into }) => into) && isNested(problem),
    numCols: tableau.cost.length,
    numRows: tableau.rowLower.length,
    colLower: Float64Array.from(tableau.lower),
    colUpper: Float64Array.from(tableau.upper),
    rowLower: Float64Array.from(tableau.rowLower),
    rowUpper: Float64Array.from(tableau.rowUpper),
    ...tableau.pack(),
    integrality: Int32Array.from(tableau.integer),
    integers: tableau.integer.reduce((sum, flag) => sum + flag, 0),
    unitKg,
    moneyMicro,
    classes,
    segments,
    flows,
    choices,
    levels,
    cost: Float64Array.from(tableau.cost),
  };
}

/** Every group of suppliers within one country of origin: then caps on both are still one tree. */
function isNested({ concentration, supplierCap, supplies }: Problem): boolean {
  if (!concentration || !supplierCap) return true;
  const countries = Map.groupBy(supplies, groupOf);
  return [...countries.values()].every((own) => new Set(own.map(originOf)).size === 1);
}

/** A typical class is 10 to 100 solver units; a typical price is 1. */
function scaleOf(problem: Problem, classes: readonly DemandClass[]): { unitKg: number; moneyMicro: number } {
  const total = classes.reduce((sum, cls) => sum + cls.kg, 0);
  const typical = Math.max(1, total / Math.max(1, classes.length));
  const prices = problem.supplies.map((supply) => supply.tiers[0]?.usdMicroPerKg ?? 0).sort((a, b) => a - b);
  return {
    unitKg: 10 ** Math.max(0, Math.round(Math.log10(typical)) - 1),
    moneyMicro: Math.max(1, prices[prices.length >> 1] ?? 1),
  };
}

/** One row per allowance: what its supplies bring, less what is above, stays within it. Answers the rows of each supply. */
function capRows(
  problem: Problem,
  tableau: Tableau,
  kg: (value: number) => number,
  money: (microPerKg: number) => number,
): number[][] {
  const rows: number[][] = problem.supplies.map(() => []);
  for (const cap of softCapsOf(problem)) {
    const row = tableau.row(-Infinity, kg(cap.allowanceKg));
    tableau.put(row, tableau.column(Infinity, 0, money(cap.microPerKg)), -1);
    for (const s of cap.supplies) rows[s]?.push(row);
  }
  return rows;
}

/** At most one segment is chosen, and the offer's kilograms lie within it. A simple offer has none: only its total is counted. */
function segmentColumns(
  tableau: Tableau,
  runs: readonly Segment[],
  kg: (value: number) => number,
  money: (microPerKg: number) => number,
): { z: number[]; q: number[]; totalRow: number } {
  if (runs.length === 0) return { z: [], q: [], totalRow: tableau.row(0, Infinity) };
  const totalRow = tableau.row(0, 0);
  const one = tableau.row(-Infinity, 1);
  const z: number[] = [];
  const q: number[] = [];
  for (const run of runs) {
    const chosen = tableau.column(1, 1, kg(money(run.fixedMicro)));
    const amount = tableau.column(kg(run.hi), 0, money(run.slopeMicro));
    tableau.put(one, chosen, 1);
    tableau.put(totalRow, amount, -1);
    const most = tableau.row(-Infinity, 0);
    tableau.put(most, amount, 1);
    tableau.put(most, chosen, -kg(run.hi));
    if (run.lo > 0) {
      const least = tableau.row(0, Infinity);
      tableau.put(least, amount, 1);
      tableau.put(least, chosen, -kg(run.lo));
    }
    z.push(chosen);
    q.push(amount);
  }
  return { z, q, totalRow };
}
