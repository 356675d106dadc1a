/** Tools of the grid beside the keys: fill handle, widths, frozen and hidden columns, sums, find, a unit typed with a number. */
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { type OpenGrid, openGrid } from './support/sheet-grid.ts';
import { LINE, settled } from './support/sheet-page.ts';

const FOUR = {
  a: LINE,
  b: { ...LINE, quantity: 1250 },
  c: { ...LINE, quantity: 380 },
  d: { mineral: 'gallium', form: 'ga-metal-4n', grade: 99.99, quantity: 2, unit: 't', note: 'spare' },
};

const drag = (from: Element, to: Element, held: PointerEventInit = {}) => {
  const at = (element: Element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return {
      clientX: left + width / 2,
      clientY: top + height / 2,
      button: 0,
      bubbles: true,
      pointerType: 'mouse',
      ...held,
    };
  };
  from.dispatchEvent(new PointerEvent('pointerdown', { ...at(from), cancelable: true }));
  from.dispatchEvent(new PointerEvent('pointermove', at(to)));
  from.dispatchEvent(new PointerEvent('pointerup', at(to)));
};
const handle = async (grid: OpenGrid) => {
  await settled(() => grid.all('.handle').length === 1);
  return grid.one('.handle');
};

test('[GR80] the handle continues 1, 2, 3 down the lines', async () => {
  using grid = await openGrid({ a: { ...LINE, quantity: 1 }, b: { ...LINE, quantity: 2 }, c: LINE, d: LINE });
  await grid.press('a', 'quantity');
  await grid.keys('{Shift>}{ArrowDown}{/Shift}');
  drag(await handle(grid), grid.cell('d', 'quantity'));
  await settled(() => grid.text('d', 'quantity') === '4');
  expect(grid.text('c', 'quantity')).toBe('3');
});

test('[GR16] the handle at the corner of the selection repeats it down where Ctrl is held, and one undo takes it back', async () => {
  using grid = await openGrid(FOUR);
  await grid.press('a', 'quantity');
  await grid.keys('{Shift>}{ArrowDown}{/Shift}');
  drag(await handle(grid), grid.cell('d', 'quantity'), { ctrlKey: true });
  await settled(() => grid.text('d', 'quantity') === '1,250');
  expect(grid.text('c', 'quantity')).toBe('420');
  expect(grid.text('d', 'unit')).toBe('t');
  await settled(() => grid.all('[role=gridcell][aria-selected="true"]').length === 4);
  await grid.keys('{Control>}z{/Control}');
  await settled(() => grid.text('d', 'quantity') === '2');
});

