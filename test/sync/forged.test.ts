/** Updates that no Yjs client makes, sent to a room by somebody who may edit in it: what they may not do, and whom they may not cost the sheet. */
import { afterEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { CLOSE } from '../../protocol/rooms.ts';
import { insertRow, readRows } from '../../protocol/sheet-doc.ts';
import { Audience } from '../../server/sync/audience.ts';
import { saveCheckpoint } from '../../server/sync/checkpoints.ts';
import { compact } from '../../server/sync/compact.ts';
import { OpenSheet } from '../../server/sync/open-sheet.ts';
import { append } from '../../server/sync/update-log.ts';
import { NO_HEAD } from '../../server/sync/verify-log.ts';
import { verifySheet } from '../../server/sync/verify-sheet.ts';
import { testDatabase } from '../support/database.ts';
import { cellItem, forgedUpdate, rowItem } from '../support/forged-update.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const node of nodes.splice(0)) await node.close();
});

/** Ana and Rita of two makers in a sheet of both, with a row of Ana's. */
async function together(options?: Parameters<typeof makeNode>[1]) {
  const space = await makeSpace(database);
  const node = makeNode(database, options);
  nodes.push(node);
  const sheetId = space.sheets.shared;
  const ana = await node.join(sheetId, space.people.ana);
  const rita = await node.join(sheetId, space.people.rita);
  await node.settle();
  ana.add('r1', { note: 'n' });
  await node.settle();
  return { ...space, node, settle: node.settle, sheetId, ana, rita, client: ana.doc.clientID };
}

test('[AD36] known clocks under another shape do not hide what stands there: a row keeps its owner', async () => {
  const { ana, rita, client, settle, people, node, sheetId } = await together();
  const [, clock] = cellItem(ana.doc, 'r1', 'org');
  const end = Y.getState(ana.doc.store, client);
  const swept = { gc: end - clock + 1 };
  const named = { origin: [client, clock] as const, values: [people.rita.organizationId] };
  ana.sendUpdate(forgedUpdate([{ client, clock, structs: [swept, named] }]));
  await settle();
  expect(ana.refusals.at(-1)?.code).toBe('owner-stays');
  expect(rita.cell('r1', 'org')).toBe(people.ana.organizationId);
  expect((await node.rooms.rowsOf(sheetId))?.rows.get('r1')?.org).toBe(people.ana.organizationId);
});

test('[SY65] what the document has is cut off before an update is judged, applied, logged and sent', async () => {
  const { ana, rita, client, settle, sheetId } = await together();
  const row = rowItem(ana.doc, 'r1');
  const end = Y.getState(ana.doc.store, client);
  const known = { origin: [999_999, 5] as const, values: ['x'] };
  const fresh = { parent: row, key: 'grade', values: ['5N'] };
  ana.sendUpdate(forgedUpdate([{ client, clock: end - 1, structs: [known, fresh] }]));
  await settle();
  expect([ana.closed, rita.closed, rita.cell('r1', 'grade')]).toEqual([null, null, '5N']);
  const last = await database.prisma.sheetUpdate.findFirstOrThrow({ where: { sheetId }, orderBy: { seq: 'desc' } });
  expect(Y.decodeUpdate(last.bytes).structs.map(({ id }) => id.clock)).toEqual([end]);
  expect((await verifySheet(database.pool, sheetId)).fault).toBeNull();
});

test('[AD37] a cell whose values name the same place again and again is refused, before Yjs sorts them one by one', async () => {
  const { ana, rita, settle } = await together();
  const parent = rowItem(ana.doc, 'r1');
  const structs = Array.from({ length: 20_000 }, () => ({ parent, key: 'grade', values: [''] }));
  const since = performance.now();
  ana.sendUpdate(forgedUpdate([{ client: 7, clock: 0, structs }]));
  await settle();
  expect([ana.closed?.code, rita.closed, rita.cell('r1', 'grade')]).toEqual([CLOSE.malformed, null, undefined]);
  expect(performance.now() - since).toBeLessThan(2_000);
});

test('[AD38] what several clients wrote into one cell at once is taken up to what can be sorted in a moment, over all updates', async () => {
  const { ana, rita, settle } = await together({ limits: { updatesPerSecond: 100_000 } });
  const parent = rowItem(ana.doc, 'r1');
  const first = (client: number) => ({ client, clock: 0, structs: [{ parent, key: 'grade', values: [client] }] });
  const since = performance.now();
  let clients = 0;
  for (; !ana.closed && clients < 5_000; clients += 64) {
    // Each socket brings so many client ids at most, and somebody comes back with others.
    ana.peer.newClients = 0;
    ana.sendUpdate(forgedUpdate(Array.from({ length: 64 }, (_, index) => first(10_000 + clients + index))));
    await settle();
  }
  expect(ana.refusals.at(-1)?.code).toBe('crowded-cell');
  expect([clients > 1_000, clients < 3_000, rita.closed]).toEqual([true, true, null]);
  rita.add('r2');
  await settle();
  expect([rita.acks.at(-1), performance.now() - since < 20_000]).toEqual([rita.sent, true]);
});

