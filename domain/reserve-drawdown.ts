/** A drawdown from the reserve: asked for against an entitlement, released by two officials, owed until it is given back in kind. Used by server/reserve. */
import { type Actor, may, type Right } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { kilogramsText } from './reserve-ledger.ts';
import type { Grams } from './units.ts';

export const DRAWDOWN_STATES = ['requested', 'approved', 'released', 'closed', 'refused', 'withdrawn'] as const;
export type DrawdownState = (typeof DRAWDOWN_STATES)[number];
export const DRAWDOWN_ACTS = ['approve', 'release', 'refuse', 'withdraw'] as const;
export type DrawdownAct = (typeof DRAWDOWN_ACTS)[number];

export const DRAWDOWN_TITLE: Record<DrawdownState, string> = {
  requested: 'Requested',
  approved: 'Approved once',
  released: 'To be replenished',
  closed: 'Closed',
  refused: 'Refused',
  withdrawn: 'Withdrawn',
};

export const REASON_CHARS_MAX = 1000;

const RIGHT: Record<DrawdownAct, Right> = {
  approve: 'reserve.move',
  release: 'reserve.release',
  refuse: 'reserve.release',
  withdraw: 'reserve.request',
};

/** From which states an act leads to which. Closing follows from the ledger: when nothing is owed any more. */
const STEPS: Record<DrawdownAct, { from: readonly DrawdownState[]; to: DrawdownState }> = {
  approve: { from: ['requested'], to: 'approved' },
  release: { from: ['approved'], to: 'released' },
  refuse: { from: ['requested', 'approved'], to: 'refused' },
  withdraw: { from: ['requested', 'approved'], to: 'withdrawn' },
};

export interface Drawdown {
  organizationId: string;
  state: DrawdownState;
  /** Who asked for it, and who approved it first. */
  requestedBy: string;
  approvedBy: string | null;
}

/** The state after the act, or why not. Nobody releases what they approved or asked for themselves. */
export function actOn(
  drawdown: Drawdown,
  act: DrawdownAct,
  comment: string,
  actor: Pick<Actor, 'role' | 'userId' | 'organizationId'>,
): Outcome<DrawdownState> {
  const place = 'drawdown';
  if (!may(actor, RIGHT[act]))
    return refuse('no-right', place, 'your role does not include this step', 'ask an official of the reserve');
  if (act === 'withdraw' && actor.organizationId !== drawdown.organizationId)
    return refuse('no-right', place, 'another organization asked for it', 'refuse it instead');
  const { from, to } = STEPS[act];
  if (!from.includes(drawdown.state))
    return refuse(
      'not-now',
      place,
      `it is ${DRAWDOWN_TITLE[drawdown.state].toLowerCase()}`,
      act === 'release' ? 'a first official approves it before a second one releases it' : 'look at it again',
    );
  if (act === 'refuse' && comment.trim() === '')
    return refuse('no-comment', 'comment', 'a refusal needs a reason', 'say why, for the company to go by');
  if (comment.length > REASON_CHARS_MAX)
    return refuse('too-long', 'comment', `it has more than ${REASON_CHARS_MAX} characters`, 'shorten it');
  if ((act === 'approve' || act === 'release') && actor.userId === drawdown.requestedBy)
    return refuse('same-person', place, 'you asked for it yourself', 'two other officials decide');
  if (act === 'release' && actor.userId === drawdown.approvedBy)
    return refuse('same-person', place, 'you approved it yourself', 'a second official releases it');
  return accept(to);
}

/**
 * May a company ask for so much? Only its own numbers count here, and only they are told: what is in stock is no business of whoever asks.
 * `open` is what its drawdowns of the product claim or still owe.
 */
export function mayRequest(entitled: Grams, open: number, grams: Grams): Outcome<Grams> {
  if (grams <= 0) return refuse('no-amount', 'amount', 'it is nothing', 'state more than 0 kg of contained element');
  const left = Math.max(0, entitled - open);
  if (grams > left)
    return refuse(
      'beyond-entitlement',
      'amount',
      `your entitlement leaves ${kilogramsText(left)} kg of this product`,
      left > 0 ? `ask for at most ${kilogramsText(left)} kg` : 'replenish an earlier drawdown first',
    );
  return accept(grams);
}

/** How much of an entitlement may be given to another: what no drawdown claims or owes. */
export const transferable = (entitled: Grams, open: number): Grams => Math.max(0, entitled - open) as Grams;
