/** The sheets over real websockets, with the stock y-websocket client: the gate, rights in mid-session, freezing, stopping. */
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { CLOSE, MESSAGE, retryDelayMs, SYNC_PATH } from '../../protocol/rooms.ts';
import { readRows, rowsOf } from '../../protocol/sheet-doc.ts';
import { HANG_UP_MS_MAX, HEARTBEAT_MS, RETRY_MS_MIN } from '../../server/sync/limits.ts';
import { HandClock } from '../support/hand-clock.ts';
import { holdLog, holdSheet } from '../support/held-lock.ts';
import { add, database, message, plain, type Setting, setting, stock } from '../support/sheet-sockets.ts';

test('[SY26] stock y-websocket clients with a valid cookie edit together, presence included', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  const ben = stock(at, at.sheets.maker, 'ben');
  await Promise.all([ana.synced, ben.synced]);
  add(ana.doc, 'r1', at.people.ana, { mineral: 'gallium' });
  await expect.poll(() => readRows(ben.doc).get('r1')?.mineral).toBe('gallium');
  rowsOf(ben.doc).get('r1')?.set('quantity', '7');
  await expect.poll(() => readRows(ana.doc).get('r1')?.quantity).toBe('7');
  ana.provider.awareness.setLocalStateField('user', { name: 'whoever' });
  await expect
    .poll(() => (ben.provider.awareness.getStates().get(ana.doc.clientID) as { user?: { name: string } })?.user?.name)
    .toBe('Ana');
  await expect.poll(async () => (await at.server.rowsOf(at.sheets.maker)).rows.get('r1')?.quantity).toBe('7');
});

test('[SY26] a stock client that reconnects brings what was edited meanwhile on both sides', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  const ben = stock(at, at.sheets.maker, 'ben');
  await Promise.all([ana.synced, ben.synced]);
  add(ana.doc, 'r1', at.people.ana);
  await expect.poll(() => readRows(ben.doc).size).toBe(1);
  ana.provider.disconnect();
  rowsOf(ana.doc).get('r1')?.set('note', 'offline');
  rowsOf(ben.doc).get('r1')?.set('unit', 'kg');
  ana.provider.connect();
  await expect.poll(() => readRows(ben.doc).get('r1')).toMatchObject({ note: 'offline', unit: 'kg' });
  await expect.poll(() => readRows(ana.doc).get('r1')?.unit).toBe('kg');
});

test('[SY27] a sheet that does not exist, one of others and one that is sealed answer alike', async () => {
  const at = await setting();
  const cookie = { cookie: 'session=rita' };
  const ends = await Promise.all(
    [at.sheets.maker, '6d0a4a3e-1f0b-4c53-9d6e-0123456789ab', at.sheets.offers, 'no-uuid'].map(async (id) => {
      const { ended, received } = await plain(at, id, cookie);
      return [await ended, received.length];
    }),
  );
  expect(ends).toEqual(Array(4).fill([CLOSE.noSheet, 0]));
  expect(await (await plain(at, at.sheets.shared, { cookie: 'session=zoe' })).ended).toBe(CLOSE.noSheet);
  expect(await (await plain(at, at.sheets.maker, {})).ended).toBe(CLOSE.signedOut);
});

test('[SY28] a page of another host cannot use its visitor’s cookie; a program without an origin can connect', async () => {
  const at = await setting();
  const cookie = 'session=ana';
  const foreign = await plain(at, at.sheets.maker, { cookie, origin: 'https://evil.example' });
  expect(await foreign.ended).toBe(403);
  const own = await plain(at, at.sheets.maker, {
    cookie,
    origin: at.url.replace('ws:', 'http:').replace(SYNC_PATH, ''),
  });
  await expect.poll(() => own.received.length).toBeGreaterThan(0);
  expect(await (await plain(at, '', { cookie }, '/a/b')).ended).toBe(404);
});

