/** What officials read of the reserve, and what a company reads of its own account there. Part of the reserve desk. */
import { type Due, overdue } from '#domain/reserve-due.ts';
import { type Account, type Balances, balanceOf, faultsIn, productText } from '#domain/reserve-ledger.ts';
import type { MovementView, OwnAccountView, ReserveView } from '#protocol/reserve-api.ts';
import type { Database, Prisma } from '../database.ts';
import { programmeOf, readBalances } from './book.ts';

/** Lots and drawdowns that are listed at once, newest first. What is older is in the movements. */
const LISTED_MAX = 1000;
const MOVEMENTS_PAGE = 100;

/** Kilograms to the gram. */
const kg = (grams: number | bigint): number => Number(grams) / 1000;
const instant = (at: Date | null): string | null => at?.toISOString() ?? null;

type Lot = Prisma.ReserveLotGetPayload<object>;
type Drawdown = Prisma.ReserveDrawdownGetPayload<object>;

interface Held {
  balances: Balances;
  lots: Lot[];
  drawdowns: Drawdown[];
  late: Due[];
}

/** Everything of the reserve at one moment of the database. */
async function readHeld(tx: Prisma.TransactionClient, programmeId: string, now: Date, own?: string): Promise<Held> {
  const balances = await readBalances(tx, programmeId);
  const drawdowns = await tx.reserveDrawdown.findMany({
    where: { programmeId, ...(own !== undefined && { organizationId: own }) },
    orderBy: { requestedAt: 'desc' },
    take: LISTED_MAX,
  });
  const lots = await tx.reserveLot.findMany({
    where: { programmeId, ...(own !== undefined && { drawdownId: { in: drawdowns.map(({ id }) => id) } }) },
    orderBy: { number: 'desc' },
    take: LISTED_MAX,
  });
  const on = (account: Account) => balanceOf(balances, account);
  const late = overdue(
    {
      drawdowns: drawdowns.map((row) => ({ ...row, owed: on({ at: 'owed', drawdown: row.id }) })),
      lots: lots.map((lot) => ({
        ...lot,
        quarantine: on({ at: 'quarantine', lot: lot.id }),
        stock: on({ at: 'stock', lot: lot.id }),
      })),
    },
    now,
  );
  return { balances, lots, drawdowns, late };
}

const drawdownView = (row: Drawdown, { balances, lots, late }: Held) => ({
  id: row.id,
  number: row.number,
  mineral: row.mineral,
  form: row.form,
  kg: kg(row.grams),
  owedKg: kg(balanceOf(balances, { at: 'owed', drawdown: row.id })),
  awaitingKg: kg(
    lots
      .filter(({ drawdownId }) => drawdownId === row.id)
      .reduce((sum, { id }) => sum + balanceOf(balances, { at: 'quarantine', lot: id }), 0),
  ),
  state: row.state,
  reason: row.reason,
  comment: row.comment,
  requestedAt: row.requestedAt.toISOString(),
  decidedAt: instant(row.decidedAt),
  dueAt: instant(row.dueAt),
  closedAt: instant(row.closedAt),
  daysLate: late.find(({ kind, id }) => kind === 'replenishment' && id === row.id)?.daysLate ?? null,
});

/** Everything, for officials. `viewerId` tells them which drawdowns wait for somebody else than themselves. */
export async function readReserve(database: Database, viewerId: string, now: Date): Promise<ReserveView | null> {
  return database.prisma.$transaction(async (tx) => {
    const programme = await programmeOf(tx);
    if (!programme) return null;
    const held = await readHeld(tx, programme.id, now);
    const holders = await tx.reserveHolder.findMany({
      where: { programmeId: programme.id },
      include: { organization: { select: { id: true, name: true } } },
      orderBy: { at: 'asc' },
    });
    const nameOf = (id: string) => holders.find(({ organizationId }) => organizationId === id)?.organization.name ?? '';
    const { balances, lots, drawdowns, late } = held;
    return {
      name: programme.name,
      faults: faultsIn(balances),
      products: productsOf(held),
      holders: holders.map(({ organization }) => ({
        ...organization,
        entitlements: entitlementsOf(organization.id, held).map(({ mineral, form, grams }) => ({
          mineral,
          form,
          kg: kg(grams),
        })),
      })),
      lots: lots.map((lot) => lotView(lot, held)),
      drawdowns: drawdowns.map((row) => ({
        ...drawdownView(row, held),
        organization: nameOf(row.organizationId),
        mine: row.requestedBy === viewerId || row.approvedBy === viewerId,
      })),
      overdue: late.map(({ kind, id, dueAt, daysLate }) => ({ kind, id, dueAt: dueAt.toISOString(), daysLate })),
    };
  });
}

function lotView(lot: Lot, { balances, lots }: Held): ReserveView['lots'][number] {
  const held = (at: 'stock' | 'quarantine' | 'rotation') => kg(balanceOf(balances, { at, lot: lot.id }));
  return {
    id: lot.id,
    number: lot.number,
    mineral: lot.mineral,
    form: lot.form,
    gradePct: lot.gradePct,
    source: lot.source,
    origin: lot.drawdownId ? 'replenishment' : lot.replacesId ? 'rotation' : 'purchase',
    replaces: lots.find(({ id }) => id === lot.replacesId)?.number ?? null,
    site: lot.site,
    storageClass: lot.storageClass,
    receivedAt: lot.receivedAt.toISOString(),
    rotationDueAt: instant(lot.rotationDueAt),
    assayPct: lot.assayPct,
    assayReference: lot.assayReference,
    assayedAt: instant(lot.assayedAt),
    stockKg: held('stock'),
    quarantineKg: held('quarantine'),
    rotationKg: held('rotation'),
  };
}

