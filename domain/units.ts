/** Masses and prices in every trade unit, converted exactly to grams of contained element and back. The one place that converts. */
import { decimal, nearest, over, parseDecimal, type Ratio, ratio, times } from './exact.ts';

declare const gramsBrand: unique symbol;
/** Whole grams of contained element, 0 to Number.MAX_SAFE_INTEGER (9 billion tonnes). */
export type Grams = number & { readonly [gramsBrand]: true };

/** For numbers that are known to be whole grams; anything else is a bug of the caller. */
export function grams(value: number | bigint): Grams {
  const number = Number(value);
  if (!Number.isSafeInteger(number) || number < 0) throw new RangeError('not a whole, safe number of grams');
  return number as Grams;
}

export const NO_GRAMS = grams(0);
export const sumGrams = (parts: Iterable<Grams>): Grams => {
  let sum = 0;
  for (const part of parts) sum += part;
  return grams(sum);
};

/**
 * What a unit counts: the mass of the product as sold; of the element in it; or of the constituent that the trade counts:
 * 'unit' is WO3 for tungsten and Mn for manganese (mtu, stu), LCE lithium carbonate, REO the usual rare-earth oxide.
 */
export type Counts = 'product' | 'element' | 'unit' | 'LCE' | 'REO';

export interface Unit {
  id: string;
  title: string;
  counts: Counts;
  /** Kilograms of what the unit counts. */
  kg: Ratio;
}

/** What conversion needs to know of a product form. */
export interface Substance {
  /** Kilograms of element in a kilogram of product; null where only the row's assay says it. */
  content: Ratio | null;
  /** The trade's constituent: which units count it, and kilograms of element in a kilogram of it. */
  constituent: { counts: Counts; name: string; content: Ratio } | null;
}

export const unitFits = (unit: Unit, substance: Substance): boolean =>
  unit.counts === 'product' || unit.counts === 'element' || unit.counts === substance.constituent?.counts;

/**
 * Kilograms of contained element in one unit. Null where the unit does not fit the substance, or where the content is not known:
 * `assay` is then needed, the mass fraction of the element as a ratio (0 to 1); it overrules a content that is only typical.
 */
export function elementPerUnit(unit: Unit, substance: Substance, assay: Ratio | null = null): Ratio | null {
  if (unit.counts === 'element') return unit.kg;
  const content =
    unit.counts === 'product'
      ? (assay ?? substance.content)
      : (unitFits(unit, substance) && substance.constituent?.content) || null;
  return content ? times(unit.kg, content) : null;
}

const GRAMS_PER_KG = ratio(1000n);

/** Rounded once, to the nearest gram. Null where there is no conversion or where the mass is beyond what Grams can hold. */
export function gramsOf(quantity: Ratio, unit: Unit, substance: Substance, assay: Ratio | null = null): Grams | null {
  const perUnit = elementPerUnit(unit, substance, assay);
  if (!perUnit || quantity.n < 0n) return null;
  const rounded = nearest(times(times(quantity, perUnit), GRAMS_PER_KG));
  return rounded > BigInt(Number.MAX_SAFE_INTEGER) ? null : grams(rounded);
}

/** How many units hold so many grams of element; unrounded. */
export function quantityOf(mass: Grams, unit: Unit, substance: Substance, assay: Ratio | null = null): Ratio | null {
  const perUnit = elementPerUnit(unit, substance, assay);
  return perUnit ? over(ratio(BigInt(mass), 1000n), perUnit) : null;
}

const MICRO = ratio(1_000_000n);

/** A price in dollars per unit as micro-dollars per kilogram of contained element, rounded once. Null where there is no conversion. */
export function usdMicroPerKg(
  usdPerUnit: Ratio,
  unit: Unit,
  substance: Substance,
  assay: Ratio | null = null,
): number | null {
  const perUnit = elementPerUnit(unit, substance, assay);
  if (!perUnit || perUnit.n === 0n) return null;
  const micro = nearest(over(times(usdPerUnit, MICRO), perUnit));
  return micro > BigInt(Number.MAX_SAFE_INTEGER) || micro < 0n ? null : Number(micro);
}

/** Micro-dollars per kilogram of element back to dollars per unit; unrounded. */
export function usdPerUnit(
  microPerKg: number,
  unit: Unit,
  substance: Substance,
  assay: Ratio | null = null,
): Ratio | null {
  const perUnit = elementPerUnit(unit, substance, assay);
  return perUnit ? over(times(ratio(BigInt(microPerKg)), perUnit), MICRO) : null;
}

/** A constituent that totals are stated in: kilograms of element in a kilogram of it. 1 for the element itself. */
export interface Basis {
  name: string;
  content: Ratio;
}

/** So many grams of element as a mass of the basis, in a unit that counts product mass (kg, t, lb): grams of Y to kg of Y2O3. */
export const massInBasis = (mass: Grams, basis: Basis, unit: Unit): Ratio =>
  over(ratio(BigInt(mass), 1000n), times(basis.content, unit.kg));

/** A percentage, such as an assay, as a mass fraction. */
export const fraction = (percent: Ratio): Ratio => over(percent, ratio(100n));

/** The unit that stored masses are counted in when people read them. */
export const KILOGRAM: Unit = { id: 'kg', title: 'kilogram', counts: 'product', kg: decimal('1') };

/** A factor written in a file: more than 0. */
export function parseFactor(text: string): Ratio | null {
  const value = parseDecimal(text);
  return value && value.n > 0n ? value : null;
}
