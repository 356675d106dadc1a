/** The public bundle of the record in the hands of two members: with their own numbers, do they learn a third's? And does it name anybody? */
import { afterEach, expect, test, vi } from 'vitest';
import { type Sight, worstOf } from './attacker/intervals.ts';
import { readSights } from './attacker/reading.ts';
import { amountNamed } from './support/policies.ts';
import { unknownsOf } from './support/rounds.ts';
import { openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/release.ts', async (original) => (await import('./support/switches.ts')).release(await original()));

let stage: Stage;
afterEach(async () => {
  restore();
  await stage.close();
});

/** Kilograms of each member in each slot: one after the other changes. */
const SLOTS = [
  [137, 211, 89, 163, 251, 119],
  [137, 211, 89, 163, 251, 307],
  [137, 211, 89, 463, 251, 307],
  [137, 211, 89, 463, 51, 307],
];
const PLACE = 'ga-metal 6N firm';

/** Plays the slots, has an official export for the public, and reads the bundle as an attacker does. */
async function publicBundle(): Promise<{ text: string; sights: Sight[] }> {
  stage = await openStage();
  const official = await stage.official();
  for (const kilograms of SLOTS) {
    for (const [number, kg] of kilograms.entries()) await stage.members[number]?.asks(kg);
    await stage.slot();
  }
  const { body } = await official.call('POST', '/api/v1/record/bundles', { poolId: stage.poolId, cut: 'public' });
  const { text } = body as { text: string };
  const lines = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const releases = lines.filter(({ section }) => section === 'release').map(({ release }) => release);
  const books = SLOTS.map((kilograms) => ({
    [PLACE]: Object.fromEntries(kilograms.map((kg, number) => [`o${number}`, kg])),
  }));
  const sights = readSights(releases).map(({ slot, cell, low, high }) => ({
    cell,
    low,
    high,
    unknowns: unknownsOf(cell, books[Math.min(slot, books.length - 1)] ?? {}),
  }));
  return { text, sights };
}

test('[RC16] the public bundle gives no pair of members a third one’s number, and names no company and no person', async () => {
  const { text, sights } = await publicBundle();
  expect(worstOf(sights, amountNamed).recovered).toBe(0);
  expect(sights.length).toBeGreaterThan(0);
  for (const member of stage.members) {
    for (const told of [member.organization, member.organizationId, member.userId, member.email, member.sheetId])
      expect(text).not.toContain(told);
  }
  expect(text).not.toMatch(/Otto|Adam|Operator|"hash"|"link"/);
}, 120_000);

test('[RC16] twin: with the rules of release off, the same bundle gives several', async () => {
  off.release = ['total', 'change', 'rest', 'audit'];
  const { sights } = await publicBundle();
  expect(worstOf(sights, amountNamed).recovered).toBeGreaterThan(0);
}, 120_000);
