/** Pools: which I see, one with the sheets I may open, opening a new one, leaving a phase, releases and awards. */
import { type Actor, accessToSheet, may, type PoolRole } from '#domain/actors.ts';
import { sentence } from '#domain/refusals.ts';
import type { Phase } from '#domain/rounds.ts';
import { type Context, NOTHING_HERE, os, problem, seatIn, signedIn, withRight } from './context.ts';

/** Pools in one answer; the workspace of a programme has dozens. */
const POOLS_MAX = 500;

type Found = NonNullable<Awaited<ReturnType<typeof seatIn>>>;

const card = ({ pool, round }: Pick<Found, 'pool' | 'round'>) => ({
  id: pool.id,
  name: pool.name,
  kind: pool.kind,
  minerals: pool.minerals,
  deliveryFrom: pool.deliveryFrom,
  deliveryTo: pool.deliveryTo,
  basis: pool.basis,
  unit: pool.unit,
  round: {
    id: round.id,
    number: round.number,
    phase: round.phase,
    opensAt: round.opensAt.toISOString(),
    closesAt: round.closesAt.toISOString(),
  },
});

/** Only sheets that the viewer may open are named: an id that is not in the answer tells nothing. */
async function sheetsFor(context: Context, actor: Actor, found: Found) {
  const rows = await context.desk.database.prisma.sheet.findMany({
    where: { roundId: found.round.id },
    include: { organization: true },
    orderBy: [{ kind: 'asc' }, { organization: { name: 'asc' } }],
  });
  return rows.flatMap((sheet) => {
    const access = accessToSheet(actor, {
      kind: sheet.kind,
      organizationId: sheet.organizationId,
      hasSeat: true,
      phase: found.round.phase,
      frozen: sheet.frozen,
    });
    if (access === 'none') return [];
    const title = sheet.kind === 'offers' ? 'Offers' : (sheet.organization?.name ?? 'Demand of all members');
    return [{ id: sheet.id, kind: sheet.kind, title, organizationId: sheet.organizationId, access }];
  });
}

async function view(context: Context, actor: Actor, found: Found) {
  const { rounds, pools: poolDesk } = context.desk;
  const outlook = may(actor, 'phase.advance') ? await rounds.outlook(found.round.id) : null;
  const refusal = outlook && !outlook.ok ? outlook.refusal : null;
  return {
    ...card(found),
    sheets: await sheetsFor(context, actor, found),
    slotSeconds: poolDesk.slotSeconds(found.pool.id),
    advance:
      outlook === null || refusal?.code === 'round-closed'
        ? null
        : { to: outlook.ok ? outlook.value : found.round.phase, refusal: refusal && sentence(refusal) },
  };
}

const list = os.pools.list.use(signedIn).handler(async ({ context }) => {
  const seats = await context.desk.database.prisma.poolMember.findMany({
    where: { organizationId: context.actor.organizationId },
    include: { pool: { include: { rounds: { orderBy: { number: 'desc' }, take: 1 } } } },
    orderBy: { pool: { name: 'asc' } },
    take: POOLS_MAX,
  });
  return seats.flatMap(({ pool }) =>
    pool.rounds[0] ? [card({ pool: pool as Found['pool'], round: pool.rounds[0] as Found['round'] })] : [],
  );
});

const get = os.pools.get.use(signedIn).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return view(context, context.actor, found);
});

const candidates = os.pools.candidates.use(withRight('pool.create')).handler(async ({ context }) =>
  context.desk.database.prisma.organization.findMany({
    where: { kind: 'manufacturer' },
    select: { id: true, name: true, sector: true },
    orderBy: { name: 'asc' },
  }),
);

