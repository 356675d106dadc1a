/** Lots of the reserve: received, assayed, stored elsewhere, taken out for rotation, written off. Part of the reserve desk. */
import type { Catalogue } from '#domain/catalogue.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { type Account, balanceOf, type LotOrigin, originAccount } from '#domain/reserve-ledger.ts';
import { type Grams, grams } from '#domain/units.ts';
import { done, type Entry, type Work } from './book.ts';
import { aboutOrder } from './ordered.ts';

export interface NewLot {
  mineral: string;
  form: string;
  gradePct: number | null;
  grams: Grams;
  source: string;
  site: string;
  storageClass: string;
  rotationDueAt: Date | null;
  origin: LotOrigin;
  /** Of a purchase: the order of a pool that it belongs to, if it does. */
  orderId?: string | null;
}

export interface Assay {
  lotId: string;
  /** Of what was received; the rest goes back to where it came from. */
  accepted: Grams;
  assayPct: number | null;
  reference: string;
}

const NO_LOT = refuse('no-lot', 'lot', 'there is no such lot', 'look at the list of lots again');

export async function receive(work: Work, lot: NewLot, catalogue: Catalogue): Promise<Outcome<number>> {
  const known = productOf(lot, catalogue);
  if (!known.ok) return known;
  const about = await aboutOrigin(work, lot);
  if (!about.ok) return about;
  const ordered = lot.orderId ? await aboutOrder(work, lot, lot.orderId) : done;
  if (!ordered.ok) return ordered;
  const { tx, programmeId, at } = work;
  const last = await tx.reserveLot.findFirst({ where: { programmeId }, orderBy: { number: 'desc' } });
  const number = (last?.number ?? 0) + 1;
  const { id } = await tx.reserveLot.create({
    data: {
      programmeId,
      number,
      mineral: lot.mineral,
      form: lot.form,
      gradePct: lot.gradePct,
      source: lot.source,
      site: lot.site,
      storageClass: lot.storageClass,
      rotationDueAt: lot.rotationDueAt,
      receivedAt: at,
      ...(lot.orderId && lot.origin.kind === 'purchase' && { orderId: lot.orderId }),
      ...(lot.origin.kind === 'replenishment' && { drawdownId: lot.origin.drawdown }),
      ...(lot.origin.kind === 'rotation' && { replacesId: lot.origin.lot }),
    },
  });
  const posted = await work.post([
    {
      kind: 'received',
      from: originAccount(lot.origin),
      to: { at: 'quarantine', lot: id },
      grams: lot.grams,
      lot: { id, number },
      ...about.value,
    },
  ]);
  return posted.ok ? accept(number) : posted;
}

function productOf({ mineral, form }: NewLot, catalogue: Catalogue): Outcome<null> {
  const known = catalogue.forms.get(form);
  if (!known || known.mineral !== mineral)
    return refuse('no-product', 'product', 'the catalogue has no such form of this mineral', 'choose mineral and form');
  return done;
}

/** What is given back must be the product that was taken; who gives it back reads that it came. */
async function aboutOrigin(
  { tx, programmeId }: Work,
  { origin, mineral, form }: NewLot,
): Promise<Outcome<Partial<Entry>>> {
  if (origin.kind === 'purchase') return accept({});
  if (origin.kind === 'replenishment') {
    const drawdown = await tx.reserveDrawdown.findUnique({ where: { id: origin.drawdown } });
    if (drawdown?.programmeId !== programmeId || drawdown.state !== 'released')
      return refuse('no-drawdown', 'drawdown', 'nothing is owed of it', 'choose one that is to be replenished');
    if (drawdown.mineral !== mineral || drawdown.form !== form)
      return refuse(
        'other-product',
        'product',
        'it is not what was drawn down',
        'replenish in kind: same mineral and form',
      );
    return accept({ drawdownId: drawdown.id, subjects: [drawdown.organizationId] });
  }
  const old = await tx.reserveLot.findUnique({ where: { id: origin.lot } });
  if (old?.programmeId !== programmeId) return NO_LOT;
  if (old.mineral !== mineral || old.form !== form)
    return refuse('other-product', 'product', 'it is not what was taken out', 'rotate in kind: same mineral and form');
  return accept({});
}

