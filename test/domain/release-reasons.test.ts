import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES, type PoolRules, type Protection } from '#domain/disclosure.ts';
import { openHistory, planRelease, remember, TESTS } from '#domain/release.ts';
import { type Reason, reasonsOf } from '#domain/release-reasons.ts';
import { type Book, folded, hierarchyOf, TERMS } from '../support/small-pool.ts';

interface Told extends Omit<Reason, 'beside'> {
  beside?: string;
}

/** Publishes each book in turn, the last one as well if it is told so; answers with what is told of each cell of the last before it is published. */
function explain(
  books: readonly Book[],
  options: { rules?: Protection; terms?: typeof TERMS; isLast?: boolean } = {},
): { of: (cell: string) => Told | undefined; all: Reason[]; fresh: readonly number[] } {
  const { rules = DEFAULT_RULES, terms = TERMS, isLast = false } = options;
  const hierarchy = hierarchyOf(terms);
  const history = openHistory(hierarchy);
  const idOf = (cell: number): string => (hierarchy.cells[cell]?.id ?? '').replace('yttrium|', '');
  for (const book of books.slice(0, -1)) {
    const plan = planRelease(history, folded(hierarchy, book), rules);
    remember(history, plan.lots, plan.fresh, plan);
  }
  const plan = planRelease(history, folded(hierarchy, books.at(-1) ?? {}), rules, TESTS, isLast);
  const all = reasonsOf(history, plan, rules, isLast);
  return {
    all,
    fresh: plan.fresh,
    of: (id) => {
      const found = all[hierarchy.cells.findIndex((_, cell) => idOf(cell) === id)];
      if (!found) return undefined;
      const { beside, ...reason } = found;
      return beside === undefined ? reason : { ...reason, beside: idOf(beside) };
    },
  };
}

const FIVE = { a: 30, b: 25, c: 20, d: 15, e: 10 };
const strict: PoolRules = { ...DEFAULT_RULES, strict: true };

describe('why a cell shows what it shows', () => {
  test('[CR4] a total of too few, or of one that outweighs the others, is told with what it has and what it needs', () => {
    const few = explain([{ oxide: { a: 30, b: 25, c: 20 } }]);
    expect(few.of('|||all')).toEqual({ rule: 'owners', has: 3, needs: 5 });
    expect(few.of('metal|||all')).toEqual({ rule: 'nothing' });
    const unequal = explain([{ oxide: { a: 50_000, b: 49_000, c: 400, d: 300, e: 300 } }]);
    expect(unequal.of('|||all')).toEqual({ rule: 'dominance', has: 1.2, needs: 20 });
    expect(explain([{ oxide: FIVE }], { rules: strict }).of('|||all')).toEqual({ rule: 'quarter', has: 30, needs: 25 });
  });

  test('[CR4] where only a limit drawn in secret holds it, that is told without the limit', () => {
    // 25 hide the 30 of the largest, 83 percent of it.
    const rules = { ...DEFAULT_RULES, permilleFor: () => 900, totalPermilleFor: () => 4000 };
    const drawn = explain([{ oxide: FIVE }], { rules: { ...rules, dominancePct: 80 } });
    expect(drawn.of('|||all')).toEqual({ rule: 'dominanceDrawn', has: 83.3, needs: 80 });
  });

  test('[CR4] what passes is told to come, what is shown to be current', () => {
    expect(explain([{ oxide: FIVE }]).of('oxide|||all')).toEqual({ rule: 'passes' });
    expect(explain([{ oxide: FIVE }, { oxide: FIVE }]).of('oxide|||all')).toEqual({ rule: 'current' });
    expect(explain([{ oxide: FIVE }], { isLast: true }).of('oxide|||all')).toEqual({ rule: 'current' });
  });

  test('[CR4] a change of too few, or of one that outweighs the others, is told with the number that is known from before', () => {
    const few = explain([{ oxide: FIVE }, { oxide: { ...FIVE, a: 33, b: 28 } }]);
    expect(few.of('|||all')).toEqual({ rule: 'changers', has: 2, needs: 4, beside: '|||all' });
    const one = explain([{ oxide: FIVE }, { oxide: { a: 80, b: 26, c: 21, d: 16, e: 10 } }]);
    expect(one.of('|||all')).toEqual({ rule: 'changeDominance', has: 2, needs: 20, beside: '|||all' });
  });

  test('[CR4] a part is told with its whole, or with what would be left of it', () => {
    const firm = explain([{ 'oxide firm': FIVE, oxide: { a: 2 } }]);
    expect(firm.of('|||firm')).toEqual({ rule: 'rest', beside: '|||all' });
    expect(firm.of('oxide|||firm')).toEqual({ rule: 'whole', beside: '|||firm' });
    const whole = explain([{ 'oxide 3N': FIVE, metal: { a: 1 } }]);
    expect(whole.of('oxide|||all')).toEqual({ rule: 'rest', beside: '|||all' });
    expect(whole.of('oxide|3N||all')).toEqual({ rule: 'whole', beside: 'oxide|||all' });
  });

  test('[CR4] a merged year waits for the last release', () => {
    const terms = { ...TERMS, deliveryTo: 2028 };
    const book = { 'oxide 2027': FIVE, 'oxide 2028': FIVE };
    expect(explain([book], { terms }).of('|||2027|all'.replace('|||', '||'))).toEqual({ rule: 'merged' });
  });

  test('[CR4] in random pools every cell has a reason, and it says the same as the decision', () => {
    const amounts = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.integer({ min: 1, max: 60 }));
    const book = fc.dictionary(fc.constantFrom('oxide 3N firm', 'oxide 5N', 'metal firm', 'metal', 'oxide'), amounts);
    fc.assert(
      fc.property(fc.array(book, { minLength: 1, maxLength: 4 }), fc.boolean(), (books, isStrict) => {
        const { all, fresh } = explain(books, isStrict ? { rules: strict } : {});
        const passing = all.flatMap(({ rule }, cell) => (rule === 'passes' ? [cell] : []));
        expect(passing).toEqual(fresh);
      }),
      { numRuns: 300 },
    );
  });
});
