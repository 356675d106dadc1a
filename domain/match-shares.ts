/**
 * What a match comes to, by the owners it comes from: the vectors that decide whether a figure of a scenario may be told. Exact, never shown.
 * Used by server/match for scenarios, and by match-telling.
 */
import { missingGrams } from './match-disclosure.ts';
import { RANKS } from './match-model.ts';
import { type LineResult, type MineralResult, parentOf } from './match-result.ts';
import { type Standing, standingOf } from './match-scenarios.ts';

/** Amounts by ultimate owner, none of them zero; decimal text, because they are stored as JSON. Government is not among the owners. */
export type Shares = Record<string, string>;

/** A mineral under one shock, or under none. */
export interface Exact {
  standing: Standing;
  /** Missing grams of the pool's lines, by rank. */
  unmet: { rank: number; shares: Shares }[];
  /** Kilograms received. */
  served: Shares;
  /** Micro-dollars of what is received, at the one price of each order. */
  cost: Shares;
  /** Kilograms received by country of origin, of which the concentration is made. */
  origins: Record<string, Shares>;
}

/** A mineral that a shock touches. */
export interface ExactAfter {
  mineral: string;
  after: Exact;
  /** Its proof is wide: it is searched longer, and must not be compared before. */
  isWide: boolean;
}

/** What is stored of a scenario run, by the place of the shock in it. */
export type ExactAnswer = { shock: number; minerals: ExactAfter[] }[];

export function exactOf(result: MineralResult, government: ReadonlySet<string>): Exact {
  const companies = result.lines.filter(
    ({ organizationId }) => organizationId !== null && !government.has(organizationId),
  );
  const orders = new Map(result.orders.map((order) => [order.offerRow, order]));
  const origins = new Map<string, Map<string, bigint>>();
  const [served, cost] = [new Map<string, bigint>(), new Map<string, bigint>()];
  for (const line of companies)
    for (const { offerRow, kg, isFeed } of line.parts) {
      const order = orders.get(offerRow);
      if (!order) continue;
      const owner = parentOf(line);
      add(cost, owner, BigInt(kg) * BigInt(order.usdMicroPerKg));
      const origin = order.origin ?? order.country;
      const own = origins.get(origin) ?? new Map<string, bigint>();
      origins.set(origin, own);
      add(own, owner, BigInt(kg));
      if (!isFeed) add(served, owner, BigInt(kg));
    }
  return {
    standing: standingOf(result),
    unmet: result.levels
      .filter(({ rank }) => RANKS[rank]?.sink === 'pool')
      .map(({ rank }) => ({ rank, shares: sharesOf(missing(companies.filter((line) => line.rank === rank))) })),
    served: sharesOf(served),
    cost: sharesOf(cost),
    origins: Object.fromEntries([...origins].map(([country, own]) => [country, sharesOf(own)])),
  };
}

function missing(lines: readonly LineResult[]): Map<string, bigint> {
  const owners = new Map<string, bigint>();
  for (const line of lines) add(owners, parentOf(line), BigInt(missingGrams(line)));
  return owners;
}

function add(owners: Map<string, bigint>, owner: string, amount: bigint): void {
  if (amount !== 0n) owners.set(owner, (owners.get(owner) ?? 0n) + amount);
}

const sharesOf = (owners: ReadonlyMap<string, bigint>): Shares =>
  Object.fromEntries(
    [...owners].sort(([a], [b]) => (a < b ? -1 : 1)).map(([owner, amount]) => [owner, String(amount)]),
  );

export const vectorOf = (shares: Shares): Map<string, bigint> =>
  new Map(Object.entries(shares).map(([owner, amount]) => [owner, BigInt(amount)]));
