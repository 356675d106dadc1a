/**
 * Attacks 16, 18 and 21 on the wires of the real server: moments and sizes, ids and counts and error answers, and the sign that something was
 * held. One stage serves all; what a test switches off is put back after it.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { NOWHERE, operationsOf, readEverything } from './support/everything.ts';
import { type Member, openStage, type Stage } from './support/stage.ts';
import { off, restore } from './support/switches.ts';
import type { Received, Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));
vi.mock('#domain/release.ts', async (original) => (await import('./support/switches.ts')).release(await original()));
vi.mock('#server/push.ts', async (original) => (await import('./support/switches.ts')).push(await original()));
vi.mock('#server/pool/desk.ts', async (original) => (await import('./support/switches.ts')).poolDesk(await original()));
vi.mock('#server/http/context.ts', async (original) =>
  (await import('./support/switches.ts')).context(await original()),
);

const FIVE = [300, 250, 200, 150, 100];

let stage: Stage;
let insider: Tap;
let rivals: Member[];
beforeAll(async () => {
  stage = await openStage({ members: FIVE.length });
  insider = (stage.members[0] as Member).tap;
  rivals = stage.members.slice(1);
  for (const [i, member] of stage.members.entries()) await member.asks(FIVE[i] ?? 0);
  await stage.slot();
  expect(insider.releases.at(-1)?.cells[0]?.value).toBe('1000');
}, 120_000);
afterEach(restore);
afterAll(() => stage.close());

/** What the insider's wires got while something was done, until the next slot is over. */
async function during(deeds: () => Promise<unknown>): Promise<Received[]> {
  const before = insider.received.length;
  await deeds();
  await stage.slot();
  // The room's sign of life comes by the clock, whatever anybody does, but in no fixed order with the push.
  return insider.received.slice(before).filter(({ bytes }) => bytes.toString('hex') !== KEEP_ALIVE);
}
const KEEP_ALIVE = '010100';

const quiet = async () => {};
/** Held: one company's change alone is never shown. */
const edits = async () => {
  const [rival] = rivals as [Member];
  const amount = 250 + insider.releases.length;
  await rival.asks(amount);
  await rival.asks(77, 'more');
  await rival.asks(0, 'more');
};

describe('attack 16: moments, sizes and presence', () => {
  const slotMs = 10_000;
  /** What a stopwatch and a scale would note. */
  const noted = (received: Received[]) =>
    received.map(({ wire, what, at, bytes }) => [wire, what, Date.parse(at) % slotMs, bytes.length].join(' '));

  test('[AT16] 16 a slot in which a rival edits, shows its cursor and gets a colleague is like one in which nobody does', async () => {
    const alone = noted(await during(quiet));
    const busy = await during(async () => {
      const [rival] = rivals as [Member];
      const colleague = await stage.colleague(rival, 'viewer');
      await colleague.watch(stage.poolId);
      (await colleague.sheet(rival.sheetId)).close();
      await edits();
    });
    expect(noted(busy)).toEqual(alone);
    expect(alone).toHaveLength(1);
  });

  test('[AT16] 16 twin: pushed at each edit, the pool tells when the rival is there', async () => {
    const alone = noted(await during(quiet));
    off.slots = true;
    const before = insider.releases.length;
    const busy = await during(async () => {
      await edits();
      await insider.releasesSeen(before + 3);
    });
    expect(noted(busy).length).toBeGreaterThan(alone.length);
  });
});

describe('attack 21: an observer who edits nothing looks for slots in which something was held', () => {
  const plan = [false, true, true, false, false, true, false, true];
  const withoutMoment = (text: string): string => text.replaceAll(/"(?:slotAt|at)":"[^"]*"/g, '');
  /** Sorts slots by everything pushed in them and read after them, but the moment. Answers with the slots that stand out from the first. */
  async function observe(): Promise<boolean[]> {
    const seen: string[] = [];
    for (const isBusy of plan) {
      const pushed = await during(isBusy ? edits : quiet);
      const answers = await readEverything(stage, insider, /^\/pools/);
      const texts = [...pushed.map(({ wire, bytes }) => `${wire} ${bytes}`), ...answers.map(({ text }) => text)];
      seen.push(texts.map(withoutMoment).join('\n'));
    }
    return seen.map((one) => one !== seen[0]);
  }

  test('[AT21] 21 all slots look the same', async () => {
    expect(await observe()).toEqual(plan.map(() => false));
  });

  test('[AT21] 21 twin: messages that say held name every slot in which somebody edited', async () => {
    off.held = true;
    expect(await observe()).toEqual(plan);
  });
});

