/** Solves one mineral after the other in threads of its own, and hears how far each is. Used by the runs of matches. */
import { Worker } from 'node:worker_threads';
import type { Problem } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';
import type { SolveJob, WorkerReport, WorkerStart } from './solver-messages.ts';
import { createThreads, type Heard, type Running, type Unfinished } from './threads.ts';

export interface First {
  result: MineralResult;
  solver: string;
}

type Found = { state: 'solved' } & First;
export type Solved = Found | Unfinished;
export type Solving = Running<Found>;

export interface Solver {
  /**
   * `onShare` hears the share of the job that is done, 0 to 1; `onFirst` an answer that is audited but not proved yet, at most once,
   * where a longer search follows.
   */
  solve(problem: Problem, onShare: (share: number) => void, onFirst?: (first: First) => void): Solving;
  warm(): void;
  stop(): Promise<void>;
}

export interface SolverOptions {
  workers: number;
  /** For each mineral; what it has by then is answered with its proved distance. */
  timeLimitSeconds: number;
  /** How a worker is started; tests keep hold of it to break it. */
  startWorker?: (start: WorkerStart) => Worker;
}

type Work = Omit<SolveJob, 'job' | 'cancel'>;
type Report = Exclude<WorkerReport, { kind: 'ready' }>;

export function createSolver({ workers, timeLimitSeconds, startWorker }: SolverOptions): Solver {
  const threads = createThreads<Work, Report, Found>({
    workers,
    startWorker:
      startWorker ?? ((start) => new Worker(new URL('./solver-worker.ts', import.meta.url), { workerData: start })),
    // A second one that dies of the same job makes an accident unlikely.
    triesMax: 2,
    // More are refused, because somebody is waiting for each.
    waitingMax: 200,
    crowded: 'too many matches wait for the solver; try again later',
  });
  return {
    solve(problem, onShare, onFirst = () => {}) {
      const hear = (report: Report): Heard<Found | Unfinished> => {
        switch (report.kind) {
          case 'level':
            onShare(report.done / report.of);
            return { is: 'news' };
          case 'first':
            onFirst({ result: report.result, solver: report.solver });
            return { is: 'news' };
          case 'solved': {
            const { result, solver, spent } = report;
            return { is: 'over', end: { state: 'solved', result, solver }, spent };
          }
          case 'cancelled':
            return { is: 'over', end: { state: 'cancelled' } };
          case 'failed': {
            const { broken, reason } = report;
            return broken ? { is: 'broken', reason } : { is: 'over', end: { state: 'failed', reason } };
          }
        }
      };
      return threads.run({ problem, timeLimitSeconds }, hear);
    },
    warm: threads.warm,
    stop: threads.stop,
  };
}
