/** The longer search of a grid: what it stores while it goes on, and that it gives way. A pool whose threads do what the test says. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { toldAfter } from '#domain/match-report-scenarios.ts';
import { exactOf } from '#domain/match-shares.ts';
import type { Chosen } from '#domain/scenario-shocks.ts';
import { type SolvedRun, solvedRun } from '#server/match/runs-store.ts';
import type { Base } from '#server/match/scenario-inputs.ts';
import type { JobEnd, ScenarioPool } from '#server/match/scenario-pool.ts';
import { type Decided, type Grid, runGrid } from '#server/match/scenario-run.ts';
import { answerOf, endPolish, findScenario, openScenario, type ScenarioRow } from '#server/match/scenario-store.ts';
import { demandRow, offerRow } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { type MatchRound, makeMatchRound } from '../support/match-round.ts';

const database = await testDatabase();
const SHOCKS = Array.from(
  { length: 12 },
  (_, i) => ({ kind: 'price', country: null, mineral: null, percent: i + 1 }) as Chosen,
);
const TOLD = { unmet: null, reserve: true, cost: true, hhi: true };
let round: MatchRound;
let run: SolvedRun;
const faults: string[] = [];
beforeEach(async () => {
  round = await makeMatchRound(database);
  await round.fill('maker', { a: demandRow({ quantity: 300, commitment: 'firm', ceiling: 950 }) });
  await round.fill('offers', { near: offerRow({ supplier: 'Near Refiner', capacity: 600, price: 800 }) });
  const solved = await solvedRun(round.database, (await round.solve(round.node())).id);
  if (!solved) throw new Error('the run has no result');
  run = solved;
});
afterEach(async () => {
  await round.close();
  faults.length = 0;
});

async function opened(name: string) {
  const outcome = await openScenario(round.database, {
    id: randomUUID(),
    runId: run.id,
    roundId: round.roundId,
    name,
    shocks: { shocks: SHOCKS.map((chosen) => ({ chosen, title: '' })), leftOut: 0 },
    actor: round.people.admin,
    at: round.clock.now(),
  });
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value;
}

/** First answers are all wide and there at once; better ones come when the test says so. */
function searched(row: ScenarioRow) {
  const [mineral] = run.result.minerals;
  if (!mineral) throw new Error('the run has no mineral');
  const exact = exactOf(mineral, new Set());
  const cell = (shock: number, isWide: boolean) => ({
    kind: 'cell' as const,
    job: 0,
    shock,
    found: { mineral: mineral.mineral, after: exact, isWide },
  });
  const longer = Promise.withResolvers<JobEnd>();
  const begun = Promise.withResolvers<(shock: number) => void>();
  const pool: ScenarioPool = {
    run(work, onCell) {
      if (work.kind !== 'grid') throw new Error('no such work');
      if (work.polishSeconds > 0) {
        begun.resolve((shock) => onCell?.(cell(shock, false)));
        return { done: longer.promise, cancel: () => longer.resolve({ state: 'cancelled' }) };
      }
      for (const { shock } of work.tasks) onCell?.(cell(shock, true));
      return { done: Promise.resolve({ state: 'done', result: null, why: null }), cancel: () => {} };
    },
    stop: async () => longer.resolve({ state: 'cancelled' }),
  };
  const problem = { mineral: mineral.mineral } as Base['problems'][number];
  const further: Decided['further'] = (found) => found.map((one) => ({ ...one, told: TOLD }));
  const grid: Grid = {
    row,
    run,
    base: {
      problems: [problem],
      tryables: [],
      names: { country: String, mineral: String, interventions: [] },
      tasks: async () => new Map([[problem, SHOCKS.map((_, shock) => ({ shock, by: problem }))]]),
    },
    shocks: SHOCKS,
    live: { progress: 0, isCancelled: false, cancels: [] },
    decide: async (found) => ({ entries: further(found), further, minerals: [], toldOf: toldAfter }),
  };
  const telemetry = { event: () => {}, fault: (name: string, error: unknown) => void faults.push(`${name}: ${error}`) };
  let changes = 0;
  const done = runGrid({ database: round.database, pool, clock: round.clock, telemetry }, grid, () => {
    changes += 1;
  });
  const better = async () => {
    const answer = await answerOf(round.database, row.id);
    return answer?.told.cells.filter(({ isWide }) => !isWide).map(({ shock }) => shock) ?? [];
  };
  return { done, better, pool, live: grid.live, find: begun.promise, changes: () => changes };
}
const state = (id: string) => findScenario(round.database, id);

test('[SC25] better answers are stored and told while others are still searched, the last ones when the server stops', async () => {
  const { row } = await opened('Long');
  const search = searched(row);
  const find = await search.find;
  for (let shock = 0; shock < 5; shock += 1) find(shock);
  await vi.waitUntil(async () => (await search.better()).length === 5, { timeout: 30_000 });
  expect(await state(row.id)).toMatchObject({ state: 'solved', polishing: true });
  expect(search.changes()).toBeGreaterThan(1);
  for (const shock of [5, 6]) find(shock);
  Object.assign(search.live, { isCancelled: true, isStopped: true });
  await search.pool.stop();
  await search.done;
  expect(await search.better()).toEqual([0, 1, 2, 3, 4, 5, 6]);
  // First answers were told as well, and are remembered.
  expect((await answerOf(round.database, row.id))?.exact).toHaveLength(SHOCKS.length + 7);
  expect(faults).toEqual([]);
});

test('[SC25] a search that was ended elsewhere tells nothing more, and lets its threads go', async () => {
  const { row } = await opened('Ended');
  const search = searched(row);
  const find = await search.find;
  for (let shock = 0; shock < 5; shock += 1) find(shock);
  await vi.waitUntil(async () => (await search.better()).length === 5, { timeout: 30_000 });
  await endPolish(round.database, row.id);
  for (let shock = 5; shock < 10; shock += 1) find(shock);
  await search.done;
  expect(await search.better()).toEqual([0, 1, 2, 3, 4]);
  expect(await state(row.id)).toMatchObject({ state: 'solved', polishing: false });
  expect(faults).toEqual([]);
});

test('[SC26] a new grid of the round ends the longer search before it, whose answers stay', async () => {
  const { row } = await opened('Before');
  const search = searched(row);
  const find = await search.find;
  for (let shock = 0; shock < 5; shock += 1) find(shock);
  await vi.waitUntil(async () => (await search.better()).length === 5, { timeout: 30_000 });
  const next = await opened('After');
  expect(next.endedPolishes).toEqual([row.id]);
  for (let shock = 5; shock < 12; shock += 1) find(shock);
  await search.done;
  expect(await search.better()).toEqual([0, 1, 2, 3, 4]);
  expect(await state(row.id)).toMatchObject({ state: 'solved', polishing: false });
  expect(await state(next.row.id)).toMatchObject({ state: 'queued' });
  await expect(opened('Third')).rejects.toThrow('others of this round are under way');
  expect(faults).toEqual([]);
});
