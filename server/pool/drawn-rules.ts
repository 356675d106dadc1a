/** The percentages that releases are really decided by, drawn from the pool's secret: the same on every node, after a restart, and in every round. */
import { createHmac } from 'node:crypto';
import { drawnPermille, type PoolRules, type Protection, sizeOf } from '#domain/disclosure.ts';

/** `names`: ids of the owners, by the numbers that they have in the history of the mineral. */
export function protectionOf(
  rules: PoolRules,
  secret: string,
  mineral: string,
  names: readonly string[],
): Required<Protection> {
  const drawn = new Map<string, number>();
  const draw = (key: string): number => {
    const bytes = createHmac('sha256', secret).update(key).digest();
    const permille = drawnPermille(rules, bytes.readUIntBE(0, 6) / 2 ** 48);
    drawn.set(key, permille);
    return permille;
  };
  return {
    ...rules,
    permilleFor: (owner, largest) => {
      const key = `${mineral} ${names[owner]} ${sizeOf(largest)}`;
      return drawn.get(key) ?? draw(key);
    },
  };
}
