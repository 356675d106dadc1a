/** What the main thread and a thread for scenarios say to each other. Everything is structured-cloneable. */
import type { Problem } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';
import type { Shock } from '#domain/match-scenarios.ts';
import type { ExactAfter } from '#domain/match-shares.ts';
import type { Marginals, WhyNotAnswer } from './why-not.ts';

/** A shock of one mineral: as a rule that changes the problem, or as the changed problem itself. */
export interface Task {
  /** Place of the shock in its run. */
  shock: number;
  by: Shock | Problem;
}

export type ScenarioWork =
  /** 0 seconds of polish: the best of the relaxation and its dives, without a clock. */
  | { kind: 'grid'; problem: Problem; tasks: readonly Task[]; government: readonly string[]; polishSeconds: number }
  | { kind: 'solve'; problem: Problem; timeLimitSeconds: number }
  /** `of` names the run, its inputs and the mineral: the model of the last few is kept by the thread. */
  | { kind: 'why'; of: string; problem: Problem; result: MineralResult; offerRow: string };

export interface ScenarioJob {
  job: number;
  work: ScenarioWork;
  /** One Int32; the main thread sets it to 1 to stop the solver within milliseconds. */
  cancel: SharedArrayBuffer;
}

export interface WhyFound {
  answer: WhyNotAnswer | null;
  marginals: Marginals | null;
}

export type ScenarioReply =
  | { kind: 'cell'; job: number; shock: number; found: ExactAfter }
  | { kind: 'done'; job: number; result?: MineralResult; why?: WhyFound }
  | { kind: 'cancelled'; job: number }
  /** The words are ours, safe to show. */
  | { kind: 'failed'; job: number; reason: string; broken: boolean };
