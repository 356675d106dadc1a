/** Accounts of companies with the reserve: opening one, entitlements, their transfer, and drawdowns up to their release. Part of the reserve desk. */
import type { Catalogue } from '#domain/catalogue.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { actOn, type DrawdownAct, mayRequest, REASON_CHARS_MAX, transferable } from '#domain/reserve-drawdown.ts';
import { type Account, balanceOf, productText, takeOldest } from '#domain/reserve-ledger.ts';
import type { Grams } from '#domain/units.ts';
import { done, type Work } from './book.ts';

export interface Product {
  mineral: string;
  form: string;
}

const NO_HOLDER = refuse(
  'no-account',
  'organization',
  'it has no account with the reserve',
  'the company opens one on its page of the reserve first',
);
const NO_DRAWDOWN = refuse('no-drawdown', 'drawdown', 'there is no such drawdown', 'look at the list again');

export async function openAccount({ tx, programmeId, actor, at, record }: Work): Promise<Outcome<null>> {
  const { organizationId, userId } = actor;
  const { count } = await tx.reserveHolder.createMany({
    data: [{ programmeId, organizationId, userId, at }],
    skipDuplicates: true,
  });
  if (count > 0) await record([{ kind: 'reserve.joined', actor, subjectId: organizationId, body: {} }]);
  return done;
}

const isHolder = async ({ tx, programmeId }: Work, organizationId: string): Promise<boolean> =>
  (await tx.reserveHolder.count({ where: { programmeId, organizationId } })) > 0;

const entitledTo = (organization: string, product: Product): Account => ({
  at: 'entitled',
  organization,
  product: productText(product),
});

/** What an organization's drawdowns of a product claim, or still owe. Given back and awaiting its assay counts as owed. */
export async function openOf(work: Work, organizationId: string, { mineral, form }: Product): Promise<number> {
  const { tx, programmeId, balances } = work;
  const drawdowns = await tx.reserveDrawdown.findMany({
    where: { programmeId, organizationId, mineral, form, state: { in: ['requested', 'approved', 'released'] } },
    select: { id: true, state: true, grams: true },
  });
  const lots = await tx.reserveLot.findMany({
    where: { drawdownId: { in: drawdowns.map(({ id }) => id) } },
    select: { id: true },
  });
  const claimed = drawdowns.reduce(
    (sum, { id, state, grams }) =>
      sum + (state === 'released' ? balanceOf(balances, { at: 'owed', drawdown: id }) : Number(grams)),
    0,
  );
  return lots.reduce((sum, { id }) => sum + balanceOf(balances, { at: 'quarantine', lot: id }), claimed);
}

export async function grant(
  work: Work,
  { organizationId, product, grams }: { organizationId: string; product: Product; grams: Grams },
  catalogue: Catalogue,
): Promise<Outcome<null>> {
  if (catalogue.forms.get(product.form)?.mineral !== product.mineral)
    return refuse('no-product', 'product', 'the catalogue has no such form of this mineral', 'choose mineral and form');
  if (!(await isHolder(work, organizationId))) return NO_HOLDER;
  const posted = await work.post([
    {
      kind: 'granted',
      from: { at: 'granted' },
      to: entitledTo(organizationId, product),
      grams,
      subjects: [organizationId],
    },
  ]);
  return posted.ok ? done : posted;
}

/** What a drawdown claims or owes stays with the one who drew it down. Each of the two reads its own side of it. */
export async function transfer(
  work: Work,
  wanted: { fromId: string; toId: string; product: Product; grams: Grams },
): Promise<Outcome<null>> {
  const { fromId, toId, product, grams } = wanted;
  if (!(await isHolder(work, fromId)) || !(await isHolder(work, toId))) return NO_HOLDER;
  const from = entitledTo(fromId, product);
  const free = transferable(balanceOf(work.balances, from), await openOf(work, fromId, product));
  if (grams > free)
    return refuse(
      'beyond-entitlement',
      'amount',
      'it is more than the entitlement leaves after its open drawdowns',
      'transfer less, or wait until they are replenished',
    );
  const posted = await work.post([
    { kind: 'transferred', from, to: entitledTo(toId, product), grams, subjects: [fromId, toId] },
  ]);
  return posted.ok ? done : posted;
}

