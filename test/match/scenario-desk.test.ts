/** Scenarios over a real database and real sheets: starting, telling, polishing, stopping, restarts, and questions to the match. */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toldAfter } from '#domain/match-report-scenarios.ts';
import { exactOf } from '#domain/match-shares.ts';
import type { Intervention } from '#domain/mineral-facts.ts';
import type { Chosen } from '#domain/scenario-shocks.ts';
import type { Row } from '#domain/sheets.ts';
import { solvedRun } from '#server/match/runs-store.ts';
import { createScenarioDesk, type ScenarioDesk, type ScenarioDeskParts } from '#server/match/scenario-desk.ts';
import type { Base } from '#server/match/scenario-inputs.ts';
import type { ScenarioPool } from '#server/match/scenario-pool.ts';
import { runGrid } from '#server/match/scenario-run.ts';
import { answerOf, findScenario, openScenario } from '#server/match/scenario-store.ts';
import { catalogue, demandRow, offerRow, priorityRow, targetRow } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { type MatchNode, type MatchRound, makeMatchRound } from '../support/match-round.ts';

const database = await testDatabase();
let round: MatchRound;
let match: MatchNode;
const desks: ScenarioDesk[] = [];
const faults: string[] = [];
beforeEach(async () => {
  round = await makeMatchRound(database);
  await round.fill('maker', { a: line(300, { period: '2027' }) });
  await round.fill('rival', { b: line(280, { period: '2027', commitment: 'indicative' }) });
  await round.fill('offers', {
    near: offerRow({ supplier: 'Near Refiner', capacity: 600, minimum: 100, price: 800 }),
    far: offerRow({ supplier: 'Far Refiner', country: 'DEU', origin: 'CHN', capacity: 400, minimum: 10, price: 900 }),
    small: offerRow({ supplier: 'Small Refiner', country: 'DEU', capacity: 100, minimum: 5000, price: 940 }),
  });
  await round.fill('priorities', { stock: priorityRow() });
  await round.fill('targets', { stock: targetRow({ target: 100, onHand: 40 }) });
  match = round.node();
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.stop();
  await round.close();
  faults.length = 0;
});

const line = (kg: number, more: Row = {}): Row =>
  demandRow({ quantity: kg, commitment: 'firm', ceiling: 950, ...more });

function deskOf(more: Partial<ScenarioDeskParts> = {}): ScenarioDesk {
  const desk = createScenarioDesk({
    database: round.database,
    sheets: round.sheetsDesk,
    catalogue,
    clock: round.clock,
    push: match.push,
    telemetry: { event: () => {}, fault: (name, error) => void faults.push(`${name}: ${error}`) },
    interventionsOf: () => [],
    workers: 1,
    timeLimitSeconds: 5,
    ...more,
  });
  desks.push(desk);
  return desk;
}

const value = <T>(outcome: { ok: true; value: T } | { ok: false; refusal: { message: string } }): T => {
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value;
};

async function ended(desk: ScenarioDesk, runId: string, id: string) {
  for (let i = 0; i < 300; i += 1) {
    const view = (await desk.list(runId)).find((one) => one.id === id);
    if (view && !['queued', 'running'].includes(view.state) && !view.polishing) return view;
    await pause(50);
  }
  throw new Error('the scenarios did not end');
}

const admin = () => round.people.admin;
test('[SC1] the ready-made grid of a solved run is matched anew and told by mineral, only where a shock touches one', async () => {
  const run = await round.solve(match);
  const desk = deskOf();
  const options = value(await desk.options(run.id));
  expect(options.countries.map(({ id }) => id)).toEqual(['CHN', 'DEU', 'JPN']);
  const begun = value(await desk.start(run.id, 'Everything', null, admin()));
  const view = await ended(desk, run.id, begun.id);
  expect(view).toMatchObject({ state: 'solved', number: 1, scenarios: options.gridSize, progress: 1 });
  const report = await desk.report(begun.id);
  expect(report?.rows.map(({ title }) => title)).toContain('Japan bans Gallium');
  expect(report?.rows.every(({ cells }) => cells.length === 1)).toBe(true);
  // Two companies: nothing of their lines is told, and what the reserve gets only where they get the same.
  expect(report?.rows.every(({ cells }) => cells[0]?.after.poolUnmetKg === null)).toBe(true);
  const small = report?.rows.find(({ title }) => title.startsWith('Small Refiner'));
  expect(small?.cells[0]?.after).toMatchObject({ reserveUnmetKg: 0, costUsd: report?.minerals[0]?.before.costUsd });
  expect(faults).toEqual([]);
});

