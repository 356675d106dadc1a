/** The append-only, hash-chained record: appending, reading and checking it. Used by every chapter through `append`. */
import { createHash } from 'node:crypto';
import type pg from 'pg';
import { canonical, type Json, type JsonObject, type RecordDraft } from '#domain/record.ts';
import type { Database, Prisma } from './database.ts';

/** Advisory lock that orders writers of the one chain, on every node. */
const CHAIN_LOCK = 72707370;
/** Entries read at a time while checking. */
const PAGE = 1000;

interface Entry {
  seq: bigint;
  at: Date;
  kind: string;
  poolId: string | null;
  userId: string | null;
  organizationId: string | null;
  subjectId: string | null;
  body: unknown;
}

/** sha256 over the previous hash and the canonical text of every field. */
export function entryHash(previous: Uint8Array, entry: Entry): Uint8Array<ArrayBuffer> {
  const text = canonical({
    seq: Number(entry.seq),
    at: entry.at.toISOString(),
    kind: entry.kind,
    poolId: entry.poolId,
    userId: entry.userId,
    organizationId: entry.organizationId,
    subjectId: entry.subjectId,
    body: entry.body as Json,
  });
  return new Uint8Array(createHash('sha256').update(previous).update(text).digest());
}

/** Appends in a transaction of its own, in the given order. */
export async function appendRecord(database: Database, drafts: readonly RecordDraft[], at: Date): Promise<void> {
  if (drafts.length > 0) await database.prisma.$transaction((tx) => appendWithin(tx, drafts, at));
}

/** Until the transaction ends, nobody else appends: what is looked up in the record stays true. */
export async function lockChain(tx: Prisma.TransactionClient): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${CHAIN_LOCK})`;
}

/** Appends on the caller's transaction: what is recorded and the record of it are there together or not at all. */
export async function appendWithin(
  tx: Prisma.TransactionClient,
  drafts: readonly RecordDraft[],
  at: Date,
): Promise<void> {
  await lockChain(tx);
  const last = await tx.recordEntry.findFirst({ orderBy: { seq: 'desc' }, select: { seq: true, hash: true } });
  let previous: Uint8Array = last?.hash ?? new Uint8Array();
  let seq = last?.seq ?? 0n;
  for (const draft of drafts) {
    seq += 1n;
    const entry: Entry = {
      seq,
      at,
      kind: draft.kind,
      poolId: draft.poolId ?? null,
      userId: draft.actor?.userId ?? null,
      organizationId: draft.actor?.organizationId ?? null,
      subjectId: draft.subjectId ?? null,
      body: draft.body,
    };
    const hash = entryHash(previous, entry);
    await tx.recordEntry.create({ data: { ...entry, body: draft.body as JsonObject, hash } });
    previous = hash;
  }
}

/** Walks the chain. `broken` is the number of the first entry that does not fit, or null. */
export async function verifyRecord(
  client: Pick<pg.Pool, 'query'>,
): Promise<{ entries: number; broken: number | null }> {
  let previous: Uint8Array = new Uint8Array();
  let expected = 1n;
  for (;;) {
    const { rows: page } = await client.query<Omit<Entry, 'seq'> & { seq: string; hash: Buffer }>(
      `SELECT seq, at, kind, pool_id AS "poolId", user_id AS "userId", organization_id AS "organizationId",
         subject_id AS "subjectId", body, hash FROM record_entry WHERE seq >= $1 ORDER BY seq LIMIT $2`,
      [expected, PAGE],
    );
    for (const row of page) {
      const entry = { ...row, seq: BigInt(row.seq) };
      const hash = entryHash(previous, entry);
      if (entry.seq !== expected || Buffer.compare(hash, entry.hash) !== 0)
        return { entries: Number(expected - 1n), broken: Number(expected) };
      previous = hash;
      expected += 1n;
    }
    if (page.length < PAGE) return { entries: Number(expected - 1n), broken: null };
  }
}
