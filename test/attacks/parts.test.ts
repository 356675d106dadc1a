/** Attacks that subtract shown numbers of one slot from one another: a whole and its parts, all lines and firm lines. */
import { describe, expect, test } from 'vitest';
import { TERMS } from '../support/small-pool.ts';
import { worstInsider } from './attacker/algebra.ts';
import { record, sightingsOf, valueAt } from './support/rounds.ts';
import type { Off } from './support/switches.ts';

const REST_OFF: Off[] = ['rest', 'audit'];
const SIX = { a: 210, b: 190, c: 180, d: 170, e: 160, f: 150 };

/** Cells of the first slot taken from one another: the first less all others. */
const leftOf = (sights: ReturnType<typeof record>, [whole = '', ...parts]: string[]): bigint =>
  parts.reduce((left, part) => left - (valueAt(sights, 0, part) ?? 0n), valueAt(sights, 0, whole) ?? 0n);

describe('attack 7: parts subtracted from their whole', () => {
  const formOfOne = [{ oxide: SIX, metal: { only: 77 } }];
  const gradeOfOne = [{ 'oxide 5N': SIX, 'oxide 3N': SIX, oxide: { only: 77 } }];
  const years = { ...TERMS, deliveryTo: 2029 };
  const yearOfOne = [{ 'oxide 5N 2027': SIX, 'oxide 5N 2028': SIX, 'oxide 5N 2029': { only: 77 } }];
  const moved = { a: 190, b: 230, c: 150, d: 210, e: 180, f: 120 };
  const acrossSlots = [
    { oxide: SIX, metal: SIX },
    { oxide: { ...SIX, a: 500 }, metal: moved },
    { oxide: moved, metal: { ...moved, b: 500 } },
  ];

  test('[AT7] 7 a form of one buyer is not what is left of the total', () => {
    expect(worstInsider(sightingsOf(record(formOfOne)), 2)).toBeNull();
  });

  test('[AT7] 7 a grade of one buyer is not what is left of its form, and the other grades are still shown', () => {
    const sights = record(gradeOfOne);
    expect(worstInsider(sightingsOf(sights), 2)).toBeNull();
    // As little as possible is hidden.
    expect(sights.map(({ cell }) => cell)).toContain('oxide|3N||all');
  });

  test('[AT7] 7 a year of one buyer is not what is left of its grade', () => {
    expect(worstInsider(sightingsOf(record(yearOfOne, [], years)), 2)).toBeNull();
  });

  test('[AT7] 7 a part that changed is not subtracted from a whole of another slot', () => {
    expect(worstInsider(sightingsOf(record(acrossSlots)), 2)).toBeNull();
  });

  test('[AT7] 7 twin: with the rule of what is left off, each of them is had to the gram', () => {
    expect(leftOf(record(formOfOne, REST_OFF), ['|||all', 'oxide|||all'])).toBe(77n);
    expect(leftOf(record(gradeOfOne, REST_OFF), ['oxide|||all', 'oxide|5N||all', 'oxide|3N||all'])).toBe(77n);
    const byYear = ['oxide|5N||all', 'oxide|5N|2027|all', 'oxide|5N|2028|all'];
    expect(leftOf(record(yearOfOne, REST_OFF, years), byYear)).toBe(77n);
    expect(worstInsider(sightingsOf(record(acrossSlots, ['change', ...REST_OFF])), 2)).not.toBeNull();
  });
});

describe('attack 8: firm lines subtracted from all lines', () => {
  const softOfOne = [{ 'oxide firm': SIX, oxide: { only: 77 } }];
  const acrossForms = [{ 'oxide firm': SIX, oxide: { j: 70, ...SIX }, 'metal firm': { k: 60 }, metal: SIX }];

  test('[AT8] 8 the one member that is not bound is not what is left', () => {
    const sights = record(softOfOne);
    expect(sights.map(({ cell }) => cell)).toContain('|||all');
    expect(worstInsider(sightingsOf(sights), 2)).toBeNull();
  });

  test('[AT8] 8 neither is one member across forms, by all lines of one and firm lines of both', () => {
    expect(worstInsider(sightingsOf(record(acrossForms)), 2)).toBeNull();
  });

  test('[AT8] 8 twin: with the rule of what is left off, both are', () => {
    expect(leftOf(record(softOfOne, REST_OFF), ['|||all', '|||firm'])).toBe(77n);
    expect(worstInsider(sightingsOf(record(acrossForms, REST_OFF)), 2)).not.toBeNull();
  });
});
