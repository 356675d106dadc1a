/** Reads a sheet from the database (snapshot, then the log after it) and keeps its snapshot. Used by the rooms. */

import type pg from 'pg';
import * as Y from 'yjs';
import type { Actor } from '#domain/actors.ts';
import type { SheetFacts } from '#domain/admission.ts';
import type { Phase, SheetKind } from '#domain/rounds.ts';
import { OWNER, type Scalar } from '#domain/sheets.ts';
import { acknowledgedRounds } from '../acknowledged.ts';
import { stateHash } from './checkpoints.ts';
import type { Author } from './client-ids.ts';
import { OWNERS_ONCE_MAX, PAGE_BYTES, PAGE_ROWS } from './limits.ts';
import type { LogHead, Queryable } from './update-log.ts';

export interface LoggedRow extends Author {
  seq: bigint;
  bytes: Uint8Array;
  hash: Uint8Array;
}

/** A sheet's document as its log says. */
export interface LoadedDocument extends LogHead {
  doc: Y.Doc;
  facts: SheetFacts;
  /** Encoded size, roughly: snapshot and tail. */
  bytes: number;
  /** Updates and bytes since the snapshot. */
  tail: { updates: number; bytes: number };
}

export interface LoadedSheet extends LoadedDocument {
  clients: Map<number, Author>;
  /** Owners of removed rows, most recently removed last. */
  ownersOnce: Map<string, Scalar>;
}

/** The log of a sheet has a hole or does not fit its head: it must not be opened, and nothing may be added to it. */
export class BrokenLogError extends Error {
  override readonly name = 'BrokenLogError';
  readonly speaksPlainly = true;
}

/** Null: there is no such sheet. Throws BrokenLogError, or what the database throws. */
export async function loadSheet(pool: pg.Pool, sheetId: string): Promise<LoadedSheet | null> {
  const client = await pool.connect();
  try {
    const loaded = await inOneView(client, async () => {
      const document = await readDocument(client, sheetId);
      if (!document) return null;
      const clients = await readClients(client, sheetId);
      return { ...document, clients, ownersOnce: await readOwnersOnce(client, sheetId) };
    });
    client.release();
    return loaded;
  } catch (error) {
    // Its transaction is over either way; a fresh connection is cheaper than knowing how.
    client.release(true);
    throw error;
  }
}

/** As loadSheet, on a connection that is the caller's. */
export const loadDocument = (client: Queryable, sheetId: string): Promise<LoadedDocument | null> =>
  inOneView(client, () => readDocument(client, sheetId));

/** Everything that `read` reads on this connection is of one moment. After an error the transaction is rolled back. */
export async function inOneView<T>(client: Queryable, read: () => Promise<T>): Promise<T> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const found = await read();
    await client.query('COMMIT');
    return found;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

interface SheetRow {
  seq: string;
  head: Buffer;
  kind: SheetKind;
  organization_id: string | null;
  frozen: boolean;
  phase: Phase | null;
}

/** Null: there is no such sheet. */
async function readRow(client: Queryable, sheetId: string): Promise<SheetRow | null> {
  const { rows } = await client.query<SheetRow>(
    `SELECT s.seq, s.head, s.kind, s.organization_id, s.frozen, r.phase
     FROM sheet s LEFT JOIN round r ON r.id = s.round_id WHERE s.id = $1`,
    [sheetId],
  );
  return rows[0] ?? null;
}

const factsOf = ({ kind, organization_id, phase, frozen }: SheetRow): SheetFacts => ({
  kind,
  organizationId: organization_id,
  phase,
  frozen,
});

/** Locks sheets until the transaction of this connection ends, one after the other by id, and answers where each stands. */
export async function lockSheets(
  client: Queryable,
  sheetIds: readonly string[],
): Promise<Map<string, { seq: bigint; facts: SheetFacts }>> {
  const { rows } = await client.query<SheetRow & { id: string }>({
    name: 'lock-sheets',
    text: `SELECT s.id, s.seq, s.head, s.kind, s.organization_id, s.frozen, r.phase
      FROM sheet s LEFT JOIN round r ON r.id = s.round_id WHERE s.id = ANY($1::uuid[]) ORDER BY s.id FOR UPDATE OF s`,
    values: [sheetIds],
  });
  return new Map(rows.map((row) => [row.id, { seq: BigInt(row.seq), facts: factsOf(row) }]));
}

