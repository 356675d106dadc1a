/**
 * Which figures of scenarios may be told. One total of a scenario may be harmless, and its difference from the match, or from another scenario,
 * one company's line: each figure passes the rule for totals by itself, and the rule of differences against every figure of its kind that was
 * told in the round before. Nothing and too little look alike, so that no threshold can be searched for. Used by match-report.
 */
import { combine, differenceOf, mayDiffer, mayShow, type PoolRules } from './disclosure.ts';
import { type Protection, toldUnmet } from './match-disclosure.ts';
import { RANKS } from './match-model.ts';
import type { MineralResult } from './match-result.ts';
import { type Exact, exactOf, type Shares, vectorOf } from './match-shares.ts';

/** The rules as single tests, so that a control can switch one off. */
export interface TellingTests {
  mayShow: typeof mayShow;
  mayDiffer: typeof mayDiffer;
}
export const TELLING: TellingTests = { mayShow, mayDiffer };

/** Which figures of a mineral under a shock are told. */
export interface Told {
  /** Ranks of the pool one by one, together, or not at all. */
  unmet: 'ranks' | 'pool' | null;
  reserve: boolean;
  cost: boolean;
  hhi: boolean;
}

type Vector = ReadonlyMap<string, bigint>;

/** More different answers of one kind than these are not told: each is held against all before it. */
const REMEMBERED_MAX = 600;

/** What has been told in a round so far. Decisions depend on their order, so they are made once and stored. */
export class Telling {
  private readonly told = new Map<string, Map<string, Vector>>();
  private readonly rules: PoolRules | null;
  private readonly government: ReadonlySet<string>;
  private readonly tests: TellingTests;

  constructor({ rules, government }: Protection, tests: TellingTests = TELLING) {
    this.rules = rules;
    this.government = government;
    this.tests = tests;
  }

  /** What the report of a match tells of a mineral: costs and kilograms by its orders, unmet lines by its groups. */
  knows(result: MineralResult): void {
    const { mineral } = result;
    const exact = exactOf(result, this.government);
    this.remember(`${mineral}/cost`, vectorOf(exact.cost));
    this.remember(`${mineral}/served`, vectorOf(exact.served));
    for (const [country, shares] of Object.entries(exact.origins))
      this.remember(`${mineral}/from/${country}`, vectorOf(shares));
    if (this.rules === null) return;
    const groups = toldUnmet(result, { rules: this.rules, government: this.government });
    for (const rank of poolRanks(exact))
      this.remember(
        `${mineral}/rank/${rank}`,
        together(groups.filter((group) => group.rank === rank).map(({ owners }) => owners)),
      );
    this.remember(`${mineral}/pool`, together(groups.flatMap(({ rank, owners }) => (rank === null ? [] : [owners]))));
    this.remember(`${mineral}/pool`, together(groups.map(({ owners }) => owners)));
  }

  /** Remembers what was decided before. */
  recall(mineral: string, exact: Exact, told: Told): void {
    for (const { key, vector } of figuresOf(mineral, exact, told)) this.remember(key, vector);
  }

  /** Decides, and remembers what it lets through. */
  decide(mineral: string, exact: Exact): Told {
    const passes = (told: Partial<Told>, mustShow: boolean): boolean =>
      figuresOf(mineral, exact, { ...NOTHING, ...told }).every((figure) => this.may(figure, mustShow));
    const isShort = exact.unmet.some(({ shares }) => Object.keys(shares).length > 0);
    const told: Told = {
      unmet: !isShort
        ? null
        : passes({ unmet: 'ranks' }, true)
          ? 'ranks'
          : passes({ unmet: 'pool' }, true)
            ? 'pool'
            : null,
      reserve: passes({ reserve: true }, false),
      cost: passes({ cost: true }, true),
      hhi: passes({ hhi: true }, false),
    };
    this.recall(mineral, exact, told);
    return told;
  }

  private may({ key, vector }: Figure, mustShow: boolean): boolean {
    const { rules } = this;
    const before = this.told.get(key) ?? NONE;
    if (rules === null || before.size >= REMEMBERED_MAX) return false;
    // What was told already, to the gram, tells nothing when it is told again.
    if (before.has(nameOf(vector))) return true;
    if (mustShow && !this.tests.mayShow(vector, rules)) return false;
    return [...before.values()].every((other) => this.tests.mayDiffer(differenceOf(vector, other), rules));
  }

  private remember(key: string, vector: Vector): void {
    const known = this.told.get(key) ?? new Map<string, Vector>();
    known.set(nameOf(vector), vector);
    this.told.set(key, known);
  }
}

const NONE: ReadonlyMap<string, Vector> = new Map();
const NOTHING: Told = { unmet: null, reserve: false, cost: false, hhi: false };

interface Figure {
  key: string;
  vector: Vector;
}

/** The sums of companies' lines from which the told figures follow. */
function figuresOf(mineral: string, exact: Exact, told: Told): Figure[] {
  const figure = (kind: string, shares: Shares): Figure => ({ key: `${mineral}/${kind}`, vector: vectorOf(shares) });
  const ranks = exact.unmet.map(({ rank, shares }) => figure(`rank/${rank}`, shares));
  const pool: Figure = { key: `${mineral}/pool`, vector: together(ranks.map(({ vector }) => vector)) };
  return [
    // Told one by one, ranks tell their sum, too.
    ...(told.unmet === 'ranks' ? ranks.filter(({ vector }) => vector.size > 0) : []),
    ...(told.unmet === null ? [] : [pool]),
    // What the reserve is short of is what the pool took of the same offers.
    ...(told.reserve ? [figure('served', exact.served)] : []),
    ...(told.cost ? [figure('cost', exact.cost)] : []),
    ...(told.hhi ? Object.entries(exact.origins).map(([country, shares]) => figure(`from/${country}`, shares)) : []),
  ];
}

const poolRanks = (exact: Exact): number[] =>
  exact.unmet.flatMap(({ rank }) => (RANKS[rank]?.sink === 'pool' ? [rank] : []));

const together = (vectors: readonly Vector[]): Vector => combine(vectors.map((vector) => [1n, vector] as const));

const nameOf = (vector: Vector): string =>
  [...vector]
    .map(([owner, amount]) => `${owner}:${amount}`)
    .sort()
    .join();
