/**
 * Solves one mineral's program with HiGHS, rank by rank and then for cost, each level proved before the next and then held fixed.
 * Pure in its inputs as long as no time limit cuts it short. Used by solver-worker; tests call it directly.
 */
import type { Highs, Model } from 'highs';
import type { Choice, LevelProof, Problem, Trial } from '#domain/match-model.ts';
import { type Program, programOf } from '#domain/match-program.ts';

export interface SolveHooks {
  /** Seconds of wall time for all levels of this mineral together. */
  timeLimitSeconds: number;
  isCancelled: () => boolean;
  onLevel: (done: number, of: number) => void;
}

export class Cancelled extends Error {
  override readonly name = 'Cancelled';
}

/** The solver answered with something that is no answer to this kind of problem: a bug, or numbers beyond its reach. */
export class SolverFault extends Error {
  override readonly name = 'SolverFault';
  readonly speaksPlainly = true;
}

const OPTIMAL = 7;
const INFEASIBLE = [8, 9];
const TIME_LIMIT = 13;
const INTERRUPTED = 17;
/** Below one kilogram nothing can be gained at a level of whole kilograms, so the search may stop there. */
const HALF_KG = 0.5;
const COST_GAP = 1e-7;
/** A level reached within this of a whole kilogram is that kilogram. */
const WHOLE = 1e-3;

interface Point {
  values: Float64Array;
  /** By supply: chosen segment, or -1 where nothing is bought. */
  segments: number[];
}

export function solveProblem(highs: Highs, problem: Problem, hooks: SolveHooks): Choice {
  const program = programOf(problem);
  if (program.flows.length === 0) return nothingFits(program);
  const search = new Search(highs, program, hooks);
  try {
    const steps = program.levels.length + 2;
    const levels: LevelProof[] = [];
    for (const level of program.levels) {
      const costs = new Float64Array(program.numCols);
      for (const col of level.cols) costs[col] = 1;
      const bound = search.minimise(costs, { gapAbs: HALF_KG / program.unitKg, gapRel: 0 });
      const unmetKg = whole(search.value(costs) * program.unitKg);
      // Reachable values are whole, so a bound of 3.2 kg proves 4.
      levels.push({ rank: level.rank, unmetKg, boundKg: Math.min(unmetKg, Math.max(0, Math.ceil(bound * program.unitKg - WHOLE)) + 0) });
      search.hold(level.row, unmetKg / program.unitKg);
      hooks.onLevel(levels.length, steps);
    }
    const bound = search.minimise(program.cost, { gapAbs: 0, gapRel: COST_GAP });
    hooks.onLevel(levels.length + 1, steps);
    const point = search.point();
    const trials = search.trials();
    hooks.onLevel(steps, steps);
    return {
      segments: point.segments,
      flows: program.flows.flatMap(({ col, supply, quarter, cls }) => {
        const kg = whole((point.values[col] ?? 0) * program.unitKg);
        return kg > 0 ? [{ supply, quarter, cls, kg }] : [];
      }),
      levels,
      boundMicro: bound * program.unitKg * program.moneyMicro,
      trials,
      limited: search.limited,
    };
  } finally {
    search.dispose();
  }
}

const nothingFits = (program: Program): Choice => ({
  segments: program.segments.map(() => -1),
  flows: [],
  levels: program.levels.map(({ rank, askedKg }) => ({ rank, unmetKg: askedKg, boundKg: askedKg })),
  boundMicro: 0,
  trials: [],
  limited: false,
});

/** Throws where a quantity that must be whole is not: rounding it away would hide a wrong answer. */
function whole(kg: number): number {
  // Adding 0 turns -0 into 0.
  const rounded = Math.round(kg) + 0;
  if (Math.abs(kg - rounded) > WHOLE * Math.max(1, rounded * 1e-6)) throw new SolverFault('the solver returned a part of a kilogram');
  return rounded;
}

/** One relaxation and one integer model of the same program, warm from level to level. */
class Search {
  private readonly relaxed: Model;
  private readonly mip: Model | null;
  private readonly startedAt = performance.now();
  private best: Point | null = null;
  limited = false;
  private readonly highs: Highs;
  private readonly program: Program;
  private readonly hooks: SolveHooks;

