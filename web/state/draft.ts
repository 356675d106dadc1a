/** Edits that the server did not take, kept as the person had them, to be copied or entered again. */
import { OWNER, POSITION, ROWS_MAX, type Row } from '#domain/sheets.ts';
import type { Refused } from '#protocol/rooms.ts';

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

/** Drafts of sheets that are not on the screen, for the person they belong to. In memory only: a reload or a sign-out by closing the page forgets them. */
const KEPT_MAX = 20;
const kept = new Map<string, SheetDraft>();
const keyOf = (sheetId: string, userId: string) => `${userId} ${sheetId}`;

export function keepDraft(sheetId: string, userId: string, draft: SheetDraft | null): void {
  const key = keyOf(sheetId, userId);
  kept.delete(key);
  if (draft) kept.set(key, draft);
  for (const oldest of kept.keys()) if (kept.size > KEPT_MAX) kept.delete(oldest);
}

export function takeDraft(sheetId: string, userId: string): SheetDraft | null {
  const key = keyOf(sheetId, userId);
  const draft = kept.get(key) ?? null;
  kept.delete(key);
  return draft;
}
