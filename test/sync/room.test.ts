/** A room with clients on lines in memory: sharing, logging before sharing, acknowledging, refusing. */
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { CLOSE, MESSAGE } from '../../protocol/rooms.ts';
import { insertRow, rowsOf, type YRow } from '../../protocol/sheet-doc.ts';
import { Inbox } from '../../server/sync/inbox.ts';
import { TICK_BYTES_MAX, TICK_UPDATES_MAX } from '../../server/sync/limits.ts';
import { testDatabase } from '../support/database.ts';
import { holdSheet } from '../support/held-lock.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { type Client, makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

async function setting(options?: Parameters<typeof makeNode>[1]) {
  const space = await makeSpace(database);
  const node = makeNode(database, options);
  nodes.push(node);
  return { ...space, node, settle: node.settle };
}

/** Ana and Ben of the same maker in its sheet, with one row. */
async function pair(options?: Parameters<typeof makeNode>[1]) {
  const all = await setting(options);
  const ana = await all.node.join(all.sheets.maker, all.people.ana);
  const ben = await all.node.join(all.sheets.maker, all.people.ben);
  await all.settle();
  ana.add('r1', { mineral: 'gallium' });
  await all.settle();
  return { ...all, ana, ben };
}

const refusal = (client: Client) => {
  const last = client.refusals.at(-1);
  return last && [last.code, last.row, last.column, client.closed?.code];
};

test('[SY1] two colleagues see each other type, and the sheet is the same for both', async () => {
  const { ana, ben, settle } = await pair();
  ben.set('r1', 'quantity', '12');
  await settle();
  expect(ana.cell('r1', 'quantity')).toBe('12');
  expect(ana.rows).toEqual(ben.rows);
});

test('[SY1] two people who fill the same cell at once end with the same value, and the history has both', async () => {
  const { ana, ben, settle, sheets, people } = await pair();
  ana.set('r1', 'note', 'from ana');
  ben.set('r1', 'note', 'from ben');
  await settle();
  expect(ana.rows).toEqual(ben.rows);
  const changes = await database.prisma.cellChange.findMany({
    where: { sheetId: sheets.maker, column: 'note' },
    orderBy: { seq: 'asc' },
  });
  const last = changes.at(-1);
  expect(last?.after).toBe(ana.cell('r1', 'note'));
  expect(changes[0]?.userId).toBe(people.ana.userId);
});

test('[SY2] nobody sees an edit, and nobody is told that it is saved, before the log has it', async () => {
  const { ana, ben, node, settle, sheets } = await pair();
  const before = [...ana.acks];
  const lock = await holdSheet(database, sheets.maker);
  ana.set('r1', 'note', 'x');
  await lock.awaited();
  const late = await node.join(sheets.maker, ben.actor);
  for (const client of [ana, ben, late]) client.deliver();
  expect([ben.cell('r1', 'note'), late.rows.size, ana.acks]).toEqual([undefined, 0, before]);
  expect((await node.rooms.rowsOf(sheets.maker))?.rows.get('r1')?.note).toBeUndefined();
  await lock.release();
  await settle();
  expect([ben.cell('r1', 'note'), late.cell('r1', 'note'), ana.acks.at(-1)]).toEqual(['x', 'x', ana.sent]);
});

test('[SY3] an edit that cannot be stored is seen by nobody; all come back to what the log has, and go on', async () => {
  const { ana, ben, node, settle, sheets, people } = await pair();
  const acked = ana.acks.at(-1);
  await database.pool.query('ALTER TABLE sheet_update RENAME TO away');
  try {
    ana.set('r1', 'note', 'lost');
    await settle();
  } finally {
    await database.pool.query('ALTER TABLE away RENAME TO sheet_update');
  }
  expect([ana.closed?.code, ben.closed?.code]).toEqual([CLOSE.retry, CLOSE.retry]);
  expect([ben.cell('r1', 'note'), ana.acks.at(-1)]).toEqual([undefined, acked]);
  expect(node.reported).toContain('sheet.lost-tick');
  const again = await node.join(sheets.maker, people.ben);
  await settle();
  expect(again.cell('r1', 'note')).toBeUndefined();
  again.set('r1', 'note', 'kept');
  await settle();
  expect(again.acks.at(-1)).toBe(again.sent);
  expect((await node.rooms.rowsOf(sheets.maker))?.rows.get('r1')?.note).toBe('kept');
});

