/** How a run of cells goes on when it is filled further: 1, 2, 3; Q1, Q2; 2027, 2028; lot 7, lot 8. Pure. */
import { addQuarters, parseQuarter, type Quarter, quarterNumber, YEAR_MAX, YEAR_MIN } from '#domain/quarters.ts';
import type { ColumnType, Scalar } from '#domain/sheets.ts';
import { NUMBERS } from './columns.ts';

/** Longer digits at the end of a text are a code, not a count. */
const NUMBERED = /^(.*?)(\d{1,6})$/;

/**
 * The next cells, nearest first, after `values`, which come nearest last. Null where they are no series: then they repeat.
 * One quarter, year or numbered text goes on by one (down) or back by one (up); one number alone repeats, as in a spreadsheet.
 */
export function seriesOf(type: ColumnType, values: readonly Scalar[], length: number, isUp: boolean): Scalar[] | null {
  const run = runOf(type, values);
  const [first, second] = run?.at ?? [];
  if (!run || first === undefined) return null;
  if (second === undefined && run.isCounted) return null;
  const step = second === undefined ? (isUp ? -1 : 1) : second - first;
  if (step === 0 || run.at.some((at, index) => !isNear(at, first + index * step))) return null;
  const last = run.at.at(-1) ?? first;
  const next = Array.from({ length }, (_, index) => run.write(last + (index + 1) * step));
  return next.includes(null) ? null : next;
}

interface Run {
  at: number[];
  /** Amounts: one of them alone begins no series. */
  isCounted: boolean;
  /** Null where the series would leave what a cell of this kind can say. */
  write: (at: number) => Scalar;
}

function runOf(type: ColumnType, values: readonly Scalar[]): Run | null {
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length === values.length)
    return NUMBERS.includes(type)
      ? { at: numbers, isCounted: true, write: (at) => (at < 0 ? null : Number(at.toPrecision(12))) }
      : null;
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < values.length) return null;
  if (type === 'text') return numberedRun(texts);
  return type === 'period' || type === 'quarter' ? timeRun(texts) : null;
}

function timeRun(texts: readonly string[]): Run | null {
  const isYear = (year: number) => year >= YEAR_MIN && year <= YEAR_MAX;
  if (texts.every((text) => /^\d{4}$/.test(text) && isYear(Number(text))))
    return { at: texts.map(Number), isCounted: false, write: (at) => (isYear(at) ? String(at) : null) };
  const quarters = texts.map(parseQuarter).filter((quarter) => quarter !== null);
  if (quarters.length < texts.length) return null;
  const from = quarters[0] as Quarter;
  const write = (at: number) => addQuarters(from, at - quarterNumber(from));
  return {
    at: quarters.map(quarterNumber),
    isCounted: false,
    write: (at) => (isYear(Math.floor(at / 4)) ? write(at) : null),
  };
}

function numberedRun(texts: readonly string[]): Run | null {
  const parts = texts.map((text) => NUMBERED.exec(text));
  const words = parts[0]?.[1];
  if (words === undefined || parts.some((part) => part?.[1] !== words)) return null;
  const digits = parts.map((part) => part?.[2] ?? '');
  const width = digits[0]?.startsWith('0') ? digits[0].length : 0;
  return {
    at: digits.map(Number),
    isCounted: words === '',
    write: (at) => (at < 0 ? null : `${words}${String(at).padStart(width, '0')}`),
  };
}

const isNear = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
