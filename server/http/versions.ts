/** Named versions of a sheet: a name for a number of its log, so that people find a moment again. */
import { mayNameVersions, peopleNamedTo } from '#domain/actors.ts';
import type { VersionView } from '#protocol/history-api.ts';
import type { Context } from './context.ts';
import { NOTHING_HERE, os, problem, signedIn } from './context.ts';
import { type Asking, namedBy, openHistory, openOwnHistory } from './history.ts';

/** Names of moments, not a second log. */
const VERSIONS_MAX = 200;

type VersionRow = Awaited<ReturnType<Context['desk']['database']['prisma']['sheetVersion']['findMany']>>[number];

async function viewsOf({ desk, actor }: Asking, versions: readonly VersionRow[]): Promise<VersionView[]> {
  const { prisma } = desk.database;
  const ids = (of: 'userId' | 'organizationId') => [...new Set(versions.map((version) => version[of]))];
  const sheetId = versions[0]?.sheetId ?? '';
  const [users, organizations, edits] = await Promise.all([
    prisma.user.findMany({ where: { id: { in: ids('userId') } }, select: { id: true, name: true } }),
    prisma.organization.findMany({ where: { id: { in: ids('organizationId') } }, select: { id: true, kind: true } }),
    versions.length === 0
      ? []
      : prisma.sheetUpdate.findMany({
          where: { sheetId, seq: { in: [...new Set(versions.map(({ seq }) => seq))] } },
          select: { seq: true, at: true },
        }),
  ]);
  const people = peopleNamedTo(actor);
  return versions.map(({ id, seq, name, note, userId, organizationId, at }) => {
    const organization = organizations.find((one) => one.id === organizationId);
    const author = {
      ...{ userId, organizationId, kind: organization?.kind ?? 'manufacturer' },
      name: users.find((user) => user.id === userId)?.name ?? null,
    };
    const edit = edits.find((one) => one.seq === seq);
    return {
      ...namedBy(author, people),
      ...{ id, seq: Number(seq), seqAt: edit?.at.toISOString() ?? null, name, note, at: at.toISOString() },
      own: userId === actor.userId,
    };
  });
}

async function viewOf(asking: Asking, version: VersionRow): Promise<VersionView> {
  const [view] = await viewsOf(asking, [version]);
  if (!view) throw new Error('a version has a view');
  return view;
}

const list = os.sheets.versions.use(signedIn).handler(async ({ input, context, errors }) => {
  await openHistory(context, input.sheetId, errors);
  const versions = await context.desk.database.prisma.sheetVersion.findMany({
    where: { sheetId: input.sheetId },
    orderBy: [{ at: 'desc' }, { id: 'asc' }],
    take: VERSIONS_MAX,
  });
  return viewsOf(context, versions);
});

const create = os.sheets.nameVersion.use(signedIn).handler(async ({ input, context, errors }) => {
  const { desk, actor } = context;
  const { prisma } = desk.database;
  const seat = await openOwnHistory(context, input.sheetId, errors);
  if (!mayNameVersions(actor, seat))
    throw errors.CONFLICT(problem('version', 'you read this sheet but do not edit it', 'ask an editor to name it'));
  const sheet = await prisma.sheet.findUniqueOrThrow({ where: { id: input.sheetId }, select: { seq: true } });
  const seq = input.seq === undefined ? sheet.seq : BigInt(input.seq);
  if (seq > sheet.seq)
    throw errors.CONFLICT(
      problem('seq', 'the sheet has no edit with this number yet', 'choose a number of its history'),
    );
  if ((await prisma.sheetVersion.count({ where: { sheetId: input.sheetId } })) >= VERSIONS_MAX)
    throw errors.CONFLICT(
      problem('version', `a sheet has at most ${VERSIONS_MAX} named versions`, 'delete one that is not needed'),
    );
  const { sheetId, name, note } = input;
  const { userId, organizationId } = actor;
  const version = await prisma.sheetVersion.create({
    data: { sheetId, seq, name, note, userId, organizationId, at: desk.clock.now() },
  });
  return viewOf(context, version);
});

/** The version, where the sheet is open to its author still. What is somebody else's answers as if it were absent. */
async function ownVersion(asking: Asking, versionId: string, errors: Parameters<typeof openOwnHistory>[2]) {
  const version = await asking.desk.database.prisma.sheetVersion.findUnique({ where: { id: versionId } });
  if (version?.userId !== asking.actor.userId) throw errors.NOT_FOUND(NOTHING_HERE);
  await openOwnHistory(asking, version.sheetId, errors);
  return version;
}

const rename = os.sheets.renameVersion.use(signedIn).handler(async ({ input, context, errors }) => {
  const { id } = await ownVersion(context, input.versionId, errors);
  const { name, note } = input;
  const data = { name, ...(note !== undefined && { note }) };
  return viewOf(context, await context.desk.database.prisma.sheetVersion.update({ where: { id }, data }));
});

const remove = os.sheets.deleteVersion.use(signedIn).handler(async ({ input, context, errors }) => {
  const { id } = await ownVersion(context, input.versionId, errors);
  await context.desk.database.prisma.sheetVersion.deleteMany({ where: { id } });
  return { id };
});

export const versions = { versions: list, nameVersion: create, renameVersion: rename, deleteVersion: remove };
