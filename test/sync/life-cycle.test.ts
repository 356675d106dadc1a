/** How sheets are opened, kept, closed and shared between nodes, and what slow and greedy sockets meet. */

import pg from 'pg';
import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { CLOSE, MESSAGE } from '../../protocol/rooms.ts';
import { rowsOf } from '../../protocol/sheet-doc.ts';
import { DocumentSize } from '../../server/sync/document-size.ts';
import { chainHash } from '../../server/sync/hash-chain.ts';
import { COMMIT_MS_MAX, MEASURE_MS, TAIL_UPDATES_MAX } from '../../server/sync/limits.ts';
import { type LifeState, RoomLife } from '../../server/sync/room-life.ts';
import { freezeSheet } from '../../server/sync/sheet-store.ts';
import { verifyLog } from '../../server/sync/verify-log.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { holdSheet } from '../support/held-lock.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { LIMITS, makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const node of nodes.splice(0)) await node.close();
});

type Options = Parameters<typeof makeNode>[1];

async function setting(options?: Options) {
  const space = await makeSpace(database);
  const node = makeNode(database, options);
  nodes.push(node);
  return { ...space, node, settle: node.settle };
}

/** Ana and Ben in the maker's sheet, with one row. */
async function pair(options?: Options) {
  const all = await setting(options);
  const ana = await all.node.join(all.sheets.maker, all.people.ana);
  const ben = await all.node.join(all.sheets.maker, all.people.ben);
  await all.settle();
  ana.add('r1', {});
  await all.settle();
  return { ...all, ana, ben };
}

test('[SY19] a sheet loads from its snapshot and the log after it, to the same rows as the whole log gives', async () => {
  const { ana, ben, node, settle, sheets, people } = await pair({ limits: { updatesPerSecond: 10_000 } });
  // Two people in turn, as what one person sends within a tick is one row of the log.
  for (let index = 0; index <= TAIL_UPDATES_MAX; index++) (index % 2 ? ana : ben).set('r1', 'note', `${index}`);
  await settle();
  const where = { sheetId: sheets.maker };
  await node.snapshotted();
  ana.set('r1', 'unit', 'kg');
  await settle();
  const snapshot = await database.prisma.sheetSnapshot.findUniqueOrThrow({ where });
  const seq = (await node.rooms.rowsOf(sheets.maker))?.seq ?? 0n;
  expect(snapshot.seq).toBeLessThan(seq);
  const other = makeNode(database);
  nodes.push(other);
  const late = await other.join(sheets.maker, people.ben);
  await other.settle();
  expect(late.rows).toEqual(ana.rows);
  const log = await database.prisma.sheetUpdate.findMany({ where: { sheetId: sheets.maker }, orderBy: { seq: 'asc' } });
  const whole = new Y.Doc();
  for (const { bytes } of log) Y.applyUpdate(whole, bytes);
  expect(rowsOf(whole).toJSON()).toEqual(rowsOf(ana.doc).toJSON());
});

test('[SY19] a damaged snapshot costs time, not rows', async () => {
  const { ana, sheets, people } = await pair();
  await database.prisma.sheetSnapshot.create({
    data: { sheetId: sheets.maker, seq: 1n, bytes: Uint8Array.of(1, 2, 3) },
  });
  const other = makeNode(database);
  nodes.push(other);
  const late = await other.join(sheets.maker, people.ben);
  await other.settle();
  expect(late.rows).toEqual(ana.rows);
});

test('[SY20] a sheet whose log has a hole is not opened, and nothing stays behind', async () => {
  const { sheets } = await pair();
  const other = makeNode(database);
  nodes.push(other);
  await database.pool.query('UPDATE sheet_update SET seq = 2 WHERE sheet_id = $1', [sheets.maker]);
  await expect(other.open(sheets.maker)).rejects.toThrow('no row 1 in its log');
  await database.pool.query('UPDATE sheet_update SET seq = 1 WHERE sheet_id = $1', [sheets.maker]);
  await expect(other.open(sheets.maker)).resolves.toBeDefined();
});

test('[SY20] while a sheet loads nobody gets an answer, and all who wait get the same room', async () => {
  const { node, sheets } = await setting();
  const rooms = await Promise.all([node.open(sheets.maker), node.open(sheets.maker), node.open(sheets.maker)]);
  expect(new Set(rooms).size).toBe(1);
});

