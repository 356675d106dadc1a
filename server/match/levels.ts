/**
 * Solves one mineral's program with HiGHS, rank by rank and then for cost, each level proved before the next and then held fixed.
 * Pure in its inputs as long as no time limit cuts it short. Used by solver-worker; tests call it directly.
 */

import type { Basis, Highs } from 'highs';
import type { Choice, LevelProof, Problem, Trial } from '#domain/match-model.ts';
import { type Program, programOf } from '#domain/match-program.ts';
import { type Whole, wholeFlows } from '#domain/match-whole.ts';
import { dive } from './dive.ts';
import { mustFit } from './memory.ts';
import { Relaxation } from './relaxation.ts';
import { Search, type Stage } from './search.ts';
import { SolverFault } from './solver-faults.ts';

export interface SolveHooks {
  /** Seconds of wall time for all levels of this mineral together. */
  timeLimitSeconds: number;
  isCancelled: () => boolean;
  onLevel: (done: number, of: number) => void;
  /** Hears the first answer, unless it is proved to be the last one, before the search for a better one begins. */
  onFirst?: (choice: Choice) => void;
  /** Distance from the least cost, as a part of it, at which the search ends; a ten-millionth where left out. */
  gapRel?: number;
  /** Do not ask what each unused offer would cost: scenarios are compared by their totals. */
  withoutTrials?: boolean;
  /** Only the start and its proof, no dive for each level: for scenarios, of which the wide ones are searched longer. */
  isQuick?: boolean;
}

/** Below one kilogram nothing can be gained at a level of whole kilograms, so the search may stop there. */
const HALF_KG = 0.5;
export const COST_GAP = 1e-7;
/** What decides an answer besides the problem and the time, in words that are stored with every run. */
export const SOLVER_OPTIONS = `relaxations without presolve, one thread, ranks to the kilogram, cost to ${COST_GAP}`;
/** A level reached within this of a whole kilogram is that kilogram. */
const WHOLE = 1e-3;

export const solveProblem = (highs: Highs, problem: Problem, hooks: SolveHooks): Choice =>
  solveProgram(highs, programOf(problem), hooks);

export function solveProgram(highs: Highs, program: Program, hooks: SolveHooks): Choice {
  mustFit(program);
  if (program.flows.length === 0) return nothingFits(program);
  const relaxation = new Relaxation(highs, program, hooks.isCancelled);
  const stages = stagesOf(program, hooks.gapRel ?? COST_GAP);
  const search = new Search(highs, relaxation, stages, hooks.isCancelled, hooks.isQuick);
  const conclusion = { program, relaxation, search, stages };
  try {
    const steps = 2 * stages.length + 1;
    const start = startOf(program, relaxation);
    hooks.onLevel(1, steps);
    search.first(start.choices, start.basis, (done) => hooks.onLevel(1 + done, steps));
    if (hooks.timeLimitSeconds > 0 && !stages.every((stage) => search.isProved(stage))) {
      const choice = hooks.onFirst && choiceOf(conclusion, hooks);
      if (choice && 'segments' in choice) hooks.onFirst?.(choice);
      search.polish(hooks.timeLimitSeconds, (done) => hooks.onLevel(1 + stages.length + done, steps));
    } else search.limited = !stages.every((stage) => search.isProved(stage));
    const choice = choiceOf(conclusion, hooks);
    hooks.onLevel(steps, steps);
    return 'segments' in choice ? choice : withoutRefiners(highs, program, hooks, choice);
  } finally {
    search.dispose();
    relaxation.dispose();
  }
}

export interface Solving {
  program: Program;
  relaxation: Relaxation;
  search: Search;
  stages: readonly Stage[];
}

/** The ranks in their order, then cost. */
export function stagesOf(program: Program, gapRel: number): Stage[] {
  const stages: Stage[] = program.levels.map(({ row, cols }) => {
    const costs = new Float64Array(program.numCols);
    for (const col of cols) costs[col] = 1;
    return { costs, row, gapAbs: HALF_KG / program.unitKg, gapRel: 0, bound: Number.NEGATIVE_INFINITY };
  });
  stages.push({ costs: program.cost, row: null, gapAbs: 0, gapRel, bound: Number.NEGATIVE_INFINITY });
  return stages;
}

