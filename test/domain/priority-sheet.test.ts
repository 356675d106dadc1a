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
  expect(read({ maximum: 3120, unit: 'kg', evidence: 'e', endUse: 'radar' })).toEqual({
    state: 'valid',
    value: {
      row: 'p1',
      mineral: 'gallium',
      form: 'ga-metal-6n',
      family: 'ga-metal',
      gradePct: null,
      gradeClass: 'any',
      tier: 1,
      maximum: 3_120_000,
      evidence: 'e',
      endUse: 'radar',
    },
  });
});

test('[RW15] a priority without a maximum is right and says nothing of one', () => {
  expect(read({})).toMatchObject({ state: 'valid', value: { maximum: null } });
});

test('[RW16] a proposal without a tier waits for an official and counts for nothing', () => {
  expect(problemsOf({ tier: null })).toEqual([
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
