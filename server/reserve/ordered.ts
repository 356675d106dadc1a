/** Purchases of the reserve that belong to an order of a pool: what came in of it stands in the ledger once. Part of the reserve desk. */
import { may } from '#domain/actors.ts';
import type { OrderSheet } from '#domain/match-report.ts';
import { reserveKg } from '#domain/match-result.ts';
import { type Outcome, refuse } from '#domain/refusals.ts';
import { kilogramsText } from '#domain/reserve-ledger.ts';
import type { Grams } from '#domain/units.ts';
import { done, type Tx, type Work } from './book.ts';

/** At most what the reserve buys of an approved order comes in for it; what an assay sent back may come again. */
export async function aboutOrder(
  { tx, actor }: Work,
  lot: { mineral: string; grams: Grams },
  orderId: string,
): Promise<Outcome<null>> {
  const order = await tx.order.findUnique({
    where: { id: orderId },
    select: { number: true, state: true, body: true, run: { select: { round: { select: { poolId: true } } } } },
  });
  const seat =
    order &&
    (await tx.poolMember.findUnique({
      where: {
        poolId_organizationId: { poolId: order.run.round.poolId, organizationId: actor.organizationId },
      },
    }));
  if (!order || !seat || !may(actor, 'orders.read'))
    return refuse('no-order', 'order', 'there is no such order, or none for you', 'leave the order out');
  const sheet = order.body as unknown as OrderSheet;
  const place = `order ${order.number}`;
  if (order.state !== 'approved') return refuse('not-approved', place, 'it is not approved', 'wait for the decision');
  if (sheet.mineral !== lot.mineral)
    return refuse('other-product', place, 'it is of another mineral', 'choose the product that was ordered');
  const left = 1000 * reserveKg(sheet.lots) - (await broughtBy(tx, orderId));
  if (lot.grams > left)
    return refuse(
      'too-much',
      place,
      `at most ${kilogramsText(Math.max(0, left))} kg more of it are for the reserve`,
      'look at the lots: it may have been entered already',
    );
  return done;
}

/** Grams that came in for an order, less what was sent back. */
export async function broughtBy(tx: Pick<Tx, 'reserveLot' | 'reserveMovement'>, orderId: string): Promise<number> {
  const lots = await tx.reserveLot.findMany({ where: { orderId }, select: { id: true } });
  const moved = await tx.reserveMovement.groupBy({
    by: ['kind'],
    where: { lotId: { in: lots.map(({ id }) => id) }, kind: { in: ['received', 'rejected'] } },
    _sum: { grams: true },
  });
  return moved.reduce((sum, { kind, _sum }) => sum + (kind === 'received' ? 1 : -1) * Number(_sum.grams ?? 0n), 0);
}
