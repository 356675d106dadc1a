/** What the match and the next round make of members that left, of a pool's own cap, and of a crash between opening and copying. */
import { afterEach, expect, test } from 'vitest';
import { CARRIED_BY } from '#domain/carry-over.ts';
import { gather } from '#server/match/gather.ts';
import { carryLines, openNext, unfinishedRounds } from '#server/round/open-next.ts';
import { catalogue } from '../support/catalogue.ts';
import { type MatchRound, makeMatchRound } from '../support/match-round.ts';

let round: MatchRound;
afterEach(() => round.close());

const LINE = {
  mineral: 'gallium',
  form: 'ga-metal-6n',
  quantity: '40',
  unit: 'kg',
  period: '2027',
  commitment: 'firm',
};
const BOTH = { maker: { a: LINE }, rival: { b: { ...LINE, quantity: '30' } } };

async function filled(): Promise<void> {
  round = await makeMatchRound();
  await round.fill('maker', BOTH.maker);
  await round.fill('rival', BOTH.rival);
}
const gathered = async () => {
  const outcome = await gather(
    { database: round.database, sheets: round.sheetsDesk, catalogue, now: () => round.clock.now() },
    round.roundId,
  );
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.value;
};

test('[MB7] lines of a member that left are not matched', async () => {
  await filled();
  expect(JSON.stringify((await gathered()).problems)).toContain(round.people.rita.organizationId);
  await round.database.prisma.poolMember.deleteMany({ where: { organizationId: round.people.rita.organizationId } });
  const { problems } = await gathered();
  expect(JSON.stringify(problems)).not.toContain(round.people.rita.organizationId);
  expect(JSON.stringify(problems)).toContain(round.people.ana.organizationId);
});

test('[MB12] the match goes by the cap that the pool had when its round began, and never by a looser one than its own', async () => {
  await filled();
  const { prisma } = round.database;
  expect((await gathered()).inputs.settings.countrySharePct).toBe(50);
  await prisma.round.update({ where: { id: round.roundId }, data: { rules: { countryCapPct: 35 } } });
  await prisma.pool.update({ where: { id: round.poolId }, data: { rules: { countryCapPct: 20 } } });
  expect((await gathered()).inputs.settings.countrySharePct).toBe(35);
  await prisma.round.update({ where: { id: round.roundId }, data: { rules: { countryCapPct: 90 } } });
  expect((await gathered()).inputs.settings.countrySharePct).toBe(50);
});

test('[MB9] what a crash left between opening and copying is copied at the next start, once, and overwrites nobody', async () => {
  await filled();
  const { prisma } = round.database;
  const parts = { database: round.database, sheets: round.sheetsDesk, clock: round.clock };
  await round.setPhase('closed');
  const wish = { closesAt: new Date('2027-01-20'), carryOver: true };
  const opened = await openNext(parts, round.roundId, wish, round.people.admin);
  if (!opened.ok) throw new Error(opened.refusal.message);
  const sheetOf = (organizationId: string) =>
    prisma.sheet.findFirstOrThrow({ where: { roundId: opened.value, organizationId } });
  const [maker, rival] = [round.people.ana, round.people.rita].map(({ organizationId }) => organizationId);
  const before = await round.sheetsDesk.rowsOf((await sheetOf(maker ?? '')).id);
  expect(before.rows.get('a')).toMatchObject({ quantity: '40', commitment: 'indicative', org: maker });
  expect(before.rows.has('b')).toBe(false);
  expect(await unfinishedRounds(round.database)).toEqual([]);

  // As a crash would have left it: the rival's sheet is still empty.
  const empty = await sheetOf(rival ?? '');
  await prisma.sheetUpdate.deleteMany({ where: { sheetId: empty.id } });
  await prisma.cellChange.deleteMany({ where: { sheetId: empty.id } });
  await prisma.sheetClient.deleteMany({ where: { sheetId: empty.id } });
  await prisma.sheet.update({ where: { id: empty.id }, data: { seq: 0, head: Buffer.alloc(0) } });
  await prisma.round.update({ where: { id: opened.value }, data: { carryOver: 'wanted' } });
  expect(await unfinishedRounds(round.database)).toEqual([opened.value]);
  await carryLines(parts, opened.value);
  await carryLines(parts, opened.value);
  expect((await round.sheetsDesk.rowsOf(empty.id)).rows.get('b')).toMatchObject({ quantity: '30' });
  expect((await sheetOf(maker ?? '')).seq).toBe(1n);
  const authors = await prisma.sheetUpdate.findMany({ where: { sheet: { roundId: opened.value } } });
  expect(authors.map(({ userId, organizationId }) => [userId, organizationId]).sort()).toEqual(
    [maker, rival].map((organizationId) => [CARRIED_BY, organizationId]).sort(),
  );
});
