import { expect, test } from 'vitest';
import { RULES_OF_CELLS } from '#domain/release-reasons.ts';
import { heldWords } from '#web/lib/held-words.ts';
import type { ExactCell } from '#web/state/api.ts';

const cell = (part: Partial<ExactCell>): ExactCell => ({
  mineral: 'gallium',
  form: null,
  grade: null,
  year: null,
  level: 'all',
  kg: '1030',
  rounded: '1030',
  owners: 3,
  largestPct: 40,
  released: null,
  rule: 'owners',
  beside: null,
  ...part,
});
const say = (part: Partial<ExactCell>) => heldWords(cell(part), 'kg', ({ form }) => `“${form ?? 'all forms'}”`);

test('[CR7] a held total says its rule with what it found and what is asked for', () => {
  expect(say({ has: 3, needs: 5 })).toBe('Held: 3 companies are in it, the rules ask for 5.');
  expect(say({ has: 1, needs: 5 })).toBe('Held: 1 company is in it, the rules ask for 5.');
  expect(say({ rule: 'dominance', has: 1.2, needs: 20 })).toBe(
    'Held: the largest company outweighs the others. Allies can come within 1.2 % of its number, the rules keep them 20 % away.',
  );
  const beside = { form: 'metal', grade: null, year: null, level: 'all' as const };
  expect(say({ rule: 'whole', beside })).toBe('Held: “metal” shows nothing, and a part stands only beside its whole.');
});

test('[CR7] one that keeps its old value says what it is now', () => {
  const beside = { form: null, grade: null, year: null, level: 'all' as const };
  expect(say({ rule: 'changers', released: '1000', has: 2, needs: 4, beside })).toBe(
    'Keeps its old value, now it is 1,030 kg: since “all forms” was shown 2 companies changed it, the rules ask for 4.',
  );
  expect(say({ released: '1000', rounded: null, has: 0, needs: 5 })).toContain('nothing is there now');
});

test('[CR7] every rule has words of its own', () => {
  const words = RULES_OF_CELLS.map((rule) => say({ rule, has: 3, needs: 4 }));
  expect(new Set(words).size).toBe(words.length);
});
