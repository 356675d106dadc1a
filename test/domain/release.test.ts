import { describe, expect, test } from 'vitest';
import { decimal } from '#domain/exact.ts';
import { CELLS_MAX, declareCells } from '#domain/release-cells.ts';
import { roundTotal, showCells, unitContent } from '#domain/release-view.ts';
import { type Book, CATALOGUE, folded, hierarchyOf, lotOf, SmallRound, TERMS } from '../support/small-pool.ts';

const FIVE = { a: 30, b: 25, c: 20, d: 15, e: 10 };
const OTHER_FIVE = { a: 33, b: 28, c: 16, d: 19, e: 11 };

describe('declared cells', () => {
  test('[RL1] the cells of a pool are declared from catalogue and horizon, each whole before its parts', () => {
    const ids = hierarchyOf().cells.map(({ id }) => id.replace('yttrium|', ''));
    expect(ids).toEqual([
      '|||all',
      '|||firm',
      'oxide|||all',
      'oxide|||firm',
      'oxide|any||all',
      'oxide|any||firm',
      'oxide|3N||all',
      'oxide|3N||firm',
      'oxide|5N||all',
      'oxide|5N||firm',
      'metal|||all',
      'metal|||firm',
      'metal|any||all',
      'metal|any||firm',
      'metal|3N||all',
      'metal|3N||firm',
    ]);
  });

  test('[RL2] a horizon of several years divides each grade class by year', () => {
    const { cells, below } = hierarchyOf({ ...TERMS, deliveryTo: 2028 });
    const grade = cells.findIndex(({ id }) => id === 'yttrium|oxide|5N||all');
    expect(below[grade]?.map((cell) => cells[cell]?.year)).toEqual([2027, 2028]);
  });

  test('[RL3] a grade between two declared classes counts under the lower one', () => {
    const { cells, leafOf } = hierarchyOf();
    const gradeOf = (place: string) => cells[leafOf(lotOf(place)) ?? -1]?.grade;
    expect(['oxide 2N', 'oxide 3N', 'oxide 4N', 'oxide 5N', 'oxide 7N'].map(gradeOf)).toEqual([
      'any',
      '3N',
      '3N',
      '5N',
      '5N',
    ]);
  });

  test('[RL4] lots outside the pool are in none of its cells', () => {
    const { leafOf } = hierarchyOf();
    expect(leafOf(lotOf('oxide 2029'))).toBeNull();
    expect(leafOf(lotOf('carbonate'))).toBeNull();
    expect(leafOf({ ...lotOf('oxide'), mineral: 'gallium' })).toBeNull();
  });

  test('[RL43] years are declared over all grades of a form and over all forms as well, each beside the parts that it adds up', () => {
    const { cells, merged, divisions, around } = hierarchyOf({ ...TERMS, deliveryTo: 2028 });
    const idOf = (cell: number): string => (cells[cell]?.id ?? '').replace('yttrium|', '');
    expect([...merged].map(idOf).filter((id) => id.endsWith('|all'))).toEqual([
      '||2027|all',
      '||2028|all',
      'oxide||2027|all',
      'oxide||2028|all',
      'metal||2027|all',
      'metal||2028|all',
    ]);
    const at = (id: string): number => cells.findIndex((_, cell) => idOf(cell) === id);
    expect(divisions[at('|||all')]?.map((parts) => parts.map(idOf))).toEqual([
      ['oxide|||all', 'metal|||all'],
      ['||2027|all', '||2028|all'],
    ]);
    expect(divisions[at('||2027|all')]?.map((parts) => parts.map(idOf))).toEqual([
      ['oxide||2027|all', 'metal||2027|all'],
    ]);
    expect([...(around[at('oxide|5N|2027|firm')] ?? [])].map(idOf).sort()).toEqual(
      ['oxide|5N||firm', 'oxide|||firm', 'oxide||2027|firm', '||2027|firm', '|||firm'].sort(),
    );
  });

  test('[RL5] a pool that would declare too many cells leaves out years, whatever its data', () => {
    const terms = { minerals: ['yttrium'], deliveryFrom: 2027, deliveryTo: 2027 + CELLS_MAX };
    const [hierarchy] = declareCells(terms, CATALOGUE);
    expect(hierarchy?.cells.length).toBe(hierarchyOf().cells.length);
    expect(hierarchy?.leafOf(lotOf('oxide 5N 2029'))).toBe(hierarchyOf().leafOf(lotOf('oxide 5N')));
  });
});

