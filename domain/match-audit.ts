/**
 * Checks a finished allocation against the problem itself, in whole kilograms and exact money. Deliberately shares no code with the
 * program, the eligibility rules or the split: a mistake there must show here. A run whose audit finds anything fails.
 */
import type { Part, Problem, Supply } from './match-model.ts';

/** What an allocation claims about itself. */
export interface Claims {
  parts: readonly Part[];
  /** Kilograms left unmet by rank. */
  unmetKg: ReadonlyMap<number, number>;
  /** Total price of each supply used, micro-dollars. */
  costMicro: ReadonlyMap<number, bigint>;
}

/** Sentences, empty when all is well. They name offers by number, never by name. */
export function audit(problem: Problem, claims: Claims): string[] {
  const faults: string[] = [];
  const fault = (text: string) => faults.push(text);
  checkParts(problem, claims.parts, fault);
  checkAsks(problem, claims, fault);
  problem.supplies.forEach((supply, s) => {
    checkSupply(problem, supply, s, claims, fault);
  });
  return faults;
}

function checkParts(problem: Problem, parts: readonly Part[], fault: (text: string) => void): void {
  const seen = new Set<string>();
  for (const part of parts) {
    const ask = problem.asks[part.ask];
    const supply = problem.supplies[part.supply];
    const name = `offer ${part.supply} to line ${part.ask}`;
    if (!ask || !supply) {
      fault(`${name}: no such pair`);
      continue;
    }
    const key = `${part.supply}/${part.feed?.supply ?? ''}/${part.quarter}/${part.ask}`;
    if (seen.has(key)) fault(`${name}: stated twice for a quarter`);
    seen.add(key);
    if (!Number.isSafeInteger(part.kg) || part.kg <= 0) fault(`${name}: ${part.kg} kg is no whole quantity`);
    if (ask.family !== supply.family) fault(`${name}: another form`);
    if (ask.gradePct !== null && (supply.gradePct === null || supply.gradePct < ask.gradePct))
      fault(`${name}: grade too low`);
    const quarter = problem.firstQuarter + part.quarter;
    const soonest = ask.from - (ask.early ?? 0);
    if (part.quarter < 0 || part.quarter >= problem.quarters || quarter < soonest || quarter > ask.to)
      fault(`${name}: delivered outside the line's window`);
    if (ask.qualification === 'producing' && !supply.producing) fault(`${name}: not producing`);
    if (ask.qualification === 'qualified' && !supply.qualified) fault(`${name}: not qualified`);
    if (ask.requires?.some((certificate) => !(supply.certificates ?? []).includes(certificate)))
      fault(`${name}: lacks a certificate`);
    checkFeed(problem, part, name, fault);
    for (const source of [supply, ...(part.feed ? [problem.supplies[part.feed.supply]] : [])]) {
      if (ask.excluded.some((country) => country === source?.country || country === source?.origin))
        fault(`${name}: from an excluded country`);
      if (ask.excludedOwners?.some((country) => (source?.controlledFrom ?? []).includes(country)))
        fault(`${name}: controlled from an excluded country`);
      if (source?.recycled && !ask.recycledOk) fault(`${name}: recycled`);
    }
  }
}

/** A processor delivers what was made of feed, in the right form and time; anybody else delivers its own. */
function checkFeed(problem: Problem, part: Part, name: string, fault: (text: string) => void): void {
  const refining = problem.supplies[part.supply]?.refining;
  if (!refining || !part.feed) {
    if (refining || part.feed) fault(`${name}: feed and processor do not go together`);
    return;
  }
  const { supply, quarter, kg } = part.feed;
  const source = problem.supplies[supply];
  if (!source || source.refining || source.family !== refining.feedFamily) fault(`${name}: made from the wrong feed`);
  if (quarter !== part.quarter - refining.lagQuarters) fault(`${name}: feed and product do not meet in time`);
  if (!Number.isSafeInteger(kg) || kg < 0) fault(`${name}: ${kg} kg of feed is no whole quantity`);
}

/** Feed that one processor takes from one offer in one quarter is enough for what it makes of it. */
function checkYield(problem: Problem, s: number, parts: readonly Part[], fault: (text: string) => void): void {
  const refining = problem.supplies[s]?.refining;
  if (!refining) return;
  for (const [key, own] of Map.groupBy(parts, (part) => `${part.feed?.supply}/${part.quarter}`)) {
    const product = own.reduce((sum, part) => sum + part.kg, 0);
    const feed = own.reduce((sum, part) => sum + (part.feed?.kg ?? 0), 0);
    if (BigInt(product) * 1_000_000n > BigInt(feed) * BigInt(refining.yieldPpm))
      fault(`offer ${s}: ${product} kg from ${feed} kg of feed (${key}), above its yield`);
  }
}

function checkAsks(problem: Problem, claims: Claims, fault: (text: string) => void): void {
  const unmet = new Map<number, number>();
  const received = problem.asks.map(() => 0);
  for (const part of claims.parts) received[part.ask] = (received[part.ask] ?? 0) + part.kg;
  problem.asks.forEach((ask, a) => {
    const got = received[a] ?? 0;
    if (got > ask.kg) fault(`line ${a}: receives ${got} kg of ${ask.kg}`);
    if (ask.rank !== null) unmet.set(ask.rank, (unmet.get(ask.rank) ?? 0) + ask.kg - got);
  });
  for (const [rank, kg] of unmet)
    if (claims.unmetKg.get(rank) !== kg) fault(`rank ${rank}: ${kg} kg unmet, stated ${claims.unmetKg.get(rank)}`);
}

