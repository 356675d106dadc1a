/**
 * Solves problems in worker threads: a bounded number of warm workers, one mineral each at a time.
 * 1. A job ends exactly once: solved, cancelled or failed, whatever its worker does.
 * 2. A worker that breaks or dies costs nobody else anything: its job goes to another worker, once, and then fails.
 * 3. A cancelled job that does not stop by itself within CANCEL_MS loses its worker.
 */
import { Worker } from 'node:worker_threads';
import type { Problem } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';
import { type CompiledHighs, compileHighs } from './load-highs.ts';
import type { SolveJob, WorkerReport, WorkerStart } from './solver-messages.ts';

export type Solved =
  | { state: 'solved'; result: MineralResult; solver: string }
  | { state: 'cancelled' }
  | { state: 'failed'; reason: string };

export interface First {
  result: MineralResult;
  solver: string;
}

export interface Solving {
  done: Promise<Solved>;
  cancel(): void;
}

export interface Solver {
  /**
   * `onShare` hears the share of the job that is done, 0 to 1; `onFirst` an answer that is audited but not proved yet, at most once,
   * where a longer search follows.
   */
  solve(problem: Problem, onShare: (share: number) => void, onFirst?: (first: First) => void): Solving;
  /** Starts a worker if there is none: loading and compiling the solver takes longer than a small match. */
  warm(): void;
  /** Ends all workers; jobs under way end as cancelled. */
  stop(): Promise<void>;
}

/** Workers that a job may break. A second one that dies of it makes an accident unlikely. */
const TRIES_MAX = 2;
/** Jobs that may wait for a worker; more are refused, because somebody is waiting for each. */
const WAITING_MAX = 200;
const CANCEL_MS = 2_000;

interface Job {
  message: Omit<SolveJob, 'job'>;
  number: number;
  onShare: (share: number) => void;
  onFirst: (first: First) => void;
  tries: number;
  finish: (solved: Solved) => void;
  worker: Seat | null;
}

/** A worker and the job it is busy with. */
interface Seat {
  thread: Worker;
  job: Job | null;
}

export interface SolverOptions {
  workers: number;
  /** For each mineral; what it has by then is answered with its proved distance. */
  timeLimitSeconds: number;
  /** How a worker is started; tests keep hold of it to break it. */
  startWorker?: (start: WorkerStart) => Worker;
}

export function createSolver(options: SolverOptions): Solver {
  const startWorker =
    options.startWorker ??
    ((start) => new Worker(new URL('./solver-worker.ts', import.meta.url), { workerData: start }));
  const seats: Seat[] = [];
  const waiting: Job[] = [];
  let compiled: Promise<CompiledHighs> | null = null;
  let starting = 0;
  let stopped = false;
  let count = 0;

  function next(): void {
    for (const seat of seats) {
      if (seat.job || waiting.length === 0) continue;
      const job = waiting.shift();
      if (!job) return;
      seat.job = job;
      job.worker = seat;
      job.tries += 1;
      seat.thread.postMessage({ ...job.message, job: job.number } satisfies SolveJob);
    }
    // A worker that is starting will take one of those that wait.
    while (waiting.length > starting && seats.length + starting < options.workers) start();
  }

  function start(): void {
    starting += 1;
    compiled ??= compileHighs();
    compiled.then(
      (wasmModule) => {
        starting -= 1;
        if (stopped) return;
        const seat: Seat = { thread: startWorker({ wasmModule }), job: null };
        seat.thread.on('message', (report: WorkerReport) => hear(seat, report));
        seat.thread.on('error', () => lose(seat, 'the solver broke down'));
        seat.thread.on('exit', () => lose(seat, 'the solver stopped unexpectedly'));
        // An idle solver does not keep the server from ending.
        seat.thread.unref();
        seats.push(seat);
        next();
      },
      () => {
        starting -= 1;
        compiled = null;
        for (const job of waiting.splice(0)) job.finish({ state: 'failed', reason: 'the solver could not be loaded' });
      },
    );
  }

  function hear(seat: Seat, report: WorkerReport): void {
    const { job } = seat;
    if (report.kind === 'ready' || !job || report.job !== job.number) return;
    if (report.kind === 'level') {
      job.onShare(report.done / report.of);
      return;
    }
    if (report.kind === 'first') {
      job.onFirst({ result: report.result, solver: report.solver });
      return;
    }
    if (report.kind === 'failed' && report.broken) {
      lose(seat, report.reason);
      void seat.thread.terminate();
      return;
    }
    seat.job = null;
    if (report.kind === 'solved' && report.spent) {
      seats.splice(seats.indexOf(seat), 1);
      void seat.thread.terminate();
    }
    job.finish(
      report.kind === 'solved'
        ? { state: 'solved', result: report.result, solver: report.solver }
        : report.kind === 'cancelled'
          ? { state: 'cancelled' }
          : { state: 'failed', reason: report.reason },
    );
    next();
  }

  /** Called for every end of a worker, possibly twice. */
  function lose(seat: Seat, reason: string): void {
    const at = seats.indexOf(seat);
    if (at >= 0) seats.splice(at, 1);
    const { job } = seat;
    seat.job = null;
    if (job && isCancelled(job)) job.finish({ state: 'cancelled' });
    else if (job && job.tries >= TRIES_MAX) job.finish({ state: 'failed', reason });
    else if (job) {
      job.worker = null;
      waiting.unshift(job);
    }
    if (!stopped) next();
  }

  const isCancelled = (job: Job): boolean => Atomics.load(new Int32Array(job.message.cancel), 0) === 1;

  function cancel(job: Job): void {
    Atomics.store(new Int32Array(job.message.cancel), 0, 1);
    const at = waiting.indexOf(job);
    if (at >= 0) {
      waiting.splice(at, 1);
      job.finish({ state: 'cancelled' });
      return;
    }
    const seat = job.worker;
    setTimeout(() => {
      if (seat?.job === job) void seat.thread.terminate();
    }, CANCEL_MS).unref();
  }

  return {
    solve(problem, onShare, onFirst = () => {}) {
      let job: Job | null = null;
      const done = new Promise<Solved>((finish) => {
        if (stopped) return finish({ state: 'cancelled' });
        if (waiting.length >= WAITING_MAX)
          return finish({ state: 'failed', reason: 'too many matches wait for the solver; try again later' });
        count += 1;
        const message = { problem, timeLimitSeconds: options.timeLimitSeconds, cancel: new SharedArrayBuffer(4) };
        job = { message, number: count, onShare, onFirst, tries: 0, finish, worker: null };
        waiting.push(job);
        next();
      });
      return { done, cancel: () => job && cancel(job) };
    },
    warm() {
      if (!stopped && seats.length + starting === 0) start();
    },
    async stop() {
      stopped = true;
      for (const job of waiting.splice(0)) job.finish({ state: 'cancelled' });
      await Promise.all(
        seats.splice(0).map(async (seat) => {
          const { job } = seat;
          seat.job = null;
          job?.finish({ state: 'cancelled' });
          await seat.thread.terminate();
        }),
      );
    },
  };
}
