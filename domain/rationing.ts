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
 * Feasible vectors form an integral polymatroid, so raising greedily and freezing whoever cannot rise any more is exact
 * (Frank and Murota, Decreasing minimization on M-convex sets, 2022).
 */
export function raiseEvenly(
  network: FlowNetwork,
  source: number,
  sink: number,
  taps: readonly Tap[],
  order: readonly number[],
): number[] {
  const got = taps.map(() => 0);
  let active = order.filter((i) => (taps[i]?.claim ?? 0) > 0);
  let level = 0;
  while (active.length > 0) {
    level = raiseTo(network, source, sink, taps, active, got, level);
    // One unit more for each that can still have it; whoever cannot now never can, because the others only rise.
    const isReached = network.reachedFrom(source);
    const above = active.filter((i) => {
      const tap = taps[i];
      return tap !== undefined && tap.claim > level && isReached(tap.arc);
    });
    if (network.attempt(() => fill(network, source, sink, taps, above, () => level + 1))) {
      for (const i of above) got[i] = level + 1;
      active = above;
    } else
      active = above.filter((i) => {
        const tap = taps[i];
        if (!tap) return false;
        network.setCapacity(tap.arc, level + 1);
        if (network.push(source, sink, 1) === 1) {
          got[i] = level + 1;
          return true;
        }
        network.setCapacity(tap.arc, level);
        return false;
      });
    level += 1;
  }
  return got;
}

/**
 * The highest common level that all active taps reach at once (each at most its claim); sets `got`. Where a level is too high, what cannot be
 * reached any more shows which taps share too little, and the next level tried is the highest that these could reach (discrete Newton,
 * as in Radzik, Parametric flows, 1993); where that tells nothing, the middle.
 */
function raiseTo(
  network: FlowNetwork,
  source: number,
  sink: number,
  taps: readonly Tap[],
  active: readonly number[],
  got: number[],
  from: number,
): number {
  let reached = from;
  let above = active.reduce((most, i) => Math.max(most, taps[i]?.claim ?? 0), from) + 1;
  // The highest level first: most ranks are served in full.
  let level = above - 1;
  while (above - reached > 1) {
    let most = level;
    const isFilled = network.attempt(() => {
      if (fill(network, source, sink, taps, active, (i) => Math.min(taps[i]?.claim ?? 0, level))) return true;
      most = levelOfShort(network, source, taps, active);
      return false;
    });
    if (isFilled) reached = level;
    else above = Math.min(level, most + 1);
    level = isFilled || most >= level ? Math.floor((reached + above) / 2) : Math.max(reached + 1, most);
    if (!isFilled && most <= reached) break;
  }
  for (const i of active) got[i] = Math.min(taps[i]?.claim ?? 0, reached);
  return reached;
}

/** No higher common level is possible: what the taps carry is the most they can, all together and those that no room leads to any more. */
function levelOfShort(network: FlowNetwork, source: number, taps: readonly Tap[], active: readonly number[]): number {
  const carrying = active.flatMap((i) => taps[i] ?? []);
  const levelOf = (some: readonly Tap[]): number => {
    const claims = some.map(({ claim }) => claim).sort((a, b) => a - b);
    let carried = some.reduce((sum, { arc }) => sum + network.flow(arc), 0);
    for (const [i, claim] of claims.entries()) {
      const share = Math.floor(carried / (claims.length - i));
      if (share < claim) return share;
      carried -= claim;
    }
    return Number.MAX_SAFE_INTEGER;
  };
  const isReached = network.reachedFrom(source);
  return Math.min(levelOf(carrying), levelOf(carrying.filter(({ arc }) => !isReached(arc))));
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
