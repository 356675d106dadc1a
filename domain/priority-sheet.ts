/** The reserve's priority sheet: its columns, who may edit which, and the reading of one row into a priority. */
import type { Catalogue } from './catalogue.ts';
import { readChoice, readCountries, readInteger, readText, textOf } from './cells.ts';
import { readCertificates } from './compliance.ts';
import type { GradeClass } from './grades.ts';
import { PRODUCT_COLUMNS } from './product-columns.ts';
import { type PoolTerms, readMass, readProduct, readRowUnit, rowReader } from './row-reading.ts';
import { type Column, isEmptyRow, type Row, type RowReading, type SheetSpec } from './sheets.ts';
import { type Grams, NO_GRAMS } from './units.ts';

export type Tier = 1 | 2 | 3 | 4;

export interface PriorityLine {
  row: string;
  mineral: string;
  form: string;
  family: string;
  gradePct: number | null;
  gradeClass: GradeClass;
  tier: Tier;
  /** Grams of contained element to be held; 0 where no target is set. */
  target: Grams;
  onHand: Grams;
  /** Grams that the reserve may take above its target where a smallest order or a price step makes that worth it. */
  surplus: Grams;
  /** Days of use that the target stands for; null where nobody said. */
  coverDays: number | null;
  /** Countries that must neither deliver nor be the origin, and those that must not control a source. ISO 3166-1 alpha-3. */
  excludedCountries: string[];
  excludedOwners: string[];
  /** Certificates of domain/compliance that a source must have. */
  requires: string[];
  /** Whole dollars set aside in this row; what it does not need goes to other rows. Null: none stated. */
  budgetUsd: number | null;
  evidence: string;
  endUse: string;
  note: string;
}

const COVER_DAYS_MAX = 3660;
/** A hundred billion dollars, ten times the largest loan to a reserve that we know of: more is a slip of the finger. */
const BUDGET_USD_MAX = 100_000_000_000;

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
      id: 'target',
      title: 'Target',
      type: 'quantity',
      width: 112,
      required: false,
      help: 'Stock to hold, in the unit of the row.',
    },
    { ...PRODUCT_COLUMNS.unit, required: false },
    {
      id: 'coverDays',
      title: 'Cover days',
      type: 'integer',
      width: 92,
      required: false,
      help: 'Days of use that the target stands for.',
    },
    {
      id: 'onHand',
      title: 'On hand',
      type: 'quantity',
      width: 104,
      required: false,
      help: 'Stock held today, in the unit of the row.',
    },
    {
      id: 'surplus',
      title: 'Surplus taken',
      type: 'quantity',
      width: 112,
      required: false,
      help: 'What the reserve may take above its target where a smallest order or price step makes that worth it.',
    },
    {
      id: 'budget',
      title: 'Budget, USD',
      type: 'integer',
      max: BUDGET_USD_MAX,
      width: 112,
      required: false,
      help: 'Whole dollars set aside in this row. All rows of a pool’s minerals share one budget, by tier. Empty everywhere: no limit.',
    },
    {
      id: 'excluded',
      title: 'Not from',
      type: 'countries',
      width: 120,
      required: false,
      help: 'Countries of origin that the reserve cannot take, by name or ISO code.',
    },
    {
      id: 'notOwned',
      title: 'Not owned from',
      type: 'countries',
      width: 128,
      required: false,
      help: 'Countries whose owners must not control the source: a quarter of votes or equity is control.',
    },
    {
      id: 'requires',
      title: 'Certificates',
      type: 'text',
      width: 140,
      required: false,
      help: 'What a source must have: AS9100, ISO9001, IRMA, RMAP, DFARS7052, FEOC. Empty: none.',
    },
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
    PRODUCT_COLUMNS.note,
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
  const hasMass = ['target', 'onHand', 'surplus'].some((column) => textOf(row[column]) !== null);
  const unit = hasMass ? readRowUnit(reader, product) : null;
  const line = {
    row: rowId,
    target: readMass(reader, 'target', 'target', product, unit) ?? NO_GRAMS,
    onHand: readMass(reader, 'onHand', 'stock', product, unit) ?? NO_GRAMS,
    surplus: readMass(reader, 'surplus', 'surplus', product, unit) ?? NO_GRAMS,
    coverDays: reader.optional('coverDays', (text) => readInteger(text, 'cover', COVER_DAYS_MAX)),
    excludedCountries: reader.optional('excluded', (text) => readCountries(text, catalogue)) ?? [],
    excludedOwners: reader.optional('notOwned', (text) => readCountries(text, catalogue)) ?? [],
    requires: reader.optional('requires', readCertificates) ?? [],
    budgetUsd: reader.optional('budget', (text) => readInteger(text, 'budget', BUDGET_USD_MAX)),
    evidence: reader.optional('evidence', readText) ?? '',
    endUse: reader.optional('endUse', readText) ?? '',
    note: reader.optional('note', readText) ?? '',
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