test('[SY3] a connection that the database drops during a commit costs a new try, not the server', async () => {
  const { ana, node, settle, sheets, people } = await pair();
  const lock = await holdSheet(database, sheets.maker);
  ana.set('r1', 'note', 'x');
  await lock.awaited();
  await database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
  );
  await settle();
  await lock.release();
  expect(ana.closed?.code).toBe(CLOSE.retry);
  const again = await node.join(sheets.maker, people.ana);
  again.sendStep2(Y.encodeStateAsUpdate(ana.doc));
  await settle();
  expect((await node.rooms.rowsOf(sheets.maker))?.rows.get('r1')?.note).toBe('x');
  expect(again.closed).toBeNull();
});

test('[SY4] acknowledgements count the updates of a socket that are durable, and go only to clients that asked', async () => {
  const { node, settle, sheets, people } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  const plain = await node.join(sheets.maker, people.ben, { wantsAck: false });
  await settle();
  ana.add('r1');
  ana.set('r1', 'note', 'a');
  plain.add('r2');
  await settle();
  expect([ana.acks.at(-1), ana.sent, plain.acks]).toEqual([3, 3, []]);
});

test('[SY5] what is not admitted is not applied; its author hears what, where, why and what to do, and nobody else notices', async () => {
  const { ana, ben, settle } = await pair();
  ana.set('r1', 'bonus', 1);
  ana.set('r1', 'note', 'after the refusal');
  await settle();
  expect(ana.refusals).toEqual([
    {
      code: 'no-such-column',
      row: 'r1',
      column: 'bonus',
      message: expect.any(String),
      remedy: expect.any(String),
    },
  ]);
  expect(ana.closed?.code).toBe(CLOSE.refused);
  expect([ben.closed, ben.cell('r1', 'bonus'), ben.cell('r1', 'note')]).toEqual([null, undefined, undefined]);
});

test('[SY5] a client that did not ask for refusals is closed with the code alone', async () => {
  const { node, settle, sheets, people } = await setting();
  const vera = await node.join(sheets.maker, people.vera, { wantsAck: false });
  await settle();
  vera.add('r1');
  await settle();
  expect([vera.closed, vera.refusals]).toEqual([{ code: CLOSE.refused, reason: 'read-only' }, []]);
});

test('[AD19] forged updates are refused in the running room, each with its place', async () => {
  const { node, settle, sheets, people, setPhase } = await setting();
  const ana = await node.join(sheets.shared, people.ana);
  await settle();
  ana.add('a1', { note: 'mine' });
  await settle();
  const attempts: [string, (rita: Client) => Uint8Array][] = [
    ['foreign-row a1 note', (rita) => rita.forge((doc) => rowsOf(doc).get('a1')?.set('note', 'hers'))],
    ['foreign-row a1 ', (rita) => rita.forge((doc) => rowsOf(doc).delete('a1'))],
    ['foreign-row a1 ', (rita) => rita.forge((doc) => insertRow(doc, 'a1', people.rita.organizationId, 'a0', {}))],
    [
      'foreign-row a1 org',
      (rita) => rita.forge((doc) => rowsOf(doc).get('a1')?.set('org', people.rita.organizationId)),
    ],
    ['not-your-name b1 org', (rita) => rita.forge((doc) => insertRow(doc, 'b1', people.ana.organizationId, 'a0', {}))],
    [
      'no-such-column b1 tier',
      (rita) => rita.forge((doc) => insertRow(doc, 'b1', people.rita.organizationId, 'a0', { tier: 1 })),
    ],
    ['not-a-cell b1 note', (rita) => rita.forge((doc) => nest(doc, people.rita.organizationId))],
    ['not-a-sheet  ', (rita) => rita.forge((doc) => doc.getMap('secret').set('x', 1))],
    ['not-a-sheet b1 ', (rita) => rita.forge((doc) => rowsOf(doc).set('b1', new Y.Text('x') as unknown as YRow))],
    [
      'not-your-client  ',
      (rita) => rita.forge((doc) => insertRow(doc, 'b1', people.rita.organizationId, 'a0', {}), ana.doc.clientID),
    ],
  ];
  for (const [expected, make] of attempts) {
    const rita = await node.join(sheets.shared, people.rita);
    await settle();
    rita.sendUpdate(make(rita));
    await settle();
    const last = rita.refusals.at(-1);
    expect([last?.code, last?.row, last?.column].join(' ')).toBe(expected);
    expect(rita.closed?.code).toBe(CLOSE.refused);
  }
  await setPhase('review');
  (await node.open(sheets.shared)).learn({ ...(await node.open(sheets.shared)).facts, phase: 'review' });
  ana.set('a1', 'note', 'too late');
  await settle();
  expect(refusal(ana)).toEqual(['phase-closed', 'a1', null, CLOSE.refused]);
  expect((await node.rooms.rowsOf(sheets.shared))?.rows).toEqual(
    new Map([['a1', { org: people.ana.organizationId, pos: 'a0', note: 'mine' }]]),
  );
});

