/** Columns and rows of a program while it is built, and what its columns mean. Used by match-program and match-paths. */
import type { Ask } from './match-model.ts';

export class Tableau {
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

  /** Values put into the same place add up. */
  put(row: number, column: number, value: number): void {
    this.entries[column]?.push([row, value]);
  }

  pack() {
    const columns = this.entries.map(added);
    const starts = new Int32Array(columns.length + 1);
    const size = columns.reduce((sum, column) => sum + column.length, 0);
    const indices = new Int32Array(size);
    const values = new Float64Array(size);
    let at = 0;
    columns.forEach((column, j) => {
      starts[j] = at;
      for (const [row, value] of column) {
        indices[at] = row;
        values[at++] = value;
      }
    });
    starts[columns.length] = at;
    return { starts, indices, values };
  }
}

/** In ascending rows, each once. */
function added(column: readonly [row: number, value: number][]): [row: number, value: number][] {
  const out: [row: number, value: number][] = [];
  for (const [row, value] of column.toSorted(([a], [b]) => a - b)) {
    const last = out.at(-1);
    if (last?.[0] === row) last[1] += value;
    else out.push([row, value]);
  }
  return out;
}

/** Asks that the solver need not tell apart. */
export interface DemandClass {
  need: Ask;
  rank: number | null;
  kg: number;
  /** Indices into the problem's asks. */
  asks: number[];
}

export interface FlowColumn {
  col: number;
  supply: number;
  quarter: number;
  cls: number;
  /** Of product: the supply that it is made from. */
  feed?: number;
  /** Of feed: the processor, when its product is delivered, and kilograms of feed for one in the column. */
  into?: { supply: number; arrives: number; perKg: number };
}

/** Rows of one supply that its columns enter. */
export interface SupplyRows {
  quarters: readonly number[];
  /** By quarter: what first rights leave to others; -1 where there are none. */
  open: readonly number[];
  total: number;
  caps: readonly number[];
}