/** Kilograms taken of one supply: delivered as they are, or as feed. */
interface Taken {
  kg: number;
  quarter: number;
  buyer: string;
  isFeed: boolean;
}

const takenOf = (problem: Problem, parts: readonly Part[], s: number): Taken[] =>
  parts.flatMap((part) => {
    const buyer = problem.asks[part.ask]?.buyer ?? '';
    return [
      ...(part.supply === s ? [{ kg: part.kg, quarter: part.quarter, buyer, isFeed: false }] : []),
      ...(part.feed?.supply === s ? [{ kg: part.feed.kg, quarter: part.feed.quarter, buyer, isFeed: true }] : []),
    ];
  });
const sumOf = (taken: readonly Taken[]): number => taken.reduce((sum, { kg }) => sum + kg, 0);

function checkSupply(problem: Problem, supply: Supply, s: number, claims: Claims, fault: (text: string) => void): void {
  const taken = takenOf(problem, claims.parts, s);
  const total = sumOf(taken);
  const stated = claims.costMicro.get(s) ?? 0n;
  if (total === 0) {
    if (stated !== 0n) fault(`offer ${s}: costs money but delivers nothing`);
    return;
  }
  if (total < supply.minimumKg) fault(`offer ${s}: ${total} kg is below its minimum of ${supply.minimumKg}`);
  supply.capacityKg.forEach((capacity, q) => {
    const own = taken.filter(({ quarter }) => quarter === q);
    if (sumOf(own) > capacity) fault(`offer ${s}: ${sumOf(own)} kg in quarter ${q}, above its capacity of ${capacity}`);
    if (!supply.rights) return;
    const { holder, pct } = supply.rights;
    const others = sumOf(own.filter(({ buyer, isFeed }) => isFeed || buyer !== holder));
    if (others * 100 > capacity * (100 - pct)) fault(`offer ${s}: ${others} kg in quarter ${q} against first rights`);
  });
  checkYield(
    problem,
    s,
    claims.parts.filter((part) => part.supply === s),
    fault,
  );
  // Already a fault of its own, and no price is exact for it.
  if (!Number.isSafeInteger(total) || total < 0) return;
  const cost = costOf(supply, total);
  if (cost !== stated) fault(`offer ${s}: costs ${cost} micro-dollars, stated ${stated}`);
  checkBuyers(supply, s, { taken, total, cost }, fault);
  for (const part of claims.parts) {
    if (part.supply !== s) continue;
    const ceiling = problem.asks[part.ask]?.ceilingMicro ?? null;
    if (ceiling === null) continue;
    // Per kilogram of product: its own price, and that of 1/yield kilograms of feed.
    const feed = part.feed && feedPrice(problem, claims, part.feed.supply, supply.refining?.yieldPpm ?? 0);
    const [micro, kg] = feed
      ? [cost * feed.kg + feed.micro * BigInt(total), BigInt(total) * feed.kg]
      : [cost, BigInt(total)];
    if (micro > BigInt(ceiling) * kg) fault(`offer ${s} to line ${part.ask}: above the ceiling`);
  }
}

/** Micro-dollars for the feed of so many kilograms of product. */
function feedPrice(problem: Problem, claims: Claims, f: number, yieldPpm: number): { micro: bigint; kg: bigint } {
  const feed = problem.supplies[f];
  const total = sumOf(takenOf(problem, claims.parts, f));
  if (!feed || !Number.isSafeInteger(total) || total <= 0) return { micro: 0n, kg: 1n };
  return { micro: costOf(feed, total) * 1_000_000n, kg: BigInt(total) * BigInt(yieldPpm) };
}

/** Nobody pays more for its kilograms of an offer than it would pay for the same kilograms alone, where it could order them at all. */
function checkBuyers(
  supply: Supply,
  s: number,
  { taken, total, cost }: { taken: readonly Taken[]; total: number; cost: bigint },
  fault: (text: string) => void,
): void {
  for (const [, own] of Map.groupBy(taken, ({ buyer }) => buyer)) {
    const kg = sumOf(own);
    if (kg < Math.max(1, supply.minimumKg) || !Number.isSafeInteger(kg)) continue;
    if (cost * BigInt(kg) > costOf(supply, kg) * BigInt(total)) fault(`offer ${s}: a buyer pays more than alone`);
  }
}

/** What an order of so many kilograms costs, straight from the tiers. */
function costOf(supply: Supply, kg: number): bigint {
  if (supply.kind === 'allUnits') {
    const reached = supply.tiers.filter((tier) => tier.fromKg <= kg).at(-1);
    return BigInt(reached?.usdMicroPerKg ?? 0) * BigInt(kg);
  }
  let cost = 0n;
  supply.tiers.forEach((tier, i) => {
    const end = Math.min(kg, supply.tiers[i + 1]?.fromKg ?? kg);
    if (end > tier.fromKg) cost += BigInt(tier.usdMicroPerKg) * BigInt(end - tier.fromKg);
  });
  return cost;
}
