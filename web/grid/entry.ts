/** Editing one cell: how an edit begins, is kept, goes on to the next cell, or is dropped. Used by keys, mouse, editor and form. */
import { enterCell } from '#domain/entry.ts';
import type { Column, Row } from '#domain/sheets.ts';
import { isGroup } from './arrange.ts';
import { cellAt, LEFT_OUT, problemSentence, textAt } from './cell-view.ts';
import type { GridColumn } from './columns.ts';
import { enter } from './edits.ts';
import { type Editing, type GridState, NEW_LINE } from './grid-state.svelte.ts';
import type { Direction } from './keys.ts';
import { type Option, optionsFor } from './options.ts';
import { STEP } from './selection.ts';
import { suggestionsFor } from './suggestions.ts';

/** Begins an edit of the active cell with its text, or with what was typed over it. */
export function edit(grid: GridState, typed: string | null, isOpen: boolean): void {
  if (typed === null ? grid.toggleGroup() : isGroup(grid.active.row)) return;
  const column = grid.columnAt(grid.active.column);
  if (!column) return;
  const why = grid.whyReadOnly(grid.active.row === NEW_LINE ? null : grid.rowAt(grid.active.row), column);
  if (why !== null) {
    grid.say(`Not edited: ${why}`);
    return;
  }
  grid.entryFrom ??= column.id;
  grid.say('');
  grid.editing = {
    ...grid.active,
    text: typed ?? textAt(grid.lens, grid.rowAt(grid.active.row), column),
    isTypedOver: typed !== null,
    isOpen,
  };
}

/** What an editor needs to know when it opens. */
export function opened(grid: GridState): { editing: Editing; column: Column | null; options: Option[] } {
  const editing = grid.editing ?? { ...grid.active, text: '', isTypedOver: false, isOpen: false };
  const column = grid.columnAt(editing.column)?.column ?? null;
  const row = editing.row === NEW_LINE ? grid.start : grid.rowAt(editing.row);
  if (!column) return { editing, column, options: [] };
  const earlier = column.type === 'text' ? othersThan(grid, editing.row) : null;
  return {
    editing,
    column,
    options: earlier ? suggestionsFor(earlier, column.id) : optionsFor(grid.lens, column, row),
  };
}

/** The lines beside this one: what stands in the cell itself is no suggestion for it. */
function* othersThan({ sheet }: GridState, own: string): Iterable<Row> {
  for (const [id, row] of sheet.rows) if (id !== own) yield row;
}

/** What the domain says of a text before it is entered; '' where the cell becomes just what is typed. */
export function whatBecomes(grid: GridState, { row, column }: Editing, text: string): string {
  const { spec, catalogue } = grid.lens;
  return enterCell(spec, column, text, row === NEW_LINE ? grid.start : grid.rowAt(row), catalogue).said ?? '';
}

/** Keeps what was typed and goes on; 'nowhere' leaves the focus where the person took it. */
export function keep(grid: GridState, text: string, then: Direction | 'stay' | 'nowhere'): void {
  const { editing } = grid;
  if (!editing) return;
  const column = grid.columnAt(editing.column);
  const why = column && whyRefused(grid, editing.row, column, text);
  if (why) {
    // The editor stays open with what was typed: it is a draft until it can be kept.
    grid.say(`Not entered: ${why}`);
    return;
  }
  grid.editing = null;
  if (column && (editing.isTypedOver || text !== editing.text)) {
    const row = type(grid, editing.row, column, text);
    // A line that was just added is where the person is now.
    if (row !== null && row !== editing.row && grid.active.row === editing.row) grid.stand({ row, column: column.id });
  }
  if (then === 'stay') grid.focusAsked++;
  else if (then === 'left' || then === 'right') nextInEntry(grid, then === 'left', true);
  else if (then !== 'nowhere') afterEnter(grid, then);
}

/** Why the sheet would refuse this text; null where it takes it. */
function whyRefused(grid: GridState, row: string, { id }: GridColumn, text: string): string | null {
  const target = grid.target(row);
  const { cells } = enterCell(grid.lens.spec, id, text, target.row, grid.lens.catalogue);
  return grid.ground.whyNotKept(target.id === null ? null : target.row, cells);
}

/** Enters one text; answers the id of the row, which is new where a line was added. Null where nothing was entered. */
export function type(grid: GridState, row: string, column: GridColumn, text: string): string | null {
  const entered = enter(grid.ground, [{ target: grid.target(row), texts: [[column, text]] }]);
  const line = grid.lineOf(row);
  const said = entered.added.length > 0 ? 'Added a line' : `Changed ${column.title.toLowerCase()} in line ${line}`;
  if (!grid.act(said, entered, true)) return null;
  const id = entered.added[0] ?? row;
  const problem = cellAt(grid.lens, grid.rowAt(id), column)?.problem;
  const leftOut = LEFT_OUT[grid.lens.spec.kind].toLowerCase();
  grid.say(problem ? `${problemSentence(problem)}. Kept, but ${leftOut}` : entered.note);
  return id;
}

/** Ctrl+Enter: the same text in every selected cell. */
export function keepInRange(grid: GridState, text: string): void {
  if (!grid.editing) return;
  grid.editing = null;
  const texts = grid.selectedColumns.map((column) => [column, text] as const);
  const targets = grid.targets(grid.range.top, grid.range.bottom);
  grid.act(
    'Entered',
    enter(
      grid.ground,
      targets.map((target) => ({ target, texts })),
    ),
  );
  grid.focusAsked++;
}

export function drop(grid: GridState): void {
  grid.editing = null;
  grid.entryFrom = null;
  grid.focusAsked++;
}

function afterEnter(grid: GridState, then: 'up' | 'down'): void {
  const column = grid.entryFrom === null ? undefined : grid.columnIndex.get(grid.entryFrom);
  grid.entryFrom = null;
  grid.go({ row: grid.at.row + STEP[then].row, column: column ?? grid.at.column });
}

/** Tab in entry goes on line by line; false at the end of the sheet, where it leaves the grid, so that nobody is trapped. */
export function nextInEntry(grid: GridState, back: boolean, hasKept = false): boolean {
  const width = grid.lens.columns.length;
  const flat = grid.at.row * width + grid.at.column + (back ? -1 : 1);
  if (flat >= 0 && flat < grid.ids.length * width) {
    grid.go({ row: Math.floor(flat / width), column: flat % width });
    return true;
  }
  grid.entryFrom = null;
  if (hasKept) grid.focusAsked++;
  return hasKept;
}
