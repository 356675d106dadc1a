/** Which guided path of the demo is a person's. */
import type { Right } from '#domain/actors.ts';

export type TourId = 'manufacturer' | 'official' | 'administrator';

/** The right that makes a path one's own. Who has none of them, such as an observer, is shown no path. */
const RIGHT_OF: readonly [Right, TourId][] = [
  ['demand.read', 'manufacturer'],
  ['targets.read', 'official'],
  ['demand.cleanRoom', 'administrator'],
];

export const tourFor = (may: (right: Right) => boolean): TourId | null =>
  RIGHT_OF.find(([right]) => may(right))?.[1] ?? null;
