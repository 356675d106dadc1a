/** What can be done to a column: by right click on its title, and by name in the palette. All of it changes only how this person looks at the sheet. */

import type { GridColumn } from './columns.ts';
import { hideColumn } from './commands.ts';
import type { GridState } from './grid-state.svelte.ts';
import type { MenuItem } from './PopMenu.svelte';

export function columnItems(grid: GridState, column: GridColumn): MenuItem[] {
  const { view } = grid;
  const { sort, group } = view.body;
  const isSorted = (down: boolean) => sort.length === 1 && sort[0]?.column === column.id && sort[0].down === down;
  const at = grid.lens.columns.findIndex(({ id }) => id === column.id);
  const frozenTo = grid.lens.columns.filter(({ isFrozen }) => isFrozen).length;
  const [up, down] = column.isNumber ? ['smallest first', 'largest first'] : ['A to Z', 'Z to A'];
  return [
    { title: `Sort ${up}`, isOff: isSorted(false), run: () => view.sortBy(column.id, false) },
    { title: `Sort ${down}`, isOff: isSorted(true), run: () => view.sortBy(column.id, true) },
    ...(sort.length > 0 ? [{ title: 'No sort', run: () => view.sortBy(column.id, null) }] : []),
    group === column.id
      ? { title: 'No groups', run: () => view.groupBy(null) }
      : { title: `Group by ${column.title.toLowerCase()}`, run: () => view.groupBy(column.id) },
    {
      title: 'Hide',
      keys: 'Ctrl+Alt+H',
      isApart: true,
      isOff: grid.lens.columns.length === 1,
      run: () => hideColumn(grid, column.id),
    },
    at + 1 === frozenTo && frozenTo > 1
      ? { title: 'Keep only the first column in view', run: () => view.freeze(1) }
      : { title: 'Keep the columns up to here in view', isOff: at > 3, run: () => view.freeze(at + 1) },
    {
      title: 'Width of the sheet',
      isOff: view.widths[column.id] === undefined,
      run: () => view.widen(column.id, null),
    },
  ];
}
