import { expect, test } from 'vitest';
import { PRIORITY_SHEET, PROPOSER_COLUMNS, proposerMayEdit, readPriority } from '#domain/priority-sheet.ts';
import type { Row } from '#domain/sheets.ts';
import { catalogue, priorityRow } from '../support/catalogue.ts';

const read = (cells: Row) => readPriority('p1', priorityRow(cells), catalogue);
const problemsOf = (cells: Row) => {
  const reading = read(cells);
  return reading.state === 'invalid' ? reading.problems : [];
};

test('[RW15] a row says everything about a priority', () => {
  expect(
    read({ onHand: 260, coverDays: 60, budget: '60,000,000', excluded: 'China, RUS', evidence: 'e', endUse: 'radar' }),
  ).toEqual({
    state: 'valid',
    value: {
      row: 'p1',
      mineral: 'gallium',
      form: 'ga-metal-6n',
      family: 'ga-metal',
      gradePct: null,
      gradeClass: 'any',
      tier: 1,
      target: 3_120_000,
      onHand: 260_000,
      surplus: 0,
      coverDays: 60,
      budgetUsd: 60_000_000,
      excludedCountries: ['CHN', 'RUS'],
      excludedOwners: [],
      requires: [],
      evidence: 'e',
      endUse: 'radar',
      note: '',
    },
  });
});

test('[RW15] a priority without a target is right and asks for nothing', () => {
  expect(read({ target: null, unit: null })).toMatchObject({ state: 'valid', value: { target: 0, onHand: 0 } });
});

test('[RW15] a target can be stated as contained element of a compound', () => {
  expect(read({ mineral: 'tungsten', form: 'w-apt', target: 1920, unit: 't contained' })).toMatchObject({
    value: { target: 1_920_000_000 },
  });
});

test('[RW16] a proposal without a tier waits for an official and counts for nothing', () => {
  expect(problemsOf({ tier: null, target: null, unit: null })).toEqual([
    { column: 'tier', message: 'the row is a proposal without a tier', remedy: 'an official sets the tier' },
  ]);
  expect(problemsOf({ tier: 5 }).map((problem) => problem.column)).toEqual(['tier']);
});

test('[RW17] a proposer edits evidence, grade and end use, and the product only until there is a tier', () => {
  const editable = (before: Row | null) =>
    PRIORITY_SHEET.columns.map(({ id }) => id).filter((id) => proposerMayEdit(id, before));
  expect(editable(null)).toEqual([...PROPOSER_COLUMNS]);
  expect(editable({ mineral: 'gallium', tier: '' })).toEqual([...PROPOSER_COLUMNS]);
  expect(editable({ mineral: 'gallium', tier: '2' })).toEqual(['grade', 'evidence', 'endUse']);
});
