/**
 * The only exit of a match's exact result: what officials and the administrator may read (added up over companies), and what a
 * manufacturer may read (its own lines). Each has its own type, so that a result cannot leave unfiltered. Used by server/match.
 */
import type { Catalogue } from './catalogue.ts';
import { RANKS } from './match-model.ts';
import type { LineResult, MatchResult, MineralResult, OrderResult } from './match-result.ts';
import { orderReasons, whyAward, whyUnmet, whyUnused } from './match-words.ts';
import { quarterAt, showWindow } from './quarters.ts';
import type { OrderState } from './review.ts';

/** An order as officials review it: exact, no company in it. Stored with the order. */
export interface OrderSheet {
  supplier: string;
  country: string;
  originCountry: string | null;
  stage: string;
  mineral: string;
  lots: { form: string; formName: string; grade: string; period: string; kg: number; sink: 'pool' | 'reserve' }[];
  kg: number;
  usd: number;
  usdPerKg: number;
  sharePct: number;
  minimumKg: number;
  capacityKg: number;
  reasons: string[];
}

export interface OfficialReport {
  /** In the order of their numbers, which begin at 1. */
  orders: { offerRow: string; sheet: OrderSheet }[];
  unmet: {
    mineral: string;
    form: string;
    grade: string;
    period: string;
    who: string;
    priority: string;
    kg: number;
    why: string;
  }[];
  unused: { offerRow: string; supplier: string; country: string; mineral: string; reason: string }[];
  gapPct: number;
  solveMs: number;
}

export interface OwnAward {
  row: string;
  mineral: string;
  form: string;
  grade: string;
  period: string;
  askedKg: number;
  awardedKg: number;
  parts: { supplier: string; country: string; period: string; kg: number; usdPerKg: number; state: OrderState }[];
  why: string;
}

const gradeText = (gradeClass: string): string => (gradeClass === 'any' ? '' : gradeClass);
const periodText = (from: number, to: number): string => showWindow({ from: quarterAt(from), to: quarterAt(to) });
const countryName = (catalogue: Catalogue, id: string): string => catalogue.countries.get(id)?.name ?? id;
/** Kilograms to the gram. */
const kilograms = (grams: number): number => grams / 1000;
const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));

export function officialReport(result: MatchResult, catalogue: Catalogue): OfficialReport {
  return {
    orders: result.minerals.flatMap((mineral) =>
      mineral.orders.map((order) => ({ offerRow: order.offerRow, sheet: orderSheet(mineral, order, catalogue) })),
    ),
    unmet: result.minerals.flatMap(unmetOf),
    unused: result.minerals.flatMap((mineral) =>
      mineral.unused.map(({ offerRow, supplier, country, reason }) => ({
        offerRow,
        supplier,
        country: countryName(catalogue, country),
        mineral: mineral.mineral,
        reason: whyUnused(reason),
      })),
    ),
    gapPct: result.minerals.reduce((worst, mineral) => Math.max(worst, mineral.gapPct), 0),
    solveMs: result.solveMs,
  };
}

function orderSheet(mineral: MineralResult, order: OrderResult, catalogue: Catalogue): OrderSheet {
  const pooledKg = mineral.lines.reduce((kg, line) => kg + (line.organizationId === null ? 0 : line.askedKg), 0);
  const forPool = order.lots.reduce((kg, lot) => kg + (lot.sink === 'pool' ? lot.kg : 0), 0);
  return {
    supplier: order.supplier,
    country: countryName(catalogue, order.country),
    originCountry: order.origin && countryName(catalogue, order.origin),
    stage: order.stage,
    mineral: mineral.mineral,
    lots: order.lots.map((lot) => ({
      form: order.form,
      formName: catalogue.forms.get(order.form)?.name ?? order.form,
      grade: gradeText(order.gradeClass),
      period: periodText(lot.quarter, lot.quarter),
      kg: lot.kg,
      sink: lot.sink,
    })),
    kg: order.kg,
    usd: Number(order.costMicro) / 1e6,
    usdPerKg: order.usdMicroPerKg / 1e6,
    sharePct: pooledKg === 0 ? 0 : round((forPool / pooledKg) * 100, 1),
    minimumKg: order.minimumKg,
    capacityKg: order.capacityKg,
    reasons: orderReasons(order, (id) => countryName(catalogue, id)),
  };
}

/** Unmet lines of the same product, period, priority and reason as one: companies are not told apart. */
function unmetOf(mineral: MineralResult): OfficialReport['unmet'] {
  const groups = new Map<string, { line: LineResult; grams: number }>();
  for (const line of mineral.lines) {
    const missing = missingGrams(line);
    if (missing === 0 || line.rank === null) continue;
    const key = JSON.stringify([line.rank, line.form, line.gradeClass, line.from, line.to, line.reason]);
    const group = groups.get(key);
    if (group) group.grams += missing;
    else groups.set(key, { line, grams: missing });
  }
  return [...groups.values()]
    .sort((a, b) => (a.line.rank ?? 0) - (b.line.rank ?? 0))
    .map(({ line, grams }) => ({
      mineral: mineral.mineral,
      form: line.form,
      grade: gradeText(line.gradeClass),
      period: periodText(line.from, line.to),
      who: RANKS[line.rank ?? 0]?.sink ?? 'pool',
      priority: RANKS[line.rank ?? 0]?.title ?? '',
      kg: kilograms(grams),
      why: whyUnmet(line.reason),
    }));
}

/** A line that is met in whole kilograms misses nothing. */
function missingGrams(line: LineResult): number {
  if (line.reason.code === 'underOneKilogram') return line.grams;
  return (line.askedKg - line.awardedKg) * 1000;
}

/**
 * A manufacturer's own lines. `stateOf` knows the orders' states by offer row. What officials returned or rejected is shown,
 * but is no award.
 */
export function ownAwards(
  result: MatchResult,
  organizationId: string,
  stateOf: (offerRow: string) => OrderState,
  catalogue: Catalogue,
): OwnAward[] {
  return result.minerals.flatMap((mineral) =>
    mineral.lines
      .filter((line) => line.organizationId === organizationId)
      .map((line) => {
        const parts = line.parts.flatMap((part) => {
          const order = mineral.orders.find(({ offerRow }) => offerRow === part.offerRow);
          if (!order) return [];
          return [
            {
              supplier: order.supplier,
              country: countryName(catalogue, order.country),
              period: periodText(part.quarter, part.quarter),
              kg: part.kg,
              usdPerKg: order.usdMicroPerKg / 1e6,
              state: stateOf(part.offerRow),
            },
          ];
        });
        const lost = parts.filter((part) => part.state === 'returned' || part.state === 'rejected');
        const lostKg = lost.reduce((kg, part) => kg + part.kg, 0);
        return {
          row: line.row,
          mineral: mineral.mineral,
          form: line.form,
          grade: gradeText(line.gradeClass),
          period: periodText(line.from, line.to),
          askedKg: kilograms(line.grams),
          awardedKg: line.awardedKg - lostKg,
          parts,
          why: [
            whyAward(line.reason, line.awardedKg),
            ...(lostKg > 0 ? [`Officials did not approve ${lostKg} kg of it.`] : []),
          ].join(' '),
        };
      }),
  );
}