describe('attack 18: ids, counts and answers', () => {
  /** Calls that name a thing by its id: those of what exists for others beside those of what does not exist. */
  async function answersFor(id: string): Promise<string[]> {
    const operations = await operationsOf(stage, insider);
    const found: string[] = [];
    for (const { path, method } of operations.filter((one) => /\{(pool|sheet|order|run|round)Id\}/.test(one.path))) {
      const address = `/api/v1${path.replaceAll(/\{\w+\}/g, id)}`;
      const { status, headers, text } = await insider.call(method, address, method === 'GET' ? undefined : {});
      found.push([method, path, status, ...headers, text.replaceAll(id, 'id')].join('\n'));
    }
    return found;
  }

  /** A pool of others, its sheet, and the rival's sheet of this pool. */
  async function closedIds(): Promise<string[]> {
    const { prisma } = stage.database;
    const { programmeId } = await prisma.pool.findUniqueOrThrow({ where: { id: stage.poolId } });
    const pool = await prisma.pool.create({
      data: {
        programmeId,
        name: 'Other',
        minerals: ['tin'],
        deliveryFrom: 2028,
        deliveryTo: 2028,
        basis: 'Sn',
        unit: 't',
        rules: {},
      },
    });
    const round = await prisma.round.create({
      data: { poolId: pool.id, number: 1, opensAt: new Date(0), closesAt: new Date('2100-01-01') },
    });
    return [pool.id, round.id, (rivals[0] as Member).sheetId];
  }

  test('[AT18] 18 what is closed to me answers as what does not exist, to the byte', async () => {
    const absent = await answersFor(NOWHERE);
    expect(absent.length).toBeGreaterThan(12);
    for (const id of await closedIds()) expect(await answersFor(id)).toEqual(absent);
  });

  test('[AT18] 18 twin: where closed and absent differ, the ids of other pools are told', async () => {
    const absent = await answersFor(NOWHERE);
    off.alike = true;
    const [poolId = ''] = await closedIds();
    expect(await answersFor(poolId)).not.toEqual(absent);
  });

  /** How much others did, by the numbers of the entries that the insider may read. */
  async function countOthers(): Promise<number> {
    const newest = async (): Promise<number> => (await insider.get('/record')).body[0]?.seq ?? 0;
    const before = await newest();
    const admin = await stage.admin();
    for (const { sheetId } of rivals) (await admin.sheet(sheetId)).close();
    return (await newest()) - before;
  }

  test('[AT18] 18 views of others’ lines leave no gap and no count in the record that a member reads', async () => {
    expect(await countOthers()).toBe(0);
    const { body } = await insider.get('/record');
    expect(body.map(({ seq }: { seq: number }) => seq)).toEqual(body.map((_: unknown, i: number) => body.length - i));
  });

  test('[AT18] 18 twin: with the right to read the record whole, they are counted', async () => {
    off.rights = { editor: ['record.read'] };
    expect(await countOthers()).toBeGreaterThanOrEqual(rivals.length);
  });

  test('[AT18] 18 no answer has a tag, is compressed or kept, and ids of sealed things are random', async () => {
    const operations = await operationsOf(stage, insider);
    const paths = operations.flatMap(({ path, method }) =>
      path.startsWith('/pools/{poolId}') && method === 'GET' ? [path] : [],
    );
    expect(paths.length).toBeGreaterThan(3);
    // Version 4 is random; version 7 tells when a thing was made. Own accounts, and who runs the pool, are no sealed things.
    const { prisma } = stage.database;
    const others = await prisma.organization.findMany({
      where: { kind: { not: 'manufacturer' } },
      select: { id: true },
    });
    const { person } = (await insider.get('/me')).body;
    const known = [person.userId, person.organizationId, ...others.map(({ id }) => id)];
    for (const path of paths) {
      const answer = await insider.get(path.replaceAll(/\{poolId\}/g, stage.poolId).replaceAll(/\{\w+\}/g, NOWHERE));
      const names = answer.headers.map((header) => header.split(':')[0]);
      expect([
        path,
        names.filter((name) => /etag|last-modified|content-encoding|^x-(?!content|frame)|timing/.test(name ?? '')),
      ]).toEqual([path, []]);
      expect([path, answer.headers]).toEqual([path, expect.arrayContaining(['cache-control: no-store'])]);
      const timed = answer.text.match(/[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g) ?? [];
      expect([path, timed.filter((id) => !known.includes(id))]).toEqual([path, []]);
    }
  });
});
