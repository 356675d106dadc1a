/** A supervised session over the whole server: notice, chair, attendance, held lines, hands, votes, the record, and two nodes. */
import { io } from 'socket.io-client';
import { beforeAll, expect, test, vi } from 'vitest';
import { openDatabase } from '#server/database.ts';
import { telemetryTo } from '#server/telemetry.ts';
import { testDatabaseUrl } from '../support/database.ts';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
let url = '';
let poolId = '';
let meetingId = '';
const people = new Map<string, Client>();
const as = async (name: string): Promise<Client> => {
  const client = people.get(name) ?? (await workspace.as(name));
  people.set(name, client);
  return client;
};
const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const post = async (name: string, path: string, body: unknown = {}) =>
  (await as(name)).call('POST', `/api/v1${path}`, body);
const get = async (name: string, path: string) => (await (await as(name)).call('GET', `/api/v1${path}`)).body;
const act = (name: string, deed: object) => post(name, `/meetings/${meetingId}/acts`, { act: deed });
const seen = (name: string) => get(name, `/meetings/${meetingId}`);
const reads = (name: string) => post(name, `/pools/${poolId}/briefing`);
const line = (view: { items: { text: string; pending: string | null }[] }, text: string) =>
  view.items.find((item) => item.text === text || item.pending === text);

beforeAll(async () => {
  url = await testDatabaseUrl();
  workspace = await startWorkspace({ demo: true, databaseUrl: url });
  poolId = (await poolOf(await as('beatriz'), 'Gallium')).id;
}, 120_000);

test('[SN10] notice is given with agenda and federal chair; a short one only with a reason, which all members read', async () => {
  const [chair] = (await get('eleanor', `/pools/${poolId}/meetings/chairs`)).filter(({ name }: { name: string }) =>
    name.startsWith('Daniel'),
  );
  const wanted = {
    title: 'Delivery and grades',
    startsAt: inMinutes(5),
    chairId: chair.userId,
    agenda: ['Purpose', 'Grades'],
  };
  const path = `/pools/${poolId}/meetings`;
  expect((await post('eleanor', path, wanted)).body.data.reason).toContain('the notice is 0 days');
  expect((await post('yuki', path, { ...wanted, shortNotice: 'x' })).status).toBe(404);
  const made = await post('eleanor', path, { ...wanted, shortNotice: 'A port is closed' });
  expect(made.status).toBe(200);
  meetingId = made.body.id;
  const [card] = await get('yuki', path);
  expect(card).toMatchObject({ phase: 'scheduled', chair: 'Daniel Achterberg', shortNotice: 'A port is closed' });
  expect((await seen('yuki')).items.map(({ text }: { text: string }) => text)).toEqual(['Purpose', 'Grades']);
});

test('[SN11] nobody begins it but the chair, and nobody comes before reading purpose and rules in this sign-in', async () => {
  for (const name of ['eleanor', 'beatriz', 'yuki']) {
    await reads(name);
    expect((await act(name, { do: 'open' })).status).toBe(409);
  }
  expect((await act('daniel', { do: 'open' })).body.data.reason).toContain('purpose and rules');
  await reads('daniel');
  expect((await act('daniel', { do: 'open' })).body).toMatchObject({ phase: 'open', isChairHere: true, isHere: true });
  expect((await act('arjun', { do: 'join' })).status).toBe(409);
  for (const name of ['eleanor', 'beatriz', 'yuki', 'arjun']) {
    await reads(name);
    expect((await act(name, { do: 'join' })).body.isHere).toBe(true);
  }
});

test('[SN12] an amount in agenda, minutes or a motion waits for the administrator; others keep reading the text before it, and nobody decides over their own', async () => {
  await act('eleanor', { do: 'write', kind: 'minutes', text: 'Grades were explained', itemId: null, version: 0 });
  const { id, version } = line(await seen('yuki'), 'Grades were explained') as unknown as {
    id: string;
    version: number;
  };
  const held = await act('eleanor', { do: 'write', kind: 'minutes', text: 'One needs 6437 kg', itemId: id, version });
  expect(line(held.body, 'One needs 6437 kg')).toMatchObject({ text: 'Grades were explained', isMine: true });
  for (const name of ['yuki', 'daniel', 'arjun']) {
    const view = JSON.stringify(await seen(name));
    expect(view).toContain('Grades were explained');
    expect(view).not.toContain('6437');
  }
  const verdict = { do: 'decide', itemId: id, verdict: 'withhold', reason: '' };
  expect((await act('daniel', { ...verdict, verdict: 'show' })).status).toBe(409);
  expect((await act('beatriz', verdict)).body.data.reason).toContain('no reason');
  await act('beatriz', { ...verdict, reason: 'that is one company’s quantity' });
  expect(line(await seen('eleanor'), 'One needs 6437 kg')).toMatchObject({ reason: 'that is one company’s quantity' });
  expect(JSON.stringify(await seen('yuki'))).not.toMatch(/6437|one company/);
});

