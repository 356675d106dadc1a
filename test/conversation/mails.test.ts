/** Mails about comments, against a real SMTP server on this machine: what they say, to whom, once, over restarts and several nodes. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Letter } from '../../server/conversation/letters.ts';
import { createOutbox } from '../../server/conversation/outbox.ts';
import type { Fate } from '../../server/conversation/post.ts';
import { openDatabase } from '../../server/database.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { HandClock } from '../support/hand-clock.ts';
import type { Client } from '../support/server.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';
import { begin, comes, get, mentionable, ownSheet, post, priorities, type SheetAt } from './support.ts';

const quiet = telemetryTo(() => {});

interface Sink {
  port: number;
  mails: { to: string; raw: string }[];
  /** Answer to the next mails: a code of SMTP, or null to take them. */
  refusal: number | null;
  close(): Promise<void>;
}

async function openSink(port = 0): Promise<Sink> {
  const sink: Sink = { port: 0, mails: [], refusal: null, close: async () => {} };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let raw = '';
      stream.on('data', (bytes) => {
        raw += bytes;
      });
      stream.on('end', () => {
        if (sink.refusal !== null) {
          done(Object.assign(new Error('not now'), { responseCode: sink.refusal }));
          return;
        }
        for (const { address } of session.envelope.rcptTo) sink.mails.push({ to: address, raw });
        done();
      });
    },
  });
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  sink.port = (server.server.address() as AddressInfo).port;
  sink.close = () => new Promise((gone) => server.close(() => gone()));
  return sink;
}

let sink: Sink;
let databaseUrl: string;
let workspace: Workspace;
let second: Workspace;
let imani: Client;
let tomas: Client;
let own: SheetAt;
let env: Record<string, string>;

beforeAll(async () => {
  sink = await openSink();
  databaseUrl = await testDatabaseUrl();
  env = { SMTP_URL: `smtp://127.0.0.1:${sink.port}`, MAIL_FROM: 'pools@example.org', MAIL_DIGEST_SECONDS: '60' };
  workspace = await startWorkspace({ demo: true, databaseUrl, env });
  second = await startWorkspace({ demo: false, databaseUrl, env });
  [imani, tomas] = (await Promise.all(['imani', 'tomas'].map(workspace.as))) as [Client, Client];
  own = await ownSheet(imani);
}, 120_000);
afterAll(() => sink.close());

const nameOf = async (client: Client, name: string, sheetId: string) =>
  (await mentionable(client, sheetId)).find((one) => one.name.startsWith(name))?.userId;
const plain = (raw: string) =>
  raw.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16)));

test('[NT2] a mention goes out once by mail, from one of several nodes, and says where to look and nothing else', async () => {
  const { body: thread } = await begin(
    imani,
    own,
    `<@${await nameOf(imani, 'Tomas', own.sheetId)}> 437 kg of scandium?`,
    'mineral',
  );
  await comes(() => sink.mails.length > 0);
  // Longer than it takes the other node to look.
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(sink.mails.map(({ to }) => to)).toEqual([expect.stringMatching(/^tomas/)]);
  const raw = plain(sink.mails[0]?.raw ?? '');
  const pool = (await get(imani, `/pools/${own.poolId}`)).body.name;
  expect(raw).toContain(`You were mentioned in a sheet of pool ${pool}`);
  expect(raw).toContain(`${workspace.origin}/pools/${own.poolId}/demand#line=`);
  expect(raw).toContain(`comment=${thread.id}`);
  for (const secret of ['437', 'scandium', 'Imani', 'Tamarind']) expect(raw).not.toContain(secret);
}, 30_000);

