/** Places for new rows: fractional index keys between two neighbours. Used by the sheet state. */
import { generateKeyBetween, generateNKeysBetween } from 'fractional-indexing';

/**
 * `count` keys for rows after the one named; null puts them at the top, undefined at the end.
 * Two people may have made the same key at the same time: then the next key that differs bounds the new ones.
 */
export function keysAfter(
  order: readonly string[],
  keyOf: (id: string) => string,
  after: string | null | undefined,
  count: number,
): string[] {
  if (count === 0) return [];
  const index = after === undefined ? order.length - 1 : after === null ? -1 : order.indexOf(after);
  const neighbour = order[index];
  const low = neighbour === undefined ? null : keyOf(neighbour);
  const high =
    order
      .slice(index + 1)
      .map(keyOf)
      .find((key) => low === null || key > low) ?? null;
  try {
    return generateNKeysBetween(low, high, count);
  } catch {
    // A neighbour's key is no key (another program wrote it): go behind the last row whose key is one.
    return generateNKeysBetween(order.map(keyOf).findLast(isKey) ?? null, null, count);
  }
}

function isKey(text: string): boolean {
  try {
    generateKeyBetween(text, null);
    return true;
  } catch {
    return false;
  }
}

let count = 0;

/** A random UUID (version 7) that sorts by when it was made: rows without a place stand in the order in which they were added. */
export function orderedId(nowMs: number): string {
  count = (count + 1) % 0x1000;
  const time = nowMs.toString(16).padStart(12, '0');
  const random = crypto.randomUUID();
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count.toString(16).padStart(3, '0')}${random.slice(18)}`;
}
