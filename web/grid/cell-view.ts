/** What a row looks like in the grid: each cell's text, unit and problem. Everything shown comes from the domain's functions. */
import type { Catalogue } from '#domain/catalogue.ts';
import { cellProblems, containedMass, containedText, type Shown, showCell } from '#domain/entry.ts';
import type { SheetKind } from '#domain/rounds.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import { type CellProblem, OWNER, type Row, type SheetSpec } from '#domain/sheets.ts';
import type { Grams } from '#domain/units.ts';
import { massText } from '#web/lib/format.ts';
import { CONTAINED, type GridColumn, MAKER } from './columns.ts';

/** What a sheet is read through. */
export interface Lens {
  spec: SheetSpec;
  /** Every column; a row's view has a cell for each, at its index. */
  all: readonly GridColumn[];
  /** The columns that are shown. */
  columns: readonly GridColumn[];
  catalogue: Catalogue;
  pool: PoolTerms | null;
  /** Names of the organizations that share the sheet; absent where one owns it, or where lines are nobody's. */
  makers?: ReadonlyMap<string, string> | null;
  /** Rows already read: a row is replaced whole when it changes, so its view is kept with it. */
  read: WeakMap<Row, readonly CellView[]>;
  /** Contained masses already computed, as `read`. */
  masses: WeakMap<Row, Grams | null>;
  /** What is wrong with rows, as `read`: asked of every row of a sheet, while texts are made only of those that are seen. */
  problems: WeakMap<Row, Problems>;
}

/** By column; the first of each. */
export type Problems = ReadonlyMap<string, CellProblem>;

export interface CellView {
  text: string;
  /** Beside the text, in grey. */
  unit: string;
  problem: CellProblem | null;
  /** The problem is only that nothing is there yet. */
  isMissing: boolean;
}

const EMPTY: CellView = { text: '', unit: '', problem: null, isMissing: false };

export function viewRow(lens: Lens, row: Row): readonly CellView[] {
  const known = lens.read.get(row);
  if (known) return known;
  const view = readView(lens, row);
  lens.read.set(row, view);
  return view;
}

const NO_PROBLEMS: Problems = new Map();

export function problemsAt(lens: Lens, row: Row): Problems {
  const known = lens.problems.get(row);
  if (known) return known;
  const found = cellProblems(lens.spec.kind, row, lens.catalogue, lens.pool ?? undefined);
  // Backwards, so that the first of a column stays.
  const problems =
    found.length === 0 ? NO_PROBLEMS : new Map(found.reverse().map((problem) => [problem.column, problem]));
  lens.problems.set(row, problems);
  return problems;
}

/** Grams of contained element in a line; null until the cells that it needs are right. */
export function massAt(lens: Lens, row: Row): Grams | null {
  const known = lens.masses.get(row);
  if (known !== undefined) return known;
  const mass = containedMass(lens.spec.kind, row, lens.catalogue);
  lens.masses.set(row, mass);
  return mass;
}

/** '3.1 t', for sums; a line's own mass is exact beside its quantity. */
export const gramsText = (mass: Grams): string => massText(mass / 1000);

/** The cell of a row at a column that is shown. */
export const cellAt = (lens: Lens, row: Row, column: GridColumn | undefined): CellView | undefined =>
  column && viewRow(lens, row)[column.index];

function readView(lens: Lens, row: Row): CellView[] {
  const problems = problemsAt(lens, row);
  return lens.all.map((column) => {
    const { text, unit = '' } = shownAt(lens, row, column);
    const problem = problems.get(column.id) ?? null;
    if (text === '' && !problem) return EMPTY;
    return { text, unit, problem, isMissing: problem !== null && text === '' };
  });
}

/** The derived column's number and unit are one text in the domain: '18,898.7 kg Y'. */
function shownAt(lens: Lens, row: Row, column: GridColumn): Shown {
  if (column.id === MAKER) return { text: makerOf(lens, row) };
  if (column.id !== CONTAINED) return showCell(lens.spec, column.id, row, lens.catalogue);
  const [text = '', ...unit] = (containedText(lens.spec.kind, row, lens.catalogue) ?? '').split(' ');
  return { text, unit: unit.join(' ') };
}

const makerOf = ({ makers }: Lens, row: Row): string => makers?.get(String(row[OWNER] ?? '')) ?? 'a former member';

/** What a problem means for its row, in words. */
export const LEFT_OUT: Readonly<Record<SheetKind, string>> = {
  demand: 'Left out of the pool',
  offers: 'Left out of the match',
  priorities: 'Not counted',
  notes: 'Not counted',
  targets: 'Not counted',
};

/** Text of one cell as a person edits it. */
export const textAt = (lens: Lens, row: Row, column: GridColumn): string =>
  column.column ? showCell(lens.spec, column.id, row, lens.catalogue).text : '';

/** Text for the clipboard: a number without grouping, so that a spreadsheet takes it as one. */
export function clipText(lens: Lens, row: Row, column: GridColumn): string {
  if (column.id === MAKER) return makerOf(lens, row);
  if (column.id === CONTAINED) return containedText(lens.spec.kind, row, lens.catalogue) ?? '';
  const cell = row[column.id];
  return typeof cell === 'number' ? String(cell) : textAt(lens, row, column);
}

/** One sentence for the status line and for the cell's description. */
export const problemSentence = (problem: CellProblem): string => {
  const text = `${problem.message}; ${problem.remedy}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
};