describe('what a slot shows', () => {
  test('[RL6] a total that passes is shown, one that does not stays empty', () => {
    expect(new SmallRound().slot({ oxide: FIVE })).toContain('|||all');
    expect(new SmallRound().slot({ oxide: { a: 30, b: 25, c: 20, d: 15 } })).toEqual([]);
  });

  test('[RL7] a held total keeps its old value', () => {
    const round = new SmallRound();
    round.slot({ oxide: FIVE });
    expect(round.slot({ oxide: { ...FIVE, a: 90 } })).toEqual([]);
    expect(round.shown('|||all')).toBe(100n);
    expect(round.slot({ oxide: OTHER_FIVE })).toContain('|||all');
    expect(round.shown('|||all')).toBe(107n);
  });

  test('[RL8] a total that left the rules keeps its last value', () => {
    const round = new SmallRound();
    round.slot({ oxide: FIVE });
    expect(round.slot({ oxide: { a: 30 } })).toEqual([]);
    expect(round.slot({})).toEqual([]);
    expect(round.shown('|||all')).toBe(100n);
  });

  test('[RL9] a slot is compared with every earlier release of the round, not only with the last', () => {
    const round = new SmallRound();
    round.slot({ oxide: FIVE });
    round.slot({ oxide: OTHER_FIVE });
    // Four owners went back to their first amounts: against the last release four changed, against the first only e.
    expect(round.slot({ oxide: { ...FIVE, e: 11 } })).toEqual([]);
  });

  test('[RL9] also where no number follows exactly: four differ from the first release, one of them by nearly all', () => {
    const round = new SmallRound();
    round.slot({ oxide: { a: 300, b: 250, c: 200, d: 150, e: 100 } });
    expect(round.slot({ oxide: { a: 330, b: 280, c: 160, d: 190, e: 110 } })).toContain('|||all');
    // Enough for the audit, which looks at exactness only.
    expect(round.slot({ oxide: { a: 301, b: 251, c: 201, d: 150, e: 140 } })).toEqual([]);
  });

  test('[RL10] an old release that comes back whole is shown again', () => {
    const round = new SmallRound();
    round.slot({ oxide: FIVE });
    round.slot({ oxide: OTHER_FIVE });
    expect(round.slot({ oxide: FIVE })).toContain('|||all');
    expect(round.shown('|||all')).toBe(100n);
  });

  test('[RL11] a part is not shown where the rest of its whole would give an owner away', () => {
    const six = { a: 30, b: 25, c: 20, d: 15, e: 10, f: 9 };
    expect(new SmallRound().slot({ oxide: six, metal: { g: 12 } })).toEqual(['|||all']);
    expect(new SmallRound().slot({ oxide: six, metal: six })).toEqual(
      expect.arrayContaining(['|||all', 'oxide|||all', 'metal|||all']),
    );
  });

  test('[RL12] a part that is the whole may be shown beside it', () => {
    expect(new SmallRound().slot({ 'oxide 5N': FIVE })).toEqual(['|||all', 'oxide|||all', 'oxide|5N||all']);
  });

  test('[RL13] where one part must stay hidden, another is hidden with it', () => {
    const five = { 'oxide 3N': FIVE, 'oxide 5N': FIVE };
    const shown = new SmallRound().slot({ ...five, 'oxide any': { a: 1 } });
    expect(shown).toEqual(['|||all', 'oxide|||all', 'oxide|3N||all']);
  });

  test('[RL14] firm lines are shown only where the lines that are not firm could be shown too', () => {
    expect(new SmallRound().slot({ 'oxide firm': FIVE, oxide: { f: 40 } })).not.toContain('|||firm');
    expect(new SmallRound().slot({ 'oxide firm': FIVE, oxide: OTHER_FIVE })).toContain('|||firm');
    expect(new SmallRound().slot({ 'oxide firm': FIVE })).toContain('|||firm');
  });

  test('[RL15] a part is compared with earlier values of its whole', () => {
    const round = new SmallRound();
    round.slot({ 'oxide 5N': FIVE });
    // A newcomer with metal: all lines minus the oxide that is shown would be its amount.
    expect(round.slot({ 'oxide 5N': FIVE, metal: { f: 44 } })).toEqual([]);
  });

  test('[RL16] the strict profile of a pool is applied', () => {
    const round = new SmallRound({ rules: { ...new SmallRound().rules, strict: true } });
    expect(round.slot({ oxide: FIVE })).toEqual([]);
  });

  const YEARS = { ...TERMS, deliveryTo: 2028 };
  /** In each year one grade has too few members, and the other shows it where the whole year of the form is known. */
  const thin = { 'oxide 5N 2027': FIVE, 'oxide 3N 2027': { f: 7 }, 'oxide 5N 2028': FIVE, 'oxide 3N 2028': { g: 9 } };

  test('[RL44] the last release shows years over merged grades where grades cannot be shown, and no slot before it does', () => {
    const round = new SmallRound({ terms: YEARS });
    expect(round.slot(thin)).toEqual(['|||all', 'oxide|||all']);
    expect(round.slot(thin)).toEqual([]);
    expect(round.slot(thin, true)).toEqual(['||2027|all', '||2028|all', 'oxide||2027|all', 'oxide||2028|all']);
  });

  test('[RL45] a merged year is held where the rest of its whole, or a grade beside it, would give a member away', () => {
    const lonely = { 'oxide 5N 2027': FIVE, 'oxide 5N 2028': { f: 7 } };
    const round = new SmallRound({ terms: YEARS });
    round.slot(lonely);
    expect(round.slot(lonely, true)).toEqual([]);
    // The grade of 2028 was shown whole; the year of the form is the grade and one member more.
    const other = new SmallRound({ terms: YEARS });
    const two = { 'oxide 5N 2027': FIVE, 'oxide 5N 2028': OTHER_FIVE };
    expect(other.slot(two)).toContain('oxide|5N|2028|all');
    expect(other.slot({ ...two, 'oxide 3N 2028': { f: 44 } }, true)).toEqual(['||2027|all', 'oxide||2027|all']);
  });

  test('[RL46] whether merged years are tried does not depend on what the finer cells could show', () => {
    const five = { 'oxide 5N 2027': FIVE, 'oxide 5N 2028': OTHER_FIVE };
    const round = new SmallRound({ terms: YEARS });
    expect(round.slot(five)).toContain('oxide|5N|2027|all');
    expect(round.slot(five, true)).toEqual(['||2027|all', '||2028|all', 'oxide||2027|all', 'oxide||2028|all']);
  });

  test('[RL17] the same history and the same pool give the same decision', () => {
    const books: Book[] = [
      { oxide: FIVE },
      { oxide: OTHER_FIVE, metal: FIVE },
      { 'oxide firm': FIVE, metal: OTHER_FIVE },
    ];
    const [one, two] = [new SmallRound(), new SmallRound()];
    for (const book of books) expect(two.slot(structuredClone(book))).toEqual(one.slot(book));
  });
});

