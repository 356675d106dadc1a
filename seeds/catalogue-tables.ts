/** The seed files that the catalogue is made of: their columns, and what must hold between them. Used by facts.ts. */
import { z } from 'zod';
import type { CatalogueData } from '#domain/catalogue.ts';
import { decimal, parseDecimal, type Ratio, times, toSignificant } from '#domain/exact.ts';
import { massFraction } from '#domain/formula.ts';
import { fraction } from '#domain/units.ts';
import { cell, faultsOf, readTable } from './read.ts';

const weights = z.strictObject({
  atomic_number: cell.number,
  symbol: z.string().regex(/^[A-Z][a-z]?$/, 'is no symbol'),
  name: cell.word,
  abridged_atomic_weight: cell.decimal,
  plus_minus: cell.decimalOrNone,
  source: cell.word,
  note: cell.text,
});
const minerals = z.strictObject({
  mineral_id: cell.id,
  name: cell.word,
  kind: z.enum(['mineral', 'group']),
  symbol: cell.text,
  atomic_number: cell.numberOrNone,
  group: cell.word,
  on_usgs_2025_list: cell.flagOrNone,
  added_2025: cell.flagOrNone,
  has_mcs_2026_chapter: cell.flag,
  seed_annex: cell.flag,
  annex_product: cell.text,
  nir_2025_pct: cell.numberOrNone,
  nir_qualifier: cell.text,
  nir_form: cell.text,
  nir_source: cell.text,
  seed_nir_pct: cell.numberOrNone,
  seed_nir_form: cell.text,
  us_consumption_2025_t: cell.numberOrNone,
  us_consumption_qualifier: cell.text,
  us_consumption_kind: cell.text,
  us_consumption_basis: cell.text,
  leading_producer: cell.text,
  leading_iso3: cell.iso3OrNone,
  leading_share_pct: cell.numberOrNone,
  leading_stage: cell.text,
  seed_leading_producer: cell.text,
  seed_leading_share_pct: cell.numberOrNone,
  seed_low_substitutability: cell.flagOrNone,
});
const bases = z.strictObject({
  mineral_id: cell.id,
  element: cell.text,
  reporting_basis: cell.word,
  reporting_unit: cell.word,
  counts: z.enum(['', 'unit', 'LCE', 'REO']),
  constituent: cell.text,
  source: cell.word,
});
const families = z.strictObject({ family_id: cell.id, mineral_id: cell.id, name: cell.word, source: cell.word });
const forms = z.strictObject({
  form_id: cell.id,
  mineral_id: cell.id,
  family_id: cell.id,
  name: cell.word,
  formula: cell.text,
  assay_of: cell.text,
  assay_pct: cell.decimalOrNone,
  element_mass_fraction: cell.decimalOrNone,
  typical_purity_pct: cell.numberOrNone,
  trade_unit: cell.word,
  source: cell.word,
  note: cell.text,
});
const units = z.strictObject({
  unit: cell.word,
  name: cell.word,
  counts: z.enum(['product', 'element', 'unit', 'LCE', 'REO']),
  kg: cell.decimal,
  entry: cell.flag,
  other_names: cell.list,
  source: cell.word,
  note: cell.text,
});
const countries = z.strictObject({
  iso2: z.string().regex(/^[A-Z]{2}$/, 'is no ISO code of two letters'),
  iso3: cell.iso3,
  iso_numeric: z.string().regex(/^(?:\d{3})?$/, 'is no ISO number'),
  name: cell.word,
  seed_name: cell.text,
  usgs_name: cell.text,
  eu_member: cell.flag,
  world_atlas_110m: cell.flagOrNone,
  world_atlas_50m: cell.flagOrNone,
  world_atlas_name: cell.text,
  note: cell.text,
  other_names: cell.list,
});
const conversions = z.strictObject({
  mineral_id: cell.id,
  element: cell.word,
  compound: cell.word,
  formula: cell.word,
  molar_mass_g_mol: cell.decimal,
  element_mass_fraction: cell.decimal,
  compound_per_element: cell.decimal,
  relative_uncertainty: cell.number,
  reliable_digits: cell.number,
  usgs_fraction: cell.decimalOrNone,
  relative_difference: cell.numberOrNone,
  note: cell.text,
});

