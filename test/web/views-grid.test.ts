/** Views of a sheet in the browser: private sort, filter and groups; the line that is worked in stays; links; the palette. */
import { beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DEMAND_SHEET } from '#domain/demand-sheet.ts';
import type { Row } from '#domain/sheets.ts';
import { DERIVED_COLUMNS, type ViewBody } from '#protocol/views-api.ts';
import { arrange, PLAIN } from '#web/grid/arrange.ts';
import type { Lens } from '#web/grid/cell-view.ts';
import { CONTAINED, layOut, MAKER } from '#web/grid/columns.ts';
import { type OpenGrid, openGrid } from './support/sheet-grid.ts';
import { LINE, settled } from './support/sheet-page.ts';
import { smallCatalogue } from './support/small-catalogue.ts';

beforeEach(() => history.replaceState(null, '', location.pathname + location.search));

const ROWS: Record<string, Row> = {
  a: { ...LINE, quantity: 420 },
  b: { ...LINE, quantity: 1.25, unit: 't' },
  c: { ...LINE, quantity: null },
  d: { ...LINE, form: 'ga-metal-4n', grade: 99.99, quantity: 380, note: 'spare' },
};

const lines = (grid: OpenGrid) =>
  grid
    .all('[role=row]')
    .filter((row) => row.querySelector('[data-column]'))
    .map((row) => row.querySelector<HTMLElement>('[data-row]')?.dataset.row ?? '')
    .filter((id) => id !== '')
    .sort((a, b) => top(grid, a) - top(grid, b));
const top = (grid: OpenGrid, id: string) =>
  grid
    .one(`[data-row="${CSS.escape(id)}"]`)
    .closest('[role=row]')
    ?.getBoundingClientRect().top ?? 0;
const run = async (grid: OpenGrid, name: string) => {
  await grid.keys('{Control>}k{/Control}');
  await userEvent.fill(page.getByRole('combobox'), name);
  await page.getByRole('option', { name }).first().click();
  await settled(() => document.querySelectorAll('.palette-box').length === 0);
};

function lensOf(): Lens {
  const all = layOut(DEMAND_SHEET);
  return {
    ...{ spec: DEMAND_SHEET, all, columns: all, catalogue: smallCatalogue(), pool: null },
    ...{ read: new WeakMap(), masses: new WeakMap(), problems: new WeakMap() },
  };
}
const arranged = (body: Partial<ViewBody>, held: string[] = [], before: string[] = []) =>
  arrange(
    { ...PLAIN, ...body },
    {
      lens: lensOf(),
      order: Object.keys(ROWS),
      rowOf: (id) => ROWS[id] ?? {},
      folded: new Set(),
      held: new Set(held),
      before,
    },
  ).ids.join(' ');

test('[VW4] lines are sorted by what they contain, not by the digits, and empty cells come last both ways', () => {
  expect(arranged({ sort: [{ column: 'quantity', down: false }] })).toBe('d a b c');
  expect(arranged({ sort: [{ column: 'quantity', down: true }] })).toBe('b a d c');
  expect(
    arranged({
      sort: [
        { column: 'form', down: false },
        { column: '=contained', down: true },
      ],
    }),
  ).toBe('b a c d');
});

test('[VW5] filters read what the cell shows, a mass in any unit, and what needs attention', () => {
  const filter = (column: string, test: ViewBody['filter'][number]['test'], text = '') =>
    arranged({ filter: [{ column, test, text }] });
  expect(filter('form', 'has', 'LOW')).toBe('d');
  expect(filter('quantity', 'above', '400')).toBe('a b');
  expect(filter('quantity', 'above', '1 t')).toBe('b');
  expect(filter('quantity', 'empty')).toBe('c');
  expect(filter('', 'wrong')).toBe('c');
  expect(filter('note', 'has', '')).toBe('a b c d');
  expect(filter('nothing', 'is', 'x')).toBe('a b c d');
});

test('[VW6] a held line keeps its place whatever sort and filter say of it now', () => {
  const body: Partial<ViewBody> = { filter: [{ column: 'quantity', test: 'filled', text: '' }] };
  expect(arranged(body)).toBe('a b d');
  expect(arranged(body, ['c'], ['a', 'c', 'b', 'd'])).toBe('a c b d');
  expect(arranged(body, ['c'], ['a', 'b', 'd'])).toBe('a b d c');
});

test('[VW4] a sort is this person’s alone, says so, keeps the numbers of lines, and is undone in one press', async () => {
  using grid = await openGrid(ROWS);
  await grid.press('a', 'quantity');
  await run(grid, 'Sort largest first');
  await settled(() => lines(grid).join(' ') === 'b a d c');
  expect(grid.host.querySelector('.mine')?.textContent).toContain('Only you see this sort');
  expect(grid.sheet.order.join(' ')).toBe('a b c d');
  expect(grid.one('[data-head="b"]').textContent?.trim()).toMatch(/^2/);
  expect(grid.all('[role=columnheader][aria-sort="descending"]')).toHaveLength(1);
  await page.getByRole('button', { name: 'Show all lines' }).click();
  await settled(() => lines(grid).join(' ') === 'a b c d');
});

