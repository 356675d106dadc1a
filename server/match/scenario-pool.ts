/**
 * Threads for scenarios and questions, apart from those of the match itself, so that nobody waits for a hundred scenarios to see a match. They end
 * when there is nothing to do.
 */
import { Worker } from 'node:worker_threads';
import type { MineralResult } from '#domain/match-result.ts';
import type { ScenarioJob, ScenarioReply, ScenarioWork, WhyFound } from './scenario-messages.ts';
import type { WorkerStart } from './solver-messages.ts';
import { createThreads, type Heard, type Running as RunningOf, type Unfinished } from './threads.ts';

type Done = { state: 'done'; result: MineralResult | null; why: WhyFound | null };
export type JobEnd = Done | Unfinished;
export type Cell = Extract<ScenarioReply, { kind: 'cell' }>;
export type Running = RunningOf<Done>;

export interface ScenarioPool {
  run(work: ScenarioWork, onCell?: (cell: Cell) => void): Running;
  stop(): Promise<void>;
}

type Work = Omit<ScenarioJob, 'job' | 'cancel'>;

export function createScenarioPool(options: {
  workers: number;
  startWorker?: (start: WorkerStart) => Worker;
}): ScenarioPool {
  const threads = createThreads<Work, ScenarioReply, Done>({
    workers: options.workers,
    startWorker:
      options.startWorker ??
      ((start) => new Worker(new URL('./scenario-worker.ts', import.meta.url), { workerData: start })),
    triesMax: 1,
    // A grid has one job for each mineral, and then one more for those that are polished.
    waitingMax: 400,
    crowded: 'too many scenarios wait for the solver; try again later',
    // As long as somebody may think about an answer before the next question: models go with their thread.
    idleMs: 300_000,
  });
  return {
    run(work, onCell = () => {}) {
      const hear = (reply: ScenarioReply): Heard<JobEnd> => {
        switch (reply.kind) {
          case 'cell':
            onCell(reply);
            return { is: 'news' };
          case 'done':
            return { is: 'over', end: { state: 'done', result: reply.result ?? null, why: reply.why ?? null } };
          case 'cancelled':
            return { is: 'over', end: { state: 'cancelled' } };
          case 'failed': {
            const { broken, reason } = reply;
            return broken ? { is: 'broken', reason } : { is: 'over', end: { state: 'failed', reason } };
          }
        }
      };
      return threads.run({ work }, hear, work.kind === 'why' ? work.of : undefined);
    },
    stop: threads.stop,
  };
}
