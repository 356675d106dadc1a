import { io, type Socket } from 'socket.io-client';
import { beforeAll, expect, test } from 'vitest';
import { readDemo } from '../../seeds/demo-tables.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let admin: Client;
let yuki: Client;
let approver: Client;
beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  [admin, yuki, approver] = await Promise.all([workspace.as('beatriz'), workspace.as('yuki'), workspace.as('daniel')]);
}, 120_000);

const NOWHERE = '00000000-0000-4000-8000-000000000000';
/** What needs no session: signing in has to start somewhere, and facts are public. */
const PUBLIC = [
  '/me',
  '/demo/people',
  '/setup',
  '/invitations/{invitationId}',
  '/invitations/{invitationId}/accept',
  '/catalogue',
  '/catalogue/minerals/{mineralId}',
];

const operations = async () => {
  const { body } = await (await workspace.nobody()).call('GET', '/api/openapi.json');
  return Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
  );
};

const IN_A_MONTH = new Date(Date.now() + 30 * 86_400_000).toISOString();

/** Input that passes the contract, so that rights are what is asked. */
const BODY: Record<string, unknown> = {
  '/pools/{poolId}/advance': { from: 'collect' },
  '/pools/{poolId}/talk': { kind: 'message', text: 'hello' },
  '/pools/{poolId}/talk/decisions': { messageId: NOWHERE, verdict: 'show', reason: '' },
  '/pools/{poolId}/input-share': { mineral: 'gallium', percent: 1 },
  '/sheets/{sheetId}/restore': { seq: 0 },
  '/sheets/{sheetId}/versions': { name: 'x' },
  '/versions/{versionId}/rename': { name: 'x' },
  '/orders/{orderId}/decisions': { verdict: 'approve', comment: '' },
  '/orders/decisions': { orderIds: [NOWHERE], verdict: 'approve', comment: '' },
  '/pools': {
    name: 'Shell pool',
    minerals: ['gallium'],
    deliveryFrom: 2028,
    deliveryTo: 2028,
    closesAt: IN_A_MONTH,
    organizationIds: [NOWHERE],
  },
  '/pools/{poolId}/members': { organizationId: NOWHERE },
  '/pools/{poolId}/members/remove': { organizationId: NOWHERE },
  '/pools/{poolId}/rules': { rules: {} },
  '/pools/{poolId}/rounds': { after: 1, closesAt: IN_A_MONTH, carryOver: false },
  '/colleagues/invitations': { email: 'a@example.com', role: 'editor' },
  '/colleagues/{memberId}/role': { role: 'editor' },
  '/pools/{poolId}/meetings': { title: 'Shell', startsAt: IN_A_MONTH, chairId: NOWHERE, agenda: [] },
  '/meetings/{meetingId}/acts': { act: { do: 'join' } },
  '/record/bundles': { poolId: NOWHERE, cut: 'public' },
  '/organizations': { name: 'Shell', kind: 'manufacturer', parentId: null, email: 'a@example.com', role: 'editor' },
};
const call = (client: Client, method: string, path: string, id = NOWHERE) =>
  client.call(method, `/api/v1${path.replace(/\{\w+\}/, id)}`, method === 'POST' ? (BODY[path] ?? {}) : undefined);

test('[HT1] the server says when it is ready', async () => {
  expect(await (await workspace.nobody()).call('GET', '/api/health')).toMatchObject({
    status: 200,
    body: { state: 'ready' },
  });
});

test('[HT2] without a session every operation that is not public answers 401 with a remedy', async () => {
  const nobody = await workspace.nobody();
  const closed = (await operations()).filter(({ path }) => !PUBLIC.includes(path));
  expect(closed.length).toBeGreaterThan(15);
  const open: unknown[] = [];
  for (const { method, path } of closed) {
    const { status, body } = await call(nobody, method, path);
    if (status !== 401 || body.data?.remedy !== 'sign in and try again') open.push([method, path, status, body]);
  }
  expect(open).toEqual([]);
});

test('[HT3] a pool without a seat for me and a pool that does not exist answer alike, to the byte', async () => {
  const graphite = await poolOf(admin, 'Anode graphite');
  expect(await poolOf(yuki, 'Anode graphite')).toBeUndefined();
  for (const { method, path } of (await operations()).filter(({ path: one }) => one.startsWith('/pools/{poolId}'))) {
    const [closed, absent] = await Promise.all([call(yuki, method, path, graphite.id), call(yuki, method, path)]);
    expect([path, closed.status, closed.body]).toEqual([path, 404, absent.body]);
    expect(closed.headers.get('content-length')).toBe(absent.headers.get('content-length'));
  }
});

