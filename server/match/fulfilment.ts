/**
 * What becomes of approved orders: each step is stored with its record under the order's lock, then told. Part of the match chapter; what each
 * party reads is decided in domain/fulfilment-disclosure.
 */
import { randomUUID } from 'node:crypto';
import { type Actor, may } from '#domain/actors.ts';
import { type DropReason, type Paper, progressOf, type StepKind, stepOn, strikeOn } from '#domain/fulfilment.ts';
import { type HowFar, howFar, isFeltStep, singlesOut } from '#domain/fulfilment-disclosure.ts';
import type { RecordDraft } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import type { Grams } from '#domain/units.ts';
import type { FulfilmentView, SuppliedOrder } from '#protocol/fulfilment-api.ts';
import type { Prisma } from '../database.ts';
import { type Push, teller } from '../push.ts';
import { appendWithin } from '../record.ts';
import { createRoundReader, type RoundParts, type RoundReader } from './fulfilment-round.ts';
import {
  countedSteps,
  gramsOf,
  ORDER_WITH_STEPS,
  ownersOf,
  readFulfilment,
  readSupplied,
  sealOf,
  stepOf,
} from './fulfilment-views.ts';
import { receivers } from './orders-store.ts';

export interface NewStep {
  kind: StepKind;
  grams: Grams;
  day: string;
  reference: string;
  reason: DropReason | null;
  assayPct: number | null;
}

export interface FulfilmentDesk {
  /** For those who read orders. Null: there is no such order. */
  read(orderId: string): Promise<{ poolId: string; view: FulfilmentView } | null>;
  enter(orderId: string, step: NewStep, actor: Actor): Promise<Outcome<null>>;
  strike(orderId: string, stepId: string, why: string, actor: Actor): Promise<Outcome<null>>;
  /** For those who read orders: what was offered and ordered, by mineral. */
  ofRound: RoundReader['ofRound'];
  /** A supplier's own. */
  supplied(roundId: string, organizationId: string): Promise<SuppliedOrder[]>;
}

export interface FulfilmentParts extends RoundParts {
  push: Push;
}

const NO_ORDER = refuse('no-order', 'order', 'there is no such order', 'look at the queue again');

export function createFulfilmentDesk(parts: FulfilmentParts): FulfilmentDesk {
  const { database, push, clock } = parts;
  const { prisma } = database;

  const tellOrder = teller(
    push,
    'order',
    ({ id, state }: { id: string; state: FulfilmentView['state'] }, poolId) =>
      (viewer) =>
        may(viewer, 'orders.read') ? { poolId, orderId: id, state } : null,
  );
  /**
   * Only those whose own award shows it, and only where it reads otherwise now: others would count the orders by the messages, and these what they do
   * not read, such as how often somebody delivered, or that something was turned down.
   */
  const tellAwards = teller(
    push,
    'award',
    (organizations: string[], poolId) => (viewer) =>
      may(viewer, 'award.readOwn') && organizations.includes(viewer.organizationId) ? { poolId } : null,
  );

  /** One at a time for each order. What `deed` answers to be recorded is recorded with it. */
  async function change(
    orderId: string,
    actor: Actor,
    deed: (tx: Prisma.TransactionClient, order: Locked) => Promise<Outcome<RecordDraft['body']>>,
  ): Promise<Outcome<null>> {
    const done = await prisma.$transaction(async (tx): Promise<Outcome<{ order: Locked; isFelt: boolean }>> => {
      await tx.$queryRaw`SELECT id FROM purchase_order WHERE id = ${orderId}::uuid FOR UPDATE`;
      const order = await tx.order.findUnique({ where: { id: orderId }, select: ORDER_WITH_STEPS });
      if (!order) return NO_ORDER;
      const body = await deed(tx, order);
      if (!body.ok) return body;
      const { poolId } = order.run.round;
      await appendWithin(tx, [{ kind: 'order.step', poolId, actor, body: body.value }], clock.now());
      const now = await tx.order.findUniqueOrThrow({ where: { id: orderId }, select: ORDER_WITH_STEPS });
      return accept({ order, isFelt: isFeltStep(farOf(order), farOf(now)) });
    });
    if (!done.ok) return done;
    const { order, isFelt } = done.value;
    const { poolId } = order.run.round;
    tellOrder(poolId, { id: orderId, state: order.state });
    if (isFelt) tellAwards(poolId, [...(await receivers(database, { orderId }))]);
    return accept(null);
  }

  return {
    read: (orderId) => readFulfilment(database, orderId),
    enter: (orderId, wanted, actor) =>
      change(orderId, actor, async (tx, order) => {
        const grams = gramsOf(order.body);
        const steps = countedSteps(order.steps);
        const paper: Paper = {
          day: wanted.day,
          today: clock.now().toISOString().slice(0, 10),
          reference: wanted.reference,
        };
        const step = stepOn({ ...order, grams }, steps, { ...wanted, paper }, actor);
        if (!step.ok) return step;
        if (may(actor, 'demand.cleanRoom')) {
          const after = (progressOf(grams, steps)[wanted.kind] + wanted.grams) as Grams;
          const apart = singlesOut(grams, { grams: wanted.grams, after }, await ownersOf(tx, orderId));
          if (!apart.ok) return apart;
        }
        const row = {
          id: randomUUID(),
          orderId,
          kind: wanted.kind,
          grams: BigInt(wanted.grams),
          day: new Date(`${wanted.day}T00:00:00Z`),
          reference: wanted.reference.trim(),
          reason: wanted.kind === 'droppedOut' ? (wanted.reason ?? '') : '',
          assayPct: wanted.kind === 'accepted' || wanted.kind === 'rejected' ? wanted.assayPct : null,
          salt: randomUUID(),
          userId: actor.userId,
          organizationId: actor.organizationId,
          at: after(order.steps.at(-1)?.at, clock.now()),
        };
        await tx.orderStep.create({ data: row });
        return accept({ order: order.number, step: wanted.kind, seal: sealOf(row) });
      }),
    strike: (orderId, stepId, why, actor) =>
      change(orderId, actor, async (tx, order) => {
        const step = order.steps.find(({ id }) => id === stepId);
        if (!step) return refuse('no-step', `order ${order.number}`, 'it has no such step', 'look at its steps again');
        if (step.struckAt)
          return refuse('struck', `order ${order.number}`, 'the step is struck out already', 'enter the right one');
        const others = countedSteps(order.steps.filter(({ id }) => id !== stepId));
        const outcome = strikeOn({ number: order.number, grams: gramsOf(order.body) }, others, why, actor);
        if (!outcome.ok) return outcome;
        await tx.orderStep.update({
          where: { id: stepId },
          data: { struckAt: clock.now(), struckBy: actor.userId, struckWhy: why.trim() },
        });
        return accept({ order: order.number, step: stepOf(step).kind, struck: true });
      }),
    ofRound: createRoundReader(parts).ofRound,
    supplied: (roundId, organizationId) => readSupplied(database, roundId, organizationId),
  };
}

/** What the awards of those it serves say of it. */
const farOf = ({ body, steps }: Pick<Locked, 'body' | 'steps'>): HowFar => howFar(gramsOf(body), countedSteps(steps));

/** Steps of an order are read in the order of their moments, so no two have the same. */
const after = (last: Date | undefined, now: Date): Date =>
  new Date(Math.max(now.getTime(), (last?.getTime() ?? 0) + 1));

type Locked = Prisma.OrderGetPayload<{ select: typeof ORDER_WITH_STEPS }>;
