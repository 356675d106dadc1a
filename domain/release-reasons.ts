/** Why each cell of a decision shows what it shows: for the pool's administrator, who may read exact totals. Used by server/pool/exact. */
import { mayShow, ownersMin, type Protection } from './disclosure.ts';
import { areSame, minusAmounts, type OwnerAmounts } from './owner-amounts.ts';
import type { MineralHistory, Plan } from './release.ts';
import { isFirm, wholeOf } from './release-cells.ts';

export const RULES_OF_CELLS = [
  /** Nobody asks for anything there, and nothing is shown. */
  'nothing',
  /** It shows what is there now. */
  'current',
  /** It passes: shown from the next slot on. */
  'passes',
  /** It shows nothing: only the last release decides on merged years. */
  'merged',
  /** An earlier round showed it; in this one it comes back once all numbers of that round do. */
  'earlierRound',
  /** The pool's rules cannot be read. */
  'unreadable',
  /** Owners with something in it. */
  'owners',
  /** What hides the largest owner, in percent of it; and the same with a limit that was drawn. */
  'dominance',
  'dominanceDrawn',
  /** The strict profile: the largest owner's percentage of the total; and the same with a limit that was drawn. */
  'quarter',
  'quarterDrawn',
  /** More than can be added up exactly. */
  'inexact',
  /** The whole that it is a part of shows nothing. */
  'whole',
  /** Owners that changed since another number was shown, and what hides the largest change. */
  'changers',
  'changeDominance',
  'changeDominanceDrawn',
  'changeInexact',
  /** What would be left of a whole. */
  'rest',
  /** A combination of all numbers shown. */
  'audit',
  /** More was shown than can be audited. */
  'tooLarge',
] as const;

export interface Reason {
  rule: (typeof RULES_OF_CELLS)[number];
  /** Owners, or percent, by the rule. */
  has?: number;
  needs?: number;
  /** Index of the cell that it is held for: its whole, or one shown before. */
  beside?: number;
}

/** One for each cell of the mineral. `plan` was made from this history and these rules. */
export function reasonsOf(history: MineralHistory, plan: Plan, rules: Protection, isLast: boolean): Reason[] {
  const fresh = new Set(plan.fresh);
  return plan.now.map((amounts, cell) => reasonOf({ history, plan, fresh, rules, isLast }, amounts, cell));
}

interface Decided {
  history: MineralHistory;
  plan: Plan;
  fresh: ReadonlySet<number>;
  rules: Protection;
  isLast: boolean;
}

function reasonOf({ history, plan, fresh, rules, isLast }: Decided, amounts: OwnerAmounts, cell: number): Reason {
  const shownOf = (other: number): readonly OwnerAmounts[] => history.shown[other] ?? [];
  const isShown = (other: number): boolean => fresh.has(other) || shownOf(other).length > 0;
  const last = shownOf(cell).at(-1);
  if (last && areSame(last, amounts)) return { rule: 'current' };
  if (fresh.has(cell)) return { rule: isLast ? 'current' : 'passes' };
  if (amounts.size === 0 && shownOf(cell).length === 0) return { rule: 'nothing' };
  if (history.hierarchy.merged.has(cell) && !isLast) return { rule: 'merged' };
  if (!history.log) return { rule: 'tooLarge' };
  if (!mayShow(amounts, rules)) return totalReason(amounts, rules);
  const above = history.hierarchy.above[cell] ?? null;
  if (above !== null && !isShown(above)) return { rule: 'whole', beside: above };
  if (isFirm(cell) && !isShown(wholeOf(cell))) return { rule: 'whole', beside: wholeOf(cell) };
  for (const beside of history.relatives[cell] ?? [])
    for (const shown of shownOf(beside)) {
      const why = changeReason(minusAmounts(amounts, shown), rules);
      if (why) return { ...why, beside };
    }
  return givenUpReason(history, plan, cell);
}

function givenUpReason({ margins }: MineralHistory, { givenUp }: Plan, cell: number): Reason {
  const why = givenUp.get(cell);
  if (!why) throw new Error('a cell that passes alone is shown, or given up for something');
  if (why.rule !== 'margin') return why;
  const beside = margins[why.margin]?.cells[0];
  return { rule: 'rest', ...(beside !== undefined && { beside }) };
}

/** Of a total that may not be shown. */
function totalReason(amounts: OwnerAmounts, rules: Protection): Reason {
  const spread = amounts.spread(rules.coalition + 1);
  if (!spread) return { rule: 'inexact' };
  if (spread.count < rules.contributorsMin) return { rule: 'owners', has: spread.count, needs: rules.contributorsMin };
  const withoutQuarter = { ...rules, strict: false };
  if (!mayShow(amounts, withoutQuarter)) {
    const rule = mayShow(amounts, sharp(withoutQuarter)) ? 'dominanceDrawn' : 'dominance';
    return { rule, has: percentOf(spread.hiding, spread.largest), needs: rules.dominancePct };
  }
  const rule = mayShow(amounts, sharp(rules)) ? 'quarterDrawn' : 'quarter';
  return { rule, has: sharePct(spread.largest, spread.total), needs: 25 };
}

/** Null where a number may be shown to people who know another one that differs from it by this. */
function changeReason(difference: OwnerAmounts, rules: Protection): Reason | null {
  const changersMin = Math.max(rules.changersMin, ownersMin(rules));
  const spread = difference.spread(rules.coalition + 1);
  if (!spread) return { rule: 'changeInexact' };
  if (spread.count === 0) return null;
  if (spread.count < changersMin) return { rule: 'changers', has: spread.count, needs: changersMin };
  // The rule of changes asks for the percentage alone, as that of totals does without a least number of owners.
  const asTotal = { ...rules, contributorsMin: 0, strict: false };
  if (mayShow(difference, asTotal)) return null;
  const rule = mayShow(difference, sharp(asTotal)) ? 'changeDominanceDrawn' : 'changeDominance';
  return { rule, has: percentOf(spread.hiding, spread.largest), needs: rules.dominancePct };
}

/** By the pool's own limits, not those drawn in secret. */
const sharp = ({ permilleFor: _, totalPermilleFor: __, ...rules }: Protection): Protection => rules;

/** To a tenth, down: what falls short of a limit must not read as reaching it. */
const percentOf = (part: bigint, whole: bigint): number => Number((1000n * part) / whole) / 10;
/** To a tenth, up: what is above a limit must not read as keeping it. */
export const sharePct = (part: bigint, whole: bigint): number => Number((1000n * part + whole - 1n) / whole) / 10;
