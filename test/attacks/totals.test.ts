/** Attacks on a single total: subtracting what is one's own, alone or with an ally, and making owners out of subsidiaries. */

import { describe, expect, test } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { poolLines, readLotKey } from '#domain/pooling.ts';
import { openHistory, planRelease } from '#domain/release.ts';
import { foldLots } from '#domain/release-cells.ts';
import { logNormal, seeded } from '../support/seeded.ts';
import { type Book, hierarchyOf, lineOf } from '../support/small-pool.ts';
import { isExposed, worstInsider } from './attacker/algebra.ts';
import { record, sightingsOf, valueAt } from './support/rounds.ts';
import type { Off } from './support/switches.ts';

const ALL_OFF: Off[] = ['total', 'change', 'rest', 'audit'];
const amounts = [210, 190, 180, 170, 160];
const membersOf = (count: number): Record<string, number> =>
  Object.fromEntries(amounts.slice(0, count).map((amount, i) => [`m${i}`, amount]));

describe('attack 1: a member subtracts its own amount from the total', () => {
  test('[AT1] 1 it learns no other member exactly, however few there are', () => {
    for (let count = 2; count <= 5; count += 1) {
      const seen = sightingsOf(record([{ oxide: membersOf(count) }]));
      expect(worstInsider(seen, 1)).toBeNull();
      expect(seen.length > 0).toBe(count === 5);
    }
  });

  test('[AT1] 1 twin: with the rules off, one of two members has the other to the gram', () => {
    const sights = record([{ oxide: membersOf(2) }], ALL_OFF);
    expect((valueAt(sights, 0) ?? 0n) - 210n).toBe(190n);
    expect(worstInsider(sightingsOf(sights), 1)).not.toBeNull();
  });
});

describe('attack 2: two members put their amounts together', () => {
  test('[AT2] 2 they learn no third member exactly', () => {
    for (let count = 3; count <= 5; count += 1)
      expect(worstInsider(sightingsOf(record([{ oxide: membersOf(count) }])), 2)).toBeNull();
  });

  test('[AT2] 2 twin: with the rules off, two of three have the third', () => {
    const sights = record([{ oxide: membersOf(3) }], ALL_OFF);
    expect((valueAt(sights, 0) ?? 0n) - 210n - 190n).toBe(180n);
    expect(isExposed(sightingsOf(sights), ['m0', 'm1'], 'm2')).toBe(true);
  });
});

describe('attack 3: the total is nearly one member', () => {
  const dominated = { oxide: { big: 50_000, second: 49_000, c: 400, d: 300, e: 300 } };
  /** How far above the truth the best guess of two allies about the largest other member is, as a share of it. */
  const excess = (total: bigint, held: number[]): number => {
    const [first = 0, second = 0, third = 0] = [...held].sort((a, b) => b - a);
    return (Number(total) - second - third - first) / first;
  };

  test('[AT3] 3 over random pools, what is shown leaves two allies at least 20 percent off', () => {
    const random = seeded(3);
    let shown = 0;
    for (let i = 0; i < 400; i += 1) {
      const held = Array.from({ length: 5 + (i % 8) }, () => Math.ceil(1000 * logNormal(random)));
      const total = valueAt(record([{ oxide: Object.fromEntries(held.map((amount, n) => [`m${n}`, amount])) }]), 0);
      if (total === null) continue;
      shown += 1;
      expect(excess(total, held)).toBeGreaterThanOrEqual(0.2);
    }
    expect(shown).toBeGreaterThan(200);
    expect(record([dominated])).toEqual([]);
  });

  test('[AT3] 3 twin: with the rule off, the second member and an ally have the largest within 2 percent', () => {
    const total = valueAt(record([dominated], ['total']), 0);
    expect(excess(total ?? 0n, Object.values(dominated.oxide))).toBeLessThan(0.02);
  });
});

describe('attack 10: an owner fills the count with its subsidiaries', () => {
  const organizations = [
    { id: 'target', parentId: 'target', mass: 700 },
    ...[1, 2, 3, 4].map((n) => ({ id: `shell ${n}`, parentId: 'insider', mass: 600 + n })),
  ];
  /** Total shown of the pool; `countsOwners` false: organizations are taken for owners. */
  function shownTotal(countsOwners: boolean): bigint | null {
    const lines = organizations.map(({ id, parentId, mass }) => ({
      line: lineOf({ mass }),
      contributor: { parentId: countsOwners ? parentId : id, government: false },
    }));
    const hierarchy = hierarchyOf();
    const lots = foldLots(
      hierarchy,
      [...poolLines(lines)].map(([key, held]) => [readLotKey(key), held] as const),
    );
    const { now, fresh } = planRelease(openHistory(hierarchy), lots, DEFAULT_RULES);
    return fresh.includes(0) ? [...(now[0]?.values() ?? [])].reduce((sum, amount) => sum + amount, 0n) : null;
  }
  const ownOfInsider = 601n + 602n + 603n + 604n;

  test('[AT10] 10 four shells and a target are two owners, and nothing is shown', () => {
    expect(shownTotal(true)).toBeNull();
  });

  test('[AT10] 10 twin: with organizations taken for owners, the insider has the target to the gram', () => {
    expect((shownTotal(false) ?? 0n) - ownOfInsider).toBe(700n);
  });
});

describe('attack 12: probing where the rounding turns', () => {
  const others = { b: 1_111_111, c: 987_654, d: 876_543, e: 765_432 };
  const othersTotal = 3_740_740;
  const round3 = (value: number): number => Number(value.toPrecision(3));

  /**
   * A member edits only its own amount, slot by slot, to find the amounts between which the rounded total turns: where it turns from
   * 4,740,000 to 4,750,000 the total is 4,745,000. Answers with how many grams remain between the bounds it has of the others' total.
   */
  function probe(off: Off[]): number {
    let [low, high] = [900_000, 1_100_000];
    const books: Book[] = [{ oxide: { ...others, a: low } }];
    for (let step = 0; step < 20; step += 1) {
      const own = Math.round((low + high) / 2);
      books.push({ oxide: { ...others, a: own } });
      const sights = record(books, off);
      const seen = books.map((_, slot) => valueAt(sights, slot)).findLast((value) => value !== null) ?? 0n;
      if (round3(Number(seen)) < 4_750_000) low = own;
      else high = own;
    }
    const [from, to] = [4_745_000 - high, 4_745_000 - low];
    return from <= othersTotal && othersTotal <= to ? to - from : Number.POSITIVE_INFINITY;
  }

  test('[AT12] 12 nobody moves a total by own edits, so the edge is never found', () => {
    expect(probe([])).toBeGreaterThan(100_000);
  });

  test('[AT12] 12 twin: with the rule of changes off, 20 edits find the others to a gram or two', () => {
    expect(probe(['change', 'audit'])).toBeLessThanOrEqual(2);
  });
});
