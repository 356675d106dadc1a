/**
 * Talk of a pool: what people say, held where it reads like an amount, read back as each viewer may see it. Used by http through the desk.
 * What is said, what becomes of it and the record of both are stored together; then those who may see it are told to look.
 */
import { createHash } from 'node:crypto';
import { type Actor, may } from '#domain/actors.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { decideHeld, knowsAuthor, maySee, say, TALK_PER_MINUTE_MAX, type TalkKind } from '#domain/talk.ts';
import type { TalkMessageView } from '#protocol/desk-api.ts';
import type { Clock } from '../clock.ts';
import type { Database, Prisma } from '../database.ts';
import { type Push, teller } from '../push.ts';
import { appendWithin } from '../record.ts';

export interface TalkDesk {
  /** What the viewer may see, oldest first; at most a page, ending before the message named. */
  read(viewer: Actor, pool: TalkPool, before?: string): Promise<TalkMessageView[]>;
  say(actor: Actor, pool: TalkPool, kind: TalkKind, text: string): Promise<Outcome<TalkMessageView>>;
  decide(
    actor: Actor,
    pool: TalkPool,
    messageId: string,
    verdict: 'show' | 'withhold',
    reason: string,
  ): Promise<Outcome<TalkMessageView>>;
}

export interface TalkPool {
  id: string;
  kind: 'sealed' | 'open';
}

/** Of a message, what says who may see it. */
interface Told {
  state: 'held' | 'shown' | 'withheld';
  userId: string;
}

const PAGE = 200;
const MINUTE_MS = 60_000;

export function createTalkDesk(parts: { database: Database; push: Push; clock: Clock }): TalkDesk {
  const { database, push, clock } = parts;
  const { prisma } = database;

  /** A held message is told to its author and to those who decide: nobody else may notice that there is one. */
  const tellAll = teller(
    push,
    'talk',
    (message: Told, poolId) => (viewer) => (may(viewer, 'talk.read') && maySee(viewer, message) ? { poolId } : null),
  );
  const tell = (poolId: string, { state, userId }: Told) => tellAll(poolId, { state, userId });

  return {
    async read(viewer, pool, before) {
      const last =
        before === undefined ? null : await prisma.talkMessage.findFirst({ where: { id: before, poolId: pool.id } });
      const visible: Prisma.TalkMessageWhereInput = may(viewer, 'talk.decide')
        ? {}
        : { OR: [{ state: 'shown' }, { userId: viewer.userId }] };
      const rows = await prisma.talkMessage.findMany({
        where: {
          poolId: pool.id,
          AND: [
            visible,
            last ? { OR: [{ listedAt: { lt: last.listedAt } }, { listedAt: last.listedAt, id: { lt: last.id } }] } : {},
          ],
        },
        orderBy: [{ listedAt: 'desc' }, { id: 'desc' }],
        take: PAGE,
      });
      return views(database, viewer, pool, rows.reverse());
    },

    async say(actor, pool, kind, text) {
      const said = say(actor, kind, text);
      if (!said.ok) return said;
      const at = clock.now();
      const stored = await prisma.$transaction(async (tx) => {
        const recent = await tx.talkMessage.count({
          where: { userId: actor.userId, at: { gt: new Date(at.getTime() - MINUTE_MS) } },
        });
        if (recent >= TALK_PER_MINUTE_MAX) return null;
        const message = await tx.talkMessage.create({
          data: {
            poolId: pool.id,
            userId: actor.userId,
            organizationId: actor.organizationId,
            ...said.value,
            at,
            listedAt: at,
          },
        });
        const body = { message: message.id, kind, state: said.value.state, sha256: digest(said.value.text) };
        const subjectId = actor.organizationId;
        await appendWithin(tx, [{ kind: 'talk.said', poolId: pool.id, actor, subjectId, body }], at);
        return message;
      });
      if (!stored)
        return refuse('too-fast', 'talk', `more than ${TALK_PER_MINUTE_MAX} messages in a minute`, 'wait a minute');
      tell(pool.id, stored);
      const [view] = await views(database, actor, pool, [stored]);
      if (!view) throw new Error('a message that was just stored cannot be read');
      return accept(view);
    },

    async decide(actor, pool, messageId, verdict, reason) {
      const at = clock.now();
      const decided = await prisma.$transaction(async (tx) => {
        await tx.$queryRaw`SELECT id FROM talk_message WHERE id = ${messageId}::uuid FOR UPDATE`;
        const message = await tx.talkMessage.findFirst({ where: { id: messageId, poolId: pool.id } });
        if (!message) return refuse('no-message', 'talk', 'there is no such message', 'look at the talk again');
        const state = decideHeld(actor, message, verdict, reason);
        if (!state.ok) return state;
        const stored = await tx.talkMessage.update({
          where: { id: messageId },
          data: {
            state: state.value,
            decidedBy: actor.userId,
            reason: reason.trim(),
            ...(state.value === 'shown' && { listedAt: at }),
          },
        });
        const body = { message: messageId, state: state.value };
        const subjectId = message.organizationId;
        await appendWithin(tx, [{ kind: 'talk.decided', poolId: pool.id, actor, subjectId, body }], at);
        return accept(stored);
      });
      if (!decided.ok) return decided;
      tell(pool.id, decided.value);
      const [view] = await views(database, actor, pool, [decided.value]);
      if (!view) throw new Error('a message that was just decided cannot be read');
      return accept(view);
    },
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

type Stored = Prisma.TalkMessageGetPayload<object>;

/** As this viewer reads them: without the name of a manufacturer that it must not know, and with the moment from which it could be seen. */
async function views(
  database: Database,
  viewer: Actor,
  pool: TalkPool,
  messages: readonly Stored[],
): Promise<TalkMessageView[]> {
  const [users, organizations] = await Promise.all([
    database.prisma.user.findMany({
      where: { id: { in: [...new Set(messages.map(({ userId }) => userId))] } },
      select: { id: true, name: true },
    }),
    database.prisma.organization.findMany({
      where: { id: { in: [...new Set(messages.map(({ organizationId }) => organizationId))] } },
      select: { id: true, name: true, kind: true },
    }),
  ]);
  const nameOf = new Map(users.map(({ id, name }) => [id, name]));
  const organizationOf = new Map(organizations.map((organization) => [organization.id, organization]));
  return messages.map((message) => {
    const organization = organizationOf.get(message.organizationId);
    const author = { organizationId: message.organizationId, kind: organization?.kind ?? ('manufacturer' as const) };
    const isKnown = knowsAuthor(viewer, pool.kind, author);
    const isMine = message.userId === viewer.userId;
    const seesReason = isMine || may(viewer, 'talk.decide');
    return {
      id: message.id,
      kind: message.kind,
      state: message.state,
      text: message.text,
      at: (seesReason ? message.at : message.listedAt).toISOString(),
      by: isKnown ? (nameOf.get(message.userId) ?? 'A former colleague') : null,
      organization: isKnown ? (organization?.name ?? null) : null,
      isMine,
      reason: seesReason ? message.reason : '',
    };
  });
}
