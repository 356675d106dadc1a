/** Working in a sheet with others: following, being left alone, replaced values, what happened while one was away. */

import { expect, test, vi } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import { Awareness } from 'y-protocols/awareness';
import * as Y from 'yjs';
import PeerAvatars from '#web/grid/PeerAvatars.svelte';
import { readNote, writeNote } from '#web/state/local-copies.ts';
import { Presence } from '#web/state/presence.svelte.ts';
import { gathered } from '#web/state/sheet-away.svelte.ts';
import { type OpenGrid, openGrid } from './support/sheet-grid.ts';
import { DANA, LINE, settled } from './support/sheet-page.ts';

const ROWS = Object.fromEntries(
  Array.from({ length: 60 }, (_, index) => [`r${index}`, { ...LINE, quantity: index + 1 }]),
);
const FEW = { a: { ...LINE, quantity: 38, unit: 't' }, b: LINE };

/** Lee, who writes as the room does. */
function lee(grid: OpenGrid) {
  let clock = 0;
  return (cell: { row: string; column: string } | null, more: object = {}) =>
    grid.room.awareness(grid.room.doc.clientID, ++clock, {
      user: { id: 'lee', name: 'Lee Ortiz' },
      cell,
      typing: false,
      ...more,
    });
}
const scroller = (grid: OpenGrid) => grid.one('[role=grid]');

test('[GR22] following a colleague scrolls to where they are, leaves my cell alone, and Esc ends it', async () => {
  using grid = await openGrid(ROWS);
  const at = lee(grid);
  await grid.press('r1', 'quantity');
  // Third in the sheet: places are 'a1', 'a10', 'a11'.
  at({ row: 'r10', column: 'grade' });
  const avatars = await render(PeerAvatars, { props: { sheet: grid.sheet } });
  await page.getByRole('button', { name: 'Follow Lee Ortiz' }).click();
  await settled(() => grid.host.querySelector('.follow')?.textContent?.includes('You follow Lee Ortiz') ?? false);
  expect(scroller(grid).scrollTop).toBe(0);
  at({ row: 'r50', column: 'grade' });
  await settled(() => scroller(grid).scrollTop > 1000);
  expect(grid.one('[role=gridcell][tabindex="0"]').dataset.row).toBe('r1');
  grid.cell('r1', 'quantity').focus({ preventScroll: true });
  await grid.keys('{Escape}');
  await settled(() => grid.all('.follow').length === 0);
  const top = scroller(grid).scrollTop;
  at({ row: 'r0', column: 'grade' });
  await settled(() => grid.sheet.peers[0]?.cell?.row === 'r0');
  expect(scroller(grid).scrollTop).toBe(top);
  avatars.unmount();
});

test('[GR22] a scroll of my own ends the following, and so does a colleague who leaves', async () => {
  using grid = await openGrid(ROWS);
  const at = lee(grid);
  at({ row: 'r2', column: 'grade' });
  await settled(() => grid.sheet.people.length === 1);
  grid.sheet.following = 'lee';
  await settled(() => grid.all('.follow').length === 1);
  scroller(grid).dispatchEvent(new WheelEvent('wheel', { deltaY: 40, bubbles: true }));
  await settled(() => grid.all('.follow').length === 0);
  grid.sheet.following = 'lee';
  await settled(() => grid.all('.follow').length === 1);
  grid.room.awareness(grid.room.doc.clientID, 99, null);
  await settled(() => grid.sheet.following === null);
  expect(grid.said).toBe('The person that you followed has left');
});

test('[GR23] who does not want to be followed is not, and one says so oneself', async () => {
  using grid = await openGrid(ROWS);
  const at = lee(grid);
  at({ row: 'r2', column: 'grade' }, { alone: true });
  const avatars = await render(PeerAvatars, { props: { sheet: grid.sheet } });
  const avatar = page.getByRole('button', { name: 'Lee Ortiz is here and does not want to be followed' });
  await settled(() => avatar.elements().length === 1);
  (avatar.element() as HTMLElement).click();
  expect(grid.sheet.following).toBeNull();
  avatars.unmount();

  const told: unknown[] = [];
  const awareness = new Awareness(new Y.Doc());
  awareness.on('update', () => told.push(awareness.getLocalState()));
  const presence = new Presence(awareness, DANA);
  presence.letFollow(false);
  await settled(() => told.length > 1);
  expect(told.at(-1)).toMatchObject({ alone: true });
  presence.destroy();
  awareness.destroy();
});

test('[GR24] a colleague who replaces my value is told by name with both values, and one press keeps mine', async () => {
  using grid = await openGrid(FEW);
  lee(grid)(null);
  await settled(() => grid.sheet.people.length === 1);
  await grid.press('a', 'quantity');
  await grid.keys('39{Enter}');
  await settled(() => grid.room.rows.a?.quantity === 39);
  grid.room.write('b', { quantity: 7 });
  grid.room.write('a', { quantity: 40 });
  await settled(() => grid.all('.chip').length === 1);
  const chip = grid.one('.chip');
  expect(chip.innerText.replace(/\s+/g, ' ')).toContain('Lee Ortiz’s 40 t replaced your 39 t.');
  // Out of the grid, the next stop of the keyboard.
  await grid.keys('{Tab}');
  expect(document.activeElement?.textContent?.trim()).toBe('Quantity, line 1');
  await grid.keys('{Tab}{Enter}');
  await settled(() => grid.room.rows.a?.quantity === 39 && grid.all('.chip').length === 0);
  expect(grid.at).toBe('a/quantity');
});

