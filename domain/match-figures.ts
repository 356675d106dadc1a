/**
 * What the pages of a match draw beside an order's sentences: the price list with the order's place on it, what it is made from, and for a
 * mineral the caps that were reached and how much leans on one country. Whole orders and offers only, and limits as match-disclosure lets
 * them be told. Used by match-report, the only exit of a result.
 */
import { ratio, toSignificant } from './exact.ts';
import { asked, mayTell, type Protection } from './match-disclosure.ts';
import type { MineralResult, OrderResult } from './match-result.ts';

/** The price list of an offer. Only for readers who know the order's size: officials and the administrator. */
export interface Ladder {
  kind: 'allUnits' | 'incremental';
  /** Ascending; the first from 0 kg. */
  steps: { fromKg: number; usdPerKg: number }[];
  /** Index of the step that the order reached. */
  reached: number;
}

/** What an order's product is made from, each an order of its own. */
export interface Feed {
  supplier: string;
  country: string;
  /** ISO 3166-1 alpha-3. */
  countryId: string;
  /** Catalogue's name of the feed's form, as the feed's own order has it. */
  form: string;
  kg: number;
}

/** Null where the result is older than its price list. */
export function ladderOf({ tiers, kind, kg }: OrderResult): Ladder | null {
  if (!tiers || tiers.length === 0 || !kind) return null;
  return {
    kind,
    steps: tiers.map(({ fromKg, usdMicroPerKg }) => ({ fromKg, usdPerKg: usdMicroPerKg / 1e6 })),
    reached: Math.max(
      0,
      tiers.findLastIndex(({ fromKg }) => fromKg <= kg),
    ),
  };
}

/** Kilograms of an order that others make into product, by whom the product is for. */
export function feedBySink(mineral: MineralResult, order: OrderResult): { pool: number; reserve: number } {
  const sum = { pool: 0, reserve: 0 };
  for (const line of mineral.lines)
    for (const part of line.parts)
      if (part.isFeed && part.offerRow === order.offerRow)
        sum[line.organizationId === null ? 'reserve' : 'pool'] += part.kg;
  return sum;
}

export interface Cap {
  /** Of one country of origin, of one supplier or its group, of an offer's capacity, its smallest order, or what of it is sure to come. */
  kind: 'country' | 'supplier' | 'capacity' | 'minimum' | 'sure';
  /** Country by its id, or supplier. */
  name: string;
  kg: number;
  /** To three digits where it follows from demand; null where that may not be told. */
  limitKg: number | null;
  /** Above it; or at it, so that it may have held the match back. */
  state: 'over' | 'at';
}

/** Digits of a limit that is a share of demand: as the pool's totals are rounded. */
const DIGITS = 3;
/** So near to a rounded limit counts as at it. Taken from told numbers alone, so that it tells nothing more. */
const NEAR = 0.995;

/** Caps of the mineral that were passed or reached, those on many offers first. */
export function capsOf(mineral: MineralResult, protection: Protection): Cap[] {
  const demand = mineral.lines.filter((line) => line.organizationId !== null);
  const tells = mayTell(demand, asked, protection);
  /** Being above a share is said even where demand is not told: the order's reasons say it. Being at it would tell demand exactly. */
  const share = (kind: 'country' | 'supplier', name: string, kg: number, allowance: number | null): Cap[] => {
    if (allowance === null) return [];
    const limitKg = tells ? Number(toSignificant(ratio(BigInt(allowance)), DIGITS)) : null;
    if (kg > allowance) return [{ kind, name, kg, limitKg, state: 'over' }];
    return limitKg !== null && kg >= limitKg * NEAR ? [{ kind, name, kg, limitKg, state: 'at' }] : [];
  };
  const byCountry = new Map(mineral.orders.map((order) => [order.origin ?? order.country, order]));
  const bySupplier = new Map(mineral.orders.map((order) => [order.supplier, order]));
  return [
    ...[...byCountry].flatMap(([name, order]) => share('country', name, order.originKg, order.allowanceKg)),
    ...[...bySupplier].flatMap(([name, order]) =>
      share('supplier', name, order.groupKg ?? 0, order.groupAllowanceKg ?? null),
    ),
    ...mineral.orders.flatMap(({ supplier: name, kg, capacityKg, minimumKg, sureKg }): Cap[] => [
      ...(kg >= capacityKg ? [{ kind: 'capacity' as const, name, kg, limitKg: capacityKg, state: 'at' as const }] : []),
      ...(kg === minimumKg ? [{ kind: 'minimum' as const, name, kg, limitKg: minimumKg, state: 'at' as const }] : []),
      ...(typeof sureKg === 'number' && kg > sureKg
        ? [{ kind: 'sure' as const, name, kg, limitKg: sureKg, state: 'over' as const }]
        : []),
    ]),
  ];
}

/** Herfindahl-Hirschman index of what is bought, by country of origin: 10,000 where one country supplies all; 0 where nothing is bought. */
export function hhiOf(mineral: MineralResult): number {
  const byCountry = new Map<string, number>();
  for (const { origin, country, kg } of mineral.orders)
    byCountry.set(origin ?? country, (byCountry.get(origin ?? country) ?? 0) + kg);
  const total = [...byCountry.values()].reduce((sum, kg) => sum + kg, 0);
  return Math.round([...byCountry.values()].reduce((sum, kg) => sum + ((100 * kg) / total) ** 2, 0));
}