test('[NT3] each person chooses mails at once, one a day, or none; what was read in the app is not mailed', async () => {
  expect((await get(tomas, '/notifications/mails')).body).toEqual({ choice: 'atOnce', isConfigured: true });
  const userId = await nameOf(imani, 'Tomas', own.sheetId);
  const before = sink.mails.length;
  await post(tomas, '/notifications/mails', { choice: 'none' });
  await begin(imani, own, `<@${userId}> one`);
  await post(tomas, '/notifications/mails', { choice: 'daily' });
  await begin(imani, own, `<@${userId}> two`);
  await begin(imani, own, `<@${userId}> three`);
  const database = await openDatabase(databaseUrl, { telemetry: quiet, connectionsMax: 4 });
  const waiting = await database.prisma.mail.findMany({
    where: { state: 'waiting' },
    include: { notifications: true },
  });
  expect(waiting.map(({ isDigest, notifications }) => [isDigest, notifications.length])).toEqual([[true, 2]]);
  expect((waiting[0]?.dueAt.getTime() ?? 0) - (waiting[0]?.at.getTime() ?? 0)).toBe(60_000);
  await database.prisma.mail.updateMany({ where: { state: 'waiting' }, data: { dueAt: new Date() } });
  await comes(() => sink.mails.length > before);
  expect(plain(sink.mails.at(-1)?.raw ?? '')).toContain('2 notifications');

  await begin(imani, own, `<@${userId}> four`);
  await post(tomas, '/notifications/read', {});
  await database.prisma.mail.updateMany({ where: { state: 'waiting' }, data: { dueAt: new Date() } });
  await comes(async () => (await database.prisma.mail.count({ where: { state: 'waiting' } })) === 0);
  expect(sink.mails).toHaveLength(before + 1);
  await post(tomas, '/notifications/mails', { choice: 'atOnce' });
  await database.close();
}, 40_000);

test('[NT4] a held comment is mailed to those who decide and to nobody else, and to the mentioned once it is shown', async () => {
  const shared = await priorities(imani);
  const before = sink.mails.length;
  const daniel = await nameOf(imani, 'Daniel', shared.sheetId);
  const { body: held } = await begin(imani, shared, `<@${daniel}> we need 437`);
  await comes(() => sink.mails.length > before);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const to = () => sink.mails.slice(before).map((mail) => mail.to.split('@')[0]);
  expect(to()).not.toContain('daniel');
  expect(to().every((name) => !name?.startsWith('daniel'))).toBe(true);
  const admin = await workspace.as('beatriz');
  await post(admin, `/comments/${held.comments[0].id}/decisions`, { verdict: 'show', reason: '' });
  await comes(() => to().some((name) => name?.startsWith('daniel')));
}, 30_000);

test('[NT5] a mail whose reader lost the sheet meanwhile is not sent', async () => {
  const database = await openDatabase(databaseUrl, { telemetry: quiet, connectionsMax: 4 });
  const { prisma } = database;
  await post(tomas, '/notifications/mails', { choice: 'daily' });
  await begin(imani, own, `<@${await nameOf(imani, 'Tomas', own.sheetId)}> five`);
  const seat = await prisma.poolMember.findFirstOrThrow({
    where: { poolId: own.poolId, organization: { sheets: { some: { id: own.sheetId } } } },
  });
  // Mails of the tests before may still come to others.
  const toTomas = () => sink.mails.filter(({ to }) => to.startsWith('tomas')).length;
  const before = toTomas();
  const { poolId, organizationId } = seat;
  await prisma.poolMember.delete({ where: { poolId_organizationId: { poolId, organizationId } } });
  try {
    expect((await get(tomas, '/notifications')).body.items).toEqual([]);
    await prisma.mail.updateMany({ where: { state: 'waiting' }, data: { dueAt: new Date() } });
    await comes(async () => (await prisma.mail.count({ where: { state: 'waiting' } })) === 0);
    expect(toTomas()).toBe(before);
  } finally {
    await prisma.poolMember.create({ data: seat });
  }
  await post(tomas, '/notifications/mails', { choice: 'atOnce' });
  await database.close();
}, 30_000);

test('[NT6] a mail server that is down is tried again, over a restart too, and the mail comes once', async () => {
  const database = await openDatabase(databaseUrl, { telemetry: quiet, connectionsMax: 4 });
  const { prisma } = database;
  await comes(async () => (await prisma.mail.count({ where: { state: 'waiting' } })) === 0);
  const { port } = sink;
  await sink.close();
  await begin(imani, own, `<@${await nameOf(imani, 'Tomas', own.sheetId)}> six`);
  await comes(async () => (await prisma.mail.count({ where: { state: 'waiting', attempts: 1 } })) === 1);
  await Promise.all([workspace.close(), second.close()]);
  sink = await openSink(port);
  await prisma.mail.updateMany({ where: { state: 'waiting' }, data: { dueAt: new Date() } });
  workspace = await startWorkspace({ demo: false, databaseUrl, env });
  await comes(() => sink.mails.length > 0);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(sink.mails.map(({ to }) => to)).toEqual([expect.stringMatching(/^tomas/)]);
  expect(await prisma.mail.count({ where: { state: 'waiting' } })).toBe(0);
  await database.close();
}, 60_000);

