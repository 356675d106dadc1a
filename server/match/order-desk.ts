/**
 * Orders as the rest of the server sees them: proposed from the decisive run, awarded, reviewed and decided. Part of the match desk.
 * What changes and its record are stored together, then told.
 */
import { type Actor, may } from '#domain/actors.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import { UNTOUCHED } from '#domain/fulfilment-disclosure.ts';
import { ownAwards } from '#domain/match-report.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { isFelt, reviewDue, type Verdict } from '#domain/review.ts';
import { PHASE_TITLE, PHASES, type Phase } from '#domain/rounds.ts';
import type { AwardView, OrderView } from '#protocol/match-api.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { type Push, teller } from '../push.ts';
import { farByOffer } from './fulfilment-views.ts';
import { findOrders, insertDecision, insertOrders, receivers, type StoredOrder } from './orders-store.ts';
import { protectionOf } from './protection.ts';
import { decisiveRun } from './runs-store.ts';

export interface OrderDesk {
  /** One manufacturer's own lines, once the orders are proposed. */
  awards(roundId: string, organizationId: string): Promise<AwardView[]>;
  /** Turns the latest solved run into orders; answers how many there are. Asking again changes nothing. */
  propose(roundId: string, actor: Actor): Promise<Outcome<number>>;
  /** Oldest first. */
  orders(filter: { poolIds: string[] }): Promise<{ poolId: string; order: OrderView }[]>;
  order(orderId: string): Promise<{ poolId: string; order: OrderView } | null>;
  decide(orderId: string, verdict: Verdict, comment: string, actor: Actor): Promise<Outcome<OrderView>>;
}

const isPast = (phase: Phase, mark: Phase): boolean => PHASES.indexOf(phase) > PHASES.indexOf(mark);

export function createOrderDesk(parts: {
  database: Database;
  catalogue: Catalogue;
  push: Push;
  clock: Clock;
  /** Days that an order may wait until it is marked as overdue. */
  reviewDays: number;
}): OrderDesk {
  const { database, catalogue, push, clock, reviewDays } = parts;

  async function awards(roundId: string, organizationId: string): Promise<AwardView[]> {
    const round = await database.prisma.round.findUniqueOrThrow({ where: { id: roundId }, select: { phase: true } });
    if (!isPast(round.phase, 'match')) return [];
    const run = await decisiveRun(database, roundId);
    if (!run) return [];
    const states = await database.prisma.order.findMany({
      where: { runId: run.id },
      select: { offerRow: true, state: true },
    });
    const byOffer = new Map(states.map((order) => [order.offerRow, order.state]));
    const stateOf = (offerRow: string) => byOffer.get(offerRow) ?? 'proposed';
    const far = await farByOffer(database, run.id);
    const becameOf = (offerRow: string) => far.get(offerRow) ?? UNTOUCHED;
    return ownAwards(run.result, organizationId, stateOf, catalogue, await protectionOf(database, roundId), becameOf);
  }

  async function propose(roundId: string, actor: Actor): Promise<Outcome<number>> {
    const round = await database.prisma.round.findUniqueOrThrow({
      where: { id: roundId },
      select: { phase: true, poolId: true },
    });
    if (!isPast(round.phase, 'offers'))
      return refuse(
        'phase-closed',
        'round',
        `it is in the phase ${PHASE_TITLE[round.phase].toLowerCase()}`,
        'propose orders once the match is solved',
      );
    const run = await decisiveRun(database, roundId);
    if (!run) return refuse('no-run', 'round', 'there is no solved match yet', 'run the match first');
    const { poolId } = round;
    const protection = await protectionOf(database, roundId);
    const by = { actor, poolId, at: clock.now() };
    const { count, made } = await insertOrders(database, run, catalogue, protection, by);
    if (!made) return accept(count);
    for (const { order } of await findOrders(database, { runId: run.id }))
      tellOrder(poolId, { id: order.id, state: order.state });
    // Everybody hears it alike, whether something was awarded or not.
    tellAwards(poolId, null);
    return accept(count);
  }

  const tellOrder = teller(
    push,
    'order',
    ({ id, state }: Pick<OrderView, 'id' | 'state'>, poolId) =>
      (viewer) =>
        may(viewer, 'orders.read') ? { poolId, orderId: id, state } : null,
  );

  /** To these organizations; null: to all. */
  const tellAwards = teller(push, 'award', (organizations: string[] | null, poolId) => (viewer) => {
    const isFor = organizations === null || organizations.includes(viewer.organizationId);
    return may(viewer, 'award.readOwn') && isFor ? { poolId } : null;
  });

  const dated = ({ poolId, order }: StoredOrder): { poolId: string; order: OrderView } => {
    if (!order.proposedAt) return { poolId, order };
    return { poolId, order: { ...order, dueAt: reviewDue(new Date(order.proposedAt), reviewDays).toISOString() } };
  };

  async function order(orderId: string): Promise<{ poolId: string; order: OrderView } | null> {
    const [found] = await findOrders(database, { id: orderId });
    return found ? dated(found) : null;
  }

  async function decide(orderId: string, verdict: Verdict, comment: string, actor: Actor): Promise<Outcome<OrderView>> {
    const decided = await insertDecision(database, { orderId, verdict, comment, actor, at: clock.now() });
    if (!decided.ok) return decided;
    const found = await order(orderId);
    if (!found) throw new Error('a decided order is gone');
    tellOrder(found.poolId, { id: orderId, state: found.order.state });
    // Only those whose own award shows it: others would count the orders by the messages.
    if (isFelt(verdict)) {
      tellAwards(found.poolId, [...(await receivers(database, { orderId }))]);
    }
    return accept(found.order);
  }

  async function orders({ poolIds }: { poolIds: string[] }): Promise<{ poolId: string; order: OrderView }[]> {
    const found = await findOrders(database, { run: { round: { poolId: { in: poolIds } } } });
    return found.map(dated);
  }

  return { awards, propose, orders, order, decide };
}
