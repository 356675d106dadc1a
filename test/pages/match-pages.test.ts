/** What the match's pages draw and save: flows, places, years, words and tables, from what officials read of a run alone. */
import { expect, test } from 'vitest';
import { flowChart } from '#web/charts/sankey-layout.ts';
import { sheetOf } from '#web/files/excel.ts';
import { csvOf } from '#web/lib/csv.ts';
import type { OrderView, ReleaseView, RunReport } from '#web/state/api.ts';
import { matchFlows } from '#web/state/order-flows.ts';
import { matchPlaces } from '#web/state/order-places.ts';
import { ordersTable, reportTables, unmetTable } from '#web/state/order-tables.ts';
import { matchTimeline } from '#web/state/order-timeline.ts';
import {
  capWords,
  doingWords,
  flowFinding,
  gapText,
  gapWords,
  hhiWords,
  outsideWords,
} from '#web/state/order-words.ts';
import { catalogue } from '../support/catalogue.ts';

const NAMES = { mineral: (id: string) => `the ${id}`, form: (id: string) => `form ${id}` };
let made = 0;
function order(more: Partial<OrderView> & { kg: number }): OrderView {
  made += 1;
  return {
    id: `order-${made}`,
    number: made,
    state: 'proposed',
    supplier: `Supplier ${made}`,
    country: 'Japan',
    originCountry: null,
    stage: 'operating',
    mineral: 'gallium',
    lots: [{ form: 'ga', formName: 'gallium metal', grade: '6N', period: '2027', kg: more.kg, sink: 'pool' }],
    usd: more.kg * 5,
    usdPerKg: 5,
    sharePct: null,
    minimumKg: 0,
    capacityKg: more.kg * 2,
    reasons: ['Because.'],
    decisions: [],
    countryId: 'JPN',
    originId: null,
    ladder: null,
    feeds: [],
    yieldPct: null,
    feedKg: { pool: 0, reserve: 0 },
    ...more,
  };
}
const unmet = (more: Partial<RunReport['unmet'][number]>) => ({
  mineral: 'gallium',
  form: 'ga',
  grade: '6N',
  period: '2027',
  who: 'pool',
  priority: 'firm',
  kg: 100,
  why: 'Scarce.',
  ...more,
});
const report = (more: Partial<RunReport>): RunReport => ({
  run: {
    id: 'r',
    number: 1,
    state: 'solved',
    progress: 1,
    doing: null,
    reason: null,
    startedAt: '2026-11-24T09:00:00.000Z',
    endedAt: '2026-11-24T09:00:01.000Z',
  },
  inputs: [],
  orders: [],
  unmet: [],
  unused: [],
  minerals: [],
  gapPct: 0,
  solveMs: 1,
  ...more,
});
/** A mine's concentrate that a refiner makes into product, and what of it is bought as it is. */
const refined = () => [
  order({
    kg: 920,
    supplier: 'Works',
    country: 'Japan',
    feeds: [{ supplier: 'Mine', country: 'Australia', countryId: 'AUS', form: 'concentrate', kg: 1000 }],
    yieldPct: 92,
  }),
  order({
    kg: 1300,
    supplier: 'Mine',
    country: 'Australia',
    countryId: 'AUS',
    feedKg: { pool: 1000, reserve: 0 },
  }),
];
const links = (of: Parameters<typeof matchFlows>[0]) =>
  matchFlows(of, (id) => id)
    .links.map(({ source, target, kg }) => `${source} > ${target} ${kg}`)
    .sort();

test('[MP16] flows lead from demand over suppliers to countries, feed through its refiner, and every kilogram once', () => {
  expect(links({ orders: refined(), unmet: [unmet({ kg: 50 })] })).toEqual([
    'd:gallium:pool > s:Mine 300',
    'd:gallium:pool > s:Works 920',
    'd:gallium:pool > unmet 50',
    'f:Mine > c:Australia 1000',
    's:Mine > c:Australia 300',
    's:Works > f:Mine 1000',
  ]);
  expect(links({ orders: [], unmet: [unmet({ kg: null })] })).toEqual([]);
  // Feed is in the product that is made from it.
  expect(flowFinding({ orders: refined(), unmet: [] })).toMatch(/^1,220 kg from 2 suppliers/);
});

test('[MP17] a match of hundreds of orders is drawn with a few dozen nodes, and no kilogram is lost', () => {
  const orders = Array.from({ length: 300 }, (_, i) =>
    order({ kg: 100 + i, supplier: `Supplier ${i}`, country: `Country ${i % 40}`, mineral: `mineral-${i % 13}` }),
  );
  const all = matchFlows({ orders, unmet: [] }, (id) => id);
  const one = matchFlows({ orders: orders.map((each) => ({ ...each, mineral: 'gallium' })), unmet: [] }, (id) => id);
  for (const flows of [all, one]) {
    expect(flows.nodes.length).toBeLessThan(40);
    expect(flows.links.length).toBeLessThan(260);
    const drawn = flowChart(flows.nodes, flows.links, { width: 900, height: 720, labels: 170 });
    const first = drawn.nodes.filter(({ node }) => node.column === 0);
    expect(first.reduce((kg, node) => kg + node.kg, 0)).toBe(orders.reduce((kg, each) => kg + each.kg, 0));
  }
});

