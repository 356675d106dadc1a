/**
 * Who gets how much of scarce supply: the uniform rule. Everybody of one priority receives its claim or the common cap, whichever is
 * less, and the caps add up to the supply (Sprumont, Econometrica 59, 1991: the one rule under which overstating a claim never helps,
 * nothing is wasted and equals are treated alike). Where lines can take different parts of the supply, the rule's extension to networks
 * is the most even division that exists (Bochet, Ilkilic, Moulin, Games and Economic Behavior 80, 2013).
 */
import { compare, type Ratio, ratio, ZERO } from './exact.ts';
import type { FlowNetwork } from './match-flow.ts';

/** Exact awards and the cap; the cap is null where everybody is served in full. Claims and supply are not negative. */
export function uniformRule(claims: readonly bigint[], supply: bigint): { awards: Ratio[]; cap: Ratio | null } {
  const ascending = [...claims].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let left = supply;
  let cap: Ratio | null = null;
  for (const [i, claim] of ascending.entries()) {
    const share = ratio(left, BigInt(ascending.length - i));
    if (compare(share, ratio(claim)) < 0) {
      cap = share;
      break;
    }
    left -= claim;
  }
  const awards = claims.map((claim) => {
    const full = ratio(claim);
    return cap !== null && compare(cap, full) < 0 ? cap : full;
  });
  return { awards, cap };
}

/**
 * The same in whole units: everybody's award rounded down, then one more unit each to the largest remainders until the supply is used.
 * Capped claims all have the same remainder, so `order` (a lottery) decides among them. Sums to min(supply, sum of claims).
 */
export function uniformWhole(claims: readonly number[], supply: number, order: readonly number[]): number[] {
  const { awards } = uniformRule(claims.map(BigInt), BigInt(supply));
  const whole = awards.map((award) => Number(award.n / award.d));
  const total = Math.min(
    supply,
    claims.reduce((sum, claim) => sum + claim, 0),
  );
  let left = total - whole.reduce((sum, award) => sum + award, 0);
  for (const i of order) {
    const award = awards[i] ?? ZERO;
    if (left > 0 && award.d !== 1n) {
      whole[i] = (whole[i] ?? 0) + 1;
      left -= 1;
    }
  }
  return whole;
}

/** An order of the names that nobody can influence once the seed is fixed, whatever order they come in. Equal names keep their order. */
export function lotteryOrder(names: readonly string[], seed: string): number[] {
  const draws = names.map((name) => draw(`${seed}/${name}`));
  return names
    .map((_, i) => i)
    .sort((a, b) => (draws[a] ?? 0) - (draws[b] ?? 0) || ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1) || a - b);
}

