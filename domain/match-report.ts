/**
 * The only exit of a match's exact result: what officials and the administrator may read (orders as a whole exactly, everything finer only
 * where match-disclosure lets it), and what a manufacturer may read (its own lines). Each has its own type, so that a result cannot leave
 * unfiltered. Used by server/match.
 */
import type { Catalogue } from './catalogue.ts';
import { ratio, toSignificant } from './exact.ts';
import { type HowFar, UNTOUCHED } from './fulfilment-disclosure.ts';
import {
  asked,
  deliveryPeriods,
  levelKg,
  mayTell,
  type PeriodOf,
  type Protection,
  receivedOf,
  toldLots,
  toldServed,
  type UnmetGroup,
  unmetGroups,
} from './match-disclosure.ts';
import { type Cap, capsOf, type Feed, feedBySink, hhiOf, type Ladder, ladderOf } from './match-figures.ts';
import { RANKS } from './match-model.ts';
import type { LineResult, MatchResult, MineralResult, OrderResult } from './match-result.ts';
import { orderReasons, type ToldLot, whyAward, whyUnused } from './match-words.ts';
import { quarterAt, showWindow } from './quarters.ts';
import type { OrderState } from './review.ts';

/** An order as officials review it: exact as a whole, no company in it. Stored with the order. */
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
  /** Of the mineral's pooled demand; null where that demand may not be told. */
  sharePct: number | null;
  minimumKg: number;
  capacityKg: number;
  reasons: string[];
  /** ISO 3166-1 alpha-3. Orders stored by earlier versions lack what follows. */
  countryId?: string;
  originId?: string | null;
  /** Null where the price list is not known. */
  ladder?: Ladder | null;
  /** Where a processor's feed comes from, and how much of the feed's element ends in the product, percent. */
  feeds?: Feed[];
  yieldPct?: number | null;
  /** Of `kg`, what others make into product, by whom that is for. */
  feedKg?: { pool: number; reserve: number };
}

export interface OfficialReport {
  /** In the order of their numbers, which begin at 1. */
  orders: { offerRow: string; sheet: OrderSheet }[];
  unmet: UnmetEntry[];
  unused: {
    offerRow: string;
    supplier: string;
    country: string;
    countryId: string;
    mineral: string;
    reason: string;
  }[];
  minerals: MineralFigures[];
  gapPct: number;
  solveMs: number;
}

/** A mineral's match as a whole. */
export interface MineralFigures {
  mineral: string;
  usd: number;
  /** Of what is bought, by country of origin: 10,000 where one country supplies all. */
  hhi: number;
  /** Proved distance of its cost from the least possible, percent. */
  gapPct: number;
  /** A time limit cut the proof short. */
  limited: boolean;
  caps: Cap[];
}

/** Empty words are what was merged; null kilograms are withheld. */
export interface UnmetEntry {
  mineral: string;
  form: string;
  grade: string;
  period: string;
  who: string;
  priority: string;
  kg: number | null;
  why: string;
}

export interface OwnAward {
  row: string;
  mineral: string;
  form: string;
  grade: string;
  period: string;
  priority: string;
  askedKg: number;
  awardedKg: number;
  /** What everybody of this priority who was cut received, to three digits; null where it may not be told. */
  levelKg: number | null;
  parts: {
    supplier: string;
    country: string;
    period: string;
    kg: number;
    /** Null where the price would tell how large the whole order is; it is then at most the first one of the price list. */
    usdPerKg: number | null;
    firstUsdPerKg: number;
    state: AwardState;
    /** What became of the order since, in words alone. */
    became: HowFar;
  }[];
  /**
   * What its kilograms cost less than at the first price of each price list: from the line's own kilograms and the prices told beside them,
   * so it says nothing that they do not. Null where a price is not told.
   */
  savedUsd: number | null;
  why: string;
}

/** Where a member's part stands. That officials have begun to look at an order is theirs to know. */
export type AwardState = Exclude<OrderState, 'inReview'>;