export type CatalogueTables = ReturnType<typeof readCatalogueTables>;

export const readCatalogueTables = (directory: string) => ({
  weights: readTable(directory, 'atomic_weights.csv', weights),
  minerals: readTable(directory, 'minerals.csv', minerals),
  bases: readTable(directory, 'bases.csv', bases),
  families: readTable(directory, 'families.csv', families),
  forms: readTable(directory, 'forms.csv', forms),
  units: readTable(directory, 'units.csv', units),
  countries: readTable(directory, 'countries.csv', countries),
  conversions: readTable(directory, 'conversions.csv', conversions),
});

/** Everything that contradicts itself between the files, by file and line. */
export function contradictions(tables: CatalogueTables): string[] {
  const mass = new Map(tables.weights.values.map((row) => [row.symbol, decimal(row.abridged_atomic_weight)]));
  const mineral = new Map(tables.minerals.values.map((row) => [row.mineral_id, row]));
  const basis = new Map(tables.bases.values.map((row) => [row.mineral_id, row]));
  const family = new Map(tables.families.values.map((row) => [row.family_id, row]));
  const unit = new Map(tables.units.values.filter((row) => row.entry).map((row) => [row.unit, row]));
  const holds = (mineralId: string, formula: string): Ratio | null => {
    const element = basis.get(mineralId)?.element ?? '';
    return formula === element ? decimal('1') : massFraction(element, formula, mass);
  };
  return [
    ...repeated(tables.minerals, (row) => row.mineral_id),
    ...repeated(tables.families, (row) => row.family_id),
    ...repeated(tables.forms, (row) => row.form_id),
    ...repeated(tables.forms, (row) => row.name.toLowerCase()),
    ...repeated(tables.units, (row) => row.unit),
    ...repeated(tables.countries, (row) => row.iso3),
    ...repeated(tables.countries, (row) => row.name.toLowerCase()),
    ...faultsOf(tables.minerals, (row) =>
      row.kind === 'mineral' && !basis.has(row.mineral_id) ? `${row.mineral_id} has no row in bases.csv` : null,
    ),
    ...faultsOf(tables.bases, (row) => {
      if (mineral.get(row.mineral_id)?.kind !== 'mineral') return `${row.mineral_id} is no mineral of minerals.csv`;
      if (unit.get(row.reporting_unit)?.counts !== 'product') return `${row.reporting_unit} is no unit of product mass`;
      if ((row.counts === '') !== (row.constituent === '')) return 'counts and constituent go together';
      if (row.element === '') return null;
      const unheld = [row.reporting_basis, row.constituent].find(
        (formula) => formula !== '' && !holds(row.mineral_id, formula),
      );
      return unheld === undefined ? null : `${unheld} is no formula that holds ${row.element}`;
    }),
    ...faultsOf(tables.families, (row) => (mineral.has(row.mineral_id) ? null : `${row.mineral_id} is no mineral`)),
    ...faultsOf(tables.forms, (row) => {
      if (!basis.has(row.mineral_id)) return `${row.mineral_id} is no mineral of bases.csv`;
      if (family.get(row.family_id)?.mineral_id !== row.mineral_id)
        return `${row.family_id} is no family of ${row.mineral_id}`;
      if (!unit.has(row.trade_unit)) return `${row.trade_unit} is no unit of units.csv`;
      if (row.formula !== '' && row.assay_of !== '') return 'formula and assay_of exclude each other';
      return wrongFraction(row, holds);
    }),
    ...faultsOf(tables.conversions, (row) => {
      const exact = massFraction(row.element, row.formula, mass);
      return exact
        ? differs(exact, row.element_mass_fraction)
        : `${row.formula} is no formula that holds ${row.element}`;
    }),
  ];
}

