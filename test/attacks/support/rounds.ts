/**
 * Sessions for the attacks to work on: what the pool held in each slot, published by the program's rules or with single rules switched off,
 * and what of it any viewer then has in hand. The attackers read only the recording.
 */
import { type Book, SmallRound, type TERMS } from '../../support/small-pool.ts';
import type { Sightings, Unknown } from '../attacker/algebra.ts';
import { type Off, switched } from './switches.ts';

/** A number that appeared in a slot, exact: the attackers are better off than with the rounded one. */
export interface Sight {
  slot: number;
  /** 'form|grade|year|level' */
  cell: string;
  value: bigint;
  unknowns: Unknown[];
}

/** `secret`: the percentages are drawn from it, as a real pool's are; without it they are as low as they can be. */
export function record(
  books: readonly Book[],
  off: readonly Off[] = [],
  terms?: typeof TERMS,
  secret?: string,
): Sight[] {
  const drawn = secret === undefined ? {} : { secret };
  const round = new SmallRound({ ...drawn, ...(terms && { terms }), tests: (standing) => switched(standing, off) });
  return books.flatMap((book, slot) =>
    round.slot(book).map((cell) => ({ slot, cell, value: round.shown(cell) ?? 0n, unknowns: unknownsOf(cell, book) })),
  );
}

/** The amounts that a cell adds up, as an attacker would name them: an amount that did not change has the name it had. */
export function unknownsOf(cell: string, book: Book): Unknown[] {
  const [form = '', grade = '', year = '', level = ''] = cell.split('|');
  return Object.entries(book).flatMap(([place, amounts]) => {
    const words = place.split(' ');
    const placeGrade = words.find((word) => /^\dN$/.test(word)) ?? 'any';
    const placeYear = words.find((word) => /^\d{4}$/.test(word)) ?? '2027';
    const isIn =
      (form === '' || form === words[0]) &&
      (grade === '' || grade === placeGrade) &&
      (year === '' || year === placeYear) &&
      (level === 'all' || words.includes('firm'));
    return isIn
      ? Object.entries(amounts).flatMap(([owner, amount]) =>
          amount > 0 ? [{ owner, name: `${place}: ${amount}` }] : [],
        )
      : [];
  });
}

export const sightingsOf = (sights: readonly Sight[]): Sightings => sights.map(({ unknowns }) => unknowns);

/** The value of a cell in a slot; null where nothing new appeared. */
export const valueAt = (sights: readonly Sight[], slot: number, cell = '|||all'): bigint | null =>
  sights.find((sight) => sight.slot === slot && sight.cell === cell)?.value ?? null;