/** Where sheets stand in the database now. */
export async function readStandings(
  client: Queryable,
  sheetIds: readonly string[],
): Promise<{ id: string; seq: bigint; frozen: boolean }[]> {
  const { rows } = await client.query<{ id: string; seq: string; frozen: boolean }>(
    'SELECT id, seq, frozen FROM sheet WHERE id = ANY($1::uuid[])',
    [sheetIds],
  );
  return rows.map(({ id, seq, frozen }) => ({ id, seq: BigInt(seq), frozen }));
}

export async function readFacts(client: Queryable, sheetId: string): Promise<SheetFacts | null> {
  const sheet = await readRow(client, sheetId);
  return sheet && factsOf(sheet);
}

async function readDocument(client: Queryable, sheetId: string): Promise<LoadedDocument | null> {
  const sheet = await readRow(client, sheetId);
  if (!sheet) return null;
  const seq = BigInt(sheet.seq);
  const snapshot = await readSnapshot(client, sheetId);
  const from = snapshot?.doc ? snapshot : { doc: new Y.Doc(), seq: 0n, size: 0 };
  const { doc } = from;
  const tail = { updates: 0, bytes: 0 };
  let at = from.seq;
  for (let page = await logAfter(client, sheetId, at); page.length > 0; page = await logAfter(client, sheetId, at)) {
    doc.transact(() => {
      for (const row of page) {
        if (row.seq !== ++at) throw new BrokenLogError(`sheet ${sheetId} has no row ${at} in its log`);
        Y.applyUpdate(doc, row.bytes);
        tail.updates++;
        tail.bytes += row.bytes.length;
      }
    });
  }
  if (at !== seq) throw new BrokenLogError(`sheet ${sheetId} stands at ${seq} but its log ends at ${at}`);
  if (isIncomplete(doc))
    throw new BrokenLogError(`sheet ${sheetId} has updates that build on others which are missing`);
  return {
    doc,
    seq,
    head: sheet.head,
    facts: factsOf(sheet),
    bytes: from.size + tail.bytes,
    tail,
  };
}

/** Yjs keeps what it cannot integrate aside. */
export const isIncomplete = (doc: Y.Doc): boolean => doc.store.pendingStructs !== null || doc.store.pendingDs !== null;

/** A snapshot only saves time: one that cannot be read is left aside, and the whole log is replayed. */
async function readSnapshot(
  client: Queryable,
  sheetId: string,
): Promise<{ doc: Y.Doc; seq: bigint; size: number } | null> {
  const { rows } = await client.query<{ seq: string; bytes: Buffer; hash: Buffer }>(
    'SELECT seq, bytes, hash FROM sheet_snapshot WHERE sheet_id = $1',
    [sheetId],
  );
  const row = rows[0];
  if (!row || !stateHash(sheetId, BigInt(row.seq), row.bytes).equals(row.hash)) return null;
  const doc = new Y.Doc();
  try {
    Y.applyUpdate(doc, row.bytes);
  } catch {
    return null;
  }
  return isIncomplete(doc) ? null : { doc, seq: BigInt(row.seq), size: row.bytes.length };
}

/** At most PAGE_ROWS rows, and about PAGE_BYTES, after the given one, in order. */
export async function logAfter(client: Queryable, sheetId: string, seq: bigint): Promise<LoggedRow[]> {
  const { rows } = await client.query<{
    seq: string;
    bytes: Buffer;
    hash: Buffer;
    user_id: string;
    organization_id: string;
  }>(
    `SELECT seq, bytes, hash, user_id, organization_id FROM (
       SELECT *, sum(octet_length(bytes)) OVER (ORDER BY seq) - octet_length(bytes) AS bytes_before FROM (
         SELECT seq, bytes, hash, user_id, organization_id FROM sheet_update WHERE sheet_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
       ) page
     ) summed WHERE bytes_before < $4 ORDER BY seq`,
    [sheetId, seq, PAGE_ROWS, PAGE_BYTES],
  );
  return rows.map(({ seq, bytes, hash, user_id: userId, organization_id: organizationId }) => ({
    seq: BigInt(seq),
    bytes,
    hash,
    userId,
    organizationId,
  }));
}