  constructor(highs: Highs, program: Program, hooks: SolveHooks) {
    this.highs = highs;
    this.program = program;
    this.hooks = hooks;
    const data = {
      numCols: program.numCols,
      numRows: program.numRows,
      colCost: program.cost,
      colLower: program.colLower,
      colUpper: program.colUpper,
      rowLower: program.rowLower,
      rowUpper: program.rowUpper,
      matrix: { format: 'csc' as const, ...size(program), starts: program.starts, indices: program.indices, values: program.values },
    };
    this.relaxed = highs.createModel(data);
    this.relaxed.options.set({ output_flag: false, presolve: 'off' });
    this.mip = program.integers > 0 ? highs.createModel({ ...data, integrality: program.integrality }) : null;
    this.mip?.options.set({ output_flag: false, mip_feasibility_tolerance: 1e-9 });
  }

  dispose(): void {
    this.relaxed.dispose();
    this.mip?.dispose();
  }

  point(): Point {
    if (!this.best) throw new SolverFault('no solution was found');
    return this.best;
  }

  value(costs: Float64Array): number {
    const { values } = this.point();
    return costs.reduce((sum, cost, j) => (cost === 0 ? sum : sum + cost * (values[j] ?? 0)), 0);
  }

  hold(row: number, most: number): void {
    this.relaxed.changeRowBounds(row, -this.highs.infinity, most);
    this.mip?.changeRowBounds(row, -this.highs.infinity, most);
  }

  /** Minimises the costs; keeps the best point, with whole choices and a flow at a vertex; returns a proved lower bound. */
  minimise(costs: Float64Array, gap: { gapAbs: number; gapRel: number }): number {
    const all = { kind: 'range' as const, from: 0, to: this.program.numCols - 1 };
    this.relaxed.changeColsCost(all, costs);
    this.open();
    if (this.runRelaxed() !== OPTIMAL) throw new SolverFault('the relaxation has no optimum');
    const bound = this.relaxed.getObjectiveValue();
    if (!this.mip) {
      const values = this.relaxed.getSolution().colValue.slice();
      this.best = { values, segments: this.segmentsIn(values) };
      return bound;
    }
    const close = (proved: number) => this.best !== null && this.value(costs) - proved <= Math.max(gap.gapAbs, gap.gapRel * Math.abs(proved));
    // The point of the level before, with the flow made as good as its choices allow, is often the best there is.
    if (this.best) this.settle(this.best.segments);
    if (close(bound)) return bound;
    this.mip.changeColsCost(all, costs);
    this.mip.options.set({ mip_abs_gap: gap.gapAbs, mip_rel_gap: gap.gapRel, time_limit: this.secondsLeft() });
    if (this.best) this.mip.setSolution({ colValue: this.best.values });
    const proved = Math.max(bound, this.runMip());
    const found = this.segmentsIn(this.mip.getSolution().colValue);
    const before = this.best;
    const reached = before ? this.value(costs) : Infinity;
    this.settle(found);
    // Without proof the incumbent may be no better than the start once its choices are taken at their word.
    if (before && this.value(costs) > reached) this.best = before;
    return proved;
  }

  /** The cheapest flow with these choices, at a vertex: quantities come out whole. */
  private settle(segments: number[]): void {
    this.choose(segments);
    if (this.runRelaxed() !== OPTIMAL) throw new SolverFault('the chosen offers do not fit together');
    const values = this.relaxed.getSolution().colValue.slice();
    this.best = { values, segments: this.segmentsIn(values) };
  }

  /** What it would take to use each offer that no rule excludes, the other choices as they are. Call after the cost level. */
  trials(): Trial[] {
    const { program } = this;
    const { segments } = this.point();
    const cost = this.value(program.cost);
    const reachable = new Set(program.flows.map((flow) => flow.supply));
    const trials: Trial[] = [];
    program.choices.forEach((choice, supply) => {
      if ((segments[supply] ?? -1) >= 0 || !reachable.has(supply)) return;
      const kg = Math.max(1, program.segments[supply]?.[0]?.lo ?? 0);
      this.choose(segments.map((segment, s) => (s === supply && choice.z.length > 0 ? 0 : segment)));
      const [least, most] = choice.z.length > 0 ? [0, 0] : [0, this.highs.infinity];
      this.relaxed.changeRowBounds(choice.totalRow, choice.z.length > 0 ? 0 : kg / program.unitKg, most);
      if (choice.z.length > 0 && program.segments[supply]?.[0]?.lo === 0)
        this.relaxed.changeColBounds(choice.q[0] ?? 0, kg / program.unitKg, program.colUpper[choice.q[0] ?? 0] ?? 0);
      const status = this.runRelaxed();
      const extra = (this.relaxed.getObjectiveValue() - cost) * program.unitKg * program.moneyMicro;
      trials.push({
        supply,
        outcome: status === OPTIMAL ? { state: 'costs', kg, extraMicro: Math.max(0, Math.round(extra)) } : { state: 'displaces' },
      });
      this.relaxed.changeRowBounds(choice.totalRow, least, most);
      if (choice.q[0] !== undefined) this.relaxed.changeColBounds(choice.q[0], 0, program.colUpper[choice.q[0]] ?? 0);
    });
    return trials;
  }

