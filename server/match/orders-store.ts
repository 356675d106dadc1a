/** Proposed orders in the database: made once from a solved run, read by officials, decided under a lock. Used by desk. */
import { createHash } from 'node:crypto';
import type { Actor } from '#domain/actors.ts';
import type { Catalogue } from '#domain/catalogue.ts';
import type { Protection } from '#domain/match-disclosure.ts';
import { type OrderSheet, officialReport } from '#domain/match-report.ts';
import { quarterAt } from '#domain/quarters.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { type OrderState, type Verdict, verdictOn } from '#domain/review.ts';
import type { OrderView } from '#protocol/match-api.ts';
import type { Database, Prisma } from '../database.ts';
import { appendWithin } from '../record.ts';
import type { SolvedRun } from './runs-store.ts';

export interface StoredOrder {
  poolId: string;
  roundId: string;
  offerRow: string;
  order: OrderView;
}

/** Orders of all an official's pools that are listed at once, those that wait first. */
const LISTED_MAX = 1000;
/** Decisions and comments shown with an order. */
const DECISIONS_MAX = 500;

/** The same run always proposes the same ids, so that a preview and the order are the same thing. */
export function orderIdOf(runId: string, offerRow: string): string {
  const hex = createHash('sha256').update(`${runId}/${offerRow}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export const viewOf = (
  order: { id: string; number: number; state: OrderState; proposedAt?: Date },
  sheet: OrderSheet,
  decisions: OrderView['decisions'],
): OrderView => ({
  id: order.id,
  number: order.number,
  state: order.state,
  ...(order.proposedAt && { proposedAt: order.proposedAt.toISOString() }),
  ...sheet,
  decisions,
});

/** Orders, who receives what of them, and the record of it, all or nothing. Answers how many there are and whether this call made them. */
export async function insertOrders(
  database: Database,
  run: SolvedRun,
  catalogue: Catalogue,
  protection: Protection,
  by: { actor: Actor; poolId: string; at: Date },
): Promise<{ count: number; made: boolean }> {
  const { actor, poolId, at } = by;
  const { orders } = officialReport(run.result, catalogue, protection);
  return database.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM match_run WHERE id = ${run.id}::uuid FOR UPDATE`;
    const count = await tx.order.count({ where: { runId: run.id } });
    if (count > 0) return { count, made: false };
    await tx.order.createMany({
      data: orders.map(({ offerRow, sheet }, i) => ({
        id: orderIdOf(run.id, offerRow),
        runId: run.id,
        number: i + 1,
        offerRow,
        proposedAt: at,
        body: sheet as unknown as Prisma.InputJsonObject,
      })),
    });
    await tx.allocation.createMany({ data: allocationsOf(run) });
    const body = { orders: orders.length, run: run.number };
    await appendWithin(tx, [{ kind: 'order.proposed', poolId, actor, body }], at);
    return { count: orders.length, made: true };
  });
}

function allocationsOf(run: SolvedRun): Prisma.AllocationCreateManyInput[] {
  return run.result.minerals.flatMap((mineral) => {
    const orders = new Map(mineral.orders.map((order) => [order.offerRow, order]));
    return mineral.lines.flatMap((line) =>
      line.parts.flatMap((part): Prisma.AllocationCreateManyInput[] => {
        const order = orders.get(part.offerRow);
        if (!order) return [];
        return [
          {
            runId: run.id,
            orderId: orderIdOf(run.id, part.offerRow),
            organizationId: line.organizationId,
            // Feed is money, but no second delivery of the same line.
            row: part.isFeed ? `${line.row}+feed` : line.row,
            mineral: mineral.mineral,
            form: order.form,
            grade: order.gradeClass,
            period: quarterAt(part.quarter),
            grams: BigInt(part.kg) * 1000n,
            usdMicroPerKg: BigInt(order.usdMicroPerKg),
          },
        ];
      }),
    );
  });
}