test('[SY29] a message of 10 MB ends its socket with a clear code, and the server goes on', async () => {
  const at = await setting();
  const ana = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
  await expect.poll(() => ana.received.length).toBeGreaterThan(0);
  ana.socket.send(Buffer.alloc(10 << 20));
  expect(await ana.ended).toBe(CLOSE.limit);
  const text = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
  await expect.poll(() => text.received.length).toBeGreaterThan(0);
  text.socket.send('hello');
  expect(await text.ended).toBe(CLOSE.malformed);
  const ben = stock(at, at.sheets.maker, 'ben');
  await ben.synced;
});

test('[SY30] one person has so many sockets, and a further one is turned away', async () => {
  const at = await setting({ socketsPerActor: 2 });
  const open = [];
  for (let index = 0; index < 2; index++) {
    const one = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
    await expect.poll(() => one.received.length).toBeGreaterThan(0);
    open.push(one);
  }
  expect(await (await plain(at, at.sheets.rival, { cookie: 'session=ana' })).ended).toBe(CLOSE.noSheet);
  expect(await (await plain(at, at.sheets.maker, { cookie: 'session=ana' })).ended).toBe(CLOSE.limit);
  await (await plain(at, at.sheets.maker, { cookie: 'session=ben' })).socket.terminate();
});

test('[SY41] one person has so many different sheets open, and any number of tabs of one of them', async () => {
  const at = await setting({ roomsPerActor: 2 });
  const cookie = { cookie: 'session=ana' };
  for (const sheet of [at.sheets.maker, at.sheets.shared, at.sheets.maker]) {
    const one = await plain(at, sheet, cookie);
    await expect.poll(() => one.received.length).toBeGreaterThan(0);
  }
  expect(await (await plain(at, at.sheets.priorities, cookie)).ended).toBe(CLOSE.limit);
});

test('[SY31] a session that ends in mid-edit closes its sockets; what it sends then is not stored', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  const ben = stock(at, at.sheets.maker, 'ben');
  await Promise.all([ana.synced, ben.synced]);
  add(ana.doc, 'r1', at.people.ana);
  await expect.poll(() => readRows(ben.doc).size).toBe(1);
  at.sessions.delete('ana');
  await at.server.recheck(({ userId }) => userId === at.people.ana.userId);
  rowsOf(ana.doc).get('r1')?.set('note', 'after');
  expect(await ana.closed).toBe(CLOSE.signedOut);
  rowsOf(ben.doc).get('r1')?.set('unit', 'kg');
  await expect.poll(async () => (await at.server.rowsOf(at.sheets.maker)).rows.get('r1')?.unit).toBe('kg');
  expect(readRows(ben.doc).get('r1')?.note).toBeUndefined();
});

test('[SY31] a right that is lost or changed closes the sockets that used it, and no others', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  const rita = stock(at, at.sheets.rival, 'rita');
  const otto = stock(at, at.sheets.priorities, 'otto');
  await Promise.all([ana.synced, rita.synced, otto.synced]);
  await database.prisma.poolMember.delete({
    where: { poolId_organizationId: { poolId: at.poolId, organizationId: at.people.rita.organizationId } },
  });
  await at.server.recheck(() => true);
  expect(await rita.closed).toBe(CLOSE.changed);
  at.sessions.set('ana', { ...at.people.ana, role: 'viewer' });
  await at.server.recheck(() => true);
  expect(await ana.closed).toBe(CLOSE.changed);
  expect(otto.provider.wsconnected).toBe(true);
});

