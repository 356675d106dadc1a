/** Attacks on what the server does over time: moments of publication, and rules that change while a round runs. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '#server/database.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { makePoolRound, type Node, type PoolRound, startDesk, totalOf } from '../support/pool-round.ts';

let database: Database;
const nodes: Node[] = [];
beforeEach(async () => {
  database ??= await testDatabase();
  await database.pool.query('TRUNCATE pool, organization CASCADE');
});
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.desk.stop();
});

async function open(round: PoolRound, clock: HandClock): Promise<Node> {
  const node = await startDesk(round, clock);
  nodes.push(node);
  return node;
}

const FIVE = { a: 300, b: 250, c: 200, d: 150, e: 100 };
async function ask(round: PoolRound, amounts: Record<string, number>): Promise<void> {
  for (const [member, kg] of Object.entries(amounts)) await round.asks(member, kg);
}

describe('attack 16: a publication that moves when one company is present', () => {
  /** What an observer with a stopwatch notes over three slots; the sixth company edits between them, or is away. */
  async function momentsOf(isPresent: boolean): Promise<{ slots: string[]; edits: string[] }> {
    const clock = new HandClock('2026-12-01T10:00:10.000Z');
    const round = await makePoolRound(database);
    await ask(round, FIVE);
    const node = await open(round, clock);
    // The twin: a pool that is published whenever somebody edits.
    const edits: string[] = [];
    round.rows.onCommit(() => void edits.push(clock.now().toISOString()));
    for (let slot = 1; slot <= 3; slot += 1) {
      clock.turnTo(`2026-12-01T10:0${slot - 1}:17.000Z`);
      if (isPresent) await round.asks('f', 100 + slot);
      await ask(round, { a: 300 + slot });
      clock.turnTo(`2026-12-01T10:0${slot}:02.000Z`);
      await node.push.count(slot);
    }
    return { slots: node.push.heard.map(({ at, bytes }) => `${at} ${bytes.length}`), edits };
  }

  test('[AT16] 16 moments and sizes are the same with and without the company', async () => {
    expect((await momentsOf(true)).slots).toEqual((await momentsOf(false)).slots);
  });

  test('[AT16] 16 twin: publication at each edit would show when the company is there', async () => {
    expect((await momentsOf(true)).edits).not.toEqual((await momentsOf(false)).edits);
  });
});

describe('attack 22: rules loosened in mid-round, and numbers of one round under the rules of another', () => {
  async function loosened(afterwards: () => Promise<unknown>): Promise<string | null | undefined> {
    const clock = new HandClock('2026-12-01T10:00:10.000Z');
    const round = await makePoolRound(database, { rules: { contributorsMin: 8 } });
    await ask(round, FIVE);
    const before = await open(round, clock);
    await before.desk.stop();
    await database.prisma.pool.update({ where: { id: round.poolId }, data: { rules: {} } });
    await afterwards();
    const after = await open(round, clock);
    clock.turnTo('2026-12-01T10:01:02.000Z');
    await after.push.count(1);
    return totalOf(after.push.heard[0]?.release);
  }

  test('[AT22] 22 a round keeps the rules it began with, also over a restart', async () => {
    expect(await loosened(async () => {})).toBeNull();
  });

  test('[AT22] 22 twin: with the round’s own rules taken away, the loosened ones would show the total', async () => {
    expect(await loosened(() => database.pool.query('UPDATE round SET rules = NULL'))).toBe('1000');
  });

  test('[AT22] 22 a new round shows nothing of the one before', async () => {
    const clock = new HandClock('2026-12-01T10:00:10.000Z');
    const round = await makePoolRound(database);
    await ask(round, FIVE);
    const node = await open(round, clock);
    await node.desk.publishFinal(round.roundId);
    expect(totalOf(await node.desk.current(round.poolId))).toBe('1000');
    const next = await database.prisma.round.create({
      data: { poolId: round.poolId, number: 2, opensAt: clock.now(), closesAt: new Date('2100-01-01') },
    });
    await node.desk.track(next.id);
    expect(totalOf(await node.desk.current(round.poolId))).toBeNull();
    expect(await node.desk.history(round.poolId)).toEqual([]);
  });
});
