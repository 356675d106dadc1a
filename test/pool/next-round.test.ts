/** The totals of a pool's second round beside those of its first: what people keep in mind from one round to the next. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Database } from '#server/database.ts';
import { PUSH_LAG_MS } from '#server/pool/slots.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { demandRow, makePoolRound, type Node, type PoolRound, startDesk, totalOf } from '../support/pool-round.ts';

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

async function slotOf(node: Node): Promise<string | null | undefined> {
  const slot = Math.floor(clock.now().getTime() / 60_000 + 1) * 60_000;
  const heard = node.push.heard.length;
  clock.turnTo(new Date(slot + PUSH_LAG_MS));
  await node.push.count(heard + 1);
  return totalOf(node.push.heard.at(-1)?.release);
}

const SIX = { a: 300, b: 250, c: 200, d: 150, e: 100, f: 90 };

/** The first round shows its total and ends; the second begins with these amounts. */
async function secondRound(amounts: Record<string, number>): Promise<Node> {
  for (const [member, kg] of Object.entries(SIX)) await round.asks(member, kg);
  const node = await startDesk(round, clock);
  nodes.push(node);
  expect(await slotOf(node)).toBe('1090');
  await database.prisma.round.update({ where: { id: round.roundId }, data: { phase: 'closed' } });
  await node.desk.publishFinal(round.roundId);
  const { id } = await database.prisma.round.create({
    data: { poolId: round.poolId, number: 2, opensAt: clock.now(), closesAt: new Date('2100-01-01') },
  });
  for (const [member, kg] of Object.entries(amounts)) {
    const sheet = await database.prisma.sheet.create({
      data: { kind: 'demand', poolId: round.poolId, roundId: id, organizationId: round.organizationOf(member) },
    });
    await round.rows.write(sheet.id, 'line', demandRow(kg));
  }
  await node.desk.track(id);
  return node;
}

test('[MB10] a new round shows nothing of the one before, which stays readable by its number', async () => {
  const node = await secondRound(SIX);
  expect(totalOf(await node.desk.current(round.poolId))).toBeNull();
  expect((await node.desk.history(round.poolId)).map(totalOf)).toEqual([]);
  expect(totalOf(await node.desk.current(round.poolId, 1))).toBe('1090');
  expect((await node.desk.history(round.poolId, 1)).map(totalOf)).toEqual(['1090', '1090']);
});

test('[MB10] the same amounts again are shown again', async () => {
  const node = await secondRound(SIX);
  expect(await slotOf(node)).toBe('1090');
});

test('[MB10] one member that enters something else in the next round does not appear as a difference', async () => {
  const node = await secondRound({ ...SIX, f: 190 });
  expect(await slotOf(node)).toBeNull();
});

test('[MB10] a member that sits out the next round does not appear as a difference', async () => {
  const { f: _, ...five } = SIX;
  const node = await secondRound(five);
  expect(await slotOf(node)).toBeNull();
});

test('[MB10] control: without the memory of the first round the difference would be there', async () => {
  const node = await secondRound({ ...SIX, f: 190 });
  await database.prisma.release.deleteMany({ where: { roundId: round.roundId } });
  const { id } = await database.prisma.round.findFirstOrThrow({ where: { poolId: round.poolId, number: 2 } });
  await node.desk.track(id);
  expect(await slotOf(node)).toBe('1190');
});

test('[MB10] enough members that changed since the last round show the new total', async () => {
  const node = await secondRound({ a: 400, b: 340, c: 280, d: 230, e: 180, f: 170 });
  expect(await slotOf(node)).toBe('1600');
});