/** What stands as a choice; only what is proved where its kilograms cannot be made whole. */
export function choiceOf(
  { program, relaxation, search, stages }: Solving,
  hooks: SolveHooks,
): Choice | Pick<Choice, 'levels' | 'boundMicro'> {
  const levels = program.levels.map(({ rank }, i): LevelProof => {
    const stage = stages[i] as Stage;
    const reached = search.value(stage) * program.unitKg;
    const unmetKg = program.isFlow ? whole(reached) : reached;
    // Reachable values are whole, so a bound of 3.2 kg proves 4. Adding 0 turns -0 into 0.
    const boundKg = Math.min(unmetKg, Math.max(0, Math.ceil(stage.bound * program.unitKg - WHOLE)) + 0);
    return { rank, unmetKg, boundKg };
  });
  const last = stages[stages.length - 1] as Stage;
  const boundMicro = last.bound * program.unitKg * program.moneyMicro;
  const point = search.point();
  const taken = inKilograms(program, point.columns, point.segments);
  if (!taken) return { levels, boundMicro };
  return {
    segments: point.segments,
    ...taken,
    levels: program.isFlow ? levels : levels.map((level) => inWhole(program, taken, level)),
    boundMicro,
    trials: hooks.withoutTrials ? [] : trials({ program, relaxation, search, stages }),
    limited: search.limited || !stages.every((stage) => search.isProved(stage)),
  };
}

function inKilograms(program: Program, columns: Float64Array, segments: readonly number[]): Whole | null {
  if (!program.isFlow) return wholeFlows(program, columns, segments);
  const flows = program.flows.flatMap(({ col, supply, quarter, cls }) => {
    const kg = whole((columns[col] ?? 0) * program.unitKg);
    return kg > 0 ? [{ supply, quarter, cls, kg }] : [];
  });
  return { flows, feeds: [] };
}

/** Kilograms of a rank that are left unmet in whole kilograms. */
const leftOf = (program: Program, { flows }: Whole, rank: number): number =>
  program.classes.reduce((sum, cls) => sum + (cls.rank === rank ? cls.kg : 0), 0) -
  flows.reduce((sum, { cls, kg }) => sum + (program.classes[cls]?.rank === rank ? kg : 0), 0);

/** What whole kilograms leave unmet; the bound is a whole number, too. */
function inWhole(program: Program, taken: Whole, { rank, boundKg }: LevelProof): LevelProof {
  const unmetKg = leftOf(program, taken, rank);
  return { rank, unmetKg, boundKg: Math.min(unmetKg, wholeBound(boundKg)) };
}

const wholeBound = (kg: number): number => Math.max(0, Math.ceil(kg - WHOLE)) + 0;

/** Refiners tried without one by one; with more of them all are left out at once. */
const LEFT_OUT_MAX = 3;

/**
 * Where parts of a kilogram are all that reaches a refiner's smallest order, the best match without one of them counts. The bounds stay those
 * with all of them, so the gap is told as it is.
 */
function withoutRefiners(
  highs: Highs,
  { problem }: Program,
  hooks: SolveHooks,
  proved: Pick<Choice, 'levels' | 'boundMicro'>,
): Choice {
  const refiners = problem.supplies.flatMap(({ refining, capacityKg }, s) =>
    refining && capacityKg.some((kg) => kg > 0) ? [s] : [],
  );
  if (refiners.length === 0) throw new SolverFault('the solver returned a part of a kilogram that cannot be rounded');
  const leftOut = refiners.length > LEFT_OUT_MAX ? [refiners] : refiners.map((s) => [s]);
  const choices = leftOut.map((out) => {
    const supplies = problem.supplies.map((supply, s) =>
      out.includes(s) ? { ...supply, capacityKg: supply.capacityKg.map(() => 0) } : supply,
    );
    return solveProblem(highs, { ...problem, supplies }, hooks);
  });
  const best = choices.reduce((least, one) => (isLess(one, least) ? one : least));
  return {
    ...best,
    levels: best.levels.map((level) => ({
      ...level,
      boundKg: Math.min(level.unmetKg, wholeBound(proved.levels.find(({ rank }) => rank === level.rank)?.boundKg ?? 0)),
    })),
    boundMicro: Math.min(best.boundMicro, proved.boundMicro),
  };
}

