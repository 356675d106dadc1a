/**
 * Minimises one objective after the other over the choices of segments. First quickly: bound from the relaxation, start from the point
 * before and a dive; no clock is looked at, so the same program gives the same answer. Then, where bound and value are apart, a branch and
 * bound from there with a limit. Used by levels.
 */

import type { Basis, Highs, Model } from 'highs';
import type { Program } from '#domain/match-program.ts';
import { dive } from './dive.ts';
import { modelOf, type Relaxation } from './relaxation.ts';
import { Cancelled, SolverFault, STATUS } from './solver-faults.ts';

export interface Point {
  columns: Float64Array;
  /** By supply: chosen segment, or -1 where nothing is bought. */
  segments: number[];
}

/** One objective of the sequence, in the solver's units. What it reaches is held by `row` from then on; null for the last. */
export interface Stage {
  costs: Float64Array;
  row: number | null;
  /** How far from the bound is good enough: either will do. */
  gapAbs: number;
  gapRel: number;
  /** No point of the stages before it is below; -Infinity until it was asked. */
  bound: number;
}

/** One rank of a match: its value, held for the ranks after it, and its bound. In the solver's units. */
export interface Reached {
  value: number;
  bound: number;
}

/** A flow of less than this part of a kilogram is none. */
const FLOW_KG_MIN = 1e-3;
/** A level may use this share of the time that is left, so that later levels have some too. */
const TIME_SHARE = 0.5;
/** Less is not worth starting a search for. */
const SEARCH_SECONDS_MIN = 0.1;

/** It begins from a good point: looking for other ones costs a third more time than it saves. */
const QUICK = {
  mip_heuristic_effort: 0,
  mip_heuristic_run_feasibility_jump: false,
  mip_heuristic_run_rins: false,
  mip_heuristic_run_rens: false,
} as const;

export class Search {
  private readonly highs: Highs;
  private readonly program: Program;
  private readonly relaxation: Relaxation;
  private readonly stages: readonly Stage[];
  private readonly isCancelled: () => boolean;
  private readonly isQuick: boolean;
  private mip: Model | null = null;
  private readonly held = new Map<number, number>();
  private best: Point | null = null;
  /** Of the relaxation with all choices open, at the last objective that it was asked for. */
  private openBasis: Basis | null = null;
  /** Some stage moved away from the start. */
  private isRefined = false;
  /** A proof was cut short by the time limit. */
  limited = false;
  /** What a match that allows at least as much reached and proved, by rank in order. */
  private readonly wider: readonly Reached[];

  /** `isQuick`: the choices that it begins with are good enough, only their proof is asked for. */
  constructor(
    highs: Highs,
    relaxation: Relaxation,
    stages: readonly Stage[],
    isCancelled: () => boolean,
    isQuick = false,
    wider: readonly Reached[] = [],
  ) {
    this.highs = highs;
    this.program = relaxation.program;
    this.relaxation = relaxation;
    this.stages = stages;
    this.isCancelled = isCancelled;
    this.isQuick = isQuick;
    this.wider = wider;
  }

  dispose(): void {
    this.mip?.dispose();
  }

  point(): Point {
    if (!this.best) throw new SolverFault('no allocation was found');
    return this.best;
  }

  value({ costs }: Stage): number {
    const { columns } = this.point();
    let sum = 0;
    for (let j = 0; j < costs.length; j += 1) if (costs[j] !== 0) sum += (costs[j] as number) * (columns[j] as number);
    return sum;
  }

  isProved(stage: Stage): boolean {
    return this.value(stage) - stage.bound <= Math.max(stage.gapAbs, stage.gapRel * Math.abs(stage.bound));
  }

  /** Goes through the stages from a first choice; `onStage` hears how many are done. The choice must fit together. */
  first(choices: readonly number[], basis: Basis | null, onStage: (done: number) => void): void {
    if (!this.settle(choices)) throw new SolverFault('the chosen offers do not fit together');
    this.openBasis = basis;
    this.stages.forEach((stage, i) => {
      this.begin(stage);
      onStage(i + 1);
    });
  }

  /** Searches the stages that are not proved, in their order. A stage that got better makes the ones after it begin anew. */
  polish(seconds: number, onStage: (done: number) => void): void {
    const deadline = performance.now() + seconds * 1000;
    let isChanged = false;
    // An earlier stage may get better at the cost of later ones.
    for (const stage of this.stages) this.release(stage);
    this.stages.forEach((stage, i) => {
      if (isChanged) this.begin(stage);
      if (!this.isProved(stage) && this.program.integers > 0) {
        const left = ((deadline - performance.now()) / 1000) * (stage.row === null ? 1 : TIME_SHARE);
        const before = this.value(stage);
        if (left < SEARCH_SECONDS_MIN) this.limited = true;
        else this.improve(stage, () => this.branch(stage, left));
        this.hold(stage);
        if (this.value(stage) < before) isChanged = true;
      } else this.hold(stage);
      onStage(i + 1);
    });
  }

