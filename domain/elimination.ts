/** Gaussian elimination in whole numbers, with a limit on the work and no rounding. Used by domain/audit. */

/** Coefficients by the number of the column; none is zero. */
export type SparseRow = ReadonlyMap<number, number>;

/** Entries stay below this, so that a product of two, and a difference of two products, is an exact integer. */
const ENTRY_MAX = 2 ** 26;

/** Multiplications that may still be made. */
export interface Work {
  left: number;
}

/** What is left of a row after the echelon's rows were subtracted from it; empty where it follows from them. Null: a limit was passed. */
export function eliminate(row: SparseRow, echelon: readonly SparseRow[], work: Work): Map<number, number> | null {
  let rest = new Map(row);
  for (const done of echelon) {
    const [pivot, size] = firstOf(done);
    const factor = rest.get(pivot);
    if (factor === undefined) continue;
    work.left -= rest.size + done.size;
    const next = subtract(rest, size, done, factor);
    if (!next || work.left <= 0) return null;
    rest = next;
  }
  return rest;
}

function firstOf(row: SparseRow): readonly [number, number] {
  for (const entry of row) return entry;
  throw new RangeError('an echelon has no empty row');
}

/** a * row - b * other, divided by its content. Null where a number would no longer be exact. */
function subtract(row: SparseRow, a: number, other: SparseRow, b: number): Map<number, number> | null {
  const out = new Map<number, number>();
  let content = 0;
  let largest = 0;
  const put = (column: number, value: number): void => {
    if (value === 0) return;
    out.set(column, value);
    content = gcd(content, value);
    largest = Math.max(largest, Math.abs(value));
  };
  for (const [column, value] of row) put(column, a * value - b * (other.get(column) ?? 0));
  for (const [column, value] of other) if (!row.has(column)) put(column, -b * value);
  if (content > 1) for (const [column, value] of out) out.set(column, value / content);
  return largest > ENTRY_MAX * Math.max(content, 1) ? null : out;
}

function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

export type Span = { state: 'all'; owners: readonly string[] } | { state: 'less' } | { state: 'tooLarge' };

/**
 * Do the 0/1 columns (given as the rows where they are 1) of all owners but those left out span every one of the rows?
 * `owners` are those whose columns were needed, richest first.
 */
export function spansAll(
  columns: ReadonlyMap<string, readonly (readonly number[])[]>,
  rows: number,
  without: readonly string[],
  work: Work,
): Span {
  const basis: (Float64Array | undefined)[] = new Array(rows);
  const owners: string[] = [];
  let rank = 0;
  const byWealth = [...columns]
    .filter(([owner]) => !without.includes(owner))
    .sort(([, a], [, b]) => b.length - a.length);
  for (const [owner, own] of byWealth) {
    const before = rank;
    for (const column of own) {
      const grown = insert(column, basis, rows, work);
      if (grown === null) return { state: 'tooLarge' };
      if (grown) rank += 1;
    }
    if (rank > before) owners.push(owner);
    if (rank === rows) return { state: 'all', owners };
  }
  return { state: 'less' };
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
  let content = 0;
  let largest = 0;
  for (let row = lead; row < vector.length; row += 1) {
    const value = size * (vector[row] ?? 0) - factor * (known[row] ?? 0);
    vector[row] = value;
    if (value === 0) continue;
    if (content !== 1) content = gcd(content, value);
    largest = Math.max(largest, Math.abs(value));
  }
  if (content > 1) for (let row = lead; row < vector.length; row += 1) vector[row] = (vector[row] ?? 0) / content;
  return largest <= ENTRY_MAX * Math.max(content, 1);
}