test('[SY21] a sheet stays in memory for a while after the last person left, and is then unloaded with a snapshot', async () => {
  const { ana, ben, node, sheets, settle } = await pair();
  const room = await node.open(sheets.maker);
  ana.leave();
  ben.leave();
  await settle();
  node.clock.turnBy(59_000);
  expect(node.rooms.opened(sheets.maker)).toBe(room);
  node.clock.turnBy(2_000);
  const again = await node.open(sheets.maker);
  expect(again).not.toBe(room);
  expect(again.durable.rows.size).toBe(1);
  await node.snapshotted();
  expect(await database.prisma.sheetSnapshot.count({ where: { sheetId: sheets.maker } })).toBe(1);
});

test('[SY21] a sheet with somebody in it, or with an edit under way, is not unloaded', async () => {
  const { ana, ben, node, sheets, settle } = await pair();
  const room = await node.open(sheets.maker);
  ben.leave();
  node.clock.turnBy(600_000);
  expect(node.rooms.opened(sheets.maker)).toBe(room);
  const pass = RoomLife.prototype.pass;
  const idleWhile = new Map<LifeState, boolean>();
  vi.spyOn(RoomLife.prototype, 'pass').mockImplementation(function (this: RoomLife, next) {
    pass.call(this, next);
    idleWhile.set(next, room.isIdle);
  });
  ana.set('r1', 'note', 'last');
  ana.leave();
  // Nobody is in it any more, and the edit waits for its tick.
  expect([room.state, room.isIdle]).toEqual(['standing', false]);
  expect(() => room.retire()).toThrow('not unloaded');
  await settle();
  expect(idleWhile.get('committing')).toBe(false);
  expect(room.durable.rows.get('r1')?.note).toBe('last');
  expect(room.isIdle).toBe(true);
});

test('[SY37] a node has so many sheets open: an empty one gives way, else the newcomer has to come back', async () => {
  const { ana, ben, node, sheets, settle } = await pair({ limits: { rooms: 2 } });
  await node.open(sheets.rival);
  await node.open(sheets.shared);
  expect(node.rooms.all().map((room) => room.sheetId)).toEqual([sheets.maker, sheets.shared]);
  await node.join(sheets.shared, ana.actor);
  await expect(node.open(sheets.offers)).rejects.toThrow('too many sheets');
  ana.leave();
  ben.leave();
  await settle();
  await expect(node.open(sheets.offers)).resolves.toBeDefined();
});

test('[SY12] a sheet is full when its document is, not when a long history says so', () => {
  const clock = new HandClock('2026-11-24T10:00:00.000Z');
  const { documentBytes } = LIMITS;
  const small = new DocumentSize(new Y.Doc(), { clock, documentBytes }, documentBytes);
  expect(small.hasRoomFor(1, 1)).toBe(true);
  const doc = new Y.Doc();
  for (let index = 0; index < 17; index++) doc.getMap('rows').set(`${index}`, 'x'.repeat(1 << 20));
  const large = new DocumentSize(doc, { clock, documentBytes }, documentBytes);
  expect(large.hasRoomFor(1, 1)).toBe(false);
  doc.getMap('rows').clear();
  expect(large.hasRoomFor(1, 1)).toBe(false);
  clock.turnBy(MEASURE_MS);
  expect(large.hasRoomFor(1, 1)).toBe(true);
});

test('[SY12] a small sheet that is written over and over, faster than a full one is measured, does not look full', () => {
  const clock = new HandClock('2026-11-24T10:00:00.000Z');
  const { documentBytes } = LIMITS;
  const size = new DocumentSize(new Y.Doc(), { clock, documentBytes }, 0);
  for (let time = 0; time < 3; time++) {
    size.add(documentBytes, 1);
    expect(size.hasRoomFor(1, 1)).toBe(true);
    clock.turnBy(1_000);
  }
});

test('[SY22] a sheet that another process froze refuses the edit that was under way and sends everybody back', async () => {
  const { ana, ben, node, sheets, settle } = await pair();
  const room = await node.open(sheets.maker);
  const seq = await freezeSheet(database.pool, sheets.maker);
  ana.set('r1', 'note', 'too late');
  await room.settled();
  await settle();
  expect([ana.refusals.at(-1)?.code, ana.closed?.code, ben.closed?.code]).toEqual([
    'sheet-frozen',
    CLOSE.refused,
    CLOSE.changed,
  ]);
  expect(ben.cell('r1', 'note')).toBeUndefined();
  const sheet = await database.prisma.sheet.findUniqueOrThrow({ where: { id: sheets.maker } });
  expect(sheet.seq).toBe(seq);
});

