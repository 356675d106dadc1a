/** Scores a mineral by the letter's eight criteria, each with the facts that it rests on. Used by server/http/partners. */
import type { CriterionId, Evidence, Scored } from './criteria.ts';
import { byWeight, restrictionEvidence, severity } from './criteria-restrictions.ts';
import type { Concentration, Figure, MineralFacts } from './mineral-facts.ts';

const USGS = 'usgs-mcs-2026';

/** A figure in words, with its mark: '> 50 %', 'net exporter'. */
export function figureWords({ value, valueHigh, unit, qualifier }: Figure): string {
  const mark = qualifier === '>' || qualifier === '<' ? `${qualifier} ` : '';
  const words: Record<string, string> = { E: 'net exporter', W: 'withheld', NA: 'not available' };
  if (value === null) return words[qualifier] ?? (qualifier.replace(/^text:/, '') || 'not published');
  const amount = value.toLocaleString('en-US', { maximumFractionDigits: 3 });
  return `${mark}${amount}${valueHigh === null ? '' : ` to ${valueHigh.toLocaleString('en-US')}`} ${unit}`.trim();
}

export const known = (
  criterion: CriterionId,
  score: number,
  why: string,
  evidence: readonly Evidence[],
  bound: Scored['bound'] = '',
): Scored => ({ criterion, score: Math.min(100, Math.max(0, Math.round(score * 10) / 10)), bound, why, evidence });

export const unknown = (criterion: CriterionId, why: string, evidence: readonly Evidence[] = []): Scored => ({
  criterion,
  score: null,
  bound: '',
  why,
  evidence,
});

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

const has = (facts: MineralFacts, ...names: string[]) =>
  facts.criteria.filter(({ criterion }) => names.includes(criterion));

const criterionEvidence = (facts: MineralFacts, what: string, ...names: string[]): Evidence[] =>
  has(facts, ...names).map(({ source, locator, note }) => ({
    what,
    value: note || 'stated',
    letter: source.includes('nam-') ? 'stated' : null,
    period: '',
    source,
    locator,
  }));

function importDependence(facts: MineralFacts, groups: readonly MineralFacts[]): Scored {
  const of = [facts, ...groups].find(({ sideBySide }) => sideBySide.some(isReliance));
  const side = of?.sideBySide.find(isReliance);
  const figure = side?.usgs ?? side?.letter;
  if (!of || !side || !figure) return unknown('importDependence', 'No source gives an import reliance for it.');
  const isGroup = of !== facts;
  const evidence: Evidence = {
    what: `${isGroup ? `${of.name}: ` : ''}${side.question}`,
    value: side.usgs ? figureWords(side.usgs) : 'not stated by the USGS',
    letter: side.letter ? figureWords(side.letter) : null,
    period: '2025',
    source: figure.source,
    locator: side.note,
  };
  const wholly = criterionEvidence(facts, 'Counted among the minerals that are wholly imported', 'import_reliance_100');
  const ofGroup = isGroup ? `, which is published for ${of.name.toLowerCase()} only` : '';
  if (figure.qualifier === 'E')
    return known('importDependence', 0, `The United States are a net exporter${ofGroup}: 0.`, [evidence, ...wholly]);
  if (figure.value === null) return unknown('importDependence', 'The figure is not published.', [evidence]);
  const bound = figure.qualifier === '>' ? 'at least' : figure.qualifier === '<' ? 'at most' : '';
  return known(
    'importDependence',
    figure.value,
    `Net import reliance is the score${ofGroup}.`,
    [evidence, ...wholly],
    bound,
  );
}

const isReliance = ({ question }: { question: string }): boolean => question.startsWith('U.S. net import reliance');

/** The stage with the highest index of the latest year, of the mineral or else of its group. */
export function narrowest(
  facts: MineralFacts,
  groups: readonly MineralFacts[],
): { row: Concentration; of: MineralFacts } | null {
  for (const of of [facts, ...groups]) {
    const latest = Math.max(...of.concentration.map(({ year }) => year));
    const [row] = of.concentration.filter(({ year }) => year === latest).sort((a, b) => indexOf(b) - indexOf(a));
    if (row) return { row, of };
  }
  return null;
}

