import axe from 'axe-core';
import { beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { openGrid } from './support/sheet-grid.ts';
import { LINE, settled } from './support/sheet-page.ts';

const ROWS = { a: LINE, b: { ...LINE, grade: 101 }, c: { mineral: 'gallium', form: 'ga-metal-6n', unit: 'kg' } };
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Rules about a whole page, which a grid by itself is not. */
const OF_A_PAGE = ['region', 'page-has-heading-one', 'landmark-one-main'];

beforeEach(() => {
  document.documentElement.lang = 'en';
  document.title = 'Sheet';
});

async function violations(): Promise<string[]> {
  const rules = Object.fromEntries(OF_A_PAGE.map((id) => [id, { enabled: false }]));
  const found = await axe.run(document.body, { runOnly: TAGS, rules });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

for (const theme of ['light', 'dark'] as const)
  test(`[GR14] axe finds nothing in the ${theme} grid: at rest, a range, a wrong cell, a picker, a menu, colleagues`, async () => {
    document.documentElement.dataset.theme = theme;
    using grid = await openGrid(ROWS);
    const lee = { user: { id: 'lee', name: 'Lee Ortiz' }, cell: { row: 'c', column: 'quantity' }, typing: true };
    grid.room.awareness(11, 1, lee);
    await settled(() => grid.all('.peer').length === 1);
    expect(await violations()).toEqual([]);

    await grid.press('a', 'quantity');
    await grid.keys('{Shift>}{ArrowDown}{ArrowRight}{/Shift}');
    expect(await violations()).toEqual([]);

    await grid.press('b', 'grade');
    await settled(() => grid.all('.note').length === 1);
    expect(await violations()).toEqual([]);

    await grid.press('a', 'form');
    await grid.keys('gallium');
    await settled(() => grid.all('[role=option]').length > 0);
    expect(await violations()).toEqual([]);

    await grid.keys('{Escape}{Shift>}{F10}{/Shift}');
    await settled(() => document.querySelector('[role=menu]') !== null);
    expect(await violations()).toEqual([]);
  });

test('[GR14] axe finds nothing in the read-only grid, the empty grid and the kept draft', async () => {
  {
    using grid = await openGrid(ROWS, { sheet: { access: 'read' } });
    await settled(() => grid.all('[role=gridcell]').length > 0);
    expect(await violations()).toEqual([]);
  }
  {
    using grid = await openGrid({});
    await settled(() => grid.all('.none').length === 1);
    expect(await violations()).toEqual([]);
  }
  using grid = await openGrid(ROWS);
  grid.room.refusal = { refused: null, code: 4400 };
  await grid.press('a', 'quantity');
  await grid.keys('9{Enter}');
  await settled(() => grid.all('.kept').length === 1);
  expect(await violations()).toEqual([]);
});

test('[GR14] axe finds nothing in the narrow list and its form', async () => {
  using grid = await openGrid(ROWS, { width: 380, height: 800 });
  await settled(() => grid.all('.card').length === 3);
  expect(await violations()).toEqual([]);
  grid.all('.card')[1]?.click();
  await settled(() => grid.all('form').length === 1);
  expect(await violations()).toEqual([]);
});

for (const theme of ['light', 'dark'] as const)
  test(`[GR14] axe finds nothing in the ${theme} tools: groups, find, panels of the view, the palette, followed and replaced`, async () => {
    document.documentElement.dataset.theme = theme;
    using grid = await openGrid(ROWS);
    grid.room.awareness(grid.room.doc.clientID, 1, { user: { id: 'lee', name: 'Lee Ortiz' }, cell: null });
    await settled(() => grid.sheet.people.length === 1);
    grid.sheet.following = 'lee';
    await settled(() => grid.all('.follow').length === 1);
    expect(await violations()).toEqual([]);

    await grid.press('a', 'note');
    await grid.keys('mine{Enter}');
    await settled(() => grid.room.rows.a?.note === 'mine');
    grid.room.write('a', { note: 'theirs' });
    await settled(() => grid.all('.chip').length === 1);
    await grid.keys('{Control>}f{/Control}gallium');
    await settled(() => grid.all('.hit').length > 0);
    expect(await violations()).toEqual([]);

    for (const name of ['View', 'Filter', 'Sort and group', 'Columns']) {
      await page.getByRole('button', { name, exact: true }).click();
      if (name === 'Filter') await page.getByRole('button', { name: 'Add a filter' }).click();
      if (name === 'Sort and group') await userEvent.selectOptions(page.getByLabelText('Group by'), 'Form');
      expect(await violations(), name).toEqual([]);
      await userEvent.keyboard('{Escape}');
      if (name === 'Filter') await page.getByRole('button', { name: 'Show all lines' }).click();
    }
    await grid.keys('{Control>}k{/Control}');
    await settled(() => document.querySelectorAll('.palette-item').length > 5);
    expect(await violations()).toEqual([]);
    await userEvent.keyboard('{Escape}');
    await settled(() => document.querySelectorAll('.palette-box').length === 0);
  });
