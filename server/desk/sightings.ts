/** Who saw what: views of exact numbers are on the record; this reads them back, and writes those that http makes. */

import { type Actor, may } from '#domain/actors.ts';
import { type JsonObject, type RecordDraft, recordSentence, SIGHT_KINDS } from '#domain/record.ts';
import type { Sighting } from '#protocol/desk-api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { appendRecord } from '../record.ts';

export interface SightingDesk {
  /** Writes that somebody saw this; the same person seeing the same thing again within the hour is one sighting. */
  saw(draft: RecordDraft & { actor: Actor }): Promise<void>;
  /** Newest first. A company reads who saw its own numbers, officials and administrators everything of the pool. */
  read(viewer: Actor, poolId: string, before?: Date): Promise<Sighting[]>;
}

const PAGE = 200;
const SAME_MS = 3_600_000;

export function createSightingDesk({ database, clock }: { database: Database; clock: Clock }): SightingDesk {
  const { prisma } = database;
  return {
    async saw(draft) {
      const at = clock.now();
      const earlier = await prisma.recordEntry.count({
        where: {
          kind: draft.kind,
          poolId: draft.poolId ?? null,
          userId: draft.actor.userId,
          body: { equals: draft.body as JsonObject },
          at: { gt: new Date(at.getTime() - SAME_MS) },
        },
      });
      if (earlier === 0) await appendRecord(database, [draft], at);
    },
    async read(viewer, poolId, before) {
      const rows = await prisma.recordEntry.findMany({
        where: {
          poolId,
          kind: { in: [...SIGHT_KINDS] },
          ...(before && { at: { lt: before } }),
          ...(!may(viewer, 'record.read') && { subjectId: viewer.organizationId }),
        },
        orderBy: { seq: 'desc' },
        take: PAGE,
      });
      const [users, organizations] = await Promise.all([
        prisma.user.findMany({
          where: { id: { in: rows.flatMap(({ userId }) => userId ?? []) } },
          select: { id: true, name: true },
        }),
        prisma.organization.findMany({
          where: { id: { in: rows.flatMap((row) => [row.organizationId ?? [], row.subjectId ?? []].flat()) } },
          select: { id: true, name: true },
        }),
      ]);
      const nameIn = (among: { id: string; name: string }[], id: string | null) =>
        among.find((one) => one.id === id)?.name ?? null;
      // Whose lines were looked at names a buyer: that is for those who may know the buyers, and for the buyer.
      const seesSubject = (subjectId: string | null) =>
        subjectId === viewer.organizationId || may(viewer, 'members.manage');
      return rows.map((row) => ({
        at: row.at.toISOString(),
        by: nameIn(users, row.userId),
        organization: nameIn(organizations, row.organizationId),
        what: recordSentence(row.kind, row.body as JsonObject),
        of: seesSubject(row.subjectId) ? nameIn(organizations, row.subjectId) : null,
      }));
    },
  };
}
