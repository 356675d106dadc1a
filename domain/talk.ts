/**
 * Talk among the people of a pool: who may say something, what is held until the administrator has read it, and what each viewer sees.
 * Used by the talk desk, and by the page to say beforehand that a message will be held.
 */
import { type Actor, may, mayReadBuyers } from './actors.ts';
import { amountIn } from './amount-in.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

export const TALK_KINDS = ['message', 'note'] as const;
/** A note stays at the top: agenda, purpose, minutes. Only those who lead the pool write notes. */
export type TalkKind = (typeof TALK_KINDS)[number];
export const TALK_STATES = ['held', 'shown', 'withheld'] as const;
export type TalkState = (typeof TALK_STATES)[number];

export const TALK_CHARS_MAX = 2000;
/** Messages of one person in a minute. */
export const TALK_PER_MINUTE_MAX = 20;

/** Also for those who hold other texts by the same measure, as comments are. */
export { amountIn };

export interface Said {
  kind: TalkKind;
  text: string;
  state: TalkState;
}

/** What becomes of something that a person with a seat in the pool wants to say. */
export function say(actor: Actor, kind: TalkKind, text: string): Outcome<Said> {
  const trimmed = text.trim();
  if (!may(actor, kind === 'note' ? 'talk.note' : 'talk.write'))
    return refuse('not-allowed', 'talk', `${actor.role} writes no ${kind}s here`, 'ask the administrator of the pool');
  if (trimmed === '') return refuse('empty', kind, 'it has no text', 'write something first');
  if (trimmed.length > TALK_CHARS_MAX)
    return refuse('too-long', kind, `it has ${trimmed.length} characters`, `shorten it to ${TALK_CHARS_MAX}`);
  // The administrator too: numbers of the clean room must not slip out by hand.
  return accept({ kind, text: trimmed, state: amountIn(trimmed) === null ? 'shown' : 'held' });
}

/** A held text is let go, or stays withheld for a reason that its author is told. One who wrote it does not decide over it. */
export function decideHeld(
  actor: Actor,
  message: { state: TalkState; userId: string },
  verdict: 'show' | 'withhold',
  reason: string,
): Outcome<TalkState> {
  if (!may(actor, 'talk.decide'))
    return refuse('not-allowed', 'held message', 'only the administrator decides', 'ask the administrator of the pool');
  if (message.state !== 'held')
    return refuse('decided', 'held message', 'somebody has decided over it already', 'look at the talk again');
  if (message.userId === actor.userId && verdict === 'show')
    return refuse('own', 'held message', 'you wrote it yourself', 'ask another administrator to read it');
  if (verdict === 'withhold' && reason.trim() === '')
    return refuse('no-reason', 'held message', 'there is no reason yet', 'say why it cannot be shown');
  return accept(verdict === 'show' ? 'shown' : 'withheld');
}

/** May the viewer see this message? Nobody but its author and the administrators learns that one is held. */
export const maySee = (viewer: Actor, message: { state: TalkState; userId: string }): boolean =>
  message.state === 'shown' || message.userId === viewer.userId || may(viewer, 'talk.decide');

/** In a sealed pool a manufacturer is not told which other manufacturer speaks. */
export const knowsAuthor = (
  viewer: Actor,
  pool: 'sealed' | 'open',
  author: { organizationId: string; kind: Actor['kind'] },
): boolean =>
  author.kind !== 'manufacturer' || author.organizationId === viewer.organizationId || mayReadBuyers(viewer, pool);