/** The square of the largest share is the least that the index can be. */
const indexOf = ({ hhi, topSharePct }: Concentration): number => hhi ?? topSharePct ** 2;

function concentration(facts: MineralFacts, groups: readonly MineralFacts[]): Scored {
  const found = narrowest(facts, groups);
  const leading = facts.sideBySide.find(({ question }) => question.startsWith('Share of the leading producer'));
  const beside: Evidence[] = leading
    ? [
        {
          what: leading.question,
          value: leading.usgs ? figureWords(leading.usgs) : 'not stated by the USGS',
          letter: leading.letter ? figureWords(leading.letter) : null,
          period: '2025',
          source: (leading.usgs ?? leading.letter)?.source ?? USGS,
          locator: leading.note,
        },
      ]
    : [];
  if (found) {
    const { row, of } = found;
    const evidence: Evidence[] = [
      {
        what: `${of === facts ? '' : `${of.name}: `}${row.series.replace(/-/g, ' ')}, ${row.stage}: ${row.topCountry}`,
        value: `${row.topSharePct} % of ${row.denominator.replace(/-/g, ' ')}; index ${row.hhi ?? 'not computed'}`,
        letter: null,
        period: String(row.year),
        source: row.source,
        locator: row.withheldIso3.length > 0 ? `without ${row.withheldIso3.join(', ')}, which the USGS withholds` : '',
      },
      ...beside,
    ];
    return known(
      'concentration',
      indexOf(row) / 100,
      row.hhi === null
        ? 'The square of the largest share stands for the Herfindahl index, which is at least that.'
        : 'The Herfindahl index of the most concentrated stage, as a part of 10,000.',
      evidence,
      row.hhi === null ? 'at least' : '',
    );
  }
  const share = leading?.usgs?.value ?? leading?.letter?.value ?? null;
  if (share === null) return unknown('concentration', 'No source gives production by country.', beside);
  return known(
    'concentration',
    share ** 2 / 100,
    'The square of the largest share: the index is at least that.',
    beside,
    'at least',
  );
}

/** Twenty producing countries count as an open field. */
const MANY = 20;

function marketStructure(facts: MineralFacts, groups: readonly MineralFacts[]): Scored {
  const found = narrowest(facts, groups);
  const thin = criterionEvidence(
    facts,
    'Named as a thin market that pooling would help',
    'thin_market_pooling_example',
  );
  const open = criterionEvidence(facts, 'Named as a transparent market', 'transparent_market');
  const counted: Evidence[] = found
    ? [
        {
          what: `Countries that produce it, ${found.row.series.replace(/-/g, ' ')}, ${found.row.stage}`,
          value: String(found.row.producers),
          letter: null,
          period: String(found.row.year),
          source: found.row.source,
          locator: found.of === facts ? '' : `published for ${found.of.name.toLowerCase()}`,
        },
      ]
    : [];
  const evidence = [...thin, ...open, ...counted];
  if (evidence.length === 0)
    return unknown('marketStructure', 'No source speaks of its market or counts its producers.');
  const fewness = found ? 100 * (1 - Math.min(1, Math.max(0, found.row.producers - 1) / (MANY - 1))) : null;
  if (thin.length > 0)
    return known(
      'marketStructure',
      Math.max(90, fewness ?? 90),
      'The letter names it as a thin market: 90 or more.',
      evidence,
    );
  if (open.length > 0)
    return known(
      'marketStructure',
      Math.min(20, fewness ?? 20),
      'The letter names its market as transparent: 20 or less.',
      evidence,
    );
  return known(
    'marketStructure',
    fewness ?? 0,
    `Few producing countries make a narrow market: 100 for one, 0 for ${MANY} or more.`,
    evidence,
  );
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
