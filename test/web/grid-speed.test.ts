/** What the grid does not do: draw again what looks as before, or anything at all for what nobody sees. */
import { expect, test } from 'vitest';
import type { Row } from '#domain/sheets.ts';
import { openGrid } from './support/sheet-grid.ts';
import { settled } from './support/sheet-page.ts';

const LINE: Row = {
  ...{ mineral: 'gallium', form: 'ga-metal-6n', grade: 99.9999, quantity: 420, unit: 'kg' },
  ...{ period: '2027-Q3', commitment: 'firm', qualification: 'open', recycled: 'yes', destination: 'Dayton' },
};
const lines = (count: number): Record<string, Row> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`r${index}`, LINE]));

test("[GR60] a colleague's change draws the changed cell again and no other", async () => {
  using grid = await openGrid(lines(4));
  const touched = new Set<string>();
  const watch = new MutationObserver((changes) => {
    for (const { target } of changes) {
      const cell = (target instanceof Element ? target : target.parentElement)?.closest<HTMLElement>('[data-column]');
      touched.add(`${cell?.dataset.row}/${cell?.dataset.column}`);
    }
  });
  for (const cell of grid.all('[role=gridcell]'))
    watch.observe(cell, { attributes: true, childList: true, characterData: true, subtree: true });
  grid.room.write('r2', { destination: 'Mesa' });
  await settled(() => grid.text('r2', 'destination') === 'Mesa');
  expect([...touched]).toEqual(['r2/destination']);
});

test('[GR61] only lines in view are tinted, and a cell that changes again keeps the tint it has', async () => {
  using grid = await openGrid(lines(200));
  grid.room.write('r150', { destination: 'Mesa' });
  await settled(() => grid.sheet.rows.get('r150')?.destination === 'Mesa');
  expect(grid.all('.tints')).toHaveLength(0);
  grid.room.write('r1', { destination: 'Mesa' });
  await settled(() => grid.all('.tints > i').length === 1);
  const [tint] = grid.all('.tints');
  grid.room.write('r1', { destination: 'Ashland' });
  await settled(() => grid.text('r1', 'destination') === 'Ashland');
  expect(grid.all('.tints').filter((each) => each !== tint)).toHaveLength(0);
});

test('[GR62] the count of cells that need attention follows single lines without reading the others again', async () => {
  using grid = await openGrid({ ...lines(30), bad: { ...LINE, quantity: 'many' } });
  const count = () => grid.all('.attention')[0]?.textContent?.trim() ?? '';
  await settled(() => count() === '1 cell needs attention');
  grid.room.write('r3', { quantity: 'some' });
  await settled(() => count() === '2 cells need attention');
  grid.room.remove('bad');
  await settled(() => count() === '1 cell needs attention');
  grid.room.write('r3', { quantity: 5 });
  await settled(() => count() === '');
});

test("[GR63] a colleague's cursor keeps its element while it moves, and glides only among few", async () => {
  using grid = await openGrid(lines(8));
  const show = (peer: number, at: number, column: string) =>
    grid.room.awareness(100 + peer, at, {
      user: { id: `p${peer}`, name: `Peer ${peer}` },
      cell: { row: `r${peer % 8}`, column },
      typing: false,
    });
  show(0, 1, 'quantity');
  await settled(() => grid.all('.peer').length === 1);
  const element = grid.one('.peer');
  show(0, 2, 'mineral');
  await settled(() => grid.one('.peer') !== element);
  show(0, 3, 'destination');
  await settled(() => grid.one('.peer') === element);
  expect(getComputedStyle(element).transitionProperty).toBe('translate');
  for (let peer = 1; peer < 8; peer++) show(peer, 1, 'unit');
  await settled(() => grid.all('.peer').length === 8);
  expect(getComputedStyle(element).transitionProperty).toBe('none');
});
