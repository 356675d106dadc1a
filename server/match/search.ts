/**
 * Minimises one objective after the other over the choices of segments: bound from the relaxation, start from the point before and a dive,
 * and a branch and bound only where those two are apart. Used by levels.
 */

import type { Highs, Model } from 'highs';
import type { Program } from '#domain/match-program.ts';
import { dive } from './dive.ts';
import { modelOf, type Relaxation } from './relaxation.ts';
import { Cancelled, SolverFault, STATUS } from './solver-faults.ts';

export interface Point {
  columns: Float64Array;
  /** By supply: chosen segment, or -1 where nothing is bought. */
  segments: number[];
}

/** How far from the bound is good enough: either will do. */
export interface Gap {
  gapAbs: number;
  gapRel: number;
}

/** A flow of less than this part of a kilogram is none. */
const FLOW_KG_MIN = 1e-3;
/** A level may use this share of the time that is left, so that later levels have some too. */
const TIME_SHARE = 0.5;
/** Less is not worth starting a search for. */
const SEARCH_SECONDS_MIN = 0.1;

export class Search {
  private readonly highs: Highs;
  private readonly program: Program;
  private readonly relaxation: Relaxation;
  private readonly isCancelled: () => boolean;
  private readonly deadline: number;
  private mip: Model | null = null;
  private readonly held: { row: number; most: number }[] = [];
  private best: Point | null = null;
  /** A proof was cut short by the time limit. */
  limited = false;

  constructor(highs: Highs, relaxation: Relaxation, isCancelled: () => boolean, timeLimitSeconds: number) {
    this.highs = highs;
    this.program = relaxation.program;
    this.relaxation = relaxation;
    this.isCancelled = isCancelled;
    this.deadline = performance.now() + timeLimitSeconds * 1000;
  }

  dispose(): void {
    this.mip?.dispose();
  }

  point(): Point {
    if (!this.best) throw new SolverFault('no allocation was found');
    return this.best;
  }

  value(costs: Float64Array): number {
    const { columns } = this.point();
    return costs.reduce((sum, cost, j) => (cost === 0 ? sum : sum + cost * (columns[j] ?? 0)), 0);
  }

  /** From now on the row must not exceed what was reached. */
  hold(row: number, most: number): void {
    this.held.push({ row, most });
    this.relaxation.setRow(row, -Infinity, most);
    this.mip?.changeRowBounds(row, -Infinity, most);
  }

  /** Takes the cheapest flow with these choices, at present costs. Quantities come out whole. False where they do not fit together. */
  settle(choices: readonly number[]): boolean {
    this.relaxation.choose(choices);
    const solution = this.relaxation.solve();
    if (!solution) return false;
    this.best = { columns: solution.columns, segments: this.segmentsIn(solution.columns) };
    return true;
  }

  /** Minimises the costs and keeps the best point; returns a lower bound that is proved. */
  minimise(costs: Float64Array, gap: Gap): number {
    this.relaxation.setCosts(costs);
    const before = this.point();
    this.relaxation.openAll();
    const relaxed = this.relaxation.solve();
    if (!relaxed) throw new SolverFault('the relaxation has no optimum');
    if (!this.settle(before.segments)) throw new SolverFault('the chosen offers do not fit together any more');
    const isClose = (bound: number) => this.value(costs) - bound <= Math.max(gap.gapAbs, gap.gapRel * Math.abs(bound));
    if (this.program.integers === 0 || isClose(relaxed.value)) return relaxed.value;
    this.improve(costs, () => dive(this.relaxation));
    if (isClose(relaxed.value)) return relaxed.value;
    const seconds = ((this.deadline - performance.now()) / 1000) * TIME_SHARE;
    if (seconds < SEARCH_SECONDS_MIN) {
      this.limited = true;
      return relaxed.value;
    }
    let bound = relaxed.value;
    this.improve(costs, () => {
      const found = this.branch(costs, gap, seconds);
      bound = Math.max(bound, found.bound);
      return found.segments;
    });
    return bound;
  }

  /** Takes what is found if it fits and is better. */
  private improve(costs: Float64Array, find: () => readonly number[] | null): void {
    const before = this.point();
    const value = this.value(costs);
    const found = find();
    if (!found || !this.settle(found) || this.value(costs) > value) this.best = before;
  }

  private branch(costs: Float64Array, gap: Gap, seconds: number): { bound: number; segments: number[] } {
    const mip = this.integerModel();
    mip.changeColsCost({ kind: 'range', from: 0, to: this.program.numCols - 1 }, costs);
    mip.options.set({ mip_abs_gap: gap.gapAbs, mip_rel_gap: gap.gapRel, time_limit: seconds });
    mip.setSolution({ colValue: this.point().columns });
    mip.zeroAllClocks();
    if (this.isCancelled()) throw new Cancelled();
    const { modelStatus } = mip.run({
      [this.highs.constants.callbackType.mipInterrupt]: (event) => {
        if (this.isCancelled()) event.interrupt();
        return undefined;
      },
    });
    if (this.isCancelled()) throw new Cancelled();
    if (modelStatus === STATUS.timeLimit) this.limited = true;
    else if (modelStatus !== STATUS.optimal) throw new SolverFault(`the search ended with status ${modelStatus}`);
    const hasPoint = mip.info.get('primal_solution_status') === this.highs.constants.solutionStatus.feasible;
    return {
      bound: Number(mip.info.get('mip_dual_bound')),
      segments: hasPoint ? this.segmentsIn(mip.getSolution().colValue) : this.point().segments,
    };
  }

  /** Built when the first level needs it: most small matches never do. */
  private integerModel(): Model {
    if (!this.mip) {
      this.mip = this.highs.createModel({ ...modelOf(this.program), integrality: this.program.integrality });
      this.mip.options.set({ output_flag: false, mip_feasibility_tolerance: 1e-9 });
      for (const { row, most } of this.held) this.mip.changeRowBounds(row, -Infinity, most);
    }
    return this.mip;
  }

  private segmentsIn(columns: Float64Array): number[] {
    const least = FLOW_KG_MIN / this.program.unitKg;
    const used = new Set(
      this.program.flows.filter((flow) => (columns[flow.col] ?? 0) > least).map((flow) => flow.supply),
    );
    return this.program.choices.map(({ z }, supply) => {
      const chosen = z.length > 0 ? z.findIndex((col) => (columns[col] ?? 0) > 0.5) : 0;
      // A price that costs nothing to choose may be chosen for nothing.
      return used.has(supply) || (this.program.segments[supply]?.[chosen]?.lo ?? 0) > 0 ? chosen : -1;
    });
  }
}