test('[MP18] the map shows who delivers, who feeds a refiner, where the reserve is kept and whose offers were left, each country once', () => {
  const toReserve = order({ kg: 70, supplier: 'Third', country: 'Canada', countryId: 'CAN' });
  const stocked = { ...toReserve, lots: toReserve.lots.map((lot) => ({ ...lot, sink: 'reserve' as const })) };
  const unused = [
    { offerRow: 'o', supplier: 'Left', country: 'Japan', countryId: 'JPN', mineral: 'gallium', reason: 'Dear.' },
    { offerRow: 'p', supplier: 'Left 2', country: 'Germany', countryId: 'DEU', mineral: 'gallium', reason: 'Dear.' },
  ];
  const { places, routes } = matchPlaces({ orders: [...refined(), stocked], unused });
  expect(places.map(({ iso3, category }) => [iso3, category])).toEqual([
    ['JPN', 'delivers'],
    ['AUS', 'delivers'],
    ['CAN', 'delivers'],
    ['USA', 'keeps'],
    ['DEU', 'unused'],
  ]);
  expect(routes.map(({ from, to, weight }) => [from, to, weight])).toEqual([
    ['AUS', 'JPN', 1000],
    ['CAN', 'USA', 70],
  ]);
});

const SPAN = { from: 2027, to: 2028, minerals: ['gallium'] };
const release = (values: Record<number, string | null>): ReleaseView => ({
  slotAt: '2026-11-24T09:00:00.000Z',
  final: true,
  unit: 't',
  basis: 'Ga',
  cells: Object.entries(values).map(([year, value]) => ({
    mineral: 'gallium',
    form: null,
    grade: null,
    year: Number(year),
    level: 'all',
    value,
  })),
});

test('[MP19] deliveries stand beside what the pool published of each year, and beside nothing where it published nothing', () => {
  const lots = (period: string, kg: number) => [
    { form: 'ga', formName: 'gallium metal', grade: '6N', period, kg, sink: 'pool' as const },
  ];
  const orders = [
    order({ kg: 500, lots: lots('Q2 2027', 500) }),
    order({ kg: 300, lots: lots('2028', 300) }),
    order({ kg: 200, lots: lots('2027 to 2028', 200) }),
  ];
  const { years, acrossKg } = matchTimeline({ orders }, release({ 2027: '1.2', 2028: null }), catalogue, SPAN);
  expect(years).toEqual([
    { year: 2027, poolKg: 500, reserveKg: 0, neededKg: 1200 },
    { year: 2028, poolKg: 300, reserveKg: 0, neededKg: null },
  ]);
  expect(acrossKg).toBe(200);
  // Two minerals of which one is not published: their sum would be read as less need.
  const two = matchTimeline({ orders }, release({ 2027: '1.2' }), catalogue, {
    ...SPAN,
    minerals: ['gallium', 'cobalt'],
  });
  expect(two.years.map(({ neededKg }) => neededKg)).toEqual([null, null]);
});

test('[MP19] feed that a refiner takes is no delivery', () => {
  const { years, acrossKg } = matchTimeline({ orders: refined() }, null, catalogue, SPAN);
  expect([years[0]?.poolKg, acrossKg]).toEqual([920 + 300, 0]);
});

test('[MP20] the gap is said in money and words, and one that is small is not none', () => {
  expect(gapWords(0, 1000, false)).toBe('Proved: nothing that meets as much costs less.');
  expect(gapWords(0.5, 1_000_000, false)).toBe(
    'Proved: nothing that meets as much costs less by more than $ 5,000, 0.5 % of the cost.',
  );
  expect(gapWords(0.5, 1_000_000, true)).toContain('reached its time limit');
  expect([gapText(0), gapText(0.00001), gapText(0.02)]).toEqual(['0 %', 'below 0.001 %', '0.02 %']);
  expect(doingWords({ doing: 'improving', state: 'solved' })).toContain('looking for a better one');
  expect(doingWords({ doing: null, state: 'queued' })).toContain('Waiting');
});

test('[MP20] caps and concentration are said in words, without the limit where it is withheld', () => {
  const cap = { kind: 'country', name: 'China', kg: 900, state: 'over' } as const;
  expect(capWords({ ...cap, limitKg: null })).toBe('900 kg, above the share aimed for from one country.');
  expect(capWords({ ...cap, limitKg: 500 })).toContain('above the 500 kg aimed for');
  expect(capWords({ ...cap, kind: 'capacity', limitKg: 900, state: 'at' })).toContain('All of the 900 kg');
  expect([hhiWords(0), hhiWords(900), hhiWords(1500), hhiWords(5000)].map((words) => words.split(' ')[0])).toEqual([
    'nothing',
    'not',
    'moderately',
    'highly',
  ]);
});

test('[MP25] who knows the buyers is told in which line first rights name nobody of the pool', () => {
  expect(outsideWords([], ['a'])).toBeNull();
  const found = ['b', 'c', 'd', 'e', 'f'].map((row) => ({ row, holder: `Name ${row}` }));
  expect(outsideWords(found, ['a', 'b', 'c', 'd', 'e', 'f'])).toMatch(
    /^First rights of “Name b” in line 2, “Name c” in line 3, “Name d” in line 4 and 2 more: no buyer/,
  );
});

test('[MP21] files hold what the page shows, W where it shows a dash, and nothing that a spreadsheet would run', () => {
  const evil = order({ kg: 5, supplier: '=HYPERLINK("http://x")', sharePct: null });
  const of = report({ orders: [evil], unmet: [unmet({ kg: null })] });
  const table = ordersTable(of, NAMES);
  expect(csvOf(table.columns, table.rows)).toContain(`"'=HYPERLINK(""http://x"")"`);
  expect(table.rows[0]?.[8]).toBeNull();
  const sheet = sheetOf(unmetTable(of, NAMES));
  expect(sheet.rows?.[1]).toEqual(['firm', 'the gallium', 'form ga', '6N', '2027', 'The pool', 'W', 'Scarce.']);
  const names = reportTables(of, { years: [], acrossKg: 0 }, NAMES).map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(31);
});
