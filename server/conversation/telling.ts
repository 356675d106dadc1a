/** Tells pages that comments or notifications changed, on every node. Ids travel; each node looks up who of its viewers may know of it. */
import { z } from 'zod';
import { mayDecideComments } from '#domain/actors.ts';
import type { Database } from '../database.ts';
import type { PushToActors } from '../push.ts';
import type { Telemetry } from '../telemetry.ts';
import { readersOf } from './readers.ts';

/** `onlyFor`: a held comment is told to its author and to those who decide; nobody else may notice that there is one. */
const Changed = z.object({ sheetId: z.string(), onlyFor: z.string().nullable() });
type Changed = z.infer<typeof Changed>;
const Notified = z.object({ userIds: z.array(z.string()) });

export interface Telling {
  commentsChanged(change: Changed): void;
  notified(userIds: readonly string[]): void;
}

export function createTelling(parts: { database: Database; push: PushToActors; telemetry: Telemetry }): Telling {
  const { database, push, telemetry } = parts;

  async function changed({ sheetId, onlyFor }: Changed): Promise<void> {
    const readers = await readersOf(database, sheetId);
    const told = readers.filter(
      ({ actor, seat }) => onlyFor === null || actor.userId === onlyFor || mayDecideComments(actor, seat),
    );
    const keys = new Set(told.map(({ actor }) => keyOf(actor)));
    push.toActors('comments', (actor) => (keys.has(keyOf(actor)) ? { sheetId } : null));
  }

  function notified(userIds: readonly string[]): void {
    const told = new Set(userIds);
    push.toActors('notifications', (actor) => (told.has(actor.userId) ? {} : null));
  }

  push.notices?.on('conversation.comments', Changed, changed);
  push.notices?.on('conversation.notified', Notified, ({ userIds }) => notified(userIds));

  return {
    commentsChanged(change) {
      changed(change).catch((error) => telemetry.fault('conversation.tell', error));
      push.notices?.tell('conversation.comments', change);
    },
    notified(userIds) {
      if (userIds.length === 0) return;
      notified(userIds);
      push.notices?.tell('conversation.notified', { userIds: [...userIds] });
    },
  };
}

const keyOf = ({ userId, organizationId }: { userId: string; organizationId: string }) => `${userId} ${organizationId}`;
