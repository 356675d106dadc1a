/** The letter's eight criteria, the weights that people give them, and the rank that follows. Used by the mineral and partner pages, in the browser too. */
import { type Outcome, refuse } from './refusals.ts';

export const CRITERIA = [
  'importDependence',
  'concentration',
  'marketStructure',
  'nationalSecurity',
  'coercion',
  'commercialSignificance',
  'substitutability',
  'reserveSynergy',
] as const;
export type CriterionId = (typeof CRITERIA)[number];

export const CRITERION_NAME: Record<CriterionId, string> = {
  importDependence: 'Import dependence',
  concentration: 'Concentration of supply',
  marketStructure: 'Market structure',
  nationalSecurity: 'National security',
  coercion: 'Economic coercion',
  commercialSignificance: 'Commercial significance',
  substitutability: 'Substitutability',
  reserveSynergy: 'Synergy with the reserve',
};

/** One fact that a score rests on. */
export interface Evidence {
  what: string;
  /** The figure or statement as published: '> 50 %', 'ban, in force'. */
  value: string;
  /** What the letter says of the same, beside the source; null where it says nothing. */
  letter: string | null;
  /** Year, span or day that it is of; empty where the source gives none. */
  period: string;
  source: string;
  locator: string;
}

/** `score` is 0 to 100, the more the more urgent or the better a fit; null: no source says, which counts as neither good nor bad. */
export interface Scored {
  criterion: CriterionId;
  score: number | null;
  /** The score is a bound, because the figure behind it is one. */
  bound: '' | 'at least' | 'at most';
  /** One sentence: how the score follows from the evidence, or what is missing. */
  why: string;
  evidence: readonly Evidence[];
}

/** Whole numbers from 0 to 100; only their proportions matter. 0 leaves a criterion out. */
export type Weights = Readonly<Record<CriterionId, number>>;

export const EQUAL_WEIGHTS: Weights = Object.fromEntries(CRITERIA.map((id) => [id, 10])) as Record<CriterionId, number>;
export const WEIGHT_MAX = 100;

/** Weights from outside, or what is wrong with them. */
export function readWeights(given: unknown): Outcome<Weights> {
  const found = (given ?? {}) as Record<string, unknown>;
  for (const id of CRITERIA) {
    const weight = found[id];
    if (!Number.isInteger(weight) || (weight as number) < 0 || (weight as number) > WEIGHT_MAX)
      return refuse(
        'weight',
        CRITERION_NAME[id],
        `${String(weight)} is no weight`,
        `give a whole number from 0 to ${WEIGHT_MAX}`,
      );
  }
  const weights = Object.fromEntries(CRITERIA.map((id) => [id, found[id]])) as Record<CriterionId, number>;
  return CRITERIA.every((id) => weights[id] === 0)
    ? refuse('weights-zero', 'weights', 'all of them are 0', 'give at least one criterion a weight')
    : { ok: true, value: weights };
}

export const sameWeights = (a: Weights, b: Weights): boolean => CRITERIA.every((id) => a[id] === b[id]);

/** Below this part of the weights, or of the criteria that have one, what is known of a thing is too little to rank it by. */
export const KNOWN_LEAST = 0.5;

export interface Weighed {
  /** Mean of the known scores by weight, 0 to 100; null where nothing is known. */
  total: number | null;
  /** Part of the weights whose criterion has a score, 0 to 1. */
  known: number;
  /** Points of the total that each known criterion brings. They add up to the total. */
  points: Partial<Record<CriterionId, number>>;
}

/** What is unknown is left out of the mean and of its divisor: it is not a zero. */
export function weigh(scores: readonly Pick<Scored, 'criterion' | 'score'>[], weights: Weights): Weighed {
  const sum = CRITERIA.reduce((total, id) => total + weights[id], 0);
  const counted = scores.flatMap(({ criterion, score }) =>
    score === null || weights[criterion] === 0 ? [] : [{ criterion, score, weight: weights[criterion] }],
  );
  const share = counted.reduce((total, { weight }) => total + weight, 0);
  if (share === 0) return { total: null, known: 0, points: {} };
  const points = Object.fromEntries(
    counted.map(({ criterion, score, weight }) => [criterion, (score * weight) / share]),
  );
  return { total: Object.values(points).reduce((total, part) => total + part, 0), known: share / sum, points };
}