test('[NT7] retries wait longer each time and end; a refusal for good is not tried again; a node that dies lets go of its mail', async () => {
  const database = await openDatabase(databaseUrl, { telemetry: quiet, connectionsMax: 8 });
  const { prisma } = database;
  const user = await prisma.user.findFirstOrThrow({
    where: { email: { startsWith: 'tomas' } },
    include: { members: true },
  });
  const organizationId = user.members[0]?.organizationId ?? '';
  const comment = await prisma.comment.findFirstOrThrow({
    where: { state: 'shown', thread: { sheetId: own.sheetId } },
  });
  const clock = new HandClock('2031-01-01T00:00:00Z');
  await workspace.close();

  async function attempts(fate: () => Fate, ms: number): Promise<{ sent: Letter[]; state: string; attempts: number }> {
    const sent: Letter[] = [];
    const outbox = createOutbox({
      ...{ database, clock, telemetry: quiet, origin: 'http://x', digestSeconds: 60 },
      post: {
        send: async (letter) => {
          sent.push(letter);
          return fate();
        },
        close: () => {},
      },
    });
    const mail = await prisma.mail.create({
      data: { userId: user.id, organizationId, isDigest: false, at: clock.now(), dueAt: clock.now() },
    });
    await prisma.notification.deleteMany({ where: { commentId: comment.id } });
    await prisma.notification.create({
      data: {
        userId: user.id,
        organizationId,
        kind: 'mention',
        commentId: comment.id,
        at: clock.now(),
        mailId: mail.id,
      },
    });
    for (let waited = 0; waited < ms; waited += 60_000) {
      outbox.wake();
      await comes(async () => {
        const { state, dueAt } = await prisma.mail.findUniqueOrThrow({ where: { id: mail.id } });
        return state !== 'waiting' || dueAt > clock.now();
      });
      clock.turnBy(60_000);
    }
    await outbox.stop();
    const { state, attempts } = await prisma.mail.findUniqueOrThrow({ where: { id: mail.id } });
    return { sent, state, attempts };
  }

  const down = await attempts(() => 'notNow', 20 * 60_000);
  expect([down.state, down.attempts]).toEqual(['waiting', 5]);
  expect(new Set(down.sent.map(({ id }) => id)).size).toBe(1);
  await prisma.mail.updateMany({ where: { state: 'waiting' }, data: { state: 'dropped' } });
  const refused = await attempts(() => 'refused', 3 * 60_000);
  expect([refused.state, refused.sent.length]).toEqual(['failed', 1]);

  // Another node holds the mail and dies: only then is it sent from here.
  const held = await database.pool.connect();
  await held.query('BEGIN');
  await held.query(`SELECT id FROM mail FOR UPDATE`);
  const waiting = await attempts(() => 'taken', 60_000);
  expect([waiting.state, waiting.sent.length]).toEqual(['sent', 1]);
  held.release(true);
  await database.close();
}, 40_000);

test('[NT8] without a mail server no mail is made, and the settings say that they belong together', async () => {
  const plainSpace = await startWorkspace({ demo: true });
  const [one, other] = (await Promise.all(['imani', 'tomas'].map(plainSpace.as))) as [Client, Client];
  const sheet = await ownSheet(one);
  await begin(one, sheet, `<@${await nameOf(one, 'Tomas', sheet.sheetId)}> hello`);
  expect((await get(other, '/notifications')).body.unread).toBe(1);
  expect((await get(other, '/notifications/mails')).body.isConfigured).toBe(false);
  await expect(startWorkspace({ demo: false, env: { SMTP_URL: 'smtp://localhost' } })).rejects.toThrow(
    /MAIL_FROM: missing/,
  );
}, 60_000);
