/**
 * The book of the reserve: reads balances, posts movements with their record in one transaction, and checks what was stored. The only file that
 * writes movements. Every change of the reserve holds the lock of the record's chain from its first look on, so that two never spend one gram.
 */
import { createHash, randomUUID } from 'node:crypto';
import type { Actor } from '#domain/actors.ts';
import { canonical, type RecordDraft } from '#domain/record.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { accountText, type Balances, faultsIn, type Movement, post } from '#domain/reserve-ledger.ts';
import type { Database, Prisma } from '../database.ts';
import { appendWithin, lockChain } from '../record.ts';

export type Tx = Prisma.TransactionClient;

/** A movement with what it is about. `subjects`: organizations that may read its entry in the record; none for what concerns lots alone. */
export interface Entry extends Movement {
  lot?: { id: string; number: number };
  drawdownId?: string;
  note?: string;
  subjects?: readonly string[];
}

export interface Work {
  tx: Tx;
  programmeId: string;
  balances: Balances;
  actor: Actor;
  at: Date;
  /** Posts in the given order, all or none; what it answers is to be used for what follows. */
  post(entries: readonly Entry[]): Promise<Outcome<Balances>>;
  record(drafts: readonly RecordDraft[]): Promise<void>;
}

/** Thrown to undo a transaction that ends in a refusal. */
class Refused extends Error {
  readonly outcome: { ok: false; refusal: Extract<Outcome<never>, { ok: false }>['refusal'] };
  constructor(outcome: Extract<Outcome<never>, { ok: false }>) {
    super('refused');
    this.outcome = outcome;
  }
}

const NO_PROGRAMME = refuse('no-programme', 'reserve', 'this workspace has none', 'open a pool first');

export async function programmeOf(tx: Pick<Tx, 'programme'>) {
  return tx.programme.findFirst({ orderBy: { slug: 'asc' }, select: { id: true, name: true, terms: true } });
}

interface Sealed {
  number: number;
  kind: string;
  from: string;
  to: string;
  grams: bigint;
  note: string;
  salt: string;
}

/** What the seal of a movement covers: every stored field but the person, who stands in the entry itself. */
const sealOf = ({ number, kind, from, to, grams, note, salt }: Sealed): string =>
  createHash('sha256')
    .update(canonical({ number, kind, from, to, grams: String(grams), note, salt }))
    .digest('hex');

/** Runs one change of the reserve alone, stores it and its record together, or nothing of it. */
export async function changeReserve<T>(
  { database, actor, at }: { database: Database; actor: Actor; at: Date },
  change: (work: Work) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  try {
    return await database.prisma.$transaction(async (tx) => {
      await lockChain(tx);
      const programme = await programmeOf(tx);
      if (!programme) return NO_PROGRAMME;
      const work = await workOn(tx, programme.id, actor, at);
      const outcome = await change(work);
      if (!outcome.ok) throw new Refused(outcome);
      return outcome;
    });
  } catch (error) {
    if (error instanceof Refused) return error.outcome;
    throw error;
  }
}

async function workOn(tx: Tx, programmeId: string, actor: Actor, at: Date): Promise<Work> {
  const work: Work = {
    tx,
    programmeId,
    balances: await readBalances(tx, programmeId),
    actor,
    at,
    async post(entries) {
      const after = post(work.balances, entries);
      if (!after.ok) return after;
      await store(work, entries);
      work.balances = after.value;
      return after;
    },
    record: (drafts) => appendWithin(tx, drafts, at),
  };
  return work;
}

async function store({ tx, programmeId, actor, at }: Work, entries: readonly Entry[]): Promise<void> {
  const last = await tx.reserveMovement.findFirst({ where: { programmeId }, orderBy: { number: 'desc' } });
  const rows = entries.map(({ kind, from, to, grams, lot, drawdownId, note = '' }, i) => ({
    programmeId,
    number: (last?.number ?? 0) + i + 1,
    kind,
    from: accountText(from),
    to: accountText(to),
    grams: BigInt(grams),
    lotId: lot?.id ?? null,
    drawdownId: drawdownId ?? null,
    note,
    salt: randomUUID(),
    userId: actor.userId,
    organizationId: actor.organizationId,
    at,
  }));
  await tx.reserveMovement.createMany({ data: rows });
  await appendWithin(
    tx,
    rows.flatMap((row, i) => draftsOf(row, entries[i], actor)),
    at,
  );
}

function draftsOf(row: Sealed, entry: Entry | undefined, actor: Actor): RecordDraft[] {
  const { number, kind } = row;
  const body = { movement: number, what: kind, ...(entry?.lot && { lot: entry.lot.number }), seal: sealOf(row) };
  const sealed: RecordDraft = { kind: 'reserve.moved', actor, body };
  // The sealed entry is the officials'; those whom it concerns hear that something moved, never how much of it others hold.
  const told = (entry?.subjects ?? []).map(
    (subjectId): RecordDraft => ({ kind: 'reserve.told', actor, subjectId, body: { what: kind } }),
  );
  return [sealed, ...told];
}

/** What came in less what went out, account by account. */
export async function readBalances(tx: Pick<Tx, 'reserveMovement'>, programmeId: string): Promise<Balances> {
  const [came, went] = await Promise.all([
    tx.reserveMovement.groupBy({ by: ['to'], where: { programmeId, kind: { not: 'moved' } }, _sum: { grams: true } }),
    tx.reserveMovement.groupBy({ by: ['from'], where: { programmeId, kind: { not: 'moved' } }, _sum: { grams: true } }),
  ]);
  const balances = new Map<string, number>();
  for (const { to, _sum } of came) balances.set(to, (balances.get(to) ?? 0) + Number(_sum.grams ?? 0n));
  for (const { from, _sum } of went) balances.set(from, (balances.get(from) ?? 0) - Number(_sum.grams ?? 0n));
  return balances;
}

/** Movements read at a time while checking. */
const PAGE = 1000;

/** What does not fit: accounts out of balance, a gap in the numbers, a movement that is not as its entry in the record sealed it. */
export async function verifyBook(database: Database): Promise<{ movements: number; faults: string[] }> {
  const { prisma } = database;
  const programme = await programmeOf(prisma);
  if (!programme) return { movements: 0, faults: [] };
  const faults = faultsIn(await readBalances(prisma, programme.id));
  const seals = await sealsOnRecord(database);
  let last = 0;
  for (;;) {
    const page = await prisma.reserveMovement.findMany({
      where: { programmeId: programme.id, number: { gt: last } },
      orderBy: { number: 'asc' },
      take: PAGE,
    });
    for (const row of page) {
      const { number } = row;
      if (number !== last + 1) faults.push(`movement ${last + 1} is missing`);
      if (seals.get(number) !== sealOf(row)) faults.push(`movement ${number} is not as the record sealed it`);
      seals.delete(number);
      last = number;
    }
    if (page.length < PAGE) break;
  }
  for (const number of seals.keys()) faults.push(`movement ${number} is on the record and not in the ledger`);
  return { movements: last, faults: faults.slice(0, 100) };
}

async function sealsOnRecord({ pool }: Database): Promise<Map<number, string>> {
  const { rows } = await pool.query<{ movement: number; seal: string }>(
    `SELECT (body->>'movement')::int AS movement, body->>'seal' AS seal FROM record_entry WHERE kind = 'reserve.moved'`,
  );
  return new Map(rows.map(({ movement, seal }) => [movement, seal]));
}

export const done = accept<null>(null);
