/** The offers sheet: its columns, and the reading of one row into a supplier's offer. */
import type { Catalogue } from './catalogue.ts';
import {
  type PriceStep,
  type RampStep,
  readBoolean,
  readChoice,
  readCountry,
  readForm,
  readInteger,
  readPercent,
  readPositive,
  readQuarter,
  readRamp,
  readText,
  readTiers,
  textOf,
} from './cells.ts';
import { type OwnerShare, readCertificates, readOwners } from './compliance.ts';
import { type Ratio, ZERO } from './exact.ts';
import type { GradeClass } from './grades.ts';
import { PRODUCT_COLUMNS } from './product-columns.ts';
import type { Quarter } from './quarters.ts';
import {
  massOf,
  type PoolTerms,
  type Product,
  priceOf,
  type RowReader,
  readMass,
  readProduct,
  readRowPriceUnit,
  readRowUnit,
  rowReader,
} from './row-reading.ts';
import { type Column, isEmptyRow, type Row, type RowReading, type SheetSpec } from './sheets.ts';
import { type Grams, NO_GRAMS, type Unit } from './units.ts';

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

export interface PriceTier {
  /** Grams of contained element from which the price holds; the first is 0. */
  from: Grams;
  usdMicroPerKg: number;
}

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
  /** Somebody who may take a part of every delivery before others: 'reserve', a member of the pool by name, or anybody outside it. */
  rights: { holder: string; pct: number } | null;
  /** The supplier does not sell the material but makes it from another form that it is handed. Null: it sells the material. */
  refining: Refining | null;
  note: string;
}

/** What a refiner or converter needs and gives: kilograms of contained element out for one in. Its lead time is how long that takes. */
export interface Refining {
  form: string;
  family: string;
  yieldPpm: number;
}

const LEAD_MONTHS_MAX = 120;

const stage: Column = {
  id: 'stage',
  title: 'Stage',
  type: 'choice',
  width: 112,
  required: true,
  help: 'How far the source is. Only operating, expanding and restarted sources count as producing; what is less sure is avoided where others are as cheap.',
  choices: [
    { value: 'operating', title: 'Operating' },
    { value: 'expansion', title: 'Expansion' },
    { value: 'restart', title: 'Restart' },
    { value: 'commissioning', title: 'Commissioning' },
    { value: 'development', title: 'Development' },
  ],
};
const tierKind: Column = {
  id: 'tierKind',
  title: 'Tier kind',
  type: 'choice',
  width: 112,
  required: false,
  help: 'All units: the reached price holds for the whole order. Incremental: only for what is above the tier. Empty: all units.',
  choices: [
    { value: 'all-units', title: 'All units' },
    { value: 'incremental', title: 'Incremental' },
  ],
};

