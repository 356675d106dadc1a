/** Attacks on the difference of two numbers: one editor between two releases, reverts, members who come and go; and random sessions. */
import { describe, expect, test } from 'vitest';
import { normal, seeded } from '../support/seeded.ts';
import type { Book } from '../support/small-pool.ts';
import { isExposed, worstInsider } from './attacker/algebra.ts';
import { record, sightingsOf, valueAt } from './support/rounds.ts';
import type { Off } from './support/switches.ts';

const CHANGE_OFF: Off[] = ['change', 'audit'];
const SIX = { a: 210, b: 190, c: 180, d: 170, e: 160, f: 150 };
const book = (oxide: Record<string, number>): Book => ({ oxide });

describe('attack 4: one member edits between two releases', () => {
  const session = [book(SIX), book({ ...SIX, c: 333 })];

  test('[AT4] 4 the change does not appear', () => {
    const sights = record(session);
    expect(valueAt(sights, 1)).toBeNull();
    expect(worstInsider(sightingsOf(sights), 2)).toBeNull();
  });

  test('[AT4] 4 twin: with the rule off, anybody has the change to the gram', () => {
    const sights = record(session, CHANGE_OFF);
    expect((valueAt(sights, 1) ?? 0n) - (valueAt(sights, 0) ?? 0n)).toBe(153n);
    expect(isExposed(sightingsOf(sights), [], 'c')).toBe(true);
  });
});

describe('attack 5: the others go back to what they had', () => {
  const moved = { a: 250, b: 160, c: 222, d: 140, e: 190, f: 150 };
  const session = [book(SIX), book(moved), book({ ...SIX, c: 222 })];

  test('[AT5] 5 the third release does not appear, though it differs from the second in four members', () => {
    const sights = record(session);
    expect(valueAt(sights, 1)).not.toBeNull();
    expect(valueAt(sights, 2)).toBeNull();
    expect(worstInsider(sightingsOf(sights), 2)).toBeNull();
  });

  test('[AT5] 5 twin: with the rule off, the first and the third differ by one member', () => {
    const sights = record(session, CHANGE_OFF);
    expect((valueAt(sights, 2) ?? 0n) - (valueAt(sights, 0) ?? 0n)).toBe(42n);
  });
});

describe('attack 5: most go back to what they had, and a few hide one who does not', () => {
  const first = { a: 1000, b: 1010, c: 990, d: 1005, e: 995, f: 1002, g: 998, h: 1000 };
  const moved = { a: 1200, b: 1205, c: 1170, d: 1210, e: 1180, f: 1190, g: 1215, h: 1220 };
  const session = [book(first), book(moved), book({ ...first, c: 1490, d: 1006, e: 996, f: 1003 })];

  test('[AT5] 5 the third release does not appear: against the first, one change makes up nearly all', () => {
    const sights = record(session);
    expect(valueAt(sights, 1)).not.toBeNull();
    expect(valueAt(sights, 2)).toBeNull();
  });

  test('[AT5] 5 twin: with the comparison off and the audit on, the change of c is there within a percent', () => {
    const sights = record(session, ['change']);
    const difference = Number((valueAt(sights, 2) ?? 0n) - (valueAt(sights, 0) ?? 0n));
    expect(Math.abs(difference - 500) / 500).toBeLessThan(0.01);
  });
});

describe('attack 6: a member joins or leaves', () => {
  const session = [book(SIX), book({ ...SIX, g: 140 })];

  test('[AT6] 6 the newcomer does not appear by itself', () => {
    expect(valueAt(record(session), 1)).toBeNull();
    expect(valueAt(record([...session].reverse()), 1)).toBeNull();
  });

  test('[AT6] 6 twin: with the rule off, the difference is its whole amount', () => {
    const joined = record(session, CHANGE_OFF);
    expect((valueAt(joined, 1) ?? 0n) - (valueAt(joined, 0) ?? 0n)).toBe(140n);
    const left = record([...session].reverse(), CHANGE_OFF);
    expect((valueAt(left, 0) ?? 0n) - (valueAt(left, 1) ?? 0n)).toBe(140n);
  });
});

describe('random sessions', () => {
  const OWNERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const PLACES = ['oxide', 'oxide 5N', 'oxide 5N firm', 'metal', 'metal firm'];
  const SLOTS = 10;

  /** Members edit, drop and take back amounts at some places; many go back to an amount they had. */
  function session(seed: number, editsPerSlot: number): Book[] {
    const random = seeded(seed);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const past = new Map<string, number[]>();
    let now: Book = Object.fromEntries(
      PLACES.map((place) => [
        place,
        Object.fromEntries(OWNERS.map((owner) => [owner, Math.round(100 * Math.exp(normal(random) / 2))])),
      ]),
    );
    const books = [structuredClone(now)];
    for (let slot = 1; slot < SLOTS; slot += 1) {
      now = structuredClone(now);
      for (let edit = 0; edit < editsPerSlot; edit += 1) {
        const [place, owner] = [pick(PLACES), pick(OWNERS)];
        const amounts = now[place] ?? {};
        const had = past.get(place + owner) ?? [];
        past.set(place + owner, [...had, amounts[owner] ?? 0]);
        amounts[owner] =
          had.length > 0 && random() < 0.4
            ? pick(had)
            : random() < 0.1
              ? 0
              : Math.round(100 * Math.exp(normal(random) / 2));
      }
      books.push(now);
    }
    return books;
  }
  const SEEDS = Array.from({ length: 24 }, (_, i) => 100 + i);
  const exposedIn = (off: Off[]) =>
    SEEDS.filter((seed) => worstInsider(sightingsOf(record(session(seed, 4 + (seed % 20)), off)), 2) !== null);

  test('[AT25] over random sessions no coalition of two learns anything exact about a third member', () => {
    expect(exposedIn([])).toEqual([]);
    const later = SEEDS.map((seed) => record(session(seed, 4 + (seed % 20))).filter(({ slot }) => slot > 0).length);
    // The promise is not kept by silence.
    expect(later.filter((count) => count > 0).length).toBeGreaterThan(SEEDS.length / 2);
  });

  test('[AT25] twin: with slots alone, nearly every session gives somebody away', () => {
    expect(exposedIn(['total', 'change', 'rest', 'audit']).length).toBeGreaterThan(SEEDS.length * 0.8);
  });

  describe('four releases, each pair of which differs in four members or more', () => {
    // Together they hold two differences that share three members.
    const base = { a: 100, b: 110, c: 120, d: 130, e: 140, f: 150, g: 160 };
    const up = (owners: string) =>
      Object.fromEntries(
        [...owners].map((owner) => [owner, (base[owner as 'a'] ?? 0) + 20 + (owner.charCodeAt(0) % 7)]),
      );
    const books = ['', 'bcde', 'adefg', 'abcfg'].map((owners) => book({ ...base, ...up(owners) }));

    test('[AT26] no combination of them depends on one member', () => {
      expect(worstInsider(sightingsOf(record(books)), 2)).toBeNull();
    });

    test('[AT26] twin: without the audit, one does', () => {
      expect(worstInsider(sightingsOf(record(books, ['audit'])), 2)).not.toBeNull();
    });
  });
});
