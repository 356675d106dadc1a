/** Match runs and their report, and the orders that officials review. Every report leaves through domain/match-report. */
import type { Actor } from '#domain/actors.ts';
import { type Outcome, refuse } from '#domain/refusals.ts';
import type { Verdict } from '#domain/review.ts';
import type { OrderView } from '#protocol/match-api.ts';
import { type Context, NOTHING_HERE, os, problem, refused, seatIn, withRight } from './context.ts';

/** The round of a run, if the actor has a seat in its pool. */
async function roundOfRun(context: Context & { actor: Parameters<typeof seatIn>[1] }, runId: string) {
  const run = await context.desk.database.prisma.matchRun.findUnique({
    where: { id: runId },
    select: { round: { select: { id: true, poolId: true } } },
  });
  return run && (await seatIn(context.desk.database, context.actor, run.round.poolId)) ? run.round : null;
}

const start = os.runs.start.use(withRight('match.run')).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.match.start(found.round.id, context.actor);
  if (!outcome.ok)
    throw errors.CONFLICT(problem(outcome.refusal.place, outcome.refusal.message, outcome.refusal.remedy));
  return outcome.value;
});

const cancel = os.runs.cancel.use(withRight('match.run')).handler(async ({ input, context, errors }) => {
  if (!(await roundOfRun(context, input.runId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const outcome = await context.desk.match.cancel(input.runId, context.actor);
  if (!outcome.ok)
    throw errors.CONFLICT(problem(outcome.refusal.place, outcome.refusal.message, outcome.refusal.remedy));
  return outcome.value;
});

const list = os.runs.list.use(withRight('match.readAggregated')).handler(async ({ input, context, errors }) => {
  const found = await seatIn(context.desk.database, context.actor, input.poolId, input.round);
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  return context.desk.match.runs(found.round.id);
});

const report = os.runs.report.use(withRight('match.readAggregated')).handler(async ({ input, context, errors }) => {
  const round = await roundOfRun(context, input.runId);
  const found = round && (await context.desk.match.report(input.runId));
  if (!found) throw errors.NOT_FOUND(NOTHING_HERE);
  const { actor, desk } = context;
  await desk.sightings.saw([{ kind: 'report.viewed', poolId: round.poolId, actor, body: { run: found.run.number } }]);
  return found;
});

const named = async (context: Context, poolIds: string[]) => {
  const rows = await context.desk.database.prisma.pool.findMany({
    where: { id: { in: poolIds } },
    select: { id: true, name: true },
  });
  return new Map(rows.map((row) => [row.id, row.name]));
};

const queue = os.orders.queue.use(withRight('orders.read')).handler(async ({ context }) => {
  const seats = await context.desk.database.prisma.poolMember.findMany({
    where: { organizationId: context.actor.organizationId },
    select: { poolId: true },
  });
  const found = await context.desk.match.orders({ poolIds: seats.map((seat) => seat.poolId) });
  const names = await named(context, [...new Set(found.map((row) => row.poolId))]);
  return found.map((row) => ({ ...row, pool: names.get(row.poolId) ?? '' }));
});

const get = os.orders.get.use(withRight('orders.read')).handler(async ({ input, context, errors }) => {
  const found = await context.desk.match.order(input.orderId);
  if (!found || !(await seatIn(context.desk.database, context.actor, found.poolId)))
    throw errors.NOT_FOUND(NOTHING_HERE);
  const { actor, desk } = context;
  await desk.sightings.saw([
    { kind: 'order.viewed', poolId: found.poolId, actor, body: { order: found.order.number } },
  ]);
  return { ...found, pool: (await named(context, [found.poolId])).get(found.poolId) ?? '' };
});

/** What somebody without a seat in its pool hears of an order: what they would hear of none. */
const NO_ORDER = refuse('no-order', 'order', NOTHING_HERE.data.reason, NOTHING_HERE.data.remedy);

async function decideOne(
  { desk, actor }: Context & { actor: Actor },
  orderId: string,
  verdict: Verdict,
  comment: string,
): Promise<Outcome<OrderView>> {
  const found = await desk.match.order(orderId);
  if (!found || !(await seatIn(desk.database, actor, found.poolId))) return NO_ORDER;
  return desk.match.decide(orderId, verdict, comment, actor);
}

const decide = os.orders.decide
  .use(withRight('orders.return', 'orders.approve'))
  .handler(async ({ input, context, errors }) => {
    const outcome = await decideOne(context, input.orderId, input.verdict, input.comment);
    if (outcome === NO_ORDER) throw errors.NOT_FOUND(NOTHING_HERE);
    if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
    return outcome.value;
  });

/** One after the other, each in a transaction of its own: what one refuses does not undo the others. */
const decideMany = os.orders.decideMany
  .use(withRight('orders.return', 'orders.approve'))
  .handler(async ({ input: { orderIds, verdict, comment }, context }) => {
    const told = [];
    for (const orderId of new Set(orderIds)) {
      const outcome = await decideOne(context, orderId, verdict, comment);
      told.push(
        outcome.ok
          ? { orderId, state: outcome.value.state, refusal: null }
          : { orderId, state: null, refusal: refused(outcome.refusal).data },
      );
    }
    return told;
  });

export const runs = { start, cancel, list, report };
export const orders = { queue, get, decide, decideMany };