test('[SC2] a ban of the catalogue that begins is matched with what it stops', async () => {
  const run = await round.solve(match);
  const interventionsOf = (): Intervention[] => [
    {
      id: 'jp',
      country: 'Japan',
      iso3: 'JPN',
      type: 'ban',
      scope: '',
      target: '',
      startYear: 2027,
      startDate: '2027-01-01',
      status: 'lifted',
      statusFrom: null,
      statusUntil: null,
      inLetter: true,
      source: '',
      locator: '',
      note: '',
    },
  ];
  const desk = deskOf({ interventionsOf });
  const shock = { kind: 'intervention' as const, id: 'jp', mineral: 'gallium' };
  const begun = value(await desk.start(run.id, 'Japan', [shock], admin()));
  await ended(desk, run.id, begun.id);
  const report = await desk.report(begun.id);
  expect(report?.rows).toMatchObject([
    {
      title: 'The ban on Gallium of Japan begins (2027-01-01)',
      cells: [{ mineral: 'gallium', after: { costUsd: null } }],
    },
  ]);
});

test('[SC3] only officials and the administrator try things, and only what an offer of the run is touched by', async () => {
  const run = await round.solve(match);
  const desk = deskOf();
  const ban = { kind: 'ban' as const, country: 'CHN', mineral: null, fromYear: null, toYear: null };
  expect(await desk.start(run.id, 'x', [ban], round.people.ana)).toMatchObject({ refusal: { code: 'no-right' } });
  for (const shock of [
    { ...ban, country: 'FRA' },
    { ...ban, mineral: 'cobalt' },
    { kind: 'supplierFails' as const, supplier: 'Nobody', fromYear: null },
    { kind: 'intervention' as const, id: 'x', mineral: 'gallium' },
  ])
    expect(await desk.start(run.id, 'x', [shock], admin())).toMatchObject({ refusal: { code: 'unknown-shock' } });
  expect(await desk.start(run.id, 'x', [], admin())).toMatchObject({ refusal: { code: 'no-shock' } });
  expect(await desk.start(round.roundId, 'x', null, admin())).toMatchObject({ refusal: { code: 'no-run' } });
});

test('[SC4] a run whose inputs have changed since is no base for scenarios', async () => {
  const run = await round.solve(match);
  await round.database.prisma.round.update({
    where: { id: round.roundId },
    data: { closesAt: new Date('2027-06-18') },
  });
  expect(await deskOf().start(run.id, 'x', null, round.people.otto)).toMatchObject({
    refusal: { code: 'inputs-changed' },
  });
});

test('[SC5] one grid of a round is under way at a time; one that is stopped has told nothing', async () => {
  const run = await round.solve(match);
  const desk = deskOf({ startWorker: () => new Worker('setInterval(() => {}, 1000)', { eval: true }) });
  const first = value(await desk.start(run.id, 'First', null, admin()));
  expect(await desk.start(run.id, 'Second', null, admin())).toMatchObject({ refusal: { code: 'scenarios-under-way' } });
  expect(value(await desk.cancel(first.id, admin()))).toMatchObject({ state: 'cancelled' });
  expect(await desk.cancel(first.id, admin())).toMatchObject({ refusal: { code: 'run-ended' } });
  expect(await desk.report(first.id)).toBeNull();
});

test('[SC6] what a dead server left is failed by the next one, and first answers stand', async () => {
  const run = await round.solve(match);
  const left = async (more: object) =>
    round.database.prisma.scenarioRun.create({
      data: {
        runId: run.id,
        roundId: round.roundId,
        name: 'Left',
        shocks: { shocks: [], leftOut: 0 },
        userId: admin().userId,
        startedAt: round.clock.now(),
        number: 1,
        ...more,
      },
    });
  const running = await left({ state: 'running' });
  const polishing = await left({
    number: 2,
    state: 'solved',
    polishing: true,
    exact: [],
    told: { minerals: [], cells: [] },
  });
  const desk = deskOf();
  const views = await desk.list(run.id);
  expect(views.find(({ id }) => id === running.id)).toMatchObject({ state: 'failed', reason: expect.any(String) });
  expect(views.find(({ id }) => id === polishing.id)).toMatchObject({ state: 'solved', polishing: false });
  expect(await desk.report(polishing.id)).not.toBeNull();
});

test('[SC7] the same shocks on the same run give the same answer, told in the same figures', async () => {
  const run = await round.solve(match);
  const desk = deskOf();
  const answers = [];
  for (const name of ['One', 'Two']) {
    const begun = value(await desk.start(run.id, name, null, admin()));
    await ended(desk, run.id, begun.id);
    answers.push((await desk.report(begun.id))?.rows);
  }
  expect(answers[1]).toEqual(answers[0]);
});

test('[SC8] officials and the administrator hear that scenarios move on, companies hear nothing', async () => {
  const run = await round.solve(match);
  const desk = deskOf();
  const begun = value(await desk.start(run.id, 'Heard', null, admin()));
  await ended(desk, run.id, begun.id);
  await desk.stop();
  const heard = match.push.of('scenario');
  expect(heard.at(-1)?.to.otto).toMatchObject({ poolId: round.poolId, scenario: { id: begun.id, state: 'solved' } });
  expect(heard.every(({ to }) => to.ana === null && to.rita === null && to.liaison === null)).toBe(true);
  expect(value(await desk.rename(begun.id, 'Named', admin())).name).toBe('Named');
});