const gradeText = (gradeClass: string): string => (gradeClass === 'any' ? '' : gradeClass);
const periodText = (from: number, to: number): string => showWindow({ from: quarterAt(from), to: quarterAt(to) });
const countryName = (catalogue: Catalogue, id: string): string => catalogue.countries.get(id)?.name ?? id;
const formName = (catalogue: Catalogue, id: string): string => catalogue.forms.get(id)?.name ?? id;
/** Kilograms to the gram. */
const kilograms = (grams: number): number => grams / 1000;
const isPool = (rank: number | null): boolean => rank !== null && RANKS[rank]?.sink === 'pool';
const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));

export function officialReport(result: MatchResult, catalogue: Catalogue, protection: Protection): OfficialReport {
  return {
    orders: result.minerals.flatMap((mineral) =>
      mineral.orders.map((order) => ({
        offerRow: order.offerRow,
        sheet: orderSheet(mineral, order, catalogue, protection),
      })),
    ),
    unmet: result.minerals.flatMap((mineral) =>
      unmetGroups(mineral, protection)
        .sort((a, b) => (a.rank ?? RANKS.length) - (b.rank ?? RANKS.length))
        .map((group) => unmetEntry(mineral.mineral, group)),
    ),
    unused: result.minerals.flatMap((mineral) =>
      mineral.unused.map(({ offerRow, supplier, country, reason }) => ({
        offerRow,
        supplier,
        country: countryName(catalogue, country),
        countryId: country,
        mineral: mineral.mineral,
        reason: whyUnused(reason),
      })),
    ),
    minerals: result.minerals.map((mineral) => ({
      mineral: mineral.mineral,
      usd: Number(mineral.costMicro) / 1e6,
      hhi: hhiOf(mineral),
      gapPct: mineral.gapPct,
      limited: mineral.limited,
      caps: capsOf(mineral, protection).map((cap) =>
        cap.kind === 'country' ? { ...cap, name: countryName(catalogue, cap.name) } : cap,
      ),
    })),
    gapPct: result.minerals.reduce((worst, mineral) => Math.max(worst, mineral.gapPct), 0),
    solveMs: result.solveMs,
  };
}

function orderSheet(
  mineral: MineralResult,
  order: OrderResult,
  catalogue: Catalogue,
  protection: Protection,
): OrderSheet {
  const demand = mineral.lines.filter((line) => line.organizationId !== null);
  const pooledKg = demand.reduce((kg, line) => kg + line.askedKg, 0);
  const forPool = order.lots.reduce((kg, lot) => kg + (lot.sink === 'pool' ? lot.kg : 0), 0);
  const lots = toldLots(mineral, order, protection);
  const tellsDemand = mayTell(demand, asked, protection);
  const told = {
    served: toldServed(mineral, order, isPool, protection),
    lots,
    tellsBuyers: mayTell(mineral.lines, receivedOf(order.offerRow), protection),
    tellsDemand,
  };
  return {
    supplier: order.supplier,
    country: countryName(catalogue, order.country),
    originCountry: order.origin && countryName(catalogue, order.origin),
    stage: order.stage,
    mineral: mineral.mineral,
    lots: lots.map(({ from, to, sink, kg }) => ({
      form: order.form,
      formName: formName(catalogue, order.form),
      grade: gradeText(order.gradeClass),
      period: periodText(from, to),
      kg,
      sink,
    })),
    kg: order.kg,
    usd: Number(order.costMicro) / 1e6,
    usdPerKg: order.usdMicroPerKg / 1e6,
    sharePct: !tellsDemand || pooledKg === 0 ? null : round((forPool / pooledKg) * 100, 1),
    minimumKg: order.minimumKg,
    capacityKg: order.capacityKg,
    reasons: orderReasons(order, told, {
      country: (id) => countryName(catalogue, id),
      feedForm: (row) => formName(catalogue, mineral.orders.find(({ offerRow }) => offerRow === row)?.form ?? ''),
    }),
    countryId: order.country,
    originId: order.origin,
    ladder: ladderOf(order),
    feeds: (order.feeds ?? []).map(({ offerRow, supplier, country, kg }) => ({
      supplier,
      country: countryName(catalogue, country),
      countryId: country,
      form: formName(catalogue, mineral.orders.find((one) => one.offerRow === offerRow)?.form ?? ''),
      kg,
    })),
    yieldPct: order.yieldPpm === undefined ? null : order.yieldPpm / 10_000,
    feedKg: feedBySink(mineral, order),
  };
}

