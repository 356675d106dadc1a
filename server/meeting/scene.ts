/** What an act of a session works with, and what it says of itself. Used by the acts and by the desk. */
import type { Actor } from '#domain/actors.ts';
import type { JsonObject, RecordKind } from '#domain/record.ts';
import type { Prisma } from '../database.ts';
import type { WholeMeeting } from './views.ts';

/**
 * Whom a change is told to: all of the pool; those who may know that this organization takes part; they and the chair; its own people and
 * moderators; author and moderators. A ring that changes nothing for who hears it tells what it is not to know: that a hand went up.
 */
export type Audience = 'all' | 'knowing' | 'hands' | 'own' | 'author';

export interface Done {
  records: readonly { kind: RecordKind; body: JsonObject; subjectId?: string }[];
  audience: Audience;
}

export interface Scene {
  tx: Prisma.TransactionClient;
  actor: Actor;
  meeting: WholeMeeting;
  at: Date;
}
