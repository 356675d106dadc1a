/** A thread that asks what a match would come to under shocks, and why it is as it is. Started by server/match/scenario-pool. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Highs } from 'highs';
import type { Choice, Problem } from '#domain/match-model.ts';
import { AuditFault, conclude, type MineralResult } from '#domain/match-result.ts';
import { isWide, type Shock, shocked, stoppedBy, WIDE_GAP_PCT } from '#domain/match-scenarios.ts';
import { type Exact, exactOf } from '#domain/match-shares.ts';
import { createAskers } from './askers.ts';
import { solveProblem } from './levels.ts';
import { loadHighs } from './load-highs.ts';
import type { ScenarioJob, ScenarioReply, ScenarioWork, Task } from './scenario-messages.ts';
import { ScenarioModel } from './scenario-model.ts';
import { Cancelled } from './solver-faults.ts';
import type { WorkerStart } from './solver-messages.ts';

const port = parentPort;
if (!port) throw new Error('this file is the program of a worker');
const say = (reply: ScenarioReply) => port.postMessage(reply);

const highs = await loadHighs((workerData as WorkerStart).wasmModule);
const askers = createAskers(highs);
port.on('message', ({ job, work, cancel }: ScenarioJob) => {
  const flag = new Int32Array(cancel);
  const isCancelled = () => Atomics.load(flag, 0) === 1;
  try {
    if (work.kind === 'grid') grid(highs, job, work, isCancelled);
    else if (work.kind === 'solve')
      say({ kind: 'done', job, result: matched(highs, work.problem, work.timeLimitSeconds, isCancelled) });
    else say({ kind: 'done', job, why: askers.ask(work) });
  } catch (error) {
    say(error instanceof Cancelled ? { kind: 'cancelled', job } : { kind: 'failed', job, ...wordsFor(error) });
  }
});

type Grid = Extract<ScenarioWork, { kind: 'grid' }>;

function grid(solver: Highs, job: number, work: Grid, isCancelled: () => boolean): void {
  const { problem, tasks, polishSeconds } = work;
  const government = new Set(work.government);
  const model = polishSeconds > 0 ? null : new ScenarioModel(solver, problem, isCancelled);
  const shared: Shared = new Map();
  try {
    for (const { shock, by } of tasks) {
      if (isCancelled()) throw new Cancelled();
      const changed = isShock(by) ? shocked(problem, by) : by;
      const after =
        (model && isShock(by) ? warmly(model, { problem, changed, shared, government }, by) : null) ??
        exactOf(matched(solver, changed, polishSeconds, isCancelled, NARROW), government);
      const found = { mineral: problem.mineral, after, isWide: isWide(after.standing) };
      say({ kind: 'cell', job, shock, found });
    }
  } finally {
    model?.dispose();
  }
  say({ kind: 'done', job });
}

const isShock = (by: Task['by']): by is Shock => 'kind' in by;

/** What choices come to that are the answer of several shocks, once shared out. */
type Shared = Map<Choice, Exact>;

/** From the warm model where the shock only stops deliveries; null where its choice does not carry over, and is looked for anew. */
function warmly(model: ScenarioModel, { problem, changed, shared, government }: Mineral, shock: Shock): Exact | null {
  const isStopped = stoppedBy(problem, shock);
  if (!isStopped) return null;
  try {
    const choice = model.choose(isStopped);
    const exact = shared.get(choice) ?? exactOf(conclude(changed, choice), government);
    shared.set(choice, exact);
    return exact;
  } catch (error) {
    if (error instanceof AuditFault) return null;
    throw error;
  }
}

interface Mineral {
  problem: Problem;
  changed: Problem;
  shared: Shared;
  government: ReadonlySet<string>;
}

/** A longer search ends once a scenario may be compared; a run is searched to the end. */
const NARROW = WIDE_GAP_PCT / 100 / 2;

const matched = (
  solver: Highs,
  problem: Problem,
  seconds: number,
  isCancelled: () => boolean,
  gapRel?: number,
): MineralResult =>
  conclude(
    problem,
    solveProblem(solver, problem, {
      ...(gapRel !== undefined && { gapRel }),
      timeLimitSeconds: seconds,
      isCancelled,
      onLevel: () => {},
      withoutTrials: true,
    }),
  );

/** Messages that are not ours may hold the solver's whole source, or values: they stay here. */
function wordsFor(error: unknown): { reason: string; broken: boolean } {
  if (error instanceof Error && (error as { speaksPlainly?: boolean }).speaksPlainly === true)
    return { reason: error.message, broken: false };
  return { reason: 'the solver broke down', broken: true };
}
