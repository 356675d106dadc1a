/** Where the material of a run comes from and where it goes, for the world map. Where members take delivery is nobody's to read. */
import { capital, count, massText } from '#web/lib/format.ts';
import type { RunReport } from './api.ts';
import { directKg } from './order-flows.ts';

export type PlaceKind = 'delivers' | 'feeds' | 'keeps' | 'unused';
export interface Place {
  iso3: string;
  category: PlaceKind;
  text: string;
}
export interface Route {
  from: string;
  to: string;
  weight: number;
  text: string;
}

/** The reserve is the United States' own, and kept there. */
export const RESERVE_COUNTRY = 'USA';

/** Countries that deliver first, the heaviest in front; then those of feed, the reserve's, and those whose offers were not used. */
export function matchPlaces(report: Pick<RunReport, 'orders' | 'unused'>): { places: Place[]; routes: Route[] } {
  const delivers = new Map<string, { kg: number; suppliers: Set<string> }>();
  const feeds = new Map<string, number>();
  const routes = new Map<string, Route>();
  const route = (from: string, to: string, kg: number, what: string) => {
    if (from === to || kg <= 0) return;
    const known = routes.get(`${from} ${to} ${what}`);
    const weight = (known?.weight ?? 0) + kg;
    routes.set(`${from} ${to} ${what}`, { from, to, weight, text: `${what}: ${massText(weight)}` });
  };
  const reserve = new Map<string, number>();
  for (const order of report.orders) {
    const { countryId, originId } = order;
    if (!countryId) continue;
    const kg = directKg(order, 'pool') + directKg(order, 'reserve');
    const own = delivers.get(countryId) ?? { kg: 0, suppliers: new Set<string>() };
    if (kg > 0) {
      own.kg += kg;
      own.suppliers.add(order.supplier);
      delivers.set(countryId, own);
    }
    if (originId && originId !== countryId) {
      feeds.set(originId, (feeds.get(originId) ?? 0) + order.kg);
      route(originId, countryId, order.kg, 'feed to be refined');
    }
    for (const feed of order.feeds ?? []) route(feed.countryId, countryId, feed.kg, 'feed to be refined');
    if ((order.feedKg?.pool ?? 0) + (order.feedKg?.reserve ?? 0) > 0 && kg === 0)
      feeds.set(countryId, (feeds.get(countryId) ?? 0) + order.kg);
    reserve.set(countryId, (reserve.get(countryId) ?? 0) + directKg(order, 'reserve'));
  }
  for (const [from, kg] of reserve) route(from, RESERVE_COUNTRY, kg, 'to the reserve');
  const stocked = [...reserve.values()].reduce((sum, kg) => sum + kg, 0);
  const places: Place[] = [
    ...[...delivers]
      .sort(([, a], [, b]) => b.kg - a.kg)
      .map(([iso3, { kg, suppliers }]) => ({
        iso3,
        category: 'delivers' as const,
        text: `${massText(kg)} from ${count(suppliers.size, 'supplier')}`,
      })),
    ...[...feeds].map(([iso3, kg]) => ({ iso3, category: 'feeds' as const, text: `${massText(kg)} of feed` })),
    ...(stocked > 0
      ? [{ iso3: RESERVE_COUNTRY, category: 'keeps' as const, text: `${massText(stocked)} to the reserve` }]
      : []),
    ...[...Map.groupBy(report.unused, ({ countryId }) => countryId)].map(([iso3, offers]) => ({
      iso3,
      category: 'unused' as const,
      text: `${count(offers.length, 'offer')}, none used`,
    })),
  ];
  return { places: oneEach(places), routes: [...routes.values()] };
}

/** A country has one colour, the first of its parts; its other parts are said with it. */
function oneEach(places: readonly Place[]): Place[] {
  return [...Map.groupBy(places, ({ iso3 }) => iso3).values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    const others = more.filter(({ category }) => category !== 'unused');
    return [{ ...first, text: capital([first, ...others].map(({ text }) => text).join('; ')) }];
  });
}
