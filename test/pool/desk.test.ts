import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '#server/database.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { makePoolRound, type Node, type PoolRound, startDesk, totalOf } from '../support/pool-round.ts';

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});

let round: PoolRound;
let clock: HandClock;
const nodes: Node[] = [];

beforeEach(async () => {
  await database.pool.query('TRUNCATE pool, organization CASCADE');
  clock = new HandClock('2026-12-01T10:00:10.000Z');
  round = await makePoolRound(database);
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.desk.stop();
});

async function start(): Promise<Node> {
  const node = await startDesk(round, clock);
  nodes.push(node);
  return node;
}

async function ask(amounts: Record<string, number>): Promise<void> {
  for (const [member, kg] of Object.entries(amounts)) await round.asks(member, kg);
}

const FIVE = { a: 300, b: 250, c: 200, d: 150, e: 100 };

test('[RL23] everybody of the pool gets the release at the same moment after the slot, whatever had to be stored', async () => {
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  await node.nextSlot();
  expect(node.push.heard.map(({ at }) => at)).toEqual(['2026-12-01T10:01:02.000Z', '2026-12-01T10:02:02.000Z']);
  expect(node.push.heard.map(({ release }) => [release.slotAt, totalOf(release)])).toEqual([
    ['2026-12-01T10:01:00.000Z', '1000'],
    ['2026-12-01T10:02:00.000Z', '1000'],
  ]);
});

test('[RL24] an edit moves no publication and makes none', async () => {
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  await ask({ a: 500, b: 400, c: 300, d: 260, e: 190 });
  clock.turnTo('2026-12-01T10:01:59.999Z');
  expect(node.push.heard.length).toBe(1);
  await node.nextSlot();
  expect(totalOf(node.push.heard[1]?.release)).toBe('1650');
});