test('[SY23] a reader that does not take its frames gets one diff when it does, and then follows again', async () => {
  const { ana, ben, settle } = await pair({ limits: { updatesPerSecond: 10_000 } });
  ben.isStalled = true;
  const text = 'x'.repeat(2000);
  for (let index = 0; index < 1500; index++) ana.set('r1', 'note', `${index} ${text}`);
  await settle();
  expect(ben.backlog).toBeLessThan(LIMITS.backlogBytes + 300_000);
  for (let index = 0; index < 1500; index++) {
    ana.set('r1', 'note', `${index} ${text}`);
    ana.set('r1', 'unit', `${index}`);
  }
  await settle();
  expect(ben.backlog).toBeLessThan(LIMITS.backlogBytes + 300_000);
  ben.isStalled = false;
  await settle();
  expect(ben.rows).toEqual(ana.rows);
  ana.set('r1', 'note', 'follows');
  await settle();
  expect([ben.cell('r1', 'note'), ben.closed]).toEqual(['follows', null]);
});

test('[SY23] a reader that takes nothing for half a minute is told to come back', async () => {
  const { ana, ben, node, settle } = await pair({ limits: { updatesPerSecond: 10_000 } });
  ben.isStalled = true;
  for (let index = 0; index < 800; index++) {
    ana.set('r1', 'note', `${index} ${'x'.repeat(2000)}`);
    await node.committer.idle();
  }
  expect(ben.peer.isLagging).toBe(true);
  node.clock.turnBy(1000 * LIMITS.lagSeconds - 1);
  expect(ben.closed).toBeNull();
  node.clock.turnBy(1);
  expect(ben.closed?.code).toBe(CLOSE.retry);
  await settle();
  expect(ana.acks.at(-1)).toBe(ana.sent);
});

/** A sheet of more than a line may have waiting, and a question that everything answers: the vector of somebody who has nothing of it. */
async function large(options?: Options) {
  const all = await pair(options);
  all.ana.doc.transact(() => {
    for (let n = 0; n < 700; n++) all.ana.add(`l${n}`, { note: 'x'.repeat(2000) });
  });
  await all.settle();
  const ask = () => all.ben.send(MESSAGE.sync, 0, Y.encodeStateVector(new Map([[77, 1]])));
  return { ...all, ask, wholeBytes: Y.encodeStateAsUpdate(all.ana.doc).length };
}

test('[SY77] a reader that asks again and again and takes no answer costs one, and has half a minute like any slow one', async () => {
  const { ana, ben, node, settle, ask, wholeBytes } = await large({ limits: { updatesPerSecond: 10_000 } });
  ben.isStalled = true;
  for (let n = 0; n < 20; n++) {
    ask();
    await node.committer.idle();
  }
  expect(wholeBytes).toBeGreaterThan(LIMITS.backlogBytes);
  expect(ben.backlog).toBeLessThan(1.1 * wholeBytes);
  expect(ben.peer.isLagging).toBe(true);
  node.clock.turnBy(1000 * LIMITS.lagSeconds - 1);
  expect(ben.closed).toBeNull();
  node.clock.turnBy(1);
  expect(ben.closed?.code).toBe(CLOSE.retry);
  ana.set('r1', 'note', 'goes on');
  await settle();
  expect(ana.acks.at(-1)).toBe(ana.sent);
});

test('[SY77] once it reads again it gets the answer to what it asked last, and follows', async () => {
  const { ana, ben, node, settle, ask } = await large({ limits: { updatesPerSecond: 10_000 } });
  ben.isStalled = true;
  for (let n = 0; n < 2; n++) {
    ask();
    await node.committer.idle();
  }
  ana.set('r1', 'note', 'meanwhile');
  await node.committer.idle();
  ben.isStalled = false;
  await settle();
  ana.set('r1', 'unit', 'kg');
  await settle();
  expect([ben.cell('r1', 'note'), ben.cell('r1', 'unit')]).toEqual(['meanwhile', 'kg']);
  expect([ben.peer.isLagging, ben.closed]).toEqual([false, null]);
});

