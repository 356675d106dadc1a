/** Comments where several parties read: the shared sheet of an open pool, and the offers of a supplier. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Member, openStage, type Stage } from '../attacks/support/stage.ts';
import { seatSupplier } from '../attacks/support/supplier.ts';
import type { Tap } from '../attacks/support/tap.ts';
import { offerRow } from '../support/catalogue.ts';

vi.mock('#server/clock.ts', () => import('../attacks/support/still-clock.ts'));

let stage: Stage;
let insider: Member;
let rival: Member;
beforeEach(async () => {
  stage = await openStage({ members: 2 });
  [insider, rival] = stage.members as [Member, Member];
}, 120_000);
afterEach(() => stage.close());

const say = (tap: Tap, sheetId: string, text: string, row: string) =>
  tap.call('POST', `/api/v1/sheets/${sheetId}/comments`, { row, column: '', text });
const readRules = (tap: Tap) => tap.call('POST', `/api/v1/pools/${stage.poolId}/briefing`, {});
const threadsOf = async (tap: Tap, sheetId: string) => {
  const { status, body } = await tap.get(`/sheets/${sheetId}/comments`);
  return status === 200
    ? body.threads.map(({ comments }: { comments: { by: string; text: string }[] }) => [
        comments[0]?.by,
        comments[0]?.text,
      ])
    : status;
};

test('[CM19] in the shared sheet of an open pool one acknowledges and reads the rules first, then speaks without being named; a number is held', async () => {
  const { prisma } = stage.database;
  const { poolId, roundId } = stage;
  await prisma.pool.update({ where: { id: poolId }, data: { kind: 'open' } });
  const { id: sheetId } = await prisma.sheet.create({
    data: { kind: 'demand', poolId, roundId, organizationId: null },
  });
  const acknowledge = (tap: Tap) => tap.call('POST', `/api/v1/pools/${poolId}/acknowledge`, {});

  expect((await say(insider.tap, sheetId, 'Who else takes ingots?', 'r1')).status).toBe(404);
  expect(await threadsOf(insider.tap, sheetId)).toBe(404);
  expect((await acknowledge(insider.tap)).status).toBe(200);
  await (await insider.tap.sheet(sheetId)).write('r1', { ...stage.row, quantity: 11 }, insider.organizationId);
  const early = await say(insider.tap, sheetId, 'Who else takes ingots?', 'r1');
  expect([early.status, early.text]).toEqual([409, expect.stringContaining('have not read the rules of talk')]);
  await readRules(insider.tap);
  expect((await say(insider.tap, sheetId, 'Who else takes ingots?', 'r1')).status).toBe(200);
  const { body: held } = await say(insider.tap, sheetId, 'We could take 314159 kg', 'r1');
  expect(held.comments[0].state).toBe('held');

  // The other buyer has not acknowledged that all see every line: to it there is no sheet, and no push of it.
  expect(await threadsOf(rival.tap, sheetId)).toBe(404);
  expect(rival.tap.text()).not.toContain(sheetId);
  await acknowledge(rival.tap);
  expect(await threadsOf(rival.tap, sheetId)).toEqual([['another organization', 'Who else takes ingots?']]);
  expect(rival.tap.text()).not.toContain('314159');
  const people = await rival.tap.get(`/sheets/${sheetId}/mentionable`);
  expect(JSON.stringify(people.body)).not.toContain(insider.userId);
});

test('[CM20] at a supplier’s offers it and the officials speak; no other supplier and no buyer learns of it', async () => {
  const official = await stage.official();
  const alder = await seatSupplier(stage, 'Alder Refining');
  const birch = await seatSupplier(stage, 'Birch Refining');
  await (await alder.tap.sheet(alder.sheetId)).write('of', offerRow({ supplier: 'Alder' }), alder.organizationId);
  await readRules(official);
  expect((await say(official, alder.sheetId, 'Which certificate is this?', 'of')).status).toBe(200);
  const seen = await threadsOf(alder.tap, alder.sheetId);
  expect(seen).toMatchObject([[expect.any(String), 'Which certificate is this?']]);
  for (const other of [birch.tap, insider.tap, rival.tap]) {
    expect(await threadsOf(other, alder.sheetId)).toBe(404);
    expect((await say(other, alder.sheetId, 'hm', 'of')).status).toBe(404);
    expect(other.text()).not.toContain('Which certificate');
  }
  const { body: held } = await say(official, alder.sheetId, 'Could it be 314159 kg?', 'of');
  expect(held.comments[0].state).toBe('held');
  expect(JSON.stringify(await threadsOf(alder.tap, alder.sheetId))).not.toContain('314159');
});
