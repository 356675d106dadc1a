/**
 * What of a match may be told to whom, by the rule that also decides on totals: groups of lines are told apart only where that gives no
 * company away. Used by match-report, the only exit of a result.
 */
import { differenceOf, mayDiffer, mayShow, type PoolRules } from './disclosure.ts';
import { type LineResult, type MineralResult, type OrderResult, parentOf } from './match-result.ts';
import { type ToldLot, whyUnmet } from './match-words.ts';

export interface Protection {
  /** Of the match's round. Null: they cannot be read, and nothing is told. */
  rules: PoolRules | null;
  /** Organizations of government: what they buy hides no company. */
  government: ReadonlySet<string>;
}

/** Kilograms or grams of one line; only their proportions matter to the rule. */
type Amount = (line: LineResult) => number;

const isCompany = (line: LineResult, { government }: Protection): boolean =>
  line.organizationId !== null && !government.has(line.organizationId);

/** Added up by ultimate owner, government apart. */
function byOwner(lines: readonly LineResult[], amount: Amount, protection: Protection): Map<string, bigint> {
  const owners = new Map<string, bigint>();
  for (const line of lines) {
    const part = BigInt(amount(line));
    if (part === 0n || !isCompany(line, protection)) continue;
    owners.set(parentOf(line), (owners.get(parentOf(line)) ?? 0n) + part);
  }
  return owners;
}

/** May the sum of these lines be told? */
export const mayTell = (lines: readonly LineResult[], amount: Amount, protection: Protection): boolean =>
  protection.rules !== null && mayShow(byOwner(lines, amount, protection), protection.rules);

export const asked: Amount = (line) => line.askedKg;

/** Kilograms that a line receives of an offer, in all or in some quarters. */
export const receivedOf =
  (offerRow: string, isIn: (quarter: number) => boolean = () => true): Amount =>
  (line) =>
    line.parts.reduce((kg, part) => kg + (part.offerRow === offerRow && isIn(part.quarter) ? part.kg : 0), 0);

/** A line that is met in whole kilograms misses nothing. */
export function missingGrams(line: LineResult): number {
  if (line.reason.code === 'underOneKilogram') return line.grams;
  return (line.askedKg - line.awardedKg) * 1000;
}

const groupsOf = (lines: readonly LineResult[], keyOf: (line: LineResult) => object): LineResult[][] => [
  ...Map.groupBy(lines, (line) => JSON.stringify(keyOf(line))).values(),
];
const yearFrom = (quarter: number): number => quarter - (quarter % 4);
const yearTo = (quarter: number): number => yearFrom(quarter) + 3;

/** Missing mass of lines that are told as one. What is null was merged. */
export interface UnmetGroup {
  rank: number | null;
  form: string | null;
  gradeClass: string | null;
  window: { from: number; to: number } | null;
  /** Sentences, each once. */
  reasons: string[];
  /** Null: withheld. */
  grams: number | null;
  isCompanies: boolean;
  lines: readonly LineResult[];
}

type Described = Omit<UnmetGroup, 'grams' | 'isCompanies' | 'lines'>;

const exactly = ({ rank, form, gradeClass, from, to, reason }: LineResult): Described => ({
  rank,
  form,
  gradeClass,
  window: { from, to },
  reasons: [whyUnmet(reason)],
});
const inYears = ({ from, to }: LineResult) => ({ from: yearFrom(from), to: yearTo(to) });

/** From the finest that is told to the coarsest: grade classes are merged, then periods to years, then forms. */
const COARSER: readonly ((line: LineResult) => Described)[] = [
  exactly,
  (line) => ({ ...exactly(line), gradeClass: null }),
  (line) => ({ ...exactly(line), gradeClass: null, window: inYears(line) }),
  (line) => ({ ...exactly(line), gradeClass: null, window: inYears(line), form: null }),
];
/** What nothing but its reasons is told of, and how much it is where that passes. */
const rest = (lines: readonly LineResult[]): Described => ({
  rank: null,
  form: null,
  gradeClass: null,
  window: null,
  reasons: [...new Set(lines.map((line) => whyUnmet(line.reason)))].sort(),
});

/**
 * What stays unmet of a mineral, for readers who see no single line: each group passes the rule; what passes at no step is one rest, and
 * groups join it until it passes too, so that it does not follow from the others. Government's own lines are told as they are.
 */
export function unmetGroups(mineral: MineralResult, protection: Protection): UnmetGroup[] {
  const lines = mineral.lines.filter((line) => line.rank !== null && missingGrams(line) > 0);
  const own = lines.filter((line) => !isCompany(line, protection));
  const passes = (group: LineResult[]): boolean => mayTell(group, missingGrams, protection);
  const told: { described: Described; lines: LineResult[] }[] = [];
  let left = lines.filter((line) => isCompany(line, protection));
  for (const describe of COARSER) {
    const failed: LineResult[] = [];
    for (const group of groupsOf(left, describe)) {
      const [first] = group;
      if (first && passes(group)) told.push({ described: describe(first), lines: group });
      else failed.push(...group);
    }
    left = failed;
  }
  while (left.length > 0 && !passes(left)) {
    const joins = told.pop();
    if (!joins) break;
    left.push(...joins.lines);
  }
  const grams = (group: readonly LineResult[]): number => group.reduce((sum, line) => sum + missingGrams(line), 0);
  return [
    ...told.map((group) => ({ ...group.described, grams: grams(group.lines), isCompanies: true, lines: group.lines })),
    ...groupsOf(own, exactly).flatMap((group) =>
      group[0] ? [{ ...exactly(group[0]), grams: grams(group), isCompanies: false, lines: group }] : [],
    ),
    ...(left.length > 0
      ? [{ ...rest(left), grams: passes(left) ? grams(left) : null, isCompanies: true, lines: left }]
      : []),
  ];
}