test('[HT4] a manufacturer can neither move the round nor read runs, orders or other organizations', async () => {
  const gallium = await poolOf(yuki, 'Gallium');
  const asked: [string, string][] = [
    ['POST', '/pools/{poolId}/advance'],
    ['POST', '/pools/{poolId}/runs'],
    ['GET', '/pools/{poolId}/runs'],
    ['GET', '/orders'],
    ['GET', '/organizations'],
    ['GET', '/pools/candidates'],
    ['POST', '/organizations'],
    ['POST', '/pools'],
    ['GET', '/record/verify'],
  ];
  for (const [method, path] of asked)
    expect([path, (await call(yuki, method, path, gallium.id)).status]).toEqual([path, 404]);
});

test('[HT5] nothing that a manufacturer can fetch names another company, its sheets or its numbers', async () => {
  const { organizations, demand } = readDemo(loadCatalogue());
  const gallium = await poolOf(yuki, 'Gallium');
  const foreign = (await admin.call('GET', `/api/v1/pools/${gallium.id}`)).body.sheets.filter(
    (sheet: { kind: string; title: string }) => sheet.kind === 'demand' && !sheet.title.startsWith('Bellwether'),
  );
  expect(foreign).toHaveLength(5);
  const fetched: string[] = [];
  for (const path of [
    '/pools',
    '/record',
    '/me',
    '/programme',
    ...['', '/release', '/releases', '/awards'].map((end) => `/pools/${gallium.id}${end}`),
  ])
    fetched.push(JSON.stringify((await yuki.call('GET', `/api/v1${path}`)).body));
  for (const sheet of foreign)
    fetched.push(JSON.stringify((await yuki.call('GET', `/api/v1/sheets/${sheet.id}/changes`)).body));
  const all = fetched.join('\n');
  const others = organizations.values.filter((one) => one.kind === 'manufacturer' && one.org_id !== 'org-02');
  for (const { name } of others) expect(all).not.toContain(name);
  for (const sheet of foreign) expect(all).not.toContain(sheet.id);
  const quantities = demand.values
    .filter((line) => line.pool_id === 'pl-03' && line.org_id !== 'org-02')
    .map((line) => String(line.quantity));
  for (const quantity of quantities) expect(all).not.toMatch(new RegExp(`\\b${quantity}\\b`));
});

test('[HT6] every member receives the same release, byte for byte', async () => {
  const gallium = await poolOf(yuki, 'Gallium');
  const noor = await workspace.as('noor');
  const [a, b] = await Promise.all([yuki, noor].map((one) => one.call('GET', `/api/v1/pools/${gallium.id}/release`)));
  expect(JSON.stringify(a?.body)).toBe(JSON.stringify(b?.body));
  expect(a?.headers.get('etag')).toBeNull();
  expect(a?.headers.get('cache-control')).toBe('no-store');
});

test('[HT7] input that does not fit names the field and the remedy', async () => {
  const { status, body } = await admin.call('POST', '/api/v1/pools', { ...(BODY['/pools'] as object), name: 'x' });
  expect([status, body.data.place, body.data.remedy]).toEqual([400, 'name', 'correct it and send again']);
  const group = await admin.call('POST', '/api/v1/pools', { ...(BODY['/pools'] as object), minerals: ['rare-earths'] });
  expect([group.status, group.body.data]).toEqual([
    409,
    {
      place: 'mineral',
      reason: 'rare-earths is not a single mineral of the catalogue',
      remedy: 'choose one mineral from the list',
    },
  ]);
});

test('[HT8] companies and officials count the record’s entries that they may read without gaps; the administrator sees the chain’s own numbers', async () => {
  const [own, officials, whole] = await Promise.all(
    [yuki, approver, admin].map((one) => one.call('GET', '/api/v1/record')),
  );
  for (const part of [own, officials]) {
    const numbers = part?.body.map((entry: { seq: number }) => entry.seq);
    expect(numbers).toEqual(numbers.map((_: number, index: number) => numbers.length - index));
    expect(part?.body.every((entry: { hash: string }) => entry.hash === '')).toBe(true);
  }
  expect(whole?.body.every((entry: { hash: string }) => entry.hash !== '')).toBe(true);
  expect(whole?.body.at(-1)).toMatchObject({ seq: 1, kind: 'workspace.seeded' });
  expect((await approver.call('GET', '/api/v1/record/verify')).body.broken).toBeNull();
});

