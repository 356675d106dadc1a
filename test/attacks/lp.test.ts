/** The attacker's own linear programming against HiGHS: an attacker that calculates wrong would find nothing and prove nothing. */
import { expect, test } from 'vitest';
import { loadHighs } from '#server/match/load-highs.ts';
import { seeded } from '../support/seeded.ts';
import { Simplex, type Sum } from './attacker/simplex.ts';

const SEED = 27;

/** Sums over random unknowns that the amounts of somebody do fulfil, some exact and some rounded. */
function randomSums(random: () => number): { unknowns: number; sums: Sum[] } {
  const unknowns = 4 + Math.floor(random() * 12);
  const amounts = Array.from({ length: unknowns }, () => Math.ceil(random() * 1000));
  const sums = Array.from({ length: 1 + Math.floor(random() * 6) }, (): Sum => {
    const terms = amounts.flatMap((_, unknown) =>
      random() < 0.6 ? [[unknown, random() < 0.15 ? -1 : 1] as const] : [],
    );
    const value = terms.reduce((sum, [unknown, factor]) => sum + factor * (amounts[unknown] ?? 0), 0);
    const slack = random() < 0.5 ? 0 : Math.ceil(random() * 20);
    return { terms, low: value - slack, high: value + slack };
  });
  return { unknowns, sums: sums.filter(({ terms }) => terms.length > 0) };
}

const expression = (terms: Sum['terms']) =>
  terms.map(([unknown, factor]) => `${factor < 0 ? '-' : '+'} x${unknown}`).join(' ');
const problem = (asked: Sum['terms'], sums: readonly Sum[]) =>
  `Maximize\n obj: ${expression(asked)}\nSubject To\n${sums
    .map(({ terms, low, high }, i) => ` a${i}: ${expression(terms)} >= ${low}\n b${i}: ${expression(terms)} <= ${high}`)
    .join('\n')}\nEnd\n`;

test('[AT28] the attacker’s bounds are those that HiGHS finds', async () => {
  const highs = await loadHighs();
  const random = seeded(SEED);
  let [bounded, unbounded] = [0, 0];
  for (let round = 0; round < 60; round += 1) {
    const { unknowns, sums } = randomSums(random);
    const program = new Simplex(unknowns, sums);
    expect(program.isPossible).toBe(true);
    for (const asked of [
      [[0, 1]],
      [[1, -1]],
      [
        [2, 1],
        [3, -1],
      ],
    ] as Sum['terms'][]) {
      const own = program.most(asked);
      const theirs = highs.solve(problem(asked, sums));
      if (theirs.Status === 'Optimal') {
        bounded += 1;
        expect([round, own]).toEqual([round, expect.closeTo(theirs.ObjectiveValue, 4)]);
      } else {
        unbounded += 1;
        expect([round, own]).toEqual([round, Number.POSITIVE_INFINITY]);
      }
    }
  }
  expect(Math.min(bounded, unbounded)).toBeGreaterThan(10);
});

test('[AT28] the attacker notices sums that nothing can fulfil', () => {
  const seen = [
    {
      terms: [
        [0, 1],
        [1, 1],
      ],
      low: 5,
      high: 5,
    },
    { terms: [[0, 1]], low: 6, high: 7 },
  ] as Sum[];
  expect(new Simplex(2, seen).isPossible).toBe(false);
});
