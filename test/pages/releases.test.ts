/** Which messages of slots are news to a reader. */
import { expect, test } from 'vitest';
import { checkWords, haveSameLots, sinceWords } from '#web/lib/certificate-words.ts';
import type { ReleaseView } from '#web/state/api.ts';
import { haveSameCells, withSeen } from '#web/state/releases.ts';

const release = (minute: number, value: string | null, final = false): ReleaseView => ({
  slotAt: `2026-12-01T10:0${minute}:00.000Z`,
  final,
  unit: 'kg',
  basis: 'Y2O3',
  cells: [{ mineral: 'yttrium', form: null, grade: null, year: null, level: 'all', value }],
});

test('[WB30] the list of releases holds those that changed what is seen, not each slot', () => {
  const slots = [release(1, null), release(2, '100'), release(3, '100'), release(4, '120'), release(5, '120', true)];
  const seen = slots.reduce((known: ReleaseView[], slot) => withSeen(known, slot), []);
  expect(seen.map(({ slotAt }) => slotAt.slice(14, 16))).toEqual(['02', '04', '05']);
});

test('[WB31] what was checked stays while a slot leaves the table as it was, and no longer', () => {
  expect(haveSameCells(release(1, '100'), release(2, '100'))).toBe(true);
  expect(haveSameCells(release(1, '100'), release(2, '120'))).toBe(false);
  expect(haveSameCells(release(1, '100'), release(2, '100', true))).toBe(false);
  expect(haveSameCells(release(1, '100'), null)).toBe(false);
});

test('[RL48] a message of a slot that names the fields of its cells in another order than an answer is not taken for news', () => {
  const answered = release(1, '100');
  const told = {
    ...release(2, '100'),
    cells: answered.cells.map((cell) => Object.fromEntries(Object.entries(cell).reverse()) as typeof cell),
  };
  expect(JSON.stringify(told.cells)).not.toBe(JSON.stringify(answered.cells));
  expect(haveSameCells(answered, told)).toBe(true);
  expect(withSeen([answered], told)).toEqual([answered]);
});

test('[RL49] checking a release says whether the reader changed lines since, and speaks of own lines to those who have some', () => {
  const then = new Map([['gallium', 850n]]);
  expect(sinceWords(haveSameLots(then, new Map(then)))).toBe('What it counts of yours is what your sheet says now.');
  for (const now of [new Map([['gallium', 900n]]), new Map(), new Map([...then, ['germanium', 1n]])])
    expect(sinceWords(haveSameLots(then, now))).toContain('You changed your lines since');
  expect(checkWords(true)).toContain('your own lines');
  expect(checkWords(false)).not.toContain('your own');
});
