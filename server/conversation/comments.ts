/**
 * Comments of sheets: what people say at a line or cell, held where several parties read and it reads like an amount, read back as each viewer
 * may see it. Used by http, which has asked whether the actor may open the sheet. What is said, its place on the record and whom it notifies are
 * stored together; then those who may see it are told to look.
 */
import { createHash } from 'node:crypto';
import { type Actor, isAmong, isOnePartySheet, mayComment, mayDecideComments, peopleNamedTo } from '#domain/actors.ts';
import {
  COMMENTS_PER_THREAD_MAX,
  type Commented,
  comment,
  mayDelete,
  reword,
  THREADS_MAX,
} from '#domain/conversation.ts';
import type { RecordKind } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { decideHeld, TALK_PER_MINUTE_MAX } from '#domain/talk.ts';
import type { ConversationView, ThreadView } from '#protocol/comments-api.ts';
import type { Clock } from '../clock.ts';
import type { Database, Prisma } from '../database.ts';
import { appendWithin } from '../record.ts';
import type { Notifier } from './notifier.ts';
import { type Reader, readersOf } from './readers.ts';
import type { Telling } from './telling.ts';
import { namesFor, type StoredComment, type StoredThread, threadView } from './views.ts';

type Tx = Prisma.TransactionClient;

/** A sheet that the actor may open, and where it hangs. */
export interface OpenSheet extends Pick<Reader, 'actor' | 'seat'> {
  sheetId: string;
  poolId: string | null;
}

export interface CommentDesk {
  list(sheet: OpenSheet): Promise<ConversationView>;
  /** Whom the actor may mention. */
  people(sheet: OpenSheet): Promise<{ userId: string; name: string; organization: string }[]>;
  start(sheet: OpenSheet, at: { row: string; column: string }, text: string): Promise<Outcome<ThreadView>>;
  reply(sheet: OpenSheet, threadId: string, text: string): Promise<Outcome<ThreadView>>;
  change(sheet: OpenSheet, commentId: string, text: string): Promise<Outcome<ThreadView>>;
  /** Null: nothing of the thread is left for the actor. */
  remove(sheet: OpenSheet, commentId: string): Promise<Outcome<ThreadView | null>>;
  resolve(sheet: OpenSheet, threadId: string, isResolved: boolean): Promise<Outcome<ThreadView>>;
  decide(
    sheet: OpenSheet,
    commentId: string,
    verdict: 'show' | 'withhold',
    reason: string,
  ): Promise<Outcome<ThreadView>>;
  /** In which sheet a thread or comment is; null: there is none. */
  sheetOf(what: { threadId: string } | { commentId: string }): Promise<string | null>;
}

const MINUTE_MS = 60_000;
const GONE = refuse('no-comment', 'comment', 'it is not there any more', 'look at the comments again');
const MUTE = refuse('not-allowed', 'comment', 'you read this sheet but do not speak in it', 'ask one who edits it');
const ROWS = { comments: { orderBy: [{ listedAt: 'asc' }, { id: 'asc' }] } } satisfies Prisma.CommentThreadInclude;