const FIELDS = {
  id: true,
  number: true,
  offerRow: true,
  state: true,
  proposedAt: true,
  body: true,
  decisions: { orderBy: [{ at: 'asc' }, { id: 'asc' }], take: DECISIONS_MAX },
  run: { select: { roundId: true, round: { select: { poolId: true } } } },
} satisfies Prisma.OrderSelect;

export async function findOrders(database: Database, where: Prisma.OrderWhereInput): Promise<StoredOrder[]> {
  const rows = await database.prisma.order.findMany({
    where,
    select: FIELDS,
    orderBy: [{ run: { startedAt: 'asc' } }, { run: { id: 'asc' } }, { number: 'asc' }],
    take: LISTED_MAX,
  });
  const people = await authors(database, [
    ...new Set(rows.flatMap((row) => row.decisions.map(({ userId }) => userId))),
  ]);
  return rows.map((row) => ({
    poolId: row.run.round.poolId,
    roundId: row.run.roundId,
    offerRow: row.offerRow,
    order: viewOf(
      row,
      row.body as unknown as OrderSheet,
      row.decisions.map(({ verdict, comment, userId, at }) => ({
        verdict,
        comment,
        ...(people.get(userId) ?? { by: '', organization: '' }),
        at: at.toISOString(),
      })),
    ),
  }));
}

/** Decisions are given by government: a person with several memberships appears under that one. */
async function authors(
  database: Database,
  userIds: string[],
): Promise<Map<string, { by: string; organization: string }>> {
  if (userIds.length === 0) return new Map();
  const users = await database.prisma.user.findMany({
    where: { id: { in: userIds } },
    select: { id: true, name: true, members: { select: { organization: { select: { name: true, kind: true } } } } },
  });
  return new Map(
    users.map(({ id, name, members }) => {
      const organization = members.find((member) => member.organization.kind === 'agency') ?? members[0];
      return [id, { by: name, organization: organization?.organization.name ?? '' }];
    }),
  );
}

/** Two officials who decide at once: the second one sees what the first decided. */
export async function insertDecision(
  database: Database,
  decision: { orderId: string; verdict: Verdict; comment: string; actor: Actor; at: Date },
): Promise<Outcome<{ number: number; state: OrderState }>> {
  const { orderId, verdict, actor } = decision;
  const comment = decision.comment.trim();
  return database.prisma.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT id FROM purchase_order WHERE id = ${orderId}::uuid FOR UPDATE`;
    const order = await tx.order.findUnique({
      where: { id: orderId },
      select: { number: true, state: true, run: { select: { round: { select: { poolId: true } } } } },
    });
    if (!order) return refuse('no-order', 'order', 'there is no such order', 'look at the queue again');
    const earlier = await tx.decision.findMany({
      where: { orderId, verdict: { in: ['open', 'recuse'] } },
      select: { verdict: true, userId: true },
      take: DECISIONS_MAX,
    });
    const state = verdictOn({ ...order, earlier }, verdict, comment, actor);
    if (!state.ok) return state;
    await tx.decision.create({ data: { orderId, verdict, comment, userId: actor.userId, at: decision.at } });
    await tx.order.update({ where: { id: orderId }, data: { state: state.value } });
    const body = { order: order.number, verdict, ...(comment && { comment }) };
    await appendWithin(tx, [{ kind: 'order.decided', poolId: order.run.round.poolId, actor, body }], decision.at);
    return accept({ number: order.number, state: state.value });
  });
}

/** Organizations that receive part of an order; the reserve is none. */
export async function receivers(
  database: Database,
  where: { orderId: string } | { runId: string },
): Promise<Set<string>> {
  const rows = await database.prisma.allocation.findMany({
    where: { ...where, organizationId: { not: null } },
    distinct: ['organizationId'],
    select: { organizationId: true },
  });
  return new Set(rows.flatMap(({ organizationId }) => (organizationId === null ? [] : [organizationId])));
}
