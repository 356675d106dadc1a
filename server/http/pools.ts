/** Pools: which I see, one of their rounds with the sheets I may open, leaving a phase, opening the next round, releases and awards. */
import { type Actor, accessToSheet, may } from '#domain/actors.ts';
import { sentence } from '#domain/refusals.ts';
import type { Phase } from '#domain/rounds.ts';
import { readAcknowledgedRounds } from '../acknowledged.ts';
import { type Context, NOTHING_HERE, os, refused, seatIn, signedIn, withRight } from './context.ts';
import { candidates, create } from './open-pool.ts';
import { card, type Found } from './pool-card.ts';

/** Pools in one answer; the workspace of a programme has dozens. */
const POOLS_MAX = 500;

/** Only sheets that the viewer may open are named: an id that is not in the answer tells nothing. */
async function sheetsFor(context: Context, actor: Actor, found: Found, hasAcknowledged: boolean) {
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
      hasAcknowledged,
      phase: found.round.phase,
      frozen: sheet.frozen,
    });
    if (access === 'none') return [];
    const title = sheet.organization?.name ?? (sheet.kind === 'offers' ? 'Offers' : 'Demand of all members');
    return [{ id: sheet.id, kind: sheet.kind, title, organizationId: sheet.organizationId, access }];
  });
}

async function view(context: Context, actor: Actor, found: Found) {
  const { rounds, pools: poolDesk } = context.desk;
  const all = await context.desk.database.prisma.round.findMany({
    where: { poolId: found.pool.id },
    orderBy: { number: 'asc' },
    select: { number: true, phase: true, opensAt: true },
  });
  const isLatest = found.round.number === all.at(-1)?.number;
  const outlook = isLatest && may(actor, 'phase.advance') ? await rounds.outlook(found.round.id) : null;
  const refusal = outlook && !outlook.ok ? outlook.refusal : null;
  const following = outlook && (await rounds.mayFollow(found.round.id));
  const acknowledged = (await readAcknowledgedRounds(context.desk.database, actor.organizationId)).has(found.round.id);
  const { openBasis } = found.pool;
  return {
    ...card(found),
    sheets: await sheetsFor(context, actor, found, acknowledged),
    slotSeconds: poolDesk.slotSeconds(found.pool.id),
    rounds: all.map((round) => ({ ...round, opensAt: round.opensAt.toISOString() })),
    next: following && { refusal: following.ok ? null : sentence(following.refusal) },
    open:
      found.pool.kind === 'open'
        ? { ground: openBasis?.ground ?? 'counsel', reference: openBasis?.reference ?? '', acknowledged }
        : null,
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
  const found = await seatIn(context.desk.database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return view(context, context.actor, found);
});

const advance = os.pools.advance.use(withRight('phase.advance')).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.rounds.advance(found.round.id, input.from as Phase, context.actor);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  const moved = await seatIn(context.desk.database, context.actor, input.poolId);
  return view(context, context.actor, moved ?? found);
});

const openRound = os.pools.openRound.use(withRight('phase.advance')).handler(async ({ input, context, errors }) => {
  const { database, rounds, pools: poolDesk } = context.desk;
  const found = await seatIn(database, context.actor, input.poolId, input.after);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const wish = { closesAt: new Date(input.closesAt), carryOver: input.carryOver };
  const outcome = await rounds.openNext(found.round.id, wish, context.actor);
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  await poolDesk.track(outcome.value);
  const opened = await seatIn(database, context.actor, input.poolId);
  return view(context, context.actor, opened ?? found);
});

const release = os.pools.release.use(signedIn).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.pools.current(input.poolId, input.round);
});

const releases = os.pools.releases.use(signedIn).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.pools.history(input.poolId, input.round);
});

const awards = os.pools.awards.use(withRight('award.readOwn')).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.match.awards(found.round.id, context.actor.organizationId);
});

export const pools = { list, get, create, candidates, advance, openRound, release, releases, awards };
