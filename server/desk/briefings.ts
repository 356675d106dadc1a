/** Who was told the purpose and the rules of talk, in which session. Used by http through the desk. */
import type { Actor } from '#domain/actors.ts';
import { BRIEFING_VERSION } from '#domain/briefing.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { appendWithin } from '../record.ts';

export interface BriefingDesk {
  isBriefed(sessionId: string, poolId: string): Promise<boolean>;
  /** Doing it again changes nothing. */
  acknowledge(actor: Actor, sessionId: string, poolId: string): Promise<void>;
}

export function createBriefingDesk({ database, clock }: { database: Database; clock: Clock }): BriefingDesk {
  const { prisma } = database;
  const keyOf = (sessionId: string, poolId: string) => ({ sessionId, poolId, version: BRIEFING_VERSION });
  return {
    async isBriefed(sessionId, poolId) {
      return (await prisma.briefing.count({ where: keyOf(sessionId, poolId) })) > 0;
    },
    async acknowledge(actor, sessionId, poolId) {
      const at = clock.now();
      await prisma.$transaction(async (tx) => {
        const { count } = await tx.briefing.createMany({
          data: [{ ...keyOf(sessionId, poolId), userId: actor.userId, at }],
          skipDuplicates: true,
        });
        if (count === 0) return;
        const body = { version: BRIEFING_VERSION };
        const subjectId = actor.organizationId;
        await appendWithin(tx, [{ kind: 'session.briefed', poolId, actor, subjectId, body }], at);
      });
    },
  };
}