function nest(doc: Y.Doc, owner: string): void {
  insertRow(doc, 'b1', owner, 'a0', {});
  rowsOf(doc)
    .get('b1')
    ?.set('note', new Y.Map() as unknown as string);
}

test('[AD20] a client id belongs to whoever wrote or appeared under it first, also after the sheet was loaded again', async () => {
  const { ana, ben, node, settle, sheets } = await pair();
  ben.show({ user: { name: 'Ben' } }, 1);
  const asBen = ana.forge((doc) => rowsOf(doc).get('r1')?.set('note', 'x'), ben.doc.clientID);
  ana.sendUpdate(asBen);
  await settle();
  expect(refusal(ana)?.[0]).toBe('not-your-client');
  const other = makeNode(database);
  nodes.push(other);
  const again = await other.join(sheets.maker, ben.actor);
  await other.settle();
  again.sendUpdate(again.forge((doc) => rowsOf(doc).get('r1')?.set('note', 'y'), ana.doc.clientID));
  await other.settle();
  expect(refusal(again)?.[0]).toBe('not-your-client');
  expect((await node.rooms.rowsOf(sheets.maker))?.rows.get('r1')?.note).toBeUndefined();
});

test('[SY6] an update without its history is answered with our state vector, three times, then the socket is closed', async () => {
  const { ana, ben, settle } = await pair();
  const orphan = () => {
    const lost = new Y.Doc();
    insertRow(lost, 'x', 'y', 'a0', {});
    let last: Uint8Array = new Uint8Array();
    lost.on('update', (update: Uint8Array) => {
      last = update;
    });
    rowsOf(lost).get('x')?.set('note', 'z');
    return last;
  };
  for (let round = 0; round < 4; round++) {
    expect(ana.closed).toBeNull();
    const acked = ana.acks.at(-1) ?? 0;
    ana.sendUpdate(orphan());
    await settle();
    if (round < 3) expect(ana.acks.at(-1)).toBe(acked + 2);
  }
  expect(ana.closed?.code).toBe(CLOSE.malformed);
  expect(ben.closed).toBeNull();
});

test('[SY6] thousands of updates without history cost no more than their decoding, and end the socket', async () => {
  const { ana, ben, settle } = await pair({ limits: { updatesPerSecond: 10_000 } });
  const lost = new Y.Doc();
  insertRow(lost, 'x', 'y', 'a0', {});
  const updates: Uint8Array[] = [];
  lost.on('update', (update: Uint8Array) => updates.push(update));
  for (let index = 0; index < 3000; index++) rowsOf(lost).get('x')?.set('note', `${index}`);
  for (const update of updates) ana.sendUpdate(update);
  await settle();
  expect(ana.closed?.code).toBe(CLOSE.malformed);
  ben.set('r1', 'note', 'still here');
  await settle();
  expect(ben.acks.at(-1)).toBe(ben.sent);
});

test('[SY6] typing on while an offline stretch is still on its way is in order', async () => {
  const { ana, ben, settle } = await pair();
  const away = new Y.Doc();
  Y.applyUpdate(away, Y.encodeStateAsUpdate(ana.doc));
  away.clientID = 77;
  for (let index = 0; index < 5; index++) rowsOf(away).get('r1')?.set('note', `offline ${index}`);
  const vector = Y.encodeStateVector(away);
  rowsOf(away).get('r1')?.set('note', 'typed on');
  ana.sendUpdate(Y.encodeStateAsUpdate(away, vector));
  await settle();
  ana.sendStep2(Y.encodeStateAsUpdate(away));
  await settle();
  expect([ben.cell('r1', 'note'), ana.closed, ana.acks.at(-1)]).toEqual(['typed on', null, ana.sent]);
});

