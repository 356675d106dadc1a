/**
 * What a match would say to "why not this offer?" and "what would a kilogram more be worth?", from a relaxation that is kept warm with the
 * match's choices. Exact; nothing of it is shown but through domain/match-report. Used by askers.
 */
import type { Basis, Highs } from 'highs';
import { type SoftCap, softCapsOf } from '#domain/match-caps.ts';
import { barOf } from '#domain/match-eligible.ts';
import { shortOfMinimum } from '#domain/match-explain.ts';
import type { Choice, Problem, Trial } from '#domain/match-model.ts';
import { type Program, programOf } from '#domain/match-program.ts';
import { COST_GAP, stagesOf } from './levels.ts';
import { Relaxation } from './relaxation.ts';
import { SolverFault } from './solver-faults.ts';

export type WhyNotAnswer =
  | { state: 'used' }
  /** The rule that keeps it from every line. */
  | { state: 'barred'; bar: string }
  | { state: 'belowMinimum'; shortKg: number; payableKg: number; neededKg: number }
  | Trial['outcome'];

/** Of the choices as they are: another choice may change them, and a chain of replacements may make them larger than any ceiling. */
export interface Marginals {
  /** What the last kilogram of a group of lines costs, micro-dollars; the solver does not tell the lines of a group apart. */
  groups: { asks: readonly number[]; microPerKg: number }[];
  /** Allowances that bind, with what a kilogram more of room would save, micro-dollars. */
  binding: { kind: SoftCap['kind']; name: string; savesMicroPerKg: number }[];
}

export class WhyNot {
  private readonly problem: Problem;
  private readonly choice: Choice;
  private readonly program: Program;
  private readonly relaxation: Relaxation;
  private cost: number | null = null;
  /** Of the match's choices: every question begins there, so that no answer depends on those before. */
  private readonly basis: Basis;

  constructor(highs: Highs, problem: Problem, choice: Choice) {
    this.problem = problem;
    this.choice = choice;
    this.program = programOf(problem);
    this.relaxation = new Relaxation(highs, this.program, () => false);
    const { program, relaxation } = this;
    const stages = stagesOf(program, COST_GAP);
    relaxation.setCosts(program.cost);
    stages.forEach(({ row }, i) => {
      const kg = choice.levels[i]?.unmetKg ?? 0;
      if (row !== null) relaxation.setRow(row, -Infinity, kg / program.unitKg);
    });
    relaxation.choose(choice.segments);
    this.cost = relaxation.solve()?.value ?? null;
    this.basis = relaxation.basis();
  }

  dispose(): void {
    this.relaxation.dispose();
  }

  /** Null where the match's choices do not fit together in this relaxation. */
  marginals(): Marginals | null {
    const { problem, program, relaxation } = this;
    relaxation.choose(this.choice.segments);
    if (!relaxation.solve()) return null;
    const duals = relaxation.rowDuals();
    const microPerKg = (row: number) => Math.round((duals[row] ?? 0) * program.moneyMicro) + 0;
    // match-program puts the rows of the classes first, then those of the allowances.
    const caps = softCapsOf(problem).map(({ kind, name }, i) => ({
      kind,
      name,
      savesMicroPerKg: -microPerKg(program.classes.length + i) + 0,
    }));
    return {
      groups: program.classes.map(({ asks }, c) => ({ asks, microPerKg: microPerKg(c) })),
      binding: caps.filter(({ savesMicroPerKg }) => savesMicroPerKg > 0),
    };
  }

  /** Rules first, then the cheapest way to use the offer with the other choices as they are. */
  answer(supply: number): WhyNotAnswer {
    const { problem, program, choice } = this;
    const offer = problem.supplies[supply];
    if (!offer) throw new SolverFault('there is no such offer');
    if ((choice.segments[supply] ?? -1) >= 0) return { state: 'used' };
    const bars = program.classes
      .filter(({ kg }) => kg > 0)
      .map(({ need }) => barOf(problem, program.segments, need, supply));
    const bar = bars.every((one) => one !== null) ? (bars.at(-1) ?? 'form') : null;
    if (bar) return { state: 'barred', bar };
    if (!offer.refining) {
      const short = shortOfMinimum(problem, supply);
      if (short.shortKg > 0) return { state: 'belowMinimum', ...short };
    }
    return this.cost === null ? { state: 'displaces' } : this.counterfactual(supply, this.cost);
  }

  private counterfactual(supply: number, cost: number): Trial['outcome'] {
    const { program, relaxation, choice } = this;
    const { z, q, totalRow } = program.choices[supply] ?? { z: [], q: [], totalRow: 0 };
    const kg = Math.max(1, program.segments[supply]?.[0]?.lo ?? 0);
    const first = q[0];
    relaxation.choose(choice.segments.map((segment, s) => (s === supply && z.length > 0 ? 0 : segment)));
    if (first === undefined) relaxation.setRow(totalRow, kg / program.unitKg, Infinity);
    else relaxation.setColumn(first, kg / program.unitKg, program.colUpper[first] ?? 0);
    const solution = relaxation.solve();
    if (first === undefined) relaxation.setRow(totalRow, 0, Infinity);
    else relaxation.setColumn(first, 0, program.colUpper[first] ?? 0);
    relaxation.choose(choice.segments);
    relaxation.restore(this.basis);
    if (!solution) return { state: 'displaces' };
    return {
      state: 'costs',
      kg,
      extraMicro: Math.max(0, Math.round((solution.value - cost) * program.unitKg * program.moneyMicro)),
    };
  }
}
