/** The review of a proposed order: its states, who may give which verdict, and what a verdict needs. Used by server/match. */
import { type Actor, may, type Right } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

export const ORDER_STATES = ['proposed', 'inReview', 'approved', 'returned', 'rejected'] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export const VERDICTS = ['open', 'approve', 'return', 'reject', 'comment'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const COMMENT_CHARS_MAX = 2000;

/** Rejecting ends an order as finally as approving does, so it takes the same right. */
const RIGHT: Record<Verdict, Right> = {
  open: 'orders.return',
  comment: 'orders.return',
  return: 'orders.return',
  approve: 'orders.approve',
  reject: 'orders.approve',
};

const AFTER: Record<Exclude<Verdict, 'comment'>, OrderState> = {
  open: 'inReview',
  approve: 'approved',
  return: 'returned',
  reject: 'rejected',
};

const NEEDS_WORDS: readonly Verdict[] = ['return', 'reject', 'comment'];

/** When an order should be decided at the latest. Nothing happens to it then: it is marked, so that nobody forgets it. */
export const reviewDue = (proposedAt: Date, days: number): Date => new Date(proposedAt.getTime() + days * 86_400_000);

export const isDecided = (state: OrderState): boolean =>
  state === 'approved' || state === 'returned' || state === 'rejected';

/** What somebody did with an order before. */
export interface Earlier {
  verdict: Verdict;
  userId: string;
}

const ENDS: readonly Verdict[] = ['approve', 'reject'];

const tookIntoReview = (earlier: readonly Earlier[], isPerson: (userId: string) => boolean): boolean =>
  earlier.some(({ verdict, userId }) => verdict === 'open' && isPerson(userId));

/**
 * The state after the verdict, or why it cannot be given. A comment leaves the state as it is, even of a decided order. Two people end an
 * order: one of them has taken it into review, and another one approves or rejects it.
 * `earlier`: what was done with the order so far, in any order.
 */
export function verdictOn(
  order: { number: number; state: OrderState; earlier: readonly Earlier[] },
  verdict: Verdict,
  comment: string,
  actor: Pick<Actor, 'role' | 'userId'>,
): Outcome<OrderState> {
  const place = `order ${order.number}`;
  if (!may(actor, RIGHT[verdict]))
    return refuse(
      'no-right',
      place,
      RIGHT[verdict] === 'orders.approve' ? 'only an approving official may decide it' : 'only officials review orders',
      'ask an approving official',
    );
  if (comment.length > COMMENT_CHARS_MAX)
    return refuse('too-long', place, `the comment is longer than ${COMMENT_CHARS_MAX} characters`, 'shorten it');
  if (NEEDS_WORDS.includes(verdict) && comment.trim() === '')
    return refuse('no-comment', place, 'the reason is missing', 'say why in the comment');
  if (verdict === 'comment') return accept(order.state);
  if (isDecided(order.state)) return refuse('decided', place, `it is already ${order.state}`, 'add a comment instead');
  if (verdict === 'open' && tookIntoReview(order.earlier, (userId) => userId === actor.userId))
    return refuse('in-review', place, 'you have taken it into review already', 'comment on it, or return it');
  if (ENDS.includes(verdict) && !tookIntoReview(order.earlier, (userId) => userId !== actor.userId))
    return refuse(
      'one-person',
      place,
      'nobody else has taken it into review, and one person alone does not decide',
      'ask another official to take it into review first',
    );
  return accept(AFTER[verdict]);
}
