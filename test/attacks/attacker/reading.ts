/** Reads releases as they came over the wire: which cells have a new value in which slot, and between which bounds rounding leaves it. */

interface Received {
  cells: readonly {
    form: string | null;
    grade: string | null;
    year: number | null;
    level: string;
    value: string | null;
  }[];
}

export interface Seen {
  /** Number of the release, from 0. */
  slot: number;
  /** 'form|grade|year|level' */
  cell: string;
  low: number;
  high: number;
}

const DIGITS = 3;

/** Half a step of the last digit to both sides. */
export function boundsOf(value: string): { low: number; high: number } {
  const number = Number(value);
  if (number === 0) return { low: 0, high: 0 };
  const half = 10 ** (Math.floor(Math.log10(Math.abs(number))) - DIGITS + 1) / 2;
  return { low: number - half, high: number + half };
}

/** A value that did not change tells nothing new: it was held, or is the same. */
export function readSights(releases: readonly Received[]): Seen[] {
  const last = new Map<string, string | null>();
  return releases.flatMap(({ cells }, slot) =>
    cells.flatMap(({ form, grade, year, level, value }) => {
      const cell = [form ?? '', grade ?? '', year ?? '', level].join('|');
      const isNew = value !== null && value !== last.get(cell);
      last.set(cell, value);
      return isNew ? [{ slot, cell, ...boundsOf(value) }] : [];
    }),
  );
}
