/** Purity grades: minimum purity in percent by mass, nines notation, and the class that pool cells are made of. */
import { compare, decimal, minus, parseDecimal, type Ratio, ratio, toNumber } from './exact.ts';

/** 'any' holds lines without a stated purity and those below 90 %. 99.9 % is 3N, 99.995 % is 4N. 7N and purer are one class. */
export const GRADE_CLASSES = ['any', '1N', '2N', '3N', '4N', '5N', '6N', '7N'] as const;
export type GradeClass = (typeof GRADE_CLASSES)[number];

const HUNDRED = decimal('100');
const NINES_MAX = 12;

export type GradeReading = { state: 'grade'; pct: Ratio } | { state: 'outOfRange' } | { state: 'unreadable' };

/** '5N' = 99.999, '4N5' = 99.995 (four nines and a five), '99.999', '99.999 %', '>= 99.9'. */
export function parseGrade(text: string): GradeReading {
  const plain = text.trim().replace(/^(?:>=|≥|min\.?)\s*/i, '');
  const nines = /^(\d{1,2})\s*[nN]\s*(\d)?$/.exec(plain);
  if (nines) {
    const count = Number(nines[1]);
    if (count < 1 || count > NINES_MAX) return { state: 'outOfRange' };
    return { state: 'grade', pct: ninesPercent(count, Number(nines[2] ?? 0)) };
  }
  const pct = parseDecimal(plain.replace(/\s*%$/, ''));
  if (!pct) return { state: 'unreadable' };
  return pct.n > 0n && compare(pct, HUNDRED) <= 0 ? { state: 'grade', pct } : { state: 'outOfRange' };
}

/** So many nines, then one digit: (4, 5) is 99.995. */
const ninesPercent = (count: number, digit: number): Ratio =>
  minus(HUNDRED, ratio(BigInt(10 - digit) * 10n, 10n ** BigInt(count)));

/** By nines: the class whose purity the grade reaches. */
export function gradeClassOf(pct: Ratio | null): GradeClass {
  if (!pct) return 'any';
  const impurity = minus(HUNDRED, pct);
  for (let n = GRADE_CLASSES.length - 1; n >= 1; n -= 1)
    if (compare(impurity, ratio(100n, 10n ** BigInt(n))) <= 0) return GRADE_CLASSES[n] ?? 'any';
  return 'any';
}

/** A purer product serves a line of a lower grade; a line without a grade takes any. */
export const serves = (offeredPct: number | null, askedPct: number | null): boolean =>
  askedPct === null || (offeredPct !== null && offeredPct >= askedPct);

/** As people read it: '5N' and '4N5' where the number is made of nines, otherwise percent: '99.65'. */
export function showGrade(pct: Ratio): { text: string; unit?: '%' } {
  const plain = String(toNumber(pct));
  const match = /^99\.(9+)([1-8])?$/.exec(plain);
  return match ? { text: `${2 + (match[1]?.length ?? 0)}N${match[2] ?? ''}` } : { text: plain, unit: '%' };
}

export const GRADE_CLASS_TITLE: Record<GradeClass, string> = {
  any: 'any grade',
  '1N': '90 % and up',
  '2N': '99 % and up',
  '3N': '3N (99.9 %)',
  '4N': '4N (99.99 %)',
  '5N': '5N (99.999 %)',
  '6N': '6N (99.9999 %)',
  '7N': '7N (99.99999 %)',
};
