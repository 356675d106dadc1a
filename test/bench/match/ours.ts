/** What our matcher takes, measured in this thread the way a warm worker would run it. Used by the bench. */
import type { Highs } from 'highs';
import type { Problem } from '#domain/match-model.ts';
import { AuditFault, conclude, type MineralResult } from '#domain/match-result.ts';
import { shocked } from '#domain/match-scenarios.ts';
import { solveProblem } from '#server/match/levels.ts';
import { loadHighs } from '#server/match/load-highs.ts';
import { createScenarioPool } from '#server/match/scenario-pool.ts';
import { scenarioGrid } from '#server/match/scenarios.ts';
import { WhyNot } from '#server/match/why-not.ts';
import { hundredShocks } from './shocks.ts';

const QUIET = { isCancelled: () => false, onLevel: () => {} };
/** The least distance that is looked for: a hundredth of a percent is the target's median. */
const GAP_REL = 9e-5;
/** The search's limit is wall time, which a shared machine spends on others: what counts is the CPU that is reported. */
const WALL_PER_CPU = 4;

const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

export async function loadBench() {
  const highs: Highs = await loadHighs();
  let failures = 0;
  const concluded = (problem: Problem, seconds: number, withoutTrials = false) => {
    try {
      return conclude(
        problem,
        solveProblem(highs, problem, { ...QUIET, timeLimitSeconds: seconds, gapRel: GAP_REL, withoutTrials }),
      );
    } catch (error) {
      if (!(error instanceof AuditFault)) throw error;
      failures += 1;
      return null;
    }
  };
  return {
    highs,
    auditFailures: () => failures,
    /** The compiler's share, which a worker pays before its first match. */
    warm(problems: readonly Problem[]): void {
      for (const problem of problems) concluded(problem, 5);
      for (const problem of problems) concluded(problem, 0);
    },
    /** Everything from the problem to an audited answer, one mineral after the other. */
    first(problems: readonly Problem[]) {
      const begun = cpuMs();
      let rss = 0;
      const gaps = problems.map((problem) => {
        const result = concluded(problem, 0);
        rss = Math.max(rss, process.memoryUsage().rss);
        return result?.gapPct ?? Number.NaN;
      });
      return { cpuS: (cpuMs() - begun) / 1000, gaps, rssMb: rss / 1e6 };
    },
    /** The whole match with the search, until the CPU is used up; then the first answer counts. CPU beyond that of the first answers. */
    polish(problems: readonly Problem[], cpuSMax: number) {
      const base = this.first(problems).cpuS;
      const begun = cpuMs();
      const gaps = problems.map((problem) => {
        const left = cpuSMax + base - (cpuMs() - begun) / 1000;
        return concluded(problem, Math.max(0, WALL_PER_CPU * left))?.gapPct ?? Number.NaN;
      });
      return { cpuS: (cpuMs() - begun) / 1000 - base, gaps };
    },
    scenarios(problems: readonly Problem[]) {
      const begun = cpuMs();
      const outcome = scenarioGrid(highs, problems, hundredShocks(problems), {
        polishSeconds: 0,
        isCancelled: () => false,
      });
      if (!outcome.ok) throw new Error(outcome.refusal.code);
      const answers = outcome.value.flatMap(({ minerals }) => minerals);
      return {
        cpuS: (cpuMs() - begun) / 1000,
        solves: answers.length,
        wide: answers.filter(({ isWide }) => isWide).length,
      };
    },
    /** The same shocks the way people's grids go: threads, sharing out, audit. CPU of the whole process, the threads having matched before. */
    async pooledScenarios(problems: readonly Problem[]) {
      const pool = createScenarioPool({ workers: 2 });
      const shocks = hundredShocks(problems);
      // Solver threads keep no process from ending.
      const awake = setInterval(() => {}, 1000);
      const run = async (some: readonly Problem[]) => {
        let [cells, wide] = [0, 0];
        const ends = some.map((problem) => {
          const tasks = shocks.flatMap((by, shock) => (shocked(problem, by) === problem ? [] : [{ shock, by }]));
          return pool.run({ kind: 'grid', problem, tasks, government: [], polishSeconds: 0 }, ({ found }) => {
            cells += 1;
            if (found.isWide) wide += 1;
          }).done;
        });
        for (const end of await Promise.all(ends)) if (end.state !== 'done') throw new Error(`the grid ${end.state}`);
        return { cells, wide };
      };
      try {
        await run(problems.slice(0, 4));
        const [begun, since] = [cpuMs(), performance.now()];
        const { cells, wide } = await run(problems);
        return { cpuS: (cpuMs() - begun) / 1000, wallS: (performance.now() - since) / 1000, cells, wide };
      } finally {
        clearInterval(awake);
        await pool.stop();
      }
    },
    /** Questions as people ask them, milliseconds until the answer: the first to a mineral's match, and the mean of five more. */
    async pooledWhyNot(problems: readonly Problem[]) {
      const pool = createScenarioPool({ workers: 2 });
      const awake = setInterval(() => {}, 1000);
      const ask = async (problem: Problem, result: MineralResult, offerRow: string) => {
        const since = performance.now();
        const end = await pool.run({ kind: 'why', of: problem.mineral, problem, result, offerRow }).done;
        if (end.state !== 'done') throw new Error(`the question ${end.state}`);
        return performance.now() - since;
      };
      try {
        const [first, more]: [number[], number[]] = [[], []];
        for (const [at, problem] of problems.slice(0, 5).entries()) {
          const result = concluded(problem, 0, true);
          const rows = problem.supplies.map(({ row }) => row);
          if (!result) continue;
          // The thread's own start is no question's.
          if (at === 0) await ask({ ...problem, mineral: 'before' }, result, rows[0] ?? '');
          first.push(await ask(problem, result, rows[0] ?? ''));
          for (const row of rows.slice(1, 6)) more.push(await ask(problem, result, row));
        }
        const mean = (values: readonly number[]) => values.reduce((sum, ms) => sum + ms, 0) / values.length;
        return { firstMs: mean(first), nextMs: mean(more) };
      } finally {
        clearInterval(awake);
        await pool.stop();
      }
    },
    /** Mean of every unused offer of a mineral, the model of the match being warm. */
    whyNot(problems: readonly Problem[]): number {
      let asked = 0;
      let ms = 0;
      for (const problem of problems.slice(0, 5)) {
        const choice = solveProblem(highs, problem, { ...QUIET, timeLimitSeconds: 0, withoutTrials: true });
        const why = new WhyNot(highs, problem, choice);
        const unused = problem.supplies.flatMap((_, s) => ((choice.segments[s] ?? -1) < 0 ? [s] : []));
        const begun = cpuMs();
        for (const supply of unused) why.answer(supply);
        ms += cpuMs() - begun;
        asked += unused.length;
        why.dispose();
      }
      return ms / Math.max(1, asked);
    },
  };
}
