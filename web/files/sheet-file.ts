/**
 * Files that a sheet goes out as: what the view shows as CSV or Excel, lines of a file that could not be read, and a template to fill offline.
 * No text of a cell is ever a formula.
 */
import type { DataValidation } from 'hucre/xlsx';
import type { FileLine } from '#domain/file-table.ts';
import type { Row } from '#domain/sheets.ts';
import { type Column, ROWS_MAX, type SheetSpec } from '#domain/sheets.ts';
import { clipText, type Lens, problemSentence } from '#web/grid/cell-view.ts';
import { CONTAINED, type GridColumn } from '#web/grid/columns.ts';
import { optionsFor } from '#web/grid/options.ts';
import { csvOf, saveCsv } from '#web/lib/csv.ts';
import { headOf, saveExcel } from './excel.ts';

/** Lines and columns as they stand in a view. */
export interface ShownTable {
  lens: Lens;
  columns: readonly GridColumn[];
  rows: readonly Row[];
}

type Cell = string | number;

const titleOf = ({ title, id }: GridColumn): string => (id === CONTAINED ? 'Contained kg' : title);

/** A number where the cell is one, so that a spreadsheet can add it up; the derived mass in kilograms. */
function cellOf(lens: Lens, row: Row, column: GridColumn): Cell {
  const text = clipText(lens, row, column);
  if (column.id !== CONTAINED)
    return typeof row[column.id] === 'number' && column.isNumber ? Number(row[column.id]) : text;
  const kilograms = text.split(' ')[0]?.replaceAll(',', '') ?? '';
  return kilograms === '' ? '' : Number(kilograms);
}

const cellsOf = ({ lens, columns, rows }: ShownTable): Cell[][] =>
  rows.map((row) => columns.map((column) => cellOf(lens, row, column)));

export const saveViewAsCsv = (name: string, table: ShownTable): void =>
  saveCsv(name, csvOf(table.columns.map(titleOf), cellsOf(table)));

/** CSS pixels to characters of Excel's default font. */
const PIXELS_PER_CHARACTER = 7.5;

const widthsOf = (columns: readonly { width: number }[]) =>
  columns.map(({ width }) => ({ width: Math.round(width / PIXELS_PER_CHARACTER) }));

export const saveViewAsExcel = (name: string, table: ShownTable): Promise<void> => {
  const titles = table.columns.map(titleOf);
  return saveExcel(name, [
    {
      name: table.lens.spec.title,
      columns: widthsOf(table.columns),
      rows: [titles, ...cellsOf(table)],
      cells: headOf(titles),
      freezePane: { rows: 1 },
    },
  ]);
};

/** Lines as they stand in the file, with what is wrong in each, to be corrected and imported again. */
export function saveWrongLines(
  name: string,
  spec: SheetSpec,
  headings: readonly string[],
  lines: readonly FileLine[],
): void {
  const title = (id: string) => spec.columns.find((column) => column.id === id)?.title ?? id;
  const sentences = ({ problems }: FileLine) =>
    problems.map((problem) => `${title(problem.column)}: ${problemSentence(problem)}`).join(' | ');
  saveCsv(
    name,
    csvOf(
      [...headings, 'Line in the file', 'What is wrong'],
      lines.map((line) => [...headings.map((_, index) => line.texts[index] ?? ''), line.number, sentences(line)]),
    ),
  );
}

/** Lists that Excel offers at a cell. One that depends on another cell offers everything. */
const LISTED: readonly Column['type'][] = ['mineral', 'form', 'unit', 'priceUnit', 'country', 'choice', 'boolean'];
const TEMPLATE_ROWS = Math.min(2_000, ROWS_MAX);

/** An empty workbook with the sheet's columns, what belongs into each, and lists to choose from. */
export async function saveTemplate(name: string, lens: Lens): Promise<void> {
  const { columns, title } = lens.spec;
  const lists = columns.map((column) =>
    LISTED.includes(column.type)
      ? optionsFor(lens, column, {}).map((option) =>
          column.type === 'unit' || column.type === 'priceUnit' ? option.value : option.title,
        )
      : [],
  );
  const tallest = Math.max(...lists.map((list) => list.length));
  const { colToLetter } = await import('hucre/xlsx');
  const validations = columns.flatMap((column, index): DataValidation[] => {
    const letter = colToLetter(index);
    const range = `${letter}2:${letter}${TEMPLATE_ROWS + 1}`;
    const prompt = {
      showInputMessage: true,
      inputTitle: column.title,
      inputMessage: `${column.help}${column.required ? ' Needed.' : ''}`,
    };
    const { length } = lists[index] ?? [];
    if (length === 0)
      return [
        { type: 'textLength', operator: 'lessThanOrEqual', formula1: '1000', range, allowBlank: true, ...prompt },
      ];
    return [
      {
        type: 'list',
        formula1: `Lists!$${letter}$2:$${letter}$${length + 1}`,
        range,
        allowBlank: true,
        showErrorMessage: true,
        errorStyle: 'warning',
        errorTitle: column.title,
        errorMessage: 'This is not in the list. The workspace may still understand it.',
        ...prompt,
      },
    ];
  });
  const titles = columns.map((column) => column.title);
  await saveExcel(name, [
    {
      name: title,
      columns: widthsOf(columns),
      rows: [titles],
      cells: headOf(titles),
      freezePane: { rows: 1 },
      dataValidations: validations,
    },
    {
      name: 'Lists',
      hidden: true,
      rows: [titles, ...Array.from({ length: tallest }, (_, row) => lists.map((list) => list[row] ?? null))],
    },
  ]);
}
