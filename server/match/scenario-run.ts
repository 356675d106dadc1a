/**
 * CONDUCTOR of one grid of shocks: one job for each mineral that is touched, first answers told as soon as all are there, wide proofs searched
 * longer, and stored and told as they come. Started by scenario-desk.
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
  storePolished,
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
  /** What is found later, held against all of this as well. */
  further: (found: readonly (ExactAfter & { shock: number })[]) => Entry[];
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
/** Better answers are stored by so many: a stop or a crash loses fewer. The whole answer is written each time, some 100 kB. */
const BATCH = 5;

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
    await polish(parts, grid, { todo, wide, first }, onChange);
  } catch (error) {
    telemetry.fault('scenarios.run', error, { scenario: id });
    const reason = 'something went wrong on our side; start it again';
    await endScenario(database, id, { state: 'failed', reason }, clock.now()).catch(() => {});
    await endPolish(database, id).catch(() => {});
  }
}

async function polish(
  parts: GridParts,
  grid: Grid,
  { todo, wide, first }: { todo: Todo; wide: readonly Found[]; first: Decided },
  onChange: () => void,
): Promise<void> {
  const again: Todo = new Map();
  for (const [problem, tasks] of todo) {
    const own = tasks.filter(({ shock }) => wide.some((one) => one.shock === shock && one.mineral === problem.mineral));
    if (own.length > 0) again.set(problem, own);
  }
  const batches = storing(parts, grid, first, onChange);
  await solveAll(parts, grid, again, POLISH_SECONDS, () => {}, batches.take);
  await batches.end();
  if (!grid.live.isStopped) await endPolish(parts.database, grid.row.id);
}

/**
 * Stores better answers while others are still searched. Figures of different minerals are never held against each other, and a mineral's come in
 * the order of the shocks: what is told does not depend on which thread was first.
 */
function storing({ database, clock }: GridParts, { row, live }: Grid, first: Decided, onChange: () => void) {
  let exact = first.entries;
  let fresh: Found[] = [];
  let isEnded = false;
  let stored = Promise.resolve();

  async function store(): Promise<void> {
    if (fresh.length === 0 || isEnded) return;
    const batch = fresh;
    fresh = [];
    exact = [...exact, ...first.further(batch)];
    isEnded = !(await storePolished(database, row.id, { exact, told: storedOf(first, exact) }, clock.now()));
    if (!isEnded) return onChange();
    // Somebody ended the search, perhaps on another node: nothing that is found from now on is told.
    live.isCancelled = true;
    for (const cancel of live.cancels) cancel();
  }

  return {
    take(found: Found): void {
      fresh.push(found);
      if (fresh.length < BATCH) return;
      stored = stored.then(store);
      // Heard at the end: nobody waits for it before.
      stored.catch(() => {});
    },
    end: () => stored.then(store),
  };
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
  onFound: (found: Found) => void = () => {},
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
      const one = { ...cell, shock };
      found.push(one);
      onFound(one);
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
