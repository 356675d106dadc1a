/** A round's orders and their steps by mineral, with what was offered: the later stages of its funnel. Part of the fulfilment desk. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { DropReason, Step } from '#domain/fulfilment.ts';
import type { OrderSheet } from '#domain/match-report.ts';
import type { OrderState } from '#domain/review.ts';
import type { Grams } from '#domain/units.ts';
import type { Clock } from '../clock.ts';
import type { Database, Prisma } from '../database.ts';
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

export interface RoundReader {
  /** Empty until orders are proposed. */
  ofRound(roundId: string): Promise<RoundFigures[]>;
}

/** Runs whose offers are remembered. */
const RUNS_MAX = 50;

export function createRoundReader(parts: RoundParts): RoundReader {
  const { database, clock } = parts;
  /** Offers are frozen before the match runs, so all sheets are read once for a run and not again with each step of an order. */
  const offeredOf = new Map<string, Promise<Offered | null>>();

  async function offered(run: string, roundId: string): Promise<Offered | null> {
    const known = offeredOf.get(run);
    if (known) return known;
    const reading = readOffered({ ...parts, now: () => clock.now() }, roundId);
    offeredOf.set(run, reading);
    if (offeredOf.size > RUNS_MAX) offeredOf.delete([...offeredOf.keys()][0] ?? '');
    const found = await reading.catch((error) => {
      offeredOf.delete(run);
      throw error;
    });
    if (!found) offeredOf.delete(run);
    return found;
  }

  return {
    async ofRound(roundId) {
      const run = await decisiveRun(database, roundId);
      if (!run) return [];
      const orders = await database.prisma.order.findMany({
        where: { runId: run.id },
        orderBy: { number: 'asc' },
        select: ORDER,
      });
      return orders.length === 0 ? [] : figuresOf(orders, await offered(run.id, roundId));
    },
  };
}

const ORDER = { state: true, body: true, steps: STEPS } satisfies Prisma.OrderSelect;
type Ordered = Prisma.OrderGetPayload<{ select: typeof ORDER }>;

/** Kilograms by mineral. */
type Offered = ReadonlyMap<string, number>;

/** Null: the inputs cannot be read. */
async function readOffered(parts: Parameters<typeof gather>[0], roundId: string): Promise<Offered | null> {
  const gathered = await gather(parts, roundId);
  if (!gathered.ok) return null;
  const { problems } = gathered.value;
  return new Map(problems.map(({ mineral, supplies }) => [mineral, supplies.reduce((kg, s) => kg + ownKg(s), 0)]));
}

function figuresOf(orders: readonly Ordered[], offered: Offered | null): RoundFigures[] {
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
      offeredKg: offered?.get(mineral) ?? null,
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
