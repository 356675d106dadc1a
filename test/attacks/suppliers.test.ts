/**
 * Suppliers compete, and their offers are sealed from each other: what one of them gets from the sheets of another and of the officials, when it
 * knows their ids, and what it notices of who is there.
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { offerRow } from '../support/catalogue.ts';
import { NOWHERE, operationsOf, readEverything } from './support/everything.ts';
import type { SheetLine } from './support/sheet-line.ts';
import { openStage, type Stage } from './support/stage.ts';
import { type Supplier, seatSupplier } from './support/supplier.ts';
import { off, restore } from './support/switches.ts';
import type { Tap } from './support/tap.ts';

vi.mock('#server/clock.ts', () => import('./support/still-clock.ts'));
vi.mock('#domain/actors.ts', async (original) => (await import('./support/switches.ts')).actors(await original()));

let stage: Stage;
let insider: Supplier;
let rival: Supplier;
beforeEach(async () => {
  stage = await openStage({ members: 2 });
  insider = await seatSupplier(stage, 'Quarrel Refining');
  rival = await seatSupplier(stage, 'Yonderly Smelting');
});
afterEach(async () => {
  restore();
  await stage.close();
});

const SECRET = 271_828;
const NAMED_BY_OFFICIALS = 'Nethersole (sample)';

/** The rival and the officials enter offers; each shows its cursor meanwhile. Answers with the rival's line, open. */
async function offerSomething(): Promise<SheetLine> {
  const line = await rival.tap.sheet(rival.sheetId);
  line.showCursor('o1');
  await line.write('o1', offerRow({ supplier: 'Yonderly Smelting', capacity: SECRET }), rival.organizationId);
  const official = await stage.official();
  const { person } = (await official.get('/me')).body;
  const theirs = await official.sheet(stage.offersId);
  await theirs.write('o2', offerRow({ supplier: NAMED_BY_OFFICIALS, capacity: SECRET }), person.organizationId);
  return line;
}

const bytesSince = (tap: Tap, before: number): string =>
  tap.received
    .slice(before)
    .map(({ bytes }) => bytes.toString('latin1'))
    .join('\n');

test('[AT32] a supplier that knows the ids of the other offers sheets is answered as for rooms that do not exist', async () => {
  const before = insider.tap.received.length;
  await offerSomething();
  const absent = await insider.tap.sheet(NOWHERE);
  for (const id of [rival.sheetId, stage.offersId]) {
    const line = await insider.tap.sheet(id);
    expect([line.closed, line.greeting]).toEqual([absent.closed, null]);
  }
  // Every address that names a sheet, for each of them, to the byte.
  const operations = (await operationsOf(stage, insider.tap)).filter(({ path }) => path.includes('{sheetId}'));
  expect(operations.length).toBeGreaterThan(5);
  const answersFor = async (id: string) => {
    const answers = [];
    for (const { path, method } of operations) {
      const address = `/api/v1${path.replaceAll(/\{\w+\}/g, id)}`;
      const { status, headers, text } = await insider.tap.call(method, address, method === 'GET' ? undefined : {});
      answers.push([method, path, status, ...headers, text.replaceAll(id, 'id')].join('\n'));
    }
    return answers;
  };
  const nothing = await answersFor(NOWHERE);
  for (const id of [rival.sheetId, stage.offersId]) expect(await answersFor(id)).toEqual(nothing);
  await readEverything(stage, insider.tap);
  const seen = bytesSince(insider.tap, before);
  for (const word of [String(SECRET), 'Yonderly', NAMED_BY_OFFICIALS])
    expect([word, seen.includes(word)]).toEqual([word, false]);
});

test('[AT32] twin: with all offers in one room, the rival’s size is there', async () => {
  off.sharedOffers = true;
  await offerSomething();
  const before = insider.tap.received.length;
  const line = await insider.tap.sheet(rival.sheetId);
  expect(line.closed).toBeNull();
  expect(bytesSince(insider.tap, before)).toContain('Yonderly');
});

test('[AT33] a supplier does not notice that another is there, writes or comes back; officials in its own sheet it does', async () => {
  const own = await insider.tap.sheet(insider.sheetId);
  expect(own.closed).toBeNull();
  await own.settled();
  const before = insider.tap.received.length;
  (await offerSomething()).close();
  (await rival.tap.sheet(rival.sheetId)).close();
  expect(insider.tap.received.slice(before).filter(({ wire }) => wire !== 'push')).toEqual([]);
  const official = await stage.official();
  const { person } = (await official.get('/me')).body;
  await (await official.sheet(insider.sheetId)).write('o3', offerRow({ supplier: 'for it' }), person.organizationId);
  await expect.poll(() => bytesSince(insider.tap, before)).toContain('for it');
});

test('[AT33] twin: in one room for all, each edit of the rival arrives', async () => {
  off.sharedOffers = true;
  const shared = await insider.tap.sheet(rival.sheetId);
  expect(shared.closed).toBeNull();
  const before = insider.tap.received.length;
  await offerSomething();
  await expect.poll(() => bytesSince(insider.tap, before)).toContain('Yonderly');
});