test('[SN13] of two who change one line the second is told, and keeps what it wrote to itself', async () => {
  const { id, version } = line(await seen('eleanor'), 'Grades were explained') as unknown as {
    id: string;
    version: number;
  };
  const change = (name: string, text: string) => act(name, { do: 'write', kind: 'minutes', text, itemId: id, version });
  expect((await change('beatriz', 'Grades and forms were explained')).status).toBe(200);
  expect((await change('eleanor', 'Grades were set out')).body.data.reason).toContain('somebody changed it');
});

/** How often this person was told that something of the session changed. */
async function listen(name: string): Promise<{ heard: () => number; stop: () => void }> {
  const socket = io(workspace.origin, {
    transports: ['websocket'],
    extraHeaders: { cookie: (await as(name)).cookie },
    forceNew: true,
  });
  let count = 0;
  socket.on('meeting', () => {
    count += 1;
  });
  await new Promise<void>((resolve, reject) => {
    socket.on('connect_error', reject);
    socket.emit('watch', poolId, () => resolve());
  });
  return { heard: () => count, stop: () => socket.disconnect() };
}

test('[SN14] nobody but the chair, the moderator and its own people is told that something happened when a hand goes up or down', async () => {
  const [rival, chair] = [await listen('arjun'), await listen('daniel')];
  for (const deed of ['raise', 'lower', 'raise', 'leave']) await act('yuki', { do: deed });
  await act('yuki', { do: 'join' });
  await vi.waitUntil(() => chair.heard() >= 4, { timeout: 60_000 });
  // What everybody reads comes after all of it on the same line: it is the first that the rival is told.
  await act('eleanor', {
    do: 'write',
    kind: 'minutes',
    text: 'Hands were counted by nobody',
    itemId: null,
    version: 0,
  });
  await vi.waitUntil(() => rival.heard() > 0, { timeout: 60_000 });
  expect(rival.heard()).toBe(1);
  rival.stop();
  chair.stop();
});

test('[SN14] a hand is raised without a name in a sealed pool; the chair gives the floor, and nobody else', async () => {
  await act('yuki', { do: 'raise' });
  const [hand] = (await seen('daniel')).hands;
  expect([hand.name, hand.organization]).toEqual([null, null]);
  // To the chair alone: hands would count the members who are here.
  expect((await seen('arjun')).hands).toEqual([]);
  expect((await seen('yuki')).hands).toHaveLength(1);
  expect((await seen('beatriz')).hands[0].name).toBe('Yuki Harrow');
  expect((await act('eleanor', { do: 'floor', handId: hand.id })).status).toBe(409);
  expect((await act('daniel', { do: 'floor', handId: hand.id })).body).toMatchObject({
    hands: [],
    floor: { name: null, isMe: false },
  });
  expect((await seen('yuki')).floor).toEqual({ name: 'Yuki Harrow', organization: expect.any(String), isMe: true });
  const rival = JSON.stringify(await seen('arjun'));
  expect(rival).not.toMatch(/Yuki|Bellwether/);
  expect((await seen('arjun')).attendance.map(({ name }: { name: string }) => name)).toEqual([
    'Daniel Achterberg',
    'Eleanor Voss',
    'Beatriz Halloran',
    'Arjun Castellan',
  ]);
});

