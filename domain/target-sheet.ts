/**
 * Reading one row of the reserve's internal sheet, and joining it to the shared priorities: the tier stands there, for everybody; the amounts
 * stand here, for officials.
 */
import type { Catalogue } from './catalogue.ts';
import { readCountries, readInteger, readPercent, readPositive, readQuarter, readText, textOf } from './cells.ts';
import { readCertificates } from './compliance.ts';
import { toNumber } from './exact.ts';
import type { GradeClass } from './grades.ts';
import type { PriorityLine, Tier } from './priority-sheet.ts';
import type { Quarter } from './quarters.ts';
import { type Holding, type Needs, targetOf } from './reserve-figures.ts';
import { priceOf, readMass, readProduct, readRowPriceUnit, readRowUnit, rowReader } from './row-reading.ts';
import { isEmptyRow, type Row, type RowReading } from './sheets.ts';
import {
  BUDGET_USD_MAX,
  COVER_DAYS_MAX,
  LEAD_DAYS_MAX,
  SHELF_MONTHS_MAX,
  STORAGE_USD_MAX,
  TARGET_SHEET,
} from './target-columns.ts';
import { type Grams, NO_GRAMS } from './units.ts';

export interface TargetLine extends Holding {
  row: string;
  mineral: string;
  form: string;
  family: string;
  gradePct: number | null;
  gradeClass: GradeClass;
  /** Grams of contained element to be held: as typed, else by the days; 0 where neither says anything. */
  target: Grams;
  /** Grams that the reserve may take above its target where a smallest order or a price step makes that worth it. */
  surplus: Grams;
  /** Percent of the target that no drawdown touches. */
  keepPct: number | null;
  leadDays: number | null;
  rotated: Quarter | null;
  /** Countries that must neither deliver nor be the origin, and those that must not control a source. ISO 3166-1 alpha-3. */
  excludedCountries: string[];
  excludedOwners: string[];
  /** Certificates of domain/compliance that a source must have. */
  requires: string[];
  /** Whole dollars set aside in this row; what it does not need goes to other rows. Null: none stated. */
  budgetUsd: number | null;
  note: string;
}

/** What the match works with: a target and the tier that officials gave its product. */
export interface PlannedTarget extends TargetLine {
  tier: Tier;
}

const MASSES = ['target', 'military', 'civilian', 'industrial', 'onHand', 'onOrder', 'surplus'] as const;

export function readTarget(rowId: string, row: Row, catalogue: Catalogue): RowReading<TargetLine> {
  if (isEmptyRow(row)) return { state: 'empty' };
  const reader = rowReader(row, catalogue, TARGET_SHEET);
  const product = readProduct(reader);
  const hasMass = MASSES.some((column) => textOf(row[column]) !== null);
  const unit = hasMass ? readRowUnit(reader, product) : null;
  const mass = (column: (typeof MASSES)[number], noun: string) => readMass(reader, column, noun, product, unit);
  const needs: Needs = {
    military: mass('military', 'military use') ?? NO_GRAMS,
    civilian: mass('civilian', 'essential civilian use') ?? NO_GRAMS,
    industrial: mass('industrial', 'industrial use') ?? NO_GRAMS,
  };
  const typedTarget = mass('target', 'target');
  const coverDays = reader.optional('coverDays', (text) => readInteger(text, 'cover', COVER_DAYS_MAX));
  const price = reader.optional('price', (text) => readPositive(text, 'price'));
  const priceUnit = readRowPriceUnit(reader, product, price !== null);
  const line = {
    row: rowId,
    needs,
    coverDays,
    typedTarget,
    target: targetOf({ needs, coverDays, typedTarget }),
    onHand: mass('onHand', 'stock') ?? NO_GRAMS,
    onOrder: mass('onOrder', 'what is on order') ?? NO_GRAMS,
    surplus: mass('surplus', 'surplus') ?? NO_GRAMS,
    usdMicroPerKg: priceOf(reader, 'price', product, priceUnit, price),
    storageUsdPerT: reader.optional('storage', (text) => readInteger(text, 'storage', STORAGE_USD_MAX)),
    rotated: reader.optional('rotated', readQuarter),
    shelfMonths: reader.optional('shelfMonths', (text) => readInteger(text, 'months', SHELF_MONTHS_MAX)),
    keepPct: number(reader.optional('keep', (text) => readPercent(text, 'what is kept'))),
    leadDays: reader.optional('leadDays', (text) => readInteger(text, 'days', LEAD_DAYS_MAX)),
    excludedCountries: reader.optional('excluded', (text) => readCountries(text, catalogue)) ?? [],
    excludedOwners: reader.optional('notOwned', (text) => readCountries(text, catalogue)) ?? [],
    requires: reader.optional('requires', readCertificates) ?? [],
    budgetUsd: reader.optional('budget', (text) => readInteger(text, 'budget', BUDGET_USD_MAX)),
    note: reader.optional('note', readText) ?? '',
  };
  const { mineral, form, gradePct, gradeClass } = product;
  if (reader.problems.length > 0 || !mineral || !form) return { state: 'invalid', problems: reader.problems };
  const of = { mineral: mineral.id, form: form.id, family: form.family, gradePct, gradeClass };
  return { state: 'valid', value: { ...line, ...of } };
}

const number = (ratio: Parameters<typeof toNumber>[0] | null): number | null => ratio && toNumber(ratio);

type Product = Pick<TargetLine, 'mineral' | 'form' | 'gradePct'>;
const keyOf = ({ mineral, form, gradePct }: Product): string => `${mineral} ${form} ${gradePct ?? ''}`;

/**
 * The tier that officials gave a product in the shared sheet: that of the row of the same id where it is about the same product, else the most
 * urgent one. Null: none has a tier, and a target of it asks for nothing.
 */
export function tierFinder(priorities: readonly PriorityLine[]): (target: Product & { row: string }) => Tier | null {
  const byRow = new Map(priorities.map((line) => [line.row, line]));
  const byProduct = new Map<string, Tier>();
  for (const line of priorities) {
    const key = keyOf(line);
    byProduct.set(key, Math.min(line.tier, byProduct.get(key) ?? line.tier) as Tier);
  }
  return (target) => {
    const twin = byRow.get(target.row);
    return twin && keyOf(twin) === keyOf(target) ? twin.tier : (byProduct.get(keyOf(target)) ?? null);
  };
}

export function planned(priorities: readonly PriorityLine[], targets: readonly TargetLine[]): PlannedTarget[] {
  const tierOf = tierFinder(priorities);
  return targets.flatMap((target) => {
    const tier = tierOf(target);
    return tier === null ? [] : [{ ...target, tier }];
  });
}
