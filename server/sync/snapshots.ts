/** Keeps snapshots fresh in a thread of its own, so that no edit waits for one. Used by the rooms. */
import { Worker } from 'node:worker_threads';
import type pg from 'pg';
import type { Telemetry } from '../telemetry.ts';
import { SNAPSHOT_REST_FACTOR, SNAPSHOT_REST_MS_AFTER_FAULT } from './limits.ts';

/** What the thread is started with. */
export interface SnapshotStart {
  connectionString: string;
}
export type SnapshotJob = { sheetId: string };
export type SnapshotReport = { sheetId: string; ms: number; fault: { name: string; code: string | null } | null };

/** The thread could not make a snapshot; the next opening takes longer, nothing is lost. */
export class SnapshotError extends Error {
  override readonly name = 'SnapshotError';
  readonly speaksPlainly = true;
}

export interface Snapshots {
  /** Resolves when the sheet has a snapshot of at least what the log has now; false: not now, ask again. Never rejects. */
  take(sheetId: string): Promise<boolean>;
  close(): Promise<void>;
}

export function createSnapshots(pool: pg.Pool, telemetry: Telemetry): Snapshots {
  const { connectionString } = pool.options;
  if (connectionString === undefined) throw new Error('the pool of a snapshot thread needs an address');
  /** One job for each sheet, answered in the order asked. */
  const jobs = new Map<string, PromiseWithResolvers<boolean>>();
  /** Sheets that rest after a snapshot, by the moment on performance.now() when they may have another. */
  const restUntilMs = new Map<string, number>();
  let thread: Worker | null = null;
  let isClosed = false;

  function startThread(start: SnapshotStart): Worker {
    const worker = new Worker(new URL('./snapshot-worker.ts', import.meta.url), { workerData: start });
    worker.on('message', hear);
    worker.on('error', (error) => lose(worker, error));
    worker.on('exit', () => lose(worker, new SnapshotError('the snapshot thread ended')));
    // Waiting for a job does not keep the server from ending.
    worker.unref();
    return worker;
  }

  function hear({ sheetId, ms, fault }: SnapshotReport): void {
    if (fault) {
      const error = Object.assign(new SnapshotError(`a snapshot failed: ${fault.name}`), { code: fault.code });
      telemetry.fault('sheet.snapshot', error, { sheet: sheetId });
    }
    rest(sheetId, fault ? SNAPSHOT_REST_MS_AFTER_FAULT : ms * SNAPSHOT_REST_FACTOR);
    finish(sheetId, fault === null);
  }

  function rest(sheetId: string, ms: number): void {
    const now = performance.now();
    for (const [id, until] of restUntilMs) if (until <= now) restUntilMs.delete(id);
    restUntilMs.set(sheetId, now + ms);
  }

  function finish(sheetId: string, isTaken: boolean): void {
    jobs.get(sheetId)?.resolve(isTaken);
    jobs.delete(sheetId);
  }

  function lose(worker: Worker, error: unknown): void {
    if (thread !== worker) return;
    thread = null;
    if (!isClosed && jobs.size > 0) telemetry.fault('sheet.snapshot', error);
    for (const sheetId of [...jobs.keys()]) {
      rest(sheetId, SNAPSHOT_REST_MS_AFTER_FAULT);
      finish(sheetId, false);
    }
  }

  return {
    take(sheetId) {
      const known = jobs.get(sheetId);
      if (known) return known.promise;
      if (isClosed || (restUntilMs.get(sheetId) ?? 0) > performance.now()) return Promise.resolve(false);
      const job = Promise.withResolvers<boolean>();
      jobs.set(sheetId, job);
      thread ??= startThread({ connectionString });
      thread.postMessage({ sheetId } satisfies SnapshotJob);
      return job.promise;
    },
    async close() {
      isClosed = true;
      const last = thread;
      if (last) lose(last, null);
      await last?.terminate();
    },
  };
}
