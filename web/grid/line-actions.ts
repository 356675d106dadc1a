/** What is done to whole lines: insert, duplicate, delete. */
import type { Row } from '#domain/sheets.ts';
import { count } from './edits.ts';
import type { GridState } from './grid-state.svelte.ts';
import { whyNotRemove } from './rights.ts';

export function insertLine(grid: GridState, side: 'above' | 'below'): void {
  const lines = grid.selectedLines;
  const next = side === 'above' ? lines[0] : lines.at(-1);
  if (next === undefined) return;
  const { order } = grid.sheet;
  const after = side === 'above' ? (order[order.indexOf(next) - 1] ?? null) : next;
  const id = grid.sheet.newRowId();
  grid.say(grid.sheet.act({ said: 'Inserted a line', insert: { after, rows: [{ row: id, cells: grid.start }] } }));
  if (grid.rowIndex.has(id)) grid.go({ row: grid.rowIndex.get(id) ?? 0, column: grid.at.column });
}

export function duplicateLines(grid: GridState): void {
  const lines = grid.selectedLines;
  const rows = lines.map((id) => ({ row: grid.sheet.newRowId(), cells: contentOf(grid, id) }));
  const insert = { after: lines.at(-1), rows };
  if (rows.length > 0) grid.say(grid.sheet.act({ said: `Duplicated ${count(rows.length, 'line')}`, insert }));
}

/** The cells that people type, where this person may type them in a new line. */
function contentOf(grid: GridState, id: string): Row {
  const row = grid.rowAt(id);
  const columns = grid.lens.all.filter((column) => grid.whyReadOnly(null, column) === null);
  return Object.fromEntries(columns.map((column) => [column.id, row[column.id]]));
}

export function deleteLines(grid: GridState): void {
  const lines = grid.selectedLines;
  const why = whyNotDelete(grid, lines);
  if (why !== null) {
    grid.say(`Not deleted: ${why}`);
    return;
  }
  const { top } = grid.range;
  const said = grid.sheet.act({ said: `Deleted ${count(lines.length, 'line')}`, remove: lines });
  grid.say(`${said}. Ctrl+Z brings ${lines.length === 1 ? 'it' : 'them'} back`);
  grid.go({ row: top, column: grid.at.column });
}

function whyNotDelete(grid: GridState, lines: readonly string[]): string | null {
  if (lines.length === 0) return 'no line is selected';
  if (!grid.sheet.canEdit) return grid.sheet.whyReadOnly;
  return lines.map((id) => whyNotRemove(grid.sheet, grid.rowAt(id))).find((why) => why !== null) ?? null;
}
