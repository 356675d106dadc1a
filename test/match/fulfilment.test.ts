/** The fulfilment desk over a real database: steps with their record, who hears of them, suppliers' own, and the round's figures. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Actor } from '#domain/actors.ts';
import { grams } from '#domain/units.ts';
import { createFulfilmentDesk, type FulfilmentDesk, type NewStep } from '#server/match/fulfilment.ts';
import { verifyRecord } from '#server/record.ts';
import { off, restore } from '../attacks/support/switches.ts';
import { catalogue, demandRow, offerRow } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { type MatchNode, type MatchRound, makeMatchRound } from '../support/match-round.ts';

vi.mock('#domain/fulfilment-disclosure.ts', async (original) =>
  (await import('../attacks/support/switches.ts')).fulfilmentDisclosure(await original()),
);

const database = await testDatabase();
let round: MatchRound;
let node: MatchNode;
let desk: FulfilmentDesk;
let orderId: string;
beforeEach(async () => {
  round = await makeMatchRound(database);
  node = round.node();
  const { sheetsDesk: sheets, clock } = round;
  desk = createFulfilmentDesk({ database, sheets, catalogue, push: node.push, clock });
  const line = (kg: number) => demandRow({ quantity: kg, commitment: 'firm', ceiling: 950, period: '2027' });
  await round.fill('maker', { a: line(300) });
  await round.fill('rival', { a: line(280) });
  await round.fill('offers', { near: offerRow({ supplier: 'Near Refiner', capacity: 600, minimum: 100 }) });
  await round.solve(node);
  await round.setPhase('award');
  await node.desk.propose(round.roundId, round.people.admin);
  const [first] = await node.desk.orders({ poolIds: [round.poolId] });
  orderId = first?.order.id ?? '';
});
afterEach(() => {
  restore();
  return round.close();
});

const DAY = '2026-11-30';
const enter = async (kind: NewStep['kind'], kg: number, more: Partial<NewStep> = {}, by?: Actor) => {
  const step = { kind, grams: grams(1000 * kg), day: DAY, reference: 'P-1', reason: null, assayPct: null, ...more };
  const outcome = await desk.enter(orderId, step, by ?? round.people.otto);
  return outcome.ok ? 'ok' : outcome.refusal.code;
};
const approve = async () => {
  await node.desk.decide(orderId, 'open', '', round.people.otto);
  return node.desk.decide(orderId, 'approve', '', round.people.approver);
};
const viewNow = async () => {
  const read = await desk.read(orderId);
  if (!read) throw new Error('the order is gone');
  return read.view;
};

test('[FU3] a step is stored with its sealed entry of the record or not at all, and one that was changed is found', async () => {
  expect(await enter('contracted', 500)).toBe('not-approved');
  await approve();
  expect(await enter('contracted', 500)).toBe('ok');
  expect(await enter('delivered', 501)).toBe('too-much');
  expect(await enter('delivered', 200, {}, round.people.admin)).toBe('ok');
  expect(await enter('accepted', 150, { assayPct: 99.99 })).toBe('ok');
  const view = await viewNow();
  expect(view).toMatchObject({ orderedKg: 580, contractedKg: 500, deliveredKg: 200, acceptedKg: 150, openKg: 80 });
  expect(view.steps.map(({ kind, kg, assayPct, sealed }) => [kind, kg, assayPct, sealed])).toEqual([
    ['contracted', 500, null, true],
    ['delivered', 200, null, true],
    ['accepted', 150, 99.99, true],
  ]);
  const entries = await database.prisma.recordEntry.findMany({ where: { kind: 'order.step', poolId: round.poolId } });
  expect(entries).toHaveLength(3);
  for (const { body } of entries) expect(Object.keys(body as object).sort()).toEqual(['order', 'seal', 'step']);
  await database.prisma.orderStep.updateMany({ where: { orderId, kind: 'delivered' }, data: { grams: 201_000n } });
  expect((await viewNow()).steps.map(({ sealed }) => sealed)).toEqual([true, false, true]);
  expect((await verifyRecord(database.pool)).broken).toBeNull();
});

test('[FU2] a step that was struck out stays to be read with its reason, and the room it took is free again', async () => {
  await approve();
  await enter('contracted', 580);
  await enter('delivered', 100);
  const [contract, delivery] = (await viewNow()).steps;
  const strike = async (id = '') => {
    const outcome = await desk.strike(orderId, id, 'another order', round.people.admin);
    return outcome.ok ? 'ok' : outcome.refusal.code;
  };
  expect([await strike(contract?.id), await strike(orderId)]).toEqual(['needed', 'no-step']);
  expect([await strike(delivery?.id), await strike(delivery?.id)]).toEqual(['ok', 'struck']);
  const view = await viewNow();
  expect([view.deliveredKg, view.room.delivered]).toEqual([0, 580]);
  expect(view.steps[1]?.struck).toMatchObject({ by: '', why: 'another order' });
});

test('[FU3] of many steps at once none passes what the order leaves', async () => {
  await approve();
  const answers = await Promise.all(Array.from({ length: 8 }, () => enter('contracted', 100)));
  expect(answers.filter((answer) => answer === 'ok')).toHaveLength(5);
  expect((await viewNow()).contractedKg).toBe(500);
});

test('[FU7] the administrator is refused what tells officials of one buyer, officials are not', async () => {
  await approve();
  const dropOut = { reason: 'buyers' } as const;
  expect(await enter('droppedOut', 280, dropOut, round.people.admin)).toBe('singles-out');
  expect(await enter('contracted', 300, {}, round.people.admin)).toBe('singles-out');
  expect(await enter('droppedOut', 280, dropOut, round.people.otto)).toBe('ok');
});

test('[FU5] those whom the order serves hear that their award changed, officials that the order did, nobody else anything', async () => {
  await approve();
  const before = node.push.heard.length;
  await enter('contracted', 100);
  const heard = node.push.heard.slice(before);
  const reached = heard.flatMap(({ event, to }) =>
    Object.entries(to).flatMap(([name, message]) => (message === null ? [] : [`${event} ${name}`])),
  );
  expect(reached.sort()).toEqual(
    [
      ...['ana', 'ben', 'vera', 'rita'].map((name) => `award ${name}`),
      ...['otto', 'approver', 'admin'].map((name) => `order ${name}`),
    ].sort(),
  );
  expect(JSON.stringify(heard.filter(({ event }) => event === 'award'))).not.toMatch(/100/);
  const [award] = await node.desk.awards(round.roundId, round.people.ana.organizationId);
  expect(award?.parts[0]?.became).toEqual({
    contracted: 'part',
    delivered: 'none',
    accepted: 'none',
    fellThrough: 'none',
    reason: null,
  });
});

/** What is entered after each step rings at a buyer of the order, and whether its award reads otherwise then. */
async function watchAwards() {
  await approve();
  const awards = async () => JSON.stringify(await node.desk.awards(round.roundId, round.people.ana.organizationId));
  const strikeLast = async () => {
    const last = (await viewNow()).steps.at(-1);
    return (await desk.strike(orderId, last?.id ?? '', 'another order', round.people.otto)).ok ? 'ok' : 'no';
  };
  const seen: { step: string; rings: number; reads: boolean }[] = [];
  for (const [step, deed] of [
    ['contracted', () => enter('contracted', 580)],
    ['delivered', () => enter('delivered', 100)],
    ['delivered', () => enter('delivered', 100)],
    ['rejected', () => enter('rejected', 50, { assayPct: 90 })],
    ['struck', strikeLast],
    ['delivered', () => enter('delivered', 380)],
  ] as const) {
    const [before, read] = [node.push.of('award').length, await awards()];
    expect([step, await deed()]).toEqual([step, 'ok']);
    const rings = node.push.of('award').slice(before);
    seen.push({ step, rings: rings.filter(({ to }) => to.ana).length, reads: (await awards()) !== read });
  }
  return seen;
}

