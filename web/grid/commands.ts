/** Does what a key means. The conductor of the keyboard: each command is one line that names where to look next. */
import { edit, nextInEntry } from './entry.ts';
import { fillRange, fillSeries } from './fill-actions.ts';
import { type GridState, NEW_LINE } from './grid-state.svelte.ts';
import type { Command } from './keys.ts';
import { deleteLines, duplicateLines, insertLine } from './line-actions.ts';
import { clear, fillDown, fillRight } from './range-actions.ts';
import { STEP } from './selection.ts';

type Move = Extract<Command, { extend: boolean }>;
const isMove = (command: Command): command is Move => 'extend' in command;

/** False where the key should keep its meaning for the browser. */
export function run(grid: GridState, command: Command): boolean {
  if (command.do === 'nextInEntry') return nextInEntry(grid, command.back);
  if (command.do !== 'edit') grid.entryFrom = null;
  if (isMove(command)) {
    grid.go(placeAfter(grid, command), command.extend);
    return true;
  }
  switch (command.do) {
    case 'edit':
      edit(grid, command.typed, command.open);
      return true;
    case 'selectAll':
      grid.select({ top: 0, bottom: lastRow(grid), left: 0, right: lastColumn(grid) });
      return true;
    case 'selectColumn':
      grid.select({ ...grid.range, top: 0, bottom: lastRow(grid) });
      return true;
    case 'selectRow':
      grid.isLines = true;
      return true;
    case 'leave':
      grid.stand(grid.active);
      return true;
    case 'clear':
      clear(grid, 'Cleared');
      return true;
    case 'fillDown':
      fillDown(grid);
      return true;
    case 'fillSeries':
      fillSeries(grid);
      return true;
    case 'insertAbove':
    case 'insertBelow':
      insertLine(grid, command.do === 'insertAbove' ? 'above' : 'below');
      return true;
    case 'duplicate':
      duplicateLines(grid);
      return true;
    case 'fillRange':
      fillRange(grid);
      return true;
    case 'find':
      grid.find.open();
      return true;
    case 'findNext':
      if (!grid.find.isOpen) return false;
      grid.find.go(command.back ? -1 : 1);
      return true;
    case 'widen':
      widen(grid, command.by);
      return true;
    case 'hideColumn':
      hideColumn(grid);
      return true;
    case 'fillRight':
      fillRight(grid);
      return true;
    case 'undo':
      grid.undo();
      return true;
    case 'redo':
      grid.redo();
      return true;
    case 'comment':
      return openConversation(grid);
    case 'deleteRows':
      deleteLines(grid);
      return true;
    default:
      return false;
  }
}

export function widen(grid: GridState, by: number): void {
  const column = grid.columnAt(grid.active.column);
  if (!column) return;
  grid.view.widen(column.id, column.width + by);
  grid.say(`${column.title} is ${grid.columnAt(column.id)?.width} px wide`);
  grid.revealAsked++;
}

export function hideColumn(grid: GridState, id = grid.active.column): void {
  const column = grid.columnAt(id);
  if (!column || grid.lens.columns.length === 1) return;
  const next = grid.lens.columns[grid.at.column + 1] ?? grid.lens.columns[grid.at.column - 1];
  if (id === grid.active.column && next) grid.stand({ row: grid.active.row, column: next.id });
  grid.view.hide(column.id);
  grid.say(`${column.title} is hidden, for you only. Columns brings it back`);
  grid.focusAsked++;
}

function openConversation(grid: GridState): boolean {
  const { asked, around } = grid;
  if (!asked || !around.onConversation) return false;
  around.onConversation(asked.row, asked.column);
  return true;
}

function placeAfter(grid: GridState, move: Move) {
  const { at } = grid;
  switch (move.do) {
    case 'step':
      return { row: at.row + STEP[move.to].row, column: at.column + STEP[move.to].column };
    case 'edge':
      return grid.edge(move.to);
    case 'page':
      return { ...at, row: at.row + STEP[move.to].row * grid.pageRows };
    case 'rowStart':
      return { ...at, column: 0 };
    case 'rowEnd':
      return { ...at, column: lastColumn(grid) };
    case 'sheetStart':
      return { row: 0, column: 0 };
    case 'sheetEnd':
      return { row: lastRow(grid), column: lastColumn(grid) };
  }
}

const lastRow = (grid: GridState): number =>
  Math.max(
    0,
    grid.ids.findLastIndex((id) => id !== NEW_LINE),
  );
const lastColumn = (grid: GridState): number => grid.lens.columns.length - 1;
