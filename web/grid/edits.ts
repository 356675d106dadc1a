/** Turns what a person did in the grid into one action of the sheet. Pure, apart from asking for new row ids. */
import { enterCell } from '#domain/entry.ts';
import { CELL_BYTES_MAX, type Row, type Scalar } from '#domain/sheets.ts';
import type { SheetAction } from '#web/state/sheet.svelte.ts';
import type { Lens } from './cell-view.ts';
import type { GridColumn } from './columns.ts';

export interface Target {
  /** Null: a line that is to be added. */
  id: string | null;
  row: Row;
}

export interface Ground {
  lens: Lens;
  mayEdit: (column: GridColumn, row: Row | null) => boolean;
  /** Why the sheet would refuse these cells; null where it takes them. */
  whyNotKept: (row: Row | null, cells: Row) => string | null;
  newRowId: () => string;
}

export interface Entered {
  action: Omit<SheetAction, 'said'>;
  /** Cells written, and cells left alone because nobody may type there. */
  written: number;
  readOnly: number;
  tooLong: number;
  /** Why cells were left out that the sheet would refuse, once each. */
  refusals: readonly string[];
  added: readonly string[];
  /** What the domain has to say of the last cell: '1.2 t is 1,200 kg'. */
  note: string;
}

const encoder = new TextEncoder();
const fits = (value: Scalar | undefined): boolean =>
  typeof value !== 'string' || value.length * 3 <= CELL_BYTES_MAX || encoder.encode(value).length <= CELL_BYTES_MAX;

/** Texts typed or pasted: one list of [column, text] per target, read in order, each with what the cells before it made of the row. */
export function enter(
  ground: Ground,
  targets: readonly { target: Target; texts: readonly (readonly [GridColumn, string])[] }[],
): Entered {
  const out: Changes = { set: [], rows: [] };
  const tally = { written: 0, readOnly: 0, tooLong: 0, note: '' };
  const refusals = new Set<string>();
  for (const { target, texts } of targets) {
    const changes: Record<string, Scalar> = {};
    for (const [column, text] of texts) {
      if (!ground.mayEdit(column, target.id === null ? null : target.row)) {
        tally.readOnly++;
        continue;
      }
      const entered = enterCell(
        ground.lens.spec,
        column.id,
        text,
        { ...target.row, ...changes },
        ground.lens.catalogue,
      );
      if (Object.values(entered.cells).some((value) => !fits(value))) {
        tally.tooLong++;
        continue;
      }
      const why = ground.whyNotKept(target.id === null ? null : target.row, entered.cells);
      if (why !== null) {
        refusals.add(why);
        continue;
      }
      Object.assign(changes, entered.cells);
      if (entered.said) tally.note = entered.said;
      tally.written++;
    }
    keep(ground, target, changes, out);
  }
  return ending(tally, refusals, out);
}

/** Cells copied within the sheet, as they are stored. */
export function fill(
  ground: Ground,
  targets: readonly { target: Target; from: Row; columns: readonly GridColumn[] }[],
): Entered {
  const out: Changes = { set: [], rows: [] };
  const tally = { written: 0, readOnly: 0, tooLong: 0, note: '' };
  const refusals = new Set<string>();
  for (const { target, from, columns } of targets) {
    const changes: Record<string, Scalar> = {};
    for (const column of columns) {
      const row = target.id === null ? null : target.row;
      if (!ground.mayEdit(column, row)) {
        tally.readOnly++;
        continue;
      }
      const value = from[column.id] ?? null;
      const why = ground.whyNotKept(row, { [column.id]: value });
      if (why === null) {
        changes[column.id] = value;
        tally.written++;
      } else refusals.add(why);
    }
    keep(ground, target, changes, out);
  }
  return ending(tally, refusals, out);
}

interface Changes {
  set: { row: string; cells: Row }[];
  rows: { row: string; cells: Row }[];
}

const ending = (
  tally: Pick<Entered, 'written' | 'readOnly' | 'tooLong' | 'note'>,
  refusals: ReadonlySet<string>,
  { set, rows }: Changes,
): Entered => ({
  ...tally,
  refusals: [...refusals],
  added: rows.map(({ row }) => row),
  action: { set, insert: { rows } },
});

/** Only what differs is written; a new line is added only when something is in it. */
function keep(ground: Ground, target: Target, changes: Record<string, Scalar>, out: Changes): void {
  const differing = Object.entries(changes).filter(([id, value]) => (target.row[id] ?? null) !== value);
  if (target.id !== null && differing.length > 0)
    out.set.push({ row: target.id, cells: Object.fromEntries(differing) });
  if (target.id === null && differing.some(([, value]) => value !== null && value !== ''))
    out.rows.push({ row: ground.newRowId(), cells: { ...target.row, ...changes } });
}

export const count = (number: number, noun: string): string =>
  `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;

/** 'Pasted 12 cells, added 3 lines, 2 read only' */
export function tell(verb: string, entered: Entered): string {
  const parts = [`${verb} ${count(entered.written, 'cell')}`];
  if (entered.added.length > 0) parts.push(`added ${count(entered.added.length, 'line')}`);
  if (entered.readOnly > 0) parts.push(`${entered.readOnly} read only`);
  if (entered.tooLong > 0) parts.push(`${entered.tooLong} too long and left out`);
  if (entered.refusals.length > 0) parts.push(`left out what is refused: ${entered.refusals[0]}`);
  return parts.join(', ');
}
