/**
 * Threads for scenarios and questions, apart from those of the match itself, so that nobody waits for a hundred scenarios to see a match.
 * 1. A job ends exactly once. 2. A thread that breaks costs its own job only. 3. Threads end when there was nothing to do for IDLE_MS.
 */
import { Worker } from 'node:worker_threads';
import type { MineralResult } from '#domain/match-result.ts';
import { type CompiledHighs, compileHighs } from './load-highs.ts';
import type { ScenarioJob, ScenarioReply, ScenarioWork, WhyFound } from './scenario-messages.ts';
import type { WorkerStart } from './solver-messages.ts';

export type JobEnd =
  | { state: 'done'; result: MineralResult | null; why: WhyFound | null }
  | { state: 'cancelled' }
  | { state: 'failed'; reason: string };

export type Cell = Extract<ScenarioReply, { kind: 'cell' }>;

export interface Running {
  done: Promise<JobEnd>;
  cancel(): void;
}

export interface ScenarioPool {
  run(work: ScenarioWork, onCell?: (cell: Cell) => void): Running;
  stop(): Promise<void>;
}

/** Jobs that may wait for a thread: a grid has one for each mineral, and then one more for those that are polished. */
const WAITING_MAX = 400;
const IDLE_MS = 60_000;
const CANCEL_MS = 2_000;

interface Job {
  message: ScenarioJob;
  onCell: (cell: Cell) => void;
  finish: (end: JobEnd) => void;
}

interface Seat {
  thread: Worker;
  job: Job | null;
  idle: NodeJS.Timeout | null;
}

export function createScenarioPool(options: {
  workers: number;
  startWorker?: (start: WorkerStart) => Worker;
}): ScenarioPool {
  const startWorker =
    options.startWorker ??
    ((start) => new Worker(new URL('./scenario-worker.ts', import.meta.url), { workerData: start }));
  const seats: Seat[] = [];
  const waiting: Job[] = [];
  let compiled: Promise<CompiledHighs> | null = null;
  let starting = 0;
  let count = 0;
  let stopped = false;

  function next(): void {
    for (const seat of seats) {
      if (seat.job) continue;
      if (seat.idle) clearTimeout(seat.idle);
      const job = waiting.shift();
      seat.job = job ?? null;
      if (job) seat.thread.postMessage(job.message);
      else seat.idle = setTimeout(() => leave(seat), IDLE_MS).unref();
    }
    while (waiting.length > starting && seats.length + starting < options.workers) start();
  }

  function leave(seat: Seat): void {
    if (seat.job) return;
    seats.splice(seats.indexOf(seat), 1);
    void seat.thread.terminate();
  }

  function start(): void {
    starting += 1;
    compiled ??= compileHighs();
    compiled.then(
      (wasmModule) => {
        starting -= 1;
        if (stopped) return;
        const seat: Seat = { thread: startWorker({ wasmModule }), job: null, idle: null };
        seat.thread.on('message', (reply: ScenarioReply) => hear(seat, reply));
        seat.thread.on('error', () => lose(seat));
        seat.thread.on('exit', () => lose(seat));
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

  function hear(seat: Seat, reply: ScenarioReply): void {
    const { job } = seat;
    if (!job || reply.job !== job.message.job) return;
    if (reply.kind === 'cell') {
      job.onCell(reply);
      return;
    }
    seat.job = null;
    if (reply.kind === 'done') job.finish({ state: 'done', result: reply.result ?? null, why: reply.why ?? null });
    else job.finish(reply.kind === 'cancelled' ? { state: 'cancelled' } : { state: 'failed', reason: reply.reason });
    if (reply.kind === 'failed' && reply.broken) leave(seat);
    next();
  }

  /** Called for every end of a thread, possibly twice. */
  function lose(seat: Seat): void {
    const at = seats.indexOf(seat);
    if (at >= 0) seats.splice(at, 1);
    const { job } = seat;
    seat.job = null;
    if (job)
      job.finish(isCancelled(job) ? { state: 'cancelled' } : { state: 'failed', reason: 'the solver broke down' });
    if (!stopped) next();
  }

  const isCancelled = ({ message }: Job): boolean => Atomics.load(new Int32Array(message.cancel), 0) === 1;

  function cancel(job: Job): void {
    Atomics.store(new Int32Array(job.message.cancel), 0, 1);
    const at = waiting.indexOf(job);
    if (at >= 0) {
      waiting.splice(at, 1);
      job.finish({ state: 'cancelled' });
      return;
    }
    const seat = seats.find((one) => one.job === job);
    setTimeout(() => {
      if (seat?.job === job) void seat.thread.terminate();
    }, CANCEL_MS).unref();
  }

  return {
    run(work, onCell = () => {}) {
      const { promise, resolve } = Promise.withResolvers<JobEnd>();
      count += 1;
      const job: Job = { message: { job: count, work, cancel: new SharedArrayBuffer(4) }, onCell, finish: resolve };
      if (stopped) resolve({ state: 'cancelled' });
      else if (waiting.length >= WAITING_MAX)
        resolve({ state: 'failed', reason: 'too many scenarios wait for the solver; try again later' });
      else {
        waiting.push(job);
        next();
      }
      return { done: promise, cancel: () => cancel(job) };
    },
    async stop() {
      stopped = true;
      for (const job of waiting.splice(0)) job.finish({ state: 'cancelled' });
      await Promise.all(
        seats.splice(0).map(async (seat) => {
          if (seat.idle) clearTimeout(seat.idle);
          seat.job?.finish({ state: 'cancelled' });
          seat.job = null;
          await seat.thread.terminate();
        }),
      );
    },
  };
}
