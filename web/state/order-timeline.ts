/** Deliveries of a run against what the pool published that it needs, year by year. */

import type { Catalogue } from '#domain/catalogue.ts';
import { toNumber } from '#domain/exact.ts';
import { parseWindow, yearOf } from '#domain/quarters.ts';
import { unitContent } from '#domain/release-view.ts';
import type { OrderView, ReleaseView, RunReport } from './api.ts';
import { directKg } from './order-flows.ts';

export interface YearOfDelivery {
  year: number;
  poolKg: number;
  reserveKg: number;
  /** What the pool published for the year, in kilograms of contained element; null where it published nothing. */
  neededKg: number | null;
}

export interface Timeline {
  years: YearOfDelivery[];
  /** Deliveries that are told over several years only. */
  acrossKg: number;
}

export function matchTimeline(
  report: Pick<RunReport, 'orders'>,
  release: ReleaseView | null,
  catalogue: Catalogue,
  span: { from: number; to: number; minerals: readonly string[] },
): Timeline {
  const years = Array.from({ length: span.to - span.from + 1 }, (_, i): YearOfDelivery => {
    const year = span.from + i;
    return { year, poolKg: 0, reserveKg: 0, neededKg: neededKg(release, catalogue, span.minerals, year) };
  });
  let acrossKg = 0;
  for (const order of report.orders)
    for (const sink of ['pool', 'reserve'] as const) {
      for (const [year, kg] of byYear(order, sink)) {
        const own = years.find((one) => one.year === year);
        if (!own) acrossKg += kg;
        else if (sink === 'pool') own.poolKg += kg;
        else own.reserveKg += kg;
      }
    }
  return { years, acrossKg };
}

/** Null is the year of what is told over several. Feed is delivered to a refiner, and counts when its product is. */
function byYear(order: OrderView, sink: 'pool' | 'reserve'): Map<number | null, number> {
  const sums = new Map<number | null, number>();
  for (const lot of order.lots) {
    if (lot.sink !== sink) continue;
    const reading = parseWindow(lot.period);
    const year = reading.state === 'window' ? yearOf(reading.window.from) : null;
    const at = reading.state === 'window' && yearOf(reading.window.to) === year ? year : null;
    sums.set(at, (sums.get(at) ?? 0) + lot.kg);
  }
  const direct = directKg(order, sink);
  const all = [...sums.values()].reduce((sum, kg) => sum + kg, 0);
  if (direct === all) return sums;
  // When feed of several years left is not told.
  const [only] = sums.keys();
  return new Map([[sums.size === 1 && only !== undefined ? only : null, direct]]);
}

/** Null unless every mineral's year is published: a sum without one of them would be read as less need. */
function neededKg(
  release: ReleaseView | null,
  catalogue: Catalogue,
  minerals: readonly string[],
  year: number,
): number | null {
  if (!release) return null;
  let sum = 0;
  for (const mineral of minerals) {
    const cell = release.cells.find(
      (one) =>
        one.mineral === mineral && one.year === year && one.form === null && one.grade === null && one.level === 'all',
    );
    if (!cell || cell.value === null) return null;
    sum += Number(cell.value) * toNumber(unitContent(release, mineral, catalogue));
  }
  return sum;
}
