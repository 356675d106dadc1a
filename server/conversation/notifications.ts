/** What one person is told of in the app. A notification copies nothing: what it says is looked up when it is read, under the rights of that moment. */
import type { Actor } from '#domain/actors.ts';
import { withMentions } from '#domain/conversation.ts';
import { maySee } from '#domain/talk.ts';
import type { MailChoice, NotificationsView, NotificationView } from '#protocol/notifications-api.ts';
import { sheetPath } from '#protocol/sheet-path.ts';
import type { Clock } from '../clock.ts';
import type { Database, Prisma } from '../database.ts';
import { type Reader, readerIn, type SheetRow, sheetRow } from './readers.ts';
import type { Telling } from './telling.ts';
import { namesFor, textFor } from './views.ts';

export interface NotificationDesk {
  /** Newest first, a page at a time. */
  list(actor: Actor, before?: string): Promise<NotificationsView>;
  /** Marks some as read, or all; answers how many are left. */
  read(actor: Actor, ids?: readonly string[]): Promise<number>;
  mails(actor: Actor): Promise<MailChoice>;
  setMails(actor: Actor, choice: MailChoice): Promise<void>;
}

const PAGE = 50;
/** Older ones are not looked at: nobody reads so far back. */
const LOOKED_AT_MAX = 500;
const SNIPPET_CHARS = 160;
export const MAIL_CHOICE_FIRST: MailChoice = 'atOnce';

const WHOLE = {
  comment: { include: { thread: { include: { comments: false } } } },
} satisfies Prisma.NotificationInclude;
type Stored = Prisma.NotificationGetPayload<{ include: typeof WHOLE }>;

export function createNotificationDesk(parts: {
  database: Database;
  clock: Clock;
  telling: Telling;
}): NotificationDesk {
  const { database, clock, telling } = parts;
  const { prisma } = database;
  const mine = ({ userId, organizationId }: Actor) => ({ userId, organizationId });

  /** Those whose sheet is still open to the actor. */
  async function readable(actor: Actor): Promise<{ rows: Stored[]; readers: Map<string, Reader> }> {
    const rows = await prisma.notification.findMany({
      where: { ...mine(actor), comment: { deletedAt: null } },
      include: WHOLE,
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: LOOKED_AT_MAX,
    });
    const readers = new Map<string, Reader>();
    for (const sheetId of new Set(rows.map(({ comment }) => comment.thread.sheetId))) {
      const reader = await readerIn(database, sheetId, actor);
      if (reader) readers.set(sheetId, reader);
    }
    return { rows: rows.filter((row) => isFor(actor, row, readers.get(row.comment.thread.sheetId))), readers };
  }

  const unreadOf = (rows: readonly Stored[]) => rows.filter(({ readAt }) => readAt === null).length;

  return {
    async list(actor, before) {
      const { rows, readers } = await readable(actor);
      const from = before === undefined ? 0 : rows.findIndex(({ id }) => id === before) + 1;
      const page = rows.slice(from, from + PAGE);
      const sheets = new Map<string, SheetRow>();
      for (const sheetId of new Set(page.map(({ comment }) => comment.thread.sheetId))) {
        const sheet = await sheetRow(database, sheetId);
        if (sheet) sheets.set(sheetId, sheet);
      }
      const items: NotificationView[] = [];
      for (const row of page) {
        const { thread, ...comment } = row.comment;
        const [reader, sheet] = [readers.get(thread.sheetId), sheets.get(thread.sheetId)];
        if (!reader || !sheet) continue;
        const names = await namesFor(database, actor, [{ ...thread, comments: [comment] }]);
        items.push({
          id: row.id,
          kind: row.kind,
          at: row.at.toISOString(),
          isRead: row.readAt !== null,
          by: names.of(comment.userId, comment.organizationId),
          pool: sheet.pool,
          sheet: sheet.kind,
          // What stands in a sheet of the clean room is read there, on the record.
          text:
            reader.access === 'cleanRoom'
              ? null
              : snippet(
                  withMentions(textFor(comment.text, names), (userId) => `@${names.mentioned(userId) ?? 'somebody'}`),
                ),
          path: pathOf(sheet, reader, thread),
        });
      }
      const last = page.at(-1);
      return { unread: unreadOf(rows), items, next: last && from + PAGE < rows.length ? last.id : null };
    },

    async read(actor, ids) {
      await prisma.notification.updateMany({
        where: { ...mine(actor), readAt: null, ...(ids && { id: { in: [...ids] } }) },
        data: { readAt: clock.now() },
      });
      // Other tabs and devices of the same person count again.
      telling.notified([actor.userId]);
      return unreadOf((await readable(actor)).rows);
    },

    async mails({ userId }) {
      return (await prisma.mailPreference.findUnique({ where: { userId } }))?.choice ?? MAIL_CHOICE_FIRST;
    },

    async setMails({ userId }, choice) {
      await prisma.mailPreference.upsert({ where: { userId }, create: { userId, choice }, update: { choice } });
    },
  };
}

/** A held comment that was decided meanwhile needs nobody who decides. */
export function isFor(actor: Actor, { kind, comment }: Pick<Stored, 'kind' | 'comment'>, reader?: Reader): boolean {
  if (!reader || !maySee(actor, comment) || comment.deletedAt) return false;
  return kind !== 'held' || comment.state === 'held';
}

export const pathOf = (sheet: SheetRow, { access }: Reader, thread: { id: string; row: string; column: string }) =>
  sheetPath(
    {
      sheetId: sheet.id,
      kind: sheet.kind,
      poolId: sheet.poolId,
      round: sheet.pastRound,
      isCleanRoom: access === 'cleanRoom',
    },
    { row: thread.row, column: thread.column, threadId: thread.id },
  );

const snippet = (text: string): string => (text.length > SNIPPET_CHARS ? `${text.slice(0, SNIPPET_CHARS - 1)}…` : text);
