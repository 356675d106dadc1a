/** The programme's priority sheet, and who changed which cell of a sheet. */
import { accessToSheet, may } from '#domain/actors.ts';
import { CARRIED_BY, CARRIED_NAME } from '#domain/carry-over.ts';
import type { Scalar } from '#domain/sheets.ts';
import { readAcknowledgedRounds } from '../acknowledged.ts';
import { NOTHING_HERE, os, signedIn } from './context.ts';
import { openSheets } from './open-sheets.ts';

const CHANGES_PER_PAGE = 200;

export const programme = os.programme.use(signedIn).handler(async ({ context, errors }) => {
  const found = await context.desk.database.prisma.programme.findFirst({
    orderBy: { slug: 'asc' },
    include: { sheets: { where: { kind: 'priorities' } } },
  });
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const sheet = found.sheets[0];
  const access = sheet
    ? accessToSheet(context.actor, {
        kind: 'priorities',
        organizationId: null,
        hasSeat: true,
        hasAcknowledged: false,
        phase: null,
        frozen: sheet.frozen,
      })
    : 'none';
  return {
    id: found.id,
    name: found.name,
    sheet:
      sheet && access !== 'none'
        ? { id: sheet.id, kind: sheet.kind, title: 'Stockpile priorities', organizationId: null, access }
        : null,
  };
});

const changes = os.sheets.changes.use(signedIn).handler(async ({ input, context, errors }) => {
  const { prisma } = context.desk.database;
  const sheet = await prisma.sheet.findUnique({ where: { id: input.sheetId }, include: { round: true } });
  const seat =
    sheet?.poolId &&
    (await prisma.poolMember.findUnique({
      where: { poolId_organizationId: { poolId: sheet.poolId, organizationId: context.actor.organizationId } },
    }));
  const acknowledged = await readAcknowledgedRounds(context.desk.database, context.actor.organizationId);
  const access = sheet
    ? accessToSheet(context.actor, {
        kind: sheet.kind,
        organizationId: sheet.organizationId,
        hasSeat: sheet.poolId === null || Boolean(seat),
        hasAcknowledged: acknowledged.has(sheet.roundId ?? ''),
        phase: sheet.round?.phase ?? null,
        frozen: sheet.frozen,
      })
    : 'none';
  // Whoever reads the offers only since they were opened reads what was opened, not how it came about.
  if (sheet?.kind === 'offers' && !may(context.actor, 'offers.readSealed')) throw errors.NOT_FOUND(NOTHING_HERE);
  // Clean-room reading goes through the sheet itself, where each view is recorded.
  if (access !== 'read' && access !== 'edit') throw errors.NOT_FOUND(NOTHING_HERE);
  const rows = await prisma.cellChange.findMany({
    where: {
      sheetId: input.sheetId,
      ...(input.row === undefined ? {} : { row: input.row }),
      ...(input.column === undefined ? {} : { column: input.column }),
      ...(input.before === undefined ? {} : { seq: { lt: input.before } }),
    },
    orderBy: [{ seq: 'desc' }, { n: 'asc' }],
    take: CHANGES_PER_PAGE,
  });
  const people = await prisma.user.findMany({
    where: { id: { in: [...new Set(rows.map((row) => row.userId))] } },
    select: { id: true, name: true },
  });
  const name = new Map(people.map((person) => [person.id, person.name]));
  return rows.map((row) => ({
    seq: Number(row.seq),
    at: row.at.toISOString(),
    by: row.userId === CARRIED_BY ? CARRIED_NAME : (name.get(row.userId) ?? 'a former colleague'),
    row: row.row,
    column: row.column,
    before: (row.before ?? null) as Scalar,
    after: (row.after ?? null) as Scalar,
  }));
});

export const sheets = { changes, open: openSheets };
