/** What the main thread and a solver worker say to each other. Everything is structured-cloneable. */
import type { Problem } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';
import type { CompiledHighs } from './load-highs.ts';

export interface WorkerStart {
  /** HiGHS compiled once by the main thread and shared. */
  wasmModule: CompiledHighs;
}

export interface SolveJob {
  job: number;
  problem: Problem;
  /** Of the search after the first answer; 0 for none. */
  timeLimitSeconds: number;
  /** One Int32; the main thread sets it to 1 to stop the solver within milliseconds. */
  cancel: SharedArrayBuffer;
}

export type WorkerReport =
  | { kind: 'ready' }
  | { kind: 'level'; job: number; done: number; of: number }
  /** Not proved yet; a better one, or its proof, follows as `solved`. */
  | { kind: 'first'; job: number; result: MineralResult; solver: string }
  /** `spent`: the worker has grown too large and wants to be replaced. */
  | { kind: 'solved'; job: number; result: MineralResult; solver: string; spent: boolean }
  | { kind: 'cancelled'; job: number }
  /** The words are ours, safe to show. `broken`: the solver in this worker cannot be trusted any more. */
  | { kind: 'failed'; job: number; reason: string; broken: boolean };