test('[AT44] a buyer hears of a step only where its award reads otherwise: neither of further deliveries, nor of what was turned down or struck out', async () => {
  expect(await watchAwards()).toEqual([
    { step: 'contracted', rings: 1, reads: true },
    { step: 'delivered', rings: 1, reads: true },
    { step: 'delivered', rings: 0, reads: false },
    { step: 'rejected', rings: 0, reads: false },
    { step: 'struck', rings: 0, reads: false },
    { step: 'delivered', rings: 1, reads: true },
  ]);
});

test('[AT44] twin: were it told of each step, it would count them', async () => {
  off.steps = true;
  expect((await watchAwards()).filter(({ rings, reads }) => rings > 0 && !reads)).toHaveLength(3);
});

test('[FU8] a round’s figures hold what was offered, ordered and became of it, and why orders fell through', async () => {
  await approve();
  await enter('contracted', 500);
  await enter('droppedOut', 50, { reason: 'price' });
  await enter('droppedOut', 30, { reason: 'price' });
  const [figures, ...others] = await desk.ofRound(round.roundId);
  expect(others).toEqual([]);
  expect(figures).toMatchObject({
    mineral: 'gallium',
    offeredKg: 1800,
    orders: [{ state: 'approved', grams: 580_000 }],
    drops: [{ reason: 'price', kg: 80, orders: 1 }],
  });
});

test('[FU8] what was offered is read once for a run, and its orders each time', async () => {
  await approve();
  let reads = 0;
  const { sheetsDesk, clock } = round;
  const rowsOf = (id: string) => {
    reads++;
    return sheetsDesk.rowsOf(id);
  };
  const counted = createFulfilmentDesk({ database, sheets: { rowsOf }, catalogue, push: node.push, clock });
  const [first] = await counted.ofRound(round.roundId);
  const readsAtFirst = reads;
  await enter('contracted', 500);
  const [second] = await counted.ofRound(round.roundId);
  expect(readsAtFirst).toBeGreaterThan(0);
  expect(reads).toBe(readsAtFirst);
  expect([first?.offeredKg, second?.offeredKg]).toEqual([1800, 1800]);
  expect([first, second].map((figures) => figures?.orders[0]?.steps.length)).toEqual([0, 1]);
});
