/** What an update changed, cell by cell: looked at before and after it is applied. Used by the tick for the readable history. */
import type { RowBefore, Touch } from '#domain/admission.ts';
import type { Scalar } from '#domain/sheets.ts';
import { readRow, type YRows } from '#protocol/sheet-doc.ts';
import type { CellStep } from './update-log.ts';

type Cells = Map<string, Scalar | undefined>;

/** Rows that the touches concern: their columns, or null for the whole row. */
function targetsOf(touches: readonly Touch[]): Map<string, Set<string> | null> {
  const targets = new Map<string, Set<string> | null>();
  for (const touch of touches) {
    if (touch.act === 'stray') continue;
    const known = targets.get(touch.row);
    if (touch.act === 'create' || touch.act === 'remove') targets.set(touch.row, null);
    else if (known === undefined) targets.set(touch.row, new Set([touch.column]));
    else known?.add(touch.column);
  }
  return targets;
}

function look(rows: YRows, id: string, columns: Set<string> | null): Cells {
  const row = rows.get(id);
  if (!row) return new Map();
  if (columns === null) return new Map(Object.entries(readRow(row)));
  return new Map([...columns].map((column) => [column, row.get(column)]));
}

/** Call before the update is applied; call the answer after it. Only cells that did change are in it. */
export function watchCells(
  rows: YRows,
  touches: readonly Touch[],
): { rows: Iterable<string>; steps: () => CellStep[] } {
  const [only] = touches;
  if (touches.length === 1 && (only?.act === 'write' || only?.act === 'erase')) return watchCell(rows, only);
  const targets = targetsOf(touches);
  const before = new Map([...targets].map(([id, columns]) => [id, look(rows, id, columns)]));
  const steps = () => {
    const out: CellStep[] = [];
    for (const [row, columns] of targets) {
      const was = before.get(row) ?? new Map();
      const is = look(rows, row, columns);
      for (const column of new Set([...was.keys(), ...is.keys()]))
        if (was.get(column) !== is.get(column))
          out.push({ row, column, before: was.get(column), after: is.get(column) });
    }
    return out;
  };
  return { rows: targets.keys(), steps };
}

/** The same for one cell, which is most of what people do. */
function watchCell(rows: YRows, { row, column, before: read }: { row: string; column: string; before: RowBefore }) {
  const before = read(column);
  const steps = () => {
    const after = rows.get(row)?.get(column);
    return before === after ? [] : [{ row, column, before, after }];
  };
  return { rows: [row], steps };
}
