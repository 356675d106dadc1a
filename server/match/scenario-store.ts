/** Scenario runs in the database: opening one at a time for a round, ending it once, and what was told. Used by scenario-desk. */
import type { Actor } from '#domain/actors.ts';
import type { ToldStanding } from '#domain/match-report-scenarios.ts';
import type { ExactAfter } from '#domain/match-shares.ts';
import type { Told } from '#domain/match-telling.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import type { Chosen } from '#domain/scenario-shocks.ts';
import type { ScenarioRunView } from '#protocol/scenarios-api.ts';
import type { Database, Prisma } from '../database.ts';

export interface StoredShocks {
  shocks: { chosen: Chosen; title: string }[];
  leftOut: number;
}

/** An answer to one shock for one mineral, and what was decided to be told of it. A later one takes its place; both are remembered. */
export interface Entry extends ExactAfter {
  shock: number;
  told: Told;
}

/** What officials read; stored as it was told. */
export interface StoredTold {
  minerals: { mineral: string; before: ToldStanding }[];
  cells: { shock: number; mineral: string; after: ToldStanding; isWide: boolean }[];
}

export interface ScenarioRow {
  id: string;
  runId: string;
  roundId: string;
  poolId: string;
  number: number;
  name: string;
  shocks: StoredShocks;
  state: ScenarioRunView['state'];
  polishing: boolean;
  reason: string | null;
  startedAt: Date;
  endedAt: Date | null;
}

/** Each teaches something; so many of a round are kept, and none is deleted, because what was told stays known. */
export const SCENARIO_RUNS_MAX = 40;

const UNFINISHED = ['queued', 'running'] as const;
export const STOPPED = 'the server stopped; start it again';

const FIELDS = {
  id: true,
  runId: true,
  roundId: true,
  number: true,
  name: true,
  shocks: true,
  state: true,
  polishing: true,
  reason: true,
  startedAt: true,
  endedAt: true,
  run: { select: { round: { select: { poolId: true } } } },
} satisfies Prisma.ScenarioRunSelect;
const rowOf = ({ run, shocks, ...row }: Prisma.ScenarioRunGetPayload<{ select: typeof FIELDS }>): ScenarioRow => ({
  ...row,
  poolId: run.round.poolId,
  shocks: shocks as unknown as StoredShocks,
});

export async function findScenario(database: Database, id: string): Promise<ScenarioRow | null> {
  const row = await database.prisma.scenarioRun.findUnique({ where: { id }, select: FIELDS });
  return row && rowOf(row);
}

export async function listScenarios(database: Database, runId: string): Promise<ScenarioRow[]> {
  const rows = await database.prisma.scenarioRun.findMany({
    where: { runId },
    select: FIELDS,
    orderBy: { number: 'desc' },
    take: SCENARIO_RUNS_MAX,
  });
  return rows.map(rowOf);
}

/** Begun and not ended, or still searched: what a dead server leaves behind. */
export async function leftOver(database: Database): Promise<ScenarioRow[]> {
  const rows = await database.prisma.scenarioRun.findMany({
    where: { OR: [{ state: { in: [...UNFINISHED] } }, { polishing: true }] },
    select: FIELDS,
    take: 1000,
  });
  return rows.map(rowOf);
}

/**
 * The round's row is the lock: of two that start at once, one is refused. A longer search of the round ends with what it has stored, in the same
 * moment: whatever it finds later is never told, so that the new grid knows everything that was.
 */
