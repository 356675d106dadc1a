/** Fill by handle and by Ctrl+Enter: what stands in the selection is repeated over more cells. */

import { textAt } from './cell-view.ts';
import type { GridColumn } from './columns.ts';
import { enter, fill, type Target } from './edits.ts';
import type { GridState } from './grid-state.svelte.ts';
import type { Place, Range } from './selection.ts';
import { seriesOf } from './series.ts';

/** Where the selection would grow to: down, up, right or left, whichever the pointer is further out. Null while it is inside. */
export function reachOf(range: Range, at: Place): Range | null {
  const down = at.row > range.bottom ? at.row - range.bottom : Math.min(0, at.row - range.top);
  const right = at.column > range.right ? at.column - range.right : Math.min(0, at.column - range.left);
  if (down === 0 && right === 0) return null;
  if (Math.abs(down) >= Math.abs(right)) return down > 0 ? { ...range, bottom: at.row } : { ...range, top: at.row };
  return right > 0 ? { ...range, right: at.column } : { ...range, left: at.column };
}

/**
 * Lines keep what is stored; across columns, which differ in type, the text goes. Up and down a series goes on, unless a copy is asked for;
 * what is no series repeats.
 */
export function fillTo(grid: GridState, source: Range, to: Range, isCopy = false): void {
  const done =
    to.left < source.left || to.right > source.right
      ? fillAcross(grid, source, to)
      : fillAlong(grid, source, to, isCopy);
  if (done) grid.select(to);
}

function fillAlong(grid: GridState, source: Range, to: Range, isCopy: boolean): boolean {
  const isUp = to.top < source.top;
  const from = grid.targets(source.top, source.bottom).filter(({ id }) => id !== null);
  const targets = isUp ? grid.targets(to.top, source.top - 1).reverse() : grid.targets(source.bottom + 1, to.bottom);
  const pattern = isUp ? from.toReversed() : from;
  if (pattern.length === 0) return false;
  const columns = grid.lens.columns.slice(source.left, source.right + 1).filter(({ column }) => column !== null);
  const series = columns.flatMap(({ id, column }) => {
    const values = pattern.map(({ row }) => row[id] ?? null);
    const next = !isCopy && column ? seriesOf(column.type, values, targets.length, isUp) : null;
    return next ? [[id, next] as const] : [];
  });
  return grid.act(
    series.length > 0 ? 'Continued the series in' : 'Filled',
    fill(
      grid.ground,
      targets.map((target, index) => {
        const like = pattern[index % pattern.length]?.row ?? target.row;
        return { target, from: { ...like, ...Object.fromEntries(series.map(([id, at]) => [id, at[index]])) }, columns };
      }),
    ),
  );
}

/** By key: the lines at the top of the selection that are filled in its first column are the pattern, the others are filled. */
export function fillSeries(grid: GridState): void {
  const { range } = grid;
  const first = grid.lens.columns[range.left];
  const lines = grid.ids.slice(range.top, range.bottom + 1);
  const empty = lines.findIndex((id) => !first || textAt(grid.lens, grid.rowAt(id), first) === '');
  const height = empty < 0 ? 1 : empty;
  if (range.top === range.bottom || height === 0) {
    grid.say('Not filled: select the beginning of the series and the cells below it');
    return;
  }
  const source = { ...range, bottom: range.top + height - 1 };
  if (fillAlong(grid, source, range, false)) grid.select(range);
}

function fillAcross(grid: GridState, source: Range, to: Range): boolean {
  const isLeft = to.left < source.left;
  const all = grid.lens.columns;
  const into = isLeft ? all.slice(to.left, source.left).reverse() : all.slice(source.right + 1, to.right + 1);
  const from = all.slice(source.left, source.right + 1);
  const pattern = isLeft ? from.toReversed() : from;
  const texts = (target: Target) =>
    into.flatMap((column, index): [GridColumn, string][] => {
      const like = pattern[index % pattern.length];
      return like && column.column !== null ? [[column, textAt(grid.lens, target.row, like)]] : [];
    });
  const targets = grid.targets(source.top, source.bottom).filter(({ id }) => id !== null);
  return grid.act(
    'Filled',
    enter(
      grid.ground,
      targets.map((target) => ({ target, texts: texts(target) })),
    ),
  );
}

/** Ctrl+Enter outside of an edit: the active cell's text in every selected cell. */
export function fillRange(grid: GridState): void {
  const column = grid.columnAt(grid.active.column);
  if (!column) return;
  const text = textAt(grid.lens, grid.rowAt(grid.active.row), column);
  const texts = grid.selectedColumns
    .filter((other) => other.column !== null)
    .map((other): [GridColumn, string] => [other, text]);
  const targets = grid.targets(grid.range.top, grid.range.bottom).filter(({ id }) => id !== null);
  grid.act(
    'Filled',
    enter(
      grid.ground,
      targets.map((target) => ({ target, texts })),
    ),
  );
}
