/** Who sits in a pool: reading it as far as the viewer may know, giving and taking seats, leaving, acknowledging an open pool. */
import { type Actor, may, mayReadSeat, type PoolRole, SEAT_OF_KIND } from '#domain/actors.ts';
import { mayLeave, mayRemove, seatFor } from '#domain/membership.ts';
import { accept, type Outcome, refuse, sentence } from '#domain/refusals.ts';
import { takesEdits } from '#domain/rounds.ts';
import type { Prisma } from '../database.ts';
import { appendWithin } from '../record.ts';
import { type Context, NOTHING_HERE, os, refused, seatIn, signedIn, withRight } from './context.ts';
import { mayPoolBeside } from './overlap.ts';
import { pastPool } from './past-pools.ts';
import type { Found } from './pool-card.ts';
import { seatedIn, withOwners } from './seated.ts';

type Tx = Prisma.TransactionClient;

/** Organizations offered for a seat; a workspace has hundreds. */
const CANDIDATES_MAX = 2000;

async function listFor(context: Context, actor: Actor, { pool }: Found) {
  const seated = await seatedIn(context.desk.database.prisma, pool.id);
  const acknowledgements = await context.desk.database.prisma.acknowledgement.findMany({ where: { poolId: pool.id } });
  const acknowledged = new Set(acknowledgements.map(({ organizationId }) => organizationId));
  const seesOwners = may(actor, 'members.manage') || pool.kind === 'open';
  return seated
    .filter(({ id, role }) => id === actor.organizationId || mayReadSeat(actor, pool.kind, role))
    .map(({ id, name, kind, role, owner }) => ({
      organizationId: id,
      name,
      kind,
      seat: role,
      owner: seesOwners || id === actor.organizationId ? owner : null,
      acknowledged:
        pool.kind === 'open' && role === 'buyer' && (may(actor, 'members.manage') || id === actor.organizationId)
          ? acknowledged.has(id)
          : null,
    }));
}

const list = os.members.list.use(signedIn).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return listFor(context, context.actor, found);
});

const candidates = os.members.candidates
  .use(withRight('members.manage'))
  .handler(async ({ input, context, errors }) => {
    const found = await seatIn(context.desk.database, context.actor, input.poolId);
    if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
    const { prisma } = context.desk.database;
    const seated = await seatedIn(prisma, input.poolId);
    const others = await prisma.organization.findMany({
      where: { id: { notIn: seated.map(({ id }) => id) } },
      select: { id: true, name: true, kind: true, parentId: true },
      orderBy: { name: 'asc' },
      take: CANDIDATES_MAX,
    });
    return (await withOwners(prisma, others)).map((candidate) => {
      const seat = seatFor(candidate, seated, groundOf(found));
      return {
        organizationId: candidate.id,
        name: candidate.name,
        kind: candidate.kind,
        seat: SEAT_OF_KIND[candidate.kind],
        owner: candidate.owner,
        refusal: seat.ok ? null : sentence(seat.refusal),
      };
    });
  });

