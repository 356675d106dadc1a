/** How what is scarce is shared, and what everybody pays. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlowNetwork } from '#domain/match-flow.ts';
import { rankOf } from '#domain/match-model.ts';
import { lotteryOrder, raiseInProportion } from '#domain/rationing.ts';
import { ask, awardOf, orderOf, problem, solve, supply } from '../support/match-cases.ts';

const SEED = 20_261_124;
const inProportion = (claims: readonly number[], supplyKg: number, order = claims.map((_, i) => i)): number[] => {
  const network = new FlowNetwork(3);
  network.arc(0, 1, supplyKg);
  const taps = claims.map((claim) => ({ claim, arc: -1 }));
  for (const tap of taps) tap.arc = network.arc(1, 2, 0);
  return raiseInProportion(network, 0, 2, taps, order);
};

test('[RA13] in proportion, everybody receives the same part of its claim, in whole kilograms, and nothing is left', () => {
  expect(inProportion([100, 40, 30, 10], 90)).toEqual([50, 20, 15, 5]);
  fc.assert(
    fc.property(fc.array(fc.nat(500), { minLength: 1, maxLength: 6 }), fc.nat(1500), (claims, supplyKg) => {
      const got = inProportion(claims, supplyKg);
      const total = claims.reduce((a, b) => a + b, 0);
      expect(got.reduce((a, b) => a + b, 0)).toBe(Math.min(total, supplyKg));
      got.forEach((kg, i) => {
        expect(Math.abs(kg - ((claims[i] ?? 0) * Math.min(total, supplyKg)) / Math.max(1, total))).toBeLessThan(2);
      });
    }),
    { seed: SEED },
  );
});

test('[RA13] a pool that says so shares scarce firm supply in proportion, and everything else by the uniform rule', async () => {
  const lines = (rank: number) => [
    ask('a', 100, { rank }),
    ask('b', 40, { rank }),
    ask('c', 30, { rank }),
    ask('d', 10, { rank }),
  ];
  const awards = async (rank: number, scarce: 'uniform' | 'proportional') => {
    const result = await solve(problem(lines(rank), [supply('X', 90, 5)], { scarce }));
    return ['a', 'b', 'c', 'd'].map((row) => awardOf(result, row));
  };
  const sum = (kg: number[]) => kg.reduce((x, y) => x + y, 0);
  expect(await awards(rankOf('firm'), 'proportional')).toEqual([50, 20, 15, 5]);
  const uniform = await awards(rankOf('firm'), 'uniform');
  expect([sum(uniform), Math.min(...uniform.slice(0, 3)), Math.max(...uniform.slice(0, 3)), uniform[3]]).toEqual([
    90, 26, 27, 10,
  ]);
  expect(await awards(rankOf('indicative'), 'proportional')).toEqual(await awards(rankOf('indicative'), 'uniform'));
});

test('[RA14] an indivisible kilogram goes by the draw of the seed, which anybody can repeat', async () => {
  const lines = ['p', 'q', 'r'].map((row) => ask(row, 10));
  const winners = new Set<string>();
  for (const lotterySeed of ['1', '2', '3', '4', '5', '6', '7', '8', '9']) {
    const result = await solve(problem(lines, [supply('X', 10, 5)], { lotterySeed }));
    const won = lines.filter(({ row }) => awardOf(result, row) === 4).map(({ row }) => row);
    const names = lines.map(({ rank, buyer }) => `${rank}/${buyer}`);
    expect(won).toEqual([lines[lotteryOrder(names, lotterySeed)[0] ?? -1]?.row]);
    winners.add(won[0] ?? '');
  }
  expect(winners.size).toBeGreaterThan(1);
});

test('[RA15] all buyers of a lot pay one price, and nobody more than it would pay alone for the same kilograms', async () => {
  const anyCase = fc.tuple(
    fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 2, maxLength: 5 }),
    fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 3 }),
    fc.constantFrom('allUnits' as const, 'incremental' as const),
    fc.constantFrom(0, 20, 60),
  );
  await fc.assert(
    fc.asyncProperty(anyCase, async ([kgs, gaps, kind, minimumKg]) => {
      const tiers: [number, number][] = [[0, 9]];
      for (const gap of gaps) tiers.push([(tiers.at(-1)?.[0] ?? 0) + gap, (tiers.at(-1)?.[1] ?? 0) - 1]);
      const result = await solve(
        problem(
          kgs.map((kg, i) => ask(`b${i}`, kg)),
          [supply('X', 400, tiers, { kind, minimumKg })],
        ),
      );
      const order = orderOf(result, 'X');
      if (!order) return;
      const aloneMicro = (kg: number) =>
        kind === 'allUnits'
          ? kg * (tiers.findLast(([from]) => from <= kg)?.[1] ?? 0)
          : tiers.reduce(
              (sum, [from, price], i) => sum + price * Math.max(0, Math.min(kg, tiers[i + 1]?.[0] ?? kg) - from),
              0,
            );
      for (const line of result.lines) {
        if (line.awardedKg < minimumKg || line.awardedKg === 0) continue;
        expect((Number(order.costMicro) * line.awardedKg) / order.kg).toBeLessThanOrEqual(
          aloneMicro(line.awardedKg) * 1e6 + 1e-3,
        );
      }
    }),
    { seed: SEED, numRuns: 40 },
  );
}, 60_000);

test('[RA16] where cheap capacity is scarce, equal buyers pay the same: neither is handed the dear part', async () => {
  const result = await solve(problem([ask('p', 60), ask('q', 60)], [supply('cheap', 60, 5), supply('dear', 60, 9)]));
  const paid = (row: string) =>
    result.lines
      .find((line) => line.row === row)
      ?.parts.reduce((sum, part) => sum + part.kg * (part.offerRow === 'cheap' ? 5 : 9), 0);
  expect([paid('p'), paid('q')]).toEqual([420, 420]);
});

test('[RA17] a small buyer that a minimum depends on pays the pool’s price, no more and no less', async () => {
  const result = await solve(
    problem([ask('small', 10), ask('large', 190)], [supply('X', 400, 5, { minimumKg: 200 }), supply('Y', 400, 9)]),
  );
  expect([awardOf(result, 'small'), awardOf(result, 'large'), orderOf(result, 'X')?.usdMicroPerKg]).toEqual([
    10, 190, 5_000_000,
  ]);
});
