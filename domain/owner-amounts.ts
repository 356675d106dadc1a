/** Grams of many owners in one array, so that thousands of numbers of a release are compared quickly and exactly. Used by domain/release and domain/disclosure. */

/** Numbers for the owners of one pool, given as they are first met. */
export class Owners {
  private readonly numbers = new Map<string, number>();
  readonly names: string[] = [];

  get count(): number {
    return this.names.length;
  }

  numberOf(owner: string): number {
    const known = this.numbers.get(owner);
    if (known !== undefined) return known;
    this.numbers.set(owner, this.names.length);
    return this.names.push(owner) - 1;
  }
}

/** What the rules look at. `largest` in descending order, as many as were asked for; `hiding` is what the others add up to. */
export interface Spread {
  count: number;
  /** Number of the owner with the largest; -1 where there is none, or where owners have no numbers. */
  at: number;
  largest: bigint;
  hiding: bigint;
  total: bigint;
}

/** Grams by number of the owner. Negative only where one number was taken from another. */
export class OwnerAmounts {
  readonly grams: Float64Array;
  /** No gram value, and none of the sums that led to it, is larger. Above 2^53 they may have been rounded. */
  readonly bound: number;

  constructor(grams: Float64Array, bound: number) {
    this.grams = grams;
    this.bound = bound;
  }

  get isExact(): boolean {
    return this.bound <= Number.MAX_SAFE_INTEGER;
  }

  /** Owners that take part. */
  get size(): number {
    let count = 0;
    for (const amount of this.grams) if (amount !== 0) count += 1;
    return count;
  }

  *values(): Generator<bigint> {
    for (const amount of this.grams) if (amount !== 0) yield BigInt(amount);
  }

  /** The sizes seen by a coalition: `top` owners are the one it is after and itself. Null where the amounts may have been rounded. */
  spread(top: number): Spread | null {
    if (!this.isExact) return null;
    const largest = new Float64Array(top);
    let count = 0;
    let total = 0;
    let at = -1;
    const { grams } = this;
    for (let owner = 0; owner < grams.length; owner += 1) {
      const amount = grams[owner] ?? 0;
      if (amount === 0) continue;
      count += 1;
      let size = Math.abs(amount);
      total += size;
      // Most owners are smaller than those held already.
      if (size <= (largest[top - 1] ?? 0)) continue;
      for (let place = 0; place < top && size > 0; place += 1) {
        const held = largest[place] ?? 0;
        if (size <= held) continue;
        if (place === 0) at = owner;
        largest[place] = size;
        size = held;
      }
    }
    const exact = total <= Number.MAX_SAFE_INTEGER ? BigInt(total) : sumOf(this.grams.map(Math.abs));
    return { count, at, largest: BigInt(largest[0] ?? 0), hiding: exact - sumOf(largest), total: exact };
  }

  /** Of amounts of one sign. */
  total(): bigint {
    const { grams } = this;
    let total = 0;
    for (let owner = 0; owner < grams.length; owner += 1) total += grams[owner] ?? 0;
    return Math.abs(total) <= Number.MAX_SAFE_INTEGER ? BigInt(total) : sumOf(this.grams);
  }

  /** Numbers of the owners with their grams. */
  *entries(): Generator<readonly [owner: number, grams: number]> {
    for (let owner = 0; owner < this.grams.length; owner += 1) {
      const amount = this.grams[owner] ?? 0;
      if (amount !== 0) yield [owner, amount];
    }
  }
}

const sumOf = (sizes: Float64Array): bigint => {
  let total = 0n;
  for (const size of sizes) total += BigInt(size);
  return total;
};

export type SignedAmounts = readonly [sign: 1 | -1, amounts: OwnerAmounts];

/** Adds up with signs. Arrays are of different lengths where owners came later. */
export function addUp(terms: readonly SignedAmounts[]): OwnerAmounts {
  let length = 0;
  let bound = 0;
  for (const [, { grams, bound: own }] of terms) {
    length = Math.max(length, grams.length);
    bound += own;
  }
  const total = new Float64Array(length);
  for (const [sign, { grams }] of terms) addInto(total, grams, sign);
  return new OwnerAmounts(total, bound);
}

/** `total` is at least as long as `grams`. */
export function addInto(total: Float64Array, grams: Float64Array, sign: 1 | -1): void {
  const { length } = grams;
  if (sign === 1)
    for (let owner = 0; owner < length; owner += 1) total[owner] = (total[owner] ?? 0) + (grams[owner] ?? 0);
  else for (let owner = 0; owner < length; owner += 1) total[owner] = (total[owner] ?? 0) - (grams[owner] ?? 0);
}

export const minusAmounts = (a: OwnerAmounts, b: OwnerAmounts): OwnerAmounts =>
  addUp([
    [1, a],
    [-1, b],
  ]);

export function areSame(a: OwnerAmounts, b: OwnerAmounts): boolean {
  const length = Math.max(a.grams.length, b.grams.length);
  for (let owner = 0; owner < length; owner += 1) if ((a.grams[owner] ?? 0) !== (b.grams[owner] ?? 0)) return false;
  return true;
}