export const OFFER_SHEET: SheetSpec = {
  kind: 'offers',
  title: 'Offers',
  rowNoun: 'offer',
  columns: [
    { id: 'supplier', title: 'Supplier', type: 'text', width: 240, required: true, help: 'Who offers.' },
    {
      id: 'country',
      title: 'Country',
      type: 'country',
      width: 120,
      required: true,
      help: 'Where the product is made.',
    },
    {
      id: 'origin',
      title: 'Feed origin',
      type: 'country',
      width: 120,
      required: false,
      help: 'Where ore or feed comes from, if elsewhere.',
    },
    PRODUCT_COLUMNS.mineral,
    PRODUCT_COLUMNS.form,
    PRODUCT_COLUMNS.grade,
    {
      id: 'capacity',
      title: 'Annual capacity',
      type: 'quantity',
      width: 120,
      required: true,
      help: 'Uncommitted capacity of a year.',
    },
    PRODUCT_COLUMNS.unit,
    PRODUCT_COLUMNS.assay,
    {
      id: 'from',
      title: 'Available from',
      type: 'quarter',
      width: 112,
      required: true,
      help: 'First quarter of delivery.',
    },
    {
      id: 'leadMonths',
      title: 'Lead months',
      type: 'integer',
      width: 96,
      required: false,
      help: 'Months from order to delivery. Empty counts as none.',
    },
    stage,
    {
      id: 'minimum',
      title: 'Minimum order',
      type: 'quantity',
      width: 116,
      required: false,
      help: 'In the unit of the row. Empty: none.',
    },
    tierKind,
    { id: 'price', title: 'Price', type: 'price', width: 96, required: true, help: 'Price of the first kilogram.' },
    {
      id: 'tiers',
      title: 'Price tiers',
      type: 'tiers',
      width: 180,
      required: false,
      help: "Lower prices for more, in the row's units: '2000: 165; 5000: 150'.",
    },
    {
      id: 'priceUnit',
      title: 'Price unit',
      type: 'priceUnit',
      width: 96,
      required: true,
      help: 'What the prices are per: USD/kg, USD/mtu.',
    },
    {
      id: 'qualified',
      title: 'Samples passed',
      type: 'boolean',
      width: 112,
      required: false,
      help: 'Samples have passed at a member. Empty counts as no.',
    },
    {
      id: 'recycled',
      title: 'Recycled',
      type: 'boolean',
      width: 84,
      required: false,
      help: 'Made of recycled material. Empty counts as no.',
    },
    {
      id: 'ramp',
      title: 'Ramp',
      type: 'text',
      width: 140,
      required: false,
      help: "Percent of the annual capacity from a year on, nothing before the first: '2027: 40; 2028: 80'. Empty: all of it.",
    },
    {
      id: 'sure',
      title: 'Sure percent',
      type: 'integer',
      width: 104,
      required: false,
      help: 'Percent of the capacity that comes with nine chances in ten. Empty: by stage, from 100 for operating to 50 for development.',
    },
    {
      id: 'parent',
      title: 'Parent company',
      type: 'text',
      width: 160,
      required: false,
      help: 'Company that the supplier belongs to. Empty: none.',
    },
    {
      id: 'owners',
      title: 'Owners',
      type: 'text',
      width: 160,
      required: false,
      help: "Countries that votes or equity are held from, in percent: 'China: 30; Australia: 70'. Empty: the supplier's own.",
    },
    {
      id: 'certificates',
      title: 'Certificates',
      type: 'text',
      width: 160,
      required: false,
      help: 'What the source can prove: AS9100, ISO9001, IRMA, RMAP, DFARS7052, FEOC. Empty: none.',
    },
    {
      id: 'rightsHolder',
      title: 'First rights of',
      type: 'text',
      width: 140,
      required: false,
      help: "Who may take a part of every delivery first: 'reserve', a member by name, or anybody outside the pool.",
    },
    {
      id: 'rightsShare',
      title: 'First rights, %',
      type: 'integer',
      width: 108,
      required: false,
      help: 'Percent of every delivery that the holder may take first.',
    },
    {
      id: 'feed',
      title: 'Made from',
      type: 'text',
      width: 140,
      required: false,
      help: 'For a refiner that works on feed: the form that it takes. Price and capacity are of its product; lead months are its working time.',
    },
    {
      id: 'yield',
      title: 'Yield, %',
      type: 'percent',
      width: 84,
      required: false,
      help: 'Percent of the element in the feed that comes out in the product.',
    },
    PRODUCT_COLUMNS.note,
  ],
};

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
  const stageRead = reader.required('stage', 'the stage', (text) => readChoice(text, stage));
  const minimum = readMass(reader, 'minimum', 'minimum order', product, unit) ?? NO_GRAMS;
  const tiers = readPrices(reader, product, unit);
  const rest = {
    leadMonths: reader.optional('leadMonths', (text) => readInteger(text, 'lead time', LEAD_MONTHS_MAX)) ?? 0,
    tierKind: (reader.optional('tierKind', (text) => readChoice(text, tierKind)) ?? 'all-units') as TierKind,
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

/** Holder and share only make sense together. */
function readRights(reader: RowReader): OfferLine['rights'] {
  if (textOf(reader.row.rightsHolder) !== null && textOf(reader.row.feed) !== null)
    return reader.wrong(
      'rightsHolder',
      'a refiner that works on feed grants no first rights',
      'state them in the offer of the feed, or clear the cell',
    );
  const holder = reader.optional('rightsHolder', readText);
  const pct = reader.optional('rightsShare', (text) => readInteger(text, 'share', 100));
  if (holder !== null && pct === null)
    return reader.wrong('rightsShare', 'the share of the first rights is missing', 'enter percent of every delivery');
  if (holder === null && pct !== null)
    return reader.wrong('rightsHolder', 'the holder of the first rights is missing', "enter 'reserve' or a name");
  return holder !== null && pct !== null && pct > 0 ? { holder, pct } : null;
}

/** Feed and yield only make sense together; feed is another form of the same mineral. */
function readRefining(reader: RowReader, product: Product): Refining | null {
  const feed = reader.optional('feed', (text) => readForm(text, reader.catalogue, product.mineral));
  const pct = reader.optional('yield', (text) => readPercent(text, 'yield'));
  if (feed && !pct) return reader.wrong('yield', 'the yield is missing', 'enter percent of the element in the feed');
  if (!feed) return pct ? reader.wrong('feed', 'the feed is missing', 'enter the form that it is made from') : null;
  if (product.form && feed.family === product.form.family)
    return reader.wrong('feed', `${feed.name} is the product itself`, 'enter the form that it is made from');
  return pct && { form: feed.id, family: feed.family, yieldPpm: millionths(pct) };
}

/** Percent as whole millionths, rounded down: a yield is never overstated. */
const millionths = (pct: Ratio): number => Math.max(1, Number((pct.n * 10_000n) / pct.d));

/** The base price and the tiers above it, as grams and micro-dollars of contained element. Prices do not rise with the quantity. */
function readPrices(reader: RowReader, product: Product, unit: Unit | null): PriceTier[] | null {
  const price = reader.required('price', 'the price', (text) => readPositive(text, 'price'));
  const steps = reader.optional('tiers', readTiers) ?? [];
  const priceUnit = readRowPriceUnit(reader, product, true);
  const first = priceOf(reader, 'price', product, priceUnit, price);
  if (first === null) return null;
  const tiers: PriceTier[] = [{ from: NO_GRAMS, usdMicroPerKg: first }];
  for (const step of steps) {
    const tier = readTier(reader, product, unit, priceUnit, step);
    const below = tiers.at(-1);
    if (!tier || !below) return null;
    if (tier.usdMicroPerKg > below.usdMicroPerKg)
      return reader.wrong('tiers', 'a price rises with the quantity', 'enter prices that fall');
    tiers.push(tier);
  }
  return tiers;
}

function readTier(
  reader: RowReader,
  product: Product,
  unit: Unit | null,
  priceUnit: Unit | null,
  step: PriceStep,
): PriceTier | null {
  const from = massOf(reader, 'tiers', 'tier', product, unit, step.from.n > ZERO.n ? step.from : null);
  const usdMicroPerKg = priceOf(reader, 'tiers', product, priceUnit, step.price);
  return from === null || usdMicroPerKg === null ? null : { from, usdMicroPerKg };
}
