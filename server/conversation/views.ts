/** Comments as one viewer reads them: without what it may not see, and without the name of anybody whom it must not know. */
import { type Actor, isAmong, type OrganizationKind, peopleNamedTo } from '#domain/actors.ts';
import { mentionsIn, withMentions } from '#domain/conversation.ts';
import { maySee } from '#domain/talk.ts';
import type { CommentView, ThreadView } from '#protocol/comments-api.ts';
import type { Database, Prisma } from '../database.ts';

export type StoredThread = Prisma.CommentThreadGetPayload<{ include: { comments: true } }>;
export type StoredComment = StoredThread['comments'][number];

export const STRANGER = 'another organization';

/** Names of people as one viewer may know them. */
export interface Names {
  of(userId: string, organizationId: string): string;
  /** Null: not for this viewer. */
  mentioned(userId: string): string | null;
}

/** The organization in whose name a person wrote stands with the comment; a mentioned person is known by its own. */
export async function namesFor(
  database: Database,
  viewer: Pick<Actor, 'organizationId' | 'kind'>,
  threads: readonly StoredThread[],
): Promise<Names> {
  const written = threads.flatMap(({ comments, resolvedBy, resolvedOf }) => [
    ...comments.map(({ userId, organizationId }) => ({ userId, organizationId })),
    ...(resolvedBy && resolvedOf ? [{ userId: resolvedBy, organizationId: resolvedOf }] : []),
  ]);
  const mentioned = threads.flatMap(({ comments }) => comments.flatMap(({ mentions }) => mentions));
  const userIds = [...new Set([...written.map(({ userId }) => userId), ...mentioned])];
  const [users, members, organizations] = await Promise.all([
    database.prisma.user.findMany({ where: { id: { in: userIds } }, select: { id: true, name: true } }),
    database.prisma.member.findMany({
      where: { userId: { in: mentioned } },
      select: { userId: true, organization: { select: { id: true, kind: true } } },
    }),
    database.prisma.organization.findMany({
      where: { id: { in: [...new Set(written.map(({ organizationId }) => organizationId))] } },
      select: { id: true, kind: true },
    }),
  ]);
  const nameOf = new Map(users.map(({ id, name }) => [id, name]));
  const kindOf = new Map<string, OrganizationKind>(organizations.map(({ id, kind }) => [id, kind]));
  const people = peopleNamedTo(viewer);
  const known = new Set(
    members
      .filter(({ organization: { id, kind } }) => isAmong(people, { organizationId: id, kind }))
      .map(({ userId }) => userId),
  );
  return {
    of: (userId, organizationId) =>
      isAmong(people, { organizationId, kind: kindOf.get(organizationId) ?? 'manufacturer' })
        ? (nameOf.get(userId) ?? 'a former colleague')
        : STRANGER,
    mentioned: (userId) => (known.has(userId) ? (nameOf.get(userId) ?? null) : null),
  };
}

/** Null: nothing of it is for this viewer. */
export function threadView(viewer: Actor, thread: StoredThread, names: Names): ThreadView | null {
  const visible = thread.comments.filter((comment) => maySee(viewer, comment));
  const comments = visible.filter(({ deletedAt }, index) => !deletedAt || isAnswered(visible, index));
  if (comments.length === 0) return null;
  const { id, row, column, resolvedAt, resolvedBy, resolvedOf } = thread;
  return {
    ...{ id, row, column },
    resolved:
      resolvedAt && resolvedBy && resolvedOf
        ? { by: names.of(resolvedBy, resolvedOf), at: resolvedAt.toISOString() }
        : null,
    comments: comments.map((comment) => commentView(viewer, comment, names)),
  };
}

/** A deleted comment keeps its place while something follows it that makes no sense without. */
const isAnswered = (comments: readonly StoredComment[], index: number): boolean =>
  comments.slice(index + 1).some(({ deletedAt }) => !deletedAt);

function commentView(viewer: Actor, comment: StoredComment, names: Names): CommentView {
  const isMine = comment.userId === viewer.userId;
  const isDeleted = comment.deletedAt !== null;
  // What the administrator decides over is seen with its own time; others see it from when it was shown.
  const seesAll = isMine || comment.state !== 'shown';
  const text = isDeleted ? '' : textFor(comment.text, names);
  return {
    id: comment.id,
    text,
    mentions: mentionsIn(text).flatMap((userId) => {
      const name = names.mentioned(userId);
      return name === null ? [] : { userId, name };
    }),
    state: comment.state,
    at: (seesAll ? comment.at : comment.listedAt).toISOString(),
    isEdited: comment.editedAt !== null,
    isDeleted,
    by: names.of(comment.userId, comment.organizationId),
    isMine,
    reason: seesAll ? comment.reason : '',
  };
}

/** A mention of somebody whom this reader must not know does not even carry the id. */
export const textFor = (text: string, names: Names): string =>
  withMentions(text, (userId) => (names.mentioned(userId) === null ? `@${STRANGER}` : `<@${userId}>`));
