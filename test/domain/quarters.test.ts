import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  addQuarters,
  parseQuarter,
  parseWindow,
  quarterAt,
  quartersIn,
  showWindow,
  spread,
  spreadByYear,
  writeWindow,
} from '#domain/quarters.ts';
import { grams, sumGrams } from '#domain/units.ts';

const aWindow = fc
  .tuple(fc.integer({ min: 8000, max: 8398 }), fc.integer({ min: 0, max: 40 }))
  .map(([first, length]) => ({
    from: quarterAt(first),
    to: quarterAt(Math.min(first + length, 8403)),
  }));
const read = (text: string) => {
  const reading = parseWindow(text);
  return reading.state === 'window' ? writeWindow(reading.window) : reading.state;
};

test('[UN12] a quarter is read in the spellings that people use', () => {
  for (const text of ['2027-Q3', '2027Q3', '2027 q3', 'Q3 2027', 'q3 27', 'Q3/27', "Q3'27", '3Q27', '2027/3'])
    expect(parseQuarter(text), text).toBe('2027-Q3');
  for (const text of ['2027-Q5', 'Q0 2027', '1999-Q1', '2101-Q1', 'third quarter', '', '2027'])
    expect(parseQuarter(text), text).toBeNull();
});

test('[UN12] a year and a run of quarters are windows', () => {
  expect(
    ['2027', '2027-Q1/2027-Q4', 'Q1-Q4 2027', '2027-Q1 to 2027-Q4', 'Q1 2027 - Q4 2027', 'q1 27..q4 27'].map(read),
  ).toEqual(Array(6).fill('2027-Q1/2027-Q4'));
  expect(['2027-2028', 'Q3 2027', 'Q4 2027 – Q1 2028'].map(read)).toEqual([
    '2027-Q1/2028-Q4',
    '2027-Q3',
    '2027-Q4/2028-Q1',
  ]);
});

test('[UN12] a window that ends before it begins is told apart from one that cannot be read', () => {
  expect(['2027-Q4/2027-Q1', '2028 to 2027', 'Q3-Q2 2027'].map(read)).toEqual(['reversed', 'reversed', 'reversed']);
  expect(['soon', '2027-Q1/', '2027-Q1/2027-Q2/2027-Q3', '/'].map(read)).toEqual(Array(4).fill('unreadable'));
});

test('[UN12] a window as written and as shown reads back as itself', () => {
  fc.assert(
    fc.property(aWindow, (window) => {
      expect(read(writeWindow(window))).toBe(writeWindow(window));
      expect(read(showWindow(window))).toBe(writeWindow(window));
    }),
  );
});

test('[UN13] even delivery gives whole grams that add up to the mass', () => {
  fc.assert(
    fc.property(aWindow, fc.maxSafeNat(), (window, mass) => {
      const parts = spread(grams(mass), window).map((part) => part.grams);
      expect(parts.length).toBe(quartersIn(window).length);
      expect(sumGrams(parts)).toBe(mass);
      expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
      expect(sumGrams(spreadByYear(grams(mass), window).values())).toBe(mass);
    }),
  );
});

test('[UN13] a year gets the quarters of the window that lie in it', () => {
  const window = { from: '2027-Q3', to: addQuarters('2027-Q3', 2) } as const;
  expect([...spreadByYear(grams(300), window)]).toEqual([
    [2027, 200],
    [2028, 100],
  ]);
});
