/**
 * Comments in a sheet: what may be said at a line or cell, who may be mentioned, and what is held. In a company's own sheet nothing is held; in
 * a sheet that several parties read, a comment is talk and follows its rules (domain/talk). Used by the conversation desk and by the page.
 */
import { type Actor, isOnePartySheet, mayComment, type SheetSeat } from './actors.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import { amountIn, TALK_CHARS_MAX, type TalkState } from './talk.ts';

export const MENTIONS_MAX = 10;
/** Comments of one thread; a longer talk belongs elsewhere. */
export const COMMENTS_PER_THREAD_MAX = 200;
/** Threads of one sheet. */
export const THREADS_MAX = 500;

/** A person who is mentioned stands in the text by id, so that each reader gets the name only where it may know it. */
const MENTION = /<@([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})>/g;

export const mention = (userId: string): string => `<@${userId}>`;

export const mentionsIn = (text: string): string[] => [
  ...new Set([...text.matchAll(MENTION)].map(([, userId]) => userId ?? '')),
];

/** The text with each mention replaced by what `nameOf` makes of it. */
export const withMentions = (text: string, nameOf: (userId: string) => string): string =>
  text.replace(MENTION, (_whole, userId: string) => nameOf(userId));

/** The first piece of a comment that would be held in this sheet; null where nothing is. */
export const heldFor = (sheet: Pick<SheetSeat, 'kind' | 'organizationId'>, text: string): string | null =>
  isOnePartySheet(sheet) ? null : amountIn(withMentions(text, () => ' '));

export interface Commented {
  text: string;
  mentions: string[];
  state: TalkState;
}

/** What becomes of a comment. `mentionable` are the people whom this author may mention in this sheet. */
export function comment(
  actor: Actor,
  sheet: SheetSeat,
  text: string,
  mentionable: ReadonlySet<string>,
): Outcome<Commented> {
  const trimmed = text.trim();
  if (!mayComment(actor, sheet))
    return refuse('not-allowed', 'comment', 'you read this sheet but do not speak in it', 'ask one who edits it');
  if (trimmed === '') return refuse('empty', 'comment', 'it has no text', 'write something first');
  const mentions = mentionsIn(trimmed);
  const plain = withMentions(trimmed, () => '@');
  if (plain.length > TALK_CHARS_MAX)
    return refuse('too-long', 'comment', `it has ${plain.length} characters`, `shorten it to ${TALK_CHARS_MAX}`);
  if (mentions.length > MENTIONS_MAX)
    return refuse('too-many', 'comment', `it mentions ${mentions.length} people`, `mention at most ${MENTIONS_MAX}`);
  // Somebody who may not read the sheet and somebody who does not exist are answered alike.
  if (mentions.some((userId) => !mentionable.has(userId)))
    return refuse('not-mentionable', 'comment', 'a person in it does not read this sheet', 'choose from the list');
  return accept({ text: trimmed, mentions, state: heldFor(sheet, trimmed) === null ? 'shown' : 'held' });
}

export interface Written {
  userId: string;
  state: TalkState;
  isDeleted: boolean;
}

const OWN_ONLY = ['not-yours', 'comment', 'somebody else wrote it', 'answer it instead'] as const;

/**
 * An own comment in other words. One that others read already is not held afterwards, which would take it from their screens and so tell them
 * that it was: a number goes into a comment of its own.
 */
export function reword(
  actor: Actor,
  sheet: SheetSeat,
  before: Written,
  text: string,
  mentionable: ReadonlySet<string>,
): Outcome<Commented> {
  if (before.userId !== actor.userId) return refuse(...OWN_ONLY);
  if (before.isDeleted || before.state === 'withheld')
    return refuse('closed', 'comment', 'it cannot be changed any more', 'write a new one');
  const after = comment(actor, sheet, text, mentionable);
  if (!after.ok || before.state === 'held' || after.value.state === 'shown') return after;
  return refuse(
    'held-later',
    'comment',
    `“${heldFor(sheet, text)}” reads like a number, and others have read the comment already`,
    'say it in a new comment, which the administrator reads first',
  );
}

export function mayDelete(actor: Actor, comment: Written): Outcome<true> {
  if (comment.userId !== actor.userId) return refuse(...OWN_ONLY);
  return comment.isDeleted ? refuse('closed', 'comment', 'it is deleted already', 'look again') : accept(true);
}
