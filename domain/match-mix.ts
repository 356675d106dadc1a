/** Whole kilograms in a table with given sums, every taker served from the rows in the same proportions as far as it may be. Used by match-split. */
import { FlowNetwork } from './match-flow.ts';

const FITTING_ROUNDS = 200;
/** Sums this near need no further round: kilograms are rounded down afterwards anyway. */
const FITTED_KG = 1e-6;

/**
 * Whole kilograms from rows (lots) to columns (takers) with given sums, each cell near what proportional mixing gives: so takers who may
 * have the same lots pay the same average price. Real numbers are fitted first (iterative proportional fitting), rounded down, and the
 * rest is completed by a flow. Sums must admit an allowed solution and have equal totals.
 */
export function mix(
  rows: readonly number[],
  columns: readonly number[],
  allowed: (row: number, column: number) => boolean,
): number[][] {
  const fitted = proportional(rows, columns, allowed);
  const exact = complete(
    rows,
    columns,
    allowed,
    fitted.map((cells) => cells.map((kg) => Math.floor(kg + FITTED_KG))),
  );
  // Where fitting has not converged its floors may be in the way of each other: any allowed solution is better than none.
  return (
    exact ??
    complete(
      rows,
      columns,
      allowed,
      rows.map(() => columns.map(() => 0)),
    ) ??
    []
  );
}

/** The same where every taker may have every lot: proportions are known at once, and what rounding leaves goes where room is. */
export function mixAll(rows: readonly number[], columns: readonly number[]): number[][] {
  const total = Math.max(
    1,
    columns.reduce((sum, kg) => sum + kg, 0),
  );
  const left = columns.slice();
  return rows.map((kg, r) => {
    // The last lot is what is left to each.
    if (r === rows.length - 1) return left.slice();
    const cells = columns.map((share, c) => Math.min(left[c] ?? 0, Math.floor((kg * share) / total + FITTED_KG)));
    let rest = kg - cells.reduce((sum, cell) => sum + cell, 0);
    // Begins with another taker for each lot, one kilogram each as long as that is enough.
    for (let turn = 0, idle = 0; rest > 0 && idle < columns.length; turn += 1) {
      const c = (r + turn) % columns.length;
      const isOpen = (left[c] ?? 0) > (cells[c] ?? 0);
      idle = isOpen ? 0 : idle + 1;
      if (!isOpen) continue;
      cells[c] = (cells[c] ?? 0) + 1;
      rest -= 1;
    }
    cells.forEach((cell, c) => {
      left[c] = (left[c] ?? 0) - cell;
    });
    return cells;
  });
}

function proportional(
  rows: readonly number[],
  columns: readonly number[],
  allowed: (row: number, column: number) => boolean,
): number[][] {
  // Only the allowed cells, row after row.
  const at: number[] = [];
  const starts = [0];
  rows.forEach((_, r) => {
    columns.forEach((kg, c) => {
      if (kg > 0 && allowed(r, c)) at.push(c);
    });
    starts.push(at.length);
  });
  const columnOf = Int32Array.from(at);
  const cells = Float64Array.from(columnOf, (c) => columns[c] ?? 0);
  const sums = new Float64Array(columns.length);
  for (let round = 0; round < FITTING_ROUNDS; round += 1) {
    sums.fill(0);
    for (let r = 0; r < rows.length; r += 1) {
      const [from, to] = [starts[r] as number, starts[r + 1] as number];
      let sum = 0;
      for (let i = from; i < to; i += 1) sum += cells[i] as number;
      if (sum === 0) continue;
      const factor = (rows[r] as number) / sum;
      for (let i = from; i < to; i += 1) {
        cells[i] = (cells[i] as number) * factor;
        sums[columnOf[i] as number] = (sums[columnOf[i] as number] as number) + (cells[i] as number);
      }
    }
    let isFitted = true;
    for (let c = 0; c < columns.length; c += 1) {
      const sum = sums[c] as number;
      if (Math.abs(sum - (columns[c] as number)) >= FITTED_KG) isFitted = false;
      sums[c] = sum > 0 ? (columns[c] as number) / sum : 0;
    }
    for (let i = 0; i < cells.length; i += 1) cells[i] = (cells[i] as number) * (sums[columnOf[i] as number] as number);
    if (isFitted) break;
  }
  const table = rows.map(() => columns.map(() => 0));
  table.forEach((line, r) => {
    for (let i = starts[r] as number; i < (starts[r + 1] as number); i += 1)
      line[columnOf[i] as number] = cells[i] as number;
  });
  return table;
}

/** Adds to the given cells until every sum is met; null where they are in the way. */
function complete(
  rows: readonly number[],
  columns: readonly number[],
  allowed: (row: number, column: number) => boolean,
  cells: number[][],
): number[][] | null {
  const rowLeft = rows.map((kg, r) => kg - (cells[r] ?? []).reduce((a, b) => a + b, 0));
  const columnLeft = columns.map((kg, c) => kg - cells.reduce((sum, line) => sum + (line[c] ?? 0), 0));
  if (rowLeft.some((kg) => kg < 0) || columnLeft.some((kg) => kg < 0)) return null;
  const network = new FlowNetwork(2 + rows.length + columns.length);
  rowLeft.forEach((kg, r) => {
    network.arc(0, 2 + r, kg);
  });
  columnLeft.forEach((kg, c) => {
    network.arc(2 + rows.length + c, 1, kg);
  });
  const arcs: { arc: number; row: number; column: number }[] = [];
  rows.forEach((_, row) => {
    columns.forEach((_, column) => {
      if (allowed(row, column))
        arcs.push({ row, column, arc: network.arc(2 + row, 2 + rows.length + column, rowLeft[row] ?? 0) });
    });
  });
  const wanted = rowLeft.reduce((a, b) => a + b, 0);
  if (network.push(0, 1) !== wanted || columnLeft.reduce((a, b) => a + b, 0) !== wanted) return null;
  for (const { arc, row, column } of arcs) {
    const line = cells[row];
    if (line) line[column] = (line[column] ?? 0) + network.flow(arc);
  }
  return cells;
}