test('[SN15] one vote of each organization, the later in place of the earlier; nobody is told how it stands, and members read only what became of it', async () => {
  await act('eleanor', { do: 'write', kind: 'motion', text: 'Publish the list of grades', itemId: null, version: 0 });
  const { id: itemId } = line(await seen('daniel'), 'Publish the list of grades') as unknown as { id: string };
  expect((await act('eleanor', { do: 'openVote', itemId })).status).toBe(409);
  await act('daniel', { do: 'openVote', itemId });
  const vote = (name: string, choice: string) => act(name, { do: 'vote', itemId, choice });
  await vote('yuki', 'no');
  await vote('yuki', 'yes');
  await vote('arjun', 'yes');
  await vote('daniel', 'no');
  await vote('eleanor', 'no'); // of the chair's own organization: still one vote
  expect((await vote('beatriz', 'yes')).status).toBe(409);
  const own = (view: never) => (line(view, 'Publish the list of grades') as unknown as { vote: object }).vote;
  expect(own((await seen('beatriz')) as never)).toEqual({ state: 'open', own: null, outcome: null, counts: null });
  await act('daniel', { do: 'closeVote', itemId });
  expect(own((await seen('arjun')) as never)).toEqual({
    state: 'closed',
    own: 'yes',
    outcome: 'carried',
    counts: null,
  });
  expect(own((await seen('beatriz')) as never)).toMatchObject({ counts: { yes: 2, no: 1, abstain: 0 } });
});

test('[SN16] another node goes on with the session as it stands, and who drops out and comes back has two stays', async () => {
  const other = await startWorkspace({ demo: true, databaseUrl: url });
  const cookie = (await as('yuki')).cookie;
  const answer = await fetch(`${other.origin}/api/v1/meetings/${meetingId}`, { headers: { cookie } });
  expect(await answer.json()).toEqual(await seen('yuki'));

  const database = await openDatabase(url, { connectionsMax: 2, telemetry: telemetryTo(() => {}) });
  const long = new Date(Date.now() - 120_000);
  const { userId } = (await get('daniel', '/me')).person;
  await database.prisma.attendance.updateMany({ where: { meetingId, userId }, data: { seenAt: long } });
  await database.close();
  expect((await seen('yuki')).isChairHere).toBe(false);
  expect((await act('yuki', { do: 'raise' })).body.data.reason).toContain('the chair is not present');
  expect((await act('daniel', { do: 'join' })).body.isChairHere).toBe(true);
  const stays = (await seen('daniel')).attendance.filter(({ isMe }: { isMe: boolean }) => isMe);
  expect(stays.map(({ to }: { to: string | null }) => to)).toEqual([long.toISOString(), null]);
});

test('[SN17] the moderator pulls back a line that was shown, and puts it back', async () => {
  const { id: itemId } = line(await seen('daniel'), 'Grades and forms were explained') as unknown as { id: string };
  await act('beatriz', { do: 'decide', itemId, verdict: 'withhold', reason: 'names a customer' });
  expect(line(await seen('arjun'), 'Grades and forms were explained')).toBeUndefined();
  await act('beatriz', { do: 'decide', itemId, verdict: 'show', reason: '' });
  expect(line(await seen('arjun'), 'Grades and forms were explained')).toBeDefined();
});

test('[SN18] the chair closes it: everybody has left, nothing can be written, and the record holds it with a chain that fits', async () => {
  expect((await act('daniel', { do: 'close' })).body).toMatchObject({ phase: 'closed', isHere: false, hands: [] });
  expect((await act('eleanor', { do: 'write', kind: 'minutes', text: 'late', itemId: null, version: 0 })).status).toBe(
    409,
  );
  const texts = async (name: string) =>
    (await get(name, `/record/search?poolId=${poolId}&kind=meeting`)).entries.map(({ text }: { text: string }) => text);
  const rival = (await texts('arjun')).join('\n');
  expect(rival).toContain('A motion of session 1 was carried');
  expect(rival).toContain('Opened session 1 as its chair');
  expect((await texts('arjun')).filter((text: string) => /Came to|Voted|Raised/.test(text)).length).toBe(2);
  expect((await texts('beatriz')).filter((text: string) => text === 'Voted in session 1').length).toBe(5);
  expect((await texts('daniel')).join('\n')).not.toContain('Raised a hand');
  expect((await get('daniel', '/record/verify')).broken).toBeNull();
});

test('[SN19] a bundle of the record holds the sessions as its maker may read them; a public one holds no line of them', async () => {
  const text = async (name: string, cut: string) =>
    (await post(name, '/record/bundles', { poolId, cut })).body.text as string;
  const whole = await text('daniel', 'whole');
  expect(whole).toContain('Publish the list of grades');
  expect(whole).not.toMatch(/6437|Yuki|Bellwether/);
  expect(await text('beatriz', 'whole')).toContain('Yuki Harrow');
  const told = await text('daniel', 'public');
  expect(told).toContain('A motion of session 1 was carried');
  expect(told).not.toMatch(/Publish the list|Grades and forms|Eleanor/);
});