/** The companies behind each group of `unmetGroups` whose grams are told; null is the rank of what was merged over ranks. */
export function toldUnmet(
  mineral: MineralResult,
  protection: Protection,
): { rank: number | null; owners: ReadonlyMap<string, bigint> }[] {
  return unmetGroups(mineral, protection).flatMap(({ rank, grams, isCompanies, lines }) =>
    grams === null || !isCompanies ? [] : [{ rank, owners: byOwner(lines, missingGrams, protection) }],
  );
}

/**
 * An order's deliveries by quarter where the pool's pass in each, else by year, else as one, because the order as a whole is what officials
 * decide on. The reserve's are merged alike: what a quarter holds less what the reserve takes of it would be the pool's.
 */
export function toldLots(mineral: MineralResult, order: OrderResult, protection: Protection): ToldLot[] {
  const merged = (keyOf: (quarter: number) => number, from: typeof yearFrom, to: typeof yearTo): ToldLot[] =>
    [...Map.groupBy(order.lots, ({ quarter, sink }) => `${keyOf(quarter)}/${sink}`).values()].map((group) => ({
      from: from(Math.min(...group.map(({ quarter }) => quarter))),
      to: to(Math.max(...group.map(({ quarter }) => quarter))),
      sink: group[0]?.sink ?? 'pool',
      kg: group.reduce((kg, lot) => kg + lot.kg, 0),
    }));
  const same = (quarter: number): number => quarter;
  const steps = [merged(same, same, same), merged(yearFrom, yearFrom, yearTo), merged(() => 0, yearFrom, yearTo)];
  const passes = ({ from, to, sink }: ToldLot): boolean =>
    sink === 'reserve' ||
    mayTell(
      mineral.lines,
      receivedOf(order.offerRow, (quarter) => quarter >= from && quarter <= to),
      protection,
    );
  const told = steps.find((lots) => lots.every(passes)) ?? steps.at(-1) ?? [];
  return told.toSorted((a, b) => a.from - b.from || (a.sink < b.sink ? -1 : 1));
}

/** Number of a period that a quarter falls into. */
export type PeriodOf = (quarter: number) => number;
const WHOLE: PeriodOf = () => 0;
const PERIODS: readonly PeriodOf[] = [(quarter) => quarter, (quarter) => Math.floor(quarter / 4), WHOLE];

/**
 * The finest periods by which a buyer may read its deliveries: quarters, years, or its whole period. Where a period is full, what others take in
 * it and not in another shows in the own ones, so each has to pass, and each difference of two; a kilogram is what whole kilograms leave over.
 */
export function deliveryPeriods(mineral: MineralResult, order: OrderResult, protection: Protection): PeriodOf {
  const { rules } = protection;
  const forPool = order.lots.filter(({ sink }) => sink === 'pool');
  const passes = (periodOf: PeriodOf): boolean => {
    const periods = [...new Set(forPool.map(({ quarter }) => periodOf(quarter)))].map((period) =>
      byOwner(
        mineral.lines,
        receivedOf(order.offerRow, (quarter) => periodOf(quarter) === period),
        protection,
      ),
    );
    return periods.every(
      (one, i) => rules !== null && mayShow(one, rules) && periods.slice(i + 1).every(isFarFrom(one)),
    );
  };
  const isFarFrom = (one: Map<string, bigint>) => (other: Map<string, bigint>) => {
    const differs = [...differenceOf(one, other)].filter(([, kg]) => kg < -1n || kg > 1n);
    return rules !== null && mayDiffer(new Map(differs), rules);
  };
  return PERIODS.find(passes) ?? WHOLE;
}

/** By priority where each of the pool's priorities passes; else the pool as one, which has the rank 'pool'. */
export function toldServed(
  mineral: MineralResult,
  order: OrderResult,
  isPool: (rank: number | null) => boolean,
  protection: Protection,
): { rank: number | null | 'pool'; kg: number }[] {
  const ofPool = order.served.filter(({ rank }) => isPool(rank));
  const received = receivedOf(order.offerRow);
  const passes = ofPool.every(({ rank }) =>
    mayTell(
      mineral.lines.filter((line) => line.rank === rank),
      received,
      protection,
    ),
  );
  if (passes) return order.served;
  return [
    { rank: 'pool', kg: ofPool.reduce((kg, entry) => kg + entry.kg, 0) },
    ...order.served.filter(({ rank }) => !isPool(rank)),
  ];
}

/**
 * The level to which the uniform rule cut the buyers of a priority. Null unless they were all cut to the same one, are enough that it is
 * nobody's own number, and those who were not cut are nobody or enough as well: the level, taken from a sum, would tell what they got.
 */
export function levelKg(mineral: MineralResult, rank: number, protection: Protection): number | null {
  const lines = mineral.lines.filter((line) => line.rank === rank && isCompany(line, protection));
  const buyers = [...Map.groupBy(lines, parentOf).values()];
  const awarded: Amount = (line) => line.awardedKg;
  const isCut = (buyer: LineResult[]): boolean => buyer.some((line) => line.reason.code === 'capacity');
  const cut = buyers.filter(isCut);
  const levels = cut.map((buyer) => buyer.reduce((kg, line) => kg + line.awardedKg, 0));
  const highest = Math.max(0, ...levels);
  // One kilogram apart is the lottery of what cannot be divided.
  if (highest === 0 || Math.min(...levels) < highest - 1) return null;
  const met = buyers.filter((buyer) => !isCut(buyer)).flat();
  const isNobody = met.every((line) => line.awardedKg === 0);
  return mayTell(cut.flat(), awarded, protection) && (isNobody || mayTell(met, awarded, protection)) ? highest : null;
}