export async function assay(work: Work, { lotId, accepted, assayPct, reference }: Assay): Promise<Outcome<null>> {
  const { tx, programmeId, at } = work;
  const lot = await tx.reserveLot.findUnique({ where: { id: lotId } });
  if (lot?.programmeId !== programmeId) return NO_LOT;
  const waiting: Account = { at: 'quarantine', lot: lotId };
  const held = balanceOf(work.balances, waiting);
  if (held === 0)
    return refuse('no-assay', `lot ${lot.number}`, 'nothing of it awaits an assay', 'look at the lot again');
  if (accepted > held)
    return refuse(
      'too-much',
      `lot ${lot.number}`,
      'more would be accepted than came in',
      'accept at most what was received',
    );
  const drawdown = lot.drawdownId && (await tx.reserveDrawdown.findUnique({ where: { id: lot.drawdownId } }));
  const about = {
    lot: { id: lotId, number: lot.number },
    note: reference,
    ...(drawdown && { drawdownId: drawdown.id, subjects: [drawdown.organizationId] }),
  };
  const back = grams(held - accepted);
  const posted = await work.post([
    ...(accepted > 0
      ? [{ kind: 'accepted', from: waiting, to: { at: 'stock', lot: lotId }, grams: accepted, ...about } as const]
      : []),
    ...(back > 0
      ? [{ kind: 'rejected', from: waiting, to: originAccount(originOf(lot)), grams: back, ...about } as const]
      : []),
  ]);
  if (!posted.ok) return posted;
  await tx.reserveLot.update({
    where: { id: lotId },
    data: { assayPct, assayReference: reference, assayedAt: at },
  });
  if (drawdown) await closeIfReplenished(work, drawdown);
  return done;
}

export const originOf = (lot: { drawdownId: string | null; replacesId: string | null }): LotOrigin =>
  lot.drawdownId
    ? { kind: 'replenishment', drawdown: lot.drawdownId }
    : lot.replacesId
      ? { kind: 'rotation', lot: lot.replacesId }
      : { kind: 'purchase' };

/** A drawdown is closed once nothing is owed and nothing that was given back awaits its assay. */
async function closeIfReplenished(
  work: Work,
  drawdown: { id: string; organizationId: string; number: number },
): Promise<void> {
  const { tx, balances, actor, at } = work;
  const lots = await tx.reserveLot.findMany({ where: { drawdownId: drawdown.id }, select: { id: true } });
  const isOpen =
    balanceOf(balances, { at: 'owed', drawdown: drawdown.id }) > 0 ||
    lots.some(({ id }) => balanceOf(balances, { at: 'quarantine', lot: id }) > 0);
  if (isOpen) return;
  await tx.reserveDrawdown.update({ where: { id: drawdown.id }, data: { state: 'closed', closedAt: at } });
  const body = { drawdown: drawdown.number, state: 'closed' };
  await work.record([{ kind: 'reserve.drawdown', actor, subjectId: drawdown.organizationId, body }]);
}

/** All of the lot goes, what awaits its assay as well. */
export async function moveLot(
  work: Work,
  { lotId, site, storageClass }: { lotId: string; site: string; storageClass: string },
): Promise<Outcome<null>> {
  const { tx, programmeId, balances } = work;
  const lot = await tx.reserveLot.findUnique({ where: { id: lotId } });
  if (lot?.programmeId !== programmeId) return NO_LOT;
  if (lot.site === site && lot.storageClass === storageClass)
    return refuse('no-change', `lot ${lot.number}`, 'it lies there already', 'name another site or class of storage');
  const note = `${lot.site}, ${lot.storageClass} → ${site}, ${storageClass}`;
  const posted = await work.post(
    (['stock', 'quarantine'] as const).flatMap((at): Entry[] => {
      const account: Account = { at, lot: lotId };
      const held = balanceOf(balances, account);
      return held === 0
        ? []
        : [{ kind: 'moved', from: account, to: account, grams: held, lot: { id: lotId, number: lot.number }, note }];
    }),
  );
  if (!posted.ok) return posted;
  await tx.reserveLot.update({ where: { id: lotId }, data: { site, storageClass } });
  return done;
}

/** Out for rotation (to come back as a new lot), or lost. */
export async function takeOut(
  work: Work,
  { lotId, grams: taken, kind, note }: { lotId: string; grams: Grams; kind: 'rotatedOut' | 'writtenOff'; note: string },
): Promise<Outcome<null>> {
  const lot = await work.tx.reserveLot.findUnique({ where: { id: lotId } });
  if (lot?.programmeId !== work.programmeId) return NO_LOT;
  const to: Account = kind === 'rotatedOut' ? { at: 'rotation', lot: lotId } : { at: 'lost' };
  const posted = await work.post([
    { kind, from: { at: 'stock', lot: lotId }, to, grams: taken, lot: { id: lotId, number: lot.number }, note },
  ]);
  return posted.ok ? done : posted;
}
