/** Views of a sheet that somebody saved for everyone who may open it. A clean-room reading sees and saves none. */
import { mayShareViews, peopleNamedTo } from '#domain/actors.ts';
import { SHEETS } from '#domain/entry.ts';
import type { SheetKind } from '#domain/rounds.ts';
import { DERIVED_COLUMNS, type SharedView, VIEWS_MAX, ViewBody } from '#protocol/views-api.ts';
import type { Context } from './context.ts';
import { NOTHING_HERE, os, problem, signedIn } from './context.ts';
import { type Asking, namedBy, openOwnHistory } from './history.ts';

type ViewRow = Awaited<ReturnType<Context['desk']['database']['prisma']['sheetView']['findMany']>>[number];
type Errors = Parameters<typeof openOwnHistory>[2] & { CONFLICT: (options: ReturnType<typeof problem>) => Error };

async function viewsOf({ desk, actor }: Asking, rows: readonly ViewRow[]): Promise<SharedView[]> {
  const { prisma } = desk.database;
  const ids = (of: 'userId' | 'organizationId') => [...new Set(rows.map((row) => row[of]))];
  const [users, organizations] = await Promise.all([
    prisma.user.findMany({ where: { id: { in: ids('userId') } }, select: { id: true, name: true } }),
    prisma.organization.findMany({ where: { id: { in: ids('organizationId') } }, select: { id: true, kind: true } }),
  ]);
  const people = peopleNamedTo(actor);
  return rows.flatMap(({ id, name, body, userId, organizationId }) => {
    const read = ViewBody.safeParse(body);
    if (!read.success) return [];
    const kind = organizations.find((one) => one.id === organizationId)?.kind ?? 'manufacturer';
    const author = { userId, organizationId, kind, name: users.find((user) => user.id === userId)?.name ?? null };
    return { id, name, body: read.data, by: namedBy(author, people).by, own: userId === actor.userId };
  });
}

async function viewOf(asking: Asking, row: ViewRow): Promise<SharedView> {
  const [view] = await viewsOf(asking, [row]);
  if (!view) throw new Error('a view that was just saved can be read');
  return view;
}

/** Ids of this sheet's columns only: nothing else can be smuggled in where ids are expected. */
function checkColumns(kind: SheetKind, { sort, filter, group, hidden }: ViewBody, errors: Errors): void {
  const known = new Set<string>([...(SHEETS[kind]?.columns.map(({ id }) => id) ?? []), ...DERIVED_COLUMNS, '']);
  const named = [...sort, ...filter].map(({ column }) => column);
  const wrong = [...named, ...hidden, ...(group === null ? [] : [group])].find((id) => !known.has(id));
  if (wrong !== undefined)
    throw errors.CONFLICT(problem('column', 'the sheet has no such column', 'open the sheet again and save the view'));
}

const list = os.sheets.views.use(signedIn).handler(async ({ input, context, errors }) => {
  await openOwnHistory(context, input.sheetId, errors);
  const rows = await context.desk.database.prisma.sheetView.findMany({
    where: { sheetId: input.sheetId },
    orderBy: [{ at: 'asc' }, { id: 'asc' }],
    take: VIEWS_MAX,
  });
  return viewsOf(context, rows);
});

const save = os.sheets.saveView.use(signedIn).handler(async ({ input, context, errors }) => {
  const { desk, actor } = context;
  const { prisma } = desk.database;
  const seat = await openOwnHistory(context, input.sheetId, errors);
  if (!mayShareViews(actor, seat))
    throw errors.CONFLICT(
      problem('view', 'only who edits all of this sheet saves views of it', 'keep the view for yourself'),
    );
  checkColumns(seat.kind, input.body, errors);
  if ((await prisma.sheetView.count({ where: { sheetId: input.sheetId } })) >= VIEWS_MAX)
    throw errors.CONFLICT(
      problem('view', `a sheet has at most ${VIEWS_MAX} shared views`, 'delete one that is not needed'),
    );
  const { sheetId, name, body } = input;
  const { userId, organizationId } = actor;
  const row = await prisma.sheetView.create({
    data: { sheetId, name, body, userId, organizationId, at: desk.clock.now() },
  });
  return viewOf(context, row);
});

/** The view, where its author may still save views of the sheet. What is somebody else's answers as if it were absent. */
async function ownView(asking: Asking, viewId: string, errors: Errors) {
  const row = await asking.desk.database.prisma.sheetView.findUnique({ where: { id: viewId } });
  if (row?.userId !== asking.actor.userId) throw errors.NOT_FOUND(NOTHING_HERE);
  const seat = await openOwnHistory(asking, row.sheetId, errors);
  if (!mayShareViews(asking.actor, seat))
    throw errors.CONFLICT(
      problem('view', 'only who edits all of this sheet saves views of it', 'keep the view for yourself'),
    );
  return { id: row.id, kind: seat.kind };
}

const change = os.sheets.changeView.use(signedIn).handler(async ({ input, context, errors }) => {
  const { id, kind } = await ownView(context, input.viewId, errors);
  const { name, body } = input;
  if (body) checkColumns(kind, body, errors);
  const data = { ...(name !== undefined && { name }), ...(body && { body }) };
  return viewOf(context, await context.desk.database.prisma.sheetView.update({ where: { id }, data }));
});

const remove = os.sheets.deleteView.use(signedIn).handler(async ({ input, context, errors }) => {
  const { id } = await ownView(context, input.viewId, errors);
  await context.desk.database.prisma.sheetView.deleteMany({ where: { id } });
  return { id };
});

export const views = { views: list, saveView: save, changeView: change, deleteView: remove };
