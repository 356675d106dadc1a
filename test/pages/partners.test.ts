import { expect, test } from 'vitest';
import { FACTS_DIRECTORY, readFacts } from '../../seeds/facts.ts';
import { labelsThatFit } from '../../web/charts/labels.ts';
import { drawable, flowChart } from '../../web/charts/sankey-layout.ts';
import { worldShapes } from '../../web/charts/world-shapes.ts';
import { boundMark, roleStanding, roleWords } from '../../web/lib/criteria.ts';

test('[PF18] every country that the facts name is on the map, by its ISO number or as a dot', () => {
  const { catalogue, partners, mineral } = readFacts(FACTS_DIRECTORY);
  const shapes = worldShapes(900);
  const codes = new Set(partners.roles.map(({ iso3 }) => iso3));
  for (const { id } of catalogue.minerals.values())
    for (const { iso3 } of [...(mineral(id)?.production ?? []), ...(mineral(id)?.importSources ?? [])])
      if (iso3) codes.add(iso3);
  const missing = [...codes].filter((code) => {
    const country = catalogue.countries.get(code);
    return country && !country.isGroup && shapes.at(country) === null;
  });
  expect(missing).toEqual([]);
  const at = shapes.at({ iso3: 'BHR', isoNumber: '048' });
  expect(shapes.hasOutline('048')).toBe(false);
  expect(at?.every((pixel) => pixel > 0 && pixel < 900)).toBe(true);
});

test('[PF19] of two names on the map that would touch the more important one stays', () => {
  const kept = labelsThatFit(
    [
      { key: 'DEU', x: 300, y: 100, text: 'Germany' },
      { key: 'FRA', x: 310, y: 105, text: 'France' },
      { key: 'BRA', x: 200, y: 300, text: 'Brazil' },
      { key: 'NZL', x: 895, y: 300, text: 'New Zealand' },
    ],
    900,
  );
  expect(kept.map(({ key }) => key)).toEqual(['DEU', 'BRA']);
});

test('[PF20] a flow chart draws what flows to the right, and no flow in a circle stops it', () => {
  const nodes = [
    { id: 'a', title: 'Demand', column: 0 },
    { id: 'b', title: 'Supplier', column: 1 },
    { id: 'c', title: 'Country', column: 2 },
    { id: 'd', title: 'Alone', column: 1 },
  ];
  const links = [
    { source: 'a', target: 'b', kg: 700 },
    { source: 'b', target: 'c', kg: 700 },
    { source: 'c', target: 'a', kg: 5 },
    { source: 'a', target: 'd', kg: 0 },
    { source: 'a', target: 'gone', kg: 9 },
  ];
  expect(drawable(nodes, links)).toHaveLength(2);
  const chart = flowChart(nodes, links, { width: 700, height: 300, labels: 100 });
  expect(chart.nodes.map(({ node, kg }) => [node.id, kg])).toEqual([
    ['a', 700],
    ['b', 700],
    ['c', 700],
  ]);
  expect(chart.left.toSorted((x, y) => x - y)).toEqual(chart.left);
  expect(flowChart(nodes, [], { width: 700, height: 300, labels: 100 }).nodes).toEqual([]);
});

test('[PF21] a bound shows its sign, and roles and their standing are in words', () => {
  expect([boundMark('at least'), boundMark('at most'), boundMark('')]).toEqual(['≥ ', '≤ ', '']);
  const { partners } = readFacts(FACTS_DIRECTORY);
  for (const { role, standing } of partners.roles) {
    expect(roleWords(role)).not.toContain('_');
    expect(roleStanding(standing)).toMatch(/ /);
  }
});
