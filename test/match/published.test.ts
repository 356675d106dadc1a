/** The engine against published optima, and its bound against weak duality. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Program, programOf } from '#domain/match-program.ts';
import { type SolveHooks, solveProgram } from '#server/match/levels.ts';
import { loadHighs } from '#server/match/load-highs.ts';
import { modelOf } from '#server/match/relaxation.ts';
import { dualBound } from '../support/dual-bound.ts';
import { ask, hardProblem, problem, supply } from '../support/match-cases.ts';

const HOOKS: SolveHooks = { timeLimitSeconds: 60, isCancelled: () => false, onLevel: () => {} };

/** CSPLib 034, warehouse location: stores served one unit each, by the cost of each warehouse; opening one costs 30. */
const WAREHOUSES = [1, 4, 2, 1, 3];
const STORES = [
  [20, 24, 11, 25, 30],
  [28, 27, 82, 83, 74],
  [74, 97, 71, 96, 70],
  [2, 55, 73, 69, 61],
  [46, 96, 59, 83, 4],
  [42, 22, 29, 67, 59],
  [1, 5, 73, 59, 56],
  [10, 73, 13, 43, 96],
  [93, 35, 63, 85, 46],
  [47, 65, 55, 71, 95],
];
const OPENING = 30;

/** The match's own rows with the published costs in them: the same engine, another price of each flow. */
function warehouseProgram(): Program {
  // A ceiling of its own makes each store a class of its own.
  const stores = STORES.map((_, i) => ask(`store-${i}`, 1, { ceiling: 1000 + i }));
  const houses = WAREHOUSES.map((capacity, i) => supply(`house-${i}`, capacity, 1, { minimumKg: 1 }));
  const program = programOf(problem(stores, houses));
  const cost = new Float64Array(program.numCols);
  for (const { col, supply: house, cls } of program.flows) {
    const store = program.classes[cls]?.asks[0] ?? 0;
    cost[col] = STORES[store]?.[house] ?? Number.NaN;
  }
  for (const { z } of program.choices) for (const col of z) cost[col] = OPENING;
  return { ...program, cost };
}

test('[MT56] published case CSPLib 034: ten stores and five warehouses cost 383', async () => {
  const program = warehouseProgram();
  const choice = solveProgram(await loadHighs(), program, HOOKS);
  const served = choice.flows.map(({ supply: house, cls }) => STORES[program.classes[cls]?.asks[0] ?? 0]?.[house] ?? 0);
  const opened = choice.segments.filter((segment) => segment >= 0).length;
  expect(served).toHaveLength(STORES.length);
  expect(served.reduce((a, b) => a + b, 0) + opened * OPENING).toBe(383);
  expect(choice.boundMicro / (program.unitKg * program.moneyMicro)).toBeCloseTo(383, 4);
});

test('[MT57] the relaxation’s bound follows from its row prices alone, and no prices prove more', async () => {
  const highs = await loadHighs();
  const program = programOf(hardProblem(12, 20, 6));
  // Unmet demand at a price, so that the costs pull both ways.
  const costs = program.cost.slice();
  for (const level of program.levels) for (const col of level.cols) costs[col] = 50;
  const model = highs.createModel(modelOf({ ...program, cost: costs }));
  try {
    model.options.set({ output_flag: false });
    model.run();
    const optimum = model.getObjectiveValue();
    const prices = model.getSolution().rowDual;
    expect(optimum).toBeGreaterThan(0);
    expect(dualBound(program, costs, prices)).toBeCloseTo(optimum, 4);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(program.numRows - 1), fc.double({ min: -1, max: 1, noNaN: true })), { maxLength: 8 }),
        (changes) => {
          const other = Float64Array.from(prices);
          for (const [row, by] of changes) other[row] = (other[row] ?? 0) + by;
          expect(dualBound(program, costs, other)).toBeLessThanOrEqual(optimum + 1e-6 * Math.abs(optimum));
        },
      ),
      { seed: 20_261_124, numRuns: 200 },
    );
  } finally {
    model.dispose();
  }
});