test('[SC13] wide answers are searched longer, and better ones take their place', async () => {
  const run = await round.solve(match);
  const solved = await solvedRun(round.database, run.id);
  const [mineral] = solved?.result.minerals ?? [];
  if (!solved || !mineral) throw new Error('the run has no result');
  const exact = exactOf(mineral, new Set());
  const polished: number[] = [];
  const pool: ScenarioPool = {
    run(work, onCell) {
      if (work.kind === 'grid') {
        if (work.polishSeconds > 0) polished.push(...work.tasks.map(({ shock }) => shock));
        for (const { shock } of work.tasks) {
          const isWide = work.polishSeconds === 0 && shock === 1;
          onCell?.({ kind: 'cell', job: 0, shock, found: { mineral: 'gallium', after: exact, isWide } });
        }
      }
      return { done: Promise.resolve({ state: 'done', result: null, why: null }), cancel: () => {} };
    },
    stop: async () => {},
  };
  const shocks = [25, 50].map(
    (percent) => ({ kind: 'price' as const, country: null, mineral: null, percent }) as Chosen,
  );
  const { row } = value(
    await openScenario(round.database, {
      id: randomUUID(),
      runId: run.id,
      roundId: round.roundId,
      name: 'Wide',
      shocks: { shocks: shocks.map((chosen) => ({ chosen, title: '' })), leftOut: 0 },
      actor: admin(),
      at: round.clock.now(),
    }),
  );
  const seen: (boolean | undefined)[] = [];
  const problem = { mineral: 'gallium' } as Base['problems'][number];
  const told = { unmet: null, reserve: true, cost: true, hhi: true };
  await runGrid(
    {
      database: round.database,
      pool,
      clock: round.clock,
      telemetry: { event: () => {}, fault: (name) => void faults.push(name) },
    },
    {
      row,
      run: solved,
      base: {
        problems: [problem],
        tryables: [],
        names: { country: String, mineral: String, interventions: [] },
        tasks: async () =>
          new Map([
            [
              problem,
              [
                { shock: 0, by: problem },
                { shock: 1, by: problem },
              ],
            ],
          ]),
      },
      shocks,
      live: { progress: 0, isCancelled: false, cancels: [] },
      decide: async (found) => {
        const further = (some: typeof found) => {
          seen.push(some.find(({ shock }) => shock === 1)?.isWide);
          return some.map((one) => ({ ...one, told }));
        };
        return { entries: further(found), further, minerals: [], toldOf: toldAfter };
      },
    },
    () => {},
  );
  expect([polished, seen, faults]).toEqual([[1], [true, false], []]);
  const answer = await answerOf(round.database, row.id);
  expect(answer?.told.cells.map(({ shock, isWide }) => [shock, isWide])).toEqual([
    [0, false],
    [1, false],
  ]);
  // The first answer was told as well, and is remembered.
  expect(answer?.exact.map(({ shock, isWide }) => [shock, isWide])).toEqual([
    [0, false],
    [1, true],
    [1, false],
  ]);
  expect(await findScenario(round.database, row.id)).toMatchObject({ state: 'solved', polishing: false });
});

test('[SC14] a thread that dies fails its grid in words, and the next grid is solved', async () => {
  const run = await round.solve(match);
  let isBroken = true;
  const desk = deskOf({
    startWorker: (start) =>
      isBroken
        ? new Worker('throw new Error("broken")', { eval: true })
        : new Worker(new URL('../../server/match/scenario-worker.ts', import.meta.url), { workerData: start }),
  });
  const first = value(await desk.start(run.id, 'Broken', null, admin()));
  expect(await ended(desk, run.id, first.id)).toMatchObject({ state: 'failed', reason: 'the solver broke down' });
  isBroken = false;
  const second = value(await desk.start(run.id, 'Whole', null, admin()));
  expect(await ended(desk, run.id, second.id)).toMatchObject({ state: 'solved' });
});

test('[SC15] of any offer of a run one hears why it is not used, and of any order why so much of it', async () => {
  const run = await round.solve(match);
  const desk = deskOf();
  expect(value(await desk.why(run.id, 'small'))).toMatchObject({
    isUsed: false,
    answer: expect.stringContaining('less than its own smallest order of 5,000 kg'),
  });
  const report = await match.desk.report(run.id);
  const near = report?.orders.find(({ supplier }) => supplier === 'Near Refiner');
  const why = value(await desk.why(run.id, near?.id ?? ''));
  expect(why).toMatchObject({ isUsed: true, question: 'Why this much from Near Refiner?' });
  expect(why.more.map(({ title }) => title)).toContain('Limit for Japan');
  expect(JSON.stringify(why.more)).not.toContain('$');
  expect(await desk.why(run.id, 'nowhere')).toMatchObject({ refusal: { code: 'no-offer' } });
  expect(faults).toEqual([]);
});
