/**
 * Gives every programme both faces of its priorities: the shared sheet, which manufacturers receive whole, and the internal one. In a workspace
 * of an earlier version there was one sheet with everything in it. The migration made that the internal sheet, with its history; here the shared
 * one is made from it, without any internal value, before anybody is served. A step that was interrupted is taken up at the next start.
 */
import { PRIORITY_SHEET } from '#domain/priority-sheet.ts';
import { OWNER, type Row } from '#domain/sheets.ts';
import { orderedRowIds } from '#protocol/sheet-doc.ts';
import type { Database } from '../database.ts';

/** What is asked of the sheets' own chapter. */
export interface SheetFiller {
  rowsOf(sheetId: string): Promise<{ seq: bigint; rows: Map<string, Row> }>;
  fill(seed: {
    sheetId: string;
    userId: string;
    organizationId: string;
    at: Date;
    rows: { id: string; owner: string; cells: Row }[];
  }): Promise<unknown>;
}

/** Columns that go over as they are. 'maximum' is new; 'unit' was the target's. */
const CARRIED = PRIORITY_SHEET.columns.map(({ id }) => id).filter((id) => id !== 'maximum' && id !== 'unit');
/** Programmes of one workspace: more than anybody has. */
const PROGRAMMES_MAX = 100;

export async function giveBothFaces(parts: { database: Database; sheets: SheetFiller; now: Date }): Promise<void> {
  const { prisma } = parts.database;
  const programmes = await prisma.programme.findMany({ include: { sheets: true }, take: PROGRAMMES_MAX });
  for (const { id: programmeId, sheets } of programmes) {
    const internal = sheets.find(({ kind }) => kind === 'targets');
    if (!internal) await prisma.sheet.create({ data: { kind: 'targets', programmeId } });
    const shared =
      sheets.find(({ kind }) => kind === 'priorities') ??
      (await prisma.sheet.create({ data: { kind: 'priorities', programmeId } }));
    if (internal && shared.seq === 0n) await carryOver(parts, internal.id, shared.id);
  }
}

async function carryOver(
  { database, sheets, now }: { database: Database; sheets: SheetFiller; now: Date },
  from: string,
  to: string,
): Promise<void> {
  const { prisma } = database;
  // Only a sheet that once was the shared one has a tier; one that was made beside it never had.
  const wasShared = await prisma.cellChange.findFirst({ where: { sheetId: from, column: 'tier' } });
  const first = await prisma.sheetUpdate.findFirst({ where: { sheetId: from }, orderBy: { seq: 'asc' } });
  if (!first || !wasShared) return;
  const { rows } = await sheets.rowsOf(from);
  const carried = orderedRowIds(rows).flatMap((id) => {
    const row = rows.get(id) ?? {};
    const cells = Object.fromEntries(CARRIED.flatMap((column) => (row[column] == null ? [] : [[column, row[column]]])));
    return Object.keys(cells).length === 0 ? [] : [{ id, owner: String(row[OWNER] ?? first.organizationId), cells }];
  });
  if (carried.length === 0) return;
  // What was said about a cell that stays shared goes with it; about an internal one, it stays with officials. Before the rows, which say that
  // all is done.
  await prisma.commentThread.updateMany({
    where: { sheetId: from, column: { in: ['', ...CARRIED] } },
    data: { sheetId: to },
  });
  const { userId, organizationId } = first;
  try {
    await sheets.fill({ sheetId: to, userId, organizationId, at: now, rows: carried });
  } catch (error) {
    // Another node that started at the same time may have filled it.
    if ((await prisma.sheet.findUnique({ where: { id: to } }))?.seq === 0n) throw error;
  }
}
