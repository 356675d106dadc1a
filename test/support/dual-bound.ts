/** What row prices prove by themselves: a lower bound of a linear program from any prices, without trusting whoever found them. */
import type { Program } from '#domain/match-program.ts';

/**
 * Weak duality: the rows at their cheaper end for each price, and each column at its cheaper end for what the prices leave of its cost.
 * Prices of the wrong sign for an open row, and costs below zero of an unbounded column, prove nothing: minus infinity.
 */
export function dualBound(program: Program, costs: Float64Array, prices: ArrayLike<number>): number {
  let bound = 0;
  for (let row = 0; row < program.numRows; row += 1) {
    const price = prices[row] ?? 0;
    if (price !== 0) bound += price * ((price > 0 ? program.rowLower[row] : program.rowUpper[row]) ?? 0);
  }
  for (let col = 0; col < program.numCols; col += 1) {
    let left = costs[col] ?? 0;
    for (let at = program.starts[col] ?? 0; at < (program.starts[col + 1] ?? 0); at += 1)
      left -= (program.values[at] ?? 0) * (prices[program.indices[at] ?? 0] ?? 0);
    // Arithmetic leaves crumbs where a cost is used up exactly; on an unbounded column they are none.
    const end = (left > 0 ? program.colLower[col] : program.colUpper[col]) ?? 0;
    if (Math.abs(left) > 1e-9) bound += left * end;
  }
  return bound;
}
