import fc from 'fast-check';
import { expect, test } from 'vitest';
import { declareCells } from '#domain/release-cells.ts';
import { showCells } from '#domain/release-view.ts';
import type { Row } from '#domain/sheets.ts';
import { NOTHING_OWN, ownContribution } from '#web/state/own-contribution.ts';
import { byYear, flatten, horizon, type PoolNode, poolTree, withLiveTotals } from '#web/state/pool-tree.ts';
import { catalogue } from '../support/catalogue.ts';

const POOL = { minerals: ['yttrium'], deliveryFrom: 2027, deliveryTo: 2028, basis: 'Y2O3', unit: 'kg' };
const LINE: Row = { mineral: 'yttrium', form: 'y-oxide-5n', grade: 99.999, unit: 'kg', commitment: 'firm' };
const hierarchies = declareCells(POOL, catalogue);

function treeOf(rows: Row[], values: Record<string, string> = {}): { root: PoolNode; leftOut: number } {
  const own = ownContribution(
    rows.map((row, index): [string, Row] => [`r${index}`, row]),
    catalogue,
    POOL,
    hierarchies,
  );
  const cells = showCells(hierarchies, new Map(Object.entries(values)));
  const [root] = poolTree(POOL, catalogue, hierarchies, cells, own);
  if (!root) throw new Error('no tree');
  return { root, leftOut: own.leftOut };
}

const nodeAt = (root: PoolNode, key: string): PoolNode | undefined =>
  flatten([root])
    .map(({ node }) => node)
    .find((node) => node.key.startsWith(key));

test('[WB1] own lines stand beside the published cells that hold them, in the unit and constituent of the pool', () => {
  const { root } = treeOf([
    { ...LINE, quantity: 24000, period: '2027-Q1/2028-Q4' },
    { ...LINE, quantity: 1, unit: 't', period: '2027-Q1', commitment: 'indicative' },
  ]);
  expect(root.own).toEqual({ all: '25000', firm: '24000' });
  expect(nodeAt(root, 'yttrium|y-oxide|5N|2027')?.own).toEqual({ all: '13000', firm: '12000' });
  expect(nodeAt(root, 'yttrium|y-oxide|5N|2028')?.own).toEqual({ all: '12000', firm: '12000' });
  expect(nodeAt(root, 'yttrium|y-metal|')?.own).toEqual({ all: null, firm: null });
});

test('[WB1] the whole is the sum of its parts at every node, whatever is entered', () => {
  const line = fc.record({
    quantity: fc.integer({ min: 1, max: 9 }).map((tons) => tons * 1000),
    period: fc.constantFrom('2027-Q1', '2027-Q1/2027-Q4', '2028-Q2', '2027-Q1/2028-Q4'),
    commitment: fc.constantFrom('firm', 'takeOrPay', 'indicative', 'letterOfIntent'),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), (lines) => {
      const { root } = treeOf(lines.map((cells) => ({ ...LINE, ...cells })));
      for (const { node } of flatten([root]))
        for (const level of ['all', 'firm'] as const) {
          if (node.children.length === 0) continue;
          const parts = node.children.reduce((sum, child) => sum + Number(child.own[level] ?? 0), 0);
          expect(Number(node.own[level] ?? 0)).toBeCloseTo(parts, 6);
        }
    }),
  );
});

test('[WB2] a line that is wrong somewhere is counted as left out and adds nothing', () => {
  const { root, leftOut } = treeOf([
    { ...LINE, quantity: 5, period: '2027-Q1', grade: 101 },
    { ...LINE, quantity: 7, period: '2027-Q1' },
    {},
  ]);
  expect(leftOut).toBe(1);
  expect(root.own.all).toBe('7');
});

test('[WB3] bars by year are drawn only when every year is published, since a part would read like the whole', () => {
  const years = (values: Record<string, string>) => byYear(treeOf([], values).root, 'all');
  const whole = Object.fromEntries(
    hierarchies.flatMap(({ cells, merged }) =>
      cells
        .filter((cell, index) => cell.year !== null && cell.level === 'all' && !merged.has(index))
        .map((cell) => [cell.id, '10']),
    ),
  );
  const perYear = Object.keys(whole).length / 2;
  expect(years(whole)).toEqual([
    { year: 2027, value: 10 * perYear },
    { year: 2028, value: 10 * perYear },
  ]);
  const [, ...rest] = Object.entries(whole);
  expect(years(Object.fromEntries(rest))).toEqual([]);
});

test('[WB4] every declared cell that is not merged has its place in the tree, and a value that was not published is null there', () => {
  const cells = showCells(hierarchies, new Map([['yttrium||||all', '49300']]));
  const [root] = poolTree(POOL, catalogue, hierarchies, cells, NOTHING_OWN);
  expect(root?.pool).toEqual({ all: '49300', firm: null });
  const merged = hierarchies.reduce((count, hierarchy) => count + hierarchy.merged.size, 0);
  expect(flatten(root ? [root] : []).length * 2).toBe(cells.length - merged);
});

test('[WB22] the horizon lists each place over the years of delivery, and leaves out places with nothing published', () => {
  const [hierarchy] = hierarchies;
  if (!hierarchy) throw new Error('no hierarchy');
  const values = {
    'yttrium|||2027|all': '40',
    'yttrium|y-oxide|5N|2027|all': '25',
    'yttrium|y-oxide|5N|2027|firm': '9',
  };
  const cells = showCells(hierarchies, new Map(Object.entries(values)));
  expect(horizon(hierarchy, catalogue, cells, 'all')).toMatchObject({
    years: [2027, 2028],
    rows: [
      { key: 'yttrium||||all', depth: 0, values: ['40', null] },
      { key: 'yttrium|y-oxide|5N||all', depth: 2, values: ['25', null] },
    ],
  });
  expect(horizon(hierarchy, catalogue, cells, 'firm').rows.map(({ values: shown }) => shown)).toEqual([['9', null]]);
  const nothing = showCells(hierarchies, new Map());
  expect(horizon(hierarchy, catalogue, nothing, 'all').rows.map(({ depth }) => depth)).toEqual([0]);
});

test('[MB18] buyers of an open pool see the live sum of the shared sheet beside their own lines, and zero where nothing is', () => {
  const mine = treeOf([{ ...LINE, quantity: 1000, period: '2027' }], { 'yttrium||||all': '5000' }).root;
  const all = treeOf([
    { ...LINE, quantity: 1000, period: '2027' },
    { ...LINE, quantity: 300, period: '2028', commitment: 'indicative' },
  ]).root;
  const [live] = withLiveTotals([mine], [all]);
  expect([live?.pool, live?.own]).toEqual([
    { all: '1300', firm: '1000' },
    { all: '1000', firm: '1000' },
  ]);
  expect(live && nodeAt(live, 'yttrium|y-oxide|5N|2028')?.pool).toEqual({ all: '300', firm: '0' });
  expect(live && nodeAt(live, 'yttrium|y-metal|')?.pool).toEqual({ all: '0', firm: '0' });
});
