/** The states of an open sheet: which may follow which, and what is said in each. */
import { afterEach, expect, test, vi } from 'vitest';
import { CLOSE } from '../../protocol/rooms.ts';
import { rowsOf } from '../../protocol/sheet-doc.ts';
import { type LifeState, NEXT, RoomLife } from '../../server/sync/room-life.ts';
import { freezeSheet, loadSheet } from '../../server/sync/sheet-store.ts';
import { testDatabase } from '../support/database.ts';
import { holdSheet } from '../support/held-lock.ts';
import { seeded } from '../support/seeded.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { type Client, makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const node of nodes.splice(0)) await node.close();
});

async function setting() {
  const space = await makeSpace(database);
  const node = makeNode(database);
  nodes.push(node);
  return { ...space, node };
}

const STATES = Object.keys(NEXT) as LifeState[];
const SEED = Number(process.env.LIFE_SEED ?? Date.now() % 1_000_000);

test('[SY46] a room passes only where the table allows, and stays where it is otherwise', () => {
  for (const from of STATES)
    for (const to of STATES) {
      const life = lifeAt(from);
      if (NEXT[from].includes(to)) life.pass(to);
      else expect(() => life.pass(to)).toThrow(`a room that is ${from} cannot be ${to}`);
      expect(life.state).toBe(NEXT[from].includes(to) ? to : from);
    }
  expect(NEXT.over).toEqual([]);
});

/** The shortest way there. */
function lifeAt(state: LifeState): RoomLife {
  const ways: Record<LifeState, LifeState[]> = {
    loading: [],
    standing: ['standing'],
    committing: ['standing', 'committing'],
    restoring: ['standing', 'committing', 'restoring'],
    reading: ['standing', 'reading'],
    over: ['over'],
  };
  const life = new RoomLife();
  for (const next of ways[state]) life.pass(next);
  return life;
}

test('[SY46] while a tick is under way a newcomer hears nothing of the document, and then all of it', async () => {
  const { node, people, sheets } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await node.settle();
  const lock = await holdSheet(database, sheets.maker);
  ana.add('r1', { note: 'under way' });
  await lock.awaited();
  expect(ana.room.state).toBe('committing');
  const ben = await node.join(sheets.maker, people.ben);
  expect(ben.deliver()).toBe(0);
  await lock.release();
  await node.settle();
  expect([ana.room.state, ben.cell('r1', 'note')]).toEqual(['standing', 'under way']);
});

test('[SY87] a room that ends while its edit is being logged stays ended; whoever comes back finds the edit and writes on', async () => {
  const { node, sheets, people } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await node.settle();
  const acks = [...ana.acks];
  const lock = await holdSheet(database, sheets.maker);
  ana.add('r1', { note: 'under way' });
  await lock.awaited();
  ana.room.close(CLOSE.retry, 'ended');
  await lock.release();
  await node.committer.idle();
  ana.deliver();
  expect([ana.room.state, ana.closed?.code, ana.acks]).toEqual(['over', CLOSE.retry, acks]);
  expect(node.commits).toEqual([]);
  const again = await node.join(sheets.maker, people.ana);
  await node.settle();
  expect(again.cell('r1', 'note')).toBe('under way');
  again.set('r1', 'note', 'and on');
  await node.settle();
  expect(again.acks.at(-1)).toBe(again.sent);
});

test('[SY47] a load that fails leaves nothing behind, and a sheet with people in it cannot be unloaded', async () => {
  const { node, people, sheets } = await setting();
  await database.pool.query('UPDATE sheet SET seq = 7 WHERE id = $1', [sheets.maker]);
  await expect(node.open(sheets.maker)).rejects.toThrow('its log ends at 0');
  expect(node.rooms.all()).toEqual([]);
  await database.pool.query('UPDATE sheet SET seq = 0 WHERE id = $1', [sheets.maker]);
  const ana = await node.join(sheets.maker, people.ana);
  await node.settle();
  expect(() => ana.room.retire()).toThrow('not unloaded');
  ana.leave();
  ana.room.retire();
  expect([ana.room.state, node.rooms.all()]).toEqual(['over', []]);
});

test('[SY46] whatever happens in whatever order, the room keeps to its states and what was acknowledged is there', {
  timeout: 120_000,
}, async () => {
  console.info(`room life: LIFE_SEED=${SEED}`);
  const random = seeded(SEED);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const passes = vi.spyOn(RoomLife.prototype, 'pass');
  const { node } = await setting();
  // It rings no bell, so that what the first has under way is declined once the second wrote before.
  const silent = makeNode(database);
  nodes.push(silent);
  for (let walk = 0; walk < 8; walk++) {
    const { people, sheets } = await makeSpace(database);
    const open: Client[] = [];
    const kept: { client: Client; row: string; number: number }[] = [];
    const other = await silent.join(sheets.maker, people.ana);
    await silent.settle();
    let made = 0;
    const write = (client: Client | undefined) => {
      if (!client || client.closed || client.peer.access !== 'edit') return;
      const row = `w${made++}`;
      client.add(row);
      kept.push({ client, row, number: client.sent });
    };
    const events: (() => Promise<unknown> | unknown)[] = [
      async () => open.push(await node.join(sheets.maker, pick([people.ana, people.ben, people.vera]))),
      () => write(pick(open)),
      () => write(pick(open)),
      async () => {
        write(other);
        await silent.settle();
      },
      () => pick(open)?.leave(),
      () => void pick(open)?.deliver(),
      () => node.committer.idle(),
      () => node.settle(),
      // Unloads, and now and then outlasts a commit.
      () => node.clock.turnBy(random() * 90_000),
      // A ring that promises more than the log has.
      () => node.rooms.opened(sheets.maker)?.hear(BigInt(made + 5)),
      () => new Promise((turn) => setImmediate(turn)),
    ];
    for (let step = 0; step < 40; step++) await pick(events)();
    if (walk % 3 === 0) await freezeSheet(database.pool, sheets.maker);
    for (const client of open) write(client);
    await node.settle();
    const logged = (await loadSheet(database.pool, sheets.maker))?.doc;
    for (const { client, row, number } of kept)
      if (number <= (client.acks.at(-1) ?? 0)) expect(logged && rowsOf(logged).has(row)).toBe(true);
  }
  expect(new Set(passes.mock.calls.map(([next]) => next))).toEqual(
    new Set(['standing', 'committing', 'restoring', 'reading', 'over']),
  );
  expect(passes.mock.results.filter(({ type }) => type === 'throw')).toEqual([]);
  expect(node.reported).toContain('sheet.declined');
});
