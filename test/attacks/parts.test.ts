/** Attacks that subtract shown numbers of one slot from one another: a whole and its parts, all lines and firm lines. */
import { describe, expect, test } from 'vitest';
import { TERMS } from '../support/small-pool.ts';
import { worstInsider } from './attacker/algebra.ts';
import { type Off, record, sightingsOf, valueAt } from './support/rounds.ts';

const REST_OFF: Off[] = ['rest', 'audit'];
const SIX = { a: 210, b: 190, c: 180, d: 170, e: 160, f: 150 };

describe('attack 7: parts subtracted from their whole', () => {
  test('[AT7] 7 a form of one buyer is not what is left of the total', () => {
    const books = [{ oxide: SIX, metal: { only: 77 } }];
    expect(worstInsider(sightingsOf(record(books)), 2)).toBeNull();
    const sights = record(books, REST_OFF);
    expect((valueAt(sights, 0) ?? 0n) - (valueAt(sights, 0, 'oxide|||all') ?? 0n)).toBe(77n);
  });

  test('[AT7] 7 a grade of one buyer is not what is left of its form', () => {
    const books = [{ 'oxide 5N': SIX, 'oxide 3N': SIX, oxide: { only: 77 } }];
    const sights = record(books);
    expect(worstInsider(sightingsOf(sights), 2)).toBeNull();
    // One grade is still shown: as little as possible is hidden.
    expect(sights.map(({ cell }) => cell)).toContain('oxide|3N||all');
    const [form, five, three] = ['oxide|||all', 'oxide|5N||all', 'oxide|3N||all'].map(
      (cell) => valueAt(record(books, REST_OFF), 0, cell) ?? 0n,
    );
    expect((form ?? 0n) - (five ?? 0n) - (three ?? 0n)).toBe(77n);
  });

  test('[AT7] 7 a year of one buyer is not what is left of its grade', () => {
    const terms = { ...TERMS, deliveryTo: 2029 };
    const books = [{ 'oxide 5N 2027': SIX, 'oxide 5N 2028': SIX, 'oxide 5N 2029': { only: 77 } }];
    expect(worstInsider(sightingsOf(record(books, [], terms)), 2)).toBeNull();
    const off = record(books, REST_OFF, terms);
    const [grade, first, second] = ['oxide|5N||all', 'oxide|5N|2027|all', 'oxide|5N|2028|all'].map(
      (cell) => valueAt(off, 0, cell) ?? 0n,
    );
    expect((grade ?? 0n) - (first ?? 0n) - (second ?? 0n)).toBe(77n);
  });

  test('[AT7] 7 a part that changed is not subtracted from a whole of another slot', () => {
    const moved = { a: 190, b: 230, c: 150, d: 210, e: 180, f: 120 };
    const books = [
      { oxide: SIX, metal: SIX },
      { oxide: { ...SIX, a: 500 }, metal: moved },
      { oxide: moved, metal: { ...moved, b: 500 } },
    ];
    expect(worstInsider(sightingsOf(record(books)), 2)).toBeNull();
    expect(worstInsider(sightingsOf(record(books, ['change', 'rest', 'audit'])), 2)).not.toBeNull();
  });
});

describe('attack 8: firm lines subtracted from all lines', () => {
  test('[AT8] 8 the one member that is not bound is not what is left', () => {
    const books = [{ 'oxide firm': SIX, oxide: { only: 77 } }];
    const sights = record(books);
    expect(sights.map(({ cell }) => cell)).toContain('|||all');
    expect(worstInsider(sightingsOf(sights), 2)).toBeNull();
    const off = record(books, REST_OFF);
    expect((valueAt(off, 0) ?? 0n) - (valueAt(off, 0, '|||firm') ?? 0n)).toBe(77n);
  });

  test('[AT8] 8 neither is one member across forms, by all lines of one and firm lines of both', () => {
    const books = [{ 'oxide firm': SIX, oxide: { j: 70, ...SIX }, 'metal firm': { k: 60 }, metal: SIX }];
    expect(worstInsider(sightingsOf(record(books)), 2)).toBeNull();
    expect(worstInsider(sightingsOf(record(books, REST_OFF)), 2)).not.toBeNull();
  });
});
