/** Which sheets are open to the viewer now: a browser asks it of the copies that it keeps. */
import { accessToSheet, mayKeepCopy } from '#domain/actors.ts';
import { readAcknowledgedRounds } from '../acknowledged.ts';
import { os, signedIn } from './context.ts';

/** More sheets than any organization opens; the newest come first. */
const SHEETS_MAX = 1000;

export const openSheets = os.sheets.open.use(signedIn).handler(async ({ context }) => {
  const { actor, desk } = context;
  const sheets = await desk.database.prisma.sheet.findMany({
    where: {
      OR: [{ poolId: null }, { pool: { members: { some: { organizationId: actor.organizationId } } } }],
      AND: { OR: [{ organizationId: null }, { organizationId: actor.organizationId }] },
    },
    select: {
      id: true,
      kind: true,
      organizationId: true,
      roundId: true,
      frozen: true,
      round: { select: { phase: true, opensAt: true } },
    },
    orderBy: [{ round: { opensAt: 'desc' } }, { id: 'asc' }],
    take: SHEETS_MAX,
  });
  return sheets.flatMap((sheet) => {
    const access = accessToSheet(actor, {
      ...sheet,
      hasSeat: true,
      hasAcknowledged: true,
      phase: sheet.round?.phase ?? null,
    });
    return mayKeepCopy(sheet.kind, access) ? [sheet.id] : [];
  });
});
