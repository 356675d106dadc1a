/**
 * Shape of a sheet's Yjs document: rows: Y.Map<rowId, Y.Map<column, Scalar>>. No other root, no nested types.
 * Row order is a fractional index in the column `pos`. Used by browser, server and seeds.
 */

import * as Y from 'yjs';
import { OWNER, POSITION, type Row, type Scalar } from '#domain/sheets.ts';

export const ROWS = 'rows';
export type YRow = Y.Map<Scalar>;
export type YRows = Y.Map<YRow>;

export const rowsOf = (doc: Y.Doc): YRows => doc.getMap<YRow>(ROWS);

export const readRow = (row: YRow): Row => row.toJSON() as Row;

export function readRows(doc: Y.Doc): Map<string, Row> {
  const out = new Map<string, Row>();
  for (const [id, row] of rowsOf(doc)) if (row instanceof Y.Map) out.set(id, readRow(row));
  return out;
}

/** Behind all places: rows that have none. */
const LAST = '\uffff';

/** Rows in the order people see them; equal positions fall back to the row id so that everybody sees the same order. */
export function orderedRowIds(rows: ReadonlyMap<string, Row>): string[] {
  const key = (id: string) => String(rows.get(id)?.[POSITION] || LAST);
  return [...rows.keys()].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a < b ? -1 : 1));
}

/** A new row with its owner and place. The caller wraps it in a transaction and chooses an id that nobody has used. */
export function insertRow(doc: Y.Doc, id: string, owner: string, position: string, cells: Row): void {
  const row = new Y.Map<Scalar>();
  row.set(OWNER, owner);
  row.set(POSITION, position);
  for (const [column, value] of Object.entries(cells))
    if (value !== undefined && value !== null) row.set(column, value);
  rowsOf(doc).set(id, row);
}
