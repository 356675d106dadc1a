/** The offers sheet: the reading of one row into a supplier's offer. Its columns are offer-columns. */
import type { Catalogue } from './catalogue.ts';
import {
  type RampStep,
  readBoolean,
  readChoice,
  readCountry,
  readInteger,
  readPositive,
  readQuarter,
  readRamp,
  readText,
} from './cells.ts';
import { type OwnerShare, readCertificates, readOwners } from './compliance.ts';
import type { GradeClass } from './grades.ts';
import { OFFER_SHEET, STAGE_COLUMN, TIER_KIND_COLUMN } from './offer-columns.ts';
import { type PriceTier, readPrices } from './offer-prices.ts';
import { type FirstRightsTerms, type Refining, readRefining, readRights } from './offer-terms.ts';
import type { Quarter } from './quarters.ts';
import { massOf, type PoolTerms, readMass, readProduct, readRowUnit, rowReader } from './row-reading.ts';
import { isEmptyRow, type Row, type RowReading } from './sheets.ts';
import { type Grams, NO_GRAMS } from './units.ts';

export const STAGES = ['operating', 'expansion', 'restart', 'commissioning', 'development'] as const;
export type Stage = (typeof STAGES)[number];

/**
 * Percent of a source's capacity that comes with nine chances in ten, where the offer does not say. Judgement, not statistics: a mine that is
 * being built is late more often than not, one that runs hardly ever.
 */
export const SURE_PCT: Record<Stage, number> = {
  operating: 100,
  expansion: 90,
  restart: 80,
  commissioning: 70,
  development: 50,
};
/** All units: the reached tier's price holds for every kilogram. Incremental: only for those above its start. */
export type TierKind = 'all-units' | 'incremental';

export interface OfferLine {
  row: string;
  supplier: string;
  /** ISO 3166-1 alpha-3. */
  country: string;
  /** Where ore or feed comes from, if it is not the country of the supplier. */
  originCountry: string | null;
  mineral: string;
  form: string;
  family: string;
  gradePct: number | null;
  gradeClass: GradeClass;
  /** Grams of contained element a year. */
  capacityPerYear: Grams;
  from: Quarter;
  /** Months from order to delivery. */
  leadMonths: number;
  stage: Stage;
  minimum: Grams;
  tierKind: TierKind;
  tiers: PriceTier[];
  /** Samples have passed. */
  qualified: boolean;
  recycled: boolean;
  /** Percent of the annual capacity from each year on, rising years; empty: all of it always. Before the first year: nothing. */
  ramp: readonly RampStep[];
  /** Percent of the capacity that comes with nine chances in ten. */
  surePct: number;
  /** Company that the supplier belongs to; suppliers of one parent share a cap. Null: the supplier itself. */
  parent: string | null;
  owners: OwnerShare[];
  /** Certificates of domain/compliance that the source has. */
  certificates: string[];
  rights: FirstRightsTerms | null;
  /** The supplier does not sell the material but makes it from another form that it is handed. Null: it sells the material. */
  refining: Refining | null;
  note: string;
}

const LEAD_MONTHS_MAX = 120;

/** A source that produces today, or did and is being enlarged or restarted. */
export const isProducing = ({ stage }: Pick<OfferLine, 'stage'>): boolean =>
  stage !== 'development' && stage !== 'commissioning';

export function readOffer(rowId: string, row: Row, catalogue: Catalogue, pool?: PoolTerms): RowReading<OfferLine> {
  if (isEmptyRow(row)) return { state: 'empty' };
  const reader = rowReader(row, catalogue, OFFER_SHEET);
  const supplier = reader.required('supplier', 'the supplier', readText);
  const country = reader.required('country', 'the country', (text) => readCountry(text, catalogue));
  const originCountry = reader.optional('origin', (text) => readCountry(text, catalogue));
  const product = readProduct(reader, pool);
  const unit = readRowUnit(reader, product);
  const capacity = reader.required('capacity', 'the annual capacity', (text) => readPositive(text, 'capacity'));
  const capacityPerYear = massOf(reader, 'capacity', 'capacity', product, unit, capacity);
  const from = reader.required('from', 'the first quarter', readQuarter);
  const stageRead = reader.required('stage', 'the stage', (text) => readChoice(text, STAGE_COLUMN));
  const minimum = readMass(reader, 'minimum', 'minimum order', product, unit) ?? NO_GRAMS;
  const tiers = readPrices(reader, product, unit);
  const rest = {
    leadMonths: reader.optional('leadMonths', (text) => readInteger(text, 'lead time', LEAD_MONTHS_MAX)) ?? 0,
    tierKind: (reader.optional('tierKind', (text) => readChoice(text, TIER_KIND_COLUMN)) ?? 'all-units') as TierKind,
    qualified: reader.optional('qualified', readBoolean) ?? false,
    recycled: reader.optional('recycled', readBoolean) ?? false,
    ramp: reader.optional('ramp', readRamp) ?? [],
    parent: reader.optional('parent', readText),
    owners: reader.optional('owners', (text) => readOwners(text, catalogue)) ?? [],
    certificates: reader.optional('certificates', readCertificates) ?? [],
    rights: readRights(reader),
    refining: readRefining(reader, product),
    note: reader.optional('note', readText) ?? '',
  };
  const sure = reader.optional('sure', (text) => readInteger(text, 'sure percent', 100));
  const { mineral, form, gradePct, gradeClass } = product;
  if (
    reader.problems.length > 0 ||
    !supplier ||
    !country ||
    !mineral ||
    !form ||
    capacityPerYear === null ||
    !from ||
    !stageRead ||
    !tiers
  )
    return { state: 'invalid', problems: reader.problems };
  return {
    state: 'valid',
    value: {
      ...rest,
      row: rowId,
      supplier,
      country,
      originCountry,
      mineral: mineral.id,
      form: form.id,
      family: form.family,
      gradePct,
      gradeClass,
      capacityPerYear,
      from,
      stage: stageRead as Stage,
      surePct: sure ?? SURE_PCT[stageRead as Stage],
      minimum,
      tiers,
    },
  };
}
