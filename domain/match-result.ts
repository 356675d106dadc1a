/** The outcome of one mineral's match in full: exact, stored with its run, read only by match-report. Assembled and audited here. */
import { audit } from './match-audit.ts';
import { surchargeMicro, sureKg } from './match-caps.ts';
import { segmentsOf } from './match-eligible.ts';
import { type LineReason, type OfferReason, reasonForLine, reasonForOffer } from './match-explain.ts';
import {
  allowanceKg,
  type Choice,
  countryAllowanceKg,
  groupOf,
  type LevelProof,
  originOf,
  type Part,
  type Problem,
  RANKS,
  type Supply,
} from './match-model.ts';
import { splitLots } from './match-split.ts';

/** All minerals of a run. */
export interface MatchResult {
  minerals: MineralResult[];
  /** Name and version of the solver. */
  solver: string;
  /** From the start of the run to its result; the only part that differs between two runs of the same inputs. */
  solveMs: number;
}

export interface MineralResult {
  mineral: string;
  levels: (LevelProof & { askedKg: number })[];
  /** What all orders cost together, micro-dollars; decimal text because it may pass what a number holds. */
  costMicro: string;
  /** Proved distance of cost plus concentration surcharge from the least possible, percent. */
  gapPct: number;
  /** A time limit cut the proof short. */
  limited: boolean;
  orders: OrderResult[];
  lines: LineResult[];
  unused: UnusedResult[];
}

export interface OrderResult {
  offerRow: string;
  supplier: string;
  country: string;
  origin: string | null;
  stage: string;
  form: string;
  gradeClass: string;
  kg: number;
  costMicro: string;
  /** One price for everybody in the order, rounded to the nearest micro-dollar. */
  usdMicroPerKg: number;
  /** How its price list works. Results stored by earlier versions lack it. */
  kind?: Supply['kind'];
  /** Price of the first kilogram, to tell what the quantity gained. */
  firstMicroPerKg: number;
  /** The price list. Results stored by earlier versions lack it. */
  tiers?: Supply['tiers'];
  minimumKg: number;
  capacityKg: number;
  lots: { quarter: number; sink: 'pool' | 'reserve'; kg: number }[];
  served: { rank: number | null; kg: number }[];
  buyers: number;
  /** The most that any one buyer takes. */
  largestKg: number;
  /** Kilograms from the country of origin, over all offers, and what it may supply before the surcharge. */
  originKg: number;
  allowanceKg: number | null;
  /** The same for the supplier and those of its group. Results stored by earlier versions lack what follows. */
  groupKg?: number;
  groupAllowanceKg?: number | null;
  /** Kilograms that the offer brings with nine chances in ten; null where all of it is sure. */
  sureKg?: number | null;
  /** Percent of every delivery that somebody may take first. */
  rights?: { pct: number } | null;
  /** Of `kg`, what processors make into product. */
  feedKg?: number;
  /** Of a processor: where its feed comes from. */
  yieldPpm?: number;
  feeds?: { offerRow: string; supplier: string; country: string; kg: number; forKg: number }[];
}

export interface LineResult {
  row: string;
  organizationId: string | null;
  /** Ultimate owner of the organization when the match ran. Results stored by earlier versions lack it. */
  buyer?: string;
  rank: number | null;
  family: string;
  form: string;
  gradeClass: string;
  from: number;
  to: number;
  /** Quarters before `from` in which it takes delivery, too. */
  early?: number;
  grams: number;
  askedKg: number;
  awardedKg: number;
  /** What it receives; `isFeed` marks feed that a processor made into another part, and `feed` of that part names it. */
  parts: LinePart[];
  reason: LineReason;
}

export interface LinePart {
  offerRow: string;
  quarter: number;
  kg: number;
  isFeed?: boolean;
  feed?: { offerRow: string; kg: number };
}

export const parentOf = (line: LineResult): string => line.buyer ?? line.organizationId ?? '';

export interface UnusedResult {
  offerRow: string;
  supplier: string;
  country: string;
  reason: OfferReason;
}

/** The audit found a fault: the allocation must not be used. The message names rows by number only. */
export class AuditFault extends Error {
  override readonly name = 'AuditFault';
  readonly speaksPlainly = true;
}

