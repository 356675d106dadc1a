/** A small match that uses every kind of row: it makes the engine compile the solver before the first real one. Used by solver-worker. */
import type { Ask, Problem, Supply } from '#domain/match-model.ts';

const ask = (row: string, kg: number, ceilingMicro: number | null): Ask => ({
  row,
  buyer: row,
  organizationId: row,
  rank: 0,
  family: 'f',
  form: 'f',
  gradePct: null,
  gradeClass: 'any',
  grams: kg * 1000,
  kg,
  from: 0,
  to: 1,
  qualification: 'open',
  recycledOk: true,
  excluded: [],
  ceilingMicro,
});

const supply = (row: string, minimumKg: number, kind: Supply['kind'], price: number): Supply => ({
  row,
  supplier: row,
  country: row,
  origin: null,
  stage: 'operating',
  producing: true,
  qualified: true,
  family: 'f',
  form: 'f',
  gradePct: 99,
  gradeClass: '2N',
  recycled: false,
  capacityKg: [60, 60],
  minimumKg,
  kind,
  tiers: [
    { fromKg: 0, usdMicroPerKg: price },
    { fromKg: 50, usdMicroPerKg: price - 1 },
    { fromKg: 80, usdMicroPerKg: price - 2 },
  ],
});

export const WARM_UP: Problem = {
  mineral: 'warm-up',
  firstQuarter: 0,
  quarters: 2,
  asks: [ask('a', 70, 9), ask('b', 45, null), ask('c', 61, 8)],
  supplies: [supply('x', 40, 'allUnits', 10), supply('y', 30, 'incremental', 9), supply('z', 90, 'allUnits', 8)],
  concentration: { sharePct: 40, excessMicroPerKg: 1 },
  lotterySeed: '',
};
