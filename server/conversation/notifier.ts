/**
 * Whom a comment notifies: those whom it mentions and those who wrote in its thread, once others may read it; those who decide, when it is
 * held; its author, when it was decided. Each is looked up among the sheet's readers at that moment. Stored with the comment, in its transaction.
 */
import { mayDecideComments } from '#domain/actors.ts';
import type { Database, Prisma } from '../database.ts';
import type { Outbox } from './outbox.ts';
import { readersOf } from './readers.ts';
import type { StoredComment } from './views.ts';

type Tx = Prisma.TransactionClient;
type Kind = 'mention' | 'reply' | 'held' | 'decided';

export interface Notifier {
  /** A comment was written or changed. `others`: the comments of its thread besides it. Answers who has something new, by user. */
  said(
    tx: Tx,
    sheet: { sheetId: string },
    said: StoredComment,
    others: readonly StoredComment[],
    at: Date,
  ): Promise<string[]>;
  /** A held comment was shown or kept back. */
  decided(
    tx: Tx,
    sheet: { sheetId: string },
    said: StoredComment,
    others: readonly StoredComment[],
    at: Date,
  ): Promise<string[]>;
  /** What was notified is stored now. */
  stored(): void;
}

export function createNotifier(parts: { database: Database; outbox: Pick<Outbox, 'put' | 'wake'> }): Notifier {
  const { database, outbox } = parts;

  async function add(
    tx: Tx,
    kindOf: (reader: Awaited<ReturnType<typeof readersOf>>[number]) => Kind | null,
    { sheetId }: { sheetId: string },
    said: StoredComment,
    at: Date,
  ): Promise<string[]> {
    const told: string[] = [];
    for (const reader of await readersOf(database, sheetId)) {
      const kind = kindOf(reader);
      const { userId, organizationId } = reader.actor;
      if (!kind || told.includes(userId)) continue;
      // A comment in other words notifies only those whom it did not notify before.
      const [row] = await tx.notification.createManyAndReturn({
        data: [{ userId, organizationId, kind, commentId: said.id, at }],
        skipDuplicates: true,
        select: { id: true },
      });
      if (!row) continue;
      told.push(userId);
      await outbox.put(tx, { id: row.id, userId, organizationId, at });
    }
    return told;
  }

  const said: Notifier['said'] = (tx, sheet, comment, others, at) => {
    if (comment.state === 'held')
      return add(
        tx,
        ({ actor, seat }) => (actor.userId !== comment.userId && mayDecideComments(actor, seat) ? 'held' : null),
        sheet,
        comment,
        at,
      );
    if (comment.state !== 'shown') return Promise.resolve([]);
    const spoke = new Set(others.filter((one) => !one.deletedAt && one.state === 'shown').map(({ userId }) => userId));
    return add(
      tx,
      ({ actor, access }) => {
        // In the clean room one only reads along.
        if (actor.userId === comment.userId || access === 'cleanRoom') return null;
        if (comment.mentions.includes(actor.userId)) return 'mention';
        return spoke.has(actor.userId) ? 'reply' : null;
      },
      sheet,
      comment,
      at,
    );
  };

  return {
    said,
    stored: () => outbox.wake(),
    async decided(tx, sheet, comment, others, at) {
      const author = await add(
        tx,
        ({ actor }) => (actor.userId === comment.userId && comment.decidedBy !== actor.userId ? 'decided' : null),
        sheet,
        comment,
        at,
      );
      return [...author, ...(await said(tx, sheet, comment, others, at))];
    },
  };
}