/** Fewer unmet kilograms in the first rank that differs, else the lower bound of cost. */
function isLess(a: Choice, b: Choice): boolean {
  const at = a.levels.findIndex((level, i) => level.unmetKg !== b.levels[i]?.unmetKg);
  return at >= 0 ? (a.levels[at]?.unmetKg ?? 0) < (b.levels[at]?.unmetKg ?? 0) : a.boundMicro < b.boundMicro;
}

const nothingFits = (program: Program): Choice => ({
  segments: program.segments.map(() => -1),
  flows: [],
  levels: program.levels.map(({ rank, askedKg }) => ({ rank, unmetKg: askedKg, boundKg: askedKg })),
  boundMicro: 0,
  trials: [],
  limited: false,
});

/** Each rank weighs this many times the next. Weights are no strict order: they only find a start that is good for every level. */
const RANK_WEIGHT = 4;
/** What the last rank weighs, in typical prices: more than any saving. */
const LAST_RANK_WEIGHT = 10;

export function startOf(
  program: Program,
  relaxation: Relaxation,
  known: Basis | null = null,
): { choices: readonly number[]; basis: Basis | null } {
  const costs = program.cost.slice();
  program.levels.forEach((level, i) => {
    for (const col of level.cols) costs[col] = LAST_RANK_WEIGHT * RANK_WEIGHT ** (program.levels.length - 1 - i);
  });
  relaxation.setCosts(costs);
  relaxation.openAll();
  relaxation.restore(known);
  const relaxed = relaxation.solve();
  const basis = relaxed && relaxation.basis();
  // Nothing bought is always possible.
  return { basis, choices: dive(relaxation, basis, relaxed) ?? program.choices.map(() => -1) };
}

/** What it would take to use each offer that no rule excludes, the other choices as they are. The relaxation must hold all levels. */
function trials({ program, relaxation, search, stages }: Solving): Trial[] {
  const { segments } = search.point();
  const last = stages[stages.length - 1] as Stage;
  const cost = search.value(last);
  relaxation.setCosts(last.costs);
  const reachable = new Set(program.flows.map((flow) => flow.supply));
  return program.choices.flatMap(({ z, q, totalRow }, supply): Trial[] => {
    if ((segments[supply] ?? -1) >= 0 || !reachable.has(supply)) return [];
    const kg = Math.max(1, program.segments[supply]?.[0]?.lo ?? 0);
    const first = q[0];
    relaxation.choose(segments.map((segment, s) => (s === supply && z.length > 0 ? 0 : segment)));
    if (first === undefined) relaxation.setRow(totalRow, kg / program.unitKg, Infinity);
    else relaxation.setColumn(first, kg / program.unitKg, program.colUpper[first] ?? 0);
    const solution = relaxation.solve();
    if (first === undefined) relaxation.setRow(totalRow, 0, Infinity);
    else relaxation.setColumn(first, 0, program.colUpper[first] ?? 0);
    if (!solution) return [{ supply, outcome: { state: 'displaces' } }];
    const extraMicro = Math.max(0, Math.round((solution.value - cost) * program.unitKg * program.moneyMicro));
    return [{ supply, outcome: { state: 'costs', kg, extraMicro } }];
  });
}

/** Throws where a quantity that must be whole is not: rounding it away would hide a wrong answer. */
function whole(kg: number): number {
  const rounded = Math.round(kg) + 0;
  if (Math.abs(kg - rounded) > WHOLE * Math.max(1, rounded * 1e-6))
    throw new SolverFault('the solver returned a part of a kilogram');
  return rounded;
}
