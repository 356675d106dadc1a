/** What checking a release says of the reader's own lines, in words. Used by the certificate's panel. */

/** Said before anything is checked. `hasOwn`: the reader's company enters demand in this round. */
export const checkWords = (hasOwn: boolean): string =>
  hasOwn
    ? 'Your browser can check that the table is the certified one and that your own lines went into it exactly as they stood. It sees nothing of anybody else’s: their lines are in the certificate only as a fingerprint that tells nothing.'
    : 'Your browser can check that the table is the certified one. The lines of the companies are in the certificate only as a fingerprint that tells nothing; each company checks its own.';

/** Grams by lot are the same. */
export function haveSameLots(one: ReadonlyMap<string, bigint>, other: ReadonlyMap<string, bigint>): boolean {
  return one.size === other.size && [...one].every(([key, grams]) => other.get(key) === grams);
}

/** Whether the lines of the reader are today what the certified release counted. Says nothing of when another release comes. */
export const sinceWords = (isSame: boolean): string =>
  isSame
    ? 'What it counts of yours is what your sheet says now.'
    : 'You changed your lines since. It counts them as they stood at the moment below; a release with new numbers counts them as they stand then.';
