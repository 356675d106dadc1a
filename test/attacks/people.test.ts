/**
 * Attacks 20, 23 and 24 on the real server, where people are the leak: numbers typed into talk, what an administrator read in the clean room
 * carried elsewhere, and a supplier that belongs to a buyer.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { offerRow } from '../support/catalogue.ts';
import { readEverything } from './support/everything.ts';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/admission.ts', async (original) =>
  (await import('./support/switches.ts')).admission(await original()),
);
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));
vi.mock('#domain/talk.ts', async (original) => (await import('./support/switches.ts')).talk(await original()));
vi.mock('#domain/membership.ts', async (original) =>
  (await import('./support/switches.ts')).membership(await original()),
);

let stage: Stage;
let insider: Member;
let rival: Member;
beforeEach(async () => {
  stage = await openStage({ members: 2 });
  [insider, rival] = stage.members as [Member, Member];
});
afterEach(async () => {
  restore();
  await stage.close();
});

const SECRET = 271_828;
/** As it is typed, as it is printed and as it is said. */
const forms = [`${SECRET}`, SECRET.toLocaleString('en-US'), 'seventy one', 'seventyone'];

/** Reads all that the insider can read, and answers with what of its wires since then holds the secret. */
async function heard(reader: Tap): Promise<string[]> {
  await readEverything(stage, reader, /^\/(pools|record|programme)/);
  const { sheet } = (await reader.get('/programme')).body;
  (await reader.sheet(sheet.id)).close();
  return reader.received.filter(({ bytes }) => forms.some((form) => bytes.includes(form))).map(({ wire }) => wire);
}

const says = async (tap: Tap, kind: string, text: string) => {
  await tap.call('POST', `/api/v1/pools/${stage.poolId}/briefing`, {});
  return tap.call('POST', `/api/v1/pools/${stage.poolId}/talk`, { kind, text });
};

describe('attack 20: a number typed into talk', () => {
  const words = 'two hundred seventy one thousand';
  const texts = [
    `we need ${SECRET} kg`,
    `about ${SECRET.toLocaleString('en-US')}`,
    `${SECRET}`,
    `we need ${words}`,
    `${words.replaceAll(' ', '')} of them`,
  ];
  /** The rival says it in several ways; answers with what reached the insider, and with how many messages it can count. */
  async function gossip(): Promise<{ wires: string[]; count: number; pushes: number }> {
    const before = insider.tap.received.length;
    for (const text of texts) expect((await says(rival.tap, 'message', text)).status).toBe(200);
    const pushes = insider.tap.received.slice(before).filter(({ wire }) => wire === 'push').length;
    const { body } = await insider.tap.get(`/pools/${stage.poolId}/talk`);
    return { wires: await heard(insider.tap), count: body.length, pushes };
  }

  test('[AT20] 20 is held for the administrator, and nobody else is told that there is anything', async () => {
    expect(await gossip()).toEqual({ wires: [], count: 0, pushes: 0 });
    const held = await (await stage.admin()).get(`/pools/${stage.poolId}/talk`);
    expect(held.body.map(({ state }: { state: string }) => state)).toEqual(texts.map(() => 'held'));
  });

  test('[AT20] 20 twin: with nothing held, it is read at once', async () => {
    off.talk = true;
    expect((await gossip()).wires).not.toEqual([]);
  });
});

describe('attack 23: an administrator carries what it read in the clean room to where members read', () => {
  /** Tries talk, notes, the shared priorities and the insider's own sheet. */
  async function carry(): Promise<string[]> {
    await rival.asks(SECRET);
    const admin = await stage.admin();
    const read = await admin.sheet(rival.sheetId);
    const kg = String([...read.doc.getMap<{ get(column: string): unknown }>('rows').values()][0]?.get('quantity'));
    expect(kg).toBe(String(SECRET));
    await says(admin, 'message', `the other one asks for ${kg}`);
    await says(admin, 'note', `Agenda: ${kg} kg`);
    const { sheet } = (await admin.get('/programme')).body;
    const { person } = (await admin.get('/me')).body;
    for (const sheetId of [sheet.id, insider.sheetId])
      await (await admin.sheet(sheetId)).write('pasted', { note: kg }, person.organizationId);
    return heard(insider.tap);
  }

  test('[AT23] 23 it is held in talk and refused in sheets, and the rival reads that its lines were seen', async () => {
    expect(await carry()).toEqual([]);
    const { body } = await rival.tap.get('/record');
    expect(body.map(({ kind }: { kind: string }) => kind)).toContain('sheet.viewed');
  });

  test('[AT23] 23 twin: with admission off, a paste into a shared sheet is read by members', async () => {
    off.admission = true;
    expect(await carry()).toContain('sheet');
  });

  test('[AT23] 23 twin: with nothing held, a note is', async () => {
    off.talk = true;
    expect(await carry()).toContain('http');
  });
});

describe('attack 24: a supplier that belongs to a buyer', () => {
  /** The buyer's affiliate asks for a seat as a supplier; answers with whether it reads the sealed offers of others. */
  async function enter(): Promise<{ status: number; readsOffers: boolean }> {
    const { prisma } = stage.database;
    const official = await stage.official();
    const { person } = (await official.get('/me')).body;
    const offers = await official.sheet(stage.offersId);
    await offers.write('o1', offerRow({ supplier: 'Refiner (sample)', capacity: SECRET }), person.organizationId);
    const affiliate = await prisma.organization.create({
      data: {
        name: 'Affiliate',
        slug: randomUUID(),
        kind: 'supplier',
        parentId: insider.organizationId,
        createdAt: new Date(0),
      },
    });
    const email = `${randomUUID()}@sample.test`;
    await prisma.user.create({
      data: {
        name: 'Lia',
        email,
        emailVerified: true,
        members: { create: { organizationId: affiliate.id, role: 'liaison', createdAt: new Date(0) } },
      },
    });
    const admin = await stage.admin();
    const { status } = await admin.call('POST', `/api/v1/pools/${stage.poolId}/members`, {
      organizationId: affiliate.id,
    });
    const liaison = await stage.signIn(email);
    const { doc } = await liaison.sheet(stage.offersId);
    const rows = [...doc.getMap<{ get(column: string): unknown }>('rows').values()];
    return { status, readsOffers: rows.some((row) => row.get('capacity') === SECRET) };
  }

  test('[AT24] 24 gets no seat on the other side of the table, and sees no lot early', async () => {
    expect(await enter()).toEqual({ status: 409, readsOffers: false });
  });

  test('[AT24] 24 twin: with owners not looked at, it sits there; its own sheet alone is still open to it', async () => {
    off.owners = true;
    expect(await enter()).toEqual({ status: 200, readsOffers: false });
  });

  test('[AT24] 24 twin: with owners not looked at and one room for all offers, it reads every sealed offer', async () => {
    off.owners = true;
    off.sharedOffers = true;
    expect(await enter()).toEqual({ status: 200, readsOffers: true });
  });
});
