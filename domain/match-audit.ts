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
    const key = `${part.supply}/${part.quarter}/${part.ask}`;
    if (seen.has(key)) fault(`${name}: stated twice for a quarter`);
    seen.add(key);
    if (!Number.isSafeInteger(part.kg) || part.kg <= 0) fault(`${name}: ${part.kg} kg is no whole quantity`);
    if (ask.family !== supply.family) fault(`${name}: another form`);
    if (ask.gradePct !== null && (supply.gradePct === null || supply.gradePct < ask.gradePct))
      fault(`${name}: grade too low`);
    const quarter = problem.firstQuarter + part.quarter;
    if (part.quarter < 0 || part.quarter >= problem.quarters || quarter < ask.from || quarter > ask.to)
      fault(`${name}: delivered outside the line's window`);
    if (ask.qualification === 'producing' && !supply.producing) fault(`${name}: not producing`);
    if (ask.qualification === 'qualified' && !supply.qualified) fault(`${name}: not qualified`);
    if (ask.excluded.some((country) => country === supply.country || country === supply.origin))
      fault(`${name}: from an excluded country`);
    if (supply.recycled && !ask.recycledOk) fault(`${name}: recycled`);
  }
}

function checkAsks(problem: Problem, claims: Claims, fault: (text: string) => void): void {
  const unmet = new Map<number, number>();
  problem.asks.forEach((ask, a) => {
    const got = claims.parts.reduce((sum, part) => sum + (part.ask === a ? part.kg : 0), 0);
    if (got > ask.kg) fault(`line ${a}: receives ${got} kg of ${ask.kg}`);
    if (ask.rank !== null) unmet.set(ask.rank, (unmet.get(ask.rank) ?? 0) + ask.kg - got);
  });
  for (const [rank, kg] of unmet)
    if (claims.unmetKg.get(rank) !== kg) fault(`rank ${rank}: ${kg} kg unmet, stated ${claims.unmetKg.get(rank)}`);
}

function checkSupply(problem: Problem, supply: Supply, s: number, claims: Claims, fault: (text: string) => void): void {
  const parts = claims.parts.filter((part) => part.supply === s);
  const total = parts.reduce((sum, part) => sum + part.kg, 0);
  const stated = claims.costMicro.get(s) ?? 0n;
  if (total === 0) {
    if (stated !== 0n) fault(`offer ${s}: costs money but delivers nothing`);
    return;
  }
  if (total < supply.minimumKg) fault(`offer ${s}: ${total} kg is below its minimum of ${supply.minimumKg}`);
  supply.capacityKg.forEach((capacity, q) => {
    const kg = parts.reduce((sum, part) => sum + (part.quarter === q ? part.kg : 0), 0);
    if (kg > capacity) fault(`offer ${s}: ${kg} kg in quarter ${q}, above its capacity of ${capacity}`);
  });
  // Already a fault of its own, and no price is exact for it.
  if (!Number.isSafeInteger(total) || total < 0) return;
  const cost = costOf(supply, total);
  if (cost !== stated) fault(`offer ${s}: costs ${cost} micro-dollars, stated ${stated}`);
  for (const part of parts) {
    const ceiling = problem.asks[part.ask]?.ceilingMicro ?? null;
    if (ceiling !== null && cost > BigInt(ceiling) * BigInt(total))
      fault(`offer ${s} to line ${part.ask}: above the ceiling`);
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
