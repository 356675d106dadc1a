/** Gaussian elimination in whole numbers, with a limit on the work and no rounding. Used by domain/audit. */

/** An equation of the echelon: columns in ascending order, the first of them its pivot, and their coefficients, none zero. */
export interface SparseRow {
  at: readonly number[];
  of: readonly number[];
}

/** Entries stay below this, so that a product of two, and a difference of two products, is an exact integer. */
const ENTRY_MAX = 2 ** 26;

/** Multiplications that may still be made. */
export interface Work {
  left: number;
}

/** What is left of a row of ones after the echelon's rows were subtracted from it; empty where it follows from them. Null: a limit was passed. */
export function eliminate(
  row: readonly number[],
  columns: number,
  echelon: readonly SparseRow[],
  work: Work,
): SparseRow | null {
  const rest = new Float64Array(columns);
  for (const column of row) rest[column] = 1;
  for (const done of echelon) {
    const factor = rest[done.at[0] ?? -1] ?? 0;
    if (factor === 0) continue;
    if (work.left <= 0 || !subtract(rest, done, factor, work)) return null;
  }
  const at: number[] = [];
  const of: number[] = [];
  for (let column = 0; column < columns; column += 1) {
    const value = rest[column] ?? 0;
    if (value === 0) continue;
    at.push(column);
    of.push(value);
  }
  return { at, of };
}

/** Clears the pivot of `done` from `rest`, in place. False where a number would no longer be exact. */
function subtract(rest: Float64Array, done: SparseRow, factor: number, work: Work): boolean {
  const size = done.of[0] ?? 0;
  const common = gcd(size, factor);
  const scale = size / common;
  const times = factor / common;
  work.left -= done.at.length;
  if (scale !== 1) {
    work.left -= rest.length;
    for (let column = 0; column < rest.length; column += 1) rest[column] = scale * (rest[column] ?? 0);
  }
  let largest = 0;
  for (let i = 0; i < done.at.length; i += 1) {
    const column = done.at[i] ?? 0;
    const value = (rest[column] ?? 0) - times * (done.of[i] ?? 0);
    rest[column] = value;
    largest = Math.max(largest, Math.abs(value));
  }
  return scale === 1 && largest <= ENTRY_MAX ? true : shrink(rest, 0);
}

/** Divides by the content, in place. False where an entry stays too large. */
function shrink(vector: Float64Array, from: number): boolean {
  let content = 0;
  let largest = 0;
  for (let i = from; i < vector.length; i += 1) {
    const value = vector[i] ?? 0;
    if (value === 0) continue;
    if (content !== 1) content = gcd(content, value);
    largest = Math.max(largest, Math.abs(value));
  }
  if (content > 1) for (let i = from; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / content;
  return largest <= ENTRY_MAX * Math.max(content, 1);
}

function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** A column of zeros and ones: the rows where it is one, ascending; and the owners of whom there is such a column. */
export interface Column {
  rows: readonly number[];
  owners: readonly number[];
}

export type Span = { state: 'all'; columns: readonly Column[] } | { state: 'less' } | { state: 'tooLarge' };

/** Do the columns span every one of the rows? `columns` are those that sufficed, taken in the given order. */
export function spansAll(columns: readonly Column[], rows: number, work: Work): Span {
  const basis: (Float64Array | undefined)[] = new Array(rows);
  const used: Column[] = [];
  for (const column of columns) {
    if (used.length === rows) break;
    const grown = insert(column.rows, basis, rows, work);
    if (grown === null) return { state: 'tooLarge' };
    if (grown) used.push(column);
  }
  return used.length === rows ? { state: 'all', columns: used } : { state: 'less' };
}

/** Adds a column to a basis that is indexed by leading row. False where it depended on it; null where a limit was passed. */
function insert(
  column: readonly number[],
  basis: (Float64Array | undefined)[],
  rows: number,
  work: Work,
): boolean | null {
  const vector = new Float64Array(rows);
  for (const row of column) vector[row] = 1;
  for (let lead = column[0] ?? rows; lead < rows; lead += 1) {
    const factor = vector[lead] ?? 0;
    if (factor === 0) continue;
    const known = basis[lead];
    if (!known) {
      basis[lead] = vector;
      return true;
    }
    work.left -= rows - lead;
    if (work.left <= 0 || !reduce(vector, known, lead, factor)) return null;
  }
  return false;
}

/** Clears the leading row of `vector` with `known`, in place. False where a number would no longer be exact. */
function reduce(vector: Float64Array, known: Float64Array, lead: number, factor: number): boolean {
  const size = known[lead] ?? 0;
  for (let row = lead; row < vector.length; row += 1)
    vector[row] = size * (vector[row] ?? 0) - factor * (known[row] ?? 0);
  return shrink(vector, lead);
}
