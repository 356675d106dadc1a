/** Workbooks: the writer is fetched when one is first saved. No text of a cell is ever a formula. Used by sheet files and by pages' tables. */
import type { WriteSheet } from 'hucre/xlsx';
import { saveFile, WITHHELD } from '#web/lib/csv.ts';

const HEAD_STYLE = {
  font: { bold: true },
  fill: { type: 'pattern', pattern: 'solid', fgColor: { rgb: 'EEF1F4' } },
} as const;
const EXCEL = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
/** Characters; a column is as wide as its longest cell up to here. */
const WIDTH_MAX = 60;
const WIDTH_MIN = 10;
/** Excel takes no longer name of a sheet. */
const NAME_MAX = 31;

/** A table as pages show it; null is withheld. */
export interface FileTable {
  name: string;
  columns: readonly string[];
  rows: readonly (readonly (string | number | null)[])[];
}

export const headOf = (titles: readonly string[]): WriteSheet['cells'] =>
  new Map(titles.map((value, index) => [`0,${index}`, { value, type: 'string', style: HEAD_STYLE }]));

export async function saveExcel(name: string, sheets: WriteSheet[]): Promise<void> {
  const { writeXlsx } = await import('hucre/xlsx');
  const bytes = await writeXlsx({ sheets });
  saveFile(name, 'xlsx', new Blob([bytes as Uint8Array<ArrayBuffer>], { type: EXCEL }));
}

export const sheetOf = ({ name, columns, rows }: FileTable): WriteSheet => ({
  name: name.replaceAll(/[\\/?*[\]:]/g, ' ').slice(0, NAME_MAX),
  columns: columns.map((title, index) => ({
    width: Math.max(
      WIDTH_MIN,
      Math.min(WIDTH_MAX, ...[Math.max(title.length, ...rows.map((row) => String(row[index] ?? '').length)) + 2]),
    ),
  })),
  rows: [[...columns], ...rows.map((row) => row.map((cell) => cell ?? WITHHELD))],
  cells: headOf(columns),
  freezePane: { rows: 1 },
});

/** One workbook with a sheet for each table. */
export const saveTables = (name: string, tables: readonly FileTable[]): Promise<void> =>
  saveExcel(name, tables.map(sheetOf));
