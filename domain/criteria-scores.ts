/** Scores a mineral by the letter's eight criteria, each with the facts that it rests on. Used by server/http/partners. */
import type { Evidence, Scored } from './criteria.ts';
import { byWeight, restrictionEvidence, severity } from './criteria-restrictions.ts';
import { concentration, importDependence, marketStructure } from './criteria-supply.ts';
import { criterionEvidence, figureWords, has, known, unknown } from './criteria-words.ts';
import type { MineralFacts } from './mineral-facts.ts';

const USGS = 'usgs-mcs-2026';

/** `groups` are the facts of the groups that the mineral belongs to, read where nothing is published for it alone. `today` is YYYY-MM-DD. */
export function mineralScores(facts: MineralFacts, groups: readonly MineralFacts[], today: string): Scored[] {
  return [
    importDependence(facts, groups),
    concentration(facts, groups),
    marketStructure(facts, groups),
    nationalSecurity(facts),
    coercion(facts, groups, today),
    commercialSignificance(facts),
    substitutability(facts),
    reserveSynergy(facts),
  ];
}

const DEFENSE = /defen[cs]e|military|missile|armor|ammunition|munition|nuclear/i;
const AEROSPACE = /aerospace|aircraft|superalloy|jet engine|turbine/i;

function nationalSecurity(facts: MineralFacts): Scored {
  const essential = criterionEvidence(facts, 'Essential to defense', 'defense_essential');
  const uses = facts.significance
    .map((use) => ({ ...use, text: `${use.sector} ${use.use}` }))
    .filter(({ text }) => DEFENSE.test(text) || AEROSPACE.test(text));
  const named = uses.map(({ sector, use, source, locator }) => ({
    what: sector === 'usgs-primary-applications' ? 'Primary applications' : `Use in ${sector}`,
    value: use,
    letter: source.includes('nam-') ? 'stated' : null,
    period: '',
    source,
    locator,
  }));
  if (essential.length > 0)
    return known('nationalSecurity', 100, 'The letter counts it among the minerals essential to defense.', [
      ...essential,
      ...named,
    ]);
  if (uses.some(({ text }) => DEFENSE.test(text)))
    return known('nationalSecurity', 75, 'Uses in defense are named: 75.', named);
  if (uses.length > 0) return known('nationalSecurity', 50, 'Uses in aerospace are named, none in defense: 50.', named);
  return unknown(
    'nationalSecurity',
    'No source names a use in defense or aerospace; that is no proof that there is none.',
  );
}

function coercion(facts: MineralFacts, groups: readonly MineralFacts[], today: string): Scored {
  const all = [facts, ...groups].flatMap(({ interventions }) => interventions).sort(byWeight(today));
  const named = criterionEvidence(
    facts,
    'Named as exposed to coercion or to restricted trade',
    'economic_coercion',
    'export_restricted_20pct_2021_2023',
  );
  const evidence = [...all.map((entry) => restrictionEvidence(entry, today)), ...named];
  const worst = all[0] ? severity(all[0], today) : 0;
  if (evidence.length === 0)
    return known(
      'coercion',
      0,
      'Neither the letter nor the USGS table of export controls of November 2025 has one: 0.',
      [
        {
          what: 'Export controls',
          value: 'none listed',
          letter: null,
          period: '2025-11-21',
          source: `${USGS}-t4`,
          locator: 'table 4',
        },
      ],
    );
  return known(
    'coercion',
    Math.max(worst, named.length > 0 ? 50 : 0),
    worst > 0
      ? 'The heaviest restriction counts: a ban 100, a license or quota 70; less while it is suspended or its end is unverified.'
      : 'The letter names it as exposed; no restriction on it stands: 50.',
    evidence,
  );
}

const USES = [
  'broad_manufacturing',
  'semiconductors',
  'medicine',
  'magnets',
  'telecom',
  'energy',
  'doe_electric_18',
  'specialty_conductivity',
];

function commercialSignificance(facts: MineralFacts): Scored {
  const sectors = [...new Set(facts.significance.map(({ sector }) => sector))].filter(
    (name) => name !== 'usgs-primary-applications',
  );
  const named = has(facts, ...USES);
  const evidence: Evidence[] = [
    ...(facts.usConsumption
      ? [
          {
            what: `U.S. consumption (${facts.usConsumption.kind})`,
            value: figureWords(facts.usConsumption.figure),
            letter: null,
            period: '2025',
            source: facts.usConsumption.figure.source,
            locator: facts.usConsumption.basis,
          },
        ]
      : []),
    ...facts.significance
      .filter(({ sector }) => sector !== 'usgs-primary-applications')
      .map(({ sector, use, source, locator }) => ({
        what: `Use in ${sector}`,
        value: use,
        letter: source.includes('nam-') ? 'stated' : null,
        period: '',
        source,
        locator,
      })),
    ...named.map(({ criterion, source, locator }) => ({
      what: `Needed for ${criterion.replace(/_/g, ' ')}`,
      value: 'stated',
      letter: source.includes('nam-') ? 'stated' : null,
      period: '',
      source,
      locator,
    })),
  ];
  const uses = new Set([...sectors, ...named.map(({ criterion }) => criterion)]).size;
  if (uses === 0)
    return unknown(
      'commercialSignificance',
      'The letter names no sector that needs it; tonnage alone does not tell.',
      evidence,
    );
  return known(
    'commercialSignificance',
    20 * uses,
    `${uses} sectors or needs are named, 20 for each.`,
    evidence,
    'at least',
  );
}

function substitutability(facts: MineralFacts): Scored {
  const stated = criterionEvidence(facts, 'Hard to substitute', 'low_substitutability');
  return stated.length > 0 || facts.lowSubstitutability
    ? known('substitutability', 100, 'The letter names it as hard to substitute.', stated)
    : unknown('substitutability', 'The letter does not say how easily it can be substituted.');
}

function reserveSynergy(facts: MineralFacts): Scored {
  const pooling = criterionEvidence(facts, 'An example for pooling demand', 'thin_market_pooling_example');
  const stocked = facts.statistics
    .filter(
      ({ detail, statistic, figure }) =>
        /government stockpile/i.test(`${statistic} ${detail}`) && (figure.value ?? 0) > 0,
    )
    .sort((a, b) => b.year - a.year)
    .slice(0, 1)
    .map(({ detail, figure, year }) => ({
      what: detail || 'Shipments from the Government stockpile',
      value: figureWords(figure),
      letter: null,
      period: String(year),
      source: figure.source,
      locator: '',
    }));
  const annex: Evidence[] = facts.annexProduct
    ? [
        {
          what: 'Has a section in the annex of the letter',
          value: facts.annexProduct,
          letter: 'stated',
          period: '2026-03-19',
          source: 'nam-2026-03-19',
          locator: 'annex',
        },
      ]
    : [];
  const evidence = [...pooling, ...annex, ...stocked];
  const score = pooling.length > 0 ? 100 : annex.length > 0 ? 75 : stocked.length > 0 ? 50 : null;
  return score === null
    ? unknown('reserveSynergy', 'No source connects it with a pool or a stockpile.')
    : known(
        'reserveSynergy',
        score,
        'Named for pooling 100; with a section in the annex 75; shipped from the Government stockpile 50.',
        evidence,
      );
}