const unmetEntry = (mineral: string, { rank, form, gradeClass, window, reasons, grams }: UnmetGroup): UnmetEntry => ({
  mineral,
  form: form ?? '',
  grade: gradeText(gradeClass ?? 'any'),
  period: window ? periodText(window.from, window.to) : '',
  who: rank === null ? 'pool' : (RANKS[rank]?.sink ?? 'pool'),
  priority: rank === null ? 'the rest' : (RANKS[rank]?.title ?? ''),
  kg: grams === null ? null : kilograms(grams),
  why: [...(rank === null ? ['Lines of too few companies to be told apart.'] : []), ...reasons].join(' '),
});

/**
 * A manufacturer's own lines. `stateOf` knows the orders' states by offer row, `becameOf` how far they are. What officials returned or rejected is
 * shown, but is no award.
 */
export function ownAwards(
  result: MatchResult,
  organizationId: string,
  stateOf: (offerRow: string) => OrderState,
  catalogue: Catalogue,
  protection: Protection,
  becameOf: (offerRow: string) => HowFar = () => UNTOUCHED,
): OwnAward[] {
  return result.minerals.flatMap((mineral) => {
    const lines = mineral.lines.filter((line) => line.organizationId === organizationId);
    const levels = new Map(
      [...new Set(lines.flatMap(({ rank }) => rank ?? []))].map((rank) => [rank, levelKg(mineral, rank, protection)]),
    );
    const partOf = (order: OrderResult) => ({
      supplier: order.supplier,
      country: countryName(catalogue, order.country),
      usdPerKg: ownPrice(mineral, order, protection),
      firstUsdPerKg: order.firstMicroPerKg / 1e6,
    });
    const orders = mineral.orders
      .filter((order) => lines.some((line) => receivedOf(order.offerRow)(line) > 0))
      .map((order) => {
        const state = stateOf(order.offerRow);
        return {
          offerRow: order.offerRow,
          periodOf: deliveryPeriods(mineral, order, protection),
          shown: {
            ...partOf(order),
            state: state === 'inReview' ? ('proposed' as const) : state,
            became: becameOf(order.offerRow),
          },
        };
      });
    return lines.map((line) => {
      const parts = orders.flatMap(({ offerRow, periodOf, shown }) =>
        ownDeliveries(line, offerRow, periodOf).map(({ from, to, kg }) => ({
          ...withFeed(mineral, line, offerRow, shown, partOf),
          period: periodText(from, to),
          kg,
        })),
      );
      const lost = parts.filter((part) => part.state === 'returned' || part.state === 'rejected');
      const lostKg = lost.reduce((kg, part) => kg + part.kg, 0);
      const level = levels.get(line.rank ?? -1) ?? null;
      return {
        row: line.row,
        mineral: mineral.mineral,
        form: line.form,
        grade: gradeText(line.gradeClass),
        period: periodText(line.from, line.to),
        priority: RANKS[line.rank ?? -1]?.title ?? '',
        askedKg: kilograms(line.grams),
        awardedKg: line.awardedKg - lostKg,
        levelKg: level === null ? null : Number(toSignificant(ratio(BigInt(level)), LEVEL_DIGITS)),
        parts,
        savedUsd: savedUsd(parts),
        why: [
          whyAward(line.reason, line.awardedKg),
          ...(lostKg > 0 ? [`Officials did not approve ${lostKg} kg of it.`] : []),
        ].join(' '),
      };
    });
  });
}

