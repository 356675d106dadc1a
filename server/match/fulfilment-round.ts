/** A round's orders and their steps by mineral, with what was offered: the later stages of its funnel. Part of the fulfilment desk. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { DropReason, Step } from '#domain/fulfilment.ts';
import type { OrderSheet } from '#domain/match-report.ts';
import type { OrderState } from '#domain/review.ts';
import type { Grams } from '#domain/units.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { countedSteps, gramsOf, STEPS } from './fulfilment-views.ts';
import { gather, type SheetRows } from './gather.ts';
import { decisiveRun } from './runs-store.ts';

export interface RoundParts {
  database: Database;
  sheets: SheetRows;
  catalogue: Catalogue;
  clock: Clock;
}

export interface RoundFigures {
  mineral: string;
  /** Of the valid offers over the delivery horizon, without what refiners make from other offers' feed. Null: the inputs cannot be read now. */
  offeredKg: number | null;
  /** Without what others make into product: its product is an order, too. */
  orders: { state: OrderState; grams: Grams; steps: Step[] }[];
  drops: { reason: DropReason; kg: number; orders: number }[];
}

/** Empty until orders are proposed. */
export async function roundFigures(parts: RoundParts, roundId: string): Promise<RoundFigures[]> {
  const { database, clock } = parts;
  const run = await decisiveRun(database, roundId);
  if (!run) return [];
  const orders = await database.prisma.order.findMany({
    where: { runId: run.id },
    orderBy: { number: 'asc' },
    select: { state: true, body: true, steps: STEPS },
  });
  if (orders.length === 0) return [];
  const gathered = await gather({ ...parts, now: () => clock.now() }, roundId);
  const offered = new Map(
    gathered.ok
      ? gathered.value.problems.map(({ mineral, supplies }) => [mineral, supplies.reduce((kg, s) => kg + ownKg(s), 0)])
      : [],
  );
  const byMineral = Map.groupBy(orders, ({ body }) => (body as unknown as OrderSheet).mineral);
  return [...byMineral].map(([mineral, group]) => {
    const drops = new Map<DropReason, { kg: number; orders: number }>();
    for (const { steps } of group) {
      const seen = new Set<DropReason>();
      for (const { kind, grams, reason } of countedSteps(steps)) {
        if (kind !== 'droppedOut' || reason === null) continue;
        const known = drops.get(reason) ?? { kg: 0, orders: 0 };
        drops.set(reason, { kg: known.kg + grams / 1000, orders: known.orders + (seen.has(reason) ? 0 : 1) });
        seen.add(reason);
      }
    }
    return {
      mineral,
      offeredKg: offered.get(mineral) ?? null,
      orders: group.map(({ state, body, steps }) => {
        const share = directShare(body as unknown as OrderSheet);
        const direct = (grams: number) => Math.round(grams * share) as Grams;
        return {
          state,
          grams: direct(gramsOf(body)),
          steps: countedSteps(steps).map(({ kind, grams }) => ({ kind, grams: direct(grams) })),
        };
      }),
      drops: [...drops].map(([reason, found]) => ({ reason, ...found })),
    };
  });
}

/** Of an order, what nobody makes into something else. */
const directShare = ({ kg, feedKg }: OrderSheet): number =>
  kg === 0 ? 0 : 1 - ((feedKg?.pool ?? 0) + (feedKg?.reserve ?? 0)) / kg;

const ownKg = ({ refining, capacityKg }: { refining?: unknown; capacityKg: readonly number[] }): number =>
  refining ? 0 : capacityKg.reduce((sum, kg) => sum + kg, 0);
