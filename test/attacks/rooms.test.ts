/** Attack 17, on live sheets of the real server: into another company's room by a known id, with a session that is over, and by writing what is not one's own. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Scalar } from '#domain/sheets.ts';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));
vi.mock('#domain/admission.ts', async (original) =>
  (await import('./support/switches.ts')).admission(await original()),
);
vi.mock('#server/session.ts', async (original) => (await import('./support/switches.ts')).session(await original()));

let stage: Stage;
let [insider, rival]: Member[] = [];
beforeEach(async () => {
  stage = await openStage({ members: 2 });
  [insider, rival] = stage.members as [Member, Member];
});
afterEach(async () => {
  restore();
  await stage.close();
});

const SECRET = 271_828;
const members = () => ({ insider: insider as Member, rival: rival as Member });

describe('attack 17: another company’s room, by an id that leaked', () => {
  /** Looks into the rival's room: its numbers, what it removed, how often it edited. */
  async function look() {
    const { insider, rival } = members();
    await rival.asks(SECRET);
    await rival.asks(99, 'removed');
    await rival.asks(0, 'removed');
    const before = insider.tap.received.length;
    const line = await insider.tap.sheet(rival.sheetId);
    const frames = insider.tap.received.slice(before);
    return {
      closed: line.closed?.code ?? null,
      frames: frames.filter(({ wire }) => wire === 'sheet').length,
      greeting: line.greeting,
      text: Buffer.concat(frames.map(({ bytes }) => bytes)).toString('latin1'),
    };
  }

  test('[AT17] 17 it closes as a room that does not exist, before any frame, state vector or count', async () => {
    const { insider } = members();
    const seen = await look();
    expect([seen.closed, seen.frames, seen.greeting]).toEqual([4404, 0, null]);
    const absent = await insider.tap.sheet('00000000-0000-4000-8000-000000000000');
    expect(absent.closed).toEqual({ code: 4404, reason: 'no such sheet, or none for you' });
    expect(seen.text).toBe('4404 no such sheet, or none for you');
  });

  test('[AT17] 17 twin: with the rule of rooms off, the number and the count of edits are there', async () => {
    off.rooms = true;
    const seen = await look();
    expect(seen.closed).toBeNull();
    expect(seen.text).toContain(String(SECRET));
    expect(seen.greeting?.length).toBeGreaterThan(1);
  });
});

describe('attack 17: a session that is over', () => {
  /** Somebody of the rival leaves the company while its sheet is open before them; the company goes on editing. */
  async function leave(): Promise<string> {
    const { rival } = members();
    const leaver = await stage.colleague(rival, 'viewer');
    const line = await leaver.sheet(rival.sheetId);
    expect(line.closed).toBeNull();
    const userId = (await leaver.get('/me')).body.person.userId;
    await stage.database.prisma.member.deleteMany({ where: { userId } });
    // The server hears of it from the database; a second later than this right is lost, it must not be used.
    if (!off.sessions) await line.hungUp();
    await rival.asks(SECRET);
    if (off.sessions) await expect.poll(() => leaver.text().includes(String(SECRET))).toBe(true);
    await leaver.sheet(rival.sheetId);
    return leaver.text();
  }

  test('[AT17] 17 whoever left a company reads nothing that it writes from then on, also by coming back', async () => {
    expect(await leave()).not.toContain(String(SECRET));
  });

  test('[AT17] 17 twin: with sessions believed for ever, the next number arrives', async () => {
    off.sessions = true;
    expect(await leave()).toContain(String(SECRET));
  });
});

describe('attack 17: writing what is not one’s own', () => {
  /** A maker raises the tier of a priority that officials ranked, in the sheet that both may write in. */
  async function forge(): Promise<Scalar | undefined> {
    const { insider } = members();
    const official = await stage.official();
    const { sheet } = (await official.get('/programme')).body;
    const { person } = (await official.get('/me')).body;
    const ranked = await official.sheet(sheet.id);
    await ranked.write(
      'p1',
      { mineral: 'gallium', form: 'ga-metal-6n', tier: '4', maximum: 100, unit: 'kg' },
      person.organizationId,
    );
    await (await insider.tap.sheet(sheet.id)).write('p1', { tier: '1' });
    const after = await (await stage.admin()).sheet(sheet.id);
    return after.doc.getMap<{ get(column: string): Scalar }>('rows').get('p1')?.get('tier');
  }

  test('[AT17] 17 a maker’s update of what officials ranked is refused and leaves no trace', async () => {
    expect(await forge()).toBe('4');
  });

  test('[AT17] 17 twin: with admission off, it stands', async () => {
    off.admission = true;
    expect(await forge()).toBe('1');
  });
});
