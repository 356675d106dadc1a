/** Entries of the record as the viewer may read them: which they are, and what stands in each. Used by the record's list, its search and its bundles. */
import { type Actor, may } from '#domain/actors.ts';
import { type JsonObject, kindsHiddenFrom, MEMBER_KINDS, readableBody } from '#domain/record.ts';
import { recordSentence } from '#domain/record-words.ts';
import type { Database, Prisma } from '../database.ts';
import { sharedViews } from '../shared-views.ts';

/** Entries that name what only government and the clean room may follow; a company sees those of its own. */
const COMPANY_KINDS = [
  'pool.opened',
  'round.opened',
  'rules.tightened',
  'phase.changed',
  'offers.opened',
  'release.published',
  'lottery.committed',
  'lottery.revealed',
  'sheet.frozen',
  'meeting.scheduled',
  'meeting.cancelled',
  'meeting.opened',
  'meeting.closed',
  'meeting.resolved',
];

export type StoredEntry = Prisma.RecordEntryGetPayload<object>;

/** Which entries of the pool, or of all the viewer's pools, the viewer may read. */
export async function readableTo(
  prisma: Database['prisma'],
  actor: Actor,
  poolId: string | undefined,
): Promise<Prisma.RecordEntryWhereInput> {
  const seats = await prisma.poolMember.findMany({
    where: { organizationId: actor.organizationId },
    select: { poolId: true },
  });
  const poolIds = seats.map((seat) => seat.poolId).filter((id) => poolId === undefined || id === poolId);
  const inPools = { poolId: { in: poolIds } };
  const own = { subjectId: actor.organizationId, ...(poolId === undefined ? {} : { poolId }) };
  return {
    OR: may(actor, 'record.read')
      ? [
          { ...inPools, kind: { notIn: kindsHiddenFrom(actor) } },
          own,
          ...(poolId === undefined
            ? [{ poolId: null, subjectId: null, kind: { notIn: kindsHiddenFrom(actor) } }, ...reserveEntries(actor)]
            : []),
        ]
      : [{ ...inPools, kind: { in: COMPANY_KINDS } }, own, ...(await sharedViews(prisma, actor, poolId))],
  };
}

/** Drawdowns and accounts name a company, and are of no pool: officials of the reserve read them all. */
const reserveEntries = (actor: Actor): Prisma.RecordEntryWhereInput[] =>
  may(actor, 'reserve.read') ? [{ poolId: null, kind: { in: ['reserve.joined', 'reserve.drawdown'] } }] : [];

/**
 * Who may not read all of it counts only what it reads: gaps in the chain's own numbers would count the runs, the members, and what others did;
 * and a hash lets what was left out be guessed.
 */
export const readsChain = (actor: Actor): boolean => may(actor, 'record.exportChain');

/** Entries that the viewer reads, up to this one of the chain. */
export const countOf = async (prisma: Database['prisma'], actor: Actor, upTo: number): Promise<number> =>
  prisma.recordEntry.count({ where: { AND: [await readableTo(prisma, actor, undefined), { seq: { lte: upTo } }] } });

export interface EntryPage {
  rows: StoredEntry[];
  /** Number that the viewer knows each row by. */
  seqs: number[];
}

/** Newest first, those before the number that the viewer knows. */
export async function pageOf(
  prisma: Database['prisma'],
  actor: Actor,
  page: { poolId: string | undefined; before: number | undefined; take: number },
): Promise<EntryPage> {
  const where = await readableTo(prisma, actor, page.poolId);
  const isChain = readsChain(actor);
  const visible = isChain ? 0 : await prisma.recordEntry.count({ where });
  const skip = isChain || page.before === undefined ? 0 : Math.max(0, visible - page.before + 1);
  const rows = await prisma.recordEntry.findMany({
    where: { ...where, ...(isChain && page.before !== undefined ? { seq: { lt: page.before } } : {}) },
    orderBy: { seq: 'desc' },
    skip,
    take: page.take,
  });
  return { rows, seqs: rows.map((row, index) => (isChain ? Number(row.seq) : visible - skip - index)) };
}

/** The person that an entry is about, by id. */
const personIn = (row: { body: unknown }): string | null => {
  const { person } = row.body as JsonObject;
  return typeof person === 'string' ? person : null;
};

/** As this viewer reads them. */
export async function entryViews(prisma: Database['prisma'], actor: Actor, { rows, seqs }: EntryPage) {
  const [pools, people, organizations] = await Promise.all([
    prisma.pool.findMany({
      where: { id: { in: rows.flatMap((row) => row.poolId ?? []) } },
      select: { id: true, name: true },
    }),
    prisma.user.findMany({
      where: { id: { in: rows.flatMap((row) => [row.userId, personIn(row)].filter((id) => id !== null)) } },
      select: { id: true, name: true },
    }),
    prisma.organization.findMany({
      where: { id: { in: rows.flatMap((row) => [row.organizationId, row.subjectId].filter((id) => id !== null)) } },
      select: { id: true, name: true },
    }),
  ]);
  const names = (among: { id: string; name: string }[]) => new Map(among.map(({ id, name }) => [id, name]));
  const [poolNames, peopleNames, organizationNames] = [names(pools), names(people), names(organizations)];
  return rows.map((row, index) => ({
    seq: seqs[index] ?? 0,
    at: row.at.toISOString(),
    kind: row.kind,
    poolId: row.poolId,
    pool: poolNames.get(row.poolId ?? '') ?? null,
    by: peopleNames.get(row.userId ?? '') ?? null,
    organization: organizationNames.get(row.organizationId ?? '') ?? null,
    text: recordSentence(row.kind, {
      ...readableBody(row.body as JsonObject, actor),
      person: peopleNames.get(personIn(row) ?? '') ?? '',
      // Named only where the entry is about a seat, which its readers may know.
      member: (MEMBER_KINDS as readonly string[]).includes(row.kind)
        ? (organizationNames.get(row.subjectId ?? '') ?? '')
        : '',
    }),
    hash: readsChain(actor) ? Buffer.from(row.hash).toString('hex') : '',
  }));
}
