/** Numbers, times and names as people read them. Used by every page; the grid has its own cell formats. */

const NUMBER = new Intl.NumberFormat('en-US', { maximumFractionDigits: 3 });

/** Kilograms with a unit that keeps the number short: 1,250 kg, 18.6 t. Shown to `digits` significant digits. */
export function mass(kg: number, digits = 4): { value: string; unit: string } {
  const tons = Math.abs(kg) >= 10_000;
  return { value: significant(tons ? kg / 1000 : kg, digits), unit: tons ? 't' : 'kg' };
}

export const massText = (kg: number, digits = 4): string => {
  const { value, unit } = mass(kg, digits);
  return `${value} ${unit}`;
};

export function significant(value: number, digits: number): string {
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: digits }).format(value);
}

export const number = (value: number): string => NUMBER.format(value);

/** Thousands of a decimal string are set apart; its digits stay exactly as they came. */
export function decimal(text: string): string {
  const [whole = '', fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

export function dollars(usd: number): string {
  if (Math.abs(usd) >= 1_000_000) return `$ ${significant(usd / 1_000_000, 4)} million`;
  return `$ ${new Intl.NumberFormat('en-US', { maximumFractionDigits: Math.abs(usd) < 1000 ? 2 : 0 }).format(usd)}`;
}

export const percent = (value: number): string => `${significant(value, 3)} %`;

const DAY = new Intl.DateTimeFormat('en-US', { day: 'numeric', month: 'short', year: 'numeric' });
const TIME = new Intl.DateTimeFormat('en-US', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const SECOND = new Intl.DateTimeFormat('en-US', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

type Instant = string | Date | number;
export const day = (at: Instant): string => DAY.format(new Date(at));
export const time = (at: Instant): string => TIME.format(new Date(at));
export const timeToSecond = (at: Instant): string => SECOND.format(new Date(at));

/** '14:05' today, 'Nov 24, 14:05' this year, 'Nov 24, 2025, 14:05' before. */
export function moment(at: Instant, now = Date.now()): string {
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return TIME.format(then);
  const isThisYear = then.getFullYear() === today.getFullYear();
  const date = isThisYear ? then.toLocaleDateString('en-US', { day: 'numeric', month: 'short' }) : DAY.format(then);
  return `${date}, ${TIME.format(then)}`;
}

/** 'in 24 days', 'in 3 h', 'in 12 min', or 'now' when it has passed. */
export function until(at: Instant, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  if (seconds <= 0) return 'now';
  if (seconds < 90 * 60) return `in ${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 48 * 3600) return `in ${Math.round(seconds / 3600)} h`;
  return `in ${Math.round(seconds / 86_400)} days`;
}

/** Minutes and seconds of a countdown: 0:42. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** Catalogue names begin small; a heading or a first word does not. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  return ((words[0]?.[0] ?? '') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase();
}

/** 1 order, 2 orders. */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${NUMBER.format(n)} ${n === 1 ? one : many}`;

/** 'a', 'a and b', 'a, b and c'. */
export const list = (words: readonly string[]): string =>
  new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(words);

const SUBSCRIPTS = '₀₁₂₃₄₅₆₇₈₉';
/** Y2O3 as chemists write it. Only digits that follow a letter or bracket are counts. */
export const formula = (text: string): string =>
  text.replace(/(?<=[A-Za-z)\]])\d+/g, (digits) => [...digits].map((digit) => SUBSCRIPTS[Number(digit)]).join(''));
