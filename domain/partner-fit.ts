/** How well a country would serve as a partner for a mineral: a score for each of the letter's criteria, with the facts behind it. Used by server/http/partners. */
import type { CriterionId, Evidence, Scored } from './criteria.ts';
import { byWeight, restrictionEvidence, severity } from './criteria-restrictions.ts';
import { figureWords, known, unknown } from './criteria-words.ts';
import type { ImportSource, Intervention, MineralFacts, Production } from './mineral-facts.ts';
import { joins, recovers } from './partner-fit-projects.ts';

/** What the letter says that a country is to the United States. */
export interface PartnerRole {
  iso3: string;
  country: string;
  role: string;
  standing: string;
  note: string;
  source: string;
  locator: string;
}

export interface Agreement {
  /** More than one for an agreement of three. */
  iso3: readonly string[];
  country: string;
  kind: string;
  subject: string;
  /** YYYY-MM-DD; null where the source is in doubt. */
  date: string | null;
  source: string;
  note: string;
}

/** What each criterion asks of a partner, where it differs from what it asks of a mineral. */
export const FIT_QUESTION: Record<CriterionId, string> = {
  importDependence: 'Does it supply the United States already?',
  concentration: 'Would buying there spread supply?',
  marketStructure: 'Does it mine and process?',
  nationalSecurity: 'Is there an agreement, or is it a covered nation?',
  coercion: 'Does it restrict exports of the mineral?',
  commercialSignificance: 'Is its output large beside U.S. consumption?',
  substitutability: 'Can it recover or replace the mineral?',
  reserveSynergy: 'Are there projects or rights that the reserve could join?',
};

/** Nations whose material the law keeps out of U.S. defense supply (10 U.S.C. 4872). */
export const COVERED_NATIONS: readonly string[] = ['CHN', 'RUS', 'IRN', 'PRK'];
export const HOME = 'USA';

/** What is known of one country and one mineral. */
export interface PartnerFacts {
  iso3: string;
  name: string;
  mineral: MineralFacts;
  roles: readonly PartnerRole[];
  agreements: readonly Agreement[];
}

/** The score of each criterion, of a mineral's own series; `today` is YYYY-MM-DD. */
export function partnerScores(partner: PartnerFacts, today: string): Scored[] {
  const { iso3, mineral } = partner;
  const production = latest(mineral.production.filter((row) => row.iso3 === iso3));
  return [
    supplies(mineral.importSources, iso3),
    spreads(mineral, production, iso3),
    stages(production),
    trusted(partner),
    restricts(
      mineral.interventions.filter((entry) => entry.iso3 === iso3),
      today,
    ),
    largeEnough(mineral, production),
    recovers(partner),
    joins(partner),
  ];
}

/** Countries that any fact of the mineral names, other than the United States. */
export function partnersNamed(mineral: MineralFacts): Set<string> {
  const codes = [
    ...mineral.importSources.map(({ iso3 }) => iso3),
    ...mineral.production.map(({ iso3 }) => iso3),
    ...mineral.opportunities.map(({ iso3 }) => iso3),
    ...mineral.interventions.map(({ iso3 }) => iso3),
  ];
  return new Set(codes.filter((code): code is string => code !== null && code !== '' && code !== HOME));
}

/** The rows of the latest year of each series, stage and measure. */
function latest(rows: readonly Production[]): Production[] {
  const series = Map.groupBy(rows, ({ series: name, stage, measure }) => `${name}|${stage}|${measure}`);
  return [...series.values()].map((of) => of.reduce((a, b) => (b.year > a.year ? b : a)));
}

const yearly = (row: Production): boolean => row.measure === 'production';

export const productionEvidence = (row: Production): Evidence => ({
  what: `${row.series.replace(/-/g, ' ')}, ${row.stage} ${row.measure}`,
  value: `${figureWords(row.figure)}${row.estimated ? ', estimated' : ''}`,
  letter: null,
  period: String(row.year),
  source: row.figure.source,
  locator: row.basis,
});

/** A quarter of imports, or of the world, is as much as a diversified buyer would take from one country. */
const QUARTER = 25;

function supplies(sources: readonly ImportSource[], iso3: string): Scored {
  const mine = sources.filter((row) => row.iso3 === iso3);
  const evidence = mine.map((row) => ({
    what: `U.S. imports, ${row.form || row.series}`,
    value: row.sharePct === null ? `rank ${row.rank ?? 'not given'}` : `${row.qualifier}${row.sharePct} %`,
    letter: row.source.startsWith('nam-') ? 'stated' : null,
    period: row.period,
    source: row.source,
    locator: row.locator,
  }));
  const shares = mine.flatMap(({ sharePct }) => (sharePct === null ? [] : [sharePct]));
  if (shares.length > 0)
    return known(
      'importDependence',
      (100 * Math.max(...shares)) / QUARTER,
      `Its largest share of U.S. imports; ${QUARTER} % or more is 100.`,
      evidence,
    );
  return sources.length === 0
    ? unknown('importDependence', 'No source gives where imports come from.')
    : unknown('importDependence', 'It is not among the import sources that are named with a share.', evidence);
}

