/** Attack 21, from the inside: two allies steer their own amounts until the first total just comes out, and divide. */
import { describe, expect, test } from 'vitest';
import { SmallRound } from '../support/small-pool.ts';

const STEP = 1.02;
const TRUTH = 1000;

/** Allies a and b among five: what hides the largest, c, are the two smallest, so their sum at the first total is a share of c. */
const BY_HIDING = (own: number, c: number) => ({ a: own, b: own, c, d: 900, e: 800 });
/** Ten of the strict profile: the total at the first release is a multiple of the largest. */
const BY_TOTAL = (own: number, c: number) => ({
  a: own,
  b: own,
  c,
  ...Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`o${n}`, 250 + 9 * n])),
});

interface Way {
  book(own: number, c: number): Record<string, number>;
  strict: boolean;
  /** What the allies divide, from what they see at the first total. */
  reading(book: Record<string, number>): number;
  /** What a sharp rule says it is, for each unit of c. */
  sharp: number;
  /** Whoever divides is off by so much at least, for some pool. */
  error: number;
}
const WAYS: Record<string, Way> = {
  'the share that hides it': {
    book: BY_HIDING,
    strict: false,
    reading: ({ a = 0, b = 0 }) => a + b,
    sharp: 0.2,
    error: 0.2,
  },
  'the quarter of the strict profile': {
    book: BY_TOTAL,
    strict: true,
    reading: (book) => Object.values(book).reduce((sum, amount) => sum + amount, 0),
    sharp: 4,
    // The sweep ends before the strictest draws: the allies must stay below the largest.
    error: 0.15,
  },
};

/** What the allies read when the first total comes out. */
function sweep({ book, strict, reading }: Way, secret?: string, truth = TRUTH): number {
  const { rules } = new SmallRound();
  for (let own = 20; own < truth; own *= STEP) {
    const amounts = book(Math.round(own), truth);
    const round = new SmallRound({ rules: { ...rules, strict }, ...(secret !== undefined && { secret }) });
    if (round.slot({ oxide: amounts }).includes('|||all')) return reading(amounts);
  }
  return Number.NaN;
}

const secrets = Array.from({ length: 60 }, (_, n) => `pool ${n}`);

/** The smallest error that one way of dividing can promise over all these readings. */
function bestError(readings: readonly number[]): number {
  const [low, high] = [Math.min(...readings), Math.max(...readings)];
  return (high - low) / (high + low);
}

describe.each(Object.entries(WAYS))('attack 21: two allies look for the first total by %s', (_, way) => {
  test('[AT31] 21 whoever divides by one number is off by 15 to 20 percent in some pool', () => {
    const readings = secrets.map((secret) => sweep(way, secret)).filter((reading) => !Number.isNaN(reading));
    expect(readings.length).toBeGreaterThan(secrets.length / 2);
    expect(bestError(readings)).toBeGreaterThan(way.error);
  });

  test('[AT31] 21 trying again at about the same amounts teaches nothing: the share is the same', () => {
    for (const secret of secrets.slice(0, 10)) {
      const shares = [985, 1000, 1015].map((truth) => sweep(way, secret, truth) / truth);
      expect(Math.max(...shares) / Math.min(...shares)).toBeLessThan(STEP * 1.03);
    }
  });

  test('[AT31] 21 twin: with a sharp limit the division gives the largest owner', () => {
    const found = sweep(way) / way.sharp / TRUTH;
    expect(found).toBeGreaterThanOrEqual(1);
    expect(found).toBeLessThan(1 + 2 * (STEP - 1) + 0.02);
  });
});
