import { expect, test } from 'vitest';
import { OFFER_SHEET } from '#domain/offer-columns.ts';
import { CLOSE } from '#protocol/rooms.ts';
import { keptSheets, unsavedEdits, wipeCopies } from '#web/state/local-copies.ts';
import type { SheetState } from '#web/state/sheet.svelte.ts';
import { DANA, LINE, openIn, settled } from './support/sheet-page.ts';
import { SheetRoom } from './support/sheet-room.ts';

const set = (cells: Record<string, string | number>) => ({ said: 'Changed a cell', set: [{ row: 'a', cells }] });
const databases = async () => (await indexedDB.databases()).map(({ name }) => name);

let sheets = 0;
/** A sheet that was read once, saved, and then lost its line. */
async function cutOff(): Promise<{ sheetId: string; room: SheetRoom; sheet: SheetState }> {
  const sheetId = `kept-${sheets++}`;
  const room = new SheetRoom().seed({ a: LINE });
  const sheet = openIn(room, { sheetId });
  await settled(() => sheet.isLoaded && sheet.save === 'saved');
  room.isUp = false;
  room.drop();
  await settled(() => sheet.save === 'offline');
  return { sheetId, room, sheet };
}

/** What a reload does to a page: it goes without a word, and its sheet never reaches the server again. */
async function reload(room: SheetRoom): Promise<SheetRoom> {
  window.dispatchEvent(new Event('pagehide'));
  room.isUp = false;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return new SheetRoom().copyOf(room);
}

test('[SS14] edits made without a network are there after a reload, count as waiting, and are sent when the line is back', async () => {
  const { sheetId, room, sheet } = await cutOff();
  sheet.act(set({ quantity: 500 }));
  sheet.act({ said: 'Added a line', insert: { rows: [{ row: 'b', cells: { ...LINE, quantity: 7 } }] } });
  const later = await reload(room);
  later.isUp = false;

  const again = openIn(later, { sheetId });
  await settled(() => again.isLoaded);
  expect(again.save).toBe('offline');
  expect(again.waiting).toBe(2);
  expect(again.canEdit).toBe(true);
  expect(again.rows.get('a')?.quantity).toBe(500);
  expect(unsavedEdits(DANA.userId)).toBe(2);
  again.act(set({ note: 'after the tunnel' }));

  later.isUp = true;
  window.dispatchEvent(new Event('online'));
  await settled(() => again.save === 'saved');
  expect(later.rows).toMatchObject({ a: { quantity: 500, note: 'after the tunnel' }, b: { quantity: 7 } });
  again.destroy();
  await settled(() => unsavedEdits(DANA.userId) === 0);
  sheet.destroy();
});

test('[SS14] a copy brings only what the server has not sent before', async () => {
  const { sheetId, room, sheet } = await cutOff();
  const later = await reload(room);
  const again = openIn(later, { sheetId });
  await settled(() => again.save === 'saved');
  expect(later.answered.at(-1)).toBeLessThan(20);
  expect(again.rows.get('a')?.quantity).toBe(420);
  again.destroy();
  sheet.destroy();
});

test("[SS14] unsaved edits of a session that ended go out when the same person comes back, and are nobody else's", async () => {
  const { sheetId, room, sheet } = await cutOff();
  sheet.act(set({ quantity: 500 }));
  const later = await reload(room);
  const ended = openIn(later, { sheetId });
  later.refusesAll = CLOSE.signedOut;
  await settled(() => ended.ended === 'signedOut');
  ended.destroy();

  later.refusesAll = null;
  const other = openIn(later, { sheetId, me: { ...DANA, userId: 'lee' } });
  await settled(() => other.save === 'saved');
  expect(other.rows.get('a')?.quantity).toBe(420);
  other.destroy();
  const again = openIn(later, { sheetId });
  await settled(() => again.save === 'saved');
  expect(later.rows.a?.quantity).toBe(500);
  expect(again.draft).toBeNull();
  again.destroy();
  sheet.destroy();
});

test('[SS15] a lost right removes the copy from the browser; what was typed is on the page until it is left', async () => {
  const { sheetId, room, sheet } = await cutOff();
  sheet.act(set({ quantity: 500 }));
  room.isUp = true;
  room.refusesAll = CLOSE.noSheet;
  window.dispatchEvent(new Event('online'));
  await settled(() => sheet.ended === 'noSheet');
  expect(sheet.draft?.rows).toMatchObject([{ row: 'a', cells: { quantity: 500 } }]);
  expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);
  await settled(() => !keptSheets(DANA.userId).includes(sheetId));
  expect(await databases()).not.toContain(`sheet dana ${sheetId}`);
  sheet.destroy();
});

test('[SS15] what the server refused is not in the copy any more, and its draft outlives a reload', async () => {
  const sheetId = 'refused-and-kept';
  const room = new SheetRoom().seed({ a: LINE });
  const sheet = openIn(room, { sheetId });
  await settled(() => sheet.save === 'saved');
  const refused = { code: 'x', row: 'a', column: 'note', message: 'not yours', remedy: 'ask' };
  room.refusal = { refused, code: CLOSE.refused };
  sheet.act(set({ quantity: 999 }));
  await settled(() => sheet.draft !== null && sheet.save === 'saved');

  const later = await reload(room);
  later.isUp = false;
  const again = openIn(later, { sheetId });
  await settled(() => again.isLoaded);
  expect(again.rows.get('a')?.quantity).toBe(420);
  expect(again.waiting).toBe(0);
  expect(again.draft).toMatchObject({ why: refused, rows: [{ row: 'a', cells: { quantity: 999 } }] });
  again.dropDraft();
  again.destroy();
  sheet.destroy();
  const last = openIn(later, { sheetId });
  expect(last.draft).toBeNull();
  last.destroy();
});

test('[SS15] a clean-room view and sealed offers are never kept, whatever was seen', async () => {
  const room = new SheetRoom().seed({ a: LINE });
  const views = [
    openIn(room, { sheetId: 'never-1', access: 'cleanRoom', owner: 'org-2' }),
    openIn(room, { sheetId: 'never-2', spec: OFFER_SHEET }),
  ];
  await settled(() => views.every((view) => view.isLoaded));
  expect((await databases()).filter((name) => name?.includes('never-'))).toEqual([]);
  expect(keptSheets(DANA.userId).filter((id) => id.startsWith('never-'))).toEqual([]);
  for (const view of views) view.destroy();
});

test('[SS16] signing out removes every copy; somebody else signing in removes the copies of others', async () => {
  const { sheet } = await cutOff();
  sheet.destroy();
  const room = new SheetRoom().seed({ a: LINE });
  const lees = openIn(room, { sheetId: 'of-lee', me: { ...DANA, userId: 'lee' } });
  await settled(() => lees.save === 'saved');
  lees.destroy();
  await settled(() => room.open === 0);

  await wipeCopies((userId) => userId === 'lee');
  expect(keptSheets('dana')).toEqual([]);
  expect(keptSheets('lee')).toContain('of-lee');
  await wipeCopies(() => false);
  expect(Object.keys(localStorage).filter((key) => key.startsWith('sheet '))).toEqual([]);
  expect((await databases()).filter((name) => name?.startsWith('sheet '))).toEqual([]);
});
