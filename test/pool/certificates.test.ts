import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { certificateHash, isItsTable, isOwnReading, TREE_LEAVES } from '#domain/certificate.ts';
import type { Database } from '#server/database.ts';
import type { OwnCertificate } from '#server/pool/certificates.ts';
import { sha256 } from '#web/state/sha256.ts';
import { testDatabase } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import { makePoolRound, type Node, type PoolRound, startDesk } from '../support/pool-round.ts';

let database: Database;
beforeAll(async () => {
  database = await testDatabase();
});

let round: PoolRound;
let clock: HandClock;
let node: Node;

beforeEach(async () => {
  await database.pool.query('TRUNCATE pool, organization CASCADE');
  clock = new HandClock('2026-12-01T10:00:10.000Z');
  round = await makePoolRound(database);
  await ask(FIVE);
  node = await startDesk(round, clock);
});
afterEach(() => node.desk.stop());

const FIVE = { a: 300, b: 250, c: 200, d: 150, e: 100 };
const LOT = 'yttrium|metal|any|2027|soft';
const lotsOf = (kg: number) => new Map([[LOT, BigInt(kg) * 1000n]]);

async function ask(amounts: Record<string, number>): Promise<void> {
  for (const [member, kg] of Object.entries(amounts)) await round.asks(member, kg);
}

const certificateOf = (member: string): Promise<OwnCertificate | null> =>
  node.desk.certificate(round.poolId, round.organizationOf(member));

/** As the member's page checks it: the table that is shown, and its own amount. */
async function checks(member: string, kg: number): Promise<boolean> {
  const found = await certificateOf(member);
  if (!found?.own) return false;
  const { hash, ...certificate } = found.certificate;
  const { cells } = await node.desk.current(round.poolId);
  return (
    certificateHash(sha256, certificate) === hash &&
    isItsTable(sha256, certificate, cells as never) &&
    isOwnReading(sha256, certificate, found.own, lotsOf(kg))
  );
}

test('[CE5] each member checks the release against its own sheet, and against nobody else', async () => {
  expect(await certificateOf('a')).toBeNull();
  await node.nextSlot();
  for (const [member, kg] of Object.entries(FIVE)) {
    expect(await checks(member, kg)).toBe(true);
    expect(await checks(member, kg + 1)).toBe(false);
  }
  const [a, b] = [await certificateOf('a'), await certificateOf('b')];
  expect(a?.certificate).toEqual(b?.certificate);
  expect(a?.own?.salt).not.toBe(b?.own?.salt);
  expect(JSON.stringify(a).length - JSON.stringify(a?.own?.position).length).toBe(
    JSON.stringify(b).length - JSON.stringify(b?.own?.position).length,
  );
  // Who has no sheet has nothing to check.
  expect((await node.desk.certificate(round.poolId, round.roundId))?.own).toBeNull();
});

test('[CE6] a server that counted other lines than the sheet holds is found out', async () => {
  await round.rows.write(await round.sheetOf('a'), 'line', null);
  await ask({ f: 260 });
  // What is published leaves the line out; the member takes it for counted.
  await node.nextSlot();
  expect(await checks('a', 300)).toBe(false);
  expect(await checks('f', 260)).toBe(true);
});

test('[CE7] a certificate changes when the table that is shown does, and at no other slot', async () => {
  await node.nextSlot();
  const first = await certificateOf('a');
  await node.nextSlot();
  await ask({ a: 900 });
  await node.nextSlot();
  // Held: the certificate still speaks of the lines that the shown table was made of.
  expect(await certificateOf('a')).toEqual(first);
  // Four owners move a little, and the totals round to what they were.
  await ask({ a: 300.2, b: 250.2, c: 199.8, d: 149.9 });
  await node.nextSlot();
  expect(await database.prisma.release.count({ where: { roundId: round.roundId } })).toBe(2);
  expect(await certificateOf('a')).toEqual(first);
  await ask({ a: 400, b: 350, c: 300, d: 250, e: 200 });
  await node.nextSlot();
  const next = await certificateOf('a');
  expect(next?.certificate.previous).toBe(first?.certificate.hash);
  expect(next?.certificate.rules).toBe(first?.certificate.rules);
  expect(await checks('a', 400)).toBe(true);
});

test('[CE8] nothing in a certificate stays the same for a member that changed nothing, and no tree tells how many members there are', async () => {
  await node.nextSlot();
  const first = await certificateOf('e');
  await ask({ a: 400, b: 350, c: 300, d: 250, f: 120 });
  await node.nextSlot();
  const second = await certificateOf('e');
  expect(second?.own?.version).toBe(first?.own?.version);
  const seen = new Set([first?.own?.salt, ...(first?.own?.path ?? [])]);
  expect([second?.own?.salt, ...(second?.own?.path ?? [])].filter((hash) => seen.has(hash))).toEqual([]);
  expect([first, second].map((found) => found?.own?.path.length)).toEqual([9, 9]);
  expect(2 ** 9).toBe(TREE_LEAVES);
});

test('[CE9] nobody reads a certificate before the release that it speaks of is pushed', async () => {
  await node.nextSlot();
  const first = await certificateOf('a');
  await ask({ a: 500, b: 400, c: 300, d: 260, e: 190 });
  clock.turnTo('2026-12-01T10:02:00.100Z');
  while ((await database.prisma.release.count({ where: { roundId: round.roundId } })) < 2);
  expect(await certificateOf('a')).toEqual(first);
  clock.turnTo('2026-12-01T10:02:02.000Z');
  await node.push.count(2);
  expect((await certificateOf('a'))?.certificate.previous).toBe(first?.certificate.hash);
});

test('[CE10] the last release has a certificate, also where it shows nothing new', async () => {
  await node.nextSlot();
  await ask({ a: 999 });
  await node.desk.publishFinal(round.roundId);
  expect((await certificateOf('a'))?.certificate).toMatchObject({ final: true });
  expect(await checks('a', 999)).toBe(true);
});
