/**
 * Attack 21, from the inside, on changes: of the four that changed, two allies sweep their own change slot by slot at a pool desk and watch when a
 * new total comes out. By a sharp percentage, that moment says how large the largest other change is.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { protectionOf } from '#server/pool/drawn-rules.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { makePoolRound, SLOT_SECONDS, startDesk, totalOf } from '../support/pool-round.ts';
import { off, restore } from './support/switches.ts';

vi.mock('#server/pool/drawn-rules.ts', async (original) =>
  (await import('./support/switches.ts')).drawnRules(await original()),
);

const database = await testDatabase();
afterEach(restore);

const BEFORE = { a: 5000, b: 5200, c: 4800, d: 5100, e: 4900, f: 5300 };
/** What c changed by, and the allies a and b want to know. */
const TRUTH = 1000;
/** The own change grows by so much from slot to slot. */
const STEP = 1.08;

/** Own change at which the new total came out, in a pool of its own, and what its secret draws for c: per mille. */
async function sweep(): Promise<{ own: number; drawn: number }> {
  await database.pool.query('TRUNCATE pool, organization CASCADE');
  const clock = new HandClock('2026-12-01T10:00:10.000Z');
  const round = await makePoolRound(database);
  for (const [member, kg] of Object.entries(BEFORE)) await round.asks(member, kg);
  const drawn = await drawAbove(round, 250);
  const node = await startDesk(round, clock);
  let slots = 0;
  const slot = async () => {
    slots += 1;
    clock.turnBy(SLOT_SECONDS * 1000);
    await node.push.count(slots);
    return totalOf(node.push.heard.at(-1)?.release);
  };
  const before = await slot();
  await round.asks('c', BEFORE.c + TRUTH);
  await round.asks('d', BEFORE.d - 700);
  await round.asks('b', BEFORE.b + 600);
  let own = 150;
  for (let isOut = false; !isOut && own < 600; ) {
    own = Math.ceil(own * STEP);
    await round.asks('a', BEFORE.a + own);
    isOut = (await slot()) !== before;
  }
  await node.desk.stop();
  return { own, drawn };
}

/** Gives the pool a secret that draws well above the sharp percentage for c: per mille. Half of all secrets do. */
async function drawAbove(round: Awaited<ReturnType<typeof makePoolRound>>, least: number): Promise<number> {
  const drawnBy = (secret: string) => {
    const rules = protectionOf(DEFAULT_RULES, secret, 'yttrium', [round.organizationOf('c')]);
    return rules.permilleFor(0, BigInt(TRUTH) * 1000n);
  };
  let secret = randomUUID();
  while (!off.drawn && drawnBy(secret) < least) secret = randomUUID();
  await database.prisma.pool.update({ where: { id: round.poolId }, data: { secret } });
  return drawnBy(secret);
}

describe('attack 21: two allies look for the moment when a changed total comes out', () => {
  /** Whether the change is had within a step by who divides by this percentage. */
  const isHad = (own: number, permille: number): boolean =>
    (own * 1000) / permille >= TRUTH && (own * 1000) / permille / STEP <= TRUTH + 10;

  test('[AT21] 21 it is had only by who knows the percentage drawn for that company', async () => {
    const { own, drawn } = await sweep();
    expect(isHad(own, 200)).toBe(false);
    expect(isHad(own, drawn)).toBe(true);
  });

  test('[AT21] 21 twin: by a sharp percentage, everybody can divide', async () => {
    off.drawn = true;
    expect(isHad((await sweep()).own, 200)).toBe(true);
  });
});