test('[SY32] closing collection: what was typed before is in, the sheet says where it stands, and nothing comes after', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  const vera = stock(at, at.sheets.maker, 'vera');
  await Promise.all([ana.synced, vera.synced]);
  add(ana.doc, 'r1', at.people.ana);
  await expect.poll(() => readRows(vera.doc).size).toBe(1);
  const seq = await at.server.freeze(at.sheets.maker);
  expect(await ana.closed).toBe(CLOSE.changed);
  expect(vera.provider.wsconnected).toBe(true);
  expect(await at.server.rowsOf(at.sheets.maker)).toMatchObject({ seq, rows: { size: 1 } });
  const late = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
  await expect.poll(() => late.received.length).toBeGreaterThan(0);
  const doc = new Y.Doc();
  add(doc, 'r2', at.people.ana);
  late.socket.send(message(MESSAGE.sync, 2, Y.encodeStateAsUpdate(doc)));
  expect(await late.ended).toBe(CLOSE.refused);
  expect(Buffer.from(late.received.at(-1) ?? []).toString()).toContain('sheet-frozen');
  expect((await at.server.rowsOf(at.sheets.maker)).seq).toBe(seq);
});

test('[SY33] the clean room is read only, and each opening is on the record before anything is shown', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  await ana.synced;
  add(ana.doc, 'r1', at.people.ana);
  await expect.poll(async () => (await at.server.rowsOf(at.sheets.maker)).rows.size).toBe(1);
  const adam = stock(at, at.sheets.maker, 'admin');
  await adam.synced;
  expect(readRows(adam.doc).size).toBe(1);
  expect(at.views).toEqual([{ actor: at.people.admin.userId, sheet: at.sheets.maker }]);
  rowsOf(adam.doc).get('r1')?.set('note', 'x');
  expect(await adam.closed).toBe(CLOSE.refused);
  expect(readRows(ana.doc).get('r1')?.note).toBeUndefined();
});

test('[SY34] a server that stops stores what it received and tells everybody to come back', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  await ana.synced;
  ana.provider.shouldConnect = false;
  const lock = await holdSheet(database, at.sheets.maker);
  add(ana.doc, 'r1', at.people.ana);
  await lock.awaited();
  const stopped = at.server.close();
  await lock.release();
  await stopped;
  expect(await ana.closed).toBe(CLOSE.retry);
  expect(await database.prisma.sheetUpdate.count({ where: { sheetId: at.sheets.maker } })).toBe(1);
});

test('[SY40] who is told to come back hears after how long, and not everybody at the same moment', async () => {
  const at = await setting();
  const reasons: Promise<string>[] = [];
  for (const name of ['ana', 'ben', 'vera', 'ana', 'ben', 'vera']) {
    const { socket, received } = await plain(at, at.sheets.maker, { cookie: `session=${name}` });
    reasons.push(new Promise((done) => socket.on('close', (_, reason) => done(String(reason)))));
    await expect.poll(() => received.length).toBeGreaterThan(0);
  }
  await at.server.close();
  const delays = (await Promise.all(reasons)).map(retryDelayMs);
  for (const delay of delays) expect(delay).toBeGreaterThanOrEqual(RETRY_MS_MIN);
  expect(new Set(delays).size).toBeGreaterThan(1);
  expect(retryDelayMs('somebody else’s words')).toBeNull();
});

test('[SY35] while the database cannot be reached sheets refuse with "come back"; once it can, they work', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  await ana.synced;
  const away = 'ALTER TABLE sheet_update RENAME TO away; ALTER TABLE sheet RENAME TO gone';
  await database.pool.query(away);
  try {
    add(ana.doc, 'r1', at.people.ana);
    expect(await ana.closed).toBe(CLOSE.retry);
    expect(await (await plain(at, at.sheets.maker, { cookie: 'session=ben' })).ended).toBe(CLOSE.retry);
  } finally {
    await database.pool.query('ALTER TABLE away RENAME TO sheet_update; ALTER TABLE gone RENAME TO sheet');
  }
  const ben = stock(at, at.sheets.maker, 'ben');
  await ben.synced;
  await expect.poll(() => readRows(ben.doc).size, { timeout: 10_000 }).toBe(1);
});

