import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addParts,
  type Contributor,
  lotKey,
  type MutableLots,
  partsOf,
  poolLines,
  readLotKey,
} from '#domain/pooling.ts';
import { lineOf, lotOf } from '../support/small-pool.ts';

const COMPANY: Contributor = { parentId: 'owner', government: false };

const line = fc
  .record({
    mass: fc.integer({ min: 1, max: 1_000_000_000 }),
    family: fc.constantFrom('oxide', 'metal'),
    gradeClass: fc.constantFrom('any' as const, '3N' as const, '5N' as const),
    start: fc.integer({ min: 2026 * 4, max: 2030 * 4 }),
    length: fc.integer({ min: 1, max: 14 }),
    commitment: fc.constantFrom(
      'indicative' as const,
      'letterOfIntent' as const,
      'firm' as const,
      'takeOrPay' as const,
    ),
  })
  .map(({ start, length, ...rest }) => {
    const quarter = (n: number) => `${Math.floor(n / 4)}-Q${(n % 4) + 1}` as `${number}-Q1`;
    return lineOf({ ...rest, from: quarter(start), to: quarter(start + length - 1) });
  });
const contributor = fc.record({ parentId: fc.constantFrom('a', 'b', 'c'), government: fc.boolean() });

test('[PL1] the years of a line add up to its mass, to the gram', () => {
  fc.assert(
    fc.property(line, (one) => {
      const total = partsOf(one, COMPANY).reduce((sum, [, mass]) => sum + mass, 0);
      expect(total).toBe(one.grams);
    }),
  );
});

test('[PL2] a window over several years is split by its quarters', () => {
  const parts = partsOf(lineOf({ mass: 1000, from: '2027-Q4', to: '2028-Q3' }), COMPANY);
  expect(parts.map(([lot, mass]) => [readLotKey(lot).year, mass])).toEqual([
    [2027, 250],
    [2028, 750],
  ]);
});

test('[PL3] firm and take-or-pay lines are pooled apart from the others', () => {
  const firmOf = (commitment: 'indicative' | 'letterOfIntent' | 'firm' | 'takeOrPay') =>
    partsOf(lineOf({ mass: 1, commitment }), COMPANY).map(([lot]) => readLotKey(lot).firm);
  expect([firmOf('indicative'), firmOf('letterOfIntent')]).toEqual([[false], [false]]);
  expect([firmOf('firm'), firmOf('takeOrPay')]).toEqual([[true], [true]]);
});

test('[PL4] subsidiaries of one owner are one contributor', () => {
  const lots = poolLines([
    { line: lineOf({ mass: 30 }), contributor: { parentId: 'holding', government: false } },
    { line: lineOf({ mass: 12 }), contributor: { parentId: 'holding', government: false } },
  ]);
  expect(lots.get(lotKey(lotOf('oxide')))).toEqual(new Map([['holding', 42n]]));
});

test('[PL5] a government line is no part of the pool', () => {
  expect(partsOf(lineOf({ mass: 500 }), { parentId: 'agency', government: true })).toEqual([]);
});

test('[PL6] taking parts away undoes adding them and leaves no empty lot', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(line, contributor)), line, contributor, (kept, gone, by) => {
      const lots = poolLines(kept.map(([one, who]) => ({ line: one, contributor: who }))) as MutableLots;
      const before = structuredClone(lots);
      addParts(lots, by.parentId, partsOf(gone, by), 1n);
      addParts(lots, by.parentId, partsOf(gone, by), -1n);
      expect(lots).toEqual(before);
    }),
  );
});

test('[PL7] taking away what was never added is a bug and is thrown', () => {
  expect(() => addParts(new Map(), 'a', partsOf(lineOf({ mass: 5 }), COMPANY), -1n)).toThrow(RangeError);
});

test('[PL8] sums beyond what a double can count stay exact', () => {
  const lines = Array.from({ length: 3 }, () => ({
    line: lineOf({ mass: Number.MAX_SAFE_INTEGER }),
    contributor: COMPANY,
  }));
  expect(
    poolLines(lines)
      .get(lotKey(lotOf('oxide')))
      ?.get('owner'),
  ).toBe(3n * BigInt(Number.MAX_SAFE_INTEGER));
});
