/** Rectangles of cells, and where Ctrl+arrow goes. Pure: rows and columns are numbers here. */
import type { Direction } from './keys.ts';

/** First and last row and column, both included. */
export interface Range {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export interface Place {
  row: number;
  column: number;
}

export const rangeOf = (a: Place, b: Place): Range => ({
  top: Math.min(a.row, b.row),
  bottom: Math.max(a.row, b.row),
  left: Math.min(a.column, b.column),
  right: Math.max(a.column, b.column),
});

export const sizeOf = (range: Range): number => (range.bottom - range.top + 1) * (range.right - range.left + 1);

export const isWithin = (range: Range, row: number, column: number): boolean =>
  row >= range.top && row <= range.bottom && column >= range.left && column <= range.right;

export const STEP: Readonly<Record<Direction, Place>> = {
  up: { row: -1, column: 0 },
  down: { row: 1, column: 0 },
  left: { row: 0, column: -1 },
  right: { row: 0, column: 1 },
};

/**
 * The edge of the data, as a spreadsheet goes: from within filled cells to their last one, else to the next filled one,
 * else to the border. Takes at most as many steps as the sheet has rows or columns.
 */
export function edgeFrom(from: Place, to: Direction, size: Place, isEmpty: (place: Place) => boolean): Place {
  const step = STEP[to];
  const next = (place: Place): Place | null => {
    const row = place.row + step.row;
    const column = place.column + step.column;
    return row < 0 || column < 0 || row >= size.row || column >= size.column ? null : { row, column };
  };
  let at = next(from);
  if (!at) return from;
  const isInRun = !isEmpty(from) && !isEmpty(at);
  for (let ahead = next(at); ahead; ahead = next(at)) {
    if (isInRun ? isEmpty(ahead) : !isEmpty(at)) return at;
    at = ahead;
  }
  return at;
}
