/** What changed between two readings of a sheet, for those who follow its rows. Used by the room when it begins again from the log. */
import type { Row } from '#domain/sheets.ts';
import type { RowChange } from './open-sheet.ts';

const isSame = (one: Row, other: Row): boolean => {
  const columns = Object.keys(one);
  return columns.length === Object.keys(other).length && columns.every((column) => one[column] === other[column]);
};

export function changesBetween(before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>): RowChange[] {
  const changes: RowChange[] = [];
  for (const [row, is] of after) {
    const was = before.get(row) ?? null;
    if (!was || !isSame(was, is)) changes.push({ row, before: was, after: is });
  }
  for (const [row, was] of before) if (!after.has(row)) changes.push({ row, before: was, after: null });
  return changes;
}
