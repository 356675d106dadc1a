/**
 * One mineral's relaxation, kept warm over many scenarios: a stopped offer is a bound of its columns, and every scenario begins where the
 * match without it stands, so that no answer depends on what was asked before. A shock only takes away: what bounds the match bounds its
 * scenarios, and a match that uses nothing of what is stopped is their answer. Used by scenarios and scenario-worker.
 */
import type { Basis, Highs } from 'highs';
import { segmentsOf } from '#domain/match-eligible.ts';
import type { Choice, Problem } from '#domain/match-model.ts';
import { type Program, programOf } from '#domain/match-program.ts';
import { COST_GAP, choiceOf, solveProgram, stagesOf, startOf } from './levels.ts';
import { Relaxation } from './relaxation.ts';
import { type Reached, Search } from './search.ts';
import { SolverFault } from './solver-faults.ts';

type IsStopped = (supply: number, quarter: number) => boolean;

export class ScenarioModel {
  readonly program: Program;
  private readonly highs: Highs;
  private readonly relaxation: Relaxation;
  private readonly isCancelled: () => boolean;
  private base: { basis: Basis | null; reached: Reached[]; choice: Choice } | null = null;

  constructor(highs: Highs, problem: Problem, isCancelled: () => boolean) {
    this.highs = highs;
    this.isCancelled = isCancelled;
    this.program = programOf(problem);
    this.relaxation = new Relaxation(highs, this.program, isCancelled);
  }

  dispose(): void {
    this.relaxation.dispose();
  }

  /** The best that the relaxation and its dives find, with proof of how far it is; `isStopped` closes an offer in a quarter. */
  choose(isStopped: IsStopped = () => false): Choice {
    if (this.program.flows.length === 0 || !this.program.isFlow) return this.afresh(isStopped);
    this.base ??= this.found([], null, []);
    const { basis, reached, choice } = this.base;
    if (!choice.flows.some(({ supply, quarter }) => isStopped(supply, quarter))) return choice;
    return this.found([...this.closed(isStopped), ...this.shortened(isStopped)], basis, reached).choice;
  }

  /** `narrowed`: columns and the most that is left of them. */
  private found(narrowed: readonly [col: number, most: number][], known: Basis | null, wider: readonly Reached[]) {
    const { program, relaxation } = this;
    for (const [col, most] of narrowed) relaxation.setColumn(col, 0, most);
    const stages = stagesOf(program, COST_GAP);
    const search = new Search(this.highs, relaxation, stages, this.isCancelled, true, wider);
    try {
      const { basis, choices } = startOf(program, relaxation, known);
      search.first(choices, basis, () => {});
      const choice = choiceOf({ program, relaxation, search, stages }, { ...QUIET, isCancelled: this.isCancelled });
      if (!('segments' in choice)) throw new SolverFault('the solver returned a part of a kilogram');
      const reached = stages.map((stage): Reached => ({ value: search.value(stage), bound: stage.bound }));
      return { basis, reached, choice };
    } finally {
      for (const [col] of narrowed) relaxation.setColumn(col, 0, program.colUpper[col] ?? 0);
      for (const { row } of stages) if (row !== null) relaxation.setRow(row, -Infinity, Infinity);
    }
  }

  private closed(isStopped: IsStopped): [col: number, most: number][] {
    const cols = this.program.flows.flatMap((flow) => (isStopped(flow.supply, flow.quarter) ? [flow.col] : []));
    return [...new Set(cols)].map((col) => [col, 0]);
  }

  /** What is left of an offer no longer reaches its further prices, or not as far. */
  private shortened(isStopped: IsStopped): [col: number, most: number][] {
    const { problem, choices, unitKg } = this.program;
    return problem.supplies.flatMap((supply, s): [number, number][] => {
      const isHit = supply.capacityKg.some((kg, quarter) => kg > 0 && isStopped(s, quarter));
      if (!isHit) return [];
      const left = segmentsOf({
        ...supply,
        capacityKg: supply.capacityKg.map((kg, quarter) => (isStopped(s, quarter) ? 0 : kg)),
      });
      return (choices[s]?.q ?? []).map((col, i) => [col, (left[i]?.hi ?? 0) / unitKg]);
    });
  }

  /** Processors need their kilograms rounded: their matches are few, and solved from nothing. */
  private afresh(isStopped: IsStopped): Choice {
    const { problem } = this.program;
    const supplies = problem.supplies.map((supply, s) => ({
      ...supply,
      capacityKg: supply.capacityKg.map((kg, quarter) => (isStopped(s, quarter) ? 0 : kg)),
    }));
    return solveProgram(this.highs, programOf({ ...problem, supplies }), { ...QUIET, isCancelled: this.isCancelled });
  }
}

const QUIET = { timeLimitSeconds: 0, onLevel: () => {}, withoutTrials: true, isQuick: true } as const;
