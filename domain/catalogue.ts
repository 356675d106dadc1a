/** What may be named in a row: minerals, product forms, units and countries, indexed for reading. Loaded by seeds, sent to browsers. */
import { decimal, type Ratio, times } from './exact.ts';
import { massFraction } from './formula.ts';
import { type Basis, type Counts, fraction, type Substance, type Unit, unitFits } from './units.ts';

/** Plain data, as sent over HTTP. Numbers that must stay exact are decimal strings. */
export interface CatalogueData {
  /** Hash of the files it was read from. */
  version: string;
  elements: { symbol: string; weight: string }[];
  minerals: MineralData[];
  families: { id: string; mineral: string; name: string }[];
  forms: FormData[];
  units: { id: string; title: string; otherNames: string[]; counts: Counts; kg: string }[];
  countries: CountryData[];
}

export interface MineralData {
  id: string;
  name: string;
  /** Symbol people use; null for coal, barite and the like. */
  symbol: string | null;
  group: string;
  /** A group of minerals, for which only statistics exist. No line can name it. */
  isGroup: boolean;
  /** Element that grams count; null: the mass of the mineral as sold. */
  element: string | null;
  /** Constituent that totals are stated in, and the unit they are shown in, when a pool does not choose others. */
  basis: string;
  unit: string;
  /** What mtu, LCE or REO count for this mineral. */
  constituent: { counts: Counts; formula: string } | null;
  /** The largest yearly world total published, tonnes of whatever USGS counts; null where there is none. */
  worldProductionT: number | null;
}

export interface FormData {
  id: string;
  mineral: string;
  family: string;
  name: string;
  /** A pure compound. */
  formula: string | null;
  /** Percent of `assayOf` in the product: stated by the trade's specification, or null where each row has to say it. */
  assay: { of: string; pct: string | null } | null;
  /** Minimum purity that the form is usually traded at, percent. */
  purityPct: number | null;
  tradeUnit: string;
  source: string;
}

export interface CountryData {
  iso2: string;
  iso3: string;
  /** ISO 3166-1 number of three digits, by which maps know it; null for a group of states. */
  isoNumber: string | null;
  name: string;
  /** Other spellings that people type. */
  otherNames: string[];
  /** A group of states: statistics name it, no row can. */
  isGroup: boolean;
}

export interface Mineral extends MineralData {
  forms: readonly Form[];
}

export interface Form extends FormData {
  substance: Substance;
  /** The element, or the constituent in which the row's assay is stated; null where no assay applies. */
  assayOf: string | null;
  /** Units that fit, the usual one first. */
  units: readonly Unit[];
}

export interface Catalogue {
  data: CatalogueData;
  minerals: ReadonlyMap<string, Mineral>;
  families: ReadonlyMap<string, { id: string; mineral: string; name: string }>;
  forms: ReadonlyMap<string, Form>;
  units: ReadonlyMap<string, Unit>;
  countries: ReadonlyMap<string, CountryData>;
  weights: ReadonlyMap<string, Ratio>;
  /** Lower-case words that name a mineral, unit or country. */
  mineralsByWord: ReadonlyMap<string, string>;
  unitsByWord: ReadonlyMap<string, string>;
  countriesByWord: ReadonlyMap<string, string>;
}