test('[SY7] bytes that are no message end the socket that sent them, and only that one', async () => {
  const garbage = [
    [],
    [9],
    [0, 9, 0],
    [0, 2, 5, 1],
    [0, 2, 1, 255],
    [0, 0, 2, 255, 255],
    [1, 2, 200, 1],
    [0, 2, 3, 1, 2, 3],
  ];
  const { ben, node, settle, sheets, people } = await pair();
  for (const bytes of garbage) {
    const ana = await node.join(sheets.maker, people.ana);
    await settle();
    ana.sendRaw(Uint8Array.from(bytes));
    await settle();
    expect({ bytes, code: ana.closed?.code }).toEqual({ bytes, code: CLOSE.malformed });
  }
  ben.set('r1', 'note', 'fine');
  await settle();
  expect([ben.closed, ben.acks.at(-1)]).toEqual([null, ben.sent]);
});

test('[SY8] what was edited away from the network passes the same admission when it comes back', async () => {
  const { ana, ben, node, settle, sheets } = await pair();
  ana.leave();
  rowsOf(ana.doc).get('r1')?.set('note', 'offline');
  const good = await node.join(sheets.maker, ana.actor);
  good.sendStep2(Y.encodeStateAsUpdate(ana.doc));
  await settle();
  expect(ben.cell('r1', 'note')).toBe('offline');
  rowsOf(ana.doc).get('r1')?.set('bonus', 1);
  const bad = await node.join(sheets.maker, ana.actor);
  bad.sendStep2(Y.encodeStateAsUpdate(ana.doc));
  await settle();
  expect(refusal(bad)).toEqual(['no-such-column', 'r1', 'bonus', CLOSE.refused]);
});

test('[SY9] what a person typed right before leaving is stored', async () => {
  const { ana, ben, settle } = await pair();
  ana.set('r1', 'note', 'last words');
  ana.leave();
  await settle();
  expect(ben.cell('r1', 'note')).toBe('last words');
});

test('[SY10] the history and the listeners hear each change once, with what was there before', async () => {
  const { ana, node, settle, sheets, people } = await pair();
  ana.set('r1', 'note', 'a');
  ana.set('r1', 'note', 'b');
  await settle();
  ana.doc.transact(() => rowsOf(ana.doc).delete('r1'));
  await settle();
  const { rows } = await database.pool.query(
    `SELECT seq::int, "column", before, after, user_id FROM cell_change WHERE sheet_id = $1 AND "column" IN ('note', 'mineral') ORDER BY seq, n`,
    [sheets.maker],
  );
  const by = people.ana.userId;
  expect(rows).toEqual([
    { seq: 1, column: 'mineral', before: null, after: 'gallium', user_id: by },
    { seq: 2, column: 'note', before: null, after: 'a', user_id: by },
    { seq: 2, column: 'note', before: 'a', after: 'b', user_id: by },
    { seq: 3, column: 'mineral', before: 'gallium', after: null, user_id: by },
    { seq: 3, column: 'note', before: 'b', after: null, user_id: by },
  ]);
  const line = { org: people.ana.organizationId, pos: 'a0', mineral: 'gallium' };
  expect(node.commits.map(({ seq, rows }) => ({ seq, rows }))).toEqual([
    { seq: 1n, rows: [{ row: 'r1', before: null, after: line }] },
    { seq: 2n, rows: [{ row: 'r1', before: line, after: { ...line, note: 'b' } }] },
    { seq: 3n, rows: [{ row: 'r1', before: { ...line, note: 'b' }, after: null }] },
  ]);
});

test('[SY11] updates that come while a commit is under way go together into the next one, of all sheets', async () => {
  const { ana, ben, node, settle, sheets, people } = await pair();
  const rita = await node.join(sheets.rival, people.rita);
  await settle();
  const lock = await holdSheet(database, sheets.maker);
  ana.set('r1', 'note', '0');
  await lock.awaited();
  for (let index = 1; index <= 20; index++) ana.set('r1', 'note', `${index}`);
  for (let index = 1; index <= 20; index++) ben.set('r1', 'quantity', `${index}`);
  rita.add('r1');
  const before = node.commits.length;
  await lock.release();
  await settle();
  expect(node.commits.slice(before).map(({ sheetId, seq }) => [sheetId, seq])).toEqual([
    [sheets.maker, 2n],
    [sheets.maker, 42n],
    [sheets.rival, 1n],
  ]);
  expect(ana.rows).toEqual(ben.rows);
});

