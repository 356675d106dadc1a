/** The limits that releases are really decided by, drawn from the pool's secret: the same on every node, after a restart, and in every round. */
import { createHmac } from 'node:crypto';
import {
  drawnPermille,
  drawnTotalPermille,
  type PoolRules,
  type Protection,
  SIZE_MAX,
  sizeOf,
} from '#domain/disclosure.ts';

/** `names`: ids of the owners, by the numbers that they have in the history of the mineral. */
export function protectionOf(
  rules: PoolRules,
  secret: string,
  mineral: string,
  names: readonly string[],
): Required<Protection> {
  /** What one limit knows of the others is nothing: each is drawn under its own name. */
  const drawn = (limit: string, read: (fraction: number) => number) => {
    const known = new Map<number, number>();
    return (owner: number, largest: bigint): number => {
      const size = sizeOf(largest);
      const key = owner * (SIZE_MAX + 1) + size;
      const permille = known.get(key) ?? read(fractionOf(secret, `${limit} ${mineral} ${names[owner]} ${size}`));
      known.set(key, permille);
      return permille;
    };
  };
  return {
    ...rules,
    permilleFor: drawn('percentage', (fraction) => drawnPermille(rules, fraction)),
    totalPermilleFor: drawn('quarter', drawnTotalPermille),
  };
}

/** From 0 up to 1. */
function fractionOf(secret: string, key: string): number {
  const bytes = createHmac('sha256', secret).update(key).digest();
  return bytes.readUIntBE(0, 6) / 2 ** 48;
}
