/** A catalogue of one mineral with two families, and short ways to write down who adds what to a pool. Used by the tests of pooling and release. */
import { type Catalogue, indexCatalogue } from '#domain/catalogue.ts';
import { DEFAULT_RULES, type PoolRules } from '#domain/disclosure.ts';
import type { GradeClass } from '#domain/grades.ts';
import type { Lot, PooledLine } from '#domain/pooling.ts';
import type { Quarter } from '#domain/quarters.ts';
import { type MineralHistory, openHistory, planRelease, remember, TESTS, type Tests } from '#domain/release.ts';
import { declareCells, type FoldedLots, foldLots, type Hierarchy } from '#domain/release-cells.ts';
import { grams } from '#domain/units.ts';
import { protectionOf } from '#server/pool/drawn-rules.ts';

const form = (id: string, family: string, formula: string | null, purityPct: number) => ({
  id,
  mineral: 'yttrium',
  family,
  name: id,
  formula,
  assay: null,
  purityPct,
  tradeUnit: 'kg',
  source: 'test',
});

export const CATALOGUE: Catalogue = indexCatalogue({
  version: 'test',
  elements: [
    { symbol: 'Y', weight: '88.906' },
    { symbol: 'O', weight: '15.999' },
  ],
  minerals: [
    {
      id: 'yttrium',
      name: 'Yttrium',
      symbol: 'Y',
      group: 'test',
      isGroup: false,
      element: 'Y',
      basis: 'Y2O3',
      unit: 'kg',
      constituent: null,
      worldProductionT: null,
    },
  ],
  families: [
    { id: 'oxide', mineral: 'yttrium', name: 'oxide' },
    { id: 'metal', mineral: 'yttrium', name: 'metal' },
  ],
  forms: [
    form('oxide-3n', 'oxide', 'Y2O3', 99.9),
    form('oxide-5n', 'oxide', 'Y2O3', 99.999),
    form('metal-3n', 'metal', null, 99.9),
  ],
  units: [
    { id: 'kg', title: 'kilogram', otherNames: [], counts: 'product', kg: '1' },
    { id: 't', title: 'tonne', otherNames: [], counts: 'product', kg: '1000' },
  ],
  countries: [],
});

export const TERMS = { minerals: ['yttrium'], deliveryFrom: 2027, deliveryTo: 2027 };

export function hierarchyOf(terms: typeof TERMS = TERMS): Hierarchy {
  const [hierarchy] = declareCells(terms, CATALOGUE);
  if (!hierarchy) throw new Error('the pool declares a mineral');
  return hierarchy;
}

export const lineOf = (part: Partial<PooledLine> & { mass: number; from?: Quarter; to?: Quarter }): PooledLine => ({
  mineral: part.mineral ?? 'yttrium',
  family: part.family ?? 'oxide',
  gradeClass: part.gradeClass ?? 'any',
  grams: grams(part.mass),
  window: part.window ?? { from: part.from ?? '2027-Q1', to: part.to ?? '2027-Q4' },
  commitment: part.commitment ?? 'indicative',
});

/** Grams by owner, by place: 'oxide 5N firm', 'metal'. What is not said is grade 'any', year 2027 and not firm. */
export type Book = Record<string, Record<string, number>>;

export function lotOf(place: string): Lot {
  const words = place.split(' ');
  return {
    mineral: 'yttrium',
    family: words[0] ?? 'oxide',
    grade: (words.find((word) => /^\dN$/.test(word)) ?? 'any') as GradeClass,
    year: Number(words.find((word) => /^\d{4}$/.test(word)) ?? 2027),
    firm: words.includes('firm'),
  };
}

export const folded = (hierarchy: Hierarchy, book: Book): FoldedLots =>
  foldLots(
    hierarchy,
    Object.entries(book).map(([place, amounts]) => {
      const held = Object.entries(amounts).filter(([, amount]) => amount > 0);
      return [lotOf(place), new Map(held.map(([owner, amount]) => [owner, BigInt(amount)]))];
    }),
  );

/** What viewers of one pool get over a round: each slot's book is published as the rules (and the tests given) let it. */
export class SmallRound {
  readonly hierarchy: Hierarchy;
  readonly history: MineralHistory;
  readonly rules: PoolRules;
  private readonly tests: Tests;

  /** `secret`: draws the percentages, as a real pool does; sharp ones without it. */
  constructor(
    options: { rules?: PoolRules; secret?: string; tests?: (standing: Tests) => Tests; terms?: typeof TERMS } = {},
  ) {
    this.hierarchy = hierarchyOf(options.terms);
    this.history = openHistory(this.hierarchy);
    const rules = options.rules ?? DEFAULT_RULES;
    this.rules =
      options.secret === undefined ? rules : protectionOf(rules, options.secret, 'yttrium', this.history.owners.names);
    this.tests = options.tests?.(TESTS) ?? TESTS;
  }

  /** Answers with the ids of the cells that got a new value, without the mineral. */
  slot(book: Book, isLast = false): string[] {
    const lots = folded(this.hierarchy, book);
    const plan = planRelease(this.history, lots, this.rules, this.tests, isLast);
    remember(this.history, plan.lots, plan.fresh);
    return plan.fresh.map((cell) => (this.hierarchy.cells[cell]?.id ?? '').replace('yttrium|', ''));
  }

  /** The exact number that the cell shows; null where it is empty. */
  shown(id: string): bigint | null {
    const cell = this.hierarchy.cells.findIndex((candidate) => candidate.id === `yttrium|${id}`);
    const last = this.history.shown[cell]?.at(-1);
    return last ? [...last.values()].reduce((total, amount) => total + amount, 0n) : null;
  }
}