/** Of two heavy criteria alone nothing is ranked either: what is known must be half of the weights and half of the criteria that count. */
export function isKnownEnough({ known, points }: Weighed, weights: Weights): boolean {
  const counting = CRITERIA.filter((id) => weights[id] > 0).length;
  return known >= KNOWN_LEAST && Object.keys(points).length >= KNOWN_LEAST * counting;
}

export interface Ranked<T> extends Weighed {
  thing: T;
  /** From 1, equal totals share it; null where too little is known to rank. */
  place: number | null;
  /** What holds it above, and below, the average of the ranked. */
  lifts: CriterionId | null;
  holdsBack: CriterionId | null;
}

interface Rankable {
  id: string;
  /** Shown, never given a place. */
  excluded?: boolean;
  scores: readonly Pick<Scored, 'criterion' | 'score'>[];
}

/** Highest total first; those of whom too little is known come last, without a place, the best known first. */
export function rank<T extends Rankable>(things: readonly T[], weights: Weights): Ranked<T>[] {
  const weighed = things.map((thing) => ({ thing, ...weigh(thing.scores, weights) }));
  const isRanked = (one: Weighed & { thing: T }): boolean => isKnownEnough(one, weights) && !one.thing.excluded;
  const ranked = weighed
    .filter(isRanked)
    .sort((a, b) => (b.total ?? 0) - (a.total ?? 0) || (a.thing.id < b.thing.id ? -1 : 1));
  const rest = weighed
    .filter((one) => !isRanked(one))
    .sort((a, b) => b.known - a.known || (a.thing.id < b.thing.id ? -1 : 1));
  const mean = meanScores(ranked.map(({ thing }) => thing));
  return [
    ...ranked.map((one) => ({
      ...one,
      place: 1 + ranked.filter((other) => round(other.total) > round(one.total)).length,
      ...farthest(one.thing.scores, mean, weights),
    })),
    ...rest.map((one) => ({ ...one, place: null, ...farthest(one.thing.scores, mean, weights) })),
  ];
}

/** Totals that people read as equal are equal. */
const round = (total: number | null): number => Math.round((total ?? 0) * 10);

function meanScores(things: readonly Rankable[]): Map<CriterionId, number> {
  const byCriterion = Map.groupBy(
    things.flatMap(({ scores }) => scores),
    ({ criterion }) => criterion,
  );
  return new Map(
    [...byCriterion].flatMap(([criterion, scores]) => {
      const known = scores.flatMap(({ score }) => (score === null ? [] : [score]));
      return known.length === 0
        ? []
        : [[criterion, known.reduce((total, score) => total + score, 0) / known.length] as const];
    }),
  );
}

/** The criterion that is farthest above, and farthest below, the average, by weight. */
function farthest(
  scores: Rankable['scores'],
  mean: ReadonlyMap<CriterionId, number>,
  weights: Weights,
): { lifts: CriterionId | null; holdsBack: CriterionId | null } {
  const away = scores
    .flatMap(({ criterion, score }) =>
      score === null ? [] : [{ criterion, by: (score - (mean.get(criterion) ?? score)) * weights[criterion] }],
    )
    .sort((a, b) => b.by - a.by);
  const first = away[0];
  const last = away.at(-1);
  return {
    lifts: first && first.by > 0 ? first.criterion : null,
    holdsBack: last && last.by < 0 ? last.criterion : null,
  };
}

export interface Move {
  from: number | null;
  to: number | null;
  /** The one weight that, put back, undoes most of the move; null where no single one does. */
  by: CriterionId | null;
}

/** How far new weights move a thing from where `before` had it, and which weight did most of it. Null where it stays. */
export function moveOf<T extends Rankable>(
  things: readonly T[],
  id: string,
  before: Weights,
  after: Weights,
): Move | null {
  const placeWith = (weights: Weights): number | null =>
    rank(things, weights).find(({ thing }) => thing.id === id)?.place ?? null;
  const from = placeWith(before);
  const to = placeWith(after);
  if (from === to) return null;
  let by: CriterionId | null = null;
  let least = Math.abs((from ?? 0) - (to ?? 0));
  for (const criterion of CRITERIA) {
    if (before[criterion] === after[criterion]) continue;
    const place = placeWith({ ...after, [criterion]: before[criterion] });
    const away = Math.abs((from ?? 0) - (place ?? 0));
    if (away < least) {
      least = away;
      by = criterion;
    }
  }
  return { from, to, by };
}
