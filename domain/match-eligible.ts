/** Which offer may serve which line, and at which of its prices. Used to build the program and to say why not. */
import { serves } from './grades.ts';
import { type Ask, openCapacityKg, originOf, type Problem, type Segment, type Supply } from './match-model.ts';

/** Rules that keep an offer from a line, in the order in which they are told to people. */
export const BARS = [
  'form',
  'feed',
  'grade',
  'export',
  'time',
  'qualification',
  'certificate',
  'country',
  'owner',
  'recycled',
  'rights',
  'price',
] as const;
export type Bar = (typeof BARS)[number];

/** What of an ask decides about eligibility; classes have it too. */
export type Requirement = Pick<
  Ask,
  | 'buyer'
  | 'family'
  | 'gradePct'
  | 'from'
  | 'to'
  | 'early'
  | 'qualification'
  | 'requires'
  | 'excluded'
  | 'excludedOwners'
  | 'recycledOk'
  | 'ceilingMicro'
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

/** The same for two prices that add up: feed and what is made of it. Both unit prices are monotone within their runs. */
export function pathWithinCeiling(
  feed: Segment,
  work: Segment,
  yieldPpm: number,
  ceilingMicro: number | null,
): boolean {
  if (ceilingMicro === null) return true;
  const dearest = (segment: Segment): { micro: bigint; kg: bigint } =>
    [segment.lo, segment.hi]
      .map((kg) => BigInt(Math.max(1, kg)))
      .map((kg) => ({ kg, micro: BigInt(segment.fixedMicro) + BigInt(segment.slopeMicro) * kg }))
      .reduce((worst, one) => (one.micro * worst.kg > worst.micro * one.kg ? one : worst));
  const [f, w] = [dearest(feed), dearest(work)];
  // f.micro / f.kg * 1e6 / yield + w.micro / w.kg <= ceiling
  const ppm = BigInt(yieldPpm);
  return f.micro * 1_000_000n * w.kg + w.micro * f.kg * ppm <= BigInt(ceilingMicro) * f.kg * ppm * w.kg;
}

const isWithin = (need: Requirement, quarter: number): boolean =>
  quarter >= need.from - (need.early ?? 0) && quarter <= need.to;

/** Has the buyer a right of its own to what others cannot have? */
export const holdsRights = (need: Pick<Ask, 'buyer'>, supply: Supply): boolean => supply.rights?.holder === need.buyer;

/** Quarters (as indices of the horizon) in which the offer can deliver and the line can take. */
export function sharedQuarters(need: Requirement, supply: Supply, firstQuarter: number): number[] {
  const quarters: number[] = [];
  supply.capacityKg.forEach((kg, i) => {
    if (kg > 0 && isWithin(need, firstQuarter + i)) quarters.push(i);
  });
  return quarters;
}

/** The first rule that keeps the offer from the line, or null: then at least one of its runs is open to it. Feed of a processor is not looked at. */
export function firstBar(
  need: Requirement,
  supply: Supply,
  segments: readonly Segment[],
  firstQuarter: number,
): Bar | null {
  if (supply.family !== need.family) return 'form';
  if (!serves(supply.gradePct, need.gradePct)) return 'grade';
  const shared = sharedQuarters(need, supply, firstQuarter);
  if (shared.length === 0)
    return supply.banned?.quarters.some((i) => isWithin(need, firstQuarter + i)) ? 'export' : 'time';
  if (need.qualification === 'producing' && !supply.producing) return 'qualification';
  if (need.qualification === 'qualified' && !supply.qualified) return 'qualification';
  const bar = sourceBar(need, supply);
  if (bar) return bar;
  if (isReservedIn(need, supply, shared)) return 'rights';
  // An offer without any run cannot be priced; its minimum is then the reason, not its price.
  if (segments.length > 0 && !segments.some((segment) => withinCeiling(segment, need.ceilingMicro))) return 'price';
  return null;
}

/** What a line asks of the source itself. Of feed all but certificates, which are those of whoever makes the product. */
function sourceBar(need: Requirement, supply: Supply): Bar | null {
  if (need.requires?.some((certificate) => !supply.certificates?.includes(certificate))) return 'certificate';
  if (need.excluded.includes(supply.country) || need.excluded.includes(originOf(supply))) return 'country';
  if (supply.controlledFrom?.some((country) => need.excludedOwners?.includes(country))) return 'owner';
  return supply.recycled && !need.recycledOk ? 'recycled' : null;
}

const isReservedIn = (need: Requirement, supply: Supply, quarters: readonly number[]): boolean =>
  !holdsRights(need, supply) && quarters.every((quarter) => openCapacityKg(supply, quarter) === 0);

/** Quarters in which the processor delivers what it made of the feed, for this line. */
export function pathQuarters(need: Requirement, feed: Supply, work: Supply, firstQuarter: number): number[] {
  const lag = work.refining?.lagQuarters ?? 0;
  return sharedQuarters(need, work, firstQuarter).filter((quarter) => (feed.capacityKg[quarter - lag] ?? 0) > 0);
}

export const isFeedFor = (feed: Supply, work: Supply): boolean =>
  !feed.refining && feed.family === work.refining?.feedFamily;

/** The first rule that keeps product of this processor, made from this feed, from the line. */
export function pathBar(
  need: Requirement,
  feed: Supply,
  work: Supply,
  runs: { feed: readonly Segment[]; work: readonly Segment[] },
  firstQuarter: number,
): Bar | null {
  if (!work.refining || !isFeedFor(feed, work)) return 'feed';
  const own = firstBar({ ...need, ceilingMicro: null }, work, runs.work, firstQuarter);
  if (own) return own;
  const quarters = pathQuarters(need, feed, work, firstQuarter);
  if (quarters.length === 0) return feed.banned ? 'export' : 'time';
  const bar = sourceBar({ ...need, requires: [] }, feed);
  if (bar) return bar;
  const lag = work.refining.lagQuarters;
  if (quarters.every((quarter) => openCapacityKg(feed, quarter - lag) === 0)) return 'rights';
  const { yieldPpm } = work.refining;
  const isOpen = runs.feed.some((f) => runs.work.some((w) => pathWithinCeiling(f, w, yieldPpm, need.ceilingMicro)));
  return runs.feed.length > 0 && runs.work.length > 0 && !isOpen ? 'price' : null;
}

/** Rules passed by nobody are the reason: the furthest that any candidate gets. Null: somebody passes all. */
export function furthest(bars: readonly (Bar | null)[]): Bar | null {
  if (bars.some((bar) => bar === null)) return null;
  return BARS[bars.reduce((most, bar) => Math.max(most, bar ? BARS.indexOf(bar) : 0), 0)] ?? null;
}

/** What keeps offer `s` from the line, whether it sells the material or makes it from what others sell. */
export function barOf(
  problem: Problem,
  segments: readonly (readonly Segment[])[],
  need: Requirement,
  s: number,
): Bar | null {
  const supply = problem.supplies[s];
  if (!supply) return 'form';
  const own = firstBar(need, supply, segments[s] ?? [], problem.firstQuarter);
  if (!supply.refining) return own;
  if (supply.family !== need.family) return 'form';
  const feeds = problem.supplies.flatMap((feed, f) =>
    isFeedFor(feed, supply)
      ? [pathBar(need, feed, supply, { feed: segments[f] ?? [], work: segments[s] ?? [] }, problem.firstQuarter)]
      : [],
  );
  return feeds.length === 0 ? 'feed' : furthest(feeds);
}