test('[VW6] an edited line does not vanish from a filtered view until one leaves it', async () => {
  using grid = await openGrid(ROWS);
  await grid.press('d', 'note');
  await page.getByRole('button', { name: /^Filter/ }).click();
  await page.getByRole('button', { name: 'Add a filter' }).click();
  await userEvent.fill(page.getByRole('textbox', { name: 'Text' }), 'spare');
  await userEvent.keyboard('{Escape}');
  await settled(() => lines(grid).join(' ') === 'd');
  expect(grid.host.querySelector('.mine')?.textContent).toContain('1 of 4 lines');
  await grid.press('d', 'note');
  await grid.keys('gone');
  await grid.press('d', 'grade');
  await settled(() => grid.room.rows.d?.note === 'gone');
  // A colleague's new line is sorted in anew, around the line that is worked in.
  grid.room.add('e', { ...LINE, note: 'spare too' }, 'a9');
  await settled(() => lines(grid).join(' ') === 'd e');
  await grid.keys('{ArrowDown}');
  await settled(() => lines(grid).join(' ') === 'e');
});

test('[VW7] groups have a head with count and sum that is folded by key, and lines pasted over heads go into lines', async () => {
  using grid = await openGrid(ROWS);
  await grid.press('a', 'form');
  await run(grid, 'Group by form');
  await settled(() => lines(grid).length === 6);
  const [head = ''] = lines(grid);
  expect(grid.text(head, 'form').replace(/\s+/g, ' ')).toMatch(/high purity 3 lines, 1,670 kg contained$/);
  await grid.press('a', 'form');
  await grid.keys('{Control>}{Home}{/Control}{Enter}');
  await settled(() => lines(grid).length === 3);
  expect(grid.all('[role=gridcell][aria-expanded="false"]')).toHaveLength(1);
  await grid.keys('{Enter}');
  await settled(() => lines(grid).length === 6);
});

test('[VW8] a link names the line and the column, survives a filter that hides the line, and says when it is gone', async () => {
  using grid = await openGrid(ROWS);
  location.hash = '#line=c&column=note';
  await settled(() => grid.at === 'c/note');
  location.hash = '#line=zz&column=note';
  await settled(() => grid.said === 'The line of this link is not in the sheet any more');
  expect(grid.at).toBe('c/note');
});

test('[VW8] a link with a comment opens the talk of the cell when the sheet is opened', async () => {
  location.hash = '#line=b&column=grade&comment=7f';
  const asked: string[] = [];
  using grid = await openGrid(ROWS, { around: { onConversation: (row, column) => asked.push(`${row}/${column}`) } });
  await settled(() => grid.at === 'b/grade' && asked.length === 1);
  expect(asked).toEqual(['b/grade']);
});

test('[VW9] the palette opens by key anywhere in the sheet, finds what was typed in the cells, and gives the keyboard back', async () => {
  using grid = await openGrid(ROWS);
  await grid.press('a', 'quantity');
  await grid.keys('{Control>}k{/Control}');
  await page.getByRole('combobox').fill('spare');
  await page.getByRole('option', { name: /^Find “spare”/ }).click();
  await settled(() => grid.host.querySelector('.told')?.textContent === '1 cell');
  await grid.keys('{Enter}{Escape}');
  await settled(() => grid.at === 'd/note');
  // Enter takes what is called so before it searches for it.
  await grid.keys('{Control>}k{/Control}');
  await page.getByRole('combobox').fill('sort a to');
  await settled(() => document.querySelector('.palette-item[data-selected]')?.textContent?.includes('Sort') ?? false);
  await userEvent.keyboard('{Enter}');
  await settled(() => grid.host.querySelector('.mine')?.textContent === 'Only you see this sort');
});

test('[VW10] a private view is there again in this browser, and of a clean-room reading nothing is kept', async () => {
  const sheetId = crypto.randomUUID();
  {
    using grid = await openGrid(ROWS, { sheet: { sheetId } });
    await grid.press('a', 'quantity');
    await run(grid, 'Sort largest first');
    await settled(() => lines(grid)[0] === 'b');
  }
  using again = await openGrid(ROWS, { sheet: { sheetId } });
  await settled(() => lines(again).join(' ') === 'b a d c');
  const closed = crypto.randomUUID();
  using room = await openGrid(ROWS, { sheet: { sheetId: closed, access: 'cleanRoom' } });
  await page.getByRole('button', { name: /^Sort/ }).last().click();
  await userEvent.selectOptions(page.getByLabelText('Sort by'), 'Quantity');
  await settled(() => lines(room)[0] === 'd');
  expect(Object.keys(localStorage).filter((key) => key.includes(closed))).toEqual([]);
});

test('[VW3] browser and server mean the same derived columns', () => {
  expect([...DERIVED_COLUMNS]).toEqual([CONTAINED, MAKER]);
});