export async function openScenario(
  database: Database,
  scenario: { id: string; runId: string; roundId: string; name: string; shocks: StoredShocks; actor: Actor; at: Date },
): Promise<Outcome<{ row: ScenarioRow; endedPolishes: string[] }>> {
  const { actor, at, shocks, ...rest } = scenario;
  return database.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM round WHERE id = ${scenario.roundId}::uuid FOR UPDATE`;
    const ofRound = { roundId: scenario.roundId };
    if (await tx.scenarioRun.count({ where: { ...ofRound, state: { in: [...UNFINISHED] } } }))
      return refuse(
        'scenarios-under-way',
        'scenarios',
        'others of this round are under way',
        'wait for them or stop them',
      );
    const known = await tx.scenarioRun.count({ where: ofRound });
    if (known >= SCENARIO_RUNS_MAX)
      return refuse(
        'scenarios-max',
        'scenarios',
        `this round has ${known} of them, and each tells more of the same demand`,
        'compare those that are there',
      );
    const polishing = { ...ofRound, polishing: true };
    const searched = await tx.scenarioRun.findMany({
      where: polishing,
      select: { id: true },
      take: SCENARIO_RUNS_MAX,
    });
    await tx.scenarioRun.updateMany({ where: polishing, data: { polishing: false } });
    const made = await tx.scenarioRun.create({
      data: {
        ...rest,
        number: known + 1,
        shocks: shocks as unknown as Prisma.InputJsonObject,
        userId: actor.userId,
        startedAt: at,
      },
      select: FIELDS,
    });
    return accept({ row: rowOf(made), endedPolishes: searched.map((one) => one.id) });
  });
}

/** Everything that was told in the round so far, in its order, by mineral. */
export async function entriesOfRound(database: Database, roundId: string): Promise<Entry[]> {
  const rows = await database.prisma.scenarioRun.findMany({
    where: { roundId, state: 'solved' },
    select: { exact: true },
    orderBy: { number: 'asc' },
    take: SCENARIO_RUNS_MAX,
  });
  return rows.flatMap(({ exact }) => (exact as unknown as Entry[] | null) ?? []);
}

export async function markRunning(database: Database, id: string): Promise<void> {
  await database.prisma.scenarioRun.updateMany({ where: { id, state: 'queued' }, data: { state: 'running' } });
}

/** A run ends once: whoever comes second hears false and changes nothing. */
export async function endScenario(
  database: Database,
  id: string,
  end:
    | { state: 'cancelled' | 'failed'; reason?: string }
    | { state: 'solved'; polishing: boolean; exact: Entry[]; told: StoredTold },
  at: Date,
): Promise<boolean> {
  const { count } = await database.prisma.scenarioRun.updateMany({
    where: { id, state: { in: [...UNFINISHED] } },
    data:
      end.state === 'solved'
        ? {
            state: 'solved',
            endedAt: at,
            polishing: end.polishing,
            exact: end.exact as unknown as Prisma.InputJsonArray,
            told: end.told as unknown as Prisma.InputJsonObject,
          }
        : { state: end.state, endedAt: at, reason: end.reason ?? null },
  });
  return count === 1;
}

/** Better answers take the place of the first ones, as long as the search goes on: false, and nothing is stored, once it was ended. */
export async function storePolished(
  database: Database,
  id: string,
  better: { exact: Entry[]; told: StoredTold },
  at: Date,
): Promise<boolean> {
  const { count } = await database.prisma.scenarioRun.updateMany({
    where: { id, polishing: true },
    data: {
      endedAt: at,
      exact: better.exact as unknown as Prisma.InputJsonArray,
      told: better.told as unknown as Prisma.InputJsonObject,
    },
  });
  return count === 1;
}

/** What was stored of it stays. */
export async function endPolish(database: Database, id: string): Promise<void> {
  await database.prisma.scenarioRun.updateMany({ where: { id, polishing: true }, data: { polishing: false } });
}

export async function answerOf(database: Database, id: string): Promise<{ exact: Entry[]; told: StoredTold } | null> {
  const row = await database.prisma.scenarioRun.findUnique({ where: { id }, select: { exact: true, told: true } });
  return row?.told ? { exact: (row.exact as unknown as Entry[]) ?? [], told: row.told as unknown as StoredTold } : null;
}

export async function renameScenario(database: Database, id: string, name: string): Promise<void> {
  await database.prisma.scenarioRun.updateMany({ where: { id }, data: { name } });
}