/** Throws AuditFault where the allocation breaks any rule: that is a bug, never an answer. */
export function conclude(problem: Problem, choice: Choice): MineralResult {
  const parts = splitLots(problem, choice);
  const orders = ordersOf(problem, choice, parts);
  const partsOf = Map.groupBy(parts, ({ ask }) => ask);
  const awarded = problem.asks.map((_, a) => sum(partsOf.get(a) ?? [], () => true));
  const unmetKg = new Map<number, number>();
  problem.asks.forEach((ask, a) => {
    if (ask.rank !== null) unmetKg.set(ask.rank, (unmetKg.get(ask.rank) ?? 0) + ask.kg - (awarded[a] ?? 0));
  });
  const costMicro = new Map(orders.map(({ supply, result }) => [supply, BigInt(result.costMicro)]));
  const bought = problem.supplies.map(
    (_, s) =>
      choice.flows.reduce((kg, flow) => kg + (flow.supply === s ? flow.kg : 0), 0) +
      (choice.feeds ?? []).reduce((kg, feed) => kg + (feed.supply === s ? feed.kg : 0), 0),
  );
  const faults = audit(problem, { parts, unmetKg, costMicro });
  problem.supplies.forEach((_, s) => {
    if (bought[s] !== boughtOf(parts, s)) faults.push(`offer ${s}: bought and handed out differ`);
  });
  const changed = choice.levels.find((level) => (unmetKg.get(level.rank) ?? 0) !== level.unmetKg);
  if (changed && (unmetKg.get(changed.rank) ?? 0) > changed.unmetKg)
    faults.push(`rank ${changed.rank}: more unmet than was found possible`);
  if (faults.length > 0) throw new AuditFault(`the result failed its audit: ${faults.slice(0, 3).join('; ')}`);

  const total = orders.reduce((cost, order) => cost + BigInt(order.result.costMicro), 0n);
  const view = { problem, choice, parts, awarded };
  return {
    mineral: problem.mineral,
    levels: choice.levels.map((level) => ({
      ...level,
      unmetKg: (unmetKg.get(level.rank) ?? 0) + cutOf(problem, level.rank),
      boundKg: level.boundKg + cutOf(problem, level.rank),
      askedKg:
        problem.asks.reduce((kg, ask) => kg + (ask.rank === level.rank ? ask.kg : 0), 0) + cutOf(problem, level.rank),
    })),
    costMicro: total.toString(),
    gapPct: gapPct(Number(total) + surchargeMicro(problem, bought), choice.boundMicro),
    limited: choice.limited,
    orders: orders.map(({ result }) => result),
    lines: problem.asks.map((ask, a) => ({
      row: ask.row,
      organizationId: ask.organizationId,
      buyer: ask.buyer,
      rank: ask.rank,
      family: ask.family,
      form: ask.form,
      gradeClass: ask.gradeClass,
      from: ask.from,
      to: ask.to,
      ...(ask.early && { early: ask.early }),
      grams: ask.grams + (ask.cutKg ?? 0) * 1000,
      askedKg: ask.kg + (ask.cutKg ?? 0),
      awardedKg: awarded[a] ?? 0,
      parts: (partsOf.get(a) ?? []).flatMap((part) => lineParts(problem, part)),
      reason: reasonForLine(view, a),
    })),
    unused: problem.supplies.flatMap((supply, s) =>
      costMicro.has(s)
        ? []
        : [
            {
              offerRow: supply.row,
              supplier: supply.supplier,
              country: supply.country,
              reason: reasonForOffer(view, s),
            },
          ],
    ),
  };
}

/** What the reserve's budget leaves out of a rank. */
const cutOf = (problem: Problem, rank: number): number =>
  problem.asks.reduce((kg, ask) => kg + (ask.rank === rank ? (ask.cutKg ?? 0) : 0), 0);

const sum = (parts: readonly Part[], which: (part: Part) => boolean): number =>
  parts.reduce((kg, part) => kg + (which(part) ? part.kg : 0), 0);

/** Kilograms taken of an offer, as they are or as feed. */
const boughtOf = (parts: readonly Part[], s: number): number =>
  parts.reduce((kg, part) => kg + (part.supply === s ? part.kg : 0) + (part.feed?.supply === s ? part.feed.kg : 0), 0);

function lineParts(problem: Problem, { supply, quarter, kg, feed }: Part): LinePart[] {
  const rowOf = (s: number) => problem.supplies[s]?.row ?? '';
  const at = (q: number) => problem.firstQuarter + q;
  if (!feed) return [{ offerRow: rowOf(supply), quarter: at(quarter), kg }];
  const source = rowOf(feed.supply);
  return [
    { offerRow: rowOf(supply), quarter: at(quarter), kg, feed: { offerRow: source, kg: feed.kg } },
    ...(feed.kg > 0 ? [{ offerRow: source, quarter: at(feed.quarter), kg: feed.kg, isFeed: true }] : []),
  ];
}

/** What an offer gives to asks, feed as if it were delivered: the parts of its order. */
const takenOf = (parts: readonly Part[], s: number): (Part & { isFeed: boolean })[] =>
  parts.flatMap((part) => [
    ...(part.supply === s ? [{ ...part, isFeed: false }] : []),
    ...(part.feed?.supply === s && part.feed.kg > 0
      ? [{ supply: s, quarter: part.feed.quarter, ask: part.ask, kg: part.feed.kg, isFeed: true }]
      : []),
  ]);

