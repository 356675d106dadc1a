/** Ending a search that another node is on. */

import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createScenarioDesk, type ScenarioDesk } from '#server/match/scenario-desk.ts';
import type { Notices } from '#server/notices.ts';
import { catalogue } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { fillHard } from '../support/hard-match.ts';
import { MatchPush, type MatchRound, makeMatchRound } from '../support/match-round.ts';

const database = await testDatabase();
let round: MatchRound;
const desks: ScenarioDesk[] = [];
beforeEach(async () => {
  round = await makeMatchRound(database);
});
afterEach(async () => {
  for (const desk of desks.splice(0)) await desk.stop();
  await round.close();
});

/** Two nodes whose notices reach each other, as the bell carries them. */
function twoNodes(): [MatchPush, MatchPush] {
  const hears = [new Map<string, (body: unknown) => unknown>(), new Map<string, (body: unknown) => unknown>()] as const;
  const noticesOf = (own: number): Notices => ({
    tell: (kind, body) => void hears[1 - own]?.get(kind)?.(JSON.parse(JSON.stringify(body))),
    on: (kind, shape, hear) => void hears[own]?.set(kind, (body) => hear(shape.parse(body))),
  });
  const pushOf = (own: number) => Object.assign(new MatchPush(round.people), { notices: noticesOf(own) });
  return [pushOf(0), pushOf(1)];
}

test('[MT102] the search of a solved run is ended from any node, and its answer stays', async () => {
  await fillHard(round);
  const [here, there] = twoNodes();
  const working = round.node({ push: here });
  const other = round.node({ push: there });
  const first = here.run((run) => run.state === 'solved' && run.progress < 1);
  const last = here.run((run) => run.state === 'solved' && run.progress === 1);
  const started = await working.desk.start(round.roundId, round.people.admin);
  if (!started.ok) throw new Error('refused');
  await first;
  expect(await other.desk.cancel(started.value.id, round.people.admin)).toMatchObject({ value: { state: 'solved' } });
  await last;
  expect(await other.desk.report(started.value.id)).toMatchObject({ run: { state: 'solved' } });
  // Nobody searches any more.
  await expect
    .poll(() => other.desk.cancel(started.value.id, round.people.admin), { timeout: 60_000 })
    .toMatchObject({ refusal: { code: 'run-ended' } });
}, 120_000);

test('[SC24] a grid is stopped from any node: the threads of the one that works on it let go', async () => {
  await fillHard(round, 6, 8);
  const [here, there] = twoNodes();
  const run = await round.solve(round.node({ push: here }));
  const deskOf = (push: MatchPush) => {
    const desk = createScenarioDesk({
      database: round.database,
      sheets: round.sheetsDesk,
      catalogue,
      clock: round.clock,
      push,
      telemetry: { event: () => {}, fault: () => {} },
      interventionsOf: () => [],
      workers: 1,
      timeLimitSeconds: 5,
      // It never answers: only a stop ends its job.
      startWorker: () => new Worker('setInterval(() => {}, 1000)', { eval: true }),
    });
    desks.push(desk);
    return desk;
  };
  const [working, other] = [deskOf(here), deskOf(there)];
  const begun = await working.start(run.id, 'Grid', null, round.people.admin);
  if (!begun.ok) throw new Error(begun.refusal.message);
  expect(await other.cancel(begun.value.id, round.people.admin)).toMatchObject({ value: { state: 'cancelled' } });
  // The node that works on it goes on to its end, and then tells that it has ended.
  await expect
    .poll(() => here.of('scenario').filter(({ to }) => isCancelled(to.admin)).length, { timeout: 60_000 })
    .toBeGreaterThan(0);
}, 120_000);

const isCancelled = (told: unknown): boolean =>
  (told as { scenario?: { state: string } } | null)?.scenario?.state === 'cancelled';