/** What a line receives of an order, by the periods that may be told; each is cut to the line's own. */
function ownDeliveries(line: LineResult, offerRow: string, periodOf: PeriodOf): Omit<ToldLot, 'sink'>[] {
  const parts = line.parts.filter((part) => part.offerRow === offerRow && !part.isFeed);
  return [...Map.groupBy(parts, ({ quarter }) => periodOf(quarter))].map(([period, group]) => {
    const soonest = line.from - (line.early ?? 0);
    const own = Array.from({ length: line.to - soonest + 1 }, (_, i) => soonest + i).filter(
      (quarter) => periodOf(quarter) === period,
    );
    return { from: own[0] ?? line.from, to: own.at(-1) ?? line.to, kg: group.reduce((kg, part) => kg + part.kg, 0) };
  });
}

type Shown = Omit<OwnAward['parts'][number], 'period' | 'kg'>;

/** A kilogram that was made from feed costs the feed's price, too: for as much feed as the yield says, so the price is one for everybody. */
function withFeed(
  mineral: MineralResult,
  line: LineResult,
  offerRow: string,
  shown: Shown,
  partOf: (order: OrderResult) => Pick<Shown, 'supplier' | 'country' | 'usdPerKg' | 'firstUsdPerKg'>,
): Shown {
  const order = mineral.orders.find((one) => one.offerRow === offerRow);
  const made = line.parts.filter((part) => part.offerRow === offerRow && part.feed);
  const feeds = (order?.feeds ?? []).filter((feed) => made.some((part) => part.feed?.offerRow === feed.offerRow));
  if (feeds.length === 0) return shown;
  const sources = feeds.flatMap(({ offerRow: row }) => {
    const source = mineral.orders.find((one) => one.offerRow === row);
    return source ? [partOf(source)] : [];
  });
  const perKg = 1_000_000 / (order?.yieldPpm ?? 1_000_000);
  const own = (row: string) => made.reduce((kg, part) => kg + (part.feed?.offerRow === row ? part.kg : 0), 0);
  const total = made.reduce((kg, part) => kg + part.kg, 0);
  const mean = (price: (source: (typeof sources)[number]) => number | null): number | null =>
    sources.reduce<number | null>((sum, source, i) => {
      const usd = price(source);
      return sum === null || usd === null ? null : sum + (usd * perKg * own(feeds[i]?.offerRow ?? '')) / total;
    }, 0);
  const feedUsd = mean((source) => source.usdPerKg);
  const micro = (usd: number) => round(usd, 6);
  return {
    ...shown,
    supplier: `${shown.supplier}, from feed of ${sources.map(({ supplier }) => supplier).join(' and ')}`,
    usdPerKg: shown.usdPerKg === null || feedUsd === null ? null : micro(shown.usdPerKg + feedUsd),
    firstUsdPerKg: micro(shown.firstUsdPerKg + (mean((source) => source.firstUsdPerKg) ?? 0)),
  };
}

/** Never of what officials took back. */
function savedUsd(parts: OwnAward['parts']): number | null {
  const kept = parts.filter(({ state }) => state !== 'returned' && state !== 'rejected');
  return kept.reduce<number | null>((sum, { usdPerKg, firstUsdPerKg, kg }) => {
    return sum === null || usdPerKg === null ? null : round(sum + kg * (firstUsdPerKg - usdPerKg), 2);
  }, 0);
}

/** As the pool's totals are rounded. */
const LEVEL_DIGITS = 3;

/**
 * A price list that holds for all units gives one of the prices that members read in the offers. An incremental one gives an average, from
 * which the size of the whole order follows.
 */
function ownPrice(mineral: MineralResult, order: OrderResult, protection: Protection): number | null {
  const isListed = order.kind === 'allUnits';
  return isListed || mayTell(mineral.lines, receivedOf(order.offerRow), protection) ? order.usdMicroPerKg / 1e6 : null;
}
