/** CONDUCTOR of one match run: every mineral to the solver, progress to the pool, and one end, stored and on the record. Started by desk. */
import type { Actor } from '#domain/actors.ts';
import type { Problem } from '#domain/match-model.ts';
import type { RecordDraft } from '#domain/record.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import { ABANDONED, endRun, markRunning, type RunEnd, type RunRow } from './runs-store.ts';
import type { Solver } from './solver.ts';

export interface RunParts {
  database: Database;
  solver: Solver;
  clock: Clock;
  telemetry: Telemetry;
  record: (drafts: RecordDraft[]) => Promise<void>;
}

/** A run of this node while it is under way. */
export interface LiveRun {
  row: RunRow;
  actor: Actor;
  problems: readonly Problem[];
  /** 0 to 1. */
  progress: number;
  /** Set by `cancelRun`; minerals not yet begun are not begun. */
  isCancelled: boolean;
  cancels: (() => void)[];
}

export function cancelRun(run: LiveRun): void {
  run.isCancelled = true;
  for (const cancel of run.cancels) cancel();
}

/** Never throws: whatever happens, the run ends. */
export async function matchRun(parts: RunParts, run: LiveRun, onProgress: () => void): Promise<void> {
  const begun = performance.now();
  let end: RunEnd;
  try {
    await parts.record([
      { kind: 'run.started', poolId: run.row.poolId, actor: run.actor, body: { run: run.row.number } },
    ]);
    await markRunning(parts.database, run.row.id);
    end = await solveAll(parts.solver, run, begun, onProgress);
  } catch (error) {
    parts.telemetry.fault('match.run', error, { run: run.row.id });
    end = { state: 'failed', reason: 'something went wrong on our side; run it again' };
  }
  try {
    const stored = await store(parts, run, end);
    if (!stored) return;
    const ms = Math.round(performance.now() - begun);
    parts.telemetry.event(`match.${stored.state}`, { run: run.row.id, minerals: run.problems.length, ms });
    await parts.record([draftOf(run, stored)]);
  } catch (error) {
    // The database is away: the run stays unfinished there, and whoever looks next finds that nobody holds it.
    parts.telemetry.fault('match.end', error, { run: run.row.id });
  }
}

/** How it ended; null where it had ended before, as a cancelled run has. */
async function store({ database, clock }: RunParts, run: LiveRun, end: RunEnd): Promise<RunEnd | null> {
  if (await endRun(database, run.row.id, end, clock.now())) return end;
  const late: RunEnd = { state: 'failed', reason: 'the round moved on before it was solved' };
  return end.state === 'solved' && (await endRun(database, run.row.id, late, clock.now())) ? late : null;
}

async function solveAll(solver: Solver, run: LiveRun, begun: number, onProgress: () => void): Promise<RunEnd> {
  const shares = run.problems.map(() => 0);
  const solvings = run.problems.map((problem, i) =>
    solver.solve(problem, (share) => {
      shares[i] = share;
      // 1 is for when the result is stored.
      run.progress = 0.99 * (shares.reduce((sum, part) => sum + part, 0) / shares.length);
      onProgress();
    }),
  );
  run.cancels = solvings.map((solving) => solving.cancel);
  if (run.isCancelled) cancelRun(run);
  const answers = [];
  for (const solving of solvings) {
    const answer = await solving.done;
    answers.push(answer);
    // A result without one of its minerals is none: the others need not go on.
    if (answer.state !== 'solved') for (const other of solvings) other.cancel();
  }
  const failed = answers.find((answer) => answer.state === 'failed');
  if (failed?.state === 'failed' && !run.isCancelled) return { state: 'failed', reason: failed.reason };
  const solved = answers.flatMap((answer) => (answer.state === 'solved' ? [answer] : []));
  if (run.isCancelled) return { state: 'cancelled' };
  if (solved.length < answers.length) return { state: 'failed', reason: ABANDONED };
  return {
    state: 'solved',
    result: {
      minerals: solved.map((answer) => answer.result),
      solver: solved[0]?.solver ?? '',
      solveMs: Math.round(performance.now() - begun),
    },
  };
}

function draftOf(run: LiveRun, end: RunEnd): RecordDraft {
  const { poolId, number } = run.row;
  const body = { run: number, ...(end.state === 'failed' && { reason: end.reason }) };
  return { kind: `run.${end.state}`, poolId, body, ...(end.state !== 'failed' && { actor: run.actor }) };
}
