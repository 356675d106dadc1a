/** The review of orders over a real database: since when they wait, and who may decide. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { demandRow, offerRow } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { type MatchNode, type MatchRound, makeMatchRound } from '../support/match-round.ts';

const database = await testDatabase();
let round: MatchRound;
let node: MatchNode;
let id: string;
beforeEach(async () => {
  round = await makeMatchRound(database);
  node = round.node({ reviewDays: 7 });
  await round.fill('maker', {
    line: demandRow({ quantity: 300, commitment: 'firm', ceiling: 950, period: '2027' }),
  });
  await round.fill('offers', { near: offerRow({ supplier: 'Near Refiner', capacity: 600, minimum: 100, price: 900 }) });
  await round.solve(node);
  await round.setPhase('award');
  round.clock.turnTo('2026-12-02T08:00:00Z');
  await node.desk.propose(round.roundId, round.people.admin);
  id = (await node.desk.orders({ poolIds: [round.poolId] }))[0]?.order.id ?? '';
});
afterEach(() => round.close());

test('[RV8] an order waits from its proposal on, whenever it is looked at, until the deadline of the workspace', async () => {
  const dates = { proposedAt: '2026-12-02T08:00:00.000Z', dueAt: '2026-12-09T08:00:00.000Z' };
  round.clock.turnTo('2026-12-05T08:00:00Z');
  expect((await node.desk.order(id))?.order).toMatchObject(dates);
  await node.desk.propose(round.roundId, round.people.admin);
  expect(await node.desk.decide(id, 'open', '', round.people.otto)).toMatchObject({ ok: true, value: dates });
});

test('[RV10] a conflict of interest stands in the record with its reason, and the award of nobody tells of it', async () => {
  const { otto, approver } = round.people;
  await node.desk.decide(id, 'open', '', otto);
  const told = node.push.of('award').length;
  expect(await node.desk.decide(id, 'recuse', 'My brother works there', otto)).toMatchObject({
    ok: true,
    value: { state: 'proposed' },
  });
  expect(node.push.of('award')).toHaveLength(told);
  const [entry] = await database.prisma.recordEntry.findMany({ orderBy: { seq: 'desc' }, take: 1 });
  const body = { order: 1, verdict: 'recuse', comment: 'My brother works there' };
  expect(entry).toMatchObject({ kind: 'order.decided', userId: otto.userId, body });
  expect(await node.desk.decide(id, 'approve', '', approver)).toMatchObject({ refusal: { code: 'one-person' } });
  expect(await node.desk.decide(id, 'return', 'Too dear', otto)).toMatchObject({ refusal: { code: 'recused' } });
  const count = () => database.prisma.recordEntry.count({ where: { poolId: round.poolId } });
  const before = await count();
  expect(await node.desk.decide(id, 'comment', 'Still here', otto)).toMatchObject({ refusal: { code: 'recused' } });
  expect(await count()).toBe(before);
});