test('[AD38] a client that wrote beside all of a long history of a cell is refused as well', async () => {
  const { ana, rita, settle } = await together();
  const parent = rowItem(ana.doc, 'r1');
  const values = Array.from({ length: 3_000 }, (_, clock) => ({
    ...(clock === 0 ? { parent, key: 'grade' } : { origin: [7, clock - 1] as const }),
    values: ['v'],
  }));
  const beside = Array.from({ length: 3_000 }, (_, clock) => ({ origin: [7, clock] as const, values: ['w'] }));
  ana.sendUpdate(
    forgedUpdate([
      { client: 8, clock: 0, structs: beside },
      { client: 7, clock: 0, structs: values },
    ]),
  );
  await settle();
  expect([ana.refusals.at(-1)?.code, rita.closed]).toEqual(['crowded-cell', null]);
});

test('[SY66] a row removed by the update that leaves a live cell of two values in it costs its sender the line, and nobody else', async () => {
  const { ana, rita, settle, node } = await together();
  const [holder, holderClock] = rowItem(ana.doc, 'r1');
  const structs = [
    { origin: cellItem(ana.doc, 'r1', 'note'), values: ['a', 'b'] },
    { origin: [7, 0] as const, values: ['c'] },
  ];
  ana.sendUpdate(forgedUpdate([{ client: 7, clock: 0, structs }], [[holder, holderClock, 1]]));
  await settle();
  expect([ana.closed?.code, rita.closed, rita.cell('r1', 'note')]).toEqual([CLOSE.malformed, null, 'n']);
  expect(node.reported).not.toContain('sheet.lost-tick');
});

test('[AD39] the id of a row that is gone before it arrives is judged like any other', async () => {
  const { ana, rita, settle } = await together();
  const key = 'we buy 4,000 kg of gallium in 2028 Q1';
  ana.sendUpdate(forgedUpdate([{ client: 7, clock: 0, structs: [{ parent: 'rows', key, deleted: 1 }] }]));
  await settle();
  expect([ana.refusals.at(-1)?.code, rita.closed]).toEqual(['not-a-sheet', null]);
  expect([...rita.doc.getMap('rows')._map.keys()]).toEqual(['r1']);
});

test('[AD40] rows that are gone before they arrive fill the sheet like those that stand, and only removing is free', async () => {
  const { ana, rita, settle } = await together({ limits: { documentBytes: 64 << 10 } });
  let clock = 0;
  const gone = () => {
    const structs = Array.from({ length: 100 }, (_, index) => ({
      parent: 'rows',
      key: `g${clock + index}`,
      deleted: 1,
    }));
    clock += structs.length;
    return forgedUpdate([{ client: 7, clock: clock - structs.length, structs }]);
  };
  for (let times = 0; times < 20 && !ana.closed; times++) {
    ana.sendUpdate(gone());
    await settle();
  }
  expect([ana.refusals.at(-1)?.code, rita.closed]).toEqual(['sheet-full', null]);
  // Some 80 bytes each: what one sends, and what it keeps in memory.
  expect([clock > 500, clock < 1_100]).toEqual([true, true]);
});

test('[AD40] a full sheet still takes what removes rows', async () => {
  const { ana, settle, node, sheetId, people } = await together();
  ana.add('r2', { note: 'x'.repeat(1_000) });
  await settle();
  const small = makeNode(database, { limits: { documentBytes: 100 } });
  nodes.push(small);
  await node.close();
  nodes.splice(nodes.indexOf(node), 1);
  const again = await small.join(sheetId, people.ana);
  await small.settle();
  again.doc.getMap('rows').delete('r2');
  await small.settle();
  expect([again.closed, again.acks.at(-1)]).toEqual([null, again.sent]);
  again.set('r1', 'note', 'y');
  await small.settle();
  expect(again.refusals.at(-1)?.code).toBe('sheet-full');
});

