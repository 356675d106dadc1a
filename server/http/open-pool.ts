/** Opening a new pool: sealed or open, for one mineral or several, with its first round and its members. */
import type { Actor } from '#domain/actors.ts';
import type { Mineral } from '#domain/catalogue.ts';
import { type SeatedOrganization, seatFor } from '#domain/membership.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { mayClose } from '#domain/rounds.ts';
import { appendWithin } from '../record.ts';
import { type Context, os, refused, seatIn, withRight } from './context.ts';
import { mayPoolBeside } from './overlap.ts';
import { card, type Found } from './pool-card.ts';
import { withOwners } from './seated.ts';

const YEARS_MAX = 10;

interface Wish {
  name: string;
  minerals: string[];
  kind: 'sealed' | 'open';
  open: { ground: 'group' | 'counsel'; reference: string } | null;
  deliveryFrom: number;
  deliveryTo: number;
  closesAt: string;
  organizationIds: string[];
}

export const candidates = os.pools.candidates.use(withRight('pool.create')).handler(async ({ context }) => {
  const { prisma } = context.desk.database;
  const rows = await prisma.organization.findMany({
    where: { kind: 'manufacturer' },
    select: { id: true, name: true, kind: true, sector: true, parentId: true },
    orderBy: { name: 'asc' },
  });
  const owned = await withOwners(prisma, rows);
  return rows.map(({ id, name, sector }, i) => ({ id, name, sector, owner: owned[i]?.owner ?? null }));
});

export const create = os.pools.create.use(withRight('pool.create')).handler(async ({ input, context, errors }) => {
  const { desk, actor } = context;
  const bought = readMinerals(context, input.minerals);
  if (!bought.ok) throw errors.CONFLICT(refused(bought.refusal));
  const terms = readTerms(input, desk.clock.now());
  if (!terms.ok) throw errors.CONFLICT(refused(terms.refusal));
  const seated = await seatEverybody(context, actor, input);
  if (!seated.ok) throw errors.CONFLICT(refused(seated.refusal));
  const opened = await openPool(context, actor, { ...input, ...statementFor(bought.value) }, seated.value);
  if (!opened.ok) throw errors.CONFLICT(refused(opened.refusal));
  const found = opened.value;
  await desk.pools.track(found.round.id);
  return card(found);
});

function readMinerals(context: Context, ids: readonly string[]): Outcome<Mineral[]> {
  const minerals: Mineral[] = [];
  for (const id of new Set(ids)) {
    const mineral = context.desk.catalogue.minerals.get(id);
    if (!mineral || mineral.isGroup)
      return refuse(
        'no-mineral',
        'mineral',
        `${id} is not a single mineral of the catalogue`,
        'choose one mineral from the list',
      );
    minerals.push(mineral);
  }
  return accept(minerals);
}

/** Several minerals have no constituent in common: each is stated in its own, which an empty basis says. */
function statementFor(minerals: readonly Mineral[]): { basis: string; unit: string } {
  const [first] = minerals;
  if (!first) throw new Error('a pool buys at least one mineral');
  if (minerals.length === 1) return { basis: first.basis, unit: first.unit };
  return { basis: '', unit: minerals.every(({ unit }) => unit === first.unit) ? first.unit : 'kg' };
}

function readTerms(wish: Wish, now: Date): Outcome<null> {
  if (wish.deliveryTo < wish.deliveryFrom || wish.deliveryTo - wish.deliveryFrom >= YEARS_MAX)
    return refuse(
      'horizon',
      'delivery years',
      `${wish.deliveryFrom} to ${wish.deliveryTo} is not a horizon of 1 to ${YEARS_MAX} years`,
      'let the last year follow the first',
    );
  if (wish.kind === 'open' && !wish.open)
    return refuse(
      'no-basis',
      'basis',
      'companies share one sheet in an open pool only within one group, or cleared by counsel',
      'name the group, or the clearance and its reference',
    );
  return mayClose(now, new Date(wish.closesAt));
}

/** Agencies and the administrator first, then the buyers, each against those that sit there already. */
async function seatEverybody(context: Context, actor: Actor, wish: Wish): Promise<Outcome<SeatedOrganization[]>> {
  const { prisma } = context.desk.database;
  const rows = await prisma.organization.findMany({
    where: {
      OR: [
        { kind: 'agency' },
        { id: actor.organizationId },
        { id: { in: wish.organizationIds }, kind: 'manufacturer' },
      ],
    },
    select: { id: true, name: true, kind: true, parentId: true },
    orderBy: [{ kind: 'desc' }, { name: 'asc' }],
  });
  const missing = wish.organizationIds.find((id) => !rows.some((row) => row.id === id));
  if (missing !== undefined)
    return refuse(
      'no-manufacturer',
      'invited',
      'one of them is no manufacturer of this workspace',
      'choose from the list',
    );
  const seated: SeatedOrganization[] = [];
  for (const organization of await withOwners(prisma, rows)) {
    const seat = seatFor(organization, seated, wish.kind === 'open' ? (wish.open?.ground ?? null) : null);
    if (!seat.ok) return seat;
    seated.push({ ...organization, role: seat.value });
  }
  return accept(seated);
}

/** A pool with its first round: a sealed demand sheet for each buyer, or one for all of them, and a sheet for offers. */
async function openPool(
  context: Context,
  actor: Actor,
  wish: Wish & { basis: string; unit: string },
  seated: readonly SeatedOrganization[],
): Promise<Outcome<Found>> {
  const { database, clock } = context.desk;
  const at = clock.now();
  const buying = seated.filter(({ role }) => role === 'buyer');
  const opened = await database.prisma.$transaction(async (tx) => {
    const beside = await mayPoolBeside(tx, { ...wish, id: null }, buying, actor.organizationId);
    if (!beside.ok) return beside;
    const programme = await tx.programme.upsert({
      where: { slug: 'reserve' },
      update: {},
      create: {
        slug: 'reserve',
        name: 'Strategic reserve',
        sheets: { create: [{ kind: 'priorities' }, { kind: 'targets' }] },
      },
    });
    const { name, kind, minerals, deliveryFrom, deliveryTo, basis, unit, open } = wish;
    const { id } = await tx.pool.create({
      data: {
        programmeId: programme.id,
        ...{ name, kind, deliveryFrom, deliveryTo, basis, unit },
        minerals: [...new Set(minerals)],
        members: { create: seated.map(({ id: organizationId, role }) => ({ organizationId, role, joinedAt: at })) },
        ...(kind === 'open' && open && { openBasis: { create: { ...open, userId: actor.userId, at } } }),
      },
    });
    const round = await tx.round.create({
      data: { poolId: id, number: 1, opensAt: at, closesAt: new Date(wish.closesAt) },
    });
    const place = { poolId: id, roundId: round.id };
    const buyers = buying.map((row) => row.id);
    const owners = kind === 'open' ? [null] : buyers;
    await tx.sheet.createMany({
      data: [
        ...owners.map((organizationId) => ({ kind: 'demand' as const, ...place, organizationId })),
        { kind: 'offers' as const, ...place },
      ],
    });
    const body = { name, kind, ...(kind === 'open' && open && { ground: open.ground, reference: open.reference }) };
    await appendWithin(tx, [{ kind: 'pool.opened', poolId: id, actor, body }], at);
    return accept(id);
  });
  if (!opened.ok) return opened;
  const found = await seatIn(database, actor, opened.value);
  if (!found) throw new Error('a pool that was just opened has no seat for its administrator');
  return accept(found);
}
