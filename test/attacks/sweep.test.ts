/** Attack 21, from the inside: two allies steer their own amounts until a total just comes out, and divide. */
import { describe, expect, test } from 'vitest';
import { SmallRound } from '../support/small-pool.ts';

const STEP = 1.02;
const TRUTH = 1000;

/** The first total comes out for a's amount among five: what hides c are the two smallest, the allies. */
function sweepFirst(secret?: string): number {
  for (let own = 20; own < TRUTH; own *= STEP) {
    const round = new SmallRound(secret === undefined ? {} : { secret });
    const shown = round.slot({ oxide: { a: Math.round(own), b: Math.round(own), c: TRUTH, d: 900, e: 800 } });
    if (shown.includes('|||all')) return 2 * Math.round(own);
  }
  return Number.NaN;
}

const secrets = Array.from({ length: 60 }, (_, n) => `pool ${n}`);

/** The smallest error that one way of dividing can promise over all these thresholds. */
function bestError(thresholds: readonly number[]): number {
  const [low, high] = [Math.min(...thresholds), Math.max(...thresholds)];
  return (high - low) / (high + low);
}

describe('attack 21: two allies look for the point where a total just comes out', () => {
  test('[AT31] 21 the point tells the largest owner to no better than 20 percent', () => {
    const thresholds = secrets.map((secret) => sweepFirst(secret));
    expect(thresholds.every((threshold) => threshold > 0)).toBe(true);
    expect(bestError(thresholds)).toBeGreaterThan(0.2);
  });

  test('[AT31] 21 trying again, at about the same amounts, gives the same point', () => {
    for (const secret of secrets.slice(0, 10)) expect(sweepFirst(secret)).toBe(sweepFirst(secret));
  });

  test('[AT31] 21 twin: with a sharp percentage the division gives the largest owner', () => {
    expect(sweepFirst() / 0.2 / TRUTH).toBeCloseTo(1, 1);
    expect(bestError([sweepFirst(), sweepFirst()])).toBe(0);
  });
});