test('[GR24] a value that was not mine, or that I changed since, is replaced without a word', async () => {
  using grid = await openGrid(FEW);
  grid.room.write('a', { quantity: 40 });
  await settled(() => grid.text('a', 'quantity') === '40');
  await grid.press('a', 'quantity');
  await grid.keys('41{Enter}');
  await settled(() => grid.room.rows.a?.quantity === 41);
  grid.room.write('a', { note: 'by Lee' });
  await settled(() => grid.text('a', 'note') === 'by Lee');
  expect(grid.all('.chip')).toHaveLength(0);
});

test('[GR24] what this person restores comes back from the server, and is no colleague who replaced anything', async () => {
  using grid = await openGrid(FEW);
  await grid.press('a', 'quantity');
  await grid.keys('39{Enter}');
  await settled(() => grid.room.rows.a?.quantity === 39);
  grid.sheet.conflicts.settle();
  grid.room.write('a', { quantity: 38 });
  await settled(() => grid.text('a', 'quantity') === '38');
  expect(grid.all('.chip')).toHaveLength(0);
});

test('[GR25] changes of one cell are told as one, from first to last, without my own and without what is back', () => {
  const change = (column: string, at: string, before: number, after: number, userId = 'lee') => ({
    ...{ row: 'a', column, by: 'Lee', userId, at, before, after },
  });
  const found = gathered(
    [
      change('grade', '2026-03-04T00:00:00Z', 2, 1),
      change('quantity', '2026-03-03T00:00:00Z', 39, 40),
      change('quantity', '2026-03-02T00:00:00Z', 38, 39),
      change('grade', '2026-03-01T00:00:00Z', 1, 2),
      change('note', '2026-03-01T00:00:00Z', 1, 2, 'dana'),
      change('pos', '2026-03-01T00:00:00Z', 1, 2),
    ],
    'dana',
  );
  expect(found.map(({ column, before, after }) => [column, before, after])).toEqual([['quantity', 38, 40]]);
});

test('[GR83] a line that came or went is told as one, with what stood in it; what came and went meanwhile is not told', () => {
  let second = 0;
  /** Oldest first, as they happen. */
  const change = (row: string, column: string, before: string | null, after: string | null, userId = 'lee') => ({
    ...{ row, column, by: userId, userId, before, after, at: new Date(1e12 + ++second * 1000).toISOString() },
  });
  const removed = { ...change('old', 'pos', 'a', null), at: '2026-03-02T00:00:00Z' };
  const found = gathered(
    [
      change('new', 'pos', null, 'b'),
      change('new', 'note', null, 'typed later'),
      removed,
      { ...removed, column: 'note', before: 'spare', after: null },
      change('brief', 'pos', null, 'c'),
      change('brief', 'pos', 'c', null),
      change('mine', 'pos', null, 'd', 'dana'),
      change('mine', 'note', null, 'by Lee'),
      change('back', 'pos', 'e', null),
      change('back', 'pos', null, 'e'),
    ].toReversed(),
    'dana',
  );
  expect(found.map(({ row, deed, cells }) => [row, deed, cells])).toEqual([
    ['new', 'added', undefined],
    ['mine', 'changed', undefined],
    ['old', 'deleted', { note: 'spare' }],
  ]);
});

test('[GR25] who comes back sees what others changed and goes from one to the next', async () => {
  const sheetId = crypto.randomUUID();
  writeNote(DANA.userId, sheetId, 'seen', '2026-03-01T00:00:00.000Z');
  const asked: string[] = [];
  const change = (row: string, after: number) => ({
    ...{
      by: 'Lee Ortiz',
      userId: crypto.randomUUID(),
      seq: 3,
      at: '2026-03-02T10:00:00.000Z',
      row,
      column: 'quantity',
    },
    ...{ before: 38, after },
  });
  const body = JSON.stringify({ changes: [change('b', 12), change('a', 40), change('gone', 1)], next: null });
  const before = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!url.includes('/changes')) return before(input, init);
    asked.push(url);
    return new Response(body, { headers: { 'content-type': 'application/json' } });
  });
  try {
    using grid = await openGrid(FEW, { sheet: { sheetId } });
    const said = () => grid.host.querySelector('.away')?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
    await settled(() => said().includes('While you were away, Lee Ortiz changed 2 cells.'));
    expect(asked[0]).toContain('from=2026-03-01');
    // Written down with a margin: the browser's idea of the server's time may be half a second ahead.
    expect(Date.now() - Date.parse(readNote(DANA.userId, sheetId, 'seen') ?? '')).toBeGreaterThanOrEqual(1_000);
    await page.getByRole('button', { name: 'Show one by one' }).click();
    await settled(() => said().startsWith('1 of 2 Quantity, line 1: 38 t →became 40 t, Lee Ortiz'));
    await page.getByRole('button', { name: 'Next' }).click();
    await settled(() => grid.one('[role=gridcell][tabindex="0"]').dataset.row === 'b');
    await page.getByRole('button', { name: 'Done' }).click();
    await settled(() => grid.at === 'b/quantity');
    using _room = await openGrid(FEW, { sheet: { sheetId, access: 'cleanRoom' } });
    expect(asked).toHaveLength(1);
  } finally {
    vi.restoreAllMocks();
  }
});