test('[SY78] the first answer is everybody’s due; who has everything sent again and again is read more slowly', async () => {
  const { ben, node, settle, ask, sheets, people } = await large();
  const vera = await node.join(sheets.maker, people.vera);
  await settle();
  expect([vera.rows.size, vera.isPaused]).toEqual([701, false]);
  let asked = 0;
  for (; !ben.isPaused && asked < 50; asked++) {
    ask();
    await settle();
  }
  expect(asked).toBeLessThan(5);
  node.clock.turnBy(5_000);
  expect([ben.isPaused, ben.closed]).toEqual([false, null]);
});

test('[SY24] a socket that sends too fast is read more slowly, and loses nothing', async () => {
  const { ana, ben, node, settle } = await pair({ limits: { updatesPerSecond: 5 } });
  for (let index = 0; index < 40; index++) ana.set('r1', 'note', `${index}`);
  expect(ana.isPaused).toBe(true);
  await settle();
  expect([ana.isPaused, ana.closed, ben.cell('r1', 'note')]).toEqual([true, null, '39']);
  node.clock.turnBy(10_000);
  expect(ana.isPaused).toBe(false);
});

test('[SY24] a socket whose updates wait for the log is not read further until they are taken', async () => {
  const { ana, sheets, settle } = await pair({ limits: { updatesPerSecond: 10_000 } });
  const lock = await holdSheet(database, sheets.maker);
  ana.set('r1', 'note', 'first');
  await lock.awaited();
  for (let index = 0; index < 256; index++) ana.set('r1', 'note', `${index}`);
  expect(ana.isPaused).toBe(true);
  await lock.release();
  await settle();
  expect([ana.isPaused, ana.acks.at(-1)]).toEqual([false, ana.sent]);
});

test('[LG5] the chain of a sheet’s log can be checked, and the first row that was changed, dropped or moved is named', async () => {
  const { ana, settle, sheets } = await pair();
  for (const note of ['a', 'b', 'c']) {
    ana.set('r1', 'note', note);
    await settle();
  }
  expect(await verifyLog(database.pool, sheets.maker)).toEqual({ rows: 4, broken: null });
  await database.pool.query('UPDATE sheet_update SET at = at + interval $$1 ms$$ WHERE sheet_id = $1 AND seq = 3', [
    sheets.maker,
  ]);
  expect(await verifyLog(database.pool, sheets.maker)).toEqual({ rows: 4, broken: 3n });
  await database.pool.query('DELETE FROM sheet_update WHERE sheet_id = $1 AND seq > 2', [sheets.maker]);
  expect(await verifyLog(database.pool, sheets.maker)).toEqual({ rows: 2, broken: 3n });
});

test('[LG5] a row that somebody wrote anew with a hash that fits it is betrayed by the next, whose hash covers the old one', async () => {
  const { ana, settle, sheets } = await pair();
  for (const note of ['a', 'b', 'c']) {
    ana.set('r1', 'note', note);
    await settle();
  }
  const rows = await database.prisma.sheetUpdate.findMany({
    where: { sheetId: sheets.maker },
    orderBy: { seq: 'asc' },
  });
  const [before, row] = [rows[1], rows[2]];
  if (!before || !row) throw new Error('the log is too short');
  const forged = { ...row, at: new Date(row.at.getTime() + 1) };
  await database.prisma.sheetUpdate.update({
    where: { sheetId_seq: { sheetId: sheets.maker, seq: row.seq } },
    data: { at: forged.at, hash: Uint8Array.from(chainHash(before.hash, forged)) },
  });
  expect(await verifyLog(database.pool, sheets.maker)).toEqual({ rows: 4, broken: 4n });
});

test('[SY79] a commit that gets no connection for ten seconds counts as lost, and everybody comes back', async () => {
  const { sheets, people } = await makeSpace(database);
  const pool = new pg.Pool({ ...database.pool.options, max: 1 });
  const node = makeNode({ ...database, pool });
  const ana = await node.join(sheets.maker, people.ana);
  await node.settle();
  const held = await pool.connect();
  ana.add('r1');
  await turn();
  node.clock.turnBy(COMMIT_MS_MAX - 1);
  await turn();
  expect([ana.room.state, ana.closed]).toEqual(['committing', null]);
  node.clock.turnBy(1);
  await turn();
  expect([ana.closed?.code, node.reported.at(-1)]).toEqual([CLOSE.retry, 'sheet.lost-tick']);
  ana.deliver();
  expect(ana.acks.at(-1)).toBeLessThan(ana.sent);
  // The pool gives nothing any more, so that what the commit still waits for never comes.
  const ended = pool.end();
  held.release(true);
  await node.close();
  await ended;
});

const turn = () => new Promise((done) => setImmediate(done));
