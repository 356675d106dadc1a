/** What a mail says: that there is something, where, and a link. Never a text, a value of a row, or the name of a person or company. */

import type { Actor } from '#domain/actors.ts';
import { PRODUCT } from '#domain/product.ts';
import type { Database } from '../database.ts';
import { isFor, pathOf } from './notifications.ts';
import { readerIn, type SheetRow, sheetRow } from './readers.ts';

export interface Letter {
  /** The same whenever this mail is sent again. */
  id: string;
  to: string;
  subject: string;
  text: string;
}

interface Line {
  said: string;
  path: string;
}

const SAID = {
  mention: 'You were mentioned in',
  reply: 'There is an answer in a conversation of yours in',
  held: 'A comment waits for your decision in',
  decided: 'A comment of yours was decided over in',
} as const;

const SHEET: Record<SheetRow['kind'], string> = {
  demand: 'a sheet',
  offers: 'the offers',
  priorities: 'the priorities',
  notes: 'the notes',
  targets: 'the targets',
};

/** Null: it was all read meanwhile, or is not for this person any more. */
export async function letterFor(
  database: Database,
  origin: string,
  mail: { id: string; userId: string; organizationId: string; isDigest: boolean },
): Promise<Letter | null> {
  const user = await database.prisma.user.findUnique({ where: { id: mail.userId }, select: { email: true } });
  if (!user) return null;
  const preference = await database.prisma.mailPreference.findUnique({ where: { userId: mail.userId } });
  if (preference?.choice === 'none') return null;
  const lines = await linesOf(database, mail);
  const [first] = lines;
  if (!first) return null;
  const isOne = lines.length === 1;
  const listed = isOne
    ? `${first.said}.\n\n${origin}${first.path}\n`
    : `${lines.map(({ said }) => `- ${said}`).join('\n')}\n\n${origin}/notifications\n`;
  return {
    id: mail.id,
    to: user.email,
    subject: isOne ? first.said : `${lines.length} notifications`,
    text: `${listed}\n${PRODUCT}. What was written is read there only. You choose these mails at ${origin}/notifications\n`,
  };
}

async function linesOf(
  database: Database,
  mail: { id: string; userId: string; organizationId: string },
): Promise<Line[]> {
  const rows = await database.prisma.notification.findMany({
    where: { mailId: mail.id, readAt: null },
    include: { comment: { include: { thread: true } } },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
  });
  const lines: Line[] = [];
  for (const row of rows) {
    const { thread } = row.comment;
    const reader = await readerIn(database, thread.sheetId, mail);
    const sheet = await sheetRow(database, thread.sheetId);
    if (!reader || !sheet || !isFor(reader.actor satisfies Actor, row, reader)) continue;
    const where =
      sheet.pool === null ? `${SHEET[sheet.kind]} of the program` : `${SHEET[sheet.kind]} of pool ${sheet.pool}`;
    lines.push({ said: `${SAID[row.kind]} ${where}`, path: pathOf(sheet, reader, thread) });
  }
  return lines;
}
