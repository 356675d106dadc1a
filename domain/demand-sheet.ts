/** The demand sheet: its columns, and the reading of one row into a demand line. */
import type { Catalogue } from './catalogue.ts';
import { readBoolean, readChoice, readCountries, readInteger, readPeriod, readPositive, readText } from './cells.ts';
import { readCertificates } from './compliance.ts';
import type { GradeClass } from './grades.ts';
import { PRODUCT_COLUMNS } from './product-columns.ts';
import { type Window, yearOf } from './quarters.ts';
import {
  massOf,
  type PoolTerms,
  priceOf,
  type RowReader,
  readProduct,
  readRowPriceUnit,
  readRowUnit,
  rowReader,
} from './row-reading.ts';
import { type Column, isEmptyRow, type Row, type RowReading, type SheetSpec } from './sheets.ts';
import type { Grams } from './units.ts';

export const COMMITMENTS = ['indicative', 'letterOfIntent', 'firm', 'takeOrPay'] as const;
export type Commitment = (typeof COMMITMENTS)[number];
/** Which offers a line takes: any; only producing ones; only those whose samples have passed. */
export const QUALIFICATIONS = ['open', 'producing', 'qualified'] as const;
export type Qualification = (typeof QUALIFICATIONS)[number];

export interface DemandLine {
  row: string;
  mineral: string;
  form: string;
  /** What may be pooled together: forms that differ only in purity. */
  family: string;
  /** Minimum purity in percent; null where any will do. */
  gradePct: number | null;
  gradeClass: GradeClass;
  grams: Grams;
  window: Window;
  destination: string;
  commitment: Commitment;
  qualification: Qualification;
  acceptsRecycled: boolean;
  /** ISO 3166-1 alpha-3. */
  excludedCountries: string[];
  /** Quarters before its period in which the line takes delivery, too. */
  earlyQuarters: number;
  /** Certificates of domain/compliance that a source must have. */
  requires: string[];
  /** States that must not control a source. ISO 3166-1 alpha-3. */
  excludedOwners: string[];
  /** Micro-dollars per kilogram of contained element. */
  ceilingUsdMicroPerKg: number | null;
  note: string;
}

/** Five years of stock ahead is a slip of the finger. */
const EARLY_QUARTERS_MAX = 20;

const commitment: Column = {
  id: 'commitment',
  title: 'Commitment',
  type: 'choice',
  width: 132,
  required: false,
  help: 'How binding the line is. Empty counts as indicative. Firm and take-or-pay are served first.',
  choices: [
    { value: 'indicative', title: 'Indicative' },
    { value: 'letterOfIntent', title: 'Letter of intent' },
    { value: 'firm', title: 'Firm' },
    { value: 'takeOrPay', title: 'Take or pay' },
  ],
};
const qualification: Column = {
  id: 'qualification',
  title: 'Qualification',
  type: 'choice',
  width: 136,
  required: false,
  help: 'Which sources you can take. Empty counts as any source.',
  choices: [
    { value: 'open', title: 'Any source' },
    { value: 'producing', title: 'Producing sources' },
    { value: 'qualified', title: 'Samples passed' },
  ],
};

