/**
 * A bounded number of warm threads that each keep a solver and do one job at a time. Used by the solver of matches and by the pool of scenarios.
 * 1. A job ends exactly once, whatever its thread does.
 * 2. A thread that breaks or dies costs nobody else anything: its job goes to another thread, as often as it may be tried, and then fails.
 * 3. A cancelled job that does not stop by itself within CANCEL_MS loses its thread.
 * 4. Short jobs that name what they are about go before others, each to the thread that keeps it, even if it has to wait for another of the kind.
 */
import type { Worker } from 'node:worker_threads';
import { type CompiledHighs, compileHighs } from './load-highs.ts';
import type { WorkerStart } from './solver-messages.ts';

/** How a job ends that its thread said nothing of. */
export type Unfinished = { state: 'cancelled' } | { state: 'failed'; reason: string };

/** What a thread's word means for its job. */
export type Heard<End> =
  | { is: 'news' }
  /** `spent`: the thread has to be replaced. */
  | { is: 'over'; end: End; spent?: boolean }
  /** The thread cannot be trusted any more. */
  | { is: 'broken'; reason: string };

export interface Running<End> {
  done: Promise<End | Unfinished>;
  cancel(): void;
}

/** What every message to a thread has beside its own. */
export interface Order {
  job: number;
  /** One Int32; set to 1 to stop the solver within milliseconds. */
  cancel: SharedArrayBuffer;
}

export interface Threads<Work, Report, End> {
  /** `about`: a short job, which a thread that had others about the same does sooner. */
  run(work: Work, hear: (report: Report) => Heard<End | Unfinished>, about?: string): Running<End>;
  /** Starts a thread if there is none: loading and compiling the solver takes longer than a small job. */
  warm(): void;
  /** Ends all threads; jobs under way end as cancelled. */
  stop(): Promise<void>;
}

export interface ThreadsOptions {
  workers: number;
  startWorker: (start: WorkerStart) => Worker;
  /** Threads that one job may break. */
  triesMax: number;
  /** Jobs that may wait for a thread, and what is said to one more. */
  waitingMax: number;
  crowded: string;
  /** A thread ends that had nothing to do for so long; without it, threads stay. */
  idleMs?: number;
}

const CANCEL_MS = 2_000;
/** Things that a thread is taken to keep: the last ones that its jobs were about. */
export const KEPT_MAX = 4;

interface Job<Work, Report, End> {
  work: Work;
  order: Order;
  about: string | null;
  tries: number;
  hear: (report: Report) => Heard<End | Unfinished>;
  finish: (end: End | Unfinished) => void;
}

interface Seat<Work, Report, End> {
  thread: Worker;
  job: Job<Work, Report, End> | null;
  /** What its last short jobs were about, the latest last. */
  kept: string[];
  idle?: NodeJS.Timeout;
}

export function createThreads<Work extends object, Report extends { job?: number }, End>(
  options: ThreadsOptions,
): Threads<Work, Report, End> {
  type AJob = Job<Work, Report, End>;
  type ASeat = Seat<Work, Report, End>;
  const seats: ASeat[] = [];
  const waiting: AJob[] = [];
  let compiled: Promise<CompiledHighs> | null = null;
  let starting = 0;
  let stopped = false;
  let count = 0;

  function next(): void {
    for (const job of [...waiting]) {
      const home = homesOf(job).find((seat) => !seat.job);
      if (home) take(home, job);
    }
    for (const seat of [...seats]) if (!seat.job) seatNext(seat);
    // A thread that is starting will take one of those that wait.
    const homeless = waiting.filter((job) => !isSoonHome(job)).length;
    while (homeless > starting && seats.length + starting < options.workers) start();
  }

  const homesOf = ({ about }: AJob): ASeat[] =>
    about === null ? [] : seats.filter(({ kept }) => kept.includes(about));

  /** Its thread is busy with another short job: sooner done than anew elsewhere. */
  const isSoonHome = (job: AJob): boolean => homesOf(job).some((seat) => (seat.job?.about ?? null) !== null);

  function seatNext(seat: ASeat): void {
    clearTimeout(seat.idle);
    const job = waiting.find((one) => !isSoonHome(one));
    if (job) take(seat, job);
    else if (options.idleMs !== undefined) seat.idle = setTimeout(() => leave(seat), options.idleMs).unref();
  }

  function take(seat: ASeat, job: AJob): void {
    clearTimeout(seat.idle);
    waiting.splice(waiting.indexOf(job), 1);
    seat.job = job;
    job.tries += 1;
    const { about } = job;
    if (about !== null) seat.kept = [...seat.kept.filter((one) => one !== about), about].slice(-KEPT_MAX);
    seat.thread.postMessage({ ...job.work, ...job.order });
  }

  /** Behind the short ones that wait, before the others. */
  function queue(job: AJob): void {
    const at = job.about === null ? -1 : waiting.findIndex(({ about }) => about === null);
    waiting.splice(at < 0 ? waiting.length : at, 0, job);
  }

  function start(): void {
    starting += 1;
    compiled ??= compileHighs();
    compiled.then(
      (wasmModule) => {
        starting -= 1;
        if (stopped) return;
        const seat: ASeat = { thread: options.startWorker({ wasmModule }), job: null, kept: [] };
        seat.thread.on('message', (report: Report) => hear(seat, report));
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

  function hear(seat: ASeat, report: Report): void {
    const { job } = seat;
    if (!job || report.job !== job.order.job) return;
    const heard = job.hear(report);
    if (heard.is === 'news') return;
    if (heard.is === 'broken') {
      lose(seat, heard.reason);
      void seat.thread.terminate();
      return;
    }
    seat.job = null;
    if (heard.spent) leave(seat);
    job.finish(heard.end);
    next();
  }

  function leave(seat: ASeat): void {
    const at = seats.indexOf(seat);
    if (seat.job || at < 0) return;
    seats.splice(at, 1);
    void seat.thread.terminate();
  }

  /** Called for every end of a thread, possibly twice. */
  function lose(seat: ASeat, reason: string): void {
    const at = seats.indexOf(seat);
    if (at >= 0) seats.splice(at, 1);
    clearTimeout(seat.idle);
    const { job } = seat;
    seat.job = null;
    if (job && isCancelled(job)) job.finish({ state: 'cancelled' });
    else if (job && job.tries >= options.triesMax) job.finish({ state: 'failed', reason });
    else if (job) waiting.unshift(job);
    if (!stopped) next();
  }

  const isCancelled = ({ order }: AJob): boolean => Atomics.load(new Int32Array(order.cancel), 0) === 1;

  function cancel(job: AJob): void {
    Atomics.store(new Int32Array(job.order.cancel), 0, 1);
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
    run(work, hear, about) {
      const { promise, resolve } = Promise.withResolvers<End | Unfinished>();
      count += 1;
      const order = { job: count, cancel: new SharedArrayBuffer(4) };
      const job: AJob = { work, order, about: about ?? null, tries: 0, hear, finish: resolve };
      if (stopped) resolve({ state: 'cancelled' });
      else if (waiting.length >= options.waitingMax) resolve({ state: 'failed', reason: options.crowded });
      else {
        queue(job);
        next();
      }
      return { done: promise, cancel: () => cancel(job) };
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
          clearTimeout(seat.idle);
          job?.finish({ state: 'cancelled' });
          await seat.thread.terminate();
        }),
      );
    },
  };
}
