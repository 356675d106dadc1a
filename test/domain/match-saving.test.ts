/** What a member is told that its kilograms saved. */
import { expect, test } from 'vitest';
import { ownAwards } from '#domain/match-report.ts';
import type { MineralResult } from '#domain/match-result.ts';
import { catalogue } from '../support/catalogue.ts';
import { ask, problem, solve, supply } from '../support/match-cases.ts';

const OPEN = { rules: null, government: new Set<string>() };
const tiers = [
  [0, 9],
  [100, 7],
] as const;
const own = (mineral: MineralResult, state: 'proposed' | 'rejected' = 'proposed') =>
  ownAwards({ minerals: [mineral], solver: '', solveMs: 0 }, 'me', () => state, catalogue, OPEN);
const result = (others: readonly number[], kind: 'allUnits' | 'incremental' = 'allUnits') =>
  solve(
    problem([ask('me', 60), ...others.map((kg, i) => ask(`other-${i}`, kg))], [supply('X', 1000, tiers, { kind })]),
  );

test('[RA18] a member is told what its own kilograms cost less than at the first price, by the price told beside it', async () => {
  const [award] = own(await result([40]));
  expect([award?.parts[0]?.usdPerKg, award?.savedUsd]).toEqual([7, 60 * 2]);
  expect(own(await result([40]), 'rejected')[0]?.savedUsd).toBe(0);
});

test('[RA18] the saving says nothing of others: it is the same whoever they are, and withheld where the price is', async () => {
  const first = own(await result([40]));
  for (const others of [[41], [20, 20], [300, 7, 5]]) expect(own(await result(others))).toEqual(first);
  const [hidden] = own(await result([40], 'incremental'));
  expect([hidden?.parts[0]?.usdPerKg, hidden?.savedUsd]).toEqual([null, null]);
});
