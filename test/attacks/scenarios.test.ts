/** An official subtracts what two scenarios leave unmet, or cost: the lines in which they differ may be one company's. */
import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { rankOf } from '#domain/match-model.ts';
import { type ToldStanding, toldAfter, toldBefore } from '#domain/match-report-scenarios.ts';
import { type Shock, shocked } from '#domain/match-scenarios.ts';
import { exactOf } from '#domain/match-shares.ts';
import { TELLING, Telling, type TellingTests } from '#domain/match-telling.ts';
import { ask, FIRST_QUARTER, problem, solve, supply } from '../support/match-cases.ts';

const NOBODY: ReadonlySet<string> = new Set();
/** What only one company asks for, in a form that one refiner makes. */
const OTHER_FORM = { family: 'ga-oxide', form: 'ga-oxide-4n' };
const SECRET_KG = 137;
const MANY = [110, 105, 100, 95, 90, 85];

const pool = () =>
  problem(
    [
      ...MANY.map((kg, i) => ask(`many-${i}`, kg)),
      ask('one', SECRET_KG, OTHER_FORM),
      ask('target', 40, { organizationId: null, rank: rankOf('vault1') }),
    ],
    [
      supply('A', 1000, 5, { country: 'CHN', supplier: 'Ordinary' }),
      supply('P', 300, 9, { country: 'JPN', origin: 'CHN', ...OTHER_FORM, supplier: 'Other' }),
    ],
  );

/** The ordinary refiner fails; then everything from the country stops, the other form, too. */
const SHOCKS: Shock[] = [
  { kind: 'price', country: null, mineral: null, percent: 25 },
  { kind: 'supplierFails', supplier: 'Ordinary', from: FIRST_QUARTER },
  { kind: 'ban', country: 'CHN', mineral: null, from: FIRST_QUARTER, to: null },
  { kind: 'supplierFails', supplier: 'Other', from: FIRST_QUARTER },
];

/** What officials read of the match and of each scenario, in this order. */
async function readings(tests: TellingTests, shocks = SHOCKS): Promise<ToldStanding[]> {
  const protection = { rules: DEFAULT_RULES, government: NOBODY };
  const base = await solve(pool());
  const telling = new Telling(protection, tests);
  telling.knows(base);
  const told = [toldBefore(base, protection)];
  for (const shock of shocks) {
    const exact = exactOf(await solve(shocked(pool(), shock)), NOBODY);
    told.push(toldAfter(exact, telling.decide(base.mineral, exact)));
  }
  return told;
}

/** Every difference of two figures of a kind. */
function differences(told: readonly ToldStanding[]): number[] {
  const kinds: ((standing: ToldStanding) => number | null)[] = [
    (standing) => standing.poolUnmetKg,
    (standing) => standing.reserveUnmetKg,
    (standing) => (standing.costUsd === null ? null : standing.costUsd / 9),
    ...[0, 1].map((tier) => (standing: ToldStanding) => standing.tiers[tier]?.kg ?? null),
  ];
  return kinds.flatMap((of) => {
    const values = told.flatMap((standing) => of(standing) ?? []);
    return values.flatMap((a) => values.map((b) => Math.abs(a - b)));
  });
}

const isSecret = (kg: number): boolean => Math.abs(kg - SECRET_KG) < 4;

describe('what scenarios leave unmet, subtracted from one another', () => {
  test('[SC19] two totals that differ by one company’s line are never both told, in whichever order', async () => {
    for (const shocks of [SHOCKS, SHOCKS.toReversed()]) {
      const told = await readings(TELLING, shocks);
      expect(differences(told).filter(isSecret)).toEqual([]);
      // It is the difference that is kept, not everything: one of the two is told.
      expect(told.slice(1).filter(({ poolUnmetKg }) => poolUnmetKg !== null)).toHaveLength(1);
    }
  });

  test('[SC19] twin: with the rule of differences off, the subtraction gives the line', async () => {
    const told = await readings({ ...TELLING, mayDiffer: () => true });
    expect(differences(told).filter(isSecret).length).toBeGreaterThan(0);
  });

  test('[SC19] twin: with the rule for totals off, a failing supplier tells what its only buyer asked for', async () => {
    const told = await readings({ mayShow: () => true, mayDiffer: () => true });
    expect(told.at(-1)?.poolUnmetKg).toBe(SECRET_KG);
    expect((await readings(TELLING)).at(-1)?.poolUnmetKg).toBeNull();
  });
});
