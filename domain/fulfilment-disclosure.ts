/**
 * What of an order's contract, deliveries and acceptance each party reads. Officials and the administrator read steps as they were entered, because
 * they read orders as a whole; a manufacturer reads how far the orders are that serve it, never how much; a supplier what it signed for and
 * delivered itself. Used by domain/match-report and server/match.
 */
import { type DropReason, progressOf, type Step } from './fulfilment.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import type { Grams } from './units.ts';

export const FAR = ['none', 'part', 'whole'] as const;
export type Far = (typeof FAR)[number];

/** How far what is left of an order is, without a number: what part it is would tell how large it is, together with one delivery that is known. */
export interface HowFar {
  contracted: Far;
  delivered: Far;
  accepted: Far;
  fellThrough: Far;
  /** Why it fell through, where that is the supplier's or the market's doing; what a buyer did is its own. */
  reason: DropReason | null;
}

export const UNTOUCHED: HowFar = {
  contracted: 'none',
  delivered: 'none',
  accepted: 'none',
  fellThrough: 'none',
  reason: null,
};

/**
 * Does an award read otherwise after a step? Whoever is told of others counts what it does not read: deliveries, and that something was turned down
 * or struck out.
 */
export const isFeltStep = (before: HowFar, after: HowFar): boolean =>
  (Object.keys(before) as (keyof HowFar)[]).some((part) => before[part] !== after[part]);

/** Reasons that lie with one of the buyers: to another one they are all the same. */
const OF_BUYERS: readonly DropReason[] = ['buyers', 'finance', 'qualification'];

export function howFar(order: Grams, steps: readonly (Step & { reason: DropReason | null })[]): HowFar {
  const { contracted, delivered, accepted, droppedOut } = progressOf(order, steps);
  const far = (grams: number, whole = order - droppedOut): Far =>
    grams <= 0 ? 'none' : grams >= whole ? 'whole' : 'part';
  const { reason = null } = steps.findLast(({ kind }) => kind === 'droppedOut') ?? {};
  return {
    contracted: far(contracted),
    delivered: far(delivered),
    accepted: far(accepted),
    fellThrough: far(droppedOut, order),
    reason: reason !== null && OF_BUYERS.includes(reason) ? 'other' : reason,
  };
}

/** A kilogram: what whole kilograms leave over. */
const NEAR_GRAMS = 1000n;

/**
 * The administrator knows what each buyer is awarded, officials do not; so it enters no part of an order that is what one or two buyers receive of
 * it, nor one that leaves that. Officials enter what the contract says and are not asked this: a refusal would tell them what a buyer receives.
 *
 * `owners`: grams of the order by ultimate owner, companies alone. `after`: all that was entered of this kind, with this step.
 */
export function singlesOut(
  order: Grams,
  wanted: { grams: Grams; after: Grams },
  owners: ReadonlyMap<string, bigint>,
): Outcome<null> {
  const whole = BigInt(order);
  const told = [BigInt(wanted.grams), BigInt(wanted.after)]
    .flatMap((grams) => [grams, whole - grams])
    .filter((grams) => grams > 0n && grams < whole);
  const amounts = [...owners.values()];
  const few = amounts.flatMap((one, i) => [one, ...amounts.slice(i + 1).map((other) => one + other)]);
  const isNear = (a: bigint, b: bigint) => a - b <= NEAR_GRAMS && b - a <= NEAR_GRAMS;
  if (!told.some((grams) => few.some((sum) => sum < whole && isNear(grams, sum)))) return accept(null);
  return refuse(
    'singles-out',
    'amount',
    'it is what one or two buyers receive of the order, or leaves that, and officials read it',
    'ask an official to enter what the contract says',
  );
}