test('[HT9] a page of another site can neither sign in nor listen', async () => {
  const answer = await fetch(`${workspace.origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { origin: 'https://elsewhere.example', 'content-type': 'application/json', cookie: yuki.cookie },
    body: JSON.stringify({ email: 'yuki@bellwether-cove.example', password: 'sample-demo-2027' }),
  });
  expect(answer.status).toBe(403);
  const socket = io(workspace.origin, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { cookie: yuki.cookie, origin: 'https://elsewhere.example' },
  });
  await new Promise((failed) => socket.once('connect_error', failed));
  socket.close();
});

const listen = (client: Client): Promise<Socket> =>
  new Promise((done, fail) => {
    const socket = io(workspace.origin, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { cookie: client.cookie },
    });
    socket.once('connect', () => done(socket));
    socket.once('connect_error', fail);
  });

test('[HT10] events of a pool reach only those who have a seat in it', async () => {
  const graphite = await poolOf(admin, 'Anode graphite');
  const socket = await listen(yuki);
  expect(await socket.emitWithAck('watch', graphite.id)).toBe(false);
  expect(await socket.emitWithAck('watch', NOWHERE)).toBe(false);
  expect(await socket.emitWithAck('watch', (await poolOf(yuki, 'Gallium')).id)).toBe(true);
  socket.close();
});

test('[HT11] signing out elsewhere closes the sockets of that session', async () => {
  const henrik = await workspace.as('henrik');
  const socket = await listen(henrik);
  const told = new Promise<{ reason: string }>((done) => socket.once('rights', done));
  const closed = new Promise((done) => socket.once('disconnect', done));
  expect((await henrik.call('POST', '/api/auth/revoke-sessions', {})).status).toBe(200);
  expect(await told).toEqual({ reason: 'signed-out' });
  await closed;
});

test('[HT12] the contract is described as OpenAPI 3.1 and as a page that loads nothing from elsewhere', async () => {
  const nobody = await workspace.nobody();
  const { body } = await nobody.call('GET', '/api/openapi.json');
  expect(body.openapi).toMatch(/^3\.1/);
  const page = await nobody.call('GET', '/api/docs');
  expect(page.body).toContain('/pools/{poolId}/advance');
  expect(page.body).not.toMatch(/(src|href)="(https?:)?\/\//);
  expect(page.body).not.toContain('<script');
});

test('[HT13] an empty workspace is claimed once, with the token printed at start, and grows by invitation', async () => {
  const empty = await startWorkspace({ demo: false });
  const nobody = await empty.nobody();
  const claim = {
    organization: 'Convener',
    name: 'Ada',
    email: 'ada@example.com',
    password: 'a password of some length',
  };
  expect(await nobody.call('GET', '/api/v1/setup')).toMatchObject({ body: { open: true } });
  expect((await nobody.call('POST', '/api/v1/setup', { ...claim, token: 'guess' })).status).toBe(404);
  const token = new URL(`http://x${empty.setupPath}`).searchParams.get('token');
  expect((await nobody.call('POST', '/api/v1/setup', { ...claim, token })).status).toBe(200);
  expect((await nobody.call('POST', '/api/v1/setup', { ...claim, token })).status).toBe(409);

  await nobody.call('POST', '/api/auth/sign-in/email', { email: claim.email, password: claim.password });
  const made = await nobody.call('POST', '/api/v1/organizations', {
    name: 'Maker',
    kind: 'manufacturer',
    parentId: null,
    email: 'bo@example.com',
    role: 'editor',
  });
  expect(made.status).toBe(200);
  const bo = await empty.nobody();
  const { id } = made.body.invitation;
  expect((await bo.call('GET', `/api/v1/invitations/${id}`)).body).toMatchObject({
    email: 'bo@example.com',
    organization: 'Maker',
    known: false,
  });
  expect(
    (await bo.call('POST', `/api/v1/invitations/${id}/accept`, { name: 'Bo', password: 'another long password' }))
      .status,
  ).toBe(200);
  expect(
    (await bo.call('POST', `/api/v1/invitations/${id}/accept`, { name: 'Bo', password: 'another long password' }))
      .status,
  ).toBe(404);
  await bo.call('POST', '/api/auth/sign-in/email', { email: 'bo@example.com', password: 'another long password' });
  expect((await bo.call('GET', '/api/v1/me')).body.person).toMatchObject({ organization: 'Maker', role: 'editor' });

  const pool = await nobody.call('POST', '/api/v1/pools', {
    ...(BODY['/pools'] as object),
    organizationIds: [made.body.id],
  });
  expect(pool.status).toBe(200);
  expect((await bo.call('GET', `/api/v1/pools/${pool.body.id}`)).body.sheets).toMatchObject([
    { kind: 'demand', access: 'edit' },
  ]);
});
