/** Scenarios over HTTP: who may know that there are any, and who may read them. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openStage, type Stage } from '../attacks/support/stage.ts';

vi.mock('#server/clock.ts', () => import('../attacks/support/still-clock.ts'));

const NOWHERE = randomUUID();
let stage: Stage;
let runId: string;
let scenarioId: string;
beforeAll(async () => {
  stage = await openStage({ members: 1 });
  const at = new Date(0);
  const by = { userId: randomUUID(), startedAt: at, endedAt: at, state: 'solved' as const, number: 1 };
  const run = await stage.database.prisma.matchRun.create({
    data: {
      ...by,
      roundId: stage.roundId,
      inputs: {},
      inputHash: '',
      result: { minerals: [], solver: '', solveMs: 0 },
    },
  });
  runId = run.id;
  const scenario = await stage.database.prisma.scenarioRun.create({
    data: {
      ...by,
      runId,
      roundId: stage.roundId,
      name: 'Tried',
      shocks: { shocks: [{ chosen: { kind: 'demand', mineral: null, percent: 10 }, title: 'Demand up' }], leftOut: 0 },
      exact: [],
      told: { minerals: [], cells: [] },
    },
  });
  scenarioId = scenario.id;
}, 120_000);
afterAll(() => stage.close());

const PATHS: [string, (id: string) => string, () => string, unknown?][] = [
  ['GET', (id) => `/runs/${id}/scenarios/options`, () => runId],
  ['POST', (id) => `/runs/${id}/scenarios`, () => runId, { name: 'Mine', shocks: null }],
  ['GET', (id) => `/runs/${id}/scenarios`, () => runId],
  ['GET', (id) => `/runs/${id}/why?of=x`, () => runId],
  ['GET', (id) => `/scenarios/${id}`, () => scenarioId],
  ['POST', (id) => `/scenarios/${id}/cancel`, () => scenarioId, {}],
  ['POST', (id) => `/scenarios/${id}/name`, () => scenarioId, { name: 'Mine' }],
];

test('[SC17] scenarios that exist answer a member like ones that do not, to the byte', async () => {
  const { tap } = stage.members[0] ?? {};
  for (const [method, path, known, body] of PATHS) {
    const answers = await Promise.all([known(), NOWHERE].map((id) => tap?.call(method, `/api/v1${path(id)}`, body)));
    expect([path(''), answers[0]?.status, answers[0]?.text]).toEqual([path(''), 404, answers[1]?.text]);
  }
});

test('[SC17] officials and the administrator of the pool read them, and each who read them is on the list of who saw what', async () => {
  for (const reader of [await stage.admin(), await stage.official()]) {
    expect((await reader.get(`/runs/${runId}/scenarios`)).body).toMatchObject([{ id: scenarioId, name: 'Tried' }]);
    const { status, body } = await reader.get(`/scenarios/${scenarioId}`);
    expect([status, body.rows]).toEqual([200, [{ title: 'Demand up', kind: 'demand', cells: [] }]]);
    const renamed = await reader.call('POST', `/api/v1/scenarios/${scenarioId}/name`, { name: 'Tried' });
    expect(renamed.status).toBe(200);
    const free = { name: 'x', shocks: [{ kind: 'price', country: null, mineral: null, percent: 26 }] };
    expect((await reader.call('POST', `/api/v1/runs/${runId}/scenarios`, free)).status).toBe(400);
  }
  const seen = (await (await stage.admin()).get(`/pools/${stage.poolId}/sightings`)).body as { what: string }[];
  expect(seen.map(({ what }) => what)).toEqual(['Read the report of match run 1', 'Read the report of match run 1']);
});
