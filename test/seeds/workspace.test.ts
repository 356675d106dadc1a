import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';
import { cellProblems } from '#domain/entry.ts';
import { orderedRowIds, readRows } from '#protocol/sheet-doc.ts';
import { DEMO_PASSWORD, demoPeople, isDemo, seedDemo } from '#seeds/demo.ts';
import { createSessions } from '#server/session.ts';
import { catalogue } from '../support/catalogue.ts';
import { testDatabase } from '../support/database.ts';

const NOW = new Date('2026-11-24T12:00:00Z');
const seedInto = async (
  database: Awaited<ReturnType<typeof testDatabase>>,
  record: () => Promise<void> = async () => {},
) => seedDemo({ database, catalogue, hashPassword: async (password) => `hash of ${password}`, now: NOW, record });

async function seeded() {
  const database = await testDatabase();
  await seedInto(database);
  return database;
}

test('[CA11] the workspace has its pools under way, with the right members and one sealed sheet a member, or one that a group shares', async () => {
  const { prisma } = await seeded();
  const pools = await prisma.pool.findMany({
    include: {
      openBasis: true,
      members: { include: { organization: true } },
      rounds: { include: { sheets: true } },
    },
    orderBy: { name: 'asc' },
  });
  expect(pools).toHaveLength(15);
  expect(pools.filter(({ kind }) => kind === 'open').map(({ openBasis }) => openBasis?.ground)).toEqual(['group']);
  for (const { kind, members, rounds } of pools) {
    const [round] = rounds;
    const buyers = members.filter((member) => member.role === 'buyer').map((member) => member.organizationId);
    expect(
      members
        .filter((member) => member.role !== 'buyer')
        .map((member) => [member.organization.slug, member.role])
        .sort(),
    ).toEqual([
      ['convening', 'administrator'],
      ['minerals-desk', 'government'],
      ['reserve-office', 'government'],
    ]);
    expect(
      round?.sheets
        .filter((sheet) => sheet.kind === 'demand')
        .map((sheet) => sheet.organizationId)
        .sort(),
    ).toEqual(kind === 'open' ? [null] : buyers.sort());
    expect(round?.sheets.filter((sheet) => sheet.kind === 'offers')).toHaveLength(1);
    expect(round && round.opensAt < NOW && round.closesAt > NOW && round.phase === 'collect').toBe(true);
  }
});

test('[CA11] every sheet opens with its rows in order, and none is marked as wrong', async () => {
  const { prisma } = await seeded();
  const sheets = await prisma.sheet.findMany({ include: { updates: { orderBy: { seq: 'asc' } } } });
  let rows = 0;
  for (const sheet of sheets) {
    const doc = new Y.Doc();
    for (const update of sheet.updates) Y.applyUpdate(doc, update.bytes);
    const found = readRows(doc);
    rows += found.size;
    expect(orderedRowIds(found)).toEqual([...found.keys()].sort());
    for (const [id, row] of found) expect(cellProblems(sheet.kind, row, catalogue), id).toEqual([]);
  }
  expect(rows).toBe(54 + 32 + 36 + 12 + 12);
  for (const face of ['priorities', 'targets']) expect(sheets.filter((sheet) => sheet.kind === face)).toHaveLength(1);
});

test('[CA11] every person of the demo has a password and a role in their organization', async () => {
  const { prisma } = await seeded();
  const accounts = await prisma.account.findMany({
    include: { user: { include: { members: { include: { organization: true } } } } },
  });
  const people = accounts.map(({ password, providerId, user }) => {
    expect([password, providerId]).toEqual([`hash of ${DEMO_PASSWORD}`, 'credential']);
    return { email: user.email, organization: user.members[0]?.organization.name, role: user.members[0]?.role };
  });
  const shown = demoPeople().map(({ email, organization, role }) => ({ email, organization, role }));
  const byEmail = (a: { email: string }, b: { email: string }) => (a.email < b.email ? -1 : 1);
  expect(people.sort(byEmail)).toEqual(shown.sort(byEmail));
  expect(new Set(shown.map(({ role }) => role))).toEqual(
    new Set(['editor', 'viewer', 'official', 'approver', 'administrator', 'liaison', 'observer']),
  );
});

test('[CA11] a person of the demo signs in with the shown password and acts for their organization', async () => {
  const database = await testDatabase();
  const app = express();
  const http = createServer(app).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => void http.close());
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const sessions = createSessions({ database, origin, secret: 'a secret of this test, long enough' });
  app.all('/api/auth/{*any}', sessions.handler);
  await seedDemo({ database, catalogue, hashPassword: sessions.hashPassword, now: NOW, record: async () => {} });
  const answer = await fetch(`${origin}/api/auth/sign-in/email`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin },
    body: JSON.stringify({ email: 'imani@tamarind-ridge.example', password: DEMO_PASSWORD }),
  });
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ');
  expect((await sessions.signedIn({ cookie }))?.actor).toMatchObject({
    name: 'Imani Okafor',
    kind: 'manufacturer',
    role: 'editor',
  });
});

test('[CA12] seeding that is cut off leaves nothing behind, and can be done again', async () => {
  const database = await testDatabase();
  const cutOff = seedInto(database, () => Promise.reject(new Error('cut off')));
  await expect(cutOff).rejects.toThrow('cut off');
  const counts = await Promise.all([
    database.prisma.organization.count(),
    database.prisma.user.count(),
    database.prisma.programme.count(),
    database.prisma.sheetUpdate.count(),
  ]);
  expect(counts).toEqual([0, 0, 0, 0]);
  expect(await isDemo(database)).toBe(false);
  await seedInto(database);
  expect(await isDemo(database)).toBe(true);
});

test('[CA12] seeding a workspace that has an organization does nothing, also when two processes start at once', async () => {
  const database = await testDatabase();
  await Promise.all([seedInto(database), seedInto(database)]);
  await seedInto(database);
  expect([await database.prisma.organization.count(), await database.prisma.programme.count()]).toEqual([15, 1]);
});
