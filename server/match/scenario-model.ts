/**
 * One mineral's relaxation, kept warm over many scenarios: a stopped offer is a bound of its columns, and every scenario begins where the
 * match without it stands, so that no answer depends on what was asked before. Used by scenarios.
 */
import type { Basis, Highs } from 'highs';
import type { Choice, Problem } from '#domain/match-model.ts';
import { type Program, programOf } from '#domain/match-program.ts';
import { COST_GAP, choiceOf, solveProgram, stagesOf, startOf } from './levels.ts';
import { Relaxation } from './relaxation.ts';
import { Search } from './search.ts';
import { SolverFault } from './solver-faults.ts';

export class ScenarioModel {
  readonly program: Program;
  private readonly highs: Highs;
  private readonly relaxation: Relaxation;
  private readonly isCancelled: () => boolean;
  private base: Basis | null = null;

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
  choose(isStopped: (supply: number, quarter: number) => boolean = () => false): Choice {
    const { program, relaxation } = this;
    if (program.flows.length === 0 || !program.isFlow) return this.afresh(isStopped);
    const closed = [
      ...new Set(program.flows.flatMap((flow) => (isStopped(flow.supply, flow.quarter) ? [flow.col] : []))),
    ];
    for (const col of closed) relaxation.setColumn(col, 0, 0);
    const stages = stagesOf(program, COST_GAP);
    const search = new Search(this.highs, relaxation, stages, this.isCancelled);
    try {
      const start = startOf(program, relaxation, this.base);
      this.base ??= start.basis;
      search.first(start.choices, start.basis, () => {});
      const choice = choiceOf({ program, relaxation, search, stages }, { ...QUIET, isCancelled: this.isCancelled });
      if (!('segments' in choice)) throw new SolverFault('the solver returned a part of a kilogram');
      return choice;
    } finally {
      for (const col of closed) relaxation.setColumn(col, 0, program.colUpper[col] ?? 0);
      for (const { row } of stages) if (row !== null) relaxation.setRow(row, -Infinity, Infinity);
    }
  }

  /** Processors need their kilograms rounded: their matches are few, and solved from nothing. */
  private afresh(isStopped: (supply: number, quarter: number) => boolean): Choice {
    const { problem } = this.program;
    const supplies = problem.supplies.map((supply, s) => ({
      ...supply,
      capacityKg: supply.capacityKg.map((kg, quarter) => (isStopped(s, quarter) ? 0 : kg)),
    }));
    return solveProgram(this.highs, programOf({ ...problem, supplies }), { ...QUIET, isCancelled: this.isCancelled });
  }
}

const QUIET = { timeLimitSeconds: 0, onLevel: () => {}, withoutTrials: true } as const;
