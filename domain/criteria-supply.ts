/** The three criteria about supply: import dependence, concentration, market structure. Used by criteria-scores. */
import type { Evidence, Scored } from './criteria.ts';
import { criterionEvidence, figureWords, known, unknown } from './criteria-words.ts';
import type { Concentration, MineralFacts } from './mineral-facts.ts';

const USGS = 'usgs-mcs-2026';

export function importDependence(facts: MineralFacts, groups: readonly MineralFacts[]): Scored {
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

export function concentration(facts: MineralFacts, groups: readonly MineralFacts[]): Scored {
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

export function marketStructure(facts: MineralFacts, groups: readonly MineralFacts[]): Scored {
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
