/** What a live sheet is made of: scalar cells, typed columns, and the problem of a cell that is wrong but kept. */
import type { SheetKind } from './rounds.ts';

/** One cell. At most CELL_BYTES_MAX bytes as UTF-8. */
export type Scalar = string | number | boolean | null;
export type Row = Readonly<Record<string, Scalar | undefined>>;

export const CELL_BYTES_MAX = 2048;
/** Rows of one sheet. 10,000 of 12 cells open with some 5 ms of server CPU, 0.6 MB on the wire and about a second of the browser's. */
export const ROWS_MAX = 10_000;

/** Columns that every sheet has and no person types: order of rows, and the organization that made the row. */
export const POSITION = 'pos';
export const OWNER = 'org';

export type ColumnType =
  | 'mineral'
  | 'form'
  | 'grade' // minimum purity in percent by mass, or nines such as 5N
  | 'quantity' // positive decimal in the row's unit
  | 'unit'
  | 'percent'
  | 'period' // a quarter, a run of quarters or a year
  | 'quarter'
  | 'country'
  | 'countries'
  | 'choice'
  | 'boolean'
  | 'price' // positive decimal in the row's price unit
  | 'priceUnit'
  | 'tiers' // 'from: price' pairs in the row's units
  | 'integer'
  | 'text';

export interface Column {
  id: string;
  title: string;
  type: ColumnType;
  /** CSS pixels. */
  width: number;
  /** For 'choice'. */
  choices?: readonly { value: string; title: string }[];
  /** For 'integer'; a million unless told. */
  max?: number;
  /** A row that has any content needs this cell. */
  required: boolean;
  /** One line for the person at the cell. */
  help: string;
}

export interface SheetSpec {
  kind: SheetKind;
  title: string;
  /** What one row is called: 'demand line', 'offer', 'priority'. */
  rowNoun: string;
  columns: readonly Column[];
}

/** A cell that is wrong: it stays as typed, is marked with this, and its row is left out of the pool. */
export interface CellProblem {
  column: string;
  message: string;
  remedy: string;
}

export type RowReading<T> =
  | { state: 'empty' }
  | { state: 'valid'; value: T }
  | { state: 'invalid'; problems: CellProblem[] };

/** A row without content (only its position and owner) is neither right nor wrong. */
export const isEmptyRow = (row: Row): boolean =>
  Object.entries(row).every(
    ([column, value]) =>
      column === POSITION || column === OWNER || value === null || value === undefined || value === '',
  );