/** 53 bits of a text, well mixed (cyrb53). No secrecy is needed: names are ids that the server gave out before the seed was drawn. */
function draw(text: string): number {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    high = Math.imul(high ^ code, 2654435761);
    low = Math.imul(low ^ code, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  return 4294967296 * (2097151 & low) + (high >>> 0);
}

/** An arc whose capacity is raised with the others, up to its claim. */
export interface Tap {
  arc: number;
  claim: number;
}

/**
 * Raises the taps together, as evenly as the network allows: nobody can get a unit more without somebody with as little or less getting
 * a unit less. In whole units; a unit that cannot be shared goes by `order`. The taps' arcs must be closed (capacity 0) and no arc that
 * already carries flow to the sink is lowered. Returns what each tap carries.
 *
 * Feasible vectors form an integral polymatroid, so it may be taken apart (Groenevelt, Two algorithms for maximizing a separable concave
 * function over a polymatroid, 1991): all are raised to the level that an even division would reach; where that does not fit, those that
 * no room leads to any more share what they have among themselves, and the others what is left. Within a part the last units are given
 * greedily, and whoever cannot rise then never can (Frank and Murota, Decreasing minimization on M-convex sets, 2022).
 */
export function raiseEvenly(
  network: FlowNetwork,
  source: number,
  sink: number,
  taps: readonly Tap[],
  order: readonly number[],
): number[] {
  const got = taps.map(() => 0);
  const claimOf = (i: number) => taps[i]?.claim ?? 0;
  const arcOf = (i: number) => taps[i]?.arc ?? 0;
  const target = (level: number) => (i: number) => Math.min(claimOf(i), level);
  /** What is known to arrive together; null before anything was tried. Those with the least come last and are done first. */
  const parts: { members: readonly number[]; total: number | null }[] = [
    { members: order.filter((i) => claimOf(i) > 0), total: null },
  ];
  for (let part = parts.pop(); part; part = parts.pop()) {
    const { members, total } = part;
    if (members.length === 0) continue;
    const level = evenLevel(members.map(claimOf), total);
    let apart: typeof parts = [];
    const isFilled = network.attempt(() => {
      if (fill(network, source, sink, taps, members, target(level))) return true;
      const isReached = network.reachedFrom(source);
      const carried = (some: readonly number[]) => some.reduce((sum, i) => sum + network.flow(arcOf(i)), 0);
      const short = members.filter((i) => !isReached(arcOf(i)));
      const all = total ?? carried(members);
      apart = [
        { members: members.filter((i) => isReached(arcOf(i))), total: all - carried(short) },
        { members: short, total: carried(short) },
      ];
      return false;
    });
    if (!isFilled) {
      parts.push(...apart);
      continue;
    }
    for (const i of members) got[i] = target(level)(i);
    let left = total === null ? 0 : total - members.reduce((sum, i) => sum + (got[i] ?? 0), 0);
    if (left === 0) continue;
    const above = members.filter((i) => {
      if (left === 0 || claimOf(i) <= level) return false;
      network.setCapacity(arcOf(i), level + 1);
      if (network.push(source, sink, 1) === 1) {
        got[i] = level + 1;
        left -= 1;
        return true;
      }
      network.setCapacity(arcOf(i), level);
      return false;
    });
    if (left > 0) parts.push({ members: above, total: left + above.length * (level + 1) });
  }
  return got;
}

/** The highest level that claims can be served to with so much; the highest claim where there is no limit. */
function evenLevel(claims: readonly number[], total: number | null): number {
  const ascending = claims.toSorted((a, b) => a - b);
  let left = total ?? Number.MAX_SAFE_INTEGER;
  for (const [i, claim] of ascending.entries()) {
    const share = Math.floor(left / (ascending.length - i));
    if (share < claim) return share;
    left -= claim;
  }
  return ascending.at(-1) ?? 0;
}

/** Brings all active taps to their targets at once; false where that is not possible. */
function fill(
  network: FlowNetwork,
  source: number,
  sink: number,
  taps: readonly Tap[],
  active: readonly number[],
  targetOf: (i: number) => number,
): boolean {
  let wanted = 0;
  for (const i of active) {
    const tap = taps[i];
    if (!tap) continue;
    const target = targetOf(i);
    wanted += target - network.flow(tap.arc);
    network.setCapacity(tap.arc, target);
  }
  return network.push(source, sink, wanted) === wanted;
}

/**
 * The same in proportion to the claims: all taps rise by the same part of their claim, and whoever cannot rise any more is left behind. In
 * whole units, parts rounded down; what is left goes unit by unit in `order`. Overstating a claim helps here, so it is for claims that bind.
 */
export function raiseInProportion(
  network: FlowNetwork,
  source: number,
  sink: number,
  taps: readonly Tap[],
  order: readonly number[],
): number[] {
  // One step is at most one unit for anybody.
  const steps = taps.reduce((most, { claim }) => Math.max(most, claim), 0);
  const partOf = (i: number, step: number) =>
    Number((BigInt(taps[i]?.claim ?? 0) * BigInt(step)) / BigInt(Math.max(1, steps)));
  const got = taps.map(() => 0);
  let active = order.filter((i) => (taps[i]?.claim ?? 0) > 0);
  let step = 0;
  while (active.length > 0 && step < steps) {
    const reach = (at: number) => fill(network, source, sink, taps, active, (i) => partOf(i, at));
    let above = steps + 1;
    for (let next = steps; above - step > 1; next = Math.floor((step + above) / 2)) {
      if (network.attempt(() => reach(next))) step = next;
      else above = next;
    }
    for (const i of active) got[i] = partOf(i, step);
    if (step === steps) break;
    active = active.filter((i) => {
      const tap = taps[i];
      if (!tap || partOf(i, step + 1) === got[i]) return tap !== undefined;
      network.setCapacity(tap.arc, (got[i] ?? 0) + 1);
      if (network.push(source, sink, 1) === 1) {
        got[i] = (got[i] ?? 0) + 1;
        return true;
      }
      network.setCapacity(tap.arc, got[i] ?? 0);
      return false;
    });
    step += 1;
  }
  return got;
}