test('[SY38] a quiet line hears something every 15 seconds; one without a sign of life is cut', async () => {
  const clock = new HandClock(new Date().toISOString());
  const at = await setting({}, clock);
  const cookie = { cookie: 'session=ana' };
  const alive = await plain(at, at.sheets.maker, cookie);
  const dead = await plain(at, at.sheets.maker, cookie, `/${at.sheets.maker}`, { autoPong: false });
  await expect.poll(() => Math.min(alive.received.length, dead.received.length)).toBeGreaterThan(0);
  const pinged = new Promise((done) => alive.socket.once('ping', done));
  const before = alive.received.length;
  clock.turnBy(HEARTBEAT_MS);
  await pinged;
  await expect.poll(() => alive.received.length).toBe(before + 1);
  expect([...(alive.received.at(-1) ?? [])]).toEqual([MESSAGE.awareness, 1, 0]);
  // The pong is behind our ping: once the server has answered this, it has heard it.
  alive.socket.send(message(MESSAGE.sync, 0, Uint8Array.of(0)));
  await expect.poll(() => alive.received.length).toBeGreaterThan(before + 1);
  clock.turnBy(HEARTBEAT_MS);
  expect(await dead.ended).toBe(1006);
  expect(alive.socket.readyState).toBe(WebSocket.OPEN);
});

