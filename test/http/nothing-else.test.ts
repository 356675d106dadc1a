/** What a member can fetch beside the totals once offers are open and orders proposed: the same for every member, or its own. */
import { beforeAll, expect, test, vi } from 'vitest';
import { offerCells, readDemo } from '../../seeds/demo-tables.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
let workspace: Workspace;
let admin: Client;
let approver: Client;
let yuki: Client;
let noor: Client;
let pool: string;
let sealed: unknown;
let offersSheet: string;
let runId: string;
let orderId: string;

const get = async (client: Client, path: string) => client.call('GET', `/api/v1${path}`);
const advance = (from: string) => admin.call('POST', `/api/v1/pools/${pool}/advance`, { from });

beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  [admin, approver, yuki, noor] = (await Promise.all(
    ['beatriz', 'daniel', 'yuki', 'noor'].map((name) => workspace.as(name)),
  )) as [Client, Client, Client, Client];
  pool = (await poolOf(admin, 'Gallium')).id;
  for (const from of ['collect', 'review']) await advance(from);
  sealed = (await get(yuki, `/pools/${pool}/offers`)).body;
  await advance('offers');
  offersSheet = (await get(admin, `/pools/${pool}`)).body.sheets.find(
    (sheet: { kind: string }) => sheet.kind === 'offers',
  ).id;
  runId = (await admin.call('POST', `/api/v1/pools/${pool}/runs`, {})).body.id;
  const isSolved = async () => (await get(admin, `/pools/${pool}/runs`)).body[0].state === 'solved';
  await vi.waitUntil(isSolved, { timeout: 30_000 });
  await advance('match');
  orderId = (await get(approver, '/orders')).body[0].order.id;
}, 120_000);

test('[HT14] members read opened offers alike, without a size, and nothing while they are sealed', async () => {
  const [a, b] = await Promise.all([yuki, noor].map((member) => get(member, `/pools/${pool}/offers`)));
  expect([sealed, a?.status, b?.status]).toEqual([[], 200, 200]);
  expect(JSON.stringify(a?.body)).toBe(JSON.stringify(b?.body));
  const offers = readDemo(loadCatalogue()).offers.values.filter((offer) => offer.mineral_id === 'gallium');
  expect(a?.body).toHaveLength(offers.length);
  const text = JSON.stringify(a?.body);
  for (const cells of offers.map(offerCells)) {
    expect(text).toContain(cells.supplier);
    for (const size of [cells.capacity, cells.minimum]) expect(text).not.toMatch(new RegExp(`\\b${size}\\b`));
    if (cells.note) expect(text).not.toContain(cells.note);
  }
});

test('[HT14] the offers sheet itself is for those who tend it', async () => {
  const sheets = async (client: Client) =>
    (await get(client, `/pools/${pool}`)).body.sheets.map((sheet: { kind: string }) => sheet.kind);
  expect(await sheets(yuki)).toEqual(['demand']);
  expect(await sheets(approver)).toContain('offers');
});

test('[HT15] a run, an order and a sheet that exist answer a member like ones that do not, to the byte', async () => {
  const asked: [string, (id: string) => string, string, unknown?][] = [
    ['GET', (id) => `/runs/${id}`, runId],
    ['POST', (id) => `/runs/${id}/cancel`, runId, {}],
    ['GET', (id) => `/orders/${id}`, orderId],
    ['POST', (id) => `/orders/${id}/decisions`, orderId, { verdict: 'comment', comment: 'x' }],
    ['GET', (id) => `/sheets/${id}/changes`, offersSheet],
  ];
  for (const [method, path, id, body] of asked) {
    const answers = await Promise.all([id, NOWHERE].map((one) => yuki.call(method, `/api/v1${path(one)}`, body)));
    const [known, absent] = answers.map(({ status, body: text, headers }) => {
      const { date: _date, ...rest } = Object.fromEntries(headers);
      return { status, text, rest };
    });
    expect([path(''), known]).toEqual([path(''), absent]);
    expect(known?.status).toBe(404);
  }
});

