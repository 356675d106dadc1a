/** The seed files of facts about minerals: their columns, and that they name only known minerals and countries. Used by facts.ts. */
import { z } from 'zod';
import { cell, faultsOf, readTable, type Table } from './read.ts';

const production = z.strictObject({
  mineral_id: cell.id,
  series: cell.word,
  stage: cell.word,
  measure: z.enum(['production', 'capacity', 'reserves']),
  country: cell.word,
  iso3: cell.iso3OrNone,
  year: cell.number,
  value: cell.numberOrNone,
  value_high: cell.numberOrNone,
  unit: cell.word,
  qualifier: cell.text,
  estimated: cell.flag,
  value_t: cell.numberOrNone,
  basis: cell.text,
  area_kind: z.enum(['country', 'world', 'other']),
  source: cell.word,
});
const concentration = z.strictObject({
  mineral_id: cell.id,
  series: cell.word,
  stage: cell.word,
  year: cell.number,
  top_country: cell.word,
  top_iso3: cell.iso3,
  top_share_pct: cell.number,
  denominator: cell.word,
  hhi_listed: cell.numberOrNone,
  producing_countries_listed: cell.number,
  withheld_iso3: cell.list,
  source: cell.word,
});
const importSources = z.strictObject({
  dataset: cell.word,
  mineral_id: cell.id,
  series: cell.text,
  form: cell.text,
  rank: cell.numberOrNone,
  country: cell.word,
  iso3: cell.iso3OrNone,
  share_pct: cell.numberOrNone,
  qualifier: cell.text,
  period: cell.text,
  is_other: cell.flagOrNone,
  includes_hong_kong: cell.flagOrNone,
  locator: cell.word,
});
const interventions = z.strictObject({
  intervention_id: cell.id,
  mineral_id: cell.id,
  country: cell.word,
  iso3: cell.iso3,
  type: z.enum(['ban', 'licensing', 'quota', 'end-use-check']),
  product_scope: cell.word,
  target: cell.word,
  start_year: cell.numberOrNone,
  start_date: cell.text,
  status: z.enum(['in_force', 'suspended', 'replaced']),
  status_from: cell.text,
  status_until: cell.text,
  in_seed: cell.flag,
  source: cell.word,
  locator: cell.word,
  note: cell.text,
});
const criteria = z.strictObject({
  mineral_id: cell.id,
  criterion: cell.word,
  value: cell.word,
  source: cell.word,
  locator: cell.word,
  note: cell.text,
});
const significance = z.strictObject({
  mineral_id: cell.id,
  sector: cell.word,
  use: cell.word,
  source: cell.word,
  locator: cell.word,
});
const opportunities = z.strictObject({
  opportunity_id: cell.id,
  mineral_id: cell.id,
  country: cell.word,
  iso3: cell.iso3,
  kind: cell.word,
  what: cell.word,
  form: cell.text,
  share_pct: cell.numberOrNone,
  amount: cell.numberOrNone,
  currency: cell.text,
  year: cell.numberOrNone,
  source: cell.word,
  locator: cell.word,
  note: cell.text,
});
const salient = z.strictObject({
  mineral_id: cell.id,
  series: cell.text,
  statistic: cell.word,
  detail: cell.text,
  year: cell.number,
  value: cell.numberOrNone,
  value_high: cell.numberOrNone,
  unit: cell.text,
  qualifier: cell.text,
  estimated: cell.flag,
  value_t: cell.numberOrNone,
  usd_per_kg: cell.numberOrNone,
  basis: cell.text,
  source: cell.word,
});
const letter = z.strictObject({
  fact_id: cell.id,
  mineral_id: cell.idOrNone,
  scope: cell.word,
  kind: cell.word,
  what: cell.word,
  qualifier: cell.text,
  value: cell.numberOrNone,
  unit: cell.text,
  period: cell.text,
  source: cell.word,
  locator: cell.word,
});
const discrepancies = z.strictObject({
  id: cell.id,
  subject: cell.word,
  first_statement: cell.word,
  first_source: cell.word,
  second_statement: cell.word,
  second_source: cell.word,
  handling: cell.word,
  mineral_ids: cell.list,
  question: z.enum(['', 'import_reliance', 'leading_share']),
});
const partners = z.strictObject({
  country: cell.word,
  iso3: cell.iso3,
  role: cell.word,
  standing: cell.word,
  note: cell.text,
  source: cell.word,
  locator: cell.word,
});
const agreements = z.strictObject({
  country: cell.word,
  iso3: cell.iso3OrNone,
  kind: cell.word,
  subject: cell.word,
  date: z.string().regex(/^(?:\d{4}-\d{2}-\d{2})?$/, 'is no date'),
  source: cell.word,
  note: cell.text,
});

export type FactTables = ReturnType<typeof readFactTables>;

export const readFactTables = (directory: string) => ({
  production: readTable(directory, 'production.csv', production),
  concentration: readTable(directory, 'concentration.csv', concentration),
  importSources: readTable(directory, 'import_sources.csv', importSources),
  interventions: readTable(directory, 'interventions.csv', interventions),
  criteria: readTable(directory, 'criteria.csv', criteria),
  significance: readTable(directory, 'significance.csv', significance),
  opportunities: readTable(directory, 'opportunities.csv', opportunities),
  salient: readTable(directory, 'us_salient.csv', salient),
  letter: readTable(directory, 'market_facts.csv', letter),
  discrepancies: readTable(directory, 'discrepancies.csv', discrepancies),
  partners: readTable(directory, 'partners.csv', partners),
  agreements: readTable(directory, 'agreements.csv', agreements),
});

/** Minerals and countries that a file names but the catalogue does not know, by file and line. */
export function unknownNames(
  tables: FactTables,
  minerals: ReadonlySet<string>,
  countries: ReadonlySet<string>,
): string[] {
  const check = (table: Table<object>): string[] =>
    faultsOf(table, (row) => {
      const { mineral_id, mineral_ids, iso3 } = row as {
        mineral_id?: string | null;
        mineral_ids?: string[];
        iso3?: string | null;
      };
      const unknown = [mineral_id ?? [], mineral_ids ?? []].flat().find((id) => !minerals.has(id));
      if (unknown !== undefined) return `${unknown} is no mineral of minerals.csv`;
      return iso3 && !countries.has(iso3) ? `${iso3} is no country of countries.csv` : null;
    });
  return Object.values(tables).flatMap((table) => check(table));
}

/** Largest yearly world production of each mineral, tonnes of whatever the series counts. */
export function worldProduction(tables: FactTables): Map<string, number> {
  const largest = new Map<string, number>();
  for (const row of tables.production.values)
    if (row.area_kind === 'world' && row.measure === 'production' && row.value_t !== null)
      largest.set(row.mineral_id, Math.max(largest.get(row.mineral_id) ?? 0, row.value_t));
  return largest;
}
