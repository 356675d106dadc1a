/** Gathers what the fact files say of one mineral. Used by facts.ts. */
import type { Figure, MineralFacts, SideBySide } from '#domain/mineral-facts.ts';
import type { CatalogueTables } from './catalogue-tables.ts';
import type { FactTables } from './fact-tables.ts';

type MineralRow = CatalogueTables['minerals']['values'][number];

const LETTER = 'nam-2026-03-19';
const USGS = 'usgs-mcs-2026';

export function factsOf(row: MineralRow, tables: FactTables): MineralFacts {
  const id = row.mineral_id;
  const of = <T extends { mineral_id: string | null }>(table: { values: readonly T[] }): T[] =>
    table.values.filter((value) => value.mineral_id === id);
  const discrepancies = tables.discrepancies.values.filter((value) => value.mineral_ids.includes(id));
  return {
    mineralId: id,
    name: row.name,
    symbol: row.symbol || null,
    onList: row.on_usgs_2025_list,
    addedIn2025: row.added_2025,
    hasUsgsChapter: row.has_mcs_2026_chapter,
    lowSubstitutability: row.seed_low_substitutability,
    groups: groupsOf(row.group),
    annexProduct: row.annex_product || (row.seed_annex ? row.name.toLowerCase() : ''),
    usConsumption: consumption(row),
    sideBySide: sideBySide(row, discrepancies),
    interventions: of(tables.interventions).map((value) => ({
      id: value.intervention_id,
      country: value.country,
      iso3: value.iso3,
      type: value.type,
      scope: value.product_scope,
      target: value.target,
      startYear: value.start_year,
      startDate: value.start_date || null,
      status: value.status,
      statusFrom: value.status_from || null,
      statusUntil: value.status_until || null,
      inLetter: value.in_seed,
      source: value.source,
      locator: value.locator,
      note: value.note,
    })),
    production: of(tables.production).map((value) => ({
      series: value.series,
      stage: value.stage,
      measure: value.measure,
      country: value.country,
      iso3: value.iso3,
      area: value.area_kind,
      year: value.year,
      figure: figure(value),
      tonnes: value.value_t,
      basis: value.basis,
      estimated: value.estimated,
    })),
    concentration: of(tables.concentration).map((value) => ({
      series: value.series,
      stage: value.stage,
      year: value.year,
      topCountry: value.top_country,
      topIso3: value.top_iso3,
      topSharePct: value.top_share_pct,
      denominator: value.denominator,
      hhi: value.hhi_listed,
      producers: value.producing_countries_listed,
      withheldIso3: value.withheld_iso3,
      source: value.source,
    })),
    importSources: of(tables.importSources).map((value) => ({
      series: value.series,
      form: value.form,
      rank: value.rank,
      country: value.country,
      iso3: value.iso3,
      sharePct: value.share_pct,
      qualifier: value.qualifier,
      period: value.period,
      source: value.dataset,
      locator: value.locator,
    })),
    criteria: of(tables.criteria).map(({ criterion, value, source, locator, note }) => ({
      criterion,
      value,
      source,
      locator,
      note,
    })),
    significance: of(tables.significance).map(({ sector, use, source, locator }) => ({ sector, use, source, locator })),
    opportunities: of(tables.opportunities).map((value) => ({
      id: value.opportunity_id,
      country: value.country,
      iso3: value.iso3,
      kind: value.kind,
      what: value.what,
      form: value.form,
      sharePct: value.share_pct,
      amount: value.amount,
      currency: value.currency,
      year: value.year,
      source: value.source,
      locator: value.locator,
      note: value.note,
    })),
    statistics: of(tables.salient).map((value) => ({
      series: value.series,
      statistic: value.statistic,
      detail: value.detail,
      year: value.year,
      figure: figure(value),
      tonnes: value.value_t,
      usdPerKg: value.usd_per_kg,
      basis: value.basis,
      estimated: value.estimated,
    })),
    letterFacts: of(tables.letter).map((value) => ({
      id: value.fact_id,
      kind: value.kind,
      what: value.what,
      figure: figure({ ...value, value_high: null }),
      period: value.period,
      locator: value.locator,
    })),
    discrepancies: discrepancies.map((value) => ({
      id: value.id,
      subject: value.subject,
      first: value.first_statement,
      firstSource: value.first_source,
      second: value.second_statement,
      secondSource: value.second_source,
      handling: value.handling,
    })),
  };
}

/** Groups for which USGS publishes series that it does not publish for the mineral alone. */
function groupsOf(group: string): string[] {
  if (group === 'pgm') return ['platinum-group-metals'];
  if (group === 'ree-heavy') return ['heavy-rare-earths', 'rare-earths'];
  return group === 'ree-light' ? ['rare-earths'] : [];
}

const figure = (row: {
  value: number | null;
  value_high: number | null;
  unit: string;
  qualifier: string;
  source: string;
}): Figure => ({
  value: row.value,
  valueHigh: row.value_high,
  unit: row.unit,
  qualifier: row.qualifier,
  source: row.source,
});

const consumption = (row: MineralRow): MineralFacts['usConsumption'] =>
  row.us_consumption_kind === ''
    ? null
    : {
        figure: {
          value: row.us_consumption_2025_t,
          valueHigh: null,
          unit: 't',
          qualifier: row.us_consumption_qualifier,
          source: USGS,
        },
        kind: row.us_consumption_kind,
        basis: row.us_consumption_basis,
      };

/** The questions that both the letter and USGS answer, with what is known of the difference. */
function sideBySide(row: MineralRow, discrepancies: FactTables['discrepancies']['values']): SideBySide[] {
  const noteOn = (question: string): string =>
    discrepancies
      .filter((value) => value.question === question)
      .map((value) => value.second_statement)
      .join('. ');
  const percent = (value: number | null, qualifier: string, source: string): Figure | null =>
    value === null && qualifier === '' ? null : { value, valueHigh: null, unit: '%', qualifier, source };
  const about = (question: string, form: string): string => (form === '' ? question : `${question} (${form})`);
  const reliance: SideBySide = {
    question: about('U.S. net import reliance, 2025', row.nir_form || row.seed_nir_form),
    usgs: percent(row.nir_2025_pct, row.nir_qualifier, row.nir_source),
    letter: percent(row.seed_nir_pct, '', LETTER),
    note: noteOn('import_reliance'),
  };
  const leading: SideBySide = {
    question: about(
      `Share of the leading producer, ${row.leading_producer || row.seed_leading_producer}`,
      row.leading_stage,
    ),
    usgs: percent(row.leading_share_pct, '', `${USGS} table 7`),
    letter: percent(row.seed_leading_share_pct, '', LETTER),
    note: noteOn('leading_share'),
  };
  return [reliance, leading].filter((side) => side.usgs !== null || side.letter !== null);
}
