/** Which sheets are open to the viewer now: a browser asks it of the copies that it keeps, and the history of the work done in them. */
import { type Access, type Actor, accessToSheet, may, mayKeepCopy } from '#domain/actors.ts';
import type { SheetKind } from '#domain/rounds.ts';
import { readAcknowledgedRounds } from '../acknowledged.ts';
import { type Context, os, signedIn } from './context.ts';

/** More sheets than any organization opens; the newest come first. */
const SHEETS_MAX = 1000;

export interface OpenTo {
  id: string;
  kind: SheetKind;
  poolId: string | null;
  access: Access;
}

/** Own sheets, shared ones and those of suppliers, newest round first; other companies' demand is not among them. */
export async function sheetsOpenTo({ database }: Context['desk'], actor: Actor): Promise<OpenTo[]> {
  const tendsAll = actor.kind !== 'supplier' && may(actor, 'offers.readSealed');
  const sheets = await database.prisma.sheet.findMany({
    where: {
      OR: [{ poolId: null }, { pool: { members: { some: { organizationId: actor.organizationId } } } }],
      AND: {
        OR: [
          { organizationId: null },
          { organizationId: actor.organizationId },
          ...(tendsAll ? [{ kind: 'offers' as const }] : []),
        ],
      },
    },
    select: {
      id: true,
      kind: true,
      poolId: true,
      organizationId: true,
      roundId: true,
      frozen: true,
      round: { select: { phase: true, opensAt: true } },
    },
    orderBy: [{ round: { opensAt: 'desc' } }, { id: 'asc' }],
    take: SHEETS_MAX,
  });
  const acknowledged = await readAcknowledgedRounds(database, actor.organizationId);
  return sheets.map((sheet) => ({
    id: sheet.id,
    kind: sheet.kind,
    poolId: sheet.poolId,
    access: accessToSheet(actor, {
      ...sheet,
      hasSeat: true,
      hasAcknowledged: acknowledged.has(sheet.roundId ?? ''),
      phase: sheet.round?.phase ?? null,
    }),
  }));
}

export const openSheets = os.sheets.open.use(signedIn).handler(async ({ context }) => {
  const sheets = await sheetsOpenTo(context.desk, context.actor);
  return sheets.filter(({ kind, access }) => mayKeepCopy(kind, access)).map(({ id }) => id);
});