const add = os.members.add.use(withRight('members.manage')).handler(async ({ input, context, errors }) => {
  const { database } = context.desk;
  const found = await seatIn(database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await database.prisma.$transaction((tx) => seat(context, context.actor, found, input, tx));
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  return listFor(context, context.actor, found);
});

/** A seat, the record of it, and the own sheet: of a buyer in a sealed pool that still collects, of a supplier until offers are opened. */
async function seat(
  context: Context,
  actor: Actor,
  found: Found,
  input: { organizationId: string; clearance?: string | undefined },
  tx: Tx,
): Promise<Outcome<PoolRole>> {
  const { pool, round } = found;
  await lockPool(tx, pool.id);
  const row = await tx.organization.findUnique({ where: { id: input.organizationId } });
  if (!row) return refuse('no-organization', 'organization', 'there is no such one', 'choose from the list');
  const [candidate] = await withOwners(tx, [row]);
  const ground = groundOf(found);
  const given = candidate && seatFor(candidate, await seatedIn(tx, pool.id), ground);
  if (!given?.ok)
    return given ?? refuse('no-organization', 'organization', 'there is no such one', 'choose from the list');
  const beside =
    candidate && given.value === 'buyer'
      ? await mayPoolBeside(tx, pool, [candidate], actor.organizationId)
      : accept(null);
  if (!beside.ok) return beside;
  if (ground === 'counsel' && given.value === 'buyer' && !input.clearance)
    return refuse(
      'no-clearance',
      row.name,
      'counsel has not cleared that it sees the other members’ lines',
      'name the clearance that covers it',
    );
  const at = context.desk.clock.now();
  const membership = { poolId: pool.id, organizationId: row.id };
  await tx.poolMember.create({ data: { ...membership, role: given.value, joinedAt: at } });
  await tx.pastMember.deleteMany({ where: membership });
  if (given.value === 'buyer' && pool.kind === 'sealed' && round.phase === 'collect') {
    const place = { kind: 'demand' as const, poolId: pool.id, roundId: round.id, organizationId: row.id };
    // Whoever comes back in the same round finds its lines again.
    if ((await tx.sheet.count({ where: place })) === 0) await tx.sheet.create({ data: place });
  }
  if (given.value === 'liaison' && takesEdits('offers', round.phase)) {
    const place = { kind: 'offers' as const, poolId: pool.id, roundId: round.id, organizationId: row.id };
    if ((await tx.sheet.count({ where: place })) === 0) await tx.sheet.create({ data: place });
  }
  const body = { seat: given.value, ...(input.clearance !== undefined && { clearance: input.clearance }) };
  await appendWithin(tx, [{ kind: 'member.joined', poolId: pool.id, actor, subjectId: row.id, body }], at);
  return given;
}

const remove = os.members.remove.use(withRight('members.manage')).handler(async ({ input, context, errors }) => {
  const { database } = context.desk;
  const found = await seatIn(database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await database.prisma.$transaction((tx) =>
    unseat(context, context.actor, found, input.organizationId, 'member.removed', tx),
  );
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  // An administrator that removed its own organization sees nothing of the pool any more.
  return input.organizationId === context.actor.organizationId ? [] : listFor(context, context.actor, found);
});

const leave = os.members.leave.use(withRight('member.leave')).handler(async ({ input, context, errors }) => {
  const { database } = context.desk;
  const { actor } = context;
  const found = await seatIn(database, actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await database.prisma.$transaction((tx) =>
    unseat(context, actor, found, actor.organizationId, 'member.left', tx),
  );
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  const left = await pastPool(database, actor.organizationId, input.poolId);
  if (!left) throw new Error('a member that just left is no past member');
  return left;
});

/** The seat goes, and with it everything that asks for one; the bell of the database closes the sockets that used it. */
async function unseat(
  context: Context,
  actor: Actor,
  { pool }: Found,
  organizationId: string,
  kind: 'member.left' | 'member.removed',
  tx: Tx,
): Promise<Outcome<null>> {
  await lockPool(tx, pool.id);
  const seated = await seatedIn(tx, pool.id);
  const member = seated.find(({ id }) => id === organizationId);
  if (!member) return refuse('no-member', 'organization', 'it has no seat in this pool', 'look at the members again');
  // Another step of the round may have been taken since the page was read.
  const { phase } = await tx.round.findFirstOrThrow({ where: { poolId: pool.id }, orderBy: { number: 'desc' } });
  const allowed = kind === 'member.left' ? mayLeave(phase) : mayRemove(member, seated);
  if (!allowed.ok) return allowed;
  const at = context.desk.clock.now();
  const membership = { poolId: pool.id, organizationId };
  await tx.poolMember.delete({ where: { poolId_organizationId: membership } });
  await tx.pastMember.create({ data: { ...membership, role: member.role, leftAt: at } });
  // Whoever comes back reads anew that all members see its lines.
  await tx.acknowledgement.deleteMany({ where: membership });
  await appendWithin(
    tx,
    [{ kind, poolId: pool.id, actor, subjectId: organizationId, body: { seat: member.role } }],
    at,
  );
  return allowed;
}

const acknowledge = os.members.acknowledge
  .use(withRight('openPool.acknowledge'))
  .handler(async ({ input, context, errors }) => {
    const { database, clock } = context.desk;
    const { actor } = context;
    const found = await seatIn(database, actor, input.poolId);
    if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
    if (found.pool.kind !== 'open' || found.seat.role !== 'buyer')
      throw errors.CONFLICT(
        refused({
          code: 'not-open',
          place: 'pool',
          message: 'its members do not share a sheet with you',
          remedy: 'there is nothing to acknowledge',
        }),
      );
    await database.prisma.$transaction(async (tx) => {
      const at = clock.now();
      const data = { poolId: input.poolId, organizationId: actor.organizationId, userId: actor.userId, at };
      const { count } = await tx.acknowledgement.createMany({ data: [data], skipDuplicates: true });
      if (count === 0) return;
      const entry = { poolId: input.poolId, actor, subjectId: actor.organizationId, body: {} };
      await appendWithin(tx, [{ kind: 'openPool.acknowledged', ...entry }], at);
    });
    return { acknowledged: true as const };
  });

/** Seats of one pool change one after the other, so that no two rules are asked of the same past. */
const lockPool = (tx: Tx, poolId: string) => tx.$queryRaw`SELECT id FROM pool WHERE id = ${poolId}::uuid FOR UPDATE`;

const groundOf = ({ pool }: Found) => (pool.kind === 'open' ? (pool.openBasis?.ground ?? 'counsel') : null);

export const members = { list, candidates, add, remove, leave, acknowledge };