export const DEMAND_SHEET: SheetSpec = {
  kind: 'demand',
  title: 'Demand',
  rowNoun: 'demand line',
  columns: [
    PRODUCT_COLUMNS.mineral,
    PRODUCT_COLUMNS.form,
    PRODUCT_COLUMNS.grade,
    {
      id: 'quantity',
      title: 'Quantity',
      type: 'quantity',
      width: 104,
      required: true,
      help: 'Over the whole period. "1.2 t" converts to the unit of the row.',
    },
    PRODUCT_COLUMNS.unit,
    PRODUCT_COLUMNS.assay,
    {
      id: 'period',
      title: 'Period',
      type: 'period',
      width: 112,
      required: true,
      help: 'When you take delivery: Q3 2027, Q1-Q3 2027 or 2027. Evenly spread.',
    },
    { id: 'destination', title: 'Destination', type: 'text', width: 148, required: false, help: 'Place of delivery.' },
    commitment,
    qualification,
    {
      id: 'recycled',
      title: 'Recycled',
      type: 'boolean',
      width: 84,
      required: false,
      help: 'Whether recycled material will do. Empty counts as yes.',
    },
    {
      id: 'excluded',
      title: 'Not from',
      type: 'countries',
      width: 120,
      required: false,
      help: 'Countries of origin you cannot take, by name or ISO code.',
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
      id: 'early',
      title: 'Early quarters',
      type: 'integer',
      width: 108,
      required: false,
      help: 'How many quarters before the period you would take delivery, too. Empty: none.',
    },
    {
      id: 'ceiling',
      title: 'Ceiling price',
      type: 'price',
      width: 108,
      required: false,
      help: 'The most you would pay. Nobody outside your company sees it.',
    },
    {
      id: 'priceUnit',
      title: 'Price unit',
      type: 'priceUnit',
      width: 96,
      required: false,
      help: 'What the ceiling is per: USD/kg, USD/mtu.',
    },
    PRODUCT_COLUMNS.note,
  ],
};

export function readDemandLine(
  rowId: string,
  row: Row,
  catalogue: Catalogue,
  pool?: PoolTerms,
): RowReading<DemandLine> {
  if (isEmptyRow(row)) return { state: 'empty' };
  const reader = rowReader(row, catalogue, DEMAND_SHEET);
  const product = readProduct(reader, pool);
  const unit = readRowUnit(reader, product);
  const quantity = reader.required('quantity', 'the quantity', (text) => readPositive(text, 'quantity'));
  const grams = massOf(reader, 'quantity', 'quantity', product, unit, quantity);
  const window = readWindow(reader, pool);
  const ceiling = reader.optional('ceiling', (text) => readPositive(text, 'price'));
  const priceUnit = readRowPriceUnit(reader, product, ceiling !== null);
  const line = {
    row: rowId,
    destination: reader.optional('destination', readText) ?? '',
    commitment: (reader.optional('commitment', (text) => readChoice(text, commitment)) ?? 'indicative') as Commitment,
    qualification: (reader.optional('qualification', (text) => readChoice(text, qualification)) ??
      'open') as Qualification,
    acceptsRecycled: reader.optional('recycled', readBoolean) ?? true,
    excludedCountries: reader.optional('excluded', (text) => readCountries(text, catalogue)) ?? [],
    earlyQuarters: reader.optional('early', (text) => readInteger(text, 'early quarters', EARLY_QUARTERS_MAX)) ?? 0,
    requires: reader.optional('requires', readCertificates) ?? [],
    excludedOwners: reader.optional('notOwned', (text) => readCountries(text, catalogue)) ?? [],
    ceilingUsdMicroPerKg: priceOf(reader, 'ceiling', product, priceUnit, ceiling),
    note: reader.optional('note', readText) ?? '',
  };
  const { mineral, form, gradePct, gradeClass } = product;
  if (reader.problems.length > 0 || !mineral || !form || grams === null || !window)
    return { state: 'invalid', problems: reader.problems };
  return {
    state: 'valid',
    value: { ...line, mineral: mineral.id, form: form.id, family: form.family, gradePct, gradeClass, grams, window },
  };
}

function readWindow(reader: RowReader, pool?: PoolTerms): Window | null {
  const window = reader.required('period', 'the period', readPeriod);
  if (!window || !pool) return window;
  if (yearOf(window.from) >= pool.deliveryFrom && yearOf(window.to) <= pool.deliveryTo) return window;
  const years =
    pool.deliveryFrom === pool.deliveryTo ? `${pool.deliveryFrom}` : `${pool.deliveryFrom} to ${pool.deliveryTo}`;
  return reader.wrong('period', 'the period is outside what this pool delivers', `enter quarters of ${years}`);
}
