/** The uniform rule: exact, in whole kilograms, and over a network. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compare, plus, ratio, toFixedText, ZERO } from '#domain/exact.ts';
import { FlowNetwork } from '#domain/match-flow.ts';
import { lotteryOrder, raiseEvenly, uniformRule, uniformWhole } from '#domain/rationing.ts';

const SEED = 20_261_124;
const exact = (claims: number[], supply: number) => uniformRule(claims.map(BigInt), BigInt(supply));
const claimsAndSupply = fc.tuple(fc.array(fc.nat({ max: 60 }), { minLength: 1, maxLength: 6 }), fc.nat({ max: 200 }));
const natural = (claims: readonly unknown[]) => claims.map((_, i) => i);

test('[RA1] claims of 100, 40, 30 and 10 share 90 as 26.667, 26.667, 26.667 and 10', () => {
  const { awards, cap } = exact([100, 40, 30, 10], 90);
  expect(awards.map((award) => toFixedText(award, 3))).toEqual(['26.667', '26.667', '26.667', '10.000']);
  expect(cap).toEqual(ratio(80n, 3n));
});

test('[RA1] where there is enough everybody receives the claim and there is no cap', () => {
  expect(exact([5, 0, 7], 12)).toEqual({ awards: [ratio(5n), ZERO, ratio(7n)], cap: null });
});

test('[RA2] awards add up exactly to the supply or to the claims, and nobody receives more than the claim or the cap', () => {
  fc.assert(
    fc.property(claimsAndSupply, ([claims, supply]) => {
      const { awards, cap } = exact(claims, supply);
      const total = Math.min(
        supply,
        claims.reduce((a, b) => a + b, 0),
      );
      expect(awards.reduce(plus, ZERO)).toEqual(ratio(BigInt(total)));
      awards.forEach((award, i) => {
        expect(compare(award, ratio(BigInt(claims[i] as number)))).toBeLessThanOrEqual(0);
        if (cap) expect(compare(award, cap)).toBeLessThanOrEqual(0);
      });
    }),
    { seed: SEED },
  );
});

test('[RA3] a buyer whose need is its claim gains nothing by claiming more or less', () => {
  fc.assert(
    fc.property(claimsAndSupply, fc.nat({ max: 120 }), ([claims, supply], lie) => {
      const [need = 0] = claims;
      const useful = (claimed: number) => {
        const award = exact([claimed, ...claims.slice(1)], supply).awards[0] ?? ZERO;
        return compare(award, ratio(BigInt(need))) > 0 ? ratio(BigInt(need)) : award;
      };
      expect(compare(useful(lie), useful(need))).toBeLessThanOrEqual(0);
    }),
    { seed: SEED },
  );
});

test('[RA4] in whole kilograms the sum stays exact, and what cannot be divided goes by lottery', () => {
  expect(uniformWhole([100, 40, 30, 10], 90, [2, 0, 1, 3])).toEqual([27, 26, 27, 10]);
  fc.assert(
    fc.property(claimsAndSupply, ([claims, supply]) => {
      const whole = uniformWhole(claims, supply, natural(claims));
      expect(whole.reduce((a, b) => a + b, 0)).toBe(
        Math.min(
          supply,
          claims.reduce((a, b) => a + b, 0),
        ),
      );
      exact(claims, supply).awards.forEach((award, i) => {
        expect([award.n / award.d, award.n / award.d + 1n]).toContain(BigInt(whole[i] as number));
      });
    }),
    { seed: SEED },
  );
});

test('[RA5] the lottery depends on the seed and the names, not on the order they come in', () => {
  const names = ['ada', 'bo', 'cy', 'di', 'ed', 'flo'];
  const order = lotteryOrder(names, 'seed').map((i) => names[i]);
  expect(lotteryOrder([...names].reverse(), 'seed').map((i) => [...names].reverse()[i])).toEqual(order);
  const firsts = new Set(Array.from({ length: 60 }, (_, i) => names[lotteryOrder(names, `seed ${i}`)[0] as number]));
  expect(firsts.size).toBe(names.length);
});

/** Source 0, sink 1, then supplies, then takers. */
function network(supplies: readonly number[], open: readonly (readonly boolean[])[], takers: number) {
  const graph = new FlowNetwork(2 + supplies.length + takers);
  supplies.forEach((kg, s) => {
    graph.arc(0, 2 + s, kg);
    for (let t = 0; t < takers; t += 1) if (open[s]?.[t]) graph.arc(2 + s, 2 + supplies.length + t, kg);
  });
  const arcs = Array.from({ length: takers }, (_, t) => graph.arc(2 + supplies.length + t, 1, 0));
  return { graph, arcs };
}

test('[RA6] over a network with one supply the even division is the uniform rule in whole kilograms', () => {
  fc.assert(
    fc.property(claimsAndSupply, ([claims, supply]) => {
      const { graph, arcs } = network([supply], [claims.map(() => true)], claims.length);
      const order = lotteryOrder(
        claims.map((_, i) => `buyer ${i}`),
        'seed',
      );
      const taps = claims.map((claim, i) => ({ arc: arcs[i] as number, claim }));
      expect(raiseEvenly(graph, 0, 1, taps, order)).toEqual(uniformWhole(claims, supply, order));
    }),
    { seed: SEED },
  );
});

/** Every feasible division of small supplies, found by trying all: the most even one compares greatest when sorted ascending. */
function mostEven(
  supplies: readonly number[],
  open: readonly (readonly boolean[])[],
  claims: readonly number[],
): number[] {
  let best: number[] = [];
  const seen = new Set<string>();
  const walk = (s: number, got: number[]): void => {
    if (seen.has(`${s}/${got}`)) return;
    seen.add(`${s}/${got}`);
    if (s === supplies.length) {
      const sorted = [...got].sort((a, b) => a - b);
      const i = sorted.findIndex((kg, at) => kg !== (best[at] ?? -1));
      if (i >= 0 && (sorted[i] as number) > (best[i] ?? -1)) best = sorted;
      return;
    }
    const pour = (t: number, left: number, now: number[]): void => {
      if (t === claims.length) {
        walk(s + 1, now);
        return;
      }
      const most = open[s]?.[t] ? Math.min(left, (claims[t] as number) - (now[t] as number)) : 0;
      for (let kg = 0; kg <= most; kg += 1)
        pour(
          t + 1,
          left - kg,
          now.map((had, i) => (i === t ? had + kg : had)),
        );
    };
    pour(0, supplies[s] as number, got);
  };
  walk(
    0,
    claims.map(() => 0),
  );
  return best;
}

test('[RA7] where buyers can take different parts of the supply, the division is the most even one that exists', () => {
  const cases = fc
    .integer({ min: 1, max: 3 })
    .chain((takers) =>
      fc.tuple(
        fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 3 }),
        fc.array(fc.array(fc.boolean(), { minLength: takers, maxLength: takers }), { minLength: 3, maxLength: 3 }),
        fc.array(fc.nat({ max: 6 }), { minLength: takers, maxLength: takers }),
      ),
    );
  fc.assert(
    fc.property(cases, ([supplies, open, claims]) => {
      const { graph, arcs } = network(supplies, open, claims.length);
      const got = raiseEvenly(
        graph,
        0,
        1,
        claims.map((claim, i) => ({ arc: arcs[i] as number, claim })),
        natural(claims),
      );
      expect([...got].sort((a, b) => a - b)).toEqual(mostEven(supplies, open, claims));
      got.forEach((kg, i) => {
        expect(graph.flow(arcs[i] as number)).toBe(kg);
      });
    }),
    { seed: SEED, numRuns: 150 },
  );
});
