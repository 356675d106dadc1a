/** Steps of orders as they are stored, their seals, and what officials and suppliers read of them. Part of the fulfilment desk. */
import { createHash } from 'node:crypto';
import { type DropReason, progressOf, roomFor, STEP_KINDS, type Step, type StepKind } from '#domain/fulfilment.ts';
import { type HowFar, howFar } from '#domain/fulfilment-disclosure.ts';
import type { OrderSheet } from '#domain/match-report.ts';
import { reserveKg } from '#domain/match-result.ts';
import { canonical } from '#domain/record.ts';
import type { Grams } from '#domain/units.ts';
import type { FulfilmentView, SuppliedOrder } from '#protocol/fulfilment-api.ts';
import type { Database, Prisma } from '../database.ts';
import { ultimateOwners } from '../owners.ts';

/** Steps of one order that are read. */
const STEPS_MAX = 1000;
export const STEPS = {
  orderBy: [{ at: 'asc' }, { id: 'asc' }],
  take: STEPS_MAX,
} satisfies Prisma.Order$stepsArgs;

export type StoredStep = Prisma.OrderStepGetPayload<object>;
export type CountedStep = Step & { reason: DropReason | null };

/** The order's own mass: what officials approved. */
export const gramsOf = (body: unknown): Grams => ((body as OrderSheet).kg * 1000) as Grams;

export const stepOf = ({ kind, grams, reason }: StoredStep): CountedStep => ({
  kind: kind as StepKind,
  grams: Number(grams) as Grams,
  reason: reason === '' ? null : (reason as DropReason),
});

/** Those that were not struck out. */
export const countedSteps = (steps: readonly StoredStep[]): CountedStep[] =>
  steps.filter(({ struckAt }) => struckAt === null).map(stepOf);

const dayOf = (day: Date): string => day.toISOString().slice(0, 10);
const kg = (grams: number | bigint): number => Number(grams) / 1000;

/** What the seal of a step covers: all that was entered. Striking out is an entry of its own. */
export const sealOf = (
  step: Pick<StoredStep, 'id' | 'orderId' | 'kind' | 'grams' | 'day' | 'reference' | 'reason' | 'assayPct' | 'salt'>,
): string => {
  const { id, orderId, kind, grams, day, reference, reason, assayPct, salt } = step;
  const text = canonical({
    id,
    orderId,
    kind,
    grams: String(grams),
    day: dayOf(day),
    reference,
    reason,
    assayPct,
    salt,
  });
  return createHash('sha256').update(text).digest('hex');
};

/** Grams of an order by ultimate owner; the reserve and agencies are no companies. */
export async function ownersOf(tx: Prisma.TransactionClient, orderId: string): Promise<Map<string, bigint>> {
  const rows = await tx.allocation.groupBy({
    by: ['organizationId'],
    where: { orderId, organizationId: { not: null } },
    _sum: { grams: true },
  });
  const companies = await tx.organization.findMany({
    where: { id: { in: rows.flatMap(({ organizationId }) => organizationId ?? []) }, kind: { not: 'agency' } },
    select: { id: true, parentId: true },
  });
  const ownerOf = await ultimateOwners(tx, companies);
  const owners = new Map<string, bigint>();
  for (const { id } of companies) {
    const own = rows.find(({ organizationId }) => organizationId === id)?._sum.grams ?? 0n;
    owners.set(ownerOf(id), (owners.get(ownerOf(id)) ?? 0n) + own);
  }
  return owners;
}

/** What of an order its steps are entered on, and read with. */
export const ORDER_WITH_STEPS = {
  number: true,
  state: true,
  body: true,
  steps: STEPS,
  run: { select: { round: { select: { poolId: true } } } },
} satisfies Prisma.OrderSelect;

