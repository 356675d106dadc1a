/** Calendar quarters and delivery windows: written, read, compared and spread over. Used by rows, pool and match. */
import { type Grams, grams } from './units.ts';

/** 'YYYY-Qn'. Strings of this shape sort in time. */
export type Quarter = `${number}-Q${1 | 2 | 3 | 4}`;

/** Both ends belong to the window; from <= to. */
export interface Window {
  from: Quarter;
  to: Quarter;
}

export const YEAR_MIN = 2000;
export const YEAR_MAX = 2100;

export const quarter = (year: number, n: number): Quarter => `${year}-Q${n as 1 | 2 | 3 | 4}`;
export const yearOf = (q: Quarter): number => Number(q.slice(0, 4));

/** Quarters since year 0, so that differences are quarters between. */
export const quarterNumber = (q: Quarter): number => yearOf(q) * 4 + Number(q.slice(6)) - 1;
export const quarterAt = (number: number): Quarter => quarter(Math.floor(number / 4), (number % 4) + 1);
export const addQuarters = (q: Quarter, count: number): Quarter => quarterAt(quarterNumber(q) + count);

export function quartersIn(window: Window): Quarter[] {
  const first = quarterNumber(window.from);
  return Array.from({ length: quarterNumber(window.to) - first + 1 }, (_, i) => quarterAt(first + i));
}

export const yearsIn = (window: Window): number[] => [...new Set(quartersIn(window).map(yearOf))];

/** 2027-Q3, 2027Q3, Q3 2027, q3 27, 3Q27, 2027/3. Null where it is none of these. */
export function parseQuarter(text: string): Quarter | null {
  const plain = text
    .trim()
    .toUpperCase()
    .replace(/[\s\-/'’.]+/g, ' ');
  const match =
    /^(?<year>\d{4}) ?Q ?(?<n>[1-4])$/.exec(plain) ??
    /^(?<year>\d{4}) (?<n>[1-4])$/.exec(plain) ??
    /^Q ?(?<n>[1-4]) ?(?<year>\d{4}|\d{2})$/.exec(plain) ??
    /^(?<n>[1-4]) ?Q ?(?<year>\d{4}|\d{2})$/.exec(plain);
  const { year: written = '', n = '' } = match?.groups ?? {};
  const year = written.length === 2 ? 2000 + Number(written) : Number(written);
  return match && year >= YEAR_MIN && year <= YEAR_MAX ? quarter(year, Number(n)) : null;
}

/** A reversed window is read as such, so that the person hears which of the two mistakes it is. */
export type WindowReading = { state: 'window'; window: Window } | { state: 'reversed' } | { state: 'unreadable' };

/** A quarter, a year, or two of them joined: '2027-Q1/2027-Q4', 'Q1 2027 - Q3 2027', '2027 to 2028', 'Q2-Q4 2027'. */
export function parseWindow(text: string): WindowReading {
  const plain = text.trim();
  const single = parseEnds(plain);
  if (single) return { state: 'window', window: single };
  for (const separator of [/\s*\/\s*/, /\s+to\s+/i, /\s*(?:–|—|\.\.|…|→)\s*/, /\s+-\s+/, /\s*-\s*(?=q[1-4]|\d{4}$)/i]) {
    const [first, second, ...more] = plain.split(separator);
    if (!first || !second || more.length > 0) continue;
    const end = parseEnds(second);
    const start = parseEnds(first) ?? (end ? parseEnds(`${first} ${yearOf(end.to)}`) : null);
    if (!start || !end) continue;
    return start.from <= end.to ? { state: 'window', window: { from: start.from, to: end.to } } : { state: 'reversed' };
  }
  return { state: 'unreadable' };
}

function parseEnds(text: string): Window | null {
  const year = /^\d{4}$/.test(text) ? Number(text) : Number.NaN;
  if (year >= YEAR_MIN && year <= YEAR_MAX) return { from: quarter(year, 1), to: quarter(year, 4) };
  const one = parseQuarter(text);
  return one ? { from: one, to: one } : null;
}

/** As a cell holds it: '2027-Q1', '2027-Q1/2027-Q4'. */
export const writeWindow = (window: Window): string =>
  window.from === window.to ? window.from : `${window.from}/${window.to}`;

export const showQuarter = (q: Quarter): string => `Q${q.slice(6)} ${q.slice(0, 4)}`;

/** As people read it: 'Q3 2027', 'Q2–Q4 2027', '2027', '2027–2028'. parseWindow reads each of them back. */
export function showWindow({ from, to }: Window): string {
  const whole = from.endsWith('Q1') && to.endsWith('Q4');
  if (from === to) return showQuarter(from);
  if (yearOf(from) === yearOf(to)) return whole ? `${yearOf(from)}` : `${from.slice(5)}–${showQuarter(to)}`;
  return whole ? `${yearOf(from)}–${yearOf(to)}` : `${showQuarter(from)} – ${showQuarter(to)}`;
}

/** Even delivery over the window: whole grams a quarter, what does not divide goes to the first quarters. Sums to the mass. */
export function spread(mass: Grams, window: Window): { quarter: Quarter; grams: Grams }[] {
  const quarters = quartersIn(window);
  const each = Math.floor(mass / quarters.length);
  const left = mass % quarters.length;
  return quarters.map((q, i) => ({ quarter: q, grams: grams(each + (i < left ? 1 : 0)) }));
}

/** The same, added up by calendar year. */
export function spreadByYear(mass: Grams, window: Window): Map<number, Grams> {
  const years = new Map<number, Grams>();
  for (const part of spread(mass, window)) {
    const year = yearOf(part.quarter);
    years.set(year, grams((years.get(year) ?? 0) + part.grams));
  }
  return years;
}
