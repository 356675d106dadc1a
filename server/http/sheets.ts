/** The two faces of the programme's priorities, and everything that is asked of one sheet by its id. */
import { accessToSheet } from '#domain/actors.ts';
import { NOTHING_HERE, os, signedIn } from './context.ts';
import { history } from './history.ts';
import { openSheets } from './open-sheets.ts';
import { versions } from './versions.ts';
import { views } from './views.ts';

const FACES = { priorities: 'Stockpile priorities', targets: 'Targets and stock' } as const;

export const programme = os.programme.use(signedIn).handler(async ({ context, errors }) => {
  const found = await context.desk.database.prisma.programme.findFirst({
    orderBy: { slug: 'asc' },
    include: { sheets: { where: { kind: { in: ['priorities', 'targets'] } } } },
  });
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const face = (kind: keyof typeof FACES) => {
    const sheet = found.sheets.find((one) => one.kind === kind);
    if (!sheet) return null;
    const access = accessToSheet(context.actor, {
      kind,
      organizationId: null,
      hasSeat: true,
      hasAcknowledged: false,
      phase: null,
      frozen: sheet.frozen,
    });
    return access === 'none' ? null : { id: sheet.id, kind, title: FACES[kind], organizationId: null, access };
  };
  return { id: found.id, name: found.name, sheet: face('priorities'), targets: face('targets') };
});

export const sheets = { open: openSheets, ...history, ...versions, ...views };