test('[HT16] a member’s record counts neither members nor edits of others', async () => {
  const texts = async (client: Client) =>
    (await get(client, `/record?poolId=${pool}`)).body.map((entry: { text: string }) => entry.text);
  const [own, whole] = [await texts(yuki), await texts(approver)];
  expect(own).toContain('Froze the sheets');
  expect(own).toContain('Opened the sealed offers');
  expect(whole).toContain('Froze the sheets');
  expect(await texts(admin)).toContain('Froze 6 sheets');
  expect(whole.some((text: string) => /^Opened the sealed offers at version \d+$/.test(text))).toBe(true);
  expect(own.join(' ')).not.toMatch(/run|order|\b6\b/i);
  expect(JSON.stringify((await get(yuki, `/record?poolId=${pool}`)).body)).toBe(
    JSON.stringify((await get(noor, `/record?poolId=${pool}`)).body),
  );
});

test('[MT30] an award holds nothing that says how large the whole order is', async () => {
  const { body: report } = await get(approver, `/runs/${runId}`);
  for (const member of [yuki, noor]) {
    const { body } = await get(member, `/pools/${pool}/awards`);
    const text = JSON.stringify(body);
    for (const { kg, capacityKg } of report.orders)
      for (const size of [kg, capacityKg]) expect(text).not.toMatch(new RegExp(`\\b${size}\\b`));
  }
});

test('[DK4] reading a report or an order is on the record, the same person and thing once an hour', async () => {
  for (let time = 0; time < 2; time += 1) {
    await get(approver, `/runs/${runId}`);
    await get(approver, `/orders/${orderId}`);
  }
  const seen = (await get(admin, `/pools/${pool}/sightings`)).body as { by: string; what: string }[];
  const ofDaniel = seen.filter(({ by }) => by === 'Daniel Achterberg').map(({ what }) => what);
  expect(ofDaniel.sort()).toEqual(['Read order 1', 'Read the report of match run 1']);
  expect((await get(yuki, `/pools/${pool}/sightings`)).body).toEqual([]);
});

test('[RV11] several orders are decided each on its own, with an entry each; one that is refused says so and holds up none', async () => {
  const eleanor = await workspace.as('eleanor');
  const decide = (client: Client, orderIds: string[], verdict: string, comment = '') =>
    client.call('POST', '/api/v1/orders/decisions', { orderIds, verdict, comment });
  const entries = async () => {
    const { body } = await get(admin, `/record?poolId=${pool}`);
    return body.filter(({ text }: { text: string }) => /^Order \d+ was /.test(text)).length;
  };
  const none = { orderId: NOWHERE, state: null, refusal: { place: 'order', reason: 'no such thing, or none for you' } };
  const before = await entries();

  // Nobody else has taken it up; the one beside it does not exist: each says its own.
  const early = (await decide(approver, [NOWHERE, orderId], 'approve')).body;
  expect(early).toMatchObject([
    none,
    { orderId, state: null, refusal: { remedy: 'ask another official to take it into review first' } },
  ]);
  expect(await entries()).toBe(before);

  // Named twice it is decided once.
  const taken = (await decide(eleanor, [NOWHERE, orderId, orderId], 'open')).body;
  expect(taken).toMatchObject([none, { orderId, state: 'inReview', refusal: null }]);
  expect(taken).toHaveLength(2);
  expect(await entries()).toBe(before + 1);
  expect((await decide(eleanor, [orderId], 'approve')).body[0].refusal.remedy).toBe('ask an approving official');
  expect((await decide(approver, [orderId], 'return', ' ')).body[0].refusal.remedy).toBe('say why in the comment');
  expect((await decide(approver, [orderId], 'reject', 'x')).status).toBe(400);

  const approved = (await decide(approver, [NOWHERE, orderId], 'approve')).body;
  expect(approved).toMatchObject([none, { orderId, state: 'approved', refusal: null }]);
  expect(await entries()).toBe(before + 2);

  const answers = await Promise.all([orderId, NOWHERE].map((id) => decide(yuki, [id], 'open')));
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  expect(JSON.stringify(answers[0]?.body)).toBe(JSON.stringify(answers[1]?.body));
});
