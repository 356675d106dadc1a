/** Attacks on what the administrator reads in the clean room: exact totals of the pool, asked for by others, and what others see of a look at them. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { OrganizationKind, Role } from '#domain/actors.ts';
import { appendRecord } from '#server/record.ts';
import { NOWHERE } from './support/everything.ts';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { seatSupplier } from './support/supplier.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));
vi.mock('#domain/record.ts', async (original) => (await import('./support/switches.ts')).record(await original()));

let stage: Stage;
let insider: Member;
let rival: Member;
beforeEach(async () => {
  stage = await openStage({ members: 3 });
  [insider, rival] = stage.members as [Member, Member];
  await insider.asks(120);
  await rival.asks(271.828);
});
afterEach(async () => {
  restore();
  await stage.close();
});

/** A further person, of an organization of the stage or of one that has no seat in its pool. */
async function personOf(kind: OrganizationKind, role: Role, isSeated: boolean): Promise<Tap> {
  const { prisma } = stage.database;
  const { id: organizationId } = isSeated
    ? await prisma.organization.findFirstOrThrow({ where: { kind } })
    : await prisma.organization.create({
        data: { name: 'Elsewhere', slug: randomUUID(), kind, createdAt: new Date(0) },
      });
  const email = `${randomUUID()}@sample.test`;
  const members = { create: { organizationId, role, createdAt: new Date(0) } };
  await prisma.user.create({ data: { name: 'Pat', email, emailVerified: true, members } });
  return stage.signIn(email);
}

const exactOf = (tap: Tap, poolId = stage.poolId, more = '') => tap.get(`/pools/${poolId}/exact${more}`);

describe('others ask for the exact totals', () => {
  /** By person: whether the pool answered as a pool that does not exist does. */
  async function ask(): Promise<Record<string, boolean>> {
    const people: Record<string, Tap> = {
      member: insider.tap,
      viewer: await stage.colleague(insider, 'viewer'),
      official: await personOf('agency', 'official', true),
      approver: await stage.official(),
      observer: await personOf('agency', 'observer', true),
      'observer of the administrator': await personOf('administrator', 'observer', true),
      'liaison of the administrator': await personOf('administrator', 'liaison', true),
      supplier: (await seatSupplier(stage, 'Tailings & Co')).tap,
      'other administrator': await personOf('administrator', 'administrator', false),
      stranger: await personOf('manufacturer', 'editor', false),
    };
    const asNowhere: Record<string, boolean> = {};
    for (const [who, tap] of Object.entries(people)) {
      const nowhere = await exactOf(tap, NOWHERE);
      const answers = [
        await exactOf(tap),
        await exactOf(tap, stage.poolId, '?round=1'),
        await exactOf(tap, stage.poolId, '?round=7'),
      ];
      asNowhere[who] =
        nowhere.status === 404 &&
        answers.every(
          ({ status, text, headers }) =>
            status === 404 && text === nowhere.text && headers.join() === nowhere.headers.join(),
        );
    }
    return asNowhere;
  }

  test('[AT42] nobody but the pool’s own administrator is told of them: to all others the pool answers as one that does not exist', async () => {
    const asNowhere = await ask();
    expect(Object.entries(asNowhere).filter(([, isAlike]) => !isAlike)).toEqual([]);
    expect(Object.keys(asNowhere)).toHaveLength(10);
    expect(JSON.stringify(await exactOf(insider.tap))).not.toContain('271.828');
  });

  test('[AT42] twin: with the right of the clean room a member subtracts its own part', async () => {
    off.rights = { editor: ['demand.cleanRoom'] };
    const [total] = (await exactOf(insider.tap)).body.cells as { kg: string }[];
    expect(Number(total?.kg) - 120).toBeCloseTo(271.828, 3);
  });
});

describe('others watch what a look leaves behind', () => {
  const looksIn = async (tap: Tap): Promise<number> =>
    ((await tap.get(`/pools/${stage.poolId}/sightings`)).body as { what: string }[]).filter(({ what }) =>
      what.includes('exact totals'),
    ).length;

  /** The administrator looks, a rival edits, the administrator looks again; answers with the looks that the insider reads. */
  async function watch(): Promise<number> {
    const admin = await stage.admin();
    await exactOf(admin);
    await rival.asks(300);
    await exactOf(admin);
    return looksIn(insider.tap);
  }

  test('[AT42] a company that changed nothing cannot tell from them that another one did', async () => {
    expect(await watch()).toBe(1);
    await insider.asks(121);
    await exactOf(await stage.admin());
    expect(await looksIn(insider.tap)).toBe(2);
  });

  test('[AT42] twin: were each look written down that saw anything new, it could', async () => {
    off.anyEdit = true;
    expect(await watch()).toBe(2);
  });

  test('[AT42] an observer reads of one look, whatever the number of members and of their edits, and of none of their own entries', async () => {
    await watch();
    const observer = await personOf('agency', 'observer', true);
    expect(await looksIn(observer)).toBe(1);
    const record = (await observer.get(`/record?poolId=${stage.poolId}`)).body as { text: string }[];
    expect(record.filter(({ text }) => text.includes('exact totals'))).toHaveLength(1);
  });

  test('[AT42] twin: one who may know the members counts them', async () => {
    off.rights = { observer: ['members.manage'] };
    await exactOf(await stage.admin());
    expect(await looksIn(await personOf('agency', 'observer', true))).toBe(1 + stage.members.length);
  });
});