  /** Chosen segment by supply: the z that is set, or, for an offer without choices, whether anything flows. */
  private segmentsIn(values: Float64Array): number[] {
    const used = new Set(this.program.flows.filter((flow) => (values[flow.col] ?? 0) > WHOLE / this.program.unitKg).map((flow) => flow.supply));
    return this.program.choices.map(({ z }, s) => {
      const chosen = z.length > 0 ? z.findIndex((col) => (values[col] ?? 0) > 0.5) : 0;
      // A price that costs nothing to choose may be chosen for nothing.
      return used.has(s) || (this.program.segments[s]?.[chosen]?.lo ?? 0) > 0 ? chosen : -1;
    });
  }

  private open(): void {
    this.bind(() => [0, 1]);
  }

  private choose(segments: readonly number[]): void {
    this.bind((supply, segment) => (segments[supply] === segment ? [1, 1] : [0, 0]));
  }

  private bind(bounds: (supply: number, segment: number) => [number, number]): void {
    const cols: number[] = [];
    const lower: number[] = [];
    const upper: number[] = [];
    this.program.choices.forEach(({ z }, supply) => {
      z.forEach((col, segment) => {
        const [lo, hi] = bounds(supply, segment);
        cols.push(col);
        lower.push(lo);
        upper.push(hi);
      });
    });
    const order = cols.map((_, i) => i).sort((a, b) => (cols[a] ?? 0) - (cols[b] ?? 0));
    const sorted = (list: number[]) => Float64Array.from(order, (i) => list[i] ?? 0);
    if (cols.length > 0)
      this.relaxed.changeColsBounds({ kind: 'set', indices: Int32Array.from(order, (i) => cols[i] ?? 0) }, sorted(lower), sorted(upper));
  }

  private runRelaxed(): number {
    this.stopIfCancelled();
    const status = this.relaxed.run({
      [this.highs.constants.callbackType.simplexInterrupt]: (event) => {
        if (this.hooks.isCancelled()) event.interrupt();
        return undefined;
      },
    }).modelStatus;
    this.stopIfCancelled();
    if (status !== OPTIMAL && !INFEASIBLE.includes(status)) throw new SolverFault(`the relaxation ended with status ${status}`);
    return status;
  }

  /** Returns the proved bound. There is an incumbent afterwards, or this throws. */
  private runMip(): number {
    const { mip } = this;
    if (!mip) throw new SolverFault('there is nothing to choose');
    this.stopIfCancelled();
    mip.zeroAllClocks();
    const status = mip.run({
      [this.highs.constants.callbackType.mipInterrupt]: (event) => {
        if (this.hooks.isCancelled()) event.interrupt();
        return undefined;
      },
    }).modelStatus;
    this.stopIfCancelled();
    if (status === TIME_LIMIT || status === INTERRUPTED) this.limited = true;
    else if (status !== OPTIMAL) throw new SolverFault(`the search ended with status ${status}`);
    if (mip.info.get('primal_solution_status') !== this.highs.constants.solutionStatus.feasible)
      throw new SolverFault('no allocation was found within the time limit; raise MATCH_SECONDS');
    return Number(mip.info.get('mip_dual_bound'));
  }

  private stopIfCancelled(): void {
    if (this.hooks.isCancelled()) throw new Cancelled('cancelled');
  }

  /** A level always gets a moment, so that every level has an answer even when an earlier one used up the time. */
  private secondsLeft(): number {
    return Math.max(1, this.hooks.timeLimitSeconds - (performance.now() - this.startedAt) / 1000);
  }
}

const size = (program: Program) => ({ numRows: program.numRows, numCols: program.numCols });
