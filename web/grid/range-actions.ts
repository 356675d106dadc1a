/** What is done to the selected cells at once: clear, fill, copy, paste. */
import type { Row } from '#domain/sheets.ts';
import { clipText, textAt } from './cell-view.ts';
import { fromHtml, fromTsv, oneLine, PASTE_CHARS_MAX, toHtml, toTsv } from './clipboard.ts';
import { count, enter, fill } from './edits.ts';
import type { GridState } from './grid-state.svelte.ts';

const NOTHING: Row = {};

export function clear(grid: GridState, verb: 'Cleared' | 'Cut'): void {
  const columns = grid.selectedColumns.filter(({ column }) => column !== null);
  const targets = grid.targets(grid.range.top, grid.range.bottom).filter(({ id }) => id !== null);
  grid.act(
    verb,
    fill(
      grid.ground,
      targets.map((target) => ({ target, from: NOTHING, columns })),
    ),
  );
}

/** Ctrl+D: from the first selected line, or from the line above where only one is selected. As stored. */
export function fillDown(grid: GridState): void {
  const { top, bottom } = grid.range;
  const source = top === bottom ? top - 1 : top;
  const from = grid.ids[source];
  if (from === undefined) return;
  const columns = grid.selectedColumns.filter(({ column }) => column !== null);
  const targets = grid.targets(source + 1, bottom);
  grid.act(
    'Filled',
    fill(
      grid.ground,
      targets.map((target) => ({ target, from: grid.rowAt(from), columns })),
    ),
  );
}

/** Ctrl+R: from the first selected column, or from the one on the left. As text, for columns differ in type. */
export function fillRight(grid: GridState): void {
  const { top, bottom, left, right } = grid.range;
  const source = grid.lens.columns[left === right ? left - 1 : left];
  if (!source) return;
  const columns = grid.selectedColumns.filter((column) => column.column !== null && column !== source);
  const targets = grid.targets(top, bottom);
  const texts = targets.map((target) => ({
    target,
    texts: columns.map((column) => [column, textAt(grid.lens, target.row, source)] as const),
  }));
  grid.act('Filled', enter(grid.ground, texts));
}

export function copy(grid: GridState, into: DataTransfer): void {
  const columns = grid.selectedColumns;
  const lines = grid.selectedLines.map((id) => columns.map((column) => clipText(grid.lens, grid.rowAt(id), column)));
  into.setData('text/plain', toTsv(lines));
  into.setData('text/html', toHtml(lines));
  grid.say(`Copied ${count(lines.length * columns.length, 'cell')}`);
}

export function paste(grid: GridState, from: DataTransfer): void {
  const text = from.getData('text/plain');
  if (text.length > PASTE_CHARS_MAX) {
    grid.say('Not pasted: that is more than a sheet holds');
    return;
  }
  const cells = text !== '' ? fromTsv(text) : fromHtml(from.getData('text/html'));
  if (cells.length > 0) pasteCells(grid, cells);
}

/** One value goes into every selected cell; a block goes down and right from the first, past the end into new lines. */
function pasteCells(grid: GridState, cells: readonly (readonly string[])[]): void {
  const { top, bottom, left, right } = grid.range;
  const only = cells.length === 1 && cells[0]?.length === 1 ? cells[0][0] : undefined;
  const height = only === undefined ? cells.length : bottom - top + 1;
  const width = only === undefined ? Math.max(...cells.map((line) => line.length)) : right - left + 1;
  const columns = grid.lens.columns.slice(left, left + width);
  const targets = only === undefined ? grid.targetsFrom(top, height) : grid.targets(top, bottom);
  const texts = targets.map((target, line) => ({
    target,
    texts: columns.flatMap((column, offset) => {
      const text = only ?? cells[line]?.[offset];
      return text === undefined ? [] : [[column, oneLine(text)] as const];
    }),
  }));
  if (grid.act('Pasted', enter(grid.ground, texts)))
    grid.select({ top, bottom: top + targets.length - 1, left, right: left + Math.max(0, columns.length - 1) });
}