test('[RL25] a held, an unchanged and a not yet published pool send messages of the same shape and length', async () => {
  const node = await start();
  await node.nextSlot();
  await ask({ a: 300, b: 250 });
  await node.nextSlot();
  const [absent, withheld] = node.push.heard.map(({ bytes }) => bytes.replace(/"slotAt":"[^"]*"/, ''));
  expect(withheld).toBe(absent);
  await ask(FIVE);
  await node.nextSlot();
  await node.nextSlot();
  await ask({ a: 900 });
  await node.nextSlot();
  const [, , first, unchanged, held] = node.push.heard.map(({ bytes }) => bytes.replace(/"slotAt":"[^"]*"/, ''));
  expect(unchanged).toBe(first);
  expect(held).toBe(first);
  expect(totalOf(node.push.heard[4]?.release)).toBe('1000');
});

test('[RL26] nobody can read a release before it is pushed', async () => {
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  await ask({ a: 500, b: 400, c: 300, d: 260, e: 190 });
  clock.turnTo('2026-12-01T10:02:00.100Z');
  await stored(2);
  expect(await node.desk.current(round.poolId)).toEqual(node.push.heard[0]?.release);
  expect(await node.desk.history(round.poolId)).toHaveLength(1);
  clock.turnTo('2026-12-01T10:02:02.000Z');
  await node.push.count(2);
  expect(await node.desk.current(round.poolId)).toEqual(node.push.heard[1]?.release);
});

/** Waits until so many releases are in the database. */
async function stored(wanted: number): Promise<void> {
  while ((await database.prisma.release.count({ where: { roundId: round.roundId } })) < wanted);
}

test('[RL27] a server that ends between storing and pushing shows the release after its restart', async () => {
  await ask(FIVE);
  const before = await start();
  clock.turnTo('2026-12-01T10:01:00.100Z');
  await stored(1);
  await before.desk.stop();
  expect(before.push.heard).toEqual([]);
  clock.turnTo('2026-12-01T10:01:30.000Z');
  const after = await start();
  expect(totalOf(await after.desk.current(round.poolId))).toBe('1000');
  await after.nextSlot();
  expect(totalOf(after.push.heard[0]?.release)).toBe('1000');
});

test('[RL28] after a restart a slot is compared with every release of the round', async () => {
  await ask(FIVE);
  const before = await start();
  await before.nextSlot();
  await ask({ a: 330, b: 280, c: 160, d: 190, e: 110 });
  await before.nextSlot();
  await before.desk.stop();
  const after = await start();
  // Against the last release all changed, against the first four, of whom e makes up nearly everything. The audit alone would let it pass.
  await ask({ a: 301, b: 251, c: 201, d: 150, e: 140 });
  await after.nextSlot();
  expect(totalOf(after.push.heard[0]?.release)).toBe('1070');
});

test('[RL29] two nodes that fire at once publish once, and both show the same', async () => {
  await ask(FIVE);
  const [one, two] = [await start(), await start()];
  await Promise.all([one.nextSlot(), two.push.count(1)]);
  expect(await database.prisma.release.count({ where: { roundId: round.roundId } })).toBe(1);
  expect(one.push.heard[0]?.bytes).toBe(two.push.heard[0]?.bytes);
  expect(totalOf(two.push.heard[0]?.release)).toBe('1000');
});

test('[RL30] an edit that another node took counts at the next slot', async () => {
  await ask({ a: 300, b: 250, c: 200, d: 150 });
  const node = await start();
  await round.rows.write(await round.sheetOf('e'), 'line', null);
  await node.nextSlot();
  await round.rows.write(
    await round.sheetOf('e'),
    'line',
    { mineral: 'yttrium', form: 'metal-3n', quantity: '100', unit: 'kg', period: '2027' },
    false,
  );
  await node.nextSlot();
  expect(node.push.heard.map(({ release }) => totalOf(release))).toEqual([null, '1000']);
});

test('[RL31] the last release is out once, at once, and ends the slots', async () => {
  await ask(FIVE);
  const node = await start();
  await node.desk.publishFinal(round.roundId);
  await node.desk.publishFinal(round.roundId);
  expect(node.push.heard.map(({ at, release }) => [at, release.final, totalOf(release)])).toEqual([
    ['2026-12-01T10:00:10.000Z', true, '1000'],
  ]);
  expect(await database.prisma.release.count({ where: { roundId: round.roundId } })).toBe(1);
  clock.turnTo('2026-12-01T10:05:00.000Z');
  expect(await node.desk.current(round.poolId)).toEqual(node.push.heard[0]?.release);
  expect(node.push.heard.length).toBe(1);
});

test('[RL32] a last release that does not pass leaves the old values and says that it is the last', async () => {
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  await ask({ a: 999 });
  await node.desk.publishFinal(round.roundId);
  expect(await node.desk.current(round.poolId)).toMatchObject({ final: true, slotAt: clock.now().toISOString() });
  expect(totalOf(await node.desk.current(round.poolId))).toBe('1000');
});

test('[RL33] the history holds what a viewer of every slot has seen change, and nothing else', async () => {
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  await node.nextSlot();
  // Four owners move a little: a release that rounds to the value before it.
  await ask({ a: 300.2, b: 250.2, c: 199.8, d: 149.9 });
  await node.nextSlot();
  await ask({ a: 400, b: 350, c: 300, d: 250, e: 200 });
  await node.nextSlot();
  await ask({ a: 999 });
  await node.nextSlot();
  expect(await database.prisma.release.count({ where: { roundId: round.roundId } })).toBe(3);
  const history = await node.desk.history(round.poolId);
  const changes = node.push.heard.filter(
    ({ release }, i) => totalOf(release) !== totalOf(node.push.heard[i - 1]?.release),
  );
  expect(history).toEqual(changes.map(({ release }) => release));
  expect(history.map(totalOf)).toEqual(['1000', '1500']);
});

test('[RL34] a message holds the declared cells, their values, unit and slot; nothing of owners, counts, rules or numbers of releases', async () => {
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  const release = node.push.heard[0]?.release;
  expect(Object.keys(release ?? {}).sort()).toEqual(['basis', 'cells', 'final', 'slotAt', 'unit']);
  for (const cell of release?.cells ?? [])
    expect(Object.keys(cell).sort()).toEqual(['form', 'grade', 'level', 'mineral', 'value', 'year']);
});

test('[RL35] rules that change during a round wait for the next one', async () => {
  await ask(FIVE);
  const node = await start();
  await database.prisma.pool.update({ where: { id: round.poolId }, data: { rules: { contributorsMin: 9 } } });
  await node.desk.stop();
  const again = await start();
  await again.nextSlot();
  expect(totalOf(again.push.heard[0]?.release)).toBe('1000');
});

test('[RL36] a pool whose stored rules are looser than the default, or unreadable, publishes nothing', async () => {
  await database.prisma.pool.update({ where: { id: round.poolId }, data: { rules: { contributorsMin: 2 } } });
  await ask(FIVE);
  const node = await start();
  await node.nextSlot();
  expect(totalOf(node.push.heard[0]?.release)).toBeNull();
  expect(node.faults).toEqual(['pool.rules']);
});

test('[RL37] a member that joins or leaves during the round counts from the next slot', async () => {
  await ask({ a: 300, b: 250, c: 200, d: 150 });
  const node = await start();
  await node.nextSlot();
  await ask({ e: 100 });
  await node.nextSlot();
  expect(node.push.heard.map(({ release }) => totalOf(release))).toEqual([null, '1000']);
  for (const member of ['a', 'b', 'c', 'd']) {
    const organizationId = round.organizationOf(member);
    await database.prisma.poolMember.delete({
      where: { poolId_organizationId: { poolId: round.poolId, organizationId } },
    });
  }
  await ask({ f: 80, g: 60, h: 50, i: 40 });
  await node.nextSlot();
  expect(totalOf(node.push.heard[2]?.release)).toBe('330');
});

test('[RL38] subsidiaries count as their owner, however long the chain', async () => {
  await ask({ a: 300, b: 250, c: 200 });
  await round.sheetOf('sub', 'a');
  await round.sheetOf('subsub', 'sub');
  await ask({ sub: 150, subsub: 100 });
  const node = await start();
  await node.nextSlot();
  expect(totalOf(node.push.heard[0]?.release)).toBeNull();
  await ask({ d: 120, e: 110 });
  await node.nextSlot();
  expect(totalOf(node.push.heard[1]?.release)).toBe('1230');
});

test('[RL39] a pool may slow its slots down, not speed them up', async () => {
  await database.prisma.pool.update({ where: { id: round.poolId }, data: { rules: { slotSeconds: 3600 } } });
  const node = await start();
  expect(node.desk.slotSeconds(round.poolId)).toBe(3600);
  clock.turnTo('2026-12-01T10:59:59.999Z');
  expect(node.push.heard).toEqual([]);
  clock.turnTo('2026-12-01T11:00:02.000Z');
  await node.push.count(1);
});

test('[RL40] one pool that cannot be published keeps no other from starting', async () => {
  const other = await makePoolRound(database, { unit: 'furlong' });
  await ask(FIVE);
  const node = await start();
  expect(node.faults).toEqual(['pool.track']);
  await node.nextSlot();
  expect(totalOf(node.push.heard[0]?.release)).toBe('1000');
  expect(totalOf(await node.desk.current(other.poolId))).toBeNull();
});

test('[RL42] a round whose declared cells changed under it shows nothing new', async () => {
  await ask(FIVE);
  const before = await start();
  await before.nextSlot();
  await before.desk.stop();
  await database.pool.query(
    `UPDATE release SET basis = replace(basis::text, '"yttrium|metal|', '"yttrium|ingot|')::jsonb`,
  );
  const after = await start();
  await ask({ a: 500, b: 400, c: 300, d: 260, e: 190 });
  await after.nextSlot();
  expect(totalOf(after.push.heard[0]?.release)).toBe('1000');
});
