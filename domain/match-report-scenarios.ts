/**
 * The part of match-report that tells of scenarios and answers "why?": totals of a mineral, never finer, and only those that match-telling
 * lets through; reasons with numbers of offers, and of lines only where enough companies stand behind them. Used by server/match.
 */
import type { Catalogue } from './catalogue.ts';
import { ratio, toSignificant } from './exact.ts';
import { asked, mayTell, type Protection, receivedOf, unmetGroups } from './match-disclosure.ts';
import { RANKS } from './match-model.ts';
import type { MineralResult, OrderResult } from './match-result.ts';
import { standingOf } from './match-scenarios.ts';
import type { Exact } from './match-shares.ts';
import type { Told } from './match-telling.ts';
import { usdText, whyUnused } from './match-words.ts';

/** A mineral's match in figures for officials: to three digits; null is withheld. */
export interface ToldStanding {
  poolUnmetKg: number | null;
  reserveUnmetKg: number | null;
  tiers: { tier: string; kg: number | null }[];
  costUsd: number | null;
  hhi: number | null;
}

/** As the pool's totals are rounded. */
const DIGITS = 3;
const rounded = (whole: bigint, per = 1n): number =>
  whole === 0n ? 0 : Number(toSignificant(ratio(whole, per), DIGITS));
const isPool = (rank: number): boolean => RANKS[rank]?.sink === 'pool';
const titleOf = (rank: number): string => RANKS[rank]?.title ?? '';
const kgOf = (levels: readonly { kg: number }[]): bigint => levels.reduce((sum, { kg }) => sum + BigInt(kg), 0n);

/** Under a shock. None and too few are both null. */
export function toldAfter({ standing }: Exact, told: Told): ToldStanding {
  const { unmetKg, costMicro, hhi } = standing;
  const pool = unmetKg.filter(({ rank }) => isPool(rank));
  const reserve = unmetKg.filter(({ rank }) => !isPool(rank));
  return {
    poolUnmetKg: told.unmet === null ? null : rounded(kgOf(pool)),
    reserveUnmetKg: told.reserve ? rounded(kgOf(reserve)) : null,
    tiers: unmetKg.map(({ rank, kg }) => {
      const isTold = isPool(rank) ? told.unmet === 'ranks' && kg > 0 : told.reserve;
      return { tier: titleOf(rank), kg: isTold ? rounded(BigInt(kg)) : null };
    }),
    costUsd: told.cost ? rounded(BigInt(costMicro), 1_000_000n) : null,
    hhi: told.hhi ? rounded(BigInt(hhi)) : null,
  };
}

/** The match itself, by what its report tells. */
export function toldBefore(result: MineralResult, protection: Protection): ToldStanding {
  const { unmetKg, costMicro, hhi } = standingOf(result);
  const groups = unmetGroups(result, protection).filter(({ isCompanies }) => isCompanies);
  const isWhole = groups.every(({ grams }) => grams !== null);
  const isByRank = isWhole && groups.every(({ rank }) => rank !== null);
  const pool = unmetKg.filter(({ rank }) => isPool(rank));
  const reserve = unmetKg.filter(({ rank }) => !isPool(rank));
  return {
    poolUnmetKg: isWhole ? rounded(kgOf(pool)) : null,
    reserveUnmetKg: rounded(kgOf(reserve)),
    tiers: unmetKg.map(({ rank, kg }) => ({
      tier: titleOf(rank),
      kg: !isPool(rank) || isByRank ? rounded(BigInt(kg)) : null,
    })),
    costUsd: rounded(BigInt(costMicro), 1_000_000n),
    hhi: rounded(BigInt(hhi)),
  };
}

/** What the solver says of an offer beside what is stored with the match. Micro-dollars for a kilogram. */
export interface Marginal {
  /** Using an unused offer for so many kilograms, other choices as they are. */
  costs: { kg: number; extraMicro: number } | null;
  /** What one more kilogram of its capacity would save; 0 where it would save nothing. */
  capacityMicro: number;
  /** Allowances that bind on it. */
  binding: { kind: 'country' | 'supplier'; name: string; savesMicroPerKg: number }[];
}

export interface ToldWhy {
  supplier: string;
  isUsed: boolean;
  question: string;
  answer: string;
  more: { title: string; text: string }[];
}

/** Null where the match knows no such offer. `reasons` are those of its order, as the report tells them. */
export function whyOffer(
  result: MineralResult,
  offerRow: string,
  marginal: Marginal | null,
  reasons: readonly string[],
  catalogue: Catalogue,
  protection: Protection,
): ToldWhy | null {
  const order = result.orders.find((one) => one.offerRow === offerRow);
  if (order) return whyThisMuch(result, order, marginal, reasons, catalogue, protection);
  const unused = result.unused.find((one) => one.offerRow === offerRow);
  if (!unused) return null;
  const costs = unused.reason.code === 'notNeeded' || unused.reason.code === 'dearer' ? marginal?.costs : null;
  return {
    supplier: unused.supplier,
    isUsed: false,
    question: `Why not ${unused.supplier}?`,
    answer: whyUnused(unused.reason),
    more: [
      ...(costs && costs.extraMicro > 0
        ? [
            {
              title: 'What it would take',
              text: `A kilogram from it costs ${usdText(Math.round(costs.extraMicro / costs.kg))} more than what is ordered instead, all else unchanged.`,
            },
          ]
        : []),
      ...(unused.reason.code === 'minimum'
        ? [
            {
              title: 'How far it is from its smallest order',
              text: 'Not told: with the size of the order, it would tell what the lines that can pay for it ask for.',
            },
          ]
        : []),
    ],
  };
}

function whyThisMuch(
  result: MineralResult,
  order: OrderResult,
  marginal: Marginal | null,
  reasons: readonly string[],
  catalogue: Catalogue,
  protection: Protection,
): ToldWhy {
  const tellsBuyers = mayTell(result.lines, receivedOf(order.offerRow), protection);
  const tellsDemand = mayTell(
    result.lines.filter((line) => line.organizationId !== null),
    asked,
    protection,
  );
  const isFull = order.kg >= order.capacityKg;
  const value = marginal?.capacityMicro ?? 0;
  return {
    supplier: order.supplier,
    isUsed: true,
    question: `Why this much from ${order.supplier}?`,
    answer: isFull
      ? 'Everything that it can deliver in the period is ordered.'
      : 'It covers what it is cheapest for under the rules. More of it would cost more than what is ordered elsewhere, or is not asked for when it can deliver.',
    more: [
      ...reasons.map((text) => ({ title: '', text })),
      ...(value > 0
        ? [
            {
              title: 'A kilogram more of it',
              text: tellsBuyers
                ? `Would save about ${usdText(value)}, with the other choices as they are.`
                : 'Would lower the cost; by how much is not told, because too few companies buy from it.',
            },
          ]
        : []),
      ...(marginal?.binding ?? []).map(({ kind, name, savesMicroPerKg }) => ({
        title: `Limit for ${kind === 'country' ? (catalogue.countries.get(name)?.name ?? name) : name}`,
        text: tellsDemand
          ? `The share aimed for from one ${kind} is reached: a kilogram more of room would save about ${usdText(savesMicroPerKg)}.`
          : `The share aimed for from one ${kind} is reached: more of it counts as dearer than its price.`,
      })),
    ],
  };
}