describe('others count the members by what a look adds to the record', () => {
  const mark = () =>
    appendRecord(
      stage.database,
      [{ kind: 'phase.changed', poolId: stage.poolId, body: { round: 1, from: 'collect', to: 'review' } }],
      stage.clock.now(),
    );

  /** Entries that a look adds, as this person counts them: by checking the chain, and by the numbers of two entries that all read. */
  async function countedBy(tap: Tap): Promise<{ checked: number; numbered: number; hashes: number }> {
    const read = async () => {
      const [check, record] = [await tap.get('/record/verify'), await tap.get('/record')];
      const entries = record.body as { seq: number; hash: string }[];
      return {
        checked: check.body.entries as number,
        numbered: entries[0]?.seq ?? 0,
        hashes: entries.filter(({ hash }) => hash !== '').length,
      };
    };
    await mark();
    const before = await read();
    await exactOf(await stage.admin());
    await mark();
    const after = await read();
    const [checked, numbered] = [after.checked - before.checked - 1, after.numbered - before.numbered - 1];
    return { checked, numbered, hashes: after.hashes };
  }

  test('[AT42] an official or observer who checks the chain, or subtracts the numbers of entries, counts one look', async () => {
    expect(await countedBy(await stage.official())).toEqual({ checked: 1, numbered: 1, hashes: 0 });
    stage.clock.turnTo(new Date(stage.clock.now().getTime() + 3_600_001));
    expect(await countedBy(await personOf('agency', 'observer', true))).toEqual({ checked: 1, numbered: 1, hashes: 0 });
  });

  test('[AT42] twin: one who is told the chain’s own numbers counts the members', async () => {
    off.rights = { approver: ['record.exportChain'] };
    const looks = 1 + stage.members.length;
    expect(await countedBy(await stage.official())).toMatchObject({ checked: looks, numbered: looks });
  });
});

test('[CR2] the administrator reads them before and after collection ends; nothing of an answer is kept, and each says how it stands', async () => {
  const admin = await stage.admin();
  const before = await exactOf(admin);
  expect(before.body).toMatchObject({ final: false, unit: 'kg' });
  expect(before.body.cells[0]).toMatchObject({ kg: '391.828', owners: 2, largestPct: 69.4, released: null });
  expect(before.body.cells[0]).toMatchObject({ rule: 'owners', has: 2, needs: 5 });
  const { headers } = before;
  expect(headers).toContain('cache-control: no-store');
  expect(headers.filter((header) => /^(etag|last-modified|expires)/.test(header))).toEqual([]);
  const moved = await admin.call('POST', `/api/v1/pools/${stage.poolId}/advance`, { from: 'collect' });
  expect(moved.status).toBe(200);
  const after = await exactOf(admin);
  expect(after.body.final).toBe(true);
  expect(after.body.cells).toEqual(before.body.cells);
});

test('[CR3] each company whose lines are in them reads who looked and when, once an hour and again when its lines changed', async () => {
  const admin = await stage.admin();
  for (let time = 0; time < 3; time += 1) await exactOf(admin);
  for (const member of stage.members) {
    const seen = (await member.tap.get(`/pools/${stage.poolId}/sightings`)).body as Record<string, string>[];
    expect(seen).toEqual([
      {
        at: stage.clock.now().toISOString(),
        by: 'Adam',
        organization: 'Operator',
        of: member.organization,
        what: 'Read the exact totals of round 1, with a company’s lines in them, in the clean room',
      },
    ]);
    const record = (await member.tap.get(`/record?poolId=${stage.poolId}`)).body as { kind: string }[];
    expect(record.filter(({ kind }) => kind.endsWith('otals.viewed'))).toHaveLength(1);
  }
  stage.clock.turnTo(new Date(stage.clock.now().getTime() + 3_600_001));
  await exactOf(admin);
  expect((await insider.tap.get(`/pools/${stage.poolId}/sightings`)).body).toHaveLength(2);
});

test('[CR3] of an open pool’s shared sheet each look is read by every buyer that acknowledged', async () => {
  const { prisma } = stage.database;
  const { poolId, roundId } = stage;
  await prisma.pool.update({ where: { id: poolId }, data: { kind: 'open' } });
  await prisma.sheet.create({ data: { kind: 'demand', poolId, roundId, organizationId: null } });
  const { organizationId, userId } = insider;
  await prisma.acknowledgement.create({ data: { poolId, organizationId, userId, at: new Date(0) } });
  const admin = await stage.admin();
  for (let time = 0; time < 2; time += 1) await exactOf(admin);
  const read = async (tap: Tap) =>
    ((await tap.get(`/pools/${poolId}/sightings`)).body as { what: string }[]).filter(({ what }) =>
      what.includes('members share'),
    ).length;
  expect([await read(insider.tap), await read(rival.tap)]).toEqual([2, 0]);
});
