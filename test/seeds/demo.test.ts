import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { basisOf } from '#domain/catalogue.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { decimal, over, plus, type Ratio, ratio, times, toFixedText, toSignificant, ZERO } from '#domain/exact.ts';
import { readOffer } from '#domain/offer-sheet.ts';
import { massInBasis, sumGrams } from '#domain/units.ts';
import { DEMO_DIRECTORY, demandCells, offerCells, readDemo, termsOf } from '#seeds/demo-tables.ts';
import { cell, readTable } from '#seeds/read.ts';
import { catalogue, unitNamed } from '../support/catalogue.ts';

const demo = readDemo(catalogue);
const expected = readTable(
  DEMO_DIRECTORY,
  'expected_pool_totals.csv',
  z.strictObject({
    pool_id: cell.id,
    reporting_basis: cell.word,
    reporting_unit: cell.word,
    lines: cell.number,
    contributors: cell.number,
    total: cell.word,
    top1_share_pct: cell.word,
    top2_share_pct: cell.word,
    us_figure: cell.text,
    us_figure_unit: cell.text,
    share_of_us_figure_pct: cell.text,
    us_figure_basis: cell.text,
  }),
);

/** What a pool adds up to, read as the pool reads it: rows to grams, grams to the basis and unit that totals are shown in. */
function totalsOf(poolId: string) {
  const pool = demo.pools.values.find((row) => row.pool_id === poolId);
  if (!pool) throw new Error(`no pool ${poolId}`);
  const lines = demo.demand.values.filter((row) => row.pool_id === poolId);
  const perOrganization = Map.groupBy(lines, (row) => row.org_id);
  const masses = [...perOrganization.values()].map((rows) =>
    sumGrams(
      rows.map((row) => {
        const reading = readDemandLine(row.line_id, demandCells(row), catalogue, termsOf(pool));
        if (reading.state !== 'valid') throw new Error(`${row.line_id} is ${reading.state}`);
        return reading.value.grams;
      }),
    ),
  );
  const basis = basisOf(catalogue, pool.mineral_id, pool.reporting_basis);
  if (!basis) throw new Error(`no basis ${pool.reporting_basis}`);
  const amounts = masses.map((mass) => massInBasis(mass, basis, unitNamed(pool.reporting_unit)));
  return {
    pool,
    lines,
    total: amounts.reduce(plus, ZERO),
    amounts: amounts.sort((a, b) => Number(b.n * a.d - a.n * b.d)),
  };
}

const percent = (part: Ratio, whole: Ratio): string => toFixedText(over(times(part, ratio(100n)), whole), 1);

test.each(expected.values)('[CA9] $pool_id adds up to its expected total, to all printed digits', (row) => {
  const { pool, lines, total, amounts } = totalsOf(row.pool_id);
  const [first = ZERO, second = ZERO] = amounts;
  expect({
    pool_id: pool.pool_id,
    reporting_basis: pool.reporting_basis,
    reporting_unit: pool.reporting_unit,
    lines: lines.length,
    contributors: amounts.length,
    total: toSignificant(total, 6),
    top1_share_pct: percent(first, total),
    top2_share_pct: percent(plus(first, second), total),
    share_of_us_figure_pct: row.us_figure === '' ? '' : percent(total, decimal(row.us_figure)),
  }).toEqual({
    pool_id: row.pool_id,
    reporting_basis: row.reporting_basis,
    reporting_unit: row.reporting_unit,
    lines: row.lines,
    contributors: row.contributors,
    total: row.total,
    top1_share_pct: row.top1_share_pct,
    top2_share_pct: row.top2_share_pct,
    share_of_us_figure_pct: row.share_of_us_figure_pct,
  });
});

test('[CA9] the oracle is complete: twelve pools, 54 lines', () => {
  expect(expected.values.map((row) => row.pool_id)).toEqual(demo.pools.values.map((row) => row.pool_id));
  expect([
    demo.pools.values.length,
    demo.demand.values.length,
    demo.offers.values.length,
    demo.priorities.values.length,
  ]).toEqual([12, 54, 36, 12]);
  expect(readFileSync(join(DEMO_DIRECTORY, 'expected_pool_totals.csv'), 'utf8').trim().split('\n')).toHaveLength(13);
});

test('[CA10] the demo shows each reason why an offer is not used', () => {
  const offers = demo.offers.values.flatMap((row) => {
    const reading = readOffer(row.offer_id, offerCells(row), catalogue);
    return reading.state === 'valid' ? [reading.value] : [];
  });
  const lines = demo.demand.values.flatMap((row) => {
    const reading = readDemandLine(row.line_id, demandCells(row), catalogue);
    return reading.state === 'valid' ? [reading.value] : [];
  });
  const pairs = offers.flatMap((offer) =>
    lines.filter((line) => line.mineral === offer.mineral).map((line) => ({ offer, line })),
  );
  const sameForm = pairs.filter(({ offer, line }) => offer.family === line.family);
  const reasons = {
    form: pairs.length > sameForm.length,
    grade: sameForm.some(({ offer, line }) => line.gradePct !== null && (offer.gradePct ?? 0) < line.gradePct),
    time: sameForm.some(({ offer, line }) => offer.from > line.window.to),
    standing: sameForm.some(({ offer, line }) => line.qualification === 'qualified' && !offer.qualified),
    country: sameForm.some(({ offer, line }) => line.excludedCountries.includes(offer.originCountry ?? offer.country)),
    recycled: sameForm.some(({ offer, line }) => offer.recycled && !line.acceptsRecycled),
    price: sameForm.some(
      ({ offer, line }) =>
        Math.min(...offer.tiers.map((tier) => tier.usdMicroPerKg)) >
        (line.ceilingUsdMicroPerKg ?? Number.POSITIVE_INFINITY),
    ),
  };
  expect(Object.entries(reasons).filter(([, shown]) => !shown)).toEqual([]);
});
