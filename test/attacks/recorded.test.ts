/** Random sessions at the real server, every wire of every member recorded, and every pair of members an attacker. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type Sight, worstOf } from './attacker/intervals.ts';
import { readSights } from './attacker/reading.ts';
import { amountNamed, booksOf } from './support/policies.ts';
import { predicted } from './support/predicted.ts';
import { unknownsOf } from './support/rounds.ts';
import { randomSession, type Session } from './support/sessions.ts';
import { openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/release.ts', async (original) => (await import('./support/switches.ts')).release(await original()));

const FORM_OF: Record<string, string> = { '4N': 'ga-metal-4n', '6N': 'ga-metal-6n', '7N': 'ga-metal-7n' };
const GRADE_OF: Record<string, number> = { '4N': 99.99, '6N': 99.9999, '7N': 99.99999 };
const PLACES = ['ga-metal 6N', 'ga-metal 4N firm', 'ga-metal 7N'];

let stage: Stage;
afterEach(async () => {
  restore();
  await stage.close();
});

/** Plays the session through the sheets of its members. */
async function play(session: Session): Promise<void> {
  stage = await openStage({ members: session.members });
  const before = new Map<string, number>();
  for (const after of session.slots) {
    for (const book of after)
      for (const [place, amounts] of Object.entries(book))
        for (const [owner, kg] of Object.entries(amounts)) {
          if ((before.get(place + owner) ?? 0) === kg) continue;
          before.set(place + owner, kg);
          const grade = place.split(' ')[1] ?? '';
          await stage.members[Number(owner.slice(1))]?.asks(kg, `line-${grade}`, {
            form: FORM_OF[grade] ?? '',
            grade: GRADE_OF[grade] ?? 0,
            commitment: place.endsWith('firm') ? 'firm' : 'indicative',
          });
        }
    await stage.slot();
  }
}

/** What a pair has in hand: the numbers of its wires, and (a worst case) word of who asks for what where, and when it changed. */
function sightsOf(session: Session): Sight[] {
  const books = booksOf(session);
  const releases = stage.members[0]?.tap.releases ?? [];
  return readSights(releases).map(({ slot, cell, low, high }) => ({
    cell,
    low,
    high,
    unknowns: unknownsOf(cell, books[slot] ?? {}),
  }));
}

const SEEDS = [41, 42];
const sessionOf = (seed: number) => randomSession(seed, { members: 7, slots: 14, places: PLACES });

describe('recorded sessions of the real server', () => {
  test.each(SEEDS)(
    '[AT30] seed %i: every member received what the rules say, and no pair learns a third member’s number',
    async (seed) => {
      const session = sessionOf(seed);
      await play(session);
      const { secret } = await stage.database.prisma.pool.findUniqueOrThrow({ where: { id: stage.poolId } });
      const idOf = (owner: string) => stage.members[Number(owner.slice(1))]?.organizationId ?? '';
      const expected = predicted(booksOf(session), { secret, idOf });
      for (const { tap } of stage.members)
        expect(tap.releases.map(({ cells }) => cells.map(({ value }) => value))).toEqual(expected);
      const { recovered, width, asked } = worstOf(sightsOf(session), amountNamed);
      expect([recovered, asked > 20]).toEqual([0, true]);
      expect(width).toBeGreaterThan(0.2);
    },
  );

  test('[AT30] twin: with the rules of release off, a pair learns several', async () => {
    off.release = ['total', 'change', 'rest', 'audit'];
    const session = sessionOf(SEEDS[0] ?? 0);
    await play(session);
    expect(worstOf(sightsOf(session), amountNamed).recovered).toBeGreaterThan(3);
  });
});
