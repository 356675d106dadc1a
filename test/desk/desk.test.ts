import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let admin: Client;
let yuki: Client;
let felix: Client;
let daniel: Client;
let poolId: string;
const sockets: Socket[] = [];
beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  [admin, yuki, felix, daniel] = (await Promise.all(
    ['beatriz', 'yuki', 'felix', 'daniel'].map((name) => workspace.as(name)),
  )) as [Client, Client, Client, Client];
  poolId = (await poolOf(admin, 'Gallium')).id;
  for (const client of [admin, felix, daniel]) await brief(client);
}, 120_000);
afterAll(() => {
  for (const socket of sockets) socket.disconnect();
});

const path = (what: string) => `/api/v1/pools/${poolId}/${what}`;
const say = (client: Client, text: string, kind = 'message') => client.call('POST', path('talk'), { kind, text });
const talk = async (client: Client): Promise<{ id: string; text: string; by: string | null; state: string }[]> =>
  (await client.call('GET', path('talk'))).body;

/** How often this person was told that there is something new in the talk. */
async function listen(client: Client): Promise<() => number> {
  const socket = io(workspace.origin, { transports: ['websocket'], extraHeaders: { cookie: client.cookie } });
  sockets.push(socket);
  let told = 0;
  socket.on('talk', () => {
    told += 1;
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.emit('watch', poolId, () => resolve());
  });
  return () => told;
}

/** Says for this session that the rules of talk were read. */
const brief = (client: Client) => client.call('POST', path('briefing'), {});

const comes = async (claim: () => boolean) => {
  while (!claim()) await new Promise((resolve) => setTimeout(resolve, 10));
};

test('[DK2] everybody is told purpose and rules of talk once in each session, that is recorded, and nobody speaks before', async () => {
  const first = await yuki.call('GET', path('briefing'));
  expect(first.body).toMatchObject({ acknowledged: false, purpose: expect.stringContaining('Gallium') });
  const early = await say(yuki, 'Good morning.');
  expect([early.status, early.body.data.remedy]).toEqual([409, 'read “Before you start” above and confirm it']);
  expect((await brief(yuki)).body.acknowledged).toBe(true);
  await yuki.call('POST', path('briefing'), {});
  expect((await yuki.call('GET', path('briefing'))).body.acknowledged).toBe(true);
  const again = await workspace.as('yuki');
  expect((await again.call('GET', path('briefing'))).body.acknowledged).toBe(false);
  const { body } = await yuki.call('GET', `/api/v1/record?poolId=${poolId}`);
  expect(body.filter(({ kind }: { kind: string }) => kind === 'session.briefed')).toHaveLength(1);
});

test('[TK6] a member speaks to the pool without its name; the administrator sees the name, officials and leaders are named', async () => {
  await say(yuki, 'When is the next release?');
  await say(daniel, 'Please check the delivery years.', 'note');
  const seen = async (client: Client) => (await talk(client)).slice(-2).map(({ text, by }) => [text, by]);
  const question = 'When is the next release?';
  const note = ['Please check the delivery years.', 'Daniel Achterberg'];
  expect(await seen(yuki)).toEqual([[question, 'Yuki Harrow'], note]);
  expect(await seen(felix)).toEqual([[question, null], note]);
  expect(await seen(daniel)).toEqual([[question, null], note]);
  expect(await seen(admin)).toEqual([[question, 'Yuki Harrow'], note]);
  const raw = JSON.stringify((await felix.call('GET', path('talk'))).body);
  expect(raw).not.toContain('Bellwether');
});

test('[TK5] a message with a number reaches nobody but its author and the administrator until it is shown, and nobody else is told of it', async () => {
  const [toldFelix, toldAdmin] = await Promise.all([listen(felix), listen(admin)]);
  const before = await talk(felix);
  const answer = await say(yuki, 'We would take 437 more');
  expect(answer.body).toMatchObject({ state: 'held', isMine: true });
  await comes(() => toldAdmin() > 0);
  expect(await talk(felix)).toEqual(before);
  expect(await talk(daniel)).toHaveLength(before.length);
  expect((await talk(admin)).at(-1)).toMatchObject({ state: 'held', by: 'Yuki Harrow' });

  // What comes next is the first that Felix is told: the held message was not.
  await say(daniel, 'Let us go on.');
  await comes(() => toldFelix() > 0);
  expect(toldFelix()).toBe(1);

  const messageId = answer.body.id;
  expect((await felix.call('POST', path('talk/decisions'), { messageId, verdict: 'show', reason: '' })).status).toBe(
    404,
  );
  const shown = await admin.call('POST', path('talk/decisions'), { messageId, verdict: 'show', reason: '' });
  expect(shown.body).toMatchObject({ state: 'shown' });
  await comes(() => toldFelix() > 1);
  // It stands where it was shown, not where it was written.
  expect((await talk(felix)).map(({ text }) => text).slice(-2)).toEqual(['Let us go on.', 'We would take 437 more']);
});

test('[TK4] what is kept back stays with its author, who is told why', async () => {
  const { body } = await say(yuki, 'our margin is 12 %');
  const decision = { messageId: body.id, verdict: 'withhold', reason: 'a margin is not talked about here' };
  expect((await admin.call('POST', path('talk/decisions'), { ...decision, reason: '' })).status).toBe(409);
  expect((await admin.call('POST', path('talk/decisions'), decision)).body).toMatchObject({ state: 'withheld' });
  expect((await talk(yuki)).at(-1)).toMatchObject({ state: 'withheld', reason: decision.reason });
  expect((await talk(felix)).map(({ text }) => text)).not.toContain('our margin is 12 %');
});

