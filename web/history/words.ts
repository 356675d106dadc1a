/** Cells of earlier states as people read them. Used by the parts of the history panel. */
import type { Catalogue } from '#domain/catalogue.ts';
import { showCell } from '#domain/entry.ts';
import { OWNER, POSITION, type Row, type Scalar, type SheetSpec } from '#domain/sheets.ts';

/** What a row may hold besides the columns that people see. */
const HIDDEN: readonly string[] = [OWNER, POSITION];

export const isShown = (column: string): boolean => !HIDDEN.includes(column);

/** Title of a column; its id where the sheet has it no more. */
export const titleOf = (spec: SheetSpec, column: string): string =>
  spec.columns.find(({ id }) => id === column)?.title ?? column;

/** The text of a cell with its unit; 'empty' where there is nothing. `row` is what stands beside it, for forms and units. */
export function valueText(spec: SheetSpec, catalogue: Catalogue, column: string, value: Scalar, row: Row = {}): string {
  if (value === null || value === '') return 'empty';
  const { text, unit } = showCell(spec, column, { ...row, [column]: value }, catalogue);
  return unit ? `${text} ${unit}` : text;
}

/** The first cells of a line, to know it by. */
export function rowText(spec: SheetSpec, catalogue: Catalogue, row: Row): string {
  const texts = spec.columns.flatMap(({ id }) => {
    const value = row[id];
    return value === undefined || value === null || value === '' ? [] : valueText(spec, catalogue, id, value, row);
  });
  return texts.slice(0, 4).join(' · ') || 'an empty line';
}
