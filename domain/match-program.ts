/**
 * The mixed-integer program of one mineral, as the arrays a solver takes, and the way back from its columns to kilograms.
 *
 * For a fixed choice of segments it is a flow: country -> offer -> quarter -> class -> rank, so whole kilograms come out whole.
 * Columns: x (kg of an offer in a quarter for a class), u (unmet kg of a class), q and z (kg and choice of a segment), e (kg above a
 * country's allowance). Rows: demand of a class, capacity of a quarter, total of an offer, its segments, its choice, links of partly
 * eligible flows, country allowance, unmet of a rank.
 */
import { firstBar, isSimple, segmentsOf, sharedQuarters, withinCeiling } from './match-eligible.ts';
import { type Ask, countryAllowanceKg, originOf, type Problem, type Segment } from './match-model.ts';

/** Asks that the solver need not tell apart. */
export interface DemandClass {
  need: Ask;
  rank: number | null;
  kg: number;
  /** Indices into the problem's asks. */
  asks: number[];
}

export interface Program {
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
  flows: readonly { col: number; supply: number; quarter: number; cls: number }[];
  /** By supply: z columns of its segments (empty for a simple offer), q columns, the row of its total. */
  choices: readonly { z: readonly number[]; q: readonly number[]; totalRow: number }[];
  /** In the order they are minimised. */
  levels: readonly { rank: number; row: number; cols: readonly number[]; askedKg: number }[];
  /** Objective of the last level: money, and the surcharge above a country's allowance. */
  cost: Float64Array;
}

/** Asks grouped by everything that matters to the solver. Deterministic in the set of asks, whatever their order. */
export function classesOf(asks: readonly Ask[]): DemandClass[] {
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
    ]);
    const known = classes.get(key);
    if (known) {
      known.kg += ask.kg;
      known.asks.push(i);
    } else classes.set(key, { need: ask, rank: ask.rank, kg: ask.kg, asks: [i] });
  });
  return [...classes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cls]) => cls);
}

/** Collects columns and rows, then packs them column by column. */
class Tableau {
  readonly lower: number[] = [];
  readonly upper: number[] = [];
  readonly integer: number[] = [];
  readonly cost: number[] = [];
  readonly rowLower: number[] = [];
  readonly rowUpper: number[] = [];
  private readonly entries: [row: number, value: number][][] = [];

  column(upper: number, integer: 0 | 1, cost = 0): number {
    this.lower.push(0);
    this.upper.push(upper);
    this.integer.push(integer);
    this.cost.push(cost);
    return this.entries.push([]) - 1;
  }

  row(lower: number, upper: number): number {
    this.rowLower.push(lower);
    return this.rowUpper.push(upper) - 1;
  }

  put(row: number, column: number, value: number): void {
    this.entries[column]?.push([row, value]);
  }

  pack() {
    const starts = new Int32Array(this.entries.length + 1);
    const size = this.entries.reduce((sum, column) => sum + column.length, 0);
    const indices = new Int32Array(size);
    const values = new Float64Array(size);
    let at = 0;
    this.entries.forEach((column, j) => {
      starts[j] = at;
      for (const [row, value] of column.sort(([a], [b]) => a - b)) {
        indices[at] = row;
        values[at++] = value;
      }
    });
    starts[this.entries.length] = at;
    return { starts, indices, values };
  }
}

/** The problem's supplies must come in a fixed order (match-input sorts them): the solver's answer depends on it. */
export function programOf(problem: Problem): Program {
  const classes = classesOf(problem.asks);
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
  const countries = countryRows(problem, tableau, kg, money);

  const flows: { col: number; supply: number; quarter: number; cls: number }[] = [];
  const choices = problem.supplies.map((supply, s) => {
    const runs = segments[s] ?? [];
    const simple = isSimple(runs);
    const country = countries.get(originOf(supply));
    const quarters = supply.capacityKg.map((capacity) => tableau.row(-Infinity, kg(capacity)));
    const { z, q, totalRow } = segmentColumns(tableau, simple ? [] : runs, kg, money);
    classes.forEach((cls, c) => {
      if (runs.length === 0 || firstBar(cls.need, supply, runs, problem.firstQuarter) !== null) return;
      const open = runs.map((run) => withinCeiling(run, cls.need.ceilingMicro));
      for (const quarter of sharedQuarters(cls.need, supply, problem.firstQuarter)) {
        const most = kg(Math.min(cls.kg, supply.capacityKg[quarter] ?? 0));
        const col = tableau.column(most, 0, simple ? money(runs[0]?.slopeMicro ?? 0) : 0);
        flows.push({ col, supply: s, quarter, cls: c });
        tableau.put(demand[c]?.row ?? 0, col, 1);
        tableau.put(quarters[quarter] ?? 0, col, 1);
        tableau.put(totalRow, col, 1);
        if (country !== undefined) tableau.put(country, col, 1);
        if (open.every(Boolean)) continue;
        const link = tableau.row(-Infinity, 0);
        tableau.put(link, col, 1);
        open.forEach((isOpen, i) => {
          if (isOpen) tableau.put(link, z[i] ?? 0, -most);
        });
      }
    });
    return { z, q, totalRow };
  });

  const ranks = [...new Set(classes.flatMap((cls) => (cls.rank === null ? [] : [cls.rank])))].sort((a, b) => a - b);
  const levels = ranks.map((rank) => {
    const row = tableau.row(-Infinity, Infinity);
    const cols = classes.flatMap((cls, c) => (cls.rank === rank ? [demand[c]?.unmet ?? 0] : []));
    for (const col of cols) tableau.put(row, col, 1);
    return { rank, row, cols, askedKg: classes.reduce((sum, cls) => sum + (cls.rank === rank ? cls.kg : 0), 0) };
  });

  return {
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

/** One row per country of origin: what it supplies, less what is above the allowance, stays within the allowance. */
function countryRows(
  problem: Problem,
  tableau: Tableau,
  kg: (value: number) => number,
  money: (microPerKg: number) => number,
): Map<string, number> {
  const rows = new Map<string, number>();
  if (!problem.concentration) return rows;
  const allowance = kg(countryAllowanceKg(problem));
  for (const country of [...new Set(problem.supplies.map(originOf))].sort()) {
    const row = tableau.row(-Infinity, allowance);
    tableau.put(row, tableau.column(Infinity, 0, money(problem.concentration.excessMicroPerKg)), -1);
    rows.set(country, row);
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
