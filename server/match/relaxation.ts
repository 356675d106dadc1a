/**
 * The linear relaxation of a program, kept warm: choices can be opened, fixed or left to it, costs changed, and it is solved again from
 * where it stands. With all choices fixed it is a flow, so its vertices are whole kilograms. Used by levels and dive.
 */

import type { Basis, Highs, Model } from 'highs';
import type { Program } from '#domain/match-program.ts';
import { Cancelled, SolverFault, STATUS } from './solver-faults.ts';

/** In a list of choices: the relaxation may mix this offer's segments. */
export const OPEN = -2;

/** Options of HiGHS. */
const STRATEGY = { dual: 1, primal: 4 } as const;

export class Relaxation {
  readonly program: Program;
  private readonly highs: Highs;
  private readonly model: Model;
  private readonly isCancelled: () => boolean;
  /** z columns in ascending order, with whose choice they are. */
  private readonly binaries: { col: number; supply: number; segment: number }[];
  private readonly columns: Int32Array;

  constructor(highs: Highs, program: Program, isCancelled: () => boolean) {
    this.highs = highs;
    this.program = program;
    this.isCancelled = isCancelled;
    this.binaries = program.choices
      .flatMap(({ z }, supply) => z.map((col, segment) => ({ col, supply, segment })))
      .sort((a, b) => a.col - b.col);
    this.columns = Int32Array.from(this.binaries, ({ col }) => col);
    this.model = highs.createModel(modelOf(program));
    // Presolve would throw the warm start away.
    this.model.options.set({ output_flag: false, presolve: 'off' });
  }

  dispose(): void {
    this.model.dispose();
  }

  /** Where the solver stands; `restore` goes back to it, so that an answer does not depend on what was asked in between. */
  basis(): Basis {
    return this.model.getBasis();
  }

  restore(basis: Basis | null): void {
    if (basis) this.model.setBasis(basis);
  }

  /** Of the last optimum: what one unit more of a row's bound adds to the costs. */
  rowDuals(): Float64Array {
    return this.model.getSolution().rowDual;
  }

  setCosts(costs: Float64Array): void {
    this.model.changeColsCost({ kind: 'range', from: 0, to: this.program.numCols - 1 }, costs);
  }

  setRow(row: number, lower: number, upper: number): void {
    this.model.changeRowBounds(row, lower, upper);
  }

  setColumn(column: number, lower: number, upper: number): void {
    this.model.changeColBounds(column, lower, upper);
  }

  /** By supply: a segment, -1 for none, OPEN for any mixture. */
  choose(choices: readonly number[]): void {
    if (this.binaries.length === 0) return;
    const choiceOf = (supply: number) => choices[supply] ?? OPEN;
    const lower = Float64Array.from(this.binaries, ({ supply, segment }) => (choiceOf(supply) === segment ? 1 : 0));
    const upper = Float64Array.from(this.binaries, ({ supply, segment }) =>
      choiceOf(supply) === segment || choiceOf(supply) === OPEN ? 1 : 0,
    );
    this.model.changeColsBounds({ kind: 'set', indices: this.columns }, lower, upper);
  }

  openAll(): void {
    this.choose(this.program.choices.map(() => OPEN));
  }

  /**
   * The optimum with the present costs and choices; null where the choices cannot be filled. After new bounds the dual method goes on
   * from the point before; after new costs at an allowed point the primal one does, several times faster.
   */
  solve(method: keyof typeof STRATEGY = 'dual'): { value: number; columns: Float64Array } | null {
    if (this.isCancelled()) throw new Cancelled();
    this.model.options.set({ simplex_strategy: STRATEGY[method] });
    const { modelStatus } = this.model.run({
      [this.highs.constants.callbackType.simplexInterrupt]: (event) => {
        if (this.isCancelled()) event.interrupt();
        return undefined;
      },
    });
    if (this.isCancelled()) throw new Cancelled();
    if (modelStatus === STATUS.optimal)
      return { value: this.model.getObjectiveValue(), columns: this.model.getSolution().colValue };
    if (modelStatus === STATUS.infeasible || modelStatus === STATUS.unboundedOrInfeasible) return null;
    throw new SolverFault(`the relaxation ended with status ${modelStatus}`);
  }
}

export const modelOf = (program: Program) => ({
  numCols: program.numCols,
  numRows: program.numRows,
  colCost: program.cost,
  colLower: program.colLower,
  colUpper: program.colUpper,
  rowLower: program.rowLower,
  rowUpper: program.rowUpper,
  matrix: {
    format: 'csc' as const,
    numRows: program.numRows,
    numCols: program.numCols,
    starts: program.starts,
    indices: program.indices,
    values: program.values,
  },
});
