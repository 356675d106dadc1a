/** Series, keys for whole lines, suggestions from the column, and the cell that others are told of. */
import { expect, test } from 'vitest';
import { commandOf } from '#web/grid/keys.ts';
import { seriesOf } from '#web/grid/series.ts';
import { suggestionsFor } from '#web/grid/suggestions.ts';
import { openGrid } from './support/sheet-grid.ts';
import { LINE, settled } from './support/sheet-page.ts';

test('[GR80] numbers, quarters, years and numbered texts go on; everything else repeats', () => {
  const down = (type: Parameters<typeof seriesOf>[0], values: (string | number | null)[]) =>
    seriesOf(type, values, 3, false);
  expect(down('quantity', [1, 2])).toEqual([3, 4, 5]);
  expect(down('quantity', [0.1, 0.2])).toEqual([0.3, 0.4, 0.5]);
  expect(down('quantity', [5])).toBeNull();
  expect(down('quantity', [1, 2, 4])).toBeNull();
  // Nobody needs less than nothing.
  expect(down('quantity', [1250, 420])).toBeNull();
  expect(down('period', ['2027-Q3'])).toEqual(['2027-Q4', '2028-Q1', '2028-Q2']);
  expect(down('period', ['2027-Q1', '2027-Q3'])).toEqual(['2028-Q1', '2028-Q3', '2029-Q1']);
  expect(down('period', ['2027'])).toEqual(['2028', '2029', '2030']);
  expect(down('period', ['2027-Q1/2027-Q4'])).toBeNull();
  expect(down('text', ['lot 007'])).toEqual(['lot 008', 'lot 009', 'lot 010']);
  expect(down('text', ['lot 1', 'plant 2'])).toBeNull();
  expect(down('mineral', ['gallium'])).toBeNull();
  expect(seriesOf('quarter', ['2027-Q3'], 2, true)).toEqual(['2027-Q2', '2027-Q1']);
  expect(seriesOf('period', ['2100'], 1, false)).toBeNull();
});

test('[GR80] the key continues the series down the selection as one step of undo', async () => {
  using grid = await openGrid({
    a: { ...LINE, period: '2027-Q1', quantity: 10 },
    b: { ...LINE, period: null, quantity: 7 },
    c: { ...LINE, period: null, quantity: 9 },
  });
  await grid.press('a', 'period');
  await grid.keys('{Shift>}{ArrowDown}{ArrowDown}{/Shift}{Control>}{Shift>}d{/Shift}{/Control}');
  await settled(() => grid.room.rows.c?.period === '2027-Q3');
  expect(grid.room.rows.b?.period).toBe('2027-Q2');
  expect(grid.said).toBe('Continued the series in 2 cells');
  await grid.keys('{Control>}z{/Control}');
  await settled(() => grid.room.rows.c?.period == null && grid.room.rows.b?.period == null);
});

test('[GR81] lines are inserted and duplicated by key', async () => {
  const held = { ctrlKey: true, altKey: true, metaKey: false, shiftKey: false, isComposing: false };
  expect(commandOf({ ...held, key: '=' }, false)).toEqual({ do: 'insertBelow' });
  expect(commandOf({ ...held, key: '≠', code: 'Equal', shiftKey: true }, false)).toEqual({ do: 'insertAbove' });
  using grid = await openGrid({ a: { ...LINE, note: 'first' }, b: LINE });
  await grid.press('a', 'note');
  await grid.keys('{Control>}{Alt>}d{/Alt}{/Control}');
  await settled(() => Object.values(grid.room.rows).filter((row) => row.note === 'first').length === 2);
  await grid.keys('{Control>}{Alt>}={/Alt}{/Control}');
  await settled(() => Object.keys(grid.room.rows).length === 4);
});

test('[GR82] a text column offers what was entered in it before, and takes anything else', async () => {
  const texts = ['Mesa plant', 'Mesa plant', 'Reno plant', '', 'x'.repeat(90)];
  expect(
    suggestionsFor(
      texts.map((note) => ({ note })),
      'note',
    ).map(({ value }) => value),
  ).toEqual(['Mesa plant', 'Reno plant']);
  using grid = await openGrid({ a: { ...LINE, note: 'Mesa plant' }, b: { ...LINE, note: 'Reno plant' }, c: LINE });
  await grid.press('c', 'note');
  await grid.keys('re');
  await settled(() => grid.all('[role=option]').length === 1);
  await grid.keys('{ArrowDown}{Enter}');
  await settled(() => grid.room.rows.c?.note === 'Reno plant');
  await grid.press('c', 'note');
  await grid.keys('me too{Enter}');
  await settled(() => grid.room.rows.c?.note === 'me too');
});

test('[HY18] whoever looks beside the grid is told of each cell that one stands on', async () => {
  const stood: string[] = [];
  using grid = await openGrid(
    { a: LINE, b: LINE },
    { around: { onStand: (row, column) => stood.push(`${row}/${column}`) } },
  );
  await grid.press('a', 'quantity');
  await grid.keys('{ArrowDown}');
  await settled(() => stood.at(-1) === 'b/quantity');
  expect(stood).toContain('a/quantity');
});

test('[GR84] on paper stands every line that the view shows, with wrapped cells and without empty columns', async () => {
  const rows = Object.fromEntries(
    Array.from({ length: 120 }, (_, line) => [`r${String(line).padStart(3, '0')}`, { ...LINE, quantity: line + 1 }]),
  );
  using grid = await openGrid({ ...rows, wrong: { ...LINE, quantity: 'many' } });
  window.dispatchEvent(new Event('beforeprint'));
  const table = grid.one('.paper table');
  expect(table.querySelectorAll('tbody tr')).toHaveLength(121);
  const titles = [...table.querySelectorAll('thead th')].map((title) => title.textContent?.trim());
  expect(titles.slice(0, 5)).toEqual(['Line', 'Mineral', 'Form', 'Grade', 'Quantity']);
  expect(titles).not.toContain('Note');
  expect(grid.one('.paper p').textContent).toContain('Left out of the pool');
  window.dispatchEvent(new Event('afterprint'));
  await settled(() => grid.all('.paper').length === 0);
});
