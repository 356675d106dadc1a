/** The releases that a page knows: which messages of slots are news to a reader, and which only say that all stays as it is. */
import type { ReleaseView } from './api.ts';

/** Releases kept in the page; a round in live sessions has four an hour. */
const RELEASES_MAX = 500;

/** The tables are alike, whatever slots they are of. */
export const haveSameCells = (one: ReleaseView | null, other: ReleaseView | null): boolean =>
  one?.final === other?.final && JSON.stringify(one?.cells) === JSON.stringify(other?.cells);

/** Every slot sends a message; the list holds those that changed what is seen, as the server's does. Oldest first. */
export function withSeen(known: readonly ReleaseView[], release: ReleaseView): ReleaseView[] {
  const last = known.at(-1) ?? null;
  const isFirstWithout = last === null && !release.final && release.cells.every(({ value }) => value === null);
  return isFirstWithout || haveSameCells(release, last) ? [...known] : [...known, release].slice(-RELEASES_MAX);
}