/** The printed mass fraction is the computed one, to the digits printed. */
function wrongFraction(
  row: z.output<typeof forms>,
  holds: (mineralId: string, formula: string) => Ratio | null,
): string | null {
  const printed = row.element_mass_fraction;
  if (row.assay_of !== '' && row.assay_pct === null)
    return printed === null ? null : 'a form whose rows state the assay has no mass fraction';
  const named = row.formula || row.assay_of;
  const content = named === '' ? decimal('1') : holds(row.mineral_id, named);
  if (!content) return `${named} is no formula that holds the element of ${row.mineral_id}`;
  const exact = row.assay_pct === null ? content : times(fraction(decimal(row.assay_pct)), content);
  return printed === null ? null : differs(exact, printed);
}

const PRINTED_DIGITS = 6;
function differs(exact: Ratio, printed: string): string | null {
  const computed = toSignificant(exact, PRINTED_DIGITS);
  const stated = toSignificant(parseDecimal(printed) ?? decimal('0'), PRINTED_DIGITS);
  return computed === stated ? null : `mass fraction ${printed} is ${computed} by the atomic weights`;
}

function repeated<T>(
  table: { file: string; text: string; lines: readonly { line: number; value: T }[]; values: readonly T[] },
  key: (row: T) => string,
): string[] {
  const seen = new Set<string>();
  return faultsOf(table, (row) => {
    const id = key(row);
    if (seen.has(id)) return `${id} is there twice`;
    seen.add(id);
    return null;
  });
}

/** Plain data for the domain. `worldT`: largest yearly world production by mineral, tonnes. */
export function catalogueData(
  tables: CatalogueTables,
  worldT: ReadonlyMap<string, number>,
  version: string,
): CatalogueData {
  const basis = new Map(tables.bases.values.map((row) => [row.mineral_id, row]));
  return {
    version,
    elements: tables.weights.values.map((row) => ({ symbol: row.symbol, weight: row.abridged_atomic_weight })),
    minerals: tables.minerals.values.map((row) => {
      const own = basis.get(row.mineral_id);
      return {
        id: row.mineral_id,
        name: row.name,
        symbol: row.symbol || null,
        group: row.group,
        isGroup: row.kind === 'group',
        element: own?.element || null,
        basis: own?.reporting_basis ?? '',
        unit: own?.reporting_unit ?? 't',
        constituent: own && own.counts !== '' ? { counts: own.counts, formula: own.constituent } : null,
        worldProductionT:
          worldT.get(row.mineral_id) ?? (row.group.startsWith('ree') ? (worldT.get('rare-earths') ?? null) : null),
      };
    }),
    families: tables.families.values.map((row) => ({ id: row.family_id, mineral: row.mineral_id, name: row.name })),
    forms: tables.forms.values.map((row) => ({
      id: row.form_id,
      mineral: row.mineral_id,
      family: row.family_id,
      name: row.name,
      formula: row.formula || null,
      assay: row.assay_of === '' ? null : { of: row.assay_of, pct: row.assay_pct },
      purityPct: row.typical_purity_pct,
      tradeUnit: row.trade_unit,
      source: row.source,
    })),
    units: tables.units.values
      .filter((row) => row.entry)
      .map((row) => ({ id: row.unit, title: row.name, otherNames: row.other_names, counts: row.counts, kg: row.kg })),
    countries: tables.countries.values.map((row) => ({
      iso2: row.iso2,
      iso3: row.iso3,
      name: row.name,
      otherNames: [...new Set([row.seed_name, row.usgs_name, row.world_atlas_name, ...row.other_names])].filter(
        (name) => name !== '' && name !== row.name,
      ),
      isGroup: row.iso_numeric === '',
      isoNumber: row.iso_numeric || null,
    })),
  };
}
