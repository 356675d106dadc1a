/** A thread that keeps a warm solver and solves one mineral after the other. Started by server/match/solver; ends when told or broken. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Highs } from 'highs';
import { conclude } from '#domain/match-result.ts';
import { SOLVER_OPTIONS, solveProblem } from './levels.ts';
import { loadHighs } from './load-highs.ts';
import { WORKER_BYTES_MAX } from './memory.ts';
import { Cancelled } from './solver-faults.ts';
import type { SolveJob, WorkerReport, WorkerStart } from './solver-messages.ts';
import { WARM_UP } from './warm-up.ts';

const port = parentPort;
if (!port) throw new Error('this file is the program of a worker');
const say = (report: WorkerReport) => port.postMessage(report);

const { wasmModule } = workerData as WorkerStart;
const highs = await loadHighs(wasmModule);
// The first problem of a process pays for compiling the solver; a small one now spares the first run.
solveProblem(highs, WARM_UP, { timeLimitSeconds: 10, isCancelled: () => false, onLevel: () => {} });
port.on('message', (job: SolveJob) => say(solve(highs, job)));
say({ kind: 'ready' });

function solve(solver: Highs, { job, problem, timeLimitSeconds, cancel }: SolveJob): WorkerReport {
  const flag = new Int32Array(cancel);
  const name = `HiGHS ${solver.version.string}, ${SOLVER_OPTIONS}, search of ${timeLimitSeconds} s at most`;
  const isCancelled = () => Atomics.load(flag, 0) === 1;
  try {
    const choice = solveProblem(solver, problem, {
      timeLimitSeconds,
      isCancelled,
      onLevel: (done, of) => say({ kind: 'level', job, done, of }),
      onFirst: (first) => say({ kind: 'first', job, result: conclude(problem, first), solver: name }),
    });
    return {
      kind: 'solved',
      job,
      result: conclude(problem, choice),
      solver: name,
      spent: solver.memoryBytes > WORKER_BYTES_MAX,
    };
  } catch (error) {
    if (error instanceof Cancelled) return { kind: 'cancelled', job };
    return { kind: 'failed', job, ...wordsFor(error) };
  }
}

/** Messages that are not ours may hold the solver's whole source, or values: they stay here. */
function wordsFor(error: unknown): { reason: string; broken: boolean } {
  if (error instanceof Error && (error as { speaksPlainly?: boolean }).speaksPlainly === true)
    return { reason: error.message, broken: false };
  // WebAssembly aborts with a RuntimeError, for instance at its 2 GiB of memory; its state is undefined from then on.
  if (error instanceof Error && error.name === 'RuntimeError') return { reason: 'the solver broke down', broken: true };
  return {
    reason: `the solver could not take the problem (${error instanceof Error ? error.name : typeof error})`,
    broken: true,
  };
}
