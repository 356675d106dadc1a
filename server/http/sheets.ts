/** The programme's priority sheet, and everything that is asked of one sheet by its id. */
import { accessToSheet } from '#domain/actors.ts';
import { NOTHING_HERE, os, signedIn } from './context.ts';
import { history } from './history.ts';
import { openSheets } from './open-sheets.ts';
import { versions } from './versions.ts';
import { views } from './views.ts';

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

export const sheets = { open: openSheets, ...history, ...versions, ...views };
