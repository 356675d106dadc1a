/** What the palette offers of the sheet itself, with the keys that do the same. */
import { session } from '#web/state/session.svelte.ts';
import { tourFor } from '#web/tours/tour-for.ts';
import { tours } from '#web/tours/tours.svelte.ts';
import { fillRange, fillSeries } from './fill-actions.ts';
import type { GridState } from './grid-state.svelte.ts';
import { deleteLines, duplicateLines, insertLine } from './line-actions.ts';
import { copyLink } from './links.ts';
import { clear, fillDown, fillRight } from './range-actions.ts';

export interface Deed {
  title: string;
  keys?: string | undefined;
  run: () => void;
}

export function deeds(grid: GridState, onhelp: () => void): Deed[] {
  const { asked, around, view } = grid;
  const isLine = asked !== null;
  const edits: (Deed | false)[] = grid.sheet.canEdit
    ? [
        isLine && { title: 'Insert a line below', keys: 'Ctrl+Alt+=', run: () => insertLine(grid, 'below') },
        isLine && { title: 'Insert a line above', keys: 'Ctrl+Alt+Shift+=', run: () => insertLine(grid, 'above') },
        isLine && { title: 'Duplicate the selected lines', keys: 'Ctrl+Alt+D', run: () => duplicateLines(grid) },
        isLine && { title: 'Delete the selected lines', keys: 'Ctrl+Alt+−', run: () => deleteLines(grid) },
        { title: 'Fill down', keys: 'Ctrl+D', run: () => fillDown(grid) },
        { title: 'Continue the series down the selection', keys: 'Ctrl+Shift+D', run: () => fillSeries(grid) },
        { title: 'Fill right', keys: 'Ctrl+R', run: () => fillRight(grid) },
        { title: 'Fill the selection with the active cell', keys: 'Ctrl+Enter', run: () => fillRange(grid) },
        { title: 'Clear the selected cells', keys: 'Delete', run: () => clear(grid, 'Cleared') },
        grid.sheet.canUndo && { title: 'Undo what you did', keys: 'Ctrl+Z', run: () => grid.undo() },
        grid.sheet.canRedo && { title: 'Redo', keys: 'Ctrl+Y', run: () => grid.redo() },
      ]
    : [];
  const { onConversation, onHistory } = around;
  const tour = session.isDemo ? tourFor((right) => session.may(right)) : null;
  const all: (Deed | false | undefined)[] = [
    { title: 'Find in the sheet', keys: 'Ctrl+F', run: () => setTimeout(() => grid.find.open()) },
    { title: 'Next cell that needs attention', run: () => grid.goToNextProblem() },
    {
      title: 'Show only lines that need attention',
      run: () => view.setFilter([{ column: '', test: 'wrong', text: '' }]),
    },
    ...edits,
    onConversation &&
      asked !== null && {
        title: 'Comment on this cell',
        keys: 'Ctrl+Alt+M',
        run: () => onConversation(asked.row, asked.column),
      },
    onHistory && asked !== null && { title: 'History of this cell', run: () => onHistory(asked.row, asked.column) },
    { title: 'Copy a link to here', keys: 'Ctrl+Alt+L', run: () => void copyLink(grid) },
    view.body.hidden.length > 0 && { title: 'Show all columns', run: () => view.showAll() },
    !view.isPlain && { title: 'Undo sort, filter, groups and hidden columns', run: () => view.open(null) },
    { title: 'Keys', keys: '?', run: onhelp },
    tour !== null &&
      session.person !== null && {
        title: 'Guided path of your role',
        run: () => tours.startSoon(tour, session.person?.userId ?? ''),
      },
  ];
  return all.filter((deed): deed is Deed => typeof deed === 'object');
}

/** Sort and group by any column, for who types its name. */
export const orderDeeds = ({ lens, view }: GridState): Deed[] =>
  lens.all.flatMap(({ id, title, isUnit }) =>
    isUnit
      ? []
      : [
          { title: `Sort by ${title.toLowerCase()}`, run: () => view.sortBy(id, false) },
          { title: `Sort by ${title.toLowerCase()}, turned round`, run: () => view.sortBy(id, true) },
          { title: `Group all by ${title.toLowerCase()}`, run: () => view.groupBy(id) },
        ],
  );