/** Somebody with a cookie or none who takes our closing frame and answers nothing. Resolves when the server has said something. */
async function mute(at: Setting, sheetId: string, cookie?: string): Promise<{ socket: Socket; cut: Promise<void> }> {
  const { hostname, port, pathname } = new URL(at.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  const cut = new Promise<void>((done) => socket.on('close', () => done()));
  const heard = new Promise<void>((done) => socket.on('data', (data: Buffer) => data.includes(FRAME_START) && done()));
  const lines = [
    `GET ${pathname}/${sheetId} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(cookie ? [`Cookie: ${cookie}`] : []),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  await heard;
  return { socket, cut };
}

/** First byte of a whole closing frame. */
const FRAME_START = 0x88;
const isIn = ({ received }: { received: unknown[] }) => expect.poll(() => received.length).toBeGreaterThan(0);

test('[SY75] strangers, and whoever may not see a sheet, hold nobody’s place, however long they stay on the line', async () => {
  const clock = new HandClock(new Date().toISOString());
  const at = await setting({ sockets: 2, turnedAway: 100 }, clock);
  const strangers: Socket[] = [];
  for (let n = 0; n < 10; n++)
    for (const cookie of [undefined, 'session=nobody', 'session=rita'])
      strangers.push((await mute(at, at.sheets.maker, cookie)).socket);
  await isIn(await plain(at, at.sheets.maker, { cookie: 'session=ana' }));
  await isIn(await plain(at, at.sheets.maker, { cookie: 'session=ben' }));
  expect(await (await plain(at, at.sheets.maker, { cookie: 'session=vera' })).ended).toBe(503);
  expect(strangers.filter(({ closed }) => closed)).toEqual([]);
  for (const socket of strangers) socket.destroy();
});

test('[SY76] who is turned away and does not hang up is cut after two seconds, and at once when too many others came since', async () => {
  const clock = new HandClock(new Date().toISOString());
  const at = await setting({ turnedAway: 2 }, clock);
  const [first, second, third] = [
    await mute(at, at.sheets.maker),
    await mute(at, at.sheets.maker, 'session=rita'),
    await mute(at, at.sheets.maker),
  ];
  await first.cut;
  clock.turnBy(HANG_UP_MS_MAX - 1);
  await isIn(await plain(at, at.sheets.maker, { cookie: 'session=ana' }));
  expect([second.socket.closed, third.socket.closed]).toEqual([false, false]);
  clock.turnBy(1);
  await Promise.all([second.cut, third.cut]);
});

test('[SY75] places that were free when people came, and are taken when they would be seated, are not given twice', async () => {
  const at = await setting({ sockets: 1 });
  const log = await holdLog(database);
  const came = await Promise.all(['ana', 'ben'].map((who) => plain(at, at.sheets.maker, { cookie: `session=${who}` })));
  await expect.poll(() => came.map(({ socket }) => socket.readyState)).toEqual([WebSocket.OPEN, WebSocket.OPEN]);
  await log.awaited();
  await log.release();
  expect(await Promise.race(came.map(({ ended }) => ended))).toBe(CLOSE.retry);
  await expect.poll(() => came.filter(({ received }) => received.length > 0).length).toBe(1);
});

test('[SY82] who loses the session while the sheet loads is let in and looked at again: nothing of it stays open', async () => {
  const at = await setting();
  const log = await holdLog(database);
  const ana = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
  await log.awaited();
  at.sessions.delete('ana');
  await at.server.recheck(() => true);
  await log.release();
  expect(await ana.ended).toBe(CLOSE.signedOut);
});

test('[SY82] one person who comes several times while the sheet loads gets as many places as one may', async () => {
  const at = await setting({ socketsPerActor: 2 });
  const log = await holdLog(database);
  const came = await Promise.all([1, 2, 3].map(() => plain(at, at.sheets.maker, { cookie: 'session=ana' })));
  await expect.poll(() => came.every(({ socket }) => socket.readyState === WebSocket.OPEN)).toBe(true);
  await log.awaited();
  await log.release();
  expect(await Promise.race(came.map(({ ended }) => ended))).toBe(CLOSE.limit);
  await expect.poll(() => came.filter(({ received }) => received.length > 0).length).toBe(2);
});

test('[SY82] a sheet that ended while the view went on the record is not joined: the viewer is told to come back', async () => {
  const { promise: recorded, resolve: record } = Promise.withResolvers<void>();
  const at = await setting({}, undefined, recorded);
  const ana = stock(at, at.sheets.maker, 'ana');
  await ana.synced;
  ana.provider.shouldConnect = false;
  const adam = await plain(at, at.sheets.maker, { cookie: 'session=admin' });
  await expect.poll(() => at.views.length).toBe(1);
  await database.pool.query('ALTER TABLE sheet_update RENAME TO away');
  try {
    add(ana.doc, 'r1', at.people.ana);
    expect(await ana.closed).toBe(CLOSE.retry);
  } finally {
    await database.pool.query('ALTER TABLE away RENAME TO sheet_update');
  }
  record();
  expect(await adam.ended).toBe(CLOSE.retry);
});

test('[SY34] who waits to be let in while the server stops is told to come back, too', async () => {
  const at = await setting();
  const log = await holdLog(database);
  const ana = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
  await log.awaited();
  await at.server.close();
  expect(await ana.ended).toBe(CLOSE.retry);
  await log.release();
});

test('[SY32] a sheet that closes waits for what was received behind a commit that is under way', async () => {
  const at = await setting();
  const ana = stock(at, at.sheets.maker, 'ana');
  const ben = stock(at, at.sheets.maker, 'ben');
  await Promise.all([ana.synced, ben.synced]);
  const lock = await holdSheet(database, at.sheets.maker);
  add(ana.doc, 'r1', at.people.ana);
  await lock.awaited();
  add(ana.doc, 'r2', at.people.ana);
  // It travels behind the edit, and is shown without waiting for the log.
  ana.provider.awareness.setLocalStateField('cell', { row: 'r2', column: 'note' });
  await expect.poll(() => ben.provider.awareness.getStates().get(ana.doc.clientID)?.cell).toBeDefined();
  const frozen = at.server.freeze(at.sheets.maker);
  for (let n = 0; n < 5; n++) await database.pool.query('SELECT 1');
  await lock.release();
  expect(await frozen).toBeGreaterThan(1n);
  expect((await at.server.rowsOf(at.sheets.maker)).rows.size).toBe(2);
});
