/** When a pool is published: at multiples of its slot since the epoch, on every node alike. Used by the publisher. */

/**
 * From a slot's moment to the push of what it shows: enough to decide and store, so that the push waits for neither and its moment tells nothing
 * of them. The largest pool takes about one second of CPU; a tenth of it is usual.
 */
export const PUSH_LAG_MS = 2000;

/** The first slot after the given moment. */
export function nextSlot(after: Date, seconds: number): Date {
  const slotMs = seconds * 1000;
  return new Date((Math.floor(after.getTime() / slotMs) + 1) * slotMs);
}
