import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Contributions,
  combine,
  DEFAULT_RULES,
  differenceOf,
  mayDiffer,
  mayShow,
  type PoolRules,
  sizeOf,
} from '#domain/disclosure.ts';
import { readRules } from '#domain/stored-rules.ts';
import { protectionOf } from '#server/pool/drawn-rules.ts';
import { logNormal, seeded } from '../support/seeded.ts';

const STRICT: PoolRules = { ...DEFAULT_RULES, strict: true };

/** Owners 'a', 'b', ... in the given order. */
const vector = (...sizes: (number | bigint)[]): Contributions =>
  new Map(sizes.map((size, i) => [String.fromCharCode(97 + i), BigInt(size)]));

describe('STATIC', () => {
  test('[DC1] a total of five balanced owners is shown, and the strict profile withholds it', () => {
    const x = vector(30, 25, 20, 15, 10);
    expect(mayShow(x, DEFAULT_RULES)).toBe(true);
    expect(mayShow(x, STRICT)).toBe(false);
  });

  test('[DC2] fewer than five owners are never shown', () => {
    for (const sizes of [[], [100], [50, 50], [34, 33, 33], [25, 25, 25, 25]])
      expect(mayShow(vector(...sizes), DEFAULT_RULES)).toBe(false);
  });

  test('[DC3] a total is withheld where two members could bring the largest owner within 20 percent', () => {
    expect(mayShow(vector(50_000, 49_000, 400, 300, 300), DEFAULT_RULES)).toBe(false);
    expect(mayShow(vector(52_000, 50_000, 3_000, 3_000, 2_000), DEFAULT_RULES)).toBe(false);
    // Just enough beside the largest three: 20 percent of 100.
    expect(mayShow(vector(100, 90, 80, 12, 8), DEFAULT_RULES)).toBe(true);
    expect(mayShow(vector(100, 90, 80, 12, 7), DEFAULT_RULES)).toBe(false);
  });

  test('[DC4] the strict profile lets no owner pass a quarter of the total', () => {
    expect(mayShow(vector(25, 25, 25, 15, 10), STRICT)).toBe(true);
    expect(mayShow(vector(26, 25, 25, 14, 10), STRICT)).toBe(false);
  });

  test('[DC5] sizes are compared exactly beyond what doubles can hold', () => {
    const large = 10n ** 20n;
    expect(mayShow(vector(large * 5n, large, large, large / 2n, large / 2n), DEFAULT_RULES)).toBe(true);
    expect(mayShow(vector(large * 5n + 1n, large, large, large / 2n, large / 2n), DEFAULT_RULES)).toBe(false);
  });

  test('[DC6] numbers that may be shown may also be added up', () => {
    const owners = fc.dictionary(fc.constantFrom(...'abcdefghij'), fc.bigInt({ min: 1n, max: 1000n }), { minKeys: 5 });
    fc.assert(
      fc.property(owners, owners, fc.boolean(), (a, b, strict) => {
        const rules = strict ? STRICT : DEFAULT_RULES;
        const [x, y] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
        fc.pre(mayShow(x, rules) && mayShow(y, rules));
        expect(
          mayShow(
            combine([
              [1n, x],
              [1n, y],
            ]),
            rules,
          ),
        ).toBe(true);
      }),
    );
  });

  test('[DC7] the share of random pools that may be shown is what the design measured', () => {
    const random = seeded(20_261_124);
    const shareOf = (owners: number, rules: PoolRules): number => {
      let shown = 0;
      for (let i = 0; i < 4000; i += 1)
        if (mayShow(vector(...Array.from({ length: owners }, () => Math.round(1e6 * logNormal(random)))), rules))
          shown += 1;
      return shown / 40;
    };
    const shares = [5, 8, 12, 20].map((owners) => [shareOf(owners, DEFAULT_RULES), shareOf(owners, STRICT)]);
    const expected = [
      [73, 1],
      [98, 14],
      [100, 42],
      [100, 74],
    ];
    for (const [i, pair] of shares.entries())
      for (const [j, share] of pair.entries()) expect(Math.abs(share - (expected[i]?.[j] ?? 0))).toBeLessThan(3);
  });
});

