/**
 * What a member's wires carry, to the byte: nothing of another company in any phase, and the same sizes and moments whether others edited
 * or not. The switched-off twins show that the search finds a number, and that the comparison sees a difference, where there is one.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { offerRow } from '../support/catalogue.ts';
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

const NOWHERE = '00000000-0000-4000-8000-000000000000';
/** Of each member, in kilograms: no digits that come about by chance. */
const AMOUNTS = [314_159, 271_828, 161_803, 141_421, 173_205];

/** Every address that reads something, with every id that this member could have got hold of. */
async function readEverything(tap: Tap): Promise<void> {
  const { body } = await tap.call('GET', '/api/openapi.json');
  const gets = Object.entries<Record<string, unknown>>(body.paths).flatMap(([path, methods]) =>
    'get' in methods ? [path] : [],
  );
  const orders = await stage.database.prisma.order.findMany({ select: { id: true } });
  const runs = await stage.database.prisma.matchRun.findMany({ select: { id: true } });
  const ids: Record<string, string[]> = {
    poolId: [stage.poolId],
    sheetId: [...stage.members.map(({ sheetId }) => sheetId), stage.offersId],
    orderId: orders.map(({ id }) => id),
    runId: runs.map(({ id }) => id),
    mineralId: ['gallium'],
  };
  for (const path of gets) {
    const name = /\{(\w+)\}/.exec(path)?.[1];
    for (const id of name === undefined ? [''] : (ids[name] ?? [NOWHERE])) await tap.get(path.replace(/\{\w+\}/, id));
  }
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

async function wholeRound(): Promise<Tap> {
  stage = await openStage({ members: AMOUNTS.length });
  for (const [i, member] of stage.members.entries()) await member.asks(AMOUNTS[i] ?? 0);
  await stage.slot();
  const insider = stage.members[0]?.tap as Tap;
  await readEverything(insider);
  const offers = {
    o1: offerRow({ capacity: 400_000, minimum: 10 }),
    o2: offerRow({ supplier: 'Smelter (sample)', capacity: 300_000, price: 955 }),
  };
  await finishRound(stage, offers, () => readEverything(insider));
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
    // Nor does what the operator's log keeps.
    expect(
      secretsOfOthers().filter((secret) => !/^[0-9a-f-]{36}$/.test(secret) && stage.printed().includes(secret)),
    ).toEqual([]);
  });

  test('[AT29] twin: with every room of the pool open to its members, the search finds the numbers', async () => {
    off.rooms = true;
    expect(leaked(await wholeRound())).toEqual(expect.arrayContaining(AMOUNTS.slice(1).map(String)));
  });
});