test('[AD41] the columns of a new row are judged also where nothing stands in them any more', async () => {
  const { ana, rita, settle, people } = await together();
  const structs = [
    { parent: 'rows', key: 'r2', map: true as const },
    { parent: [7, 0] as const, key: 'org', values: [people.ana.organizationId] },
    { parent: [7, 0] as const, key: 'we buy 4,000 kg', deleted: 1 },
  ];
  ana.sendUpdate(forgedUpdate([{ client: 7, clock: 0, structs }]));
  await settle();
  expect([ana.refusals.at(-1)?.code, rita.rows.has('r2')]).toEqual(['no-such-column', false]);
});

test('[SY67] what an update brings without effect goes into the log and to nobody', async () => {
  const { ana, settle, sheets, people, node } = await together();
  const author = await node.join(sheets.priorities, people.ana);
  const rival = await node.join(sheets.priorities, people.rita);
  const send = vi.spyOn(Audience.prototype, 'send');
  author.add('p1', { mineral: 'gallium' });
  await settle();
  const parent = rowItem(author.doc, 'p1');
  author.doc.getMap('rows').delete('p1');
  await settle();
  const told = { parent, key: 'we buy 4,000 kg', values: ['of gallium'] };
  author.sendUpdate(forgedUpdate([{ client: 7, clock: 0, structs: [told] }]));
  await settle();
  expect([author.closed, author.acks.at(-1), ana.closed]).toEqual([null, author.sent, null]);
  const frames = send.mock.calls.map(([{ frame }]) => Buffer.from(frame));
  expect([frames.length, rival.rows.size, rival.closed]).toEqual([3, 0, null]);
  expect(frames.filter((frame) => frame.includes('4,000 kg') || frame.includes('of gallium'))).toEqual([]);
});

test('[AD42] minus zero, which the history cannot keep, is no value of a cell', async () => {
  const { ana, settle } = await together();
  ana.set('r1', 'note', -0);
  await settle();
  expect(ana.refusals.at(-1)).toMatchObject({ code: 'minus-zero', row: 'r1', column: 'note', remedy: 'write 0' });
});

test('[SY68] a sheet that has a minus zero from former days is not called changed', async () => {
  const { sheets, people } = await makeSpace(database);
  const { userId, organizationId } = people.ana;
  const doc = new Y.Doc();
  doc.transact(() => insertRow(doc, 'r1', organizationId, 'a0', { note: -0 }));
  const steps = Object.entries({ org: organizationId, pos: 'a0', note: -0 }).map(([column, after]) => ({
    row: 'r1',
    column,
    before: undefined,
    after,
  }));
  const entry = { userId, organizationId, at: new Date(0), bytes: Y.encodeStateAsUpdate(doc), steps };
  const entries = [{ ...entry, newClients: [doc.clientID] }];
  await append(database.pool, [{ sheetId: sheets.maker, seq: 0n, head: NO_HEAD, entries }]);
  const client = await database.pool.connect();
  await compact(client, sheets.maker);
  client.release();
  await saveCheckpoint(database.pool, sheets.maker, 1n, readRows(doc));
  expect(await verifySheet(database.pool, sheets.maker)).toMatchObject({ updates: 1, states: 2, fault: null });
});

test('[SY69] an update that Yjs cannot apply costs its sender the line; everybody else stays, and what came with it is stored', async () => {
  const { ana, rita, settle, node, sheetId, people } = await together();
  const countOwners = OpenSheet.prototype.countOwners;
  const broken = vi.spyOn(OpenSheet.prototype, 'countOwners').mockImplementation(function (this: OpenSheet, steps) {
    countOwners.call(this, steps);
    if (steps.some(({ after }) => after === 'spoils')) throw new Error('as Yjs throws');
  });
  const ben = await node.join(sheetId, people.ben);
  await settle();
  ben.set('r1', 'grade', '5N');
  ana.set('r1', 'note', 'spoils');
  rita.add('r2', { note: 'with it' });
  await settle();
  await vi.waitFor(async () => {
    await settle();
    expect(rita.acks.at(-1)).toBe(rita.sent);
  }, 30_000);
  expect(broken).toHaveBeenCalled();
  expect([ana.closed?.code, ben.closed, rita.closed]).toEqual([CLOSE.malformed, null, null]);
  expect([ben.acks.at(-1), rita.rows]).toEqual([ben.sent, ben.rows]);
  expect([rita.cell('r1', 'grade'), rita.cell('r1', 'note'), rita.cell('r2', 'note')]).toEqual(['5N', 'n', 'with it']);
  expect((await node.rooms.rowsOf(sheetId))?.rows).toEqual(rita.rows);
  expect(node.reported.filter((name) => name === 'sheet.lost-tick')).toEqual([]);
  expect((await verifySheet(database.pool, sheetId)).fault).toBeNull();
});
