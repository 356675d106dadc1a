/** What a page saves as CSV: the numbers it shows, W where it shows a dash, and nothing that a spreadsheet would run. */

import { expect, test } from 'vitest';
import { UNTOUCHED } from '#domain/fulfilment-disclosure.ts';
import { awardsCsv, csvOf, releasedCsv } from '#web/lib/csv.ts';
import type { AwardView, ReleaseView } from '#web/state/api.ts';

const NAMES = { mineral: (id: string) => `the ${id}`, form: (id: string) => `form ${id}` };
const lines = (text: string) => text.split('\r\n');

test('[WB18] withheld and absent totals are both W, and published digits stay as they came', () => {
  const cell = (year: number | null, value: string | null) =>
    ({ mineral: 'gallium', form: null, grade: null, year, level: 'all', value }) as const;
  const release: ReleaseView = {
    slotAt: '2026-11-24T09:00:00.000Z',
    final: false,
    unit: 'kg',
    basis: 'Ga',
    cells: [cell(null, '3790'), { ...cell(2027, null), form: 'ga-metal', level: 'firm' }],
  };
  expect(lines(releasedCsv(release, NAMES))).toEqual([
    'Mineral,Form,Grade,Year,Lines,Amount,Unit,Constituent,Published',
    'the gallium,all,all,all,all lines,3790,kg,Ga,2026-11-24T09:00:00.000Z',
    'the gallium,form ga-metal,all,2027,firm and take-or-pay,W,kg,Ga,2026-11-24T09:00:00.000Z',
  ]);
});

test('[WB18] an award is saved as it is shown: a delivery a row, W for a level or price that is not shown', () => {
  const award: AwardView = {
    row: 'r',
    mineral: 'gallium',
    form: 'ga',
    grade: '6N',
    period: '2027',
    priority: 'firm',
    askedKg: 300,
    awardedKg: 200,
    levelKg: null,
    parts: [
      {
        supplier: 'Refiner, "Near"',
        country: 'Japan',
        period: 'Q1 2027',
        kg: 200,
        usdPerKg: null,
        firstUsdPerKg: 9.5,
        state: 'approved',
        became: UNTOUCHED,
      },
    ],
    why: 'Met in part.',
  };
  const [, part, none] = lines(awardsCsv([award, { ...award, parts: [], levelKg: 250 }], NAMES));
  expect(part).toBe(
    'the gallium,form ga,6N,2027,firm,300,200,W,"Refiner, ""Near""",Japan,Q1 2027,200,W,9.5,Approved,Met in part.',
  );
  expect(none).toBe('the gallium,form ga,6N,2027,firm,300,200,250,,,,,,,,Met in part.');
});

test('[WB19] no cell is a formula: what begins like one is text, numbers stay numbers', () => {
  const hostile = ['=1+1', '+1', '-1+cmd', '@SUM(A1)', '\t=1', '\r=1', '  =1', '|calc', '＝1', '%0'];
  for (const text of hostile) {
    const [, row] = lines(csvOf(['x'], [[text]]).replaceAll('\n=', '='));
    expect([text, row?.replace(/^"/, '')[0]]).toEqual([text, "'"]);
  }
  expect(lines(csvOf(['x', 'y'], [[-5, 'a-b = c']]))).toEqual(['x,y', '-5,a-b = c']);
});