export function createCommentDesk(parts: {
  database: Database;
  clock: Clock;
  telling: Telling;
  notifier: Notifier;
}): CommentDesk {
  const { database, clock, telling, notifier } = parts;
  const { prisma } = database;

  /** Those of the sheet's own readers whom this author may know by name. */
  async function mentionable({ actor, sheetId }: OpenSheet): Promise<Actor[]> {
    const people = peopleNamedTo(actor);
    const readers = await readersOf(database, sheetId);
    return readers
      .filter(({ actor: one, access }) => access !== 'cleanRoom' && one.userId !== actor.userId && isAmong(people, one))
      .map(({ actor: one }) => one);
  }

  const idsOf = async (sheet: OpenSheet) => new Set((await mentionable(sheet)).map(({ userId }) => userId));

  async function viewOf(viewer: Actor, threadId: string): Promise<ThreadView | null> {
    const thread = await prisma.commentThread.findUnique({ where: { id: threadId }, include: ROWS });
    return thread && threadView(viewer, thread, await namesFor(database, viewer, [thread]));
  }

  async function shown(viewer: Actor, threadId: string): Promise<Outcome<ThreadView>> {
    const view = await viewOf(viewer, threadId);
    return view ? accept(view) : GONE;
  }

  /** What several parties read is talk: the record holds that it was said, and a digest of it, never the text. */
  async function record(
    tx: Tx,
    { actor, seat, poolId }: OpenSheet,
    kind: RecordKind,
    said: { id: string; organizationId: string; state: string; text?: string },
    at: Date,
  ): Promise<void> {
    if (isOnePartySheet(seat)) return;
    const body = { comment: said.id, state: said.state, ...(said.text !== undefined && { sha256: digest(said.text) }) };
    await appendWithin(tx, [{ kind, actor, subjectId: said.organizationId, body, ...(poolId && { poolId }) }], at);
  }

  async function write(
    tx: Tx,
    sheet: OpenSheet,
    threadId: string,
    said: Commented,
    at: Date,
  ): Promise<Outcome<StoredComment>> {
    const { userId, organizationId } = sheet.actor;
    const recent = await tx.comment.count({ where: { userId, at: { gt: new Date(at.getTime() - MINUTE_MS) } } });
    if (recent >= TALK_PER_MINUTE_MAX)
      return refuse('too-fast', 'comment', `more than ${TALK_PER_MINUTE_MAX} comments in a minute`, 'wait a minute');
    const stored = await tx.comment.create({ data: { threadId, userId, organizationId, ...said, at, listedAt: at } });
    await record(tx, sheet, 'comment.said', stored, at);
    return accept(stored);
  }

  /** Tells pages and people of a comment as it stands now. */
  async function tell(sheet: OpenSheet, comment: Pick<StoredComment, 'state' | 'userId'>, notified: readonly string[]) {
    telling.commentsChanged({ sheetId: sheet.sheetId, onlyFor: comment.state === 'shown' ? null : comment.userId });
    telling.notified(notified);
    if (notified.length > 0) notifier.stored();
  }

  /** The thread of this sheet, where the actor sees anything of it. */
  async function openThread(tx: Tx, sheet: OpenSheet, threadId: string): Promise<StoredThread | null> {
    await tx.$queryRaw`SELECT id FROM comment_thread WHERE id = ${threadId}::uuid FOR UPDATE`;
    const thread = await tx.commentThread.findFirst({
      where: { id: threadId, sheetId: sheet.sheetId },
      include: ROWS,
    });
    const names = { of: () => '', mentioned: () => null };
    return thread && threadView(sheet.actor, thread, names) ? thread : null;
  }

  async function openComment(tx: Tx, sheet: OpenSheet, commentId: string) {
    const found = await tx.comment.findUnique({ where: { id: commentId }, select: { threadId: true } });
    const thread = found && (await openThread(tx, sheet, found.threadId));
    const comment = thread?.comments.find(({ id }) => id === commentId);
    return thread && comment ? { thread, comment } : null;
  }

  const written = ({ userId, state, deletedAt }: StoredComment) => ({ userId, state, isDeleted: deletedAt !== null });

  return {
    async list({ actor, seat, sheetId }) {
      const threads = await prisma.commentThread.findMany({
        where: { sheetId },
        include: ROWS,
        orderBy: [{ at: 'asc' }, { id: 'asc' }],
        take: THREADS_MAX,
      });
      const names = await namesFor(database, actor, threads);
      return {
        threads: threads.flatMap((thread) => threadView(actor, thread, names) ?? []),
        mayWrite: mayComment(actor, seat),
        mayDecide: mayDecideComments(actor, seat),
        holds: !isOnePartySheet(seat),
      };
    },

    async people(sheet) {
      if (!mayComment(sheet.actor, sheet.seat)) return [];
      return (await mentionable(sheet)).map(({ userId, name, organization }) => ({ userId, name, organization }));
    },

    async start(sheet, { row, column }, text) {
      const said = comment(sheet.actor, sheet.seat, text, await idsOf(sheet));
      if (!said.ok) return said;
      const at = clock.now();
      const done = await prisma
        .$transaction(async (tx) => {
          // Ids of lines come from the sheet alone: any other text in their place would be read by all and held by nobody.
          const known = await tx.cellChange.findFirst({
            where: { sheetId: sheet.sheetId, row },
            select: { seq: true },
          });
          if (!known) return refuse('no-line', 'line', 'the sheet has no such line', 'choose a line of the sheet');
          if ((await tx.commentThread.count({ where: { sheetId: sheet.sheetId } })) >= THREADS_MAX)
            return refuse('too-many', 'comment', `a sheet has at most ${THREADS_MAX} threads`, 'answer in one of them');
          const thread = await tx.commentThread.create({ data: { sheetId: sheet.sheetId, row, column, at } });
          const stored = await write(tx, sheet, thread.id, said.value, at);
          if (!stored.ok) throw new Undone(stored);
          return accept({ stored: stored.value, notified: await notifier.said(tx, sheet, stored.value, [], at) });
        })
        .catch(undone);
      if (!done.ok) return done;
      await tell(sheet, done.value.stored, done.value.notified);
      return shown(sheet.actor, done.value.stored.threadId);
    },

    async reply(sheet, threadId, text) {
      const said = comment(sheet.actor, sheet.seat, text, await idsOf(sheet));
      if (!said.ok) return said;
      const at = clock.now();
      const done = await prisma.$transaction(async (tx) => {
        const thread = await openThread(tx, sheet, threadId);
        if (!thread) return GONE;
        if (thread.comments.length >= COMMENTS_PER_THREAD_MAX)
          return refuse(
            'too-many',
            'comment',
            `a thread has at most ${COMMENTS_PER_THREAD_MAX} comments`,
            'begin a new one',
          );
        const stored = await write(tx, sheet, threadId, said.value, at);
        if (!stored.ok) return stored;
        const notified = await notifier.said(tx, sheet, stored.value, thread.comments, at);
        return accept({ stored: stored.value, notified });
      });
      if (!done.ok) return done;
      await tell(sheet, done.value.stored, done.value.notified);
      return shown(sheet.actor, threadId);
    },

    async change(sheet, commentId, text) {
      const known = await idsOf(sheet);
      const at = clock.now();
      const done = await prisma.$transaction(async (tx) => {
        const found = await openComment(tx, sheet, commentId);
        if (!found) return GONE;
        const { comment: before, thread } = found;
        const after = reword(sheet.actor, sheet.seat, written(before), text, known);
        if (!after.ok) return after;
        const n = await tx.commentRevision.count({ where: { commentId } });
        await tx.commentRevision.create({ data: { commentId, n, text: before.text, until: at } });
        const isNowShown = before.state === 'held' && after.value.state === 'shown';
        const stored = await tx.comment.update({
          where: { id: commentId },
          data: { ...after.value, editedAt: at, ...(isNowShown && { listedAt: at }) },
        });
        await record(tx, sheet, 'comment.changed', stored, at);
        const others = thread.comments.filter(({ id }) => id !== commentId);
        return accept({ stored, notified: await notifier.said(tx, sheet, stored, others, at) });
      });
      if (!done.ok) return done;
      await tell(sheet, done.value.stored, done.value.notified);
      return shown(sheet.actor, done.value.stored.threadId);
    },

    async remove(sheet, commentId) {
      const at = clock.now();
      const done = await prisma.$transaction(async (tx) => {
        const found = await openComment(tx, sheet, commentId);
        if (!found) return GONE;
        const allowed = mayDelete(sheet.actor, written(found.comment));
        if (!allowed.ok) return allowed;
        const stored = await tx.comment.update({ where: { id: commentId }, data: { deletedAt: at } });
        await tx.notification.deleteMany({ where: { commentId } });
        await record(tx, sheet, 'comment.deleted', { ...stored, text: undefined }, at);
        return accept(stored);
      });
      if (!done.ok) return done;
      await tell(sheet, done.value, []);
      return accept(await viewOf(sheet.actor, done.value.threadId));
    },

    async resolve(sheet, threadId, isResolved) {
      if (!mayComment(sheet.actor, sheet.seat)) return MUTE;
      const at = clock.now();
      const { userId, organizationId } = sheet.actor;
      const thread = await prisma.$transaction(async (tx) => {
        const open = await openThread(tx, sheet, threadId);
        const [resolvedAt, resolvedBy, resolvedOf] = isResolved ? [at, userId, organizationId] : [null, null, null];
        if (open)
          await tx.commentThread.update({ where: { id: threadId }, data: { resolvedAt, resolvedBy, resolvedOf } });
        return open;
      });
      if (!thread) return GONE;
      // A thread in which all is held is nobody else's to hear of.
      const isSeen = thread.comments.some(({ state }) => state === 'shown');
      telling.commentsChanged({ sheetId: sheet.sheetId, onlyFor: isSeen ? null : userId });
      return shown(sheet.actor, threadId);
    },

    async decide(sheet, commentId, verdict, reason) {
      if (!mayDecideComments(sheet.actor, sheet.seat)) return GONE;
      const at = clock.now();
      const done = await prisma.$transaction(async (tx) => {
        const found = await openComment(tx, sheet, commentId);
        if (!found || found.comment.deletedAt) return GONE;
        const state = decideHeld(sheet.actor, found.comment, verdict, reason);
        if (!state.ok) return state;
        const decision = { state: state.value, decidedBy: sheet.actor.userId, reason: reason.trim() };
        const stored = await tx.comment.update({
          where: { id: commentId },
          data: { ...decision, ...(state.value === 'shown' && { listedAt: at }) },
        });
        await record(tx, sheet, 'comment.decided', { ...stored, text: undefined }, at);
        const others = found.thread.comments.filter(({ id }) => id !== commentId);
        return accept({ stored, notified: await notifier.decided(tx, sheet, stored, others, at) });
      });
      if (!done.ok) return done;
      await tell(sheet, done.value.stored, done.value.notified);
      return shown(sheet.actor, done.value.stored.threadId);
    },

    async sheetOf(what) {
      const where = 'threadId' in what ? { id: what.threadId } : { comments: { some: { id: what.commentId } } };
      return (await prisma.commentThread.findFirst({ where, select: { sheetId: true } }))?.sheetId ?? null;
    },
  };
}

/** Takes back a transaction that had begun to write, and carries the refusal out of it. */
class Undone extends Error {
  readonly refused: ReturnType<typeof refuse>;
  constructor(refused: ReturnType<typeof refuse>) {
    super('refused');
    this.refused = refused;
  }
}

const undone = (error: unknown): ReturnType<typeof refuse> => {
  if (error instanceof Undone) return error.refused;
  throw error;
};

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
