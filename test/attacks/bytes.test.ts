/**
 * What a member's wires carry, to the byte: nothing of another company in any phase, and the same sizes and moments whether others edited
 * or not. The switched-off twins show that the search finds a number, and that the comparison sees a difference, where there is one.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { offerRow } from '../support/catalogue.ts';
import { readEverything } from './support/everything.ts';
import { openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';
import { finishRound } from './support/whole-round.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));
vi.mock('#domain/release.ts', async (original) => (await import('./support/switches.ts')).release(await original()));

let stage: Stage;
afterEach(async () => {
  restore();
  await stage.close();
});

/** Of each member, in kilograms: no digits that come about by chance. */
const AMOUNTS = [314_159, 271_828, 161_803, 141_421, 173_205];

/** Every address, and every room of the pool. */
async function tryEverything(tap: Tap): Promise<void> {
  await readEverything(stage, tap);
  for (const { sheetId } of stage.members) (await tap.sheet(sheetId)).close();
  (await tap.sheet(stage.offersId)).close();
}

/** What no wire of the first member may carry. Addresses are its own guesses, so they are not searched. */
function secretsOfOthers(): string[] {
  return stage.members.slice(1).flatMap(({ organizationId, organization, userId, email, sheetId }, i) => {
    const kg = AMOUNTS[i + 1] ?? 0;
    return [
      organizationId,
      organization.split(' ')[0] ?? '',
      userId,
      email,
      sheetId,
      `${kg}`,
      kg.toLocaleString('en-US'),
      `${kg / 1000}`,
    ];
  });
}

const leaked = (tap: Tap): string[] => secretsOfOthers().filter((secret) => tap.text().includes(secret));

/** A pool in collection, and its first member after it has tried everything. */
async function collected(): Promise<Tap> {
  stage = await openStage({ members: AMOUNTS.length });
  for (const [i, member] of stage.members.entries()) await member.asks(AMOUNTS[i] ?? 0);
  await stage.slot();
  const insider = stage.members[0]?.tap as Tap;
  await tryEverything(insider);
  return insider;
}

async function wholeRound(): Promise<Tap> {
  const insider = await collected();
  const offers = {
    o1: offerRow({ capacity: 400_000, minimum: 10 }),
    o2: offerRow({ supplier: 'Smelter (sample)', capacity: 300_000, price: 955 }),
  };
  await finishRound(stage, offers, () => tryEverything(insider));
  return insider;
}

describe('everything that one member receives in a round, from the first edit to the award', () => {
  test('[AT29] holds no other company’s number, name, address or id', async () => {
    const insider = await wholeRound();
    expect(
      insider.received
        .filter(({ what }) => what.includes('/awards'))
        .at(-1)
        ?.bytes.toString(),
    ).toContain('awardedKg');
    expect(leaked(insider)).toEqual([]);
    // How many sheets were frozen would be how many members there are.
    const record: { kind: string; text: string }[] = (await insider.get('/record')).body;
    const frozen = record.filter(({ kind }) => kind === 'sheet.frozen').map(({ text }) => text);
    expect([frozen.length > 0, frozen.filter((text) => /\d/.test(text))]).toEqual([true, []]);
    // Nor does what the operator's log keeps.
    expect(
      secretsOfOthers().filter((secret) => !/^[0-9a-f-]{36}$/.test(secret) && stage.printed().includes(secret)),
    ).toEqual([]);
  });

  test('[AT29] twin: with every room of the pool open to its members, the search finds the numbers', async () => {
    off.rooms = true;
    expect(leaked(await collected())).toEqual(expect.arrayContaining(AMOUNTS.slice(1).map(String)));
  });
});
