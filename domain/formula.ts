/** Chemical formulas: parsed into atom counts, weighed with standard atomic weights. Used by the catalogue for mass fractions. */
import { over, plus, type Ratio, ratio, times, ZERO } from './exact.ts';

export type AtomCounts = ReadonlyMap<string, number>;

const FORMULA_CHARS_MAX = 80;
const DEPTH_MAX = 6;
const COUNT_MAX = 1000;

/**
 * 'Y2O3', '(NH4)10(H2W12O42).4H2O': elements with counts, round brackets, and parts added with a dot, each part with an optional
 * factor in front. Null where the text is no such formula.
 */
export function parseFormula(text: string): AtomCounts | null {
  if (text === '' || text.length > FORMULA_CHARS_MAX) return null;
  const counts = new Map<string, number>();
  for (const part of text.split(/[.·]/)) {
    const factor = /^\d*/.exec(part)?.[0] ?? '';
    const body = part.slice(factor.length);
    const atoms = body === '' ? null : parseBody(body);
    const multiplier = factor === '' ? 1 : Number(factor);
    if (!atoms || multiplier < 1 || multiplier > COUNT_MAX) return null;
    for (const [symbol, count] of atoms) counts.set(symbol, (counts.get(symbol) ?? 0) + count * multiplier);
  }
  return counts;
}

/** One part without its factor: a stack holds the counts of the brackets that are still open. */
function parseBody(body: string): AtomCounts | null {
  const stack: Map<string, number>[] = [new Map()];
  const token = /([A-Z][a-z]?)(\d*)|(\()|\)(\d*)/y;
  while (token.lastIndex < body.length) {
    const match = token.exec(body);
    if (!match) return null;
    if (match[3]) {
      if (stack.length > DEPTH_MAX) return null;
      stack.push(new Map());
      continue;
    }
    const group = match[1] ? new Map([[match[1], 1]]) : stack.pop();
    const count = Number(match[2] || match[4] || 1);
    const outer = stack.at(-1);
    if (!group || !outer || group.size === 0 || count < 1 || count > COUNT_MAX) return null;
    for (const [symbol, atoms] of group) outer.set(symbol, (outer.get(symbol) ?? 0) + atoms * count);
  }
  return stack.length === 1 ? (stack[0] ?? null) : null;
}

/** Grams per mole; null where an element has no weight in the table. */
export function molarMass(counts: AtomCounts, weights: ReadonlyMap<string, Ratio>): Ratio | null {
  let sum = ZERO;
  for (const [symbol, count] of counts) {
    const weight = weights.get(symbol);
    if (!weight) return null;
    sum = plus(sum, times(weight, ratio(BigInt(count))));
  }
  return sum;
}

/** Kilograms of the element in one kilogram of the compound, unrounded; null where the formula does not hold the element. */
export function massFraction(element: string, formula: string, weights: ReadonlyMap<string, Ratio>): Ratio | null {
  const counts = parseFormula(formula);
  const atoms = counts?.get(element);
  const weight = weights.get(element);
  const whole = counts ? molarMass(counts, weights) : null;
  return atoms && weight && whole ? over(times(weight, ratio(BigInt(atoms))), whole) : null;
}
