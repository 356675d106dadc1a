/** The record as the viewer may read it: officials the entries of their pools, a company those that concern it. */
import { may } from '#domain/actors.ts';
import { type JsonObject, kindsHiddenFrom, MEMBER_KINDS, readableBody, recordSentence } from '#domain/record.ts';
import { verifyRecord } from '../record.ts';
import { sharedViews } from '../shared-views.ts';
import { os, signedIn, withRight } from './context.ts';
import { unlessBusy } from './history.ts';
import { sheetsOpenTo } from './open-sheets.ts';

const PER_PAGE = 100;
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
];

/** The person that an entry is about, by id. */
const personIn = (row: { body: unknown }): string | null => {
  const { person } = row.body as JsonObject;
  return typeof person === 'string' ? person : null;
};

const list = os.record.list.use(signedIn).handler(async ({ input, context }) => {
  const { prisma } = context.desk.database;
  const { actor } = context;
  const seats = await prisma.poolMember.findMany({
    where: { organizationId: actor.organizationId },
    select: { poolId: true },
  });
  const poolIds = seats.map((seat) => seat.poolId).filter((id) => input.poolId === undefined || id === input.poolId);
  const inPools = { poolId: { in: poolIds } };
  const own = { subjectId: actor.organizationId, ...(input.poolId === undefined ? {} : { poolId: input.poolId }) };
  const whole = may(actor, 'record.read');
  // Who does not read orders counts only what it reads: gaps in the chain's own numbers would count the runs.
  const isChain = may(actor, 'orders.read');
  const where = {
    OR: whole
      ? [
          { ...inPools, kind: { notIn: kindsHiddenFrom(actor) } },
          own,
          ...(input.poolId === undefined ? [{ poolId: null, subjectId: null }] : []),
        ]
      : [{ ...inPools, kind: { in: COMPANY_KINDS } }, own, ...(await sharedViews(prisma, actor, input.poolId))],
  };
  // A company counts only the entries that it may read: gaps in the chain's own numbers would tell it what others did.
  const visible = isChain ? 0 : await prisma.recordEntry.count({ where });
  const skip = isChain || input.before === undefined ? 0 : Math.max(0, visible - input.before + 1);
  const rows = await prisma.recordEntry.findMany({
    where: { ...where, ...(isChain && input.before !== undefined ? { seq: { lt: input.before } } : {}) },
    orderBy: { seq: 'desc' },
    skip,
    take: PER_PAGE,
  });
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
  const nameOf = (among: { id: string; name: string }[], id: string | null) =>
    among.find((row) => row.id === id)?.name ?? null;
  return rows.map((row, index) => ({
    seq: isChain ? Number(row.seq) : visible - skip - index,
    at: row.at.toISOString(),
    kind: row.kind,
    poolId: row.poolId,
    pool: nameOf(pools, row.poolId),
    by: nameOf(people, row.userId),
    organization: nameOf(organizations, row.organizationId),
    text: recordSentence(row.kind, {
      ...readableBody(row.body as JsonObject, actor),
      person: nameOf(people, personIn(row)) ?? '',
      // Named only where the entry is about a seat, which its readers may know.
      member: (MEMBER_KINDS as readonly string[]).includes(row.kind)
        ? (nameOf(organizations, row.subjectId) ?? '')
        : '',
    }),
    hash: isChain ? Buffer.from(row.hash).toString('hex') : '',
  }));
});

const verify = os.record.verify.use(withRight('record.read')).handler(async ({ context, errors }) => {
  const { actor, desk } = context;
  const chain = await verifyRecord(desk.database.pool);
  // A company's sheet is that company's to check: how long its log is says how busy it was.
  const own = (await sheetsOpenTo(desk, actor)).filter(({ access }) => access === 'read' || access === 'edit');
  const broken: { sheetId: string; seq: number }[] = [];
  for (const { id } of own) {
    const found = await unlessBusy(errors, desk.history.verify(id));
    if (found.broken !== null) broken.push({ sheetId: id, seq: Number(found.broken) });
  }
  return { ...chain, sheets: { checked: own.length, broken } };
});

export const record = { list, verify };
