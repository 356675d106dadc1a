/** Every pool of the demo workspace through the match. */
import { expect, test } from 'vitest';
import { rankOf } from '#domain/match-model.ts';
import type { MineralResult } from '#domain/match-result.ts';
import { demoPools } from '../support/demo-match.ts';
import { solve } from '../support/match-cases.ts';

const pools = demoPools();
const results = new Map<string, MineralResult>();
for (const pool of pools) for (const problem of pool.problems) results.set(pool.mineral, await solve(problem));
const of = (mineral: string): MineralResult => {
  const result = results.get(mineral);
  if (!result) throw new Error(`no result for ${mineral}`);
  return result;
};

test('[MT46] each of the twelve demo pools has a match that is proved and passes its audit', () => {
  expect(results.size).toBe(12);
  for (const result of results.values()) {
    // A refiner's feed is bought in whole kilograms, which the bound knows nothing of.
    const gapMax = result.orders.some(({ feeds }) => feeds?.length) ? 1e-4 : 0;
    expect([result.mineral, result.gapPct <= gapMax, result.limited]).toEqual([result.mineral, true, false]);
    for (const level of result.levels) expect(level.boundKg).toBe(level.unmetKg);
  }
});

test('[MT46] the gallium pool orders from the refiner and tells each other offer why not', () => {
  const gallium = of('gallium');
  expect(gallium.orders.map(({ supplier, kg }) => [supplier, kg])).toEqual([
    ['Japanese gallium refiner (sample)', 3000],
  ]);
  expect(gallium.unused).toHaveLength(5);
  expect(new Set(gallium.unused.map(({ reason }) => reason.code))).toEqual(
    new Set(['qualification', 'time', 'minimum']),
  );
});

test('[MT46] firm lines of the antimony pool are all met before the reserve gets anything', () => {
  const unmet = (rank: number) => of('antimony').levels.find((level) => level.rank === rank)?.unmetKg;
  expect([unmet(rankOf('firm')), unmet(rankOf('vault1'))]).toEqual([0, expect.any(Number)]);
  expect(unmet(rankOf('vault1'))).toBeGreaterThan(0);
});

test('[MT46] the tungsten pool is offered only concentrate, and says so', () => {
  const tungsten = of('tungsten');
  expect(tungsten.orders).toEqual([]);
  expect(new Set(tungsten.lines.map(({ reason }) => reason.code))).toEqual(new Set(['form']));
});
