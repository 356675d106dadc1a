/**
 * The attacker's report: for each other company and each of its numbers, the tightest interval that follows from everything a coalition received
 * and what it knows of itself. It is better off than any real one: it is told who changed in which slot, only not by how much.
 */
import { Simplex, type Sum } from './simplex.ts';

/** A number as it was seen: which amounts it adds up, and between which values it lies (equal where it was not rounded). */
export interface Sight {
  /** Says which numbers follow one another: 'yttrium|||all'. */
  cell: string;
  unknowns: readonly { owner: string; name: string }[];
  low: number;
  high: number;
}

export interface Interval {
  coalition: readonly string[];
  owner: string;
  /** 'amount' in a cell, or 'change' of it between two sights of the cell. */
  kind: 'amount' | 'change';
  cell: string;
  low: number;
  high: number;
  /** The amounts that it adds up, and those that it takes away. */
  plus: readonly string[];
  minus: readonly string[];
}

/** `amountOf`: what the coalition knows of its own amounts. */
export function* intervalsOf(
  sights: readonly Sight[],
  coalition: readonly string[],
  amountOf: (owner: string, name: string) => number,
): Generator<Interval> {
  const numbers = new Map<string, number>();
  const indexOf = (owner: string, name: string): number => {
    const key = `${owner}/${name}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
  const sums = sights.map(({ unknowns, low, high }): Sum => {
    const isOwn = ({ owner }: { owner: string }) => coalition.includes(owner);
    const own = unknowns.filter(isOwn).reduce((sum, { owner, name }) => sum + amountOf(owner, name), 0);
    const terms = unknowns.filter((one) => !isOwn(one)).map(({ owner, name }) => [indexOf(owner, name), 1] as const);
    return { terms, low: low - own, high: high - own };
  });
  const program = new Simplex(numbers.size, sums);
  if (!program.isPossible) throw new Error('what was seen does not add up');
  const terms = (owner: string, names: readonly string[], factor: number) =>
    names.map((name) => [indexOf(owner, name), factor] as const);
  for (const { owner, cell, kind, plus, minus } of questionsOf(sights, coalition)) {
    const asked = [...terms(owner, plus, 1), ...terms(owner, minus, -1)];
    yield { coalition, owner, kind, cell, plus, minus, low: program.least(asked), high: program.most(asked) };
  }
}

type Question = Pick<Interval, 'owner' | 'kind' | 'cell' | 'plus' | 'minus'>;

/** Each other owner's part of each number seen, and each difference of two of its parts of one cell. */
function questionsOf(sights: readonly Sight[], coalition: readonly string[]): Question[] {
  const asked = new Map<string, Question>();
  const ask = (question: Question) => asked.set(JSON.stringify({ ...question, cell: '' }), question);
  const past = new Map<string, string[][]>();
  const owners = new Set(sights.flatMap(({ unknowns }) => unknowns.map(({ owner }) => owner)));
  for (const { cell, unknowns } of sights)
    for (const owner of owners) {
      if (coalition.includes(owner)) continue;
      const names = unknowns.filter((one) => one.owner === owner).map(({ name }) => name);
      const earlier = past.get(`${cell}/${owner}`) ?? [];
      past.set(`${cell}/${owner}`, [...earlier, names]);
      if (names.length > 0) ask({ owner, cell, kind: 'amount', plus: names, minus: [] });
      for (const before of earlier) {
        const plus = names.filter((name) => !before.includes(name));
        const minus = before.filter((name) => !names.includes(name));
        if (plus.length > 0 && minus.length > 0) ask({ owner, cell, kind: 'change', plus, minus });
      }
    }
  return [...asked.values()];
}

/** An interval narrower than this share of the true number gives it away. */
export const RECOVERED = 0.2;

export interface Worst {
  /** Width of the interval by the true number; 0 is exact, Infinity where nothing follows. */
  width: number;
  interval: Interval | null;
  /** Numbers given away, over all coalitions; a number that several coalitions have counts once. */
  recovered: number;
  asked: number;
}

export const pairsOf = (owners: readonly string[]): string[][] =>
  owners.flatMap((one, i) => owners.slice(i + 1).map((other) => [one, other]));

const ownersOf = (sights: readonly Sight[]): string[] => [
  ...new Set(sights.flatMap(({ unknowns }) => unknowns.map(({ owner }) => owner))),
];

interface Options {
  coalitions?: readonly (readonly string[])[];
  /** Ends the search early. */
  isEnough?: (width: number) => boolean;
}

/** Over all coalitions of two. `amountOf` is the truth, which the coalition uses for its own amounts and we to judge its intervals. */
export function worstOf(
  sights: readonly Sight[],
  amountOf: (owner: string, name: string) => number,
  { coalitions = pairsOf(ownersOf(sights)), isEnough = () => false }: Options = {},
): Worst {
  let worst: Omit<Worst, 'recovered' | 'asked'> = { width: Number.POSITIVE_INFINITY, interval: null };
  const [asked, recovered] = [new Set<string>(), new Set<string>()];
  for (const coalition of coalitions)
    for (const interval of intervalsOf(sights, coalition, amountOf)) {
      const { owner, plus, minus } = interval;
      const sum = (names: readonly string[]) => names.reduce((total, name) => total + amountOf(owner, name), 0);
      const truth = Math.abs(sum(plus) - sum(minus));
      const width = (interval.high - interval.low) / Math.max(truth, Number.MIN_VALUE);
      const number = JSON.stringify([owner, plus, minus]);
      asked.add(number);
      if (width < RECOVERED) recovered.add(number);
      if (width < worst.width) worst = { width, interval };
      if (isEnough(worst.width)) return { ...worst, recovered: recovered.size, asked: asked.size };
    }
  return { ...worst, recovered: recovered.size, asked: asked.size };
}
