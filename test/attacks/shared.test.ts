/**
 * Attacks through what rivals share on the real server: the priorities of the programme, where each reads the other's lines live; the sheet of
 * an open pool; and the record, which counts what happened.
 */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RecordDraft } from '#domain/record.ts';
import { appendRecord } from '#server/record.ts';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/admission.ts', async (original) =>
  (await import('./support/switches.ts')).admission(await original()),
);
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));

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

const prioritiesOf = async (tap: Tap): Promise<string> => (await tap.get('/programme')).body.sheet.id;
const onSheetsOf = (tap: Tap): string =>
  tap.received
    .filter(({ wire }) => wire === 'sheet')
    .map(({ bytes }) => bytes.toString('utf8'))
    .join('\n');

describe('a member puts its number where rivals read along', () => {
  const BY_ID = 'need-271828-kg-of-gallium';
  const BY_PLACE = 'we need 271828 kg by place';
  const texts = ['We need 271828 kg', 'two hundred seventy one tonnes', 'about 271,828'];
  /** Answers with what of it the insider's open sheet received, and how often the rival was refused. */
  async function tell(): Promise<{ heard: string[]; refused: string[] }> {
    const sheetId = await prioritiesOf(insider.tap);
    const reading = await insider.tap.sheet(sheetId);
    const refused: string[] = [];
    for (const [n, text] of texts.entries()) {
      const line = await rival.tap.sheet(sheetId);
      await line.write(`t${n}`, { mineral: 'gallium', [n === 1 ? 'endUse' : 'evidence']: text }, rival.organizationId);
      if (line.refusal) refused.push(line.refusal.code);
    }
    for (const [row, cells] of [
      [BY_ID, { mineral: 'gallium' }],
      ['p1', { mineral: 'gallium', pos: BY_PLACE }],
    ] as const) {
      const line = await rival.tap.sheet(sheetId);
      await line.write(row, cells, rival.organizationId);
      if (line.refusal) refused.push(line.refusal.code);
    }
    // Whatever was admitted has come by the time that something said later has.
    const last = await rival.tap.sheet(sheetId);
    await last.write('zz', { mineral: 'gallium', evidence: 'USGS 2025' }, rival.organizationId);
    while (!reading.doc.getMap('rows').has('zz')) await new Promise((turn) => setTimeout(turn, 5));
    return { heard: [...texts, BY_ID, BY_PLACE].filter((text) => onSheetsOf(insider.tap).includes(text)), refused };
  }

  test('[AT23] 23 a member’s own words about how much it needs are refused in the sheet that rivals read', async () => {
    expect(await tell()).toEqual({ heard: [], refused: [...texts.map(() => 'amount'), 'named-row', 'placed-row'] });
  });

  test('[AT23] 23 twin: with admission off, rivals read them at once', async () => {
    off.admission = true;
    expect(await tell()).toEqual({ heard: [...texts, BY_ID, BY_PLACE], refused: [] });
  });
});

describe('a member watches who of a rival is at work', () => {
  /** The rival comes, moves and leaves; answers with whether the insider received its people's name or id. */
  async function watch(): Promise<boolean> {
    const sheetId = await prioritiesOf(insider.tap);
    const reading = await insider.tap.sheet(sheetId);
    const line = await rival.tap.sheet(sheetId);
    line.showCursor('r1');
    const official = await stage.official();
    const led = await official.sheet(sheetId);
    const { person } = (await official.get('/me')).body;
    await led.write('o1', { mineral: 'gallium' }, person.organizationId);
    while (!reading.doc.getMap('rows').has('o1')) await new Promise((turn) => setTimeout(turn, 5));
    const received = onSheetsOf(insider.tap);
    return received.includes(`${rival.organization} Editor`) || received.includes(rival.userId);
  }

  test('[AT40] presence in a shared sheet names nobody of a rival', async () => {
    expect(await watch()).toBe(false);
  });

  test('[AT40] twin: with everybody named to everybody, it does', async () => {
    off.people = true;
    expect(await watch()).toBe(true);
  });
});

describe('an observer counts runs and members in the record', () => {
  interface Entry {
    seq: number;
    kind: string;
    text: string;
    hash: string;
  }

  /** Runs come and go, and the round is frozen; answers with what the observer reads. */
  async function read(): Promise<Entry[]> {
    const { prisma } = stage.database;
    const { id: organizationId } = await prisma.organization.findFirstOrThrow({ where: { kind: 'agency' } });
    const email = `${randomUUID()}@sample.test`;
    await prisma.user.create({
      data: {
        name: 'Olga',
        email,
        emailVerified: true,
        members: { create: { organizationId, role: 'observer', createdAt: new Date(0) } },
      },
    });
    const { poolId } = stage;
    const drafts: RecordDraft[] = [
      { kind: 'phase.changed', poolId, body: { round: 1, from: 'collect', to: 'review' } },
      { kind: 'run.started', poolId, body: { run: 1 } },
      { kind: 'order.proposed', poolId, body: { orders: 3, run: 1 } },
      { kind: 'sheet.frozen', poolId, body: { round: 1, sheets: 6 } },
    ];
    await appendRecord(stage.database, drafts, new Date('2026-11-24T12:00:00Z'));
    return (await (await stage.signIn(email)).get('/record')).body;
  }

  test('[AT41] it reads neither a run, nor how many orders or sheets there are, and its numbers have no gaps', async () => {
    const entries = await read();
    expect(entries.map(({ text }) => text)).toContain('Froze the sheets');
    expect(entries.map(({ text }) => text).join()).not.toMatch(/match run|Froze \d/);
    expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, index) => entries.length - index));
    expect(entries.map(({ hash }) => hash)).toEqual(entries.map(() => ''));
  });

  test('[AT41] twin: with the rights of the administrator, it does', async () => {
    off.rights = { observer: ['orders.read', 'members.manage'] };
    const texts = (await read()).map(({ text }) => text);
    expect(texts).toEqual(
      expect.arrayContaining(['Started match run 1', 'Proposed 3 orders from match run 1', 'Froze 6 sheets']),
    );
  });
});

test('[DK5] each clean-room view of an open pool’s shared sheet, or of its history, is read by every buyer that acknowledged and by no other', async () => {
  const { prisma } = stage.database;
  const { poolId, roundId } = stage;
  await prisma.pool.update({ where: { id: poolId }, data: { kind: 'open' } });
  const { id: sheetId } = await prisma.sheet.create({
    data: { kind: 'demand', poolId, roundId, organizationId: null },
  });
  const { organizationId, userId } = insider;
  await prisma.acknowledgement.create({ data: { poolId, organizationId, userId, at: new Date(0) } });
  const admin = await stage.admin();
  (await admin.sheet(sheetId)).close();
  expect((await admin.get(`/sheets/${sheetId}/changes`)).status).toBe(200);
  const told = async (tap: Tap, path: string, key: string) =>
    ((await tap.get(path)).body as Record<string, string>[])
      .map((entry) => entry[key])
      .filter((text) => text?.includes('members share'));
  const views = [
    'Read the history of the demand lines that members share in the clean room',
    'Opened the demand lines that members share in the clean room',
  ];
  for (const [path, key] of [
    ['/record', 'text'],
    [`/pools/${poolId}/sightings`, 'what'],
  ] as const) {
    expect(await told(insider.tap, path, key)).toEqual(views);
    expect(await told(rival.tap, path, key)).toEqual([]);
  }
});
