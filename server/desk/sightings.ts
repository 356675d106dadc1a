/** Who saw what: views of exact numbers are on the record; this reads them back, and writes those that http makes. */

import { type Actor, may } from '#domain/actors.ts';
import { type JsonObject, kindsHiddenFrom, type RecordDraft, SIGHT_KINDS } from '#domain/record.ts';
import { recordSentence } from '#domain/record-words.ts';
import type { Sighting } from '#protocol/desk-api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { appendWithin, lockChain } from '../record.ts';
import { sharedViews } from '../shared-views.ts';

export interface SightingDesk {
  /** Writes what somebody saw; the same person seeing the same thing unchanged within the hour is one sighting. */
  saw(sights: readonly Sight[]): Promise<void>;
  /** Newest first, a page after as many as are to be skipped. A company reads who saw its own numbers; officials what was seen of the pool. */
  read(viewer: Actor, poolId: string, skip: number): Promise<Sighting[]>;
}

export interface Sight extends RecordDraft {
  actor: Actor;
  /** What was seen is as it was since then. */
  since?: Date;
}

const PAGE = 100;
const SAME_MS = 3_600_000;

export function createSightingDesk({ database, clock }: { database: Database; clock: Clock }): SightingDesk {
  const { prisma } = database;
  return {
    async saw(sights) {
      const at = clock.now();
      const hourAgo = at.getTime() - SAME_MS;
      await prisma.$transaction(async (tx) => {
        await lockChain(tx);
        for (const { since, ...draft } of sights) {
          const earlier = await tx.recordEntry.count({
            where: {
              kind: draft.kind,
              poolId: draft.poolId ?? null,
              userId: draft.actor.userId,
              organizationId: draft.actor.organizationId,
              subjectId: draft.subjectId ?? null,
              body: { equals: draft.body as JsonObject },
              at: { gt: new Date(Math.max(hourAgo, since?.getTime() ?? 0)) },
            },
          });
          if (earlier === 0) await appendWithin(tx, [draft], at);
        }
      });
    },
    async read(viewer, poolId, skip) {
      const isOfficial = may(viewer, 'record.read');
      const hidden = isOfficial ? kindsHiddenFrom(viewer) : [];
      const own = isOfficial
        ? {}
        : { OR: [{ subjectId: viewer.organizationId }, ...(await sharedViews(prisma, viewer, poolId))] };
      const rows = await prisma.recordEntry.findMany({
        where: {
          poolId,
          kind: { in: SIGHT_KINDS.filter((kind) => !hidden.includes(kind)) },
          ...own,
        },
        orderBy: { seq: 'desc' },
        skip,
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
