/** One sheet on two nodes: both write, follow, show their people, and lose nothing, whether they hear each other or not. */
import { afterEach, expect, test } from 'vitest';
import { CLOSE } from '../../protocol/rooms.ts';
import { localBells, loneBell } from '../../server/bell.ts';
import { BEAT_MS, GONE_MS, watchNodes } from '../../server/nodes.ts';
import { LOOK_MS, PRESENCE_MS, READ_MS_MAX } from '../../server/sync/limits.ts';
import { writeLetter } from '../../server/sync/link-letters.ts';
import { ringFrozen } from '../../server/sync/room-link.ts';
import { freezeSheet } from '../../server/sync/sheet-store.ts';
import { verifyLog } from '../../server/sync/verify-log.ts';
import { type CutBell, withSwitch } from '../support/cut-bell.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { holdLog, holdSheet } from '../support/held-lock.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { type Client, makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

type Place = Node & { bell: CutBell };

function place(bell: CutBell): Place {
  const node = { ...makeNode(database, { bell }), bell };
  nodes.push(node);
  return node;
}

/** Ana on one node and Ben on another, in one sheet with one row. */
async function town(options: { areDeaf?: boolean } = {}) {
  const space = await makeSpace(database);
  const hub = localBells();
  const [here, there] = [place(withSwitch(hub())), place(withSwitch(hub()))];
  if (options.areDeaf) for (const { bell } of [here, there]) bell.cut();
  const ana = await here.join(space.sheets.maker, space.people.ana);
  ana.add('r1', {});
  await here.settle();
  const ben = await there.join(space.sheets.maker, space.people.ben);
  await there.settle();
  const settle = () => settled(here, there);
  await settle();
  return { ...space, here, there, ana, ben, settle };
}

/** Until neither node has anything to do for the other, and every room has read what it had to. */
async function settled(...places: Place[]): Promise<void> {
  for (let round = 0; round < 5; round++)
    for (const one of places) {
      one.clock.turnBy(20);
      await one.settle();
      for (const room of one.rooms.all()) await room.settled();
    }
}

const logged = async (sheetId: string) => (await verifyLog(database.pool, sheetId)).rows;

test('[ND5] what one node logs is on the other with the ring, in the same order and the same chain', async () => {
  const { ana, ben, here, there, settle, sheets } = await town();
  ana.set('r1', 'note', 'over there');
  await settle();
  expect(ben.cell('r1', 'note')).toBe('over there');
  ben.set('r1', 'unit', 'kg');
  await settle();
  expect(ana.rows).toEqual(ben.rows);
  expect([ana.closed, ben.closed, ben.acks.at(-1)]).toEqual([null, null, ben.sent]);
  expect(there.commits.map(({ seq }) => seq)).toEqual(here.commits.slice(1).map(({ seq }) => seq));
  expect(await verifyLog(database.pool, sheets.maker)).toEqual({ rows: 3, broken: null });
});

test('[ND6] two nodes that wrote at once: the second admits its edits again on top, with every socket open and every edit once', async () => {
  const { ana, ben, settle, sheets, there } = await town({ areDeaf: true });
  ana.set('r1', 'note', 'first');
  await settle();
  // The other node knows nothing of it.
  expect(ben.cell('r1', 'note')).toBeUndefined();
  ben.set('r1', 'unit', 'kg');
  ben.set('r1', 'mineral', 'gallium');
  await settle();
  expect(there.reported).toContain('sheet.declined');
  expect(ben.rows.get('r1')).toMatchObject({ note: 'first', unit: 'kg', mineral: 'gallium' });
  expect([ben.closed, ben.acks.at(-1)]).toEqual([null, ben.sent]);
  expect(await verifyLog(database.pool, sheets.maker)).toMatchObject({ broken: null });
  const steps = await database.prisma.cellChange.groupBy({
    by: ['column'],
    where: { sheetId: sheets.maker, row: 'r1' },
    _count: true,
  });
  expect(Object.fromEntries(steps.map(({ column, _count }) => [column, _count]))).toMatchObject({
    note: 1,
    unit: 1,
    mineral: 1,
  });
  // From here on the sheet is locked before anything is admitted.
  there.reported.length = 0;
  ana.set('r1', 'note', 'second');
  await settle();
  ben.set('r1', 'unit', 't');
  await settle();
  expect(there.reported).not.toContain('sheet.declined');
  expect(ben.rows.get('r1')).toMatchObject({ note: 'second', unit: 't' });
});

test('[ND6] a storm of edits from both nodes ends with all of them, each once, and the same rows everywhere', async () => {
  const { ana, ben, here, there, settle, sheets, people } = await town();
  const late = await there.join(sheets.maker, people.ana);
  await settle();
  for (let round = 0; round < 20; round++) {
    for (const [client, column] of [
      [ana, 'note'],
      [ben, 'unit'],
      [late, 'mineral'],
    ] as const)
      client.set('r1', column, `${round}`);
    ana.add(`ana-${round}`);
    ben.add(`ben-${round}`);
    await Promise.all([here.settle(), there.settle()]);
  }
  await settle();
  expect(ana.rows.size).toBe(41);
  for (const client of [ana, ben, late]) expect([client.closed, client.acks.at(-1)]).toEqual([null, client.sent]);
  expect([ben.rows, late.rows]).toEqual([ana.rows, ana.rows]);
  const fresh = makeNode(database, { bell: loneBell() });
  nodes.push(fresh);
  expect((await fresh.rooms.rowsOf(sheets.maker))?.rows).toEqual(ana.rows);
  expect(await verifyLog(database.pool, sheets.maker)).toMatchObject({ broken: null });
});

for (const [how, areDeaf] of [
  ['that hear each other', false],
  ['that do not hear each other', true],
] as const)
  test(`[ND7] a row id that two companies make at once on two nodes ${how} belongs to the first, and the second is refused`, async () => {
    const { here, there, settle, sheets, people } = await town({ areDeaf });
    const ana = await here.join(sheets.shared, people.ana);
    const rita = await there.join(sheets.shared, people.rita);
    await settle();
    const lock = await holdSheet(database, sheets.shared);
    ana.add('same', { note: 'maker' });
    rita.add('same', { note: 'rival' });
    const both = settle();
    await lock.release();
    await both;
    await settle();
    const [winner, loser] = ana.closed ? [rita, ana] : [ana, rita];
    expect([winner.closed, winner.acks.at(-1)]).toEqual([null, winner.sent]);
    expect([loser.closed?.code, loser.refusals.at(-1)?.row]).toEqual([CLOSE.refused, 'same']);
    expect(loser.acks.at(-1) ?? 0).toBeLessThan(loser.sent);
    const rows = (await there.rooms.rowsOf(sheets.shared))?.rows;
    expect(rows?.get('same')).toEqual(winner.rows.get('same'));
    expect(await logged(sheets.shared)).toBe(1);
  });

test('[ND8] rings that are lost are made up for from the log: when the line is back, and after a while in any case', async () => {
  const { ana, ben, here, there, settle } = await town();
  for (const { bell } of [here, there]) bell.cut();
  ana.set('r1', 'note', 'unheard');
  await settle();
  expect(ben.cell('r1', 'note')).toBeUndefined();
  for (const { bell } of [here, there]) bell.heal();
  await expect.poll(() => settle().then(() => ben.cell('r1', 'note'))).toBe('unheard');
  for (const { bell } of [here, there]) bell.cut();
  ana.set('r1', 'note', 'still unheard');
  await settle();
  expect(ben.cell('r1', 'note')).toBe('unheard');
  there.clock.turnBy(LOOK_MS);
  await expect.poll(() => settle().then(() => ben.cell('r1', 'note'))).toBe('still unheard');
});

test('[ND8] a change that fits no ring is read from the log', async () => {
  const { ana, ben, settle } = await town();
  ana.doc.transact(() => {
    for (let n = 0; n < 60; n++) ana.add(`long-${n}`, { note: 'x'.repeat(2000) });
  });
  await expect.poll(() => settle().then(() => ben.rows.size)).toBe(61);
});

test('[ND8] what the pool and the match read of a sheet is what the log has, also where this node has not heard of it', async () => {
  const { ana, there, settle, sheets } = await town({ areDeaf: true });
  ana.set('r1', 'note', 'counts');
  await settle();
  const found = await there.rooms.rowsOf(sheets.maker);
  expect([found?.seq, found?.rows.get('r1')?.note]).toEqual([2n, 'counts']);
});

const seen = (client: Client, of: Client) =>
  (client.presence.get(of.doc.clientID) as { cell?: { row: string } } | null | undefined)?.cell?.row;
const at = (row: string) => ({ user: { name: 'forged' }, cell: { row, column: 'note' } });

test('[ND9] people see each other’s cursors across nodes, newcomers too, at most once in 40 ms, in their own room only', async () => {
  const { ana, ben, here, there, settle, sheets, people } = await town();
  const rita = await there.join(sheets.rival, people.rita);
  ana.show(at('r1'), 1);
  await settle();
  expect(seen(ben, ana)).toBe('r1');
  expect(ben.presence.get(ana.doc.clientID)).toMatchObject({ user: { name: people.ana.name, id: people.ana.userId } });
  for (let n = 2; n < 12; n++) ana.show(at(`r${n}`), n);
  here.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(seen(ben, ana)).toBe('r11');
  ben.show(at('r5'), 1);
  await settle();
  expect(seen(ana, ben)).toBe('r5');
  const late = await here.join(sheets.maker, people.vera);
  await settle();
  expect([seen(late, ana), seen(late, ben)]).toEqual(['r11', 'r5']);
  expect([...rita.presence.keys()]).toEqual([]);
  ana.leave();
  here.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(ben.presence.get(ana.doc.clientID)).toBeNull();
});

test('[SY63] across nodes, too, rivals who share a sheet receive nothing of each other', async () => {
  const { here, there, settle, sheets, people } = await town();
  const ana = await here.join(sheets.shared, people.ana);
  const [ben, rita] = [await there.join(sheets.shared, people.ben), await there.join(sheets.shared, people.rita)];
  await settle();
  ana.show(at('r1'), 1);
  rita.show(at('r2'), 1);
  await settle();
  expect([seen(ben, ana), rita.presence.has(ana.doc.clientID)]).toEqual(['r1', false]);
  expect([ana, ben].map((client) => client.presence.has(rita.doc.clientID))).toEqual([false, false]);
});

test('[ND9] a client id that is shown on one node cannot be taken by somebody else on another', async () => {
  const { ana, ben, settle } = await town();
  const taken = ana.doc.clientID;
  ana.show(at('r1'), 1);
  await settle();
  ben.sendUpdate(ben.forge((doc) => doc.getMap('rows').delete('r1'), taken));
  ben.sendUpdate(
    ben.forge((doc) => (doc.getMap('rows').get('r1') as Map<string, unknown>).set('note', 'as Ana'), taken),
  );
  await settle();
  expect(ben.refusals.map(({ code }) => code)).toEqual(['not-your-client']);
});

test('[ND9] the people of a node that died are gone, and are back when it is heard again', async () => {
  const { ana, ben, here, there, settle } = await town();
  ana.show(at('r1'), 1);
  await settle();
  here.bell.cut();
  there.rooms.loseNode(here.bell.node);
  there.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(ben.presence.get(ana.doc.clientID)).toBeNull();
  here.bell.heal();
  await settle();
  there.clock.turnBy(PRESENCE_MS);
  await settle();
  expect(seen(ben, ana)).toBe('r1');
});

test('[ND10] a node counts as gone after three silent beats, at once when it says so, and comes back when it is heard', async () => {
  const hub = localBells();
  const clock = new HandClock('2026-11-24T10:00:00.000Z');
  const [one, two] = [withSwitch(hub()), hub()];
  const words: string[] = [];
  const watch = await watchNodes(two, clock);
  watch.onCame((node) => words.push(`came ${node === one.node}`));
  watch.onGone((node) => words.push(`gone ${node === one.node}`));
  const other = await watchNodes(one, clock);
  await turn();
  expect(words).toEqual(['came true']);
  one.cut();
  for (let ms = 0; ms <= GONE_MS; ms += BEAT_MS) clock.turnBy(BEAT_MS);
  expect(words).toEqual(['came true', 'gone true']);
  one.heal();
  clock.turnBy(BEAT_MS);
  await turn();
  expect(words).toEqual(['came true', 'gone true', 'came true']);
  other.close();
  await turn();
  expect(words.at(-1)).toBe('gone true');
  watch.close();
});

const turn = () => new Promise((done) => setImmediate(done));

test('[ND11] a sheet that is frozen on one node sends editors on all others back as readers, heard or not', async () => {
  const { ben, there, here, settle, sheets, people } = await town();
  await freezeSheet(database.pool, sheets.maker);
  ringFrozen(here.bell, sheets.maker);
  await settle();
  expect(ben.closed?.code).toBe(CLOSE.changed);
  const again = await there.join(sheets.maker, people.ben);
  await settle();
  expect([again.closed, again.peer.access]).toEqual([null, 'read']);
});

test('[ND11] a node that does not hear of a freeze finds it by looking', async () => {
  const { ben, there, settle, sheets } = await town({ areDeaf: true });
  await freezeSheet(database.pool, sheets.maker);
  there.clock.turnBy(LOOK_MS);
  await expect.poll(() => settle().then(() => ben.closed?.code)).toBe(CLOSE.changed);
});

test('[ND11] an edit that a node has under way when another freezes the sheet is refused by the database, and never acknowledged', async () => {
  const { ana, ben, here, there, settle, sheets } = await town();
  const lock = await holdSheet(database, sheets.maker);
  for (const [client, column] of [
    [ana, 'note'],
    [ben, 'unit'],
  ] as const)
    client.set('r1', column, 'too late');
  const both = Promise.all([here.settle(), there.settle()]);
  await lock.freeze();
  await both;
  await settle();
  for (const client of [ana, ben]) {
    expect(client.refusals.map(({ code }) => code)).toEqual(['sheet-frozen']);
    expect(client.acks.at(-1) ?? 0).toBeLessThan(client.sent);
  }
  expect(await logged(sheets.maker)).toBe(1);
});

test('[ND20] a ring whose edits do not lead to the head that it names is not followed; the log is read instead', async () => {
  const { ana, ben, here, there, settle, sheets, people } = await town();
  const { userId, organizationId } = people.ana;
  const bytes = ana.forge(
    (doc) => (doc.getMap('rows').get('r1') as Map<string, unknown>).set('note', 'never logged'),
    71,
  );
  const entries = [{ userId, organizationId, at: new Date('2026-11-24T10:00:00.000Z'), bytes }];
  const before = there.rooms.opened(sheets.maker)?.seq ?? 0n;
  here.bell.ring(`sheet.${sheets.maker}`, writeLetter({ is: 'grown', before, entries, head: new Uint8Array(32) }));
  await settle();
  expect([ben.cell('r1', 'note'), ben.closed, there.rooms.opened(sheets.maker)?.seq]).toEqual([
    undefined,
    null,
    before,
  ]);
  ana.set('r1', 'unit', 'kg');
  await settle();
  // The log is read meanwhile, which nothing here waits for; a node looks again every five seconds.
  const follow = async () => {
    there.clock.turnBy(5_000);
    await settle();
    return ben.rows.get('r1');
  };
  await expect.poll(follow, { timeout: 20_000 }).toEqual(ana.rows.get('r1'));
});

test('[ND21] a log that is not read in ten seconds ends the room: its people come back, and find everything', async () => {
  const { ana, ben, here, there, settle, sheets, people } = await town({ areDeaf: true });
  ana.set('r1', 'note', 'logged');
  await here.settle();
  const log = await holdLog(database);
  const room = await there.open(sheets.maker);
  room.hear(2n);
  await log.awaited();
  expect(room.state).toBe('reading');
  there.clock.turnBy(READ_MS_MAX - 1);
  await turn();
  expect([room.state, ben.closed]).toEqual(['reading', null]);
  there.clock.turnBy(1);
  await turn();
  expect([room.state, ben.closed?.code]).toEqual(['over', CLOSE.retry]);
  await log.release();
  const again = await there.join(sheets.maker, people.ben);
  await settle();
  expect(again.cell('r1', 'note')).toBe('logged');
});