  /** Bound, and a good point, without any search. */
  private begin(stage: Stage): void {
    this.inherit(stage);
    // Nothing missing is proved as it stands.
    if (stage.row !== null && this.value(stage) <= stage.gapAbs) stage.bound = Math.max(stage.bound, 0);
    else if (stage.row === null || !this.isProved(stage)) {
      this.relaxation.setCosts(stage.costs);
      this.relaxation.openAll();
      this.relaxation.restore(this.openBasis);
      const relaxed = this.relaxation.solve('primal');
      if (!relaxed) throw new SolverFault('the relaxation has no optimum');
      this.openBasis = this.relaxation.basis();
      stage.bound = Math.max(stage.bound, relaxed.value);
      if (!this.isProved(stage)) this.refine(stage);
      if (this.program.integers > 0 && !this.isQuick && !this.isProved(stage))
        this.improve(stage, () => dive(this.relaxation, this.openBasis));
    }
    this.hold(stage);
  }

  /** What bounds a rank of a wider match bounds it here, too, as long as no rank before it is allowed more than there. */
  private inherit(stage: Stage): void {
    const at = this.stages.indexOf(stage);
    const known = this.wider[at];
    if (!known || stage.row === null) return;
    const isWithin = this.stages.slice(0, at).every((earlier, i) => this.value(earlier) <= (this.wider[i]?.value ?? 0));
    if (isWithin) stage.bound = Math.max(stage.bound, known.bound);
  }

  /** The best flow of the choices as they are. The start is the cheapest one already: its cost is in the weighted objective that it comes from. */
  private refine(stage: Stage): void {
    if (this.isQuick && stage.row === null && !this.isRefined) return;
    const [before, value] = [this.point(), this.value(stage)];
    if (!this.settle(before.segments)) throw new SolverFault('the chosen offers do not fit together any more');
    if (this.isQuick && this.value(stage) > value - stage.gapAbs) this.best = before;
    else this.isRefined = true;
  }

  /** From now on the stage must not get worse than it is. */
  private hold(stage: Stage): void {
    if (stage.row === null) return;
    const most = this.value(stage);
    this.held.set(stage.row, most);
    this.relaxation.setRow(stage.row, -Infinity, most);
    this.mip?.changeRowBounds(stage.row, -Infinity, most);
  }

  private release({ row }: Stage): void {
    if (row === null) return;
    this.held.delete(row);
    this.relaxation.setRow(row, -Infinity, Infinity);
  }

  /** Takes the cheapest flow with these choices, at present costs. Quantities come out whole. False where they do not fit together. */
  private settle(choices: readonly number[]): boolean {
    this.relaxation.choose(choices);
    const solution = this.relaxation.solve();
    if (!solution) return false;
    this.best = { columns: solution.columns, segments: this.segmentsIn(solution.columns) };
    return true;
  }

  /** Takes what is found if it fits and is better. The relaxation's costs must be the stage's. */
  private improve(stage: Stage, find: () => readonly number[] | null): void {
    const before = this.point();
    const value = this.value(stage);
    const found = find();
    if (!found || !this.settle(found) || this.value(stage) > value) this.best = before;
  }

  private branch(stage: Stage, seconds: number): number[] {
    const mip = this.integerModel();
    this.relaxation.setCosts(stage.costs);
    mip.changeColsCost({ kind: 'range', from: 0, to: this.program.numCols - 1 }, stage.costs);
    mip.options.set({ mip_abs_gap: stage.gapAbs, mip_rel_gap: stage.gapRel, time_limit: seconds });
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
    stage.bound = Math.max(stage.bound, Number(mip.info.get('mip_dual_bound')));
    const hasPoint = mip.info.get('primal_solution_status') === this.highs.constants.solutionStatus.feasible;
    return hasPoint ? this.segmentsIn(mip.getSolution().colValue) : this.point().segments;
  }

  /** Built when the first stage needs it: most small matches never do. */
  private integerModel(): Model {
    if (!this.mip) {
      this.mip = this.highs.createModel({ ...modelOf(this.program), integrality: this.program.integrality });
      this.mip.options.set({ output_flag: false, mip_feasibility_tolerance: 1e-9, ...QUICK });
      for (const [row, most] of this.held) this.mip.changeRowBounds(row, -Infinity, most);
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
