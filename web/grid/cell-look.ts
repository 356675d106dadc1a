/** How each cell of a row is drawn: made for a whole row at once, and kept for the cells that look as before, so that only the others are drawn again. */
import type { Mineral } from '#domain/catalogue.ts';
import type { Row } from '#domain/sheets.ts';
import { tileLetters } from '#web/lib/elements.ts';
import { type CellView, type Lens, problemSentence, viewRow } from './cell-view.ts';
import type { GridColumn } from './columns.ts';

export interface CellLook {
  column: GridColumn;
  classes: string;
  /** All that the cell shows, where that is only a text; else '' and `rich` is drawn. */
  text: string;
  rich: RichLook | null;
  isReadOnly: boolean;
  isInvalid: boolean;
  /** Open comment threads. */
  talk: number;
}

export interface RichLook {
  text: string;
  unit: string;
  isMissing: boolean;
  /** Letters of the element's tile; null where the cell has none. */
  tile: { letters: string; isKnown: boolean } | null;
  /** What a screen reader hears of the cell besides its text. */
  about: string;
  /** Stands in the line that is not there yet. */
  invite: string;
}

export interface RowGround {
  lens: Lens;
  row: Row;
  isNew: boolean;
  /** The sheet can be edited at all: only then a cell that cannot be is a special one. */
  canEdit: boolean;
  readOnly: readonly boolean[];
  /** Threads at the shown columns; null where the page has no talk. */
  threads: readonly number[] | null;
}

export const commented = (threads: number): string => (threads === 1 ? '1 open comment' : `${threads} open comments`);

/** `before`: as this row was drawn last. */
export function lookAt(ground: RowGround, before: readonly CellLook[]): readonly CellLook[] {
  const { lens, row, isNew } = ground;
  const cells = isNew ? [] : viewRow(lens, row);
  const mineral = lens.catalogue.minerals.get(String(row.mineral ?? ''));
  return lens.columns.map((column, at) => {
    const look = cellLook(ground, column, at, cells[column.index], mineral);
    const old = before[at];
    return old && isSame(old, look) ? old : look;
  });
}

function cellLook(
  { isNew, canEdit, readOnly, threads }: RowGround,
  column: GridColumn,
  at: number,
  cell: CellView | undefined,
  mineral: Mineral | undefined,
): CellLook {
  const isReadOnly = readOnly[column.index] ?? true;
  const talk = threads?.[at] ?? 0;
  const unit = cell && !column.hasUnitBeside ? cell.unit : '';
  const tile =
    cell && cell.text !== '' && column.column?.type === 'mineral'
      ? { letters: mineral ? tileLetters(mineral) : '?', isKnown: mineral !== undefined }
      : null;
  const invite = isNew && at === 0 ? 'Add a line' : '';
  const about = [cell?.problem ? problemSentence(cell.problem) : '', talk > 0 ? commented(talk) : ''].join(' ').trim();
  const isRich = unit !== '' || tile !== null || invite !== '' || about !== '' || cell?.isMissing === true;
  const text = cell?.text ?? '';
  const isLocked = isReadOnly && canEdit && column.column !== null && !isNew;
  return {
    column,
    classes: classesOf(column, cell, isLocked) + (talk > 0 ? ' talks' : ''),
    text: isRich ? '' : text,
    rich: isRich ? { text, unit, isMissing: cell?.isMissing ?? false, tile, about, invite } : null,
    isReadOnly,
    isInvalid: cell?.problem != null,
    talk,
  };
}

/** A clip is dear: only the few cells get one whose text is likely to be wider than the cell. */
const CHARACTER_PX = 6.2;

function classesOf(column: GridColumn, cell: CellView | undefined, isLocked: boolean): string {
  let classes = 'cell';
  if (column.isNumber) classes += ' number';
  if (column.isFrozen) classes += ' frozen';
  if (column.isUnit) classes += ' isUnit';
  if (column.hasUnitBeside) classes += ' mass';
  if (column.column?.type === 'form' && !cell?.problem) classes += ' name';
  if (column.column === null) classes += ' derived';
  if (isLocked) classes += ' locked';
  if (!cell) return classes;
  if (cell.isMissing) classes += ' missing';
  else if (cell.problem) classes += ' wrong';
  const letters = cell.text.length + (column.hasUnitBeside ? 0 : cell.unit.length);
  if (letters * CHARACTER_PX > column.width - 20) classes += ' long';
  return classes;
}

const isSame = (a: CellLook, b: CellLook): boolean =>
  a.column === b.column &&
  a.classes === b.classes &&
  a.text === b.text &&
  a.isReadOnly === b.isReadOnly &&
  a.isInvalid === b.isInvalid &&
  a.talk === b.talk &&
  isSameRich(a.rich, b.rich);

const isSameRich = (a: RichLook | null, b: RichLook | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.text === b.text &&
    a.unit === b.unit &&
    a.isMissing === b.isMissing &&
    a.about === b.about &&
    a.invite === b.invite &&
    a.tile?.letters === b.tile?.letters &&
    a.tile?.isKnown === b.tile?.isKnown);