function ordersOf(problem: Problem, choice: Choice, parts: readonly Part[]): { supply: number; result: OrderResult }[] {
  return problem.supplies.flatMap((supply, s) => {
    const own = takenOf(parts, s);
    const kg = sum(own, () => true);
    const segment = segmentsOf(supply)[choice.segments[s] ?? -1];
    if (kg === 0 || !segment) return [];
    const costMicro = BigInt(segment.fixedMicro) + BigInt(segment.slopeMicro) * BigInt(kg);
    const byBuyer = new Map<string, number>();
    for (const part of own) {
      const buyer = problem.asks[part.ask]?.buyer ?? '';
      byBuyer.set(buyer, (byBuyer.get(buyer) ?? 0) + part.kg);
    }
    const result: OrderResult = {
      offerRow: supply.row,
      supplier: supply.supplier,
      country: supply.country,
      origin: supply.origin,
      stage: supply.stage,
      form: supply.form,
      gradeClass: supply.gradeClass,
      kg,
      costMicro: costMicro.toString(),
      usdMicroPerKg: Number((2n * costMicro + BigInt(kg)) / (2n * BigInt(kg))),
      kind: supply.kind,
      firstMicroPerKg: supply.tiers[0]?.usdMicroPerKg ?? 0,
      tiers: supply.tiers,
      minimumKg: supply.minimumKg,
      capacityKg: supply.capacityKg.reduce((a, b) => a + b, 0),
      lots: lotsIn(problem, own),
      served: servedIn(problem, own),
      buyers: byBuyer.size,
      largestKg: Math.max(...byBuyer.values()),
      originKg: fromThose(problem, parts, (other) => originOf(other) === originOf(supply)),
      allowanceKg: problem.concentration && countryAllowanceKg(problem),
      groupKg: fromThose(problem, parts, (other) => groupOf(other) === groupOf(supply)),
      groupAllowanceKg: problem.supplierCap ? allowanceKg(problem, problem.supplierCap) : null,
      sureKg: (supply.surePct ?? 100) < 100 ? sureKg(problem, s) : null,
      rights: supply.rights ? { pct: supply.rights.pct } : null,
      feedKg: own.reduce((total, part) => total + (part.isFeed ? part.kg : 0), 0),
      ...(supply.refining && { yieldPpm: supply.refining.yieldPpm }),
      feeds: supply.refining ? feedsOf(problem, parts, s) : [],
    };
    return [{ supply: s, result }];
  });
}

function lotsIn(problem: Problem, own: readonly Part[]): OrderResult['lots'] {
  const lots = new Map<string, OrderResult['lots'][number]>();
  for (const part of own) {
    const rank = problem.asks[part.ask]?.rank ?? null;
    const sink = rank === null ? 'reserve' : (RANKS[rank]?.sink ?? 'pool');
    const key = `${part.quarter}/${sink}`;
    const lot = lots.get(key);
    if (lot) lot.kg += part.kg;
    else lots.set(key, { quarter: problem.firstQuarter + part.quarter, sink, kg: part.kg });
  }
  return [...lots.values()].sort((a, b) => a.quarter - b.quarter || (a.sink < b.sink ? -1 : 1));
}

function servedIn(problem: Problem, own: readonly Part[]): OrderResult['served'] {
  const served = new Map<number | null, number>();
  for (const part of own) {
    const rank = problem.asks[part.ask]?.rank ?? null;
    served.set(rank, (served.get(rank) ?? 0) + part.kg);
  }
  return [...served.entries()].sort(([a], [b]) => (a ?? 99) - (b ?? 99)).map(([rank, kg]) => ({ rank, kg }));
}

const fromThose = (problem: Problem, parts: readonly Part[], which: (supply: Supply) => boolean): number =>
  problem.supplies.reduce((kg, supply, s) => kg + (which(supply) ? boughtOf(parts, s) : 0), 0);

function feedsOf(problem: Problem, parts: readonly Part[], s: number): NonNullable<OrderResult['feeds']> {
  const own = parts.filter((part) => part.supply === s && part.feed);
  return [...Map.groupBy(own, (part) => part.feed?.supply ?? -1)].map(([f, group]) => ({
    offerRow: problem.supplies[f]?.row ?? '',
    supplier: problem.supplies[f]?.supplier ?? '',
    country: problem.supplies[f] ? originOf(problem.supplies[f]) : '',
    kg: group.reduce((kg, part) => kg + (part.feed?.kg ?? 0), 0),
    forKg: group.reduce((kg, part) => kg + part.kg, 0),
  }));
}

/** Relative distance in percent; what is less than a millionth of a percent is arithmetic, not distance. */
function gapPct(reachedMicro: number, boundMicro: number): number {
  const distance = ((reachedMicro - boundMicro) / Math.max(1, Math.abs(reachedMicro))) * 100;
  return distance < 1e-5 ? 0 : distance;
}

/** Kilograms of an order's lots that the reserve buys. */
export const reserveKg = (lots: readonly { sink: 'pool' | 'reserve'; kg: number }[]): number =>
  lots.reduce((sum, { sink, kg }) => sum + (sink === 'reserve' ? kg : 0), 0);
