/** When a total may be shown, and when a change of it may: the rules of docs/disclosure.md on single vectors. Used by domain/release and by the reports of a match. */
import { OwnerAmounts, type Spread } from './owner-amounts.ts';

/** Grams that each ultimate owner adds to a number; never zero. Negative only where one number was taken from another. */
export type Contributions = ReadonlyMap<string, bigint>;

/** How a pool protects its members. Lives on the server; only the pool's administrator is shown them. */
export interface PoolRules {
  /** A total needs at least so many contributing owners. */
  contributorsMin: number;
  /** What is left for the other members' guess about the largest owner: at least so many percent of its amount. */
  dominancePct: number;
  /** Members that may put their knowledge together. */
  coalition: number;
  /** A changed total needs at least so many owners that changed. */
  changersMin: number;
  /** No owner above a quarter of the total. */
  strict: boolean;
  /** Seconds between two slots; null: the server's own. */
  slotSeconds: number | null;
  /** At most so many percent of a mineral's demand from one country; read by the match. Null: no cap. */
  countryCapPct: number | null;
  /** The same for one supplier, or suppliers of one parent. */
  supplierCapPct: number | null;
  /** Firm claims share what is scarce in proportion, instead of by the uniform rule. */
  proportionalFirm: boolean;
}

export const DEFAULT_RULES: PoolRules = {
  contributorsMin: 5,
  dominancePct: 20,
  coalition: 2,
  changersMin: 4,
  strict: false,
  slotSeconds: null,
  countryCapPct: null,
  supplierCapPct: null,
  proportionalFirm: false,
};

/**
 * The rules as releases are decided by. With a sharp percentage, two members who are among the smaller ones could steer their own amounts until
 * a number just comes out, and would know the largest by a division. So the percentage, and the share that the strict profile allows, are the
 * pool's or up to 1.6 times as strict, drawn in secret: the same for an owner as long as its amount stays about the same, so that trying again teaches nothing, and another one for every
 * owner, so that nobody can find it out on itself.
 */
export interface Protection extends PoolRules {
  /** Per mille for the largest owner, by its number among OwnerAmounts, and its grams. */
  permilleFor?: (owner: number, largest: bigint) => number;
  /** Of the strict profile: the total is at least so many thousandths of the largest owner's amount. Drawn in the same way. */
  totalPermilleFor?: (owner: number, largest: bigint) => number;
}

/** How far above the pool's own the drawn limits may lie. */
const DRAWN_UP_TO = 0.6;
/** A quarter of the total. */
const STRICT_TOTAL_PERMILLE = 4000;

/** `fraction`, from 0 up to 1, is drawn for the owner and `sizeOf` its amount. */
export const drawnPermille = (rules: PoolRules, fraction: number): number =>
  Math.ceil(10 * rules.dominancePct * (1 + DRAWN_UP_TO * fraction));
export const drawnTotalPermille = (fraction: number): number =>
  Math.ceil(STRICT_TOTAL_PERMILLE * (1 + DRAWN_UP_TO * fraction));

/** Amounts within a factor of two count as about the same: the number of binary digits, of an amount that a double holds exactly. */
export function sizeOf(grams: bigint): number {
  const value = Number(grams);
  return value < 2 ** 32 ? 32 - Math.clz32(value) : 64 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** No size is larger. */
export const SIZE_MAX = 64;

/** No combination of shown numbers may depend on fewer owners: a coalition, the owner it is after, and one more. */
export const ownersMin = (rules: PoolRules): number => rules.coalition + 2;

/** What one number is made of, by owner, none of it zero: a map of grams, or the denser form that releases are decided with. */
export type Parts = OwnerAmounts | { readonly size: number; values(): Iterable<bigint> };

export const totalOf = (parts: Parts): bigint =>
  parts instanceof OwnerAmounts ? parts.total() : sum([...parts.values()]);

/** STATIC, and STRICT where the pool asks for it: may a number with these contributions be shown at all? */
export function mayShow(parts: Parts, rules: Protection): boolean {
  const spread = spreadOf(parts, rules);
  if (!spread || spread.count < rules.contributorsMin || !leavesDoubt(spread, rules)) return false;
  return !rules.strict || isNoQuarter(spread, rules);
}

/** DIFF: may a number be shown to people who know another one that differs from it by these contributions? */
export function mayDiffer(difference: Parts, rules: Protection): boolean {
  const spread = spreadOf(difference, rules);
  if (!spread) return false;
  if (spread.count === 0) return true;
  return spread.count >= Math.max(rules.changersMin, ownersMin(rules)) && leavesDoubt(spread, rules);
}

/**
 * The p percent rule of statistical offices against a coalition: members pool and subtract what they know, and what then still hides the
 * largest owner must be at least p percent of it. The worst coalition is that of the next-largest owners.
 */
function leavesDoubt({ hiding, largest, at }: Spread, rules: Protection): boolean {
  const hidden = hiding * 1000n;
  if (hidden < BigInt(10 * rules.dominancePct) * largest) return false;
  if (at < 0 || !rules.permilleFor) return true;
  // Most totals lie above whatever can be drawn: of those nothing is.
  return (
    hidden >= BigInt(drawnPermille(rules, 1)) * largest || hidden >= BigInt(rules.permilleFor(at, largest)) * largest
  );
}

/** No owner above a quarter of the total. */
function isNoQuarter({ total, largest, at }: Spread, rules: Protection): boolean {
  const permille = at >= 0 && rules.totalPermilleFor ? rules.totalPermilleFor(at, largest) : STRICT_TOTAL_PERMILLE;
  return total * 1000n >= BigInt(permille) * largest;
}

/** Null where the amounts are not known exactly: nothing of that kind is shown. */
function spreadOf(parts: Parts, rules: PoolRules): Spread | null {
  const top = rules.coalition + 1;
  if (parts instanceof OwnerAmounts) return parts.spread(top);
  const sizes = [...parts.values()].map((amount) => (amount < 0n ? -amount : amount));
  sizes.sort((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  return { count: sizes.length, at: -1, largest: sizes[0] ?? 0n, hiding: sum(sizes.slice(top)), total: sum(sizes) };
}

const sum = (sizes: readonly bigint[]): bigint => sizes.reduce((total, size) => total + size, 0n);

export type Term = readonly [sign: 1n | -1n, contributions: Contributions];

/** Adds up with signs; owners whose parts cancel are left out. */
export function combine(terms: Iterable<Term>): Contributions {
  const total = new Map<string, bigint>();
  for (const [sign, contributions] of terms)
    for (const [owner, amount] of contributions) {
      const next = (total.get(owner) ?? 0n) + sign * amount;
      if (next === 0n) total.delete(owner);
      else total.set(owner, next);
    }
  return total;
}

export const differenceOf = (a: Contributions, b: Contributions): Contributions =>
  combine([
    [1n, a],
    [-1n, b],
  ]);
