/** The demo pools under the default rules: which totals appear is part of the demo's story, and is stated in the facts that it comes from. */

import { expect, test } from 'vitest';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { type Contributor, poolLines, readLotKey } from '#domain/pooling.ts';
import { openHistory, planRelease } from '#domain/release.ts';
import { declareCells, foldLots } from '#domain/release-cells.ts';
import { roundTotal, unitContent } from '#domain/release-view.ts';
import { demandCells, readDemo } from '../../seeds/demo-tables.ts';
import { loadCatalogue } from '../../seeds/facts.ts';

const catalogue = loadCatalogue();
const demo = readDemo(catalogue);

function ownerOf(orgId: string): Contributor {
  const found = demo.organizations.values.find((row) => row.org_id === orgId);
  return { parentId: found?.parent_id ?? orgId, government: found?.kind !== 'manufacturer' };
}

/** Ids of the cells that the first slot shows, with their rounded totals. */
function firstRelease(pool: (typeof demo.pools.values)[number], rules = DEFAULT_RULES): Map<string, string> {
  const terms = { minerals: [pool.mineral_id], deliveryFrom: pool.delivery_year, deliveryTo: pool.delivery_year };
  const lines = demo.demand.values
    .filter((row) => row.pool_id === pool.pool_id)
    .flatMap((row) => {
      const reading = readDemandLine(row.line_id, demandCells(row), catalogue, terms);
      return reading.state === 'valid' ? [{ line: reading.value, contributor: ownerOf(row.org_id) }] : [];
    });
  const [hierarchy] = declareCells(terms, catalogue);
  if (!hierarchy) throw new Error(`${pool.mineral_id} is not in the catalogue`);
  const lots = foldLots(
    hierarchy,
    [...poolLines(lines)].map(([key, held]) => [readLotKey(key), held] as const),
  );
  const { now, fresh } = planRelease(openHistory(hierarchy), lots, rules);
  const perUnit = unitContent({ basis: pool.reporting_basis, unit: pool.reporting_unit }, pool.mineral_id, catalogue);
  return new Map(fresh.map((cell) => [hierarchy.cells[cell]?.id ?? '', roundTotal(now[cell] ?? new Map(), perUnit)]));
}

const totals = new Map(demo.pools.values.map((pool) => [pool.mineral_id, firstRelease(pool)]));

test('[RL21] five pools of the demo show their total, rounded from the printed one', () => {
  const shown = [...totals].flatMap(([mineral, cells]) => {
    const total = cells.get(`${mineral}||||all`);
    return total === undefined ? [] : [[mineral, total]];
  });
  expect(shown).toEqual([
    ['yttrium', '49300'],
    ['gallium', '3790'],
    ['germanium', '6830'],
    ['tungsten', '652'],
    ['antimony', '2180'],
  ]);
});

test('[RL22] seven pools of the demo have too few or too unequal members to show anything', () => {
  const silent = [...totals].filter(([, cells]) => cells.size === 0).map(([mineral]) => mineral);
  expect(silent.sort()).toEqual(['aluminum', 'bismuth', 'cobalt', 'dysprosium', 'graphite', 'scandium', 'titanium']);
});

test('[RL21] two of them show it whatever percentage is drawn in secret', () => {
  const strictest = { ...DEFAULT_RULES, dominancePct: 32 };
  const sure = demo.pools.values.filter((pool) => firstRelease(pool, strictest).has(`${pool.mineral_id}||||all`));
  expect(sure.map((pool) => pool.mineral_id)).toEqual(['yttrium', 'gallium']);
});
