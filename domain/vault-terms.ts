/** Terms on which companies take part in the reserve. No official rules are public: they are this program's own, set by its officials. Used by the reserve's page, its targets and the record. */
import { accept, type Outcome, refuse } from './refusals.ts';
import type { CarryingRates } from './reserve-figures.ts';

export const PRICE_RULE_CHARS_MAX = 300;
export const REPLENISH_DAYS_MAX = 3660;

/** Percentages of 0 to 100 with two decimals at most. Null or an empty text: the program has not decided. */
export interface VaultTerms {
  /** Of what a company commits to buy: what it is entitled to draw. */
  entitlementPct: number | null;
  /** How the inventory price is set. */
  priceRule: string;
  /** Paid once, of the value at the inventory price. */
  upfrontPct: number | null;
  /** Each a year, of the value at the inventory price. */
  financingPct: number | null;
  insurancePct: number | null;
  handlingPct: number | null;
  /** Of an entitlement, at most at a time. */
  drawdownPct: number | null;
  /** Days from the release to the replenishment. */
  replenishDays: number | null;
  /** The same amount is bought back at the same price. */
  buyBack: boolean | null;
}

export type TermName = keyof VaultTerms;

export const NO_TERMS: VaultTerms = {
  entitlementPct: null,
  priceRule: '',
  upfrontPct: null,
  financingPct: null,
  insurancePct: null,
  handlingPct: null,
  drawdownPct: null,
  replenishDays: null,
  buyBack: null,
};

export const TERM_NAMES = Object.keys(NO_TERMS) as TermName[];

export const TERM_TITLE: Record<TermName, string> = {
  entitlementPct: 'Entitlement',
  priceRule: 'Inventory price',
  upfrontPct: 'Upfront fee',
  financingPct: 'Financing',
  insurancePct: 'Insurance',
  handlingPct: 'Assay, handling, losses',
  drawdownPct: 'Drawdown',
  replenishDays: 'Replenishment',
  buyBack: 'Buy-back',
};

/** What a number is of. */
export const TERM_BASIS: Record<TermName, string> = {
  entitlementPct: 'of what a company commits to buy',
  priceRule: '',
  upfrontPct: 'of the value at the inventory price, once',
  financingPct: 'of the value, a year',
  insurancePct: 'of the value, a year',
  handlingPct: 'of the value, a year',
  drawdownPct: 'of an entitlement at a time, at most',
  replenishDays: 'after the release',
  buyBack: '',
};

/** '2.5 %', '180 days', 'same amount at the same price'; null where nothing is decided. */
export function termText(name: TermName, value: VaultTerms[TermName]): string | null {
  if (value === null || value === '') return null;
  if (typeof value === 'boolean') return value ? 'same amount at the same price' : 'none';
  if (typeof value === 'string') return value;
  return name === 'replenishDays' ? `${value} ${value === 1 ? 'day' : 'days'}` : `${value} %`;
}

export interface TermChange {
  term: TermName;
  from: VaultTerms[TermName];
  to: VaultTerms[TermName];
}

/** What differs, in the order of the page; or why nothing may be stored. `after`: the version that the official looked at. */
export function changeTerms(
  stored: { version: number; terms: VaultTerms },
  wanted: { after: number; terms: VaultTerms },
): Outcome<TermChange[]> {
  if (stored.version !== wanted.after)
    return refuse('stale', 'terms', 'somebody has changed them meanwhile', 'look at the newest ones and decide anew');
  const changes = TERM_NAMES.filter((term) => stored.terms[term] !== wanted.terms[term]).map((term) => ({
    term,
    from: stored.terms[term],
    to: wanted.terms[term],
  }));
  return changes.length === 0
    ? refuse('no-change', 'terms', 'all of them are as they were', 'change one, or go back')
    : accept(changes);
}

/** Null while one of the three is undecided: a sum of the others would read as all that holding costs. Whoever pays none states 0. */
export function ratesOf({ financingPct, insurancePct, handlingPct }: VaultTerms): CarryingRates | null {
  if (financingPct === null || insurancePct === null || handlingPct === null) return null;
  return { financingPct, insurancePct, handlingPct };
}
