/**
 * CONDUCTOR of one grid of shocks: one job for each mineral that is touched, first answers told as soon as all are there, wide proofs searched
 * longer and told again. Started by scenario-desk.
 */

import type { ToldStanding } from '#domain/match-report-scenarios.ts';
import type { Exact, ExactAfter } from '#domain/match-shares.ts';
import type { Told } from '#domain/match-telling.ts';
import type { Chosen } from '#domain/scenario-shocks.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import { protectionOf } from './protection.ts';
import type { SolvedRun } from './runs-store.ts';
import type { Base } from './scenario-inputs.ts';
import type { Task } from './scenario-messages.ts';
import type { ScenarioPool } from './scenario-pool.ts';
import {
  type Entry,
  endPolish,
  endScenario,
  entriesOfRound,
  markRunning,
  type ScenarioRow,
  type StoredTold,
} from './scenario-store.ts';

/** A grid of this node while it is under way. */
export interface Live {
  /** 0 to 1. */
  progress: number;
  isCancelled: boolean;
  /** The server stops: what is under way is left for whoever starts next to fail. */
  isStopped?: boolean;
  cancels: (() => void)[];
}

export interface Decided {
  entries: Entry[];
  minerals: StoredTold['minerals'];
  toldOf: (exact: Exact, told: Told) => ToldStanding;
}

export interface Grid {
  row: ScenarioRow;
  run: SolvedRun;
  base: Base;
  shocks: readonly Chosen[];
  live: Live;
  decide: (found: readonly (ExactAfter & { shock: number })[], before: readonly Entry[]) => Promise<Decided>;
}

type Found = ExactAfter & { shock: number };
type Todo = Map<Base['problems'][number], Task[]>;

/** Seconds at most for each mineral of a scenario that is searched longer, and how many are, widest first: all of a usual grid. */
const POLISH_SECONDS = 2;
const POLISHED_MAX = 400;

export interface GridParts {
  database: Database;
  pool: ScenarioPool;
  clock: Clock;
  telemetry: Telemetry;
}

/** Never throws: whatever happens, the grid ends. */
export async function runGrid(parts: GridParts, grid: Grid, onChange: () => void): Promise<void> {
  const { database, clock, telemetry } = parts;
  const { id } = grid.row;
  try {
    await markRunning(database, id);
    const todo = await grid.base.tasks(grid.shocks);
    const quick = await solveAll(parts, grid, todo, 0, onChange);
    if (grid.live.isStopped) return;
    if (typeof quick === 'string')
      return void (await endScenario(database, id, { state: 'failed', reason: quick }, clock.now()));
    if (!quick) return void (await endScenario(database, id, { state: 'cancelled' }, clock.now()));
    const first = await grid.decide(quick, await entriesOfRound(database, grid.row.roundId));
    const wide = widest(quick);
    const told = { exact: first.entries, told: storedOf(first, first.entries) };
    const stored = { state: 'solved' as const, polishing: wide.length > 0, ...told };
    if (!(await endScenario(database, id, stored, clock.now())) || wide.length === 0) return;
    onChange();
    await polish(parts, grid, todo, wide, first);
  } catch (error) {
    telemetry.fault('scenarios.run', error, { scenario: id });
    const reason = 'something went wrong on our side; start it again';
    await endScenario(database, id, { state: 'failed', reason }, clock.now()).catch(() => {});
    await endPolish(database, id, null, clock.now()).catch(() => {});
  }
}

async function polish(parts: GridParts, grid: Grid, todo: Todo, wide: readonly Found[], first: Decided): Promise<void> {
  const { database, clock } = parts;
  const again: Todo = new Map();
  for (const [problem, tasks] of todo) {
    const own = tasks.filter(({ shock }) => wide.some((one) => one.shock === shock && one.mineral === problem.mineral));
    if (own.length > 0) again.set(problem, own);
  }
  const better = await solveAll(parts, grid, again, POLISH_SECONDS, () => {});
  if (grid.live.isStopped) return;
  if (!better || typeof better === 'string') return endPolish(database, grid.row.id, null, clock.now());
  // The run's own first answers are among what was told before.
  const second = await grid.decide(better, await entriesOfRound(database, grid.row.roundId));
  const exact = [...first.entries, ...second.entries];
  await endPolish(database, grid.row.id, { exact, told: storedOf(first, exact) }, clock.now());
}

/** Later answers take the place of earlier ones. */
function storedOf({ minerals, toldOf }: Decided, entries: readonly Entry[]): StoredTold {
  const shown = new Map(entries.map((entry) => [`${entry.shock}/${entry.mineral}`, entry]));
  return {
    minerals,
    cells: [...shown.values()].map(({ shock, mineral, after, told, isWide }) => ({
      shock,
      mineral,
      after: toldOf(after, told),
      isWide,
    })),
  };
}

const widest = (found: readonly Found[]): Found[] =>
  found
    .filter(({ isWide }) => isWide)
    .sort((a, b) => b.after.standing.gapPct - a.after.standing.gapPct || a.shock - b.shock)
    .slice(0, POLISHED_MAX);

/** In the order of shocks and minerals, whichever thread was first; null where it was stopped, a text where it failed. */
async function solveAll(
  { database, pool }: GridParts,
  { live, run }: Grid,
  todo: Todo,
  polishSeconds: number,
  onChange: () => void,
): Promise<Found[] | string | null> {
  const { government } = await protectionOf(database, run.roundId);
  const of = Math.max(
    1,
    [...todo.values()].reduce((sum, tasks) => sum + tasks.length, 0),
  );
  const found: Found[] = [];
  let toldAt = 0;
  const jobs = [...todo].map(([problem, tasks]) =>
    pool.run({ kind: 'grid', problem, tasks, government: [...government], polishSeconds }, ({ shock, found: cell }) => {
      found.push({ ...cell, shock });
      live.progress = 0.99 * (found.length / of);
      // A hundred small steps are no news.
      if (live.progress - toldAt < 0.04) return;
      toldAt = live.progress;
      onChange();
    }),
  );
  live.cancels = jobs.map((job) => job.cancel);
  if (live.isCancelled) for (const job of jobs) job.cancel();
  const ends = await Promise.all(jobs.map(({ done }) => done));
  const failed = ends.find((end) => end.state === 'failed');
  if (live.isCancelled || ends.some((end) => end.state === 'cancelled')) return null;
  if (failed?.state === 'failed') return failed.reason;
  const minerals = run.result.minerals.map(({ mineral }) => mineral);
  return found.sort((a, b) => a.shock - b.shock || minerals.indexOf(a.mineral) - minerals.indexOf(b.mineral));
}
