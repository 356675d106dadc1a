/** Which offer may serve which line, and at which of its prices. Used to build the program and to say why not. */
import { serves } from './grades.ts';
import { type Ask, originOf, type Segment, type Supply } from './match-model.ts';

/** Rules that keep an offer from a line, in the order in which they are told to people. */
export const BARS = ['form', 'grade', 'time', 'qualification', 'country', 'recycled', 'price'] as const;
export type Bar = (typeof BARS)[number];

/** What of an ask decides about eligibility; classes have it too. */
export type Requirement = Pick<
  Ask,
  'family' | 'gradePct' | 'from' | 'to' | 'qualification' | 'excluded' | 'recycledOk' | 'ceilingMicro'
>;

/**
 * The order quantities of an offer as runs with one price rule each. Empty where the minimum is more than it can deliver.
 * An all-units run ends one kilogram before the next begins; incremental runs meet, because the cost is continuous there.
 */
export function segmentsOf(supply: Supply): Segment[] {
  const capacity = supply.capacityKg.reduce((sum, kg) => sum + kg, 0);
  const segments: Segment[] = [];
  let fixedMicro = 0;
  supply.tiers.forEach((tier, i) => {
    const before = supply.tiers[i - 1];
    if (before && supply.kind === 'incremental')
      fixedMicro += (before.usdMicroPerKg - tier.usdMicroPerKg) * tier.fromKg;
    const next = supply.tiers[i + 1];
    const end = next ? next.fromKg - (supply.kind === 'allUnits' ? 1 : 0) : capacity;
    const lo = Math.max(tier.fromKg, supply.minimumKg);
    const hi = Math.min(end, capacity);
    // A second run that begins where the capacity ends adds nothing; a first run of no length is an offer of nothing.
    if (lo <= hi && hi > 0 && !(i > 0 && lo === hi && segments.at(-1)?.hi === hi))
      segments.push({ lo, hi, slopeMicro: tier.usdMicroPerKg, fixedMicro });
  });
  return segments;
}

/** One price rule from the first kilogram on: no decision to take, only a quantity. */
export const isSimple = (segments: readonly Segment[]): boolean =>
  segments.length === 1 && segments[0]?.lo === 0 && segments[0].fixedMicro === 0;

/** No order within the run costs more than the ceiling per kilogram. The unit price is monotone within a run, so its ends decide. */
export function withinCeiling(segment: Segment, ceilingMicro: number | null): boolean {
  if (ceilingMicro === null) return true;
  const at = (kg: number) =>
    BigInt(segment.fixedMicro) + BigInt(segment.slopeMicro) * BigInt(kg) <= BigInt(ceilingMicro) * BigInt(kg);
  return at(Math.max(1, segment.lo)) && at(Math.max(1, segment.hi));
}

/** Quarters (as indices of the horizon) in which the offer can deliver and the line can take. */
export function sharedQuarters(need: Requirement, supply: Supply, firstQuarter: number): number[] {
  const quarters: number[] = [];
  supply.capacityKg.forEach((kg, i) => {
    if (kg > 0 && firstQuarter + i >= need.from && firstQuarter + i <= need.to) quarters.push(i);
  });
  return quarters;
}

/** The first rule that keeps the offer from the line, or null: then at least one of its runs is open to it. */
export function firstBar(
  need: Requirement,
  supply: Supply,
  segments: readonly Segment[],
  firstQuarter: number,
): Bar | null {
  if (supply.family !== need.family) return 'form';
  if (!serves(supply.gradePct, need.gradePct)) return 'grade';
  if (sharedQuarters(need, supply, firstQuarter).length === 0) return 'time';
  if (need.qualification === 'producing' && !supply.producing) return 'qualification';
  if (need.qualification === 'qualified' && !supply.qualified) return 'qualification';
  if (need.excluded.includes(supply.country) || need.excluded.includes(originOf(supply))) return 'country';
  if (supply.recycled && !need.recycledOk) return 'recycled';
  // An offer without any run cannot be priced; its minimum is then the reason, not its price.
  if (segments.length > 0 && !segments.some((segment) => withinCeiling(segment, need.ceilingMicro))) return 'price';
  return null;
}
