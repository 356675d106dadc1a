import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../server/database.ts';
import { type RightsChange, watchRights } from '../../server/rights.ts';
import { accountOf, createSessions, type Sessions } from '../../server/session.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { testDatabase } from '../support/database.ts';
import { signIn } from '../support/server.ts';

const PASSWORD = 'a password of some length';
const http = createServer();
let database: Database;
let sessions: Sessions;
let origin: string;
let stop: () => Promise<void>;
const rung: RightsChange[] = [];
const waiting: { for: (change: RightsChange) => boolean; done: () => void }[] = [];

/** Resolves when the bell rings for this person or organization. */
const rings = (id: string) =>
  new Promise<void>((done) => {
    waiting.push({ for: (change) => change !== null && Object.values(change).includes(id), done });
  });

beforeAll(async () => {
  database = await testDatabase();
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  sessions = createSessions({ database, origin, secret: 'a secret of at least thirty-two characters' });
  http.on('request', express().all('/api/auth/{*any}', sessions.handler));
  const watch = await watchRights({
    database,
    telemetry: telemetryTo(() => {}),
    onChange: (change) => {
      rung.push(change);
      for (const one of waiting) if (one.for(change)) one.done();
    },
  });
  stop = watch.close;
});
afterAll(async () => {
  await stop();
  http.closeAllConnections();
  http.close();
});

async function person(kind: 'manufacturer' | 'agency', role: string) {
  const password = await sessions.hashPassword(PASSWORD);
  const email = `${crypto.randomUUID()}@example.com`;
  const user = await database.prisma.user.create({ data: accountOf('Ada Sample', email, password) });
  const organization = await database.prisma.organization.create({
    data: {
      name: 'Sample',
      slug: crypto.randomUUID(),
      kind,
      createdAt: new Date(),
      members: { create: { userId: user.id, role, createdAt: new Date() } },
    },
  });
  return { user, organization, client: await signIn(origin, email, PASSWORD) };
}

test('[RT1] a session speaks for one person, organization and role', async () => {
  const { client, organization } = await person('manufacturer', 'editor');
  const found = await sessions.signedIn({ cookie: client.cookie });
  expect(found?.actor).toMatchObject({
    role: 'editor',
    kind: 'manufacturer',
    organizationId: organization.id,
    parentId: organization.id,
  });
});

test('[RT2] a role that does not exist in that kind of organization gives no rights', async () => {
  const { client } = await person('manufacturer', 'approver');
  expect(await sessions.signedIn({ cookie: client.cookie })).toBeNull();
});

test('[RT3] no account without an invitation, and the answer tells nothing about who was invited', async () => {
  const { user } = await person('agency', 'official');
  const stranger = await signIn(origin);
  const answers = await Promise.all(
    [user.email, 'nobody@example.com'].map((email) =>
      stranger.call('POST', '/api/auth/sign-up/email', { email, password: PASSWORD, name: 'X' }),
    ),
  );
  expect(answers[0]?.status).toBe(400);
  expect(answers[1]).toMatchObject({ status: answers[0]?.status, body: answers[0]?.body });
});

test('[RT4] a forged or cut cookie is nobody', async () => {
  const { client } = await person('manufacturer', 'editor');
  expect(await sessions.signedIn({ cookie: `${client.cookie}x` })).toBeNull();
  expect(await sessions.signedIn({ cookie: client.cookie.replace(/=.{8}/, '=AAAAAAAA') })).toBeNull();
});

test('[RT5] the bell rings when a session is revoked, a role changes, a seat is lost or a session runs out', async () => {
  const { user, organization, client } = await person('agency', 'official');
  const session = await database.prisma.session.findFirstOrThrow({ where: { userId: user.id } });

  const roleRang = rings(user.id);
  await database.prisma.member.updateMany({ where: { userId: user.id }, data: { role: 'observer' } });
  await roleRang;
  expect((await sessions.signedIn({ cookie: client.cookie }))?.actor.role).toBe('observer');

  const programme = await database.prisma.programme.create({ data: { slug: crypto.randomUUID(), name: 'Reserve' } });
  const pool = await database.prisma.pool.create({
    data: {
      programmeId: programme.id,
      name: 'Pool',
      deliveryFrom: 2027,
      deliveryTo: 2027,
      basis: 'Ga',
      unit: 'kg',
      members: { create: { organizationId: organization.id, role: 'government' } },
    },
  });
  const seatRang = rings(organization.id);
  await database.prisma.poolMember.deleteMany({ where: { poolId: pool.id } });
  await seatRang;

  const expiryRang = rings(user.id);
  await database.prisma.session.update({ where: { id: session.id }, data: { expiresAt: new Date(Date.now() - 1) } });
  await expiryRang;
  expect(await sessions.signedIn({ cookie: client.cookie })).toBeNull();
});

test('[RT6] a session that runs out by itself rings too', async () => {
  const { user } = await person('agency', 'official');
  const rang = rings(user.id);
  // Written as its own birth would have it: no update, no trigger.
  await database.prisma.session.create({
    data: { userId: user.id, token: crypto.randomUUID(), expiresAt: new Date(Date.now() + 300) },
  });
  await rang;
  expect(rung.length).toBeGreaterThan(0);
});

test('[RT8] nobody changes an organization or its people through the sign-in endpoints', async () => {
  const { client, organization } = await person('manufacturer', 'editor');
  const create = await client.call('POST', '/api/auth/organization/create', { name: 'Shell', slug: 'shell' });
  expect(create.status).toBe(403);
  const rename = { organizationId: organization.id, data: { name: 'Other' } };
  expect((await client.call('POST', '/api/auth/organization/update', rename)).status).toBe(403);
  for (const path of ['invite-member', 'cancel-invitation', 'remove-member', 'update-member-role', 'leave'])
    expect([path, (await client.call('POST', `/api/auth/organization/${path}`, {})).status]).toEqual([path, 404]);
});
