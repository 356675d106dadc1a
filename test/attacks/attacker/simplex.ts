/**
 * The attacker's linear programming: how small and how large can a number be, given sums that were seen? Bounded simplex on a dense table, kept
 * between questions, because a coalition asks hundreds of questions of the same sums. Used by intervals; checked against HiGHS by lp.test.
 */

/** low <= sum of the unknowns, each times its factor <= high. */
export interface Sum {
  terms: readonly (readonly [unknown: number, factor: number])[];
  low: number;
  high: number;
}

const EPSILON = 1e-9;
/** From so many steps on, the first candidate enters instead of the best, which cannot go round in circles. */
const GREEDY_STEPS_MAX = 2000;

export class Simplex {
  readonly #rows: Float64Array[];
  readonly #upper: Float64Array;
  readonly #basis: Int32Array;
  /** Value of each row's basic variable. */
  readonly #value: Float64Array;
  readonly #isAtUpper: Uint8Array;
  readonly #isBasic: Uint8Array;
  readonly #cost: Float64Array;
  readonly #unknowns: number;
  /** False: no amounts add up to what was seen. */
  readonly isPossible: boolean;

  /** All unknowns are at least zero. */
  constructor(unknowns: number, sums: readonly Sum[]) {
    const rows = sums.length;
    const ranged = sums.flatMap(({ low, high }, row) => (high > low ? [row] : []));
    const width = unknowns + ranged.length + rows;
    this.#unknowns = unknowns;
    this.#rows = sums.map(() => new Float64Array(width));
    this.#upper = new Float64Array(width).fill(Number.POSITIVE_INFINITY);
    this.#basis = new Int32Array(rows);
    this.#value = new Float64Array(rows);
    this.#isAtUpper = new Uint8Array(width);
    this.#isBasic = new Uint8Array(width);
    this.#cost = new Float64Array(width);
    sums.forEach(({ terms, low }, row) => {
      const sign = low < 0 ? -1 : 1;
      const line = this.#row(row);
      for (const [unknown, factor] of terms) line[unknown] = (line[unknown] ?? 0) + sign * factor;
      const slack = ranged.indexOf(row);
      if (slack >= 0) {
        line[unknowns + slack] = -sign;
        this.#upper[unknowns + slack] = (sums[row]?.high ?? low) - low;
      }
      const helper = unknowns + ranged.length + row;
      line[helper] = 1;
      this.#basis[row] = helper;
      this.#isBasic[helper] = 1;
      this.#value[row] = sign * low;
    });
    // First the helpers are driven to zero; then they may not leave it.
    const helpers = unknowns + ranged.length;
    const missing = -this.#maximize((variable) => (variable >= helpers ? -1 : 0));
    const scale = sums.reduce((most, { high }) => Math.max(most, Math.abs(high)), 1);
    this.isPossible = missing <= 1e-7 * scale;
    for (let variable = helpers; variable < width; variable += 1) this.#upper[variable] = 0;
  }

  /** Largest value of a combination of unknowns; Infinity where nothing bounds it. */
  most(terms: Sum['terms']): number {
    const factors = new Map<number, number>();
    for (const [unknown, factor] of terms) factors.set(unknown, (factors.get(unknown) ?? 0) + factor);
    return this.#maximize((variable) => (variable < this.#unknowns ? (factors.get(variable) ?? 0) : 0));
  }

  least(terms: Sum['terms']): number {
    return -this.most(terms.map(([unknown, factor]) => [unknown, -factor] as const));
  }

  #row(row: number): Float64Array {
    return this.#rows[row] as Float64Array;
  }

  #maximize(factorOf: (variable: number) => number): number {
    const cost = this.#cost;
    for (let variable = 0; variable < cost.length; variable += 1) cost[variable] = factorOf(variable);
    this.#basis.forEach((variable, row) => {
      const factor = factorOf(variable);
      if (factor === 0) return;
      const line = this.#row(row);
      for (let i = 0; i < cost.length; i += 1) cost[i] = (cost[i] ?? 0) - factor * (line[i] ?? 0);
    });
    for (let step = 0; ; step += 1) {
      const entering = this.#entering(step < GREEDY_STEPS_MAX);
      if (entering < 0) break;
      if (!this.#advance(entering)) return Number.POSITIVE_INFINITY;
    }
    let total = 0;
    this.#basis.forEach((variable, row) => {
      total += factorOf(variable) * (this.#value[row] ?? 0);
    });
    for (let variable = 0; variable < cost.length; variable += 1)
      if (this.#isAtUpper[variable]) total += factorOf(variable) * (this.#upper[variable] ?? 0);
    return total;
  }

  #entering(isGreedy: boolean): number {
    let [best, gain] = [-1, EPSILON];
    for (let variable = 0; variable < this.#cost.length; variable += 1) {
      if (this.#isBasic[variable] || this.#upper[variable] === 0) continue;
      const cost = this.#cost[variable] ?? 0;
      const own = this.#isAtUpper[variable] ? -cost : cost;
      if (own <= gain) continue;
      best = variable;
      if (!isGreedy) return best;
      gain = own;
    }
    return best;
  }

  /** Moves the entering variable as far as it goes; false where nothing stops it. */
  #advance(entering: number): boolean {
    const direction = this.#isAtUpper[entering] ? -1 : 1;
    let [step, leaving, leavesAtUpper] = [this.#upper[entering] ?? 0, -1, false];
    for (let row = 0; row < this.#rows.length; row += 1) {
      const fall = direction * (this.#row(row)[entering] ?? 0);
      if (Math.abs(fall) <= EPSILON) continue;
      const value = this.#value[row] ?? 0;
      const upper = this.#upper[this.#basis[row] ?? 0] ?? 0;
      const room = Math.max(0, fall > 0 ? value / fall : (upper - value) / -fall);
      if (room < step) [step, leaving, leavesAtUpper] = [room, row, fall < 0];
    }
    if (step === Number.POSITIVE_INFINITY) return false;
    for (let row = 0; row < this.#rows.length; row += 1)
      this.#value[row] = (this.#value[row] ?? 0) - direction * step * (this.#row(row)[entering] ?? 0);
    if (leaving < 0) {
      this.#isAtUpper[entering] = this.#isAtUpper[entering] ? 0 : 1;
      return true;
    }
    const out = this.#basis[leaving] ?? 0;
    this.#isBasic[out] = 0;
    this.#isAtUpper[out] = leavesAtUpper ? 1 : 0;
    this.#value[leaving] = (this.#isAtUpper[entering] ? (this.#upper[entering] ?? 0) : 0) + direction * step;
    this.#isAtUpper[entering] = 0;
    this.#isBasic[entering] = 1;
    this.#basis[leaving] = entering;
    this.#pivot(leaving, entering);
    return true;
  }

  #pivot(at: number, entering: number): void {
    const pivot = this.#row(at);
    const scale = 1 / (pivot[entering] ?? 1);
    for (let i = 0; i < pivot.length; i += 1) pivot[i] = (pivot[i] ?? 0) * scale;
    const clear = (line: Float64Array): void => {
      const factor = line[entering] ?? 0;
      if (factor === 0) return;
      for (let i = 0; i < line.length; i += 1) line[i] = (line[i] ?? 0) - factor * (pivot[i] ?? 0);
      line[entering] = 0;
    };
    this.#rows.forEach((line, row) => {
      if (row !== at) clear(line);
    });
    clear(this.#cost);
  }
}
