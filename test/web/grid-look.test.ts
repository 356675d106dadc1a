/** What a cell looks like that is not in order: its edge is a picture of the cell's background, which no text of the page says. */
import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { type OpenGrid, openGrid } from './support/sheet-grid.ts';
import { LINE, settled } from './support/sheet-page.ts';

const { quantity: _, ...WITHOUT_QUANTITY } = LINE;
const ROWS = { a: LINE, b: WITHOUT_QUANTITY, c: { ...LINE, grade: 140 } };

/** A token of app.css as the browser computes it within the grid. */
function colour(grid: OpenGrid, token: string): string {
  const probe = document.createElement('i');
  probe.style.color = `var(${token})`;
  grid.host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
const edgeOf = (cell: HTMLElement) => {
  const { backgroundImage, backgroundSize, backgroundRepeat } = getComputedStyle(cell);
  return { backgroundImage, backgroundSize, backgroundRepeat };
};
const edge = (color: string) => ({
  backgroundImage: `linear-gradient(${color}, ${color})`,
  backgroundSize: '3px 100%',
  backgroundRepeat: 'no-repeat',
});

for (const theme of ['light', 'dark'])
  test(`[GR86] in ${theme} a cell that is still needed has an amber edge, a wrong one a red one, the others none`, async () => {
    document.documentElement.dataset.theme = theme;
    try {
      using grid = await openGrid(ROWS);
      await settled(() => grid.text('b', 'quantity') === 'needed');
      expect(edgeOf(grid.cell('b', 'quantity'))).toEqual(edge(colour(grid, '--wait')));
      expect(edgeOf(grid.cell('c', 'grade'))).toEqual(edge(colour(grid, '--bad')));
      expect(edgeOf(grid.cell('a', 'quantity')).backgroundImage).toBe('none');
    } finally {
      delete document.documentElement.dataset.theme;
    }
  });

test('[GR86] the edge stays under the pointer and goes once the cell is filled', async () => {
  using grid = await openGrid(ROWS);
  await settled(() => grid.text('b', 'quantity') === 'needed');
  const cell = grid.cell('b', 'quantity');
  await userEvent.hover(cell);
  await settled(() => getComputedStyle(cell).backgroundColor === colour(grid, '--sunk'));
  expect(edgeOf(cell)).toEqual(edge(colour(grid, '--wait')));
  grid.sheet.act({ said: 'Filled', set: [{ row: 'b', cells: { quantity: 12 } }] });
  await settled(() => grid.text('b', 'quantity') === '12');
  expect(edgeOf(grid.cell('b', 'quantity')).backgroundImage).toBe('none');
});