/** Throws where the data contradict themselves: seeds/facts.ts has checked them with the line number of every fault. */
export function indexCatalogue(data: CatalogueData): Catalogue {
  const weights = new Map(data.elements.map((element) => [element.symbol, decimal(element.weight)]));
  const units = new Map(data.units.map((unit) => [unit.id, { ...unit, kg: decimal(unit.kg) }]));
  const byMineral = new Map(data.minerals.map((mineral) => [mineral.id, mineral]));
  const forms = new Map(
    data.forms.map((form) => [form.id, indexForm(form, found(byMineral, form.mineral), weights, units)]),
  );
  const formsOf = Map.groupBy(forms.values(), (form) => form.mineral);
  const minerals = new Map(data.minerals.map((m) => [m.id, { ...m, forms: formsOf.get(m.id) ?? [] }]));
  const countries = new Map(data.countries.map((country) => [country.iso3, country]));
  return {
    data,
    minerals,
    families: new Map(data.families.map((family) => [family.id, family])),
    forms,
    units,
    countries,
    weights,
    mineralsByWord: wordIndex(data.minerals.map((m) => [m.id, [m.id, m.name, m.symbol ?? m.id]])),
    unitsByWord: wordIndex(data.units.map((u) => [u.id, [u.id, u.title, ...u.otherNames]])),
    countriesByWord: wordIndex(data.countries.map((c) => [c.iso3, [c.iso3, c.iso2, c.name, ...c.otherNames]])),
  };
}

function found<T>(map: ReadonlyMap<string, T>, id: string): T {
  const value = map.get(id);
  if (!value) throw new Error(`the catalogue names '${id}' but does not define it`);
  return value;
}

function indexForm(
  form: FormData,
  mineral: MineralData,
  weights: ReadonlyMap<string, Ratio>,
  units: ReadonlyMap<string, Unit>,
): Form {
  const substance = substanceOf(form, mineral, weights);
  const usual = found(units, form.tradeUnit);
  const others = [...units.values()].filter((unit) => unit !== usual && unitFits(unit, substance));
  return { ...form, substance, assayOf: form.assay?.of ?? null, units: [usual, ...others] };
}

function substanceOf(form: FormData, mineral: MineralData, weights: ReadonlyMap<string, Ratio>): Substance {
  const share = (formula: string) => contentOf(mineral.element, formula, weights);
  const { constituent } = mineral;
  return {
    content: contentOfForm(form, share),
    constituent: constituent && {
      counts: constituent.counts,
      name: constituent.formula,
      content: share(constituent.formula),
    },
  };
}

function contentOfForm(form: FormData, share: (formula: string) => Ratio): Ratio | null {
  if (form.assay)
    return form.assay.pct === null ? null : times(fraction(decimal(form.assay.pct)), share(form.assay.of));
  return form.formula ? share(form.formula) : decimal('1');
}

function contentOf(element: string | null, formula: string, weights: ReadonlyMap<string, Ratio>): Ratio {
  if (element === null || formula === element) return decimal('1');
  const content = massFraction(element, formula, weights);
  if (!content) throw new Error(`'${formula}' is no formula that holds ${element}`);
  return content;
}

/** First come, first served: a word that already means something keeps its meaning. */
function wordIndex(entries: readonly (readonly [string, readonly string[]])[]): Map<string, string> {
  const index = new Map<string, string>();
  for (const [id, words] of entries)
    for (const word of words) if (word !== '' && !index.has(word.toLowerCase())) index.set(word.toLowerCase(), id);
  return index;
}

/** A constituent that a mineral's totals can be stated in: 'Y2O3' for yttrium. Null where the formula does not hold the element. */
export function basisOf(catalogue: Catalogue, mineralId: string, formula: string): Basis | null {
  const mineral = catalogue.minerals.get(mineralId);
  if (!mineral) return null;
  if (mineral.element === null || formula === mineral.element)
    return formula === mineral.basis || formula === mineral.element ? { name: formula, content: decimal('1') } : null;
  const content = massFraction(mineral.element, formula, catalogue.weights);
  return content && { name: formula, content };
}

/** A row's assay, as the mass fraction of the element: percent of the constituent that the form's assay is stated in. */
export function assayFraction(catalogue: Catalogue, form: Form, assayPct: Ratio): Ratio | null {
  if (!form.assay) return null;
  const element = catalogue.minerals.get(form.mineral)?.element ?? null;
  const content =
    element === null || element === form.assay.of
      ? decimal('1')
      : massFraction(element, form.assay.of, catalogue.weights);
  return content && times(fraction(assayPct), content);
}