test('[GR16] to the right the handle fills text, and Ctrl+Enter puts the active cell into the whole selection', async () => {
  using grid = await openGrid({ a: { ...LINE, note: 'lot 7' }, b: LINE, c: LINE });
  await grid.press('a', 'note');
  await grid.keys('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  // The active cell is where the selection ends.
  await grid.press('c', 'note');
  await grid.keys('{Shift>}{ArrowUp}{ArrowUp}{/Shift}{Control>}{Enter}{/Control}');
  await settled(() => grid.text('c', 'note') === 'lot 7' && grid.text('b', 'note') === 'lot 7');
  await grid.press('a', 'quantity');
  drag(await handle(grid), grid.cell('a', 'unit'));
  await settled(() => grid.text('a', 'unit') === '420');
});

test('[GR17] a column is made wider by key and by its edge, and the first columns stay in view', async () => {
  using grid = await openGrid(FOUR);
  await grid.press('a', 'quantity');
  const width = () => grid.cell('a', 'quantity').offsetWidth;
  const before = width();
  await grid.keys('{Alt>}{Shift>}{ArrowRight}{/Shift}{/Alt}');
  await settled(() => width() === before + 16);
  expect(grid.said).toBe(`Quantity is ${before + 16} px wide`);
  const edge = [...grid.all('.columnhead')]
    .find((head) => head.textContent?.includes('Quantity'))
    ?.querySelector('.edge');
  const { left, top } = (edge as Element).getBoundingClientRect();
  const at = (x: number) => ({ clientX: x, clientY: top + 4, button: 0, bubbles: true, pointerId: 1 });
  edge?.dispatchEvent(new PointerEvent('pointerdown', { ...at(left), cancelable: true }));
  edge?.dispatchEvent(new PointerEvent('pointermove', at(left + 40)));
  edge?.dispatchEvent(new PointerEvent('pointerup', at(left + 40)));
  await settled(() => width() === before + 56);
  edge?.dispatchEvent(new MouseEvent('dblclick', { bubbles: true }));
  await settled(() => width() === before);

  await page.getByRole('button', { name: /^Columns/ }).click();
  await page.getByLabelText('First columns that stay in view').fill('2');
  await userEvent.keyboard('{Enter}{Escape}');
  await settled(() => getComputedStyle(grid.cell('a', 'form')).position === 'sticky');
  grid.one('[role=grid]').scrollLeft = 400;
  await settled(() => {
    const mineral = grid.cell('a', 'mineral').getBoundingClientRect();
    return Math.abs(grid.cell('a', 'form').getBoundingClientRect().left - mineral.right) < 1;
  });
});

test('[GR18] a column is hidden by key for this person only, its cells stay, and Columns brings it back', async () => {
  using grid = await openGrid(FOUR);
  await grid.press('d', 'note');
  await grid.keys('{Control>}{Alt>}h{/Alt}{/Control}');
  await settled(() => grid.all('[data-column="note"]').length === 0);
  expect(grid.said).toContain('for you only');
  expect(grid.room.rows.d?.note).toBe('spare');
  await grid.keys('{Shift>}{F10}{/Shift}');
  await page.getByRole('menuitem', { name: 'Duplicate line' }).click();
  await settled(() => Object.values(grid.room.rows).filter((row) => row.note === 'spare').length === 2);
  await page.getByRole('button', { name: /^Columns/ }).click();
  await page.getByRole('checkbox', { name: 'Note' }).click();
  await settled(() => grid.all('[data-column="note"]').length > 0);
});

test('[GR18] a number whose unit column is hidden shows its unit', async () => {
  using grid = await openGrid(FOUR);
  await grid.press('a', 'unit');
  await grid.keys('{Control>}{Alt>}h{/Alt}{/Control}');
  await settled(() => grid.text('d', 'quantity') === '2 t');
});

test('[GR19] the status line has count, contained sum and average of the selection, and no sum of different minerals', async () => {
  using grid = await openGrid(
    { ...FOUR, e: { mineral: 'tungsten', form: 'w-apt', quantity: 3, unit: 'mtu' } },
    { pool: null },
  );
  await grid.press('a', 'quantity');
  await grid.keys('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  const sums = () => grid.host.querySelector('.sums')?.textContent ?? '';
  await settled(() => sums() === '3 filled · sum 2,050 kg contained · average 683.3 kg');
  await grid.keys('{Shift>}{ArrowDown}{ArrowDown}{/Shift}');
  await settled(() => sums() === '5 filled · 2 minerals, which have no common sum');
  await grid.press('a', 'note');
  await settled(() => sums() === '');
});

test('[GR20] find counts the cells that hold a text, goes round them by key, and Esc gives the keyboard back', async () => {
  using grid = await openGrid(FOUR);
  await grid.press('a', 'quantity');
  await grid.keys('{Control>}f{/Control}');
  await settled(() => document.activeElement?.getAttribute('aria-label') === 'Find in this sheet');
  await grid.keys('high purity');
  const told = () => grid.host.querySelector('.told')?.textContent ?? '';
  await settled(() => told() === '3 cells');
  await grid.keys('{Enter}');
  await settled(() => told() === '2 of 3');
  expect(grid.all('.hit').length).toBe(3);
  await grid.keys('{Shift>}{Enter}{/Shift}');
  await settled(() => told() === '1 of 3');
  await grid.keys('{Shift>}{Enter}{/Shift}');
  await settled(() => told() === '3 of 3');
  await grid.keys('{Escape}');
  await settled(() => grid.at === 'c/form');
  expect(grid.all('.find')).toHaveLength(0);
});

test('[GR21] a number typed with another unit shows both before it is entered', async () => {
  using grid = await openGrid(FOUR);
  await grid.press('a', 'quantity');
  await grid.keys('1.2 t');
  await settled(() => grid.host.querySelector('.reading')?.textContent === '1.2 t = 1,200 kg');
  await grid.keys('{Enter}');
  await settled(() => grid.text('a', 'quantity') === '1,200');
});