function productsOf(held: Held): ReserveView['products'] {
  const { balances, lots, drawdowns } = held;
  const found = new Map<string, ReserveView['products'][number]>();
  const of = (mineral: string, form: string) => {
    const key = productText({ mineral, form });
    const product = found.get(key) ?? {
      mineral,
      form,
      stockKg: 0,
      quarantineKg: 0,
      owedKg: 0,
      rotationKg: 0,
      entitledKg: 0,
    };
    found.set(key, product);
    return product;
  };
  for (const { id, mineral, form } of lots) {
    const product = of(mineral, form);
    product.stockKg += kg(balanceOf(balances, { at: 'stock', lot: id }));
    product.quarantineKg += kg(balanceOf(balances, { at: 'quarantine', lot: id }));
    product.rotationKg += kg(balanceOf(balances, { at: 'rotation', lot: id }));
  }
  for (const { id, mineral, form } of drawdowns)
    of(mineral, form).owedKg += kg(balanceOf(balances, { at: 'owed', drawdown: id }));
  for (const { mineral, form, grams } of entitlementsOf(null, held)) of(mineral, form).entitledKg += kg(grams);
  return [...found.values()].sort(
    (a, b) => a.mineral.localeCompare(b.mineral, 'en') || a.form.localeCompare(b.form, 'en'),
  );
}

/** Of one organization, or of all. */
function entitlementsOf(
  organizationId: string | null,
  { balances }: Held,
): { organizationId: string; mineral: string; form: string; grams: number }[] {
  return [...balances].flatMap(([text, grams]) => {
    const [at, organization = '', product = ''] = text.split('/');
    if (at !== 'entitled' || grams <= 0) return [];
    if (organizationId !== null && organization !== organizationId) return [];
    const [mineral = '', form = ''] = product.split(':');
    return [{ organizationId: organization, mineral, form, grams }];
  });
}

/** One company's account and nothing else: no lot, no stock, nobody else's drawdown. */
export async function readOwn(database: Database, organizationId: string, now: Date): Promise<OwnAccountView | null> {
  return database.prisma.$transaction(async (tx) => {
    const programme = await programmeOf(tx);
    if (!programme) return null;
    const where = { programmeId: programme.id, organizationId };
    const hasAccount = (await tx.reserveHolder.count({ where })) > 0;
    const held = await readHeld(tx, programme.id, now, organizationId);
    const drawdowns = held.drawdowns.map((row) => drawdownView(row, held));
    const openKg = (mineral: string, form: string): number =>
      drawdowns
        .filter((row) => row.mineral === mineral && row.form === form)
        .reduce(
          (sum, { state, kg: asked, owedKg, awaitingKg }) =>
            sum +
            (state === 'released' ? owedKg + awaitingKg : state === 'requested' || state === 'approved' ? asked : 0),
          0,
        );
    return {
      name: programme.name,
      hasAccount,
      entitlements: entitlementsOf(organizationId, held).map(({ mineral, form, grams }) => {
        const open = openKg(mineral, form);
        return { mineral, form, kg: kg(grams), openKg: open, leftKg: Math.max(0, kg(grams) - open) };
      }),
      drawdowns,
    };
  });
}

/** Newest first, before the given number. */
export async function readMovements(database: Database, before: number | null): Promise<MovementView[]> {
  const { prisma } = database;
  const programme = await programmeOf(prisma);
  if (!programme) return [];
  const rows = await prisma.reserveMovement.findMany({
    where: { programmeId: programme.id, ...(before !== null && { number: { lt: before } }) },
    orderBy: { number: 'desc' },
    take: MOVEMENTS_PAGE,
  });
  const lots = await prisma.reserveLot.findMany({
    where: { id: { in: rows.flatMap(({ lotId }) => lotId ?? []) } },
    select: { id: true, number: true, mineral: true, form: true },
  });
  const people = await prisma.user.findMany({
    where: { id: { in: [...new Set(rows.map(({ userId }) => userId))] } },
    select: { id: true, name: true },
  });
  return rows.map((row) => {
    const lot = lots.find(({ id }) => id === row.lotId);
    return {
      number: row.number,
      kind: row.kind as MovementView['kind'],
      from: placeOf(row.from),
      to: placeOf(row.to),
      kg: kg(row.grams),
      lot: lot?.number ?? null,
      product: lot ? { mineral: lot.mineral, form: lot.form } : productIn(row.to),
      note: row.note,
      by: people.find(({ id }) => id === row.userId)?.name ?? '',
      at: row.at.toISOString(),
    };
  });
}

const placeOf = (text: string): MovementView['from'] => (text.split('/')[0] ?? '') as MovementView['from'];

function productIn(text: string): { mineral: string; form: string } | null {
  const [at, , product = ''] = text.split('/');
  const [mineral = '', form = ''] = product.split(':');
  return at === 'entitled' ? { mineral, form } : null;
}