test('[SY12] a sheet takes no more rows or bytes than its limits; removing makes room', async () => {
  const { ana, node, settle, sheets, people } = await pair({ limits: { rowsPerSheet: 2 } });
  ana.add('r2');
  await settle();
  const ben = await node.join(sheets.maker, people.ben);
  await settle();
  ben.add('r3');
  await settle();
  expect(refusal(ben)).toEqual(['sheet-full', 'r3', null, CLOSE.refused]);
  rowsOf(ana.doc).delete('r2');
  ana.add('r3');
  await settle();
  expect([ana.closed, [...ana.rows.keys()].sort()]).toEqual([null, ['r1', 'r3']]);
});

test('[SY13] a query for presence and an unknown sheet cost nothing', async () => {
  const { ana, node, settle } = await pair();
  ana.send(MESSAGE.queryAwareness);
  await settle();
  expect(ana.closed).toBeNull();
  expect(await node.rooms.open('00000000-0000-0000-0000-000000000000')).toBeNull();
  await expect(node.rooms.rowsOf('00000000-0000-0000-0000-000000000000')).resolves.toBeNull();
});

test('[SY5] after a refusal nothing more of that socket is judged, not even what would be in order under another client id', async () => {
  const { ana, ben, settle } = await pair();
  const refused = ana.forge((doc) => rowsOf(doc).get('r1')?.set('bonus', 1), 71);
  const inOrder = ana.forge((doc) => rowsOf(doc).get('r1')?.set('note', 'after'), 72);
  ana.sendUpdate(refused);
  ana.sendUpdate(inOrder);
  await settle();
  expect(refusal(ana)?.[0]).toBe('no-such-column');
  expect(ben.cell('r1', 'note')).toBeUndefined();
});

test('[SY31] what waits of a socket whose right ended is not stored', async () => {
  const { ana, ben, node, settle, sheets } = await pair();
  ana.set('r1', 'note', 'waits');
  ana.room.end(ana.peer, CLOSE.changed, 'your rights changed');
  await settle();
  expect(ben.cell('r1', 'note')).toBeUndefined();
  expect(await node.rooms.rowsOf(sheets.maker)).toMatchObject({ seq: 1n });
});

test('[SY81] while something of a client is missing no later edit of it is acknowledged, as it may build on that', async () => {
  const { ben, node, settle, sheets, people } = await pair();
  const ana = await node.join(sheets.maker, people.ana, { doc: copyOf(ben.doc) });
  const away = copyOf(ben.doc);
  rowsOf(away).get('r1')?.set('note', 'missing');
  const vector = Y.encodeStateVector(away);
  rowsOf(away).get('r1')?.set('note', 'builds on it');
  ana.sendUpdate(Y.encodeStateAsUpdate(away, vector));
  ana.set('r1', 'unit', 'kg');
  await node.committer.idle();
  // It is stored; the greeting, which asks for all that is missing, is answered only now.
  expect((await node.rooms.rowsOf(sheets.maker))?.rows.get('r1')?.unit).toBe('kg');
  ana.deliver();
  expect(ana.acks).toEqual([]);
  ana.sendStep2(Y.encodeStateAsUpdate(away));
  await settle();
  expect([ana.acks.at(-1), ben.cell('r1', 'note')]).toEqual([ana.sent, 'builds on it']);
});

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

test('[SY80] a tick takes so many updates, and so many bytes, of a sheet; the rest keeps its order and goes into the next', async () => {
  const { ana } = await pair();
  const { peer } = ana;
  const inbox = new Inbox();
  const put = (number: number, length: number) =>
    inbox.put({ peer, number, bytes: new Uint8Array(length), isStep2: false });
  const take = () => inbox.take().map(({ number }) => number);
  const count = TICK_UPDATES_MAX + 3;
  for (let n = 0; n < count; n++) put(n, 1);
  expect([...take(), ...take()]).toEqual(Array.from({ length: count }, (_, n) => n));
  for (let n = 0; n < count; n++) put(n, 1);
  expect([take().length, take().length]).toEqual([TICK_UPDATES_MAX, 3]);
  for (let n = 0; n < 5; n++) put(n, TICK_BYTES_MAX / 2);
  expect([take(), take(), take(), inbox.isEmpty]).toEqual([[0, 1], [2, 3], [4], true]);
});
