/** The demo workspace fills the columns of the match, and its matches show what they do. */
import { expect, test } from 'vitest';
import { budgetMicro, reserveMicro } from '#domain/match-budget.ts';
import type { Problem } from '#domain/match-model.ts';
import { readTarget } from '#domain/target-sheet.ts';
import { demandCells, offerCells, readDemo, targetCells } from '#seeds/demo-tables.ts';
import { withinBudget } from '#server/match/budget.ts';
import { catalogue } from '../support/catalogue.ts';
import { demoPools } from '../support/demo-match.ts';
import { orderOf, solve } from '../support/match-cases.ts';

const demo = readDemo(catalogue);
const problemOf = (mineral: string): Problem => {
  const found = demoPools().flatMap(({ problems }) => problems.filter((problem) => problem.mineral === mineral))[0];
  if (!found) throw new Error(`no pool of ${mineral}`);
  return found;
};

test('[CA13] the demo has offers, lines and targets that fill each column of the match', () => {
  const filled = (rows: readonly Record<string, unknown>[], column: string) =>
    rows.some((cells) => cells[column] !== null && cells[column] !== undefined && cells[column] !== '');
  const offers = demo.offers.values.map(offerCells);
  for (const column of ['parent', 'owners', 'certificates', 'sure', 'rightsHolder', 'rightsShare', 'feed', 'yield'])
    expect([column, filled(offers, column)]).toEqual([column, true]);
  const lines = demo.demand.values.map(demandCells);
  for (const column of ['early', 'requires', 'notOwned'])
    expect([column, filled(lines, column)]).toEqual([column, true]);
  expect(filled(demo.priorities.values.map(targetCells), 'budget')).toBe(true);
});

test('[CA14] the demo refines metal into trioxide, keeps first rights for the reserve, and holds lines to their certificates', async () => {
  const antimony = await solve(problemOf('antimony'));
  expect(orderOf(antimony, 'of-36')?.feeds?.length).toBeGreaterThan(0);
  expect(orderOf(antimony, 'of-16')?.feedKg).toBeGreaterThan(0);
  const cobalt = await solve(problemOf('cobalt'));
  const norway = orderOf(cobalt, 'of-30');
  const forReserve = norway?.lots.reduce((kg, lot) => kg + (lot.sink === 'reserve' ? lot.kg : 0), 0) ?? 0;
  expect(forReserve).toBeGreaterThanOrEqual(0.2 * (norway?.kg ?? 0));
  const titanium = problemOf('titanium');
  const strict = titanium.asks.filter(({ requires }) => requires?.includes('DFARS7009')).map(({ row }) => row);
  const result = await solve(titanium);
  const sources = result.lines
    .filter(({ row }) => strict.includes(row))
    .flatMap(({ parts }) => parts.map(({ offerRow }) => offerRow));
  expect([strict.length, new Set(sources)]).toEqual([2, new Set(['of-23'])]);
}, 60_000);

test('[CA15] the demo’s reserve buys antimony within its budget', async () => {
  const targets = demo.priorities.values.flatMap((row) => {
    const reading = readTarget(row.priority_id, targetCells(row), catalogue);
    return reading.state === 'valid' ? [reading.value] : [];
  });
  const budget = budgetMicro(targets, ['antimony']) ?? 0n;
  expect(budget).toBe(60_000_000_000_000n);
  const without = { ...problemOf('antimony') };
  const full = reserveMicro(await solve(without));
  // Half of what it would spend, so that it has to be cut.
  const tight = full / 2n < budget ? full / 2n : budget;
  const [cut] = (await withinBudget([without], tight, (problem) => solve(problem, { withoutTrials: true }))) ?? [];
  const spent = reserveMicro(await solve(cut as Problem));
  expect([spent <= tight, spent > (tight * 9n) / 10n]).toEqual([true, true]);
}, 120_000);