describe('DIFF', () => {
  test('[DC8] a change is shown from four owners on, when two of them could not bring the largest change within 20 percent', () => {
    expect(mayDiffer(vector(5, 4, -3, 2), DEFAULT_RULES)).toBe(true);
    expect(mayDiffer(vector(50, 1, 1, 1), DEFAULT_RULES)).toBe(false);
    expect(mayDiffer(vector(5, 4, 3), DEFAULT_RULES)).toBe(false);
    expect(mayDiffer(vector(), DEFAULT_RULES)).toBe(true);
  });

  test('[DC9] joining and leaving count as changes of the whole amount', () => {
    const before = vector(40, 30, 20, 10, 10);
    const joined = new Map([...before, ['new', 25n] as const]);
    expect(differenceOf(joined, before)).toEqual(new Map([['new', 25n]]));
    expect(differenceOf(before, joined)).toEqual(new Map([['new', -25n]]));
    expect(mayDiffer(differenceOf(joined, before), DEFAULT_RULES)).toBe(false);
  });
});

describe('rules of a pool', () => {
  test('[DC10] what a pool does not say is the default', () => {
    expect(readRules({})).toEqual({ ok: true, value: DEFAULT_RULES });
    expect(readRules(null)).toEqual({ ok: true, value: DEFAULT_RULES });
  });

  test('[DC11] a pool may tighten every rule and loosen none', () => {
    const tighter = {
      contributorsMin: 8,
      dominancePct: 50,
      coalition: 3,
      changersMin: 6,
      strict: true,
      slotSeconds: 900,
    };
    expect(readRules(tighter)).toMatchObject({ ok: true, value: tighter });
    for (const looser of [
      { contributorsMin: 4 },
      { dominancePct: 19 },
      { coalition: 1 },
      { changersMin: 3 },
      { slotSeconds: 1 },
    ])
      expect(readRules(looser)).toMatchObject({ ok: false, refusal: { code: 'rules-not-valid' } });
    expect(readRules({ contributors: 9 }).ok).toBe(false);
    expect(readRules('strict').ok).toBe(false);
  });

  test('[DC12] a larger coalition asks for more owners and more doubt', () => {
    const three = { ...DEFAULT_RULES, coalition: 3 };
    expect(mayDiffer(vector(5, 5, 5, 5), three)).toBe(false);
    expect(mayDiffer(vector(5, 5, 5, 5, 5), three)).toBe(true);
    expect(mayShow(vector(100, 90, 80, 20, 19), three)).toBe(false);
    expect(mayShow(vector(100, 90, 80, 70, 20), three)).toBe(true);
  });
});

test.each([
  ['permilleFor', 200, 320],
  ['totalPermilleFor', 4000, 6400],
] as const)(
  '[DC19] %s is drawn between the pool’s own and 1.6 times as much, alike for an owner of about the same amount',
  (limit, least, most) => {
    const drawer = (secret: string, names: string[]) => protectionOf(DEFAULT_RULES, secret, 'gallium', names)[limit];
    const owners = Array.from({ length: 300 }, (_, n) => `owner ${n}`);
    const many = drawer('secret', owners);
    const draws = owners.map((_, n) => many(n, 1000n));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(least);
    expect(Math.max(...draws)).toBeLessThanOrEqual(most);
    expect(new Set(draws).size).toBeGreaterThan(60);
    const drawn = drawer('secret', ['a', 'b', 'c']);
    expect(drawn(0, 1000n)).toBe(drawer('secret', ['c', 'b', 'a'])(2, 1000n));
    expect(drawn(0, 1000n)).toBe(drawn(0, 900n));
    expect(drawer('other', ['a'])(0, 1000n)).not.toBe(drawn(0, 1000n));
  },
);

test('[DC19] amounts are of one size from one power of two to the next, exactly', () => {
  for (const bits of [1, 5, 31, 32, 33, 52, 53]) {
    expect(sizeOf(2n ** BigInt(bits - 1))).toBe(bits);
    expect(sizeOf(2n ** BigInt(bits) - 1n)).toBe(bits);
  }
});
