/** Small matches written by hand: problems with defaults that a test overrides. Used by tests of the match. */
import type { Highs } from 'highs';
import { type Ask, type Problem, rankOf, type Supply } from '#domain/match-model.ts';
import { conclude, type MineralResult } from '#domain/match-result.ts';
import { type SolveHooks, solveProblem } from '#server/match/levels.ts';
import { loadHighs } from '#server/match/load-highs.ts';

const FIRST = 2027 * 4;
const DOLLAR = 1_000_000;
const HOOKS: SolveHooks = { timeLimitSeconds: 60, isCancelled: () => false, onLevel: () => {} };

export function ask(
  row: string,
  kg: number,
  more: Partial<Omit<Ask, 'ceilingMicro'>> & { ceiling?: number } = {},
): Ask {
  const { ceiling, ...rest } = more;
  return {
    row,
    buyer: row,
    organizationId: row,
    rank: rankOf('firm'),
    family: 'ga-metal',
    form: 'ga-metal-6n',
    gradePct: null,
    gradeClass: 'any',
    grams: kg * 1000,
    kg,
    from: FIRST,
    to: FIRST,
    qualification: 'open',
    recycledOk: true,
    excluded: [],
    ceilingMicro: ceiling === undefined ? null : ceiling * DOLLAR,
    ...rest,
  };
}

/** Prices in dollars per kilogram: one, or [from kg, price] pairs. */
export function supply(
  row: string,
  kg: number | readonly number[],
  price: number | readonly (readonly [number, number])[],
  more: Partial<Supply> = {},
): Supply {
  const tiers = typeof price === 'number' ? [[0, price] as const] : price;
  return {
    row,
    supplier: `Supplier ${row}`,
    country: 'CAN',
    origin: null,
    stage: 'operating',
    producing: true,
    qualified: false,
    family: 'ga-metal',
    form: 'ga-metal-6n',
    gradePct: 99.9999,
    gradeClass: '6N',
    recycled: false,
    capacityKg: typeof kg === 'number' ? [kg] : kg,
    minimumKg: 0,
    kind: 'allUnits',
    tiers: tiers.map(([fromKg, dollars]) => ({ fromKg, usdMicroPerKg: Math.round(dollars * DOLLAR) })),
    ...more,
  };
}

export const problem = (asks: Ask[], supplies: Supply[], more: Partial<Problem> = {}): Problem => ({
  mineral: 'gallium',
  firstQuarter: FIRST,
  quarters: supplies[0]?.capacityKg.length ?? 1,
  asks,
  supplies,
  concentration: null,
  lotterySeed: 'seed',
  ...more,
});

let highs: Promise<Highs> | null = null;
export async function solve(of: Problem, hooks: Partial<SolveHooks> = {}): Promise<MineralResult> {
  highs ??= loadHighs();
  return conclude(of, solveProblem(await highs, of, { ...HOOKS, ...hooks }));
}

export const FIRST_QUARTER = FIRST;
export const dollars = (result: MineralResult): number => Number(result.costMicro) / DOLLAR;
export const orderOf = (result: MineralResult, row: string) => result.orders.find((order) => order.offerRow === row);
export const awardOf = (result: MineralResult, row: string): number =>
  result.lines.find((line) => line.row === row)?.awardedKg ?? -1;
export const unmetOf = (result: MineralResult): number => result.levels.reduce((kg, level) => kg + level.unmetKg, 0);

/** Many minimums and tiers that compete for the same lines: too much to prove within seconds. Always the same. */
export function hardProblem(offers = 60, lines = 90, quarters = 12): Problem {
  let state = 12_345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  const asks = Array.from({ length: lines }, (_, i) => {
    const from = FIRST + random(quarters - 2);
    return ask(`line-${String(i).padStart(3, '0')}`, 200 + random(1800), {
      rank: random(7),
      gradePct: [99.9, 99.99, 99.999][random(3)] ?? null,
      from,
      to: Math.min(FIRST + quarters - 1, from + random(6)),
      ceiling: 60 + random(60),
    });
  });
  const supplies = Array.from({ length: offers }, (_, i) => {
    const price = 70 + random(40);
    const each = 40 + random(200);
    const start = random(5);
    return supply(
      `offer-${String(i).padStart(3, '0')}`,
      Array.from({ length: quarters }, (_, q) => (q < start ? 0 : each)),
      [
        [0, price],
        [each * 2, price - 3 - random(6)],
        [each * 4, price - 10 - random(8)],
        [each * 6, price - 19 - random(9)],
      ],
      {
        minimumKg: each * (1 + random(4)),
        kind: random(3) > 0 ? 'allUnits' : 'incremental',
        gradePct: [99.9, 99.99, 99.999, 99.9999][random(4)] ?? null,
        country: ['AUS', 'CAN', 'CHN', 'JPN', 'DEU'][random(5)] ?? 'AUS',
      },
    );
  });
  return problem(asks, supplies, { quarters, concentration: { sharePct: 30, excessMicroPerKg: 9_000_000 } });
}
