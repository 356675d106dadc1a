/**
 * The attacker's algebra: given everything that viewers of a pool receive and what a coalition knows of itself, it looks
 * for any combination of numbers that tells it something exact about one other owner. Its own linear algebra; it shares no
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
 * outside the coalition (whose own amounts are known and drop out), but not in the owner's: where a column of the owner's is no
 * combination of the others'.
 */
export function isExposed(seen: Sightings, coalition: readonly string[], owner: string): boolean {
  const columns = new Map<string, { owner: string; entries: number[] }>();
  seen.forEach((number, row) => {
    for (const unknown of number) {
      if (coalition.includes(unknown.owner)) continue;
      const key = `${unknown.owner}/${unknown.name}`;
      const column = columns.get(key) ?? { owner: unknown.owner, entries: seen.map(() => 0) };
      column.entries[row] = (column.entries[row] ?? 0) + 1;
      columns.set(key, column);
    }
  });
  const basis: number[][] = [];
  for (const column of columns.values())
    if (column.owner !== owner) {
      const rest = reduce(column.entries, basis);
      if (rest) basis.push(rest);
    }
  return [...columns.values()].some((column) => column.owner === owner && reduce(column.entries, basis) !== null);
}

/** Arithmetic modulo a prime below 2^26: products stay exact, and whole numbers as small as these do not vanish by chance. */
const PRIME = 67_108_859;

function inverse(value: number): number {
  let [result, base, exponent] = [1, value, PRIME - 2];
  for (; exponent > 0; exponent = Math.floor(exponent / 2)) {
    if (exponent % 2 === 1) result = (result * base) % PRIME;
    base = (base * base) % PRIME;
  }
  return result;
}

const leadOf = (vector: readonly number[]): number => vector.findIndex((entry) => entry !== 0);

/** What is left of a vector beside the basis, its first entry made 1; null where nothing is. */
function reduce(vector: readonly number[], basis: readonly number[][]): number[] | null {
  const rest = [...vector];
  for (const known of basis) {
    const lead = leadOf(known);
    const factor = rest[lead] ?? 0;
    if (factor === 0) continue;
    for (let i = lead; i < rest.length; i += 1) rest[i] = ((rest[i] ?? 0) + (PRIME - factor) * (known[i] ?? 0)) % PRIME;
  }
  const lead = leadOf(rest);
  if (lead < 0) return null;
  const scale = inverse(rest[lead] ?? 1);
  return rest.map((entry) => (entry * scale) % PRIME);
}
