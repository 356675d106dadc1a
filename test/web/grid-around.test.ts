import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { openGrid } from './support/sheet-grid.ts';
import { LINE, settled } from './support/sheet-page.ts';

const TWO = { a: LINE, b: { ...LINE, quantity: 1250 } };

test('[GR15] Ctrl+Alt+M and the menu open the talk of the selected cell, the menu its history', async () => {
  const asked: string[] = [];
  using grid = await openGrid(TWO, {
    around: {
      onConversation: (row, column) => asked.push(`talk ${row}/${column}`),
      onHistory: (row, column) => asked.push(`history ${row}/${column}`),
    },
  });
  await grid.press('b', 'quantity');
  await grid.keys('{Control>}{Alt>}m{/Alt}{/Control}');
  await grid.keys('{Shift>}{F10}{/Shift}');
  await page.getByRole('menuitem', { name: 'Comment' }).click();
  await grid.keys('{Shift>}{F10}{/Shift}');
  await page.getByRole('menuitem', { name: 'History of this cell' }).click();
  expect(asked).toEqual(['talk b/quantity', 'talk b/quantity', 'history b/quantity']);
});

test('[GR15] a selected line is asked about as a line, and who may not edit may still ask', async () => {
  const asked: string[] = [];
  using grid = await openGrid(TWO, {
    sheet: { access: 'read' },
    around: { onConversation: (row, column) => asked.push(`${row}/${column}`) },
  });
  await grid.press('a', 'grade');
  await grid.keys('{Shift>} {/Shift}{Shift>}{F10}{/Shift}');
  await settled(() => grid.all('[role=menuitem]').length === 2);
  await page.getByRole('menuitem', { name: 'Comment on this line' }).click();
  expect(asked).toEqual(['a/']);
});

test('[GR15] a cell with open comments has a mark that screen readers hear', async () => {
  using grid = await openGrid(TWO, {
    around: {
      marks: (row, column) => (row === 'a' && column === 'quantity' ? 2 : row === 'b' && column === '' ? 1 : 0),
    },
  });
  const cell = grid.cell('a', 'quantity');
  const about = document.getElementById(cell.getAttribute('aria-describedby') ?? '');
  expect(about?.textContent?.trim()).toBe('2 open comments');
  expect(grid.all('.cell .talk')).toHaveLength(1);
  expect(grid.one('[data-head="b"]').textContent).toContain('1 open comment');
});