async function readClients(client: Queryable, sheetId: string): Promise<Map<number, Author>> {
  const { rows } = await client.query<{ client: string; user_id: string; organization_id: string }>(
    'SELECT client, user_id, organization_id FROM sheet_client WHERE sheet_id = $1',
    [sheetId],
  );
  return new Map(rows.map((row) => [Number(row.client), { userId: row.user_id, organizationId: row.organization_id }]));
}

async function readOwnersOnce(client: Queryable, sheetId: string): Promise<Map<string, Scalar>> {
  const { rows } = await client.query<{ row: string; before: Scalar }>(
    `SELECT "row", before FROM (
       SELECT DISTINCT ON ("row") "row", seq, before, after FROM cell_change
       WHERE sheet_id = $1 AND "column" = $2 ORDER BY "row", seq DESC, n DESC
     ) last WHERE after IS NULL AND before IS NOT NULL ORDER BY seq DESC LIMIT $3`,
    [sheetId, OWNER, OWNERS_ONCE_MAX],
  );
  return new Map(rows.reverse().map(({ row, before }) => [row, before]));
}

/** Replaces the sheet's snapshot by a later one, and one that does not match its hash by any. */
export async function saveSnapshot(client: Queryable, sheetId: string, seq: bigint, bytes: Uint8Array): Promise<void> {
  await client.query(
    `INSERT INTO sheet_snapshot (sheet_id, seq, bytes, hash) VALUES ($1, $2, $3, $4)
     ON CONFLICT (sheet_id) DO UPDATE SET seq = excluded.seq, bytes = excluded.bytes, hash = excluded.hash, at = now()
     WHERE sheet_snapshot.seq < excluded.seq OR sheet_snapshot.hash <> sha256(
       convert_to(format('sheet-state/1 %s %s ', sheet_snapshot.sheet_id, sheet_snapshot.seq), 'UTF8') || sheet_snapshot.bytes)`,
    [sheetId, seq, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), stateHash(sheetId, seq, bytes)],
  );
}

/** A sheet as the gate sees it for one actor. */
export interface Seat extends SheetFacts {
  hasSeat: boolean;
  hasAcknowledged: boolean;
  poolId: string | null;
}

/** One query of the same shape whether or not the sheet exists, so that its time tells nothing either. */
export async function readSeat(
  client: Queryable,
  sheetId: string,
  actor: Pick<Actor, 'organizationId'>,
): Promise<Seat | null> {
  const { rows } = await client.query<
    Omit<SheetRow, 'seq' | 'head'> & { pool_id: string | null; has_seat: boolean; has_acknowledged: boolean }
  >(
    `SELECT s.kind, s.organization_id, s.frozen, s.pool_id, r.phase,
       s.pool_id IS NULL OR EXISTS (SELECT 1 FROM pool_member m WHERE m.pool_id = s.pool_id AND m.organization_id = $2) AS has_seat,
       COALESCE(s.round_id IN (${acknowledgedRounds('$2')}), false) AS has_acknowledged
     FROM sheet s LEFT JOIN round r ON r.id = s.round_id WHERE s.id = $1`,
    [sheetId, actor.organizationId],
  );
  const row = rows[0];
  if (!row) return null;
  const { kind, organization_id: organizationId, frozen, phase, pool_id: poolId } = row;
  return { kind, organizationId, frozen, phase, poolId, hasSeat: row.has_seat, hasAcknowledged: row.has_acknowledged };
}

/** Closes a sheet for good; the database refuses whatever comes later, from any node. Answers the number at which it stands; null: no such sheet. */
export async function freezeSheet(client: Queryable, sheetId: string): Promise<bigint | null> {
  const { rows } = await client.query<{ seq: string }>('UPDATE sheet SET frozen = true WHERE id = $1 RETURNING seq', [
    sheetId,
  ]);
  return rows[0] ? BigInt(rows[0].seq) : null;
}
