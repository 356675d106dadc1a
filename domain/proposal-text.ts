/**
 * What a company may write into a sheet that its competitors read along: words, but no amounts. Used by admission.
 *
 * A quantity column would be the officials' anyway; this is about texts, which anybody could put a number into, and about the product columns,
 * which keep whatever is typed.
 */
import { amountIn } from './amount-in.ts';
import { parseGrade } from './grades.ts';

/**
 * Ids of the catalogue: 'ga-metal-6n', 'al-sc-2', 'mg-metal'. The last digit is theirs, and mg is magnesium; the words are looked at like any
 * others.
 */
const PRODUCT_ID = /^(?:mg-)?([a-z]+(?:-[a-z]+)*?)(?:-\dn?)?$/;

/** The first piece of a value that reads like an amount; null where there is none. */
export function amountInProposal(column: string, value: unknown): string | null {
  if (value === null || value === undefined || typeof value === 'boolean') return null;
  const text = String(value);
  // A purity is a number by nature; what is none would only be a place for another one.
  if (column === 'grade' && parseGrade(text).state === 'grade') return null;
  if (column === 'mineral' || column === 'form') return amountIn(PRODUCT_ID.exec(text)?.[1] ?? text);
  return amountIn(text);
}
