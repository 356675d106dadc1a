/** Deeds with an entry of the record whose transaction is cut in its middle, as by kill -9 of the server or a lost line: nothing of them stays. */
import { afterEach, expect, test } from 'vitest';
import type { Outcome } from '#domain/refusals.ts';
import { grams } from '#domain/units.ts';
import { NO_TERMS } from '#domain/vault-terms.ts';
import { createFulfilmentDesk } from '#server/match/fulfilment.ts';
import { verifyRecord } from '#server/record.ts';
import { changeReserve } from '#server/reserve/book.ts';
import { readTerms, setTerms } from '#server/reserve/terms.ts';
import { catalogue, demandRow, offerRow } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';
import { type MatchRound, makeMatchRound } from '../support/match-round.ts';

const database = await testDatabase();
const { pool, prisma } = database;
let round: MatchRound;
afterEach(() => round.close());

/** Everything that the deeds write. */
async function stored() {
  const { roundId, poolId } = round;
  const orders = { run: { roundId } };
  return {
    orders: await prisma.order.findMany({ where: orders, select: { state: true } }),
    allocations: await prisma.allocation.count({ where: orders }),
    decisions: await prisma.decision.count({ where: { order: orders } }),
    steps: await prisma.orderStep.count({ where: { order: orders } }),
    terms: (await readTerms(database))?.version,
    record: await prisma.recordEntry.count({ where: { OR: [{ poolId }, { kind: 'reserve.terms' }] } }),
  };
}

/** Holds the record until a deed has written all but its entry and waits, and then cuts the line of that deed. */
async function cutInTheMiddle(deed: () => Promise<unknown>): Promise<void> {
  const holder = await pool.connect();
  await holder.query('BEGIN');
  await holder.query('LOCK TABLE record_entry IN ACCESS EXCLUSIVE MODE');
  const failed = deed().then(
    () => null,
    (error) => error,
  );
  for (let cut = 0; cut === 0; ) {
    const { rows } = await pool.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation'`,
    );
    cut = rows.length;
  }
  expect(await failed).toBeInstanceOf(Error);
  await holder.query('ROLLBACK');
  holder.release();
}

test('[DB30] proposing, deciding, a step of an order and a change of terms are stored with their entry of the record or not at all, also when the server dies in the middle', async () => {
  round = await makeMatchRound(database);
  const node = round.node();
  const { sheetsDesk: sheets, clock, roundId, people } = round;
  const fulfilment = createFulfilmentDesk({ database, sheets, catalogue, push: node.push, clock });
  await round.fill('maker', { a: demandRow({ quantity: 300, commitment: 'firm', ceiling: 950, period: '2027' }) });
  await round.fill('offers', { near: offerRow({ supplier: 'Near Refiner', capacity: 600, minimum: 100 }) });
  await round.solve(node);
  await round.setPhase('award');
  const order = async () => (await prisma.order.findFirstOrThrow({ where: { run: { roundId } } })).id;
  const step = {
    kind: 'contracted' as const,
    grams: grams(100_000),
    day: '2026-11-30',
    reference: 'P-1',
    reason: null,
    assayPct: null,
  };
  const terms = { after: 0, terms: { ...NO_TERMS, priceRule: 'at cost' } };
  const deeds: Record<string, () => Promise<Outcome<unknown>>> = {
    propose: () => node.desk.propose(roundId, people.admin),
    'take into review': async () => node.desk.decide(await order(), 'open', '', people.otto),
    approve: async () => node.desk.decide(await order(), 'approve', '', people.approver),
    'enter a step': async () => fulfilment.enter(await order(), step, people.otto),
    'change terms': () =>
      changeReserve({ database, actor: people.approver, at: clock.now() }, (work) => setTerms(work, terms)),
  };
  for (const [name, deed] of Object.entries(deeds)) {
    const before = await stored();
    await cutInTheMiddle(deed);
    expect([name, await stored()]).toEqual([name, before]);
    expect([name, (await deed()).ok]).toEqual([name, true]);
    expect([name, (await stored()).record]).toEqual([name, before.record + 1]);
  }
  expect(await stored()).toMatchObject({ orders: [{ state: 'approved' }], decisions: 2, steps: 1, terms: 1 });
  expect((await verifyRecord(pool)).broken).toBeNull();
});