describe('what viewers receive', () => {
  const kg = unitContent({ basis: 'Y2O3', unit: 'kg' }, 'yttrium', CATALOGUE);
  const grams = (total: bigint) => new Map([['a', total]]);

  test('[RL18] a total is rounded once, from grams to three digits of the unit and constituent of the pool', () => {
    // 49,301.4 kg of Y2O3 hold 38,822.1 kg of Y.
    expect(roundTotal(grams(38_822_100n), kg)).toBe('49300');
    expect(roundTotal(grams(787n), kg)).toBe('0.999');
    expect(roundTotal(grams(12_344_999n), decimal('1'))).toBe('12300');
    expect(roundTotal(grams(12_350_000n), decimal('1'))).toBe('12400');
    expect(roundTotal(grams(1_995_000n), decimal('1000'))).toBe('2');
  });

  test('[RL19] every declared cell is listed in the same order, and zero, absent and withheld look the same', () => {
    const hierarchy = hierarchyOf();
    const empty = showCells([hierarchy], new Map());
    expect(empty.map(({ value }) => value)).toEqual(hierarchy.cells.map(() => null));
    const shown = showCells([hierarchy], new Map([['yttrium||||all', '49300']]));
    expect(shown.map(({ value: _, ...place }) => place)).toEqual(empty.map(({ value: _, ...place }) => place));
    expect(shown[0]).toEqual({ mineral: 'yttrium', form: null, grade: null, year: null, level: 'all', value: '49300' });
  });

  test('[RL20] lots of one innermost place are added up before they are kept with a release', () => {
    const lots = folded(hierarchyOf(), { 'oxide 3N': { a: 5 }, 'oxide 4N': { a: 7, b: 1 } });
    expect([...lots]).toEqual([
      [
        'yttrium|oxide|3N||soft',
        new Map([
          ['a', 12n],
          ['b', 1n],
        ]),
      ],
    ]);
  });
});