function spreads(mineral: MineralFacts, production: readonly Production[], iso3: string): Scored {
  const rows = production.filter(yearly);
  const evidence = rows.map(productionEvidence);
  const leads = mineral.concentration.filter((row) => row.topIso3 === iso3);
  const newest = Math.max(...mineral.concentration.map(({ year }) => year));
  const top = leads.find(({ year }) => year === newest);
  if (top)
    return known('concentration', 0, `It is the largest producer already (${top.stage}, ${top.topSharePct} %): 0.`, [
      {
        what: `Largest producer, ${top.series.replace(/-/g, ' ')}, ${top.stage}`,
        value: `${top.topSharePct} %`,
        letter: null,
        period: String(top.year),
        source: top.source,
        locator: '',
      },
    ]);
  const shares = rows.flatMap((row) => {
    const world = mineral.production.find(
      (other) =>
        other.area === 'world' &&
        other.series === row.series &&
        other.stage === row.stage &&
        other.measure === row.measure &&
        other.year === row.year,
    );
    return row.tonnes !== null && world?.tonnes ? [(100 * row.tonnes) / world.tonnes] : [];
  });
  if (shares.length === 0)
    return unknown(
      'concentration',
      rows.length > 0 ? 'Its output, or the world’s, is not published.' : 'No source lists output of it.',
      evidence,
    );
  return known(
    'concentration',
    (100 * Math.max(...shares)) / QUARTER,
    `Its largest share of the world, ${Math.max(...shares).toFixed(1)} %; ${QUARTER} % or more is 100, the largest producer 0.`,
    evidence,
  );
}

const isMining = (row: Production): boolean => row.stage === 'mine';

function stages(production: readonly Production[]): Scored {
  const rows = production.filter((row) => row.measure !== 'reserves');
  const evidence = production.map(productionEvidence);
  const active = rows.filter(({ figure }) => figure.value !== 0);
  if (active.length === 0)
    return unknown(
      'marketStructure',
      production.length > 0 ? 'Only reserves are listed.' : 'No source lists a mine or a plant for it.',
      evidence,
    );
  const mines = active.some(isMining);
  const processes = active.some((row) => !isMining(row));
  const score = mines && processes ? 100 : processes ? 75 : 50;
  return known('marketStructure', score, 'Mines and processes 100; processes 75; mines only 50.', evidence);
}

function trusted({ iso3, roles, agreements }: PartnerFacts): Scored {
  if (COVERED_NATIONS.includes(iso3))
    return known('nationalSecurity', 0, 'A covered nation: its material is kept out of defense supply.', [
      { what: 'Covered nation', value: 'yes', letter: null, period: '', source: 'own (10 U.S.C. 4872)', locator: '' },
    ]);
  const evidence: Evidence[] = [
    ...agreements.map(({ kind, subject, date, source, note }) => ({
      what: `${kind.replace(/-/g, ' ')}: ${subject}`,
      value: date ? 'signed' : 'date in doubt',
      letter: source.includes('nam-') ? 'stated' : null,
      period: date ?? '',
      source,
      locator: note,
    })),
    ...roles.map(({ role, standing, source, locator }) => ({
      what: `Role: ${role.replace(/_/g, ' ')}`,
      value: standing,
      letter: 'stated',
      period: '2026-03-19',
      source,
      locator,
    })),
  ];
  if (agreements.length > 0) return known('nationalSecurity', 100, 'An agreement on minerals stands: 100.', evidence);
  if (roles.some(({ standing }) => standing === 'existing'))
    return known(
      'nationalSecurity',
      70,
      'The letter names it as a partner of today, no agreement is listed: 70.',
      evidence,
    );
  if (roles.length > 0) return known('nationalSecurity', 50, 'The letter names it as a partner to win: 50.', evidence);
  return unknown('nationalSecurity', 'Neither the letter nor the list of agreements names it.');
}

function restricts(interventions: readonly Intervention[], today: string): Scored {
  const sorted = interventions.toSorted(byWeight(today));
  const worst = sorted[0] ? severity(sorted[0], today) : 0;
  if (sorted.length === 0)
    return known('coercion', 100, 'Neither the letter nor the USGS table of export controls lists one: 100.', [
      {
        what: 'Export controls',
        value: 'none listed',
        letter: null,
        period: '2025-11-21',
        source: 'usgs-mcs-2026-t4',
        locator: 'table 4',
      },
    ]);
  return known(
    'coercion',
    100 - worst,
    '100 without the weight of its heaviest restriction: a ban 100, a license or quota 70; less while suspended or unverified.',
    sorted.map((entry) => restrictionEvidence(entry, today)),
  );
}

function largeEnough(mineral: MineralFacts, production: readonly Production[]): Scored {
  const use = mineral.usConsumption;
  const rows = production.filter(yearly);
  const evidence = rows.map(productionEvidence);
  if (!use || use.figure.value === null)
    return unknown('commercialSignificance', 'U.S. consumption is not published.', evidence);
  if (rows.length === 0) return unknown('commercialSignificance', 'No source lists output of it.');
  const asked: Evidence = {
    what: `U.S. consumption (${use.kind})`,
    value: figureWords(use.figure),
    letter: null,
    period: '2025',
    source: use.figure.source,
    locator: use.basis,
  };
  // Tonnes of different things must not be compared: bauxite is not metal.
  const alike = rows.filter((row) => row.tonnes !== null && plain(row.basis) === plain(use.basis));
  if (alike.length === 0)
    return unknown(
      'commercialSignificance',
      `Its output is not published in the basis of U.S. consumption (${use.basis || 'not stated'}).`,
      [asked, ...evidence],
    );
  const largest = Math.max(...alike.map(({ tonnes }) => tonnes ?? 0));
  return known(
    'commercialSignificance',
    (100 * largest) / use.figure.value,
    'Its output as a part of U.S. consumption; as much or more is 100.',
    [asked, ...evidence],
    use.figure.qualifier === '<' ? 'at least' : use.figure.qualifier === '>' ? 'at most' : '',
  );
}

/** 'Sb content' and 'contained Sb' name one basis. */
const plain = (basis: string): string =>
  basis
    .toLowerCase()
    .replace(/\b(content|contained|of|in|the)\b/g, '')
    .replace(/\s+/g, ' ')
    .trim();
