/**
 * The attacker of the tests in this folder: given everything that viewers of a pool receive and what a coalition knows of itself, it looks
 * for any combination of numbers that tells it something exact about one other owner. Its own linear algebra, in fractions; it shares no
 * code with the rules it attacks. A number is described by the unknown amounts it adds up: which owner, and a name for the amount, where
 * an amount that did not change keeps its name.
 */

export interface Unknown {
  owner: string;
  name: string;
}

/** The unknowns of each number that was seen. */
export type Sightings = readonly (readonly Unknown[])[];

export interface Exposure {
  coalition: readonly string[];
  owner: string;
}

/** The first owner that a coalition of at most so many others can tell something exact about; null where there is none. */
export function worstInsider(seen: Sightings, coalitionMax: number): Exposure | null {
  const owners = [...new Set(seen.flatMap((number) => number.map(({ owner }) => owner)))];
  for (const coalition of subsets(owners, coalitionMax))
    for (const owner of owners)
      if (!coalition.includes(owner) && isExposed(seen, coalition, owner)) return { coalition, owner };
  return null;
}

export function subsets(items: readonly string[], sizeMax: number): string[][] {
  const all: string[][] = [[]];
  for (const item of items) for (const smaller of [...all]) if (smaller.length < sizeMax) all.push([...smaller, item]);
  return all;
}

/**
 * Columns of a matrix with one row per number. The owner is exposed where a combination of rows is zero in the columns of everybody else
 * outside the coalition (whose own amounts are known and drop out), but not in the owner's.
 */
export function isExposed(seen: Sightings, coalition: readonly string[], owner: string): boolean {
  const columns = new Map<string, { owner: string; entries: Fraction[] }>();
  seen.forEach((number, row) => {
    for (const unknown of number) {
      if (coalition.includes(unknown.owner)) continue;
      const key = `${unknown.owner}/${unknown.name}`;
      const column = columns.get(key) ?? { owner: unknown.owner, entries: seen.map(() => ZERO) };
      column.entries[row] = plus(column.entries[row] ?? ZERO, ONE);
      columns.set(key, column);
    }
  });
  const others = [...columns.values()].filter((column) => column.owner !== owner).map(({ entries }) => entries);
  const own = [...columns.values()].filter((column) => column.owner === owner).map(({ entries }) => entries);
  const rankOfOthers = rank(others);
  return own.some((column) => rank([...others, column]) > rankOfOthers);
}

interface Fraction {
  n: bigint;
  d: bigint;
}
const ZERO: Fraction = { n: 0n, d: 1n };
const ONE: Fraction = { n: 1n, d: 1n };

function fraction(n: bigint, d: bigint): Fraction {
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b !== 0n) [a, b] = [b, a % b];
  const divisor = a === 0n ? 1n : a;
  return d < 0n ? { n: -n / divisor, d: -d / divisor } : { n: n / divisor, d: d / divisor };
}
const plus = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d + b.n * a.d, a.d * b.d);
const times = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.n, a.d * b.d);
const over = (a: Fraction, b: Fraction): Fraction => fraction(a.n * b.d, a.d * b.n);

function rank(vectors: readonly (readonly Fraction[])[]): number {
  const rows = vectors.map((vector) => [...vector]);
  const width = rows[0]?.length ?? 0;
  let done = 0;
  for (let column = 0; column < width && done < rows.length; column += 1) {
    const pivot = rows.findIndex((row, index) => index >= done && row[column]?.n !== 0n);
    if (pivot < 0) continue;
    const top = rows[pivot] as Fraction[];
    rows[pivot] = rows[done] as Fraction[];
    rows[done] = top;
    for (const row of rows.slice(done + 1)) {
      if (row[column]?.n === 0n) continue;
      const factor = over(row[column] ?? ZERO, top[column] ?? ONE);
      for (let at = column; at < width; at += 1)
        row[at] = plus(row[at] ?? ZERO, times({ n: -factor.n, d: factor.d }, top[at] ?? ZERO));
    }
    done += 1;
  }
  return done;
}
