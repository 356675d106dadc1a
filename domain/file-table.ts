/** A file of lines that is to be put into a sheet: which of its columns is which of the sheet's, and what each line would become. */
import type { Catalogue } from './catalogue.ts';
import { cellProblems, enterCell, SHEETS } from './entry.ts';
import { quarter, showQuarter } from './quarters.ts';
import type { SheetKind } from './rounds.ts';
import type { PoolTerms } from './row-reading.ts';
import {
  type CellProblem,
  type Column,
  type ColumnType,
  isEmptyRow,
  type Row,
  type Scalar,
  type SheetSpec,
} from './sheets.ts';

/** Lines of a file as text, as they stand in it; lines without any text are left out. */
export interface FileTable {
  /** Number of the line or spreadsheet row in the file, from 1. */
  lines: readonly { number: number; texts: readonly string[] }[];
  /** Of the longest line. */
  width: number;
}

/** For each column of the file the id of the sheet's column; null leaves it out. */
export type Mapping = readonly (string | null)[];

export interface FileLine {
  number: number;
  texts: readonly string[];
  cells: Row;
  problems: readonly CellProblem[];
}

/** Other words for columns, as procurement files have them. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  mineral: ['material', 'element', 'metal', 'commodity', 'substance'],
  form: ['product', 'product form', 'description'],
  grade: ['purity', 'min purity', 'minimum purity', 'quality'],
  quantity: ['qty', 'amount', 'volume', 'demand', 'mass'],
  unit: ['uom', 'unit of measure', 'quantity unit'],
  period: ['delivery', 'delivery period', 'quarter', 'year', 'when'],
  destination: ['place', 'site', 'ship to', 'deliver to', 'plant'],
  ceiling: ['max price', 'maximum price', 'price ceiling', 'target price'],
  excluded: ['excluded countries', 'not from country', 'no origin'],
  note: ['notes', 'comment', 'comments', 'remark', 'remarks'],
};

const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const wordsOf = ({ id, title }: Column): string[] => [title, id, ...(SYNONYMS[id] ?? [])].map(plain);

/** By title, id or a usual other word; each column of the sheet once. */
export function suggestMapping(spec: SheetSpec, headings: readonly string[]): Mapping {
  const free = new Set(spec.columns);
  return headings.map((heading) => {
    const wanted = plain(heading);
    const found = wanted === '' ? undefined : [...free].find((column) => wordsOf(column).includes(wanted));
    if (found) free.delete(found);
    return found?.id ?? null;
  });
}

/** Columns that every line needs and no column of the file gives; a sheet about one mineral knows it without. */
export const missingColumns = (spec: SheetSpec, mapping: Mapping, start: Row): readonly Column[] =>
  spec.columns.filter(({ id, required }) => required && !mapping.includes(id) && (start[id] ?? null) === null);

/** What decides how the others are read comes first: a mineral for its forms, a unit for the number before it. */
const FIRST: readonly ColumnType[] = ['mineral', 'form', 'unit', 'priceUnit'];
const rankOf = ({ type }: Column): number => (FIRST.includes(type) ? FIRST.indexOf(type) : FIRST.length);

const DATE = /^(?<year>\d{4})-(?<month>\d\d)-\d\d(?:[T ].*)?$/;

/** Spreadsheets store a delivery as the date it begins. */
function asPeriod(text: string): string {
  const { year, month } = DATE.exec(text)?.groups ?? {};
  return year === undefined || month === undefined
    ? text
    : showQuarter(quarter(Number(year), Math.ceil(Number(month) / 3)));
}

/** Reads lines as if a person had typed them, into rows that begin with `start`. A text that cannot be read stays as it is, with its problem. */
export function readFileLines(
  kind: SheetKind,
  lines: FileTable['lines'],
  mapping: Mapping,
  { catalogue, pool, start }: { catalogue: Catalogue; pool?: PoolTerms; start: Row },
): FileLine[] {
  const spec = SHEETS[kind];
  if (!spec) return [];
  const columns = spec.columns
    .map((column) => ({ column, at: mapping.indexOf(column.id) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => rankOf(a.column) - rankOf(b.column));
  return lines.map(({ number, texts }) => {
    const cells: Record<string, Scalar | undefined> = { ...start };
    for (const { column, at } of columns) {
      const typed = texts[at]?.trim() ?? '';
      if (typed === '') continue;
      const text = column.type === 'period' || column.type === 'quarter' ? asPeriod(typed) : typed;
      Object.assign(cells, enterCell(spec, column.id, text, cells, catalogue).cells);
    }
    const problems = isEmptyRow(cells) ? [] : cellProblems(kind, cells, catalogue, pool);
    return { number, texts, cells, problems };
  });
}

/** The content of a row in its columns, to find lines that the sheet already has. */
export const contentKey = (spec: SheetSpec, row: Row): string =>
  JSON.stringify(spec.columns.map(({ id }) => (row[id] === '' ? null : (row[id] ?? null))));
