import { expect, test } from 'vitest';
import type { Row } from '#domain/sheets.ts';
import { FIGURE_COLUMNS, figureLine, figuresCsv, quarterOfDay } from '#web/state/target-figures.ts';
import { catalogue, GALLIUM_SUPPLY, targetRow } from '../support/catalogue.ts';

const around = {
  catalogue,
  supplies: new Map([['gallium', GALLIUM_SUPPLY]]),
  rates: { financingPct: 6, insurancePct: 1, handlingPct: 1 },
  now: '2026-Q4',
} as const;
const FULL = {
  target: null,
  coverDays: 60,
  military: 73,
  civilian: 146,
  industrial: 146,
  onHand: 20,
  price: 500,
  priceUnit: 'USD/kg',
  storage: 1000,
  rotated: 'Q3 2024',
  shelfMonths: 24,
};

const shown = (cells: Row, of = around as Parameters<typeof figureLine>[2]) => {
  const line = figureLine('r', targetRow(cells), of);
  return Object.fromEntries(
    FIGURE_COLUMNS.map(({ title }, i) => {
      const cell = line?.cells[i];
      return [
        title,
        cell && ('missing' in cell ? `– ${cell.missing}` : [cell.text, cell.note].filter(Boolean).join(', ')),
      ];
    }),
  );
};

test('[VT6] under the targets stands what follows from each row, with its unit', () => {
  expect(shown(FULL)).toEqual({
    'Need, a year': '365 kg',
    Target: '60 kg, by days',
    'Target from days': '60 kg',
    Cover: '20 days',
    Gap: '40 kg',
    // One covered source of which nothing arrives: 365 kg and half of the military 73 more; a third comes back each year.
    'Short, year 1': '401.5 kg',
    'Short, year 2': '243.3 kg',
    'Short, year 3': '121.7 kg',
    'Short, year 4': '0 kg',
    'Carrying, a year': '$ 820',
    'Closing the gap': '$ 20,000',
    'Rotation due': 'Q3 2026, late',
  });
  expect(quarterOfDay(new Date(2026, 11, 31))).toBe('2026-Q4');
});

test('[VT7] where an input is missing stands a dash with the reason; an empty row has no line', () => {
  expect(figureLine('r', {}, around)).toBeNull();
  expect(shown({ onHand: 20, target: null })).toMatchObject({
    'Need, a year': '– no need a year',
    Target: '– no target, or no days with needs',
    'Target from days': '– no target days',
    Cover: '– no need a year',
    Gap: '– no target',
    'Short, year 1': '– no need a year',
    'Carrying, a year': '– no inventory price',
    'Closing the gap': '– no inventory price',
    'Rotation due': '– never rotated',
  });
  expect(shown(FULL, { ...around, supplies: new Map(), rates: null })).toMatchObject({
    'Short, year 4': '– no published supply',
    'Carrying, a year': '– no carrying rates',
  });
  expect(Object.values(shown({ ...FULL, onHand: 'much' }))).toEqual(
    FIGURE_COLUMNS.map(() => '– a cell of the row has a fault'),
  );
});

test('[VT8] the file has the same figures as plain numbers, and says what is missing', () => {
  const lines = [figureLine('a', targetRow(FULL), around), figureLine('b', targetRow({ onHand: 20 }), around)];
  const [head, full, bare] = figuresCsv(lines.flatMap((line) => line ?? [])).split('\r\n');
  expect(head).toMatch(/^Product,Grade,"Need, a year \(kg\)",Target \(kg\)/);
  expect(full).toMatch(/,365,60,60,20\.0,40,401\.5,243\.333,121\.667,0,820\.00,20000\.00,2026-Q3,$/);
  expect(bare).toContain('"Need, a year: no need a year; ');
});