test('[TK7] the record holds that something was said and what became of it, never the text, and names no member to others', async () => {
  const entries = async (client: Client) =>
    (await client.call('GET', `/api/v1/record?poolId=${poolId}`)).body.filter(({ kind }: { kind: string }) =>
      kind.startsWith('talk.'),
    ) as { text: string; organization: string }[];
  expect((await entries(admin)).length).toBeGreaterThanOrEqual(7);
  expect(JSON.stringify(await entries(admin))).not.toMatch(/\b437\b/);
  expect(await entries(felix)).toEqual([]);
  expect((await entries(daniel)).every(({ organization }) => !organization.includes('Bellwether'))).toBe(true);
  expect((await entries(yuki)).length).toBeGreaterThan(0);
});

test('[DK3] the meter is made of published totals; an input share stays with its company, and the administrator learns only on which side of the limit it is', async () => {
  const enter = (client: Client, percent: number | null) =>
    client.call('POST', path('input-share'), { mineral: 'gallium', percent });
  expect((await enter(yuki, 12.34)).body.own).toEqual([{ mineral: 'gallium', percent: 12.34 }]);
  await enter(felix, 20);
  const seen = (await admin.call('GET', path('meter'))).body;
  expect(seen.members).toContainEqual({
    organization: expect.stringContaining('Bellwether'),
    mineral: 'gallium',
    state: 'below',
  });
  expect(seen.members).toContainEqual({
    organization: expect.stringContaining('Magpie'),
    mineral: 'gallium',
    state: 'notBelow',
  });
  expect(JSON.stringify(seen)).not.toContain('12.34');
  for (const client of [felix, daniel]) {
    const { body } = await client.call('GET', path('meter'));
    expect([body.members, body.strict]).toEqual([null, null]);
    expect(JSON.stringify(body)).not.toContain('Bellwether');
  }
  expect(seen.rows).toMatchObject([{ mineral: 'gallium', consumption: { tonnes: 19 } }]);
  expect((await enter(yuki, null)).body.own).toEqual([{ mineral: 'gallium', percent: null }]);
  expect((await daniel.call('POST', path('input-share'), { mineral: 'gallium', percent: 1 })).status).toBe(404);
  expect((await yuki.call('POST', path('input-share'), { mineral: 'zinc', percent: 1 })).status).toBe(409);
});

test('[DK9] over several years counsel has the mean of a year before single years are published', async () => {
  const ingrid = await workspace.as('ingrid');
  const pools = (await ingrid.call('GET', '/api/v1/pools')).body as { id: string; name: string }[];
  const molybdenum = pools.find(({ name }) => name.startsWith('Molybdenum'))?.id;
  const { body } = await ingrid.call('GET', `/api/v1/pools/${molybdenum}/meter`);
  expect(body.rows.map(({ year }: { year: number | null }) => year)).toEqual([null, 2029, 2030, 2031, 2032]);
});

test('[DK3] counsel learns whether all companies are below the limit, from five of them on', async () => {
  const ingrid = await workspace.as('ingrid');
  const enter = async (name: string, percent: number) =>
    (await workspace.as(name)).call('POST', path('input-share'), { mineral: 'gallium', percent });
  const told = async () => {
    const { body } = await ingrid.call('GET', path('meter'));
    expect([body.members, body.own]).toEqual([null, null]);
    return body.allBelow;
  };
  for (const name of ['yuki', 'felix', 'henrik', 'noor']) expect((await enter(name, 5)).status).toBe(200);
  expect(await told()).toEqual([{ mineral: 'gallium', isAll: null }]);
  expect((await enter('arjun', 5)).status).toBe(200);
  expect(await told()).toEqual([{ mineral: 'gallium', isAll: true }]);
  await enter('henrik', 25);
  expect(await told()).toEqual([{ mineral: 'gallium', isAll: false }]);
  expect((await daniel.call('GET', path('meter'))).body.allBelow).toBeNull();
});

test('[DK4] a company reads each look at its input share, also a second one after it entered another, and nobody else does', async () => {
  const looks = async (client: Client) =>
    ((await client.call('GET', path('sightings'))).body as { what: string; by: string }[]).filter(({ what }) =>
      what.startsWith('Saw on which side'),
    );
  const before = (await looks(yuki)).length;
  const enter = (percent: number) => yuki.call('POST', path('input-share'), { mineral: 'gallium', percent });
  await enter(31.5);
  for (let time = 0; time < 2; time += 1) await admin.call('GET', path('meter'));
  expect(await looks(yuki)).toHaveLength(before + 1);
  expect((await looks(yuki))[0]?.by).toBe('Beatriz Halloran');
  await enter(12);
  await admin.call('GET', path('meter'));
  expect(await looks(yuki)).toHaveLength(before + 2);
  expect(await looks(daniel)).toEqual([]);
  const record = (await yuki.call('GET', `/api/v1/record?poolId=${poolId}`)).body as { kind: string }[];
  expect(record.filter(({ kind }) => kind === 'inputShare.viewed')).toHaveLength(before + 2);
});

test('[DK4] who saw exact numbers is on the record: a company reads who saw its own, officials what was seen without whose', async () => {
  await admin.call('GET', path('meter'));
  const read = async (client: Client) => (await client.call('GET', path('sightings'))).body as Record<string, string>[];
  expect(await read(admin)).toContainEqual(
    expect.objectContaining({ by: 'Beatriz Halloran', what: 'Looked at what companies entered for counsel' }),
  );
  expect((await read(daniel)).length).toBeGreaterThan(0);
  expect((await read(daniel)).every(({ of }) => of === null)).toBe(true);
  expect((await read(felix)).every(({ of }) => of?.includes('Magpie'))).toBe(true);
});
