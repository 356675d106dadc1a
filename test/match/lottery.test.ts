/** The seed of the lottery: committed at the freeze, revealed after the match. */
import { afterEach, expect, test } from 'vitest';
import { recordSentence } from '#domain/record-words.ts';
import { commitmentOf, createLottery, seedOf } from '#server/match/lottery.ts';
import { verifyRecord } from '#server/record.ts';
import { demandRow, offerRow } from '../support/catalogue.ts';
import { type MatchRound, makeMatchRound } from '../support/match-round.ts';

let round: MatchRound;
afterEach(() => round.close());

test('[RA11] the seed is drawn once, its hash is on the record from the freeze on, and the seed only after the match', async () => {
  round = await makeMatchRound();
  const { database, roundId, clock } = round;
  const entries = () =>
    database.prisma.recordEntry.findMany({ where: { kind: { startsWith: 'lottery.' } }, orderBy: { seq: 'asc' } });
  const lottery = createLottery(database, () => clock.now());
  await Promise.all([lottery.commit(roundId), lottery.commit(roundId)]);
  const seed = await seedOf(database, roundId, clock.now());
  expect(seed).toMatch(/^[0-9a-f]{64}$/);
  const committed = await entries();
  expect(committed.map(({ kind, body }) => [kind, body])).toEqual([
    ['lottery.committed', { round: 1, commitment: commitmentOf(roundId, seed) }],
  ]);
  expect(JSON.stringify(committed.map(({ body }) => body))).not.toContain(seed);
  await lottery.reveal(roundId);
  await lottery.reveal(roundId);
  const [, revealed, ...more] = await entries();
  expect([revealed?.body, more]).toEqual([{ round: 1, seed }, []]);
  expect(recordSentence('lottery.revealed', { round: 1, seed })).toContain(seed);
  expect((await verifyRecord(database.pool)).broken).toBeNull();
});

test('[RA12] the match uses the committed seed, and its report does not tell it', async () => {
  round = await makeMatchRound();
  await round.fill('maker', { 'line-1': demandRow({ quantity: 50, period: '2027' }) });
  await round.fill('offers', { near: offerRow({ capacity: 600, minimum: null }) });
  const node = round.node();
  const ended = await round.solve(node);
  const run = await round.database.prisma.matchRun.findUniqueOrThrow({ where: { id: ended.id } });
  const { seed } = await round.database.prisma.lottery.findUniqueOrThrow({ where: { roundId: round.roundId } });
  expect((run.inputs as { lotterySeed?: string }).lotterySeed).toBe(seed);
  expect(JSON.stringify(await node.desk.report(ended.id))).not.toContain(seed.slice(0, 8));
}, 60_000);