/** The answer depends on the company's own account alone: whether the reserve holds enough is the officials' to know. */
export async function request(
  work: Work,
  { product, grams, reason }: { product: Product; grams: Grams; reason: string },
): Promise<Outcome<number>> {
  const { tx, programmeId, actor, at } = work;
  const { organizationId } = actor;
  if (!(await isHolder(work, organizationId)))
    return refuse('no-account', 'account', 'your company has none with the reserve', 'open one first');
  if (reason.length > REASON_CHARS_MAX)
    return refuse('too-long', 'reason', `it has more than ${REASON_CHARS_MAX} characters`, 'shorten it');
  const entitled = balanceOf(work.balances, entitledTo(organizationId, product));
  const asked = mayRequest(entitled, await openOf(work, organizationId, product), grams);
  if (!asked.ok) return asked;
  const last = await tx.reserveDrawdown.findFirst({
    where: { programmeId, organizationId },
    orderBy: { number: 'desc' },
  });
  const number = (last?.number ?? 0) + 1;
  await tx.reserveDrawdown.create({
    data: {
      programmeId,
      organizationId,
      number,
      ...product,
      grams: BigInt(grams),
      reason,
      requestedBy: actor.userId,
      requestedAt: at,
    },
  });
  const body = { drawdown: number, state: 'requested' };
  await work.record([{ kind: 'reserve.drawdown', actor, subjectId: organizationId, body }]);
  return accept(number);
}

export async function act(
  work: Work,
  wanted: { drawdownId: string; act: DrawdownAct; comment: string; dueAt: Date | null },
): Promise<Outcome<null>> {
  const { tx, programmeId, actor, at } = work;
  const drawdown = await tx.reserveDrawdown.findUnique({ where: { id: wanted.drawdownId } });
  if (drawdown?.programmeId !== programmeId) return NO_DRAWDOWN;
  // Another company's drawdown does not exist for a company.
  if (wanted.act === 'withdraw' && drawdown.organizationId !== actor.organizationId) return NO_DRAWDOWN;
  const state = actOn(drawdown, wanted.act, wanted.comment, actor);
  if (!state.ok) return state;
  if (wanted.act === 'release') {
    const released = await release(work, { ...drawdown, dueAt: wanted.dueAt });
    if (!released.ok) return released;
  }
  await tx.reserveDrawdown.update({
    where: { id: drawdown.id },
    data: {
      state: state.value,
      ...(wanted.act === 'approve' && { approvedBy: actor.userId, approvedAt: at }),
      ...((wanted.act === 'release' || wanted.act === 'refuse') && {
        decidedBy: actor.userId,
        decidedAt: at,
        comment: wanted.comment.trim(),
      }),
      ...(wanted.act === 'release' && { dueAt: wanted.dueAt }),
    },
  });
  const body = { drawdown: drawdown.number, state: state.value };
  await work.record([{ kind: 'reserve.drawdown', actor, subjectId: drawdown.organizationId, body }]);
  return done;
}

async function release(
  work: Work,
  drawdown: { id: string; organizationId: string; mineral: string; form: string; grams: bigint; dueAt: Date | null },
): Promise<Outcome<null>> {
  const { tx, programmeId, balances, at } = work;
  const { mineral, form, dueAt } = drawdown;
  if (!dueAt || dueAt <= at)
    return refuse('no-due-date', 'due date', 'it must lie ahead', 'say by which day the material is to be given back');
  const lots = await tx.reserveLot.findMany({ where: { programmeId, mineral, form } });
  const parts = takeOldest(
    lots.map(({ id, receivedAt }) => ({ id, receivedAt, stock: balanceOf(balances, { at: 'stock', lot: id }) })),
    Number(drawdown.grams) as Grams,
  );
  if (!parts)
    return refuse(
      'too-little',
      'stock',
      'less of the product is in stock than was asked for',
      'refuse it, or buy first',
    );
  const posted = await work.post(
    parts.map(({ lot, grams }) => ({
      kind: 'drawnDown',
      from: { at: 'stock', lot },
      to: { at: 'owed', drawdown: drawdown.id },
      grams,
      drawdownId: drawdown.id,
      // No word of it to the company: it would count the lots that were opened. It reads the drawdown's own entry.
      lot: { id: lot, number: lots.find(({ id }) => id === lot)?.number ?? 0 },
    })),
  );
  return posted.ok ? done : posted;
}
