/** The review of a proposed order: its states, who may give which verdict, and what a verdict needs. Used by server/match. */
import { type Actor, may, type Right } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

export const ORDER_STATES = ['proposed', 'inReview', 'approved', 'returned', 'rejected'] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export const VERDICTS = ['open', 'approve', 'return', 'reject', 'comment', 'recuse'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What may be done to several orders at once. Rejecting ends an order for good, so it is looked at one by one. */
export const BULK_VERDICTS = ['open', 'approve', 'return'] as const satisfies Verdict[];
/** Orders in one such request: each takes a transaction of its own. */
export const BULK_MAX = 100;

export const COMMENT_CHARS_MAX = 2000;

/** Rejecting ends an order as finally as approving does, so it takes the same right. */
const RIGHT: Record<Verdict, Right> = {
  open: 'orders.return',
  comment: 'orders.return',
  recuse: 'orders.return',
  return: 'orders.return',
  approve: 'orders.approve',
  reject: 'orders.approve',
};

const AFTER: Record<Exclude<Verdict, 'comment' | 'recuse'>, OrderState> = {
  open: 'inReview',
  approve: 'approved',
  return: 'returned',
  reject: 'rejected',
};

const NEEDS_WORDS: readonly Verdict[] = ['return', 'reject', 'comment', 'recuse'];

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

/** Verdicts that change what a buyer's award says of the order. */
export const isFelt = (verdict: Verdict): boolean =>
  verdict === 'approve' || verdict === 'return' || verdict === 'reject';

const isRecused = (earlier: readonly Earlier[], person: string): boolean =>
  earlier.some(({ verdict, userId }) => verdict === 'recuse' && userId === person);

/** Whoever has a conflict of interest counts as nobody, from the declaration on. */
const tookIntoReview = (earlier: readonly Earlier[], isPerson: (userId: string) => boolean): boolean =>
  earlier.some(({ verdict, userId }) => verdict === 'open' && isPerson(userId) && !isRecused(earlier, userId));

/**
 * The state after the verdict, or why it cannot be given. A comment leaves the state as it is, even of a decided order. Two people end an
 * order: one of them has taken it into review, and another one approves or rejects it. Whoever declares a conflict of interest gives no
 * verdict any more and does not count as one of the two; an order that nobody else has taken up is proposed again.
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
  if (isRecused(order.earlier, actor.userId))
    return refuse('recused', place, 'you have declared a conflict of interest', 'leave it to other officials');
  if (verdict === 'comment') return accept(order.state);
  if (isDecided(order.state)) return refuse('decided', place, `it is already ${order.state}`, 'add a comment instead');
  if (verdict === 'recuse')
    return accept(tookIntoReview(order.earlier, (userId) => userId !== actor.userId) ? 'inReview' : 'proposed');
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
