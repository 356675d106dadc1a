/**
 * The shared face of the reserve's priorities: its columns, who may edit which, and the reading of one row. Manufacturers receive the whole
 * document, so no target, stock or price is ever in it: those are in domain/target-columns.
 */
import type { Catalogue } from './catalogue.ts';
import { readChoice, readText, textOf } from './cells.ts';
import type { GradeClass } from './grades.ts';
import { PRODUCT_COLUMNS } from './product-columns.ts';
import { type PoolTerms, readMass, readProduct, readRowUnit, rowReader } from './row-reading.ts';
import { type Column, isEmptyRow, type Row, type RowReading, type SheetSpec } from './sheets.ts';
import type { Grams } from './units.ts';

export type Tier = 1 | 2 | 3 | 4;

export interface PriorityLine {
  row: string;
  mineral: string;
  form: string;
  family: string;
  gradePct: number | null;
  gradeClass: GradeClass;
  tier: Tier;
  /** Grams of contained element that the reserve buys at most, as anybody may know it; null where nothing is said. Never the target. */
  maximum: Grams | null;
  evidence: string;
  endUse: string;
}

const tier: Column = {
  id: 'tier',
  title: 'Tier',
  type: 'choice',
  width: 72,
  required: true,
  help: 'Tier 1 is filled first. Officials set it.',
  choices: [
    { value: '1', title: '1' },
    { value: '2', title: '2' },
    { value: '3', title: '3' },
    { value: '4', title: '4' },
  ],
};

export const PRIORITY_SHEET: SheetSpec = {
  kind: 'priorities',
  title: 'Priorities',
  rowNoun: 'priority',
  columns: [
    PRODUCT_COLUMNS.mineral,
    PRODUCT_COLUMNS.form,
    PRODUCT_COLUMNS.grade,
    tier,
    {
      id: 'maximum',
      title: 'At most',
      type: 'quantity',
      width: 112,
      required: false,
      help: 'The most that the reserve buys, for everybody to know. Officials set it; it says nothing of target or stock.',
    },
    { ...PRODUCT_COLUMNS.unit, required: false },
    {
      id: 'evidence',
      title: 'Evidence',
      type: 'text',
      width: 280,
      required: false,
      help: 'What speaks for the priority, with its source.',
    },
    {
      id: 'endUse',
      title: 'End use',
      type: 'text',
      width: 200,
      required: false,
      help: 'What the material is needed for.',
    },
  ],
};

/** Columns that a manufacturer edits in rows of its own: a proposal names the product and speaks for it; officials set the rest. */
export const PROPOSER_COLUMNS = ['mineral', 'form', 'grade', 'evidence', 'endUse'] as const;

const PROPOSAL_ONLY: readonly string[] = ['mineral', 'form'];

/** Once officials have given a row a tier, its proposer no longer changes what product it is about. */
export const proposerMayEdit = (column: string, before: Row | null): boolean =>
  (PROPOSER_COLUMNS as readonly string[]).includes(column) &&
  (!PROPOSAL_ONLY.includes(column) || textOf(before?.tier) === null);

export function readPriority(
  rowId: string,
  row: Row,
  catalogue: Catalogue,
  pool?: PoolTerms,
): RowReading<PriorityLine> {
  if (isEmptyRow(row)) return { state: 'empty' };
  const reader = rowReader(row, catalogue, PRIORITY_SHEET);
  const product = readProduct(reader, pool);
  const tierRead = reader.optional('tier', (text) => readChoice(text, tier));
  if (textOf(row.tier) === null)
    reader.wrong('tier', 'the row is a proposal without a tier', 'an official sets the tier');
  const unit = textOf(row.maximum) === null ? null : readRowUnit(reader, product);
  const line = {
    row: rowId,
    maximum: readMass(reader, 'maximum', 'maximum', product, unit),
    evidence: reader.optional('evidence', readText) ?? '',
    endUse: reader.optional('endUse', readText) ?? '',
  };
  const { mineral, form, gradePct, gradeClass } = product;
  if (reader.problems.length > 0 || !mineral || !form || !tierRead)
    return { state: 'invalid', problems: reader.problems };
  return {
    state: 'valid',
    value: {
      ...line,
      mineral: mineral.id,
      form: form.id,
      family: form.family,
      gradePct,
      gradeClass,
      tier: Number(tierRead) as Tier,
    },
  };
}
