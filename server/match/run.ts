/**
 * CONDUCTOR of one match run: every mineral to the solver, progress to the pool, and one end, stored and on the record. The run is solved as
 * soon as every mineral has an audited answer; where a longer search finds a better one, that replaces it. Started by desk.
 */
import type { Actor } from '#domain/actors.ts';
import type { Problem } from '#domain/match-model.ts';
import type { MatchResult } from '#domain/match-result.ts';
import type { RecordDraft } from '#domain/record.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import { ABANDONED, betterRun, endRun, markRunning, type RunEnd, type RunRow } from './runs-store.ts';
import type { First, Solver } from './solver.ts';

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
  /** Null: it was begun on a node that died, and this one goes on with it. */
  actor: Actor | null;
  problems: readonly Problem[];
  /** 0 to 1. */
  progress: number;
  /** Of it, what fitting the reserve's targets into its budget took; 0 where left out. */
  fitted?: number;
  /** The reserve's targets are being fitted into its budget. */
  isFitting?: boolean;
  /** Its first answer is stored, and a better one is looked for. */
  isAnswered?: boolean;
  /** Set by `cancelRun`; minerals not yet begun are not begun. */
  isCancelled: boolean;
  cancels: (() => void)[];
}

export function cancelRun(run: LiveRun): void {
  run.isCancelled = true;
  for (const cancel of run.cancels) cancel();
}

/** Never throws: whatever happens, the run ends. `onChange` hears progress and every answer that was stored. */
export async function matchRun(parts: RunParts, run: LiveRun, onChange: () => void): Promise<void> {
  const begun = performance.now();
  const msNow = () => Math.round(performance.now() - begun);
  let first: Promise<boolean> | null = null;
  const publish = async (end: RunEnd): Promise<boolean> => {
    const stored = await store(parts, run, end);
    if (!stored) return false;
    parts.telemetry.event(`match.${stored.state}`, { run: run.row.id, minerals: run.problems.length, ms: msNow() });
    await parts.record([draftOf(run, stored)]);
    return stored.state === 'solved';
  };
  let end: RunEnd;
  try {
    if (run.actor)
      await parts.record([
        { kind: 'run.started', poolId: run.row.poolId, actor: run.actor, body: { run: run.row.number } },
      ]);
    await markRunning(parts.database, run.row.id);
    end = await solveAll(parts.solver, run, msNow, onChange, (result) => {
      first = publish({ state: 'solved', result }).then(
        (isStored) => {
          run.isAnswered = isStored;
          if (isStored) onChange();
          else cancelRun(run);
          return isStored;
        },
        (error) => {
          parts.telemetry.fault('match.first', error, { run: run.row.id });
          return false;
        },
      );
    });
  } catch (error) {
    parts.telemetry.fault('match.run', error, { run: run.row.id });
    end = { state: 'failed', reason: 'something went wrong on our side; run it again' };
  }
  try {
    if (!(await first)) await publish(end);
    // What the longer search found is not on the record: it changes no order, and the one that counts is proposed from it.
    else if (end.state === 'solved' && (await betterRun(parts.database, run.row.id, end.result, parts.clock.now())))
      parts.telemetry.event('match.better', { run: run.row.id, ms: msNow() });
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

async function solveAll(
  solver: Solver,
  run: LiveRun,
  msNow: () => number,
  onChange: () => void,
  onFirst: (result: MatchResult) => void,
): Promise<RunEnd> {
  const shares = run.problems.map(() => 0);
  const standing: (First | null)[] = run.problems.map(() => null);
  const resultOf = (answers: readonly First[]): MatchResult => ({
    minerals: answers.map((answer) => answer.result),
    solver: answers[0]?.solver ?? '',
    solveMs: msNow(),
  });
  let isTold = false;
  /** Once, when every mineral has an answer and at least one is still searched. */
  const stand = (i: number, answer: First, isLast: boolean): void => {
    standing[i] = answer;
    const all = standing.flatMap((one) => one ?? []);
    if (isTold || isLast || all.length < standing.length || run.isCancelled) return;
    isTold = true;
    onFirst(resultOf(all));
  };
  let left = run.problems.length;
  const solvings = run.problems.map((problem, i) => {
    const solving = solver.solve(
      problem,
      (share) => {
        shares[i] = share;
        // 1 is for when the result is stored.
        const { fitted = 0 } = run;
        run.progress = fitted + (0.99 - fitted) * (shares.reduce((sum, part) => sum + part, 0) / shares.length);
        onChange();
      },
      (first) => stand(i, first, false),
    );
    const done = solving.done.then((answer) => {
      left -= 1;
      if (answer.state === 'solved') stand(i, answer, left === 0);
      return answer;
    });
    return { ...solving, done };
  });
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
  return { state: 'solved', result: resultOf(solved) };
}

function draftOf(run: LiveRun, end: RunEnd): RecordDraft {
  const { poolId, number } = run.row;
  const body = { run: number, ...(end.state === 'failed' && { reason: end.reason }) };
  return { kind: `run.${end.state}`, poolId, body, ...(end.state !== 'failed' && run.actor && { actor: run.actor }) };
}