const create = os.pools.create.use(withRight('pool.create')).handler(async ({ input, context, errors }) => {
  const { desk, actor } = context;
  const mineral = desk.catalogue.minerals.get(input.mineral);
  if (!mineral || mineral.isGroup)
    throw errors.CONFLICT(
      problem(
        'mineral',
        `${input.mineral} is not a single mineral of the catalogue`,
        'choose one mineral from the list',
      ),
    );
  if (input.deliveryTo < input.deliveryFrom || input.deliveryTo - input.deliveryFrom > 9)
    throw errors.CONFLICT(
      problem(
        'delivery years',
        `${input.deliveryFrom} to ${input.deliveryTo} is not a horizon of 1 to 10 years`,
        'let the last year follow the first',
      ),
    );
  const found = await openPool(context, actor, { ...input, basis: mineral.basis, unit: mineral.unit });
  await desk.pools.track(found.round.id);
  return card(found);
});

/** A pool with its first round, a sealed demand sheet for each invited manufacturer, and a sheet for offers. */
async function openPool(
  context: Context,
  actor: Actor,
  input: {
    name: string;
    mineral: string;
    basis: string;
    unit: string;
    deliveryFrom: number;
    deliveryTo: number;
    closesAt: string;
    organizationIds: string[];
  },
): Promise<Found> {
  const { database, record, clock } = context.desk;
  const poolId = await database.prisma.$transaction(async (tx) => {
    const programme = await tx.programme.upsert({
      where: { slug: 'reserve' },
      update: {},
      create: { slug: 'reserve', name: 'Strategic reserve', sheets: { create: { kind: 'priorities' } } },
    });
    const buyers = await tx.organization.findMany({
      where: { id: { in: input.organizationIds }, kind: 'manufacturer' },
    });
    const agencies = await tx.organization.findMany({ where: { kind: 'agency' } });
    const seat = (organizationId: string, role: PoolRole) => ({ organizationId, role });
    const pool = await tx.pool.create({
      data: {
        programmeId: programme.id,
        name: input.name,
        minerals: [input.mineral],
        deliveryFrom: input.deliveryFrom,
        deliveryTo: input.deliveryTo,
        basis: input.basis,
        unit: input.unit,
        members: {
          create: [
            ...buyers.map((row) => seat(row.id, 'buyer')),
            ...agencies.map((row) => seat(row.id, 'government')),
            seat(actor.organizationId, 'administrator'),
          ],
        },
      },
    });
    const round = await tx.round.create({
      data: { poolId: pool.id, number: 1, opensAt: clock.now(), closesAt: new Date(input.closesAt) },
    });
    await tx.sheet.createMany({
      data: [
        ...buyers.map((row) => ({
          kind: 'demand' as const,
          poolId: pool.id,
          roundId: round.id,
          organizationId: row.id,
        })),
        { kind: 'offers' as const, poolId: pool.id, roundId: round.id },
      ],
    });
    return pool.id;
  });
  await record([{ kind: 'pool.opened', poolId, actor, body: { name: input.name } }]);
  const found = await seatIn(database, actor, poolId);
  if (!found) throw new Error('a pool that was just opened has no seat for its administrator');
  return found;
}

const advance = os.pools.advance.use(withRight('phase.advance')).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.rounds.advance(found.round.id, input.from as Phase, context.actor);
  if (!outcome.ok)
    throw errors.CONFLICT(problem(outcome.refusal.place, outcome.refusal.message, outcome.refusal.remedy));
  const moved = await seatIn(context.desk.database, context.actor, input.poolId);
  return view(context, context.actor, moved ?? found);
});

const release = os.pools.release.use(signedIn).handler(async ({ input, context, errors }) => {
  if (!(await seatIn(context.desk.database, context.actor, input.poolId))) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.pools.current(input.poolId);
});

const releases = os.pools.releases.use(signedIn).handler(async ({ input, context, errors }) => {
  if (!(await seatIn(context.desk.database, context.actor, input.poolId))) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.pools.history(input.poolId);
});

const awards = os.pools.awards.use(withRight('award.readOwn')).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.match.awards(found.round.id, context.actor.organizationId);
});

export const pools = { list, get, create, candidates, advance, release, releases, awards };
