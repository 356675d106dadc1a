/** What becomes of approved orders over HTTP. */

import { may } from '#domain/actors.ts';
import { nearest, parseDecimal, ratio, times } from '#domain/exact.ts';
import { funnel } from '#domain/fulfilment.ts';
import type { Outcome } from '#domain/refusals.ts';
import { pooledKg } from '#domain/release-view.ts';
import { grams, NO_GRAMS } from '#domain/units.ts';
import { type Context, NOTHING_HERE, os, refused, seatIn, withRight } from './context.ts';

type Acting = Context & { actor: Parameters<typeof seatIn>[1] };

/** What became of an order, if the actor's organization sits in its pool. */
async function found({ desk, actor }: Acting, orderId: string) {
  const read = await desk.fulfilment.read(orderId);
  if (!read || !(await seatIn(desk.database, actor, read.poolId))) return null;
  const bookedKg = may(actor, 'reserve.read') ? await desk.reserve.bookedKg(orderId) : null;
  return { poolId: read.poolId, view: { ...read.view, bookedKg } };
}

/** The contract has let only decimals through. */
const gramsIn = (kilograms: string) => {
  const value = parseDecimal(kilograms);
  return value ? grams(nearest(times(value, ratio(1000n)))) : NO_GRAMS;
};

const get = os.fulfilment.get.use(withRight('orders.read')).handler(async ({ input, context, errors }) => {
  const read = await found(context, input.orderId);
  if (!read) throw errors.NOT_FOUND(NOTHING_HERE);
  const { actor, desk } = context;
  const body = { order: read.view.order };
  await desk.sightings.saw([{ kind: 'order.viewed', poolId: read.poolId, actor, body }]);
  return read.view;
});

/** What stands after a change, or why it was refused. */
async function seen(context: Acting, orderId: string, errors: Errors, outcome: Outcome<null>) {
  if (!outcome.ok) throw errors.CONFLICT(refused(outcome.refusal));
  const read = await found(context, orderId);
  if (!read) throw errors.NOT_FOUND(NOTHING_HERE);
  return read.view;
}

interface Errors {
  NOT_FOUND: (options: typeof NOTHING_HERE) => Error;
  CONFLICT: (options: ReturnType<typeof refused>) => Error;
}

const enter = os.fulfilment.enter.use(withRight('fulfilment.enter')).handler(async ({ input, context, errors }) => {
  if (!(await found(context, input.orderId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const { orderId, kg, ...step } = input;
  const wanted = { ...step, grams: gramsIn(kg) };
  return seen(context, orderId, errors, await context.desk.fulfilment.enter(orderId, wanted, context.actor));
});

const strike = os.fulfilment.strike.use(withRight('fulfilment.enter')).handler(async ({ input, context, errors }) => {
  if (!(await found(context, input.orderId))) throw errors.NOT_FOUND(NOTHING_HERE);
  const { orderId, stepId, why } = input;
  return seen(context, orderId, errors, await context.desk.fulfilment.strike(orderId, stepId, why, context.actor));
});

const ofRound = os.fulfilment.funnel.use(withRight('orders.read')).handler(async ({ input, context, errors }) => {
  const { desk, actor } = context;
  const at = await seatIn(desk.database, actor, input.poolId, input.round);
  if (!at) throw errors.NOT_FOUND(NOTHING_HERE);
  const figures = await desk.fulfilment.ofRound(at.round.id);
  if (figures.length === 0) return { minerals: [] };
  const release = await desk.pools.current(at.pool.id, at.round.number);
  return {
    minerals: figures.map(({ mineral, offeredKg, orders, drops }) => ({
      mineral,
      stages: funnel({
        pooledKg: pooledKg(release, mineral, desk.catalogue),
        offeredKg,
        orders,
      }),
      drops,
    })),
  };
});

const supplied = os.fulfilment.supplied
  .use(withRight('fulfilment.readSupplied'))
  .handler(async ({ input, context, errors }) => {
    const { desk, actor } = context;
    const at = await seatIn(desk.database, actor, input.poolId, input.round);
    if (!at) throw errors.NOT_FOUND(NOTHING_HERE);
    return actor.kind === 'supplier' ? desk.fulfilment.supplied(at.round.id, actor.organizationId) : [];
  });

export const fulfilment = { get, enter, strike, funnel: ofRound, supplied };
