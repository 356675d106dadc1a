/** The releases that a page knows: which messages of slots are news to a reader, and which only say that all stays as it is. */
import type { ReleaseView } from './api.ts';

/** Releases kept in the page; a round in live sessions has four an hour. */
const RELEASES_MAX = 500;

/** Answers and messages name the fields of a cell in different orders. */
const textOf = (release: ReleaseView | null): string =>
  JSON.stringify(
    release?.cells.map(({ mineral, form, grade, year, level, value }) => [mineral, form, grade, year, level, value]) ??
      null,
  );

/** The tables are alike, whatever slots they are of and however they came. */
export const haveSameCells = (one: ReleaseView | null, other: ReleaseView | null): boolean =>
  one?.final === other?.final && textOf(one) === textOf(other);

/** Every slot sends a message; the list holds those that changed what is seen, as the server's does. Oldest first. */
export function withSeen(known: readonly ReleaseView[], release: ReleaseView): ReleaseView[] {
  const last = known.at(-1) ?? null;
  const isFirstWithout = last === null && !release.final && release.cells.every(({ value }) => value === null);
  return isFirstWithout || haveSameCells(release, last) ? [...known] : [...known, release].slice(-RELEASES_MAX);
}