export async function readFulfilment(
  { prisma }: Database,
  orderId: string,
): Promise<{ poolId: string; view: FulfilmentView } | null> {
  const order = await prisma.order.findUnique({ where: { id: orderId }, select: ORDER_WITH_STEPS });
  if (!order) return null;
  const { poolId } = order.run.round;
  const sheet = order.body as unknown as OrderSheet;
  const grams = gramsOf(order.body);
  const counted = countedSteps(order.steps);
  const progress = progressOf(grams, counted);
  const room = roomFor(grams, counted);
  const seals = await sealsOnRecord(prisma, poolId, order.number);
  const people = await peopleOf(prisma, order.steps);
  return {
    poolId,
    view: {
      order: order.number,
      state: order.state,
      orderedKg: sheet.kg,
      contractedKg: kg(progress.contracted),
      deliveredKg: kg(progress.delivered),
      acceptedKg: kg(progress.accepted),
      rejectedKg: kg(progress.rejected),
      droppedOutKg: kg(progress.droppedOut),
      openKg: kg(progress.open),
      room: Object.fromEntries(STEP_KINDS.map((kind) => [kind, kg(Math.max(0, room[kind]))])) as FulfilmentView['room'],
      reserveKg: reserveKg(sheet.lots),
      bookedKg: null,
      steps: order.steps.map((step) => ({
        id: step.id,
        kind: stepOf(step).kind,
        kg: kg(step.grams),
        day: dayOf(step.day),
        reference: step.reference,
        reason: stepOf(step).reason,
        assayPct: step.assayPct,
        by: people.name(step.userId),
        organization: people.organization(step.organizationId),
        at: step.at.toISOString(),
        struck: step.struckAt && {
          by: people.name(step.struckBy ?? ''),
          at: step.struckAt.toISOString(),
          why: step.struckWhy,
        },
        sealed: seals.has(sealOf(step)),
      })),
    },
  };
}

/** The entries that were written with an order's steps; orders of other rounds with the same number do no harm, a seal is one step's. */
async function sealsOnRecord(prisma: Database['prisma'], poolId: string, number: number): Promise<Set<string>> {
  const entries = await prisma.recordEntry.findMany({
    where: { poolId, kind: 'order.step', body: { path: ['order'], equals: number } },
    select: { body: true },
  });
  return new Set(entries.map(({ body }) => String((body as { seal?: string }).seal ?? '')));
}

async function peopleOf(prisma: Database['prisma'], steps: readonly StoredStep[]) {
  const [users, organizations] = await Promise.all([
    prisma.user.findMany({
      where: { id: { in: steps.flatMap(({ userId, struckBy }) => [userId, struckBy ?? []].flat()) } },
      select: { id: true, name: true },
    }),
    prisma.organization.findMany({
      where: { id: { in: steps.map(({ organizationId }) => organizationId) } },
      select: { id: true, name: true },
    }),
  ]);
  const nameIn = (list: { id: string; name: string }[]) => (id: string) =>
    list.find((one) => one.id === id)?.name ?? '';
  return { name: nameIn(users), organization: nameIn(organizations) };
}

/** How far each order of a run is, by its offer: for the awards of those it serves. */
export async function farByOffer({ prisma }: Database, runId: string): Promise<Map<string, HowFar>> {
  const orders = await prisma.order.findMany({
    where: { runId },
    select: { offerRow: true, body: true, steps: STEPS },
  });
  return new Map(
    orders.map(({ offerRow, body, steps }) => [offerRow, howFar(gramsOf(body), countedSteps(steps))] as const),
  );
}

/** A supplier's own orders once a contract was entered, by the offers of its own sheet. */
export async function readSupplied(
  { prisma }: Database,
  roundId: string,
  organizationId: string,
): Promise<SuppliedOrder[]> {
  const sheets = await prisma.sheet.findMany({
    where: { roundId, kind: 'offers', organizationId },
    select: { id: true },
  });
  if (sheets.length === 0) return [];
  const orders = await prisma.order.findMany({
    where: {
      state: 'approved',
      run: { roundId },
      OR: sheets.map(({ id }) => ({ offerRow: { startsWith: `${id}/` } })),
      steps: { some: { kind: 'contracted', struckAt: null } },
    },
    orderBy: { number: 'asc' },
    select: { body: true, steps: STEPS },
  });
  return orders.map(({ body, steps }) => {
    const sheet = body as unknown as OrderSheet;
    const progress = progressOf(gramsOf(body), countedSteps(steps));
    return {
      mineral: sheet.mineral,
      form: sheet.lots[0]?.form ?? '',
      contractedKg: kg(progress.contracted),
      deliveredKg: kg(progress.delivered),
      acceptedKg: kg(progress.accepted),
      rejectedKg: kg(progress.rejected),
      steps: steps.flatMap((step) => {
        const { kind } = stepOf(step);
        if (step.struckAt !== null || kind === 'droppedOut') return [];
        return [{ kind, kg: kg(step.grams), day: dayOf(step.day), assayPct: step.assayPct }];
      }),
    };
  });
}
