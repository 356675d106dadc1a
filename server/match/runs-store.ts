/** Match runs in the database: opening one, ending it exactly once, and reading what it found. Used by run and desk. */
import type { Actor } from '#domain/actors.ts';
import type { MatchResult } from '#domain/match-result.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { PHASE_TITLE } from '#domain/rounds.ts';
import type { RunView } from '#protocol/match-api.ts';
import type { Database, Prisma } from '../database.ts';
import type { Gathered, RunInputs } from './gather.ts';

export interface RunRow {
  id: string;
  roundId: string;
  poolId: string;
  number: number;
  state: RunView['state'];
  reason: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

const UNFINISHED = ['queued', 'running'] as const;
const FIELDS = {
  id: true,
  roundId: true,
  number: true,
  state: true,
  reason: true,
  startedAt: true,
  endedAt: true,
  round: { select: { poolId: true } },
} satisfies Prisma.MatchRunSelect;
/** Runs of a round that are listed, newest first. */
const LISTED_MAX = 100;

type Selected = Prisma.MatchRunGetPayload<{ select: typeof FIELDS }>;
const rowOf = ({ round, ...run }: Selected): RunRow => ({ ...run, poolId: round.poolId });

export async function findRun(database: Database, runId: string): Promise<RunRow | null> {
  const run = await database.prisma.matchRun.findUnique({ where: { id: runId }, select: FIELDS });
  return run && rowOf(run);
}

export async function listRuns(database: Database, roundId: string): Promise<RunRow[]> {
  const runs = await database.prisma.matchRun.findMany({
    where: { roundId },
    select: FIELDS,
    orderBy: { number: 'desc' },
    take: LISTED_MAX,
  });
  return runs.map(rowOf);
}

/** Runs that somebody began and nobody ended, of one round or of all. */
export async function unfinishedRuns(database: Database, roundId?: string): Promise<RunRow[]> {
  const runs = await database.prisma.matchRun.findMany({
    where: { state: { in: [...UNFINISHED] }, ...(roundId && { roundId }) },
    select: FIELDS,
    take: 1000,
  });
  return runs.map(rowOf);
}

/** The round's row is the lock: of two that start at once, one is refused. */
export async function openRun(
  database: Database,
  run: { id: string; roundId: string; actor: Actor; at: Date } & Pick<Gathered, 'inputs' | 'inputHash'>,
): Promise<Outcome<RunRow>> {
  return database.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM round WHERE id = ${run.roundId}::uuid FOR UPDATE`;
    const round = await tx.round.findUniqueOrThrow({
      where: { id: run.roundId },
      select: { phase: true, runs: { orderBy: { number: 'desc' }, take: 1, select: { number: true, state: true } } },
    });
    const last = round.runs[0];
    if (round.phase !== 'match')
      return refuse(
        'phase-closed',
        'round',
        `it is in the phase ${PHASE_TITLE[round.phase].toLowerCase()}`,
        'run the match in the phase matching',
      );
    if (await tx.matchRun.count({ where: { roundId: run.roundId, state: { in: [...UNFINISHED] } } }))
      return refuse('run-under-way', 'match', 'a run of this round is under way', 'wait for it or cancel it');
    if (await tx.order.count({ where: { run: { roundId: run.roundId } } }))
      return refuse('orders-proposed', 'match', 'the orders of this round are proposed already', 'review them');
    const made = await tx.matchRun.create({
      data: {
        id: run.id,
        roundId: run.roundId,
        number: (last?.number ?? 0) + 1,
        state: 'queued',
        inputs: run.inputs as unknown as Prisma.InputJsonObject,
        inputHash: run.inputHash,
        userId: run.actor.userId,
        startedAt: run.at,
      },
      select: FIELDS,
    });
    return accept(rowOf(made));
  });
}

export async function markRunning(database: Database, runId: string): Promise<void> {
  await database.prisma.matchRun.updateMany({ where: { id: runId, state: 'queued' }, data: { state: 'running' } });
}

/** Reason of a run that nobody works on any more. */
export const ABANDONED = 'the server stopped; run it again';

export type RunEnd =
  | { state: 'solved'; result: MatchResult }
  | { state: 'cancelled' }
  | { state: 'failed'; reason: string };

/**
 * A run ends once: whoever comes second hears false and changes nothing. It is solved only while its round still matches:
 * orders are proposed from the last solved run, and that must not change behind their back.
 */
export async function endRun(database: Database, runId: string, end: RunEnd, at: Date): Promise<boolean> {
  const { count } = await database.prisma.matchRun.updateMany({
    where: { id: runId, state: { in: [...UNFINISHED] }, ...(end.state === 'solved' && { round: { phase: 'match' } }) },
    data: {
      state: end.state,
      endedAt: at,
      reason: end.state === 'failed' ? end.reason : null,
      ...(end.state === 'solved' && { result: end.result as unknown as Prisma.InputJsonObject }),
    },
  });
  return count === 1;
}

/**
 * Puts a better answer in the place of the first one; false where orders were proposed from that, or its round moved on. `endedAt` tells
 * pages that there is something new to read.
 */
export async function betterRun(database: Database, runId: string, result: MatchResult, at: Date): Promise<boolean> {
  const { count } = await database.prisma.matchRun.updateMany({
    where: { id: runId, state: 'solved', round: { phase: 'match' }, orders: { none: {} } },
    data: { endedAt: at, result: result as unknown as Prisma.InputJsonObject },
  });
  return count === 1;
}

/**
 * Marks that another node goes on with a run whose node died; false where that happened before: a run that has brought down two nodes is
 * not tried on a third.
 */
export async function takeOver(database: Database, runId: string): Promise<boolean> {
  const { count } = await database.prisma.matchRun.updateMany({
    where: { id: runId, state: { in: [...UNFINISHED] }, reason: null },
    data: { reason: TAKEN_OVER },
  });
  return count === 1;
}
const TAKEN_OVER = 'another server goes on with it';

/** What the run was begun with. */
export const inputHashOf = async (database: Database, runId: string): Promise<string | null> =>
  (await database.prisma.matchRun.findUnique({ where: { id: runId }, select: { inputHash: true } }))?.inputHash ?? null;

export interface SolvedRun extends RunRow {
  inputs: RunInputs;
  inputHash: string;
  result: MatchResult;
}

const SOLVED = { ...FIELDS, inputs: true, inputHash: true, result: true } satisfies Prisma.MatchRunSelect;
const solvedOf = (run: Prisma.MatchRunGetPayload<{ select: typeof SOLVED }> | null): SolvedRun | null =>
  run?.state === 'solved' && run.result !== null
    ? {
        ...rowOf(run),
        inputs: run.inputs as unknown as RunInputs,
        inputHash: run.inputHash,
        result: run.result as unknown as MatchResult,
      }
    : null;

export const solvedRun = async (database: Database, runId: string): Promise<SolvedRun | null> =>
  solvedOf(await database.prisma.matchRun.findUnique({ where: { id: runId }, select: SOLVED }));

/** The run whose orders are proposed, or would be: the one that has orders, else the last that was solved. */
export async function decisiveRun(database: Database, roundId: string): Promise<SolvedRun | null> {
  const last = { orderBy: { number: 'desc' }, select: SOLVED } as const;
  return solvedOf(
    (await database.prisma.matchRun.findFirst({ where: { roundId, orders: { some: {} } }, ...last })) ??
      (await database.prisma.matchRun.findFirst({ where: { roundId, state: 'solved' }, ...last })),
  );
}
