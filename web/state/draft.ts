/** Edits that the server did not take, kept as the person had them, to be copied or entered again. */
import { OWNER, POSITION, ROWS_MAX, type Row } from '#domain/sheets.ts';
import type { Refused } from '#protocol/rooms.ts';
import { readNote, writeNote } from './local-copies.ts';

export interface DraftRow {
  row: string;
  /** The whole row as the person saw it. */
  cells: Row;
  /** Columns that this person had changed. */
  touched: readonly string[];
}

export interface SheetDraft {
  why: Refused;
  /** At most ROWS_MAX. */
  rows: readonly DraftRow[];
}

/** Null when nothing was unsaved, or when what was unsaved is the removal of rows: there is nothing to keep of those. */
export function draftOf(
  why: Refused,
  unsaved: ReadonlyMap<string, ReadonlySet<string>>,
  rowNow: (row: string) => Row | undefined,
  earlier: SheetDraft | null,
): SheetDraft | null {
  const kept = new Map((earlier?.rows ?? []).map((row) => [row.row, row]));
  for (const [row, columns] of unsaved) {
    const cells = rowNow(row);
    const touched = [...columns].filter((column) => column !== POSITION && column !== OWNER);
    if (!cells || touched.length === 0) continue;
    const before = kept.get(row)?.touched ?? [];
    kept.set(row, { row, cells, touched: [...new Set([...before, ...touched])] });
  }
  return kept.size === 0 ? null : { why, rows: [...kept.values()].slice(0, ROWS_MAX) };
}

/** What can be entered again: everything touched, except the very cell that was refused. */
export function reentry(draft: SheetDraft): { row: string; cells: Row }[] {
  const { row: refusedRow, column: refusedColumn } = draft.why;
  return draft.rows.flatMap(({ row, cells, touched }) => {
    if (row === refusedRow && refusedColumn === null) return [];
    const columns = touched.filter((column) => !(row === refusedRow && column === refusedColumn));
    if (columns.length === 0) return [];
    return [{ row, cells: Object.fromEntries(columns.map((column) => [column, cells[column] ?? null])) }];
  });
}

/** Keeps a draft for the person it belongs to, past a reload. False where this browser does not keep it. */
export const keepDraft = (sheetId: string, userId: string, draft: SheetDraft | null): boolean =>
  writeNote(userId, sheetId, 'draft', draft && JSON.stringify(draft));

export function keptDraft(sheetId: string, userId: string): SheetDraft | null {
  try {
    return JSON.parse(readNote(userId, sheetId, 'draft') ?? 'null') as SheetDraft | null;
  } catch {
    return null;
  }
}
