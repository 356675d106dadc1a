import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal, toNumber } from '#domain/exact.ts';
import { gradeClassOf, parseGrade, serves, showGrade } from '#domain/grades.ts';

const percentOf = (text: string) => {
  const reading = parseGrade(text);
  return reading.state === 'grade' ? toNumber(reading.pct) : reading.state;
};

test('[UN14] nines and percent are two spellings of one purity', () => {
  expect(['5N', '99.999', '99.999 %', '>= 99.999', '5 n'].map(percentOf)).toEqual(Array(5).fill(99.999));
  expect(['4N5', '3N8', '7N', '2n'].map(percentOf)).toEqual([99.995, 99.98, 99.99999, 99]);
});

test('[UN14] a purity above 100 %, zero, below zero or that is no number is refused', () => {
  expect(['101', '101 %', '0', '-1', '0N', '13N'].map(percentOf)).toEqual(Array(6).fill('outOfRange'));
  expect(['pure', '', '99,9', '5NN'].map(percentOf)).toEqual(Array(4).fill('unreadable'));
  expect(percentOf('100')).toBe(100);
});

test('[UN14] the class is the nines that the purity reaches', () => {
  const classOf = (pct: string) => gradeClassOf(decimal(pct));
  expect(['89.9', '90', '99', '99.65', '99.9', '99.995', '99.99999', '99.999999'].map(classOf)).toEqual([
    'any',
    '1N',
    '2N',
    '2N',
    '3N',
    '4N',
    '7N',
    '7N',
  ]);
  expect(gradeClassOf(null)).toBe('any');
});

test('[UN14] a shown purity reads back as itself', () => {
  expect([decimal('99.9999'), decimal('99.995'), decimal('99.65'), decimal('95')].map(showGrade)).toEqual([
    { text: '6N' },
    { text: '4N5' },
    { text: '99.65', unit: '%' },
    { text: '95', unit: '%' },
  ]);
  fc.assert(
    fc.property(fc.bigInt(1n, 10n ** 9n), (n) => {
      const pct = decimal(`${n / 10n ** 7n}.${String(n % 10n ** 7n).padStart(7, '0')}`);
      expect(percentOf(showGrade(pct).text)).toBe(toNumber(pct));
    }),
  );
});

test('[UN15] a purer product serves a lower grade, never the other way round', () => {
  expect([
    serves(99.9999, 99.99),
    serves(99.99, 99.99),
    serves(99.99, 99.9999),
    serves(null, 99.9),
    serves(null, null),
  ]).toEqual([true, true, false, false, true]);
});
