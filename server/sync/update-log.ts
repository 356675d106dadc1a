/**
 * Writes the log of live sheets: the updates, the readable history of cells and who owns which Yjs client id, for many sheets in one statement.
 * Used by the committer, and by the seeding program through `appendSeed`.
 */
import { createHash } from 'node:crypto';
import { generateNKeysBetween } from 'fractional-indexing';
import type pg from 'pg';
import * as Y from 'yjs';
import type { Row, Scalar } from '#domain/sheets.ts';
import { insertRow, readRows } from '#protocol/sheet-doc.ts';
import { chainHash, NO_HASH } from './hash-chain.ts';

/** A pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** One cell's step in the readable history. Undefined: there was, or is, no such cell. */
export interface CellStep {
  row: string;
  column: string;
  before: Scalar | undefined;
  after: Scalar | undefined;
}

/** One update as it goes into the log. */
export interface LogEntry {
  userId: string;
  organizationId: string;
  at: Date;
  bytes: Uint8Array;
  steps: readonly CellStep[];
  /** Yjs client ids that the author uses for the first time in this sheet. */
  newClients: readonly number[];
}

/** Updates of one sheet, in order, on top of the version they were admitted against. */
export interface SheetBatch {
  sheetId: string;
  seq: bigint;
  head: Uint8Array;
  entries: readonly LogEntry[];
}

/** Where a sheet's log stands. */
export interface LogHead {
  seq: bigint;
  head: Uint8Array;
}

/**
 * One statement is lock check, order and freeze in one: a sheet's rows go in only where the sheet still stands at the batch's version and is not
 * frozen; otherwise nothing of that sheet goes in. Answers with the new heads of the sheets that took their batch. Throws when nothing went in,
 * or when the connection broke and nobody knows.
 */
export async function append(client: Queryable, batches: readonly SheetBatch[]): Promise<Map<string, LogHead>> {
  const heads = new Map<string, LogHead>();
  const values = columnsOf(batches, heads);
  const { rows } = await client.query<{ id: string }>({ name: 'append-sheets', text: APPEND, values });
  const taken = new Set(rows.map(({ id }) => id));
  for (const id of heads.keys()) if (!taken.has(id)) heads.delete(id);
  return heads;
}

const APPEND = `
WITH wanted AS (
  SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bytea[]) AS w(id, seq, next, head)
), held AS MATERIALIZED (
  SELECT s.id FROM sheet s WHERE s.id = ANY($1::uuid[]) ORDER BY s.id FOR UPDATE
), taken AS (
  UPDATE sheet s SET seq = w.next, head = w.head FROM wanted w, held h
  WHERE s.id = w.id AND h.id = s.id AND s.seq = w.seq AND NOT s.frozen RETURNING s.id
), logged AS (
  INSERT INTO sheet_update (sheet_id, seq, user_id, organization_id, at, bytes, hash)
  SELECT u.* FROM unnest($5::uuid[], $6::bigint[], $7::uuid[], $8::uuid[], $9::timestamptz[], $10::bytea[], $11::bytea[])
    AS u(sheet_id, seq, user_id, organization_id, at, bytes, hash) JOIN taken t ON t.id = u.sheet_id
), stepped AS (
  INSERT INTO cell_change (sheet_id, seq, n, "row", "column", before, after, user_id, at)
  SELECT c.sheet_id, c.seq, c.n, c.r, c.col, c.before::jsonb, c.after::jsonb, c.user_id, c.at
  FROM unnest($12::uuid[], $13::bigint[], $14::int[], $15::text[], $16::text[], $17::text[], $18::text[], $19::uuid[], $20::timestamptz[])
    AS c(sheet_id, seq, n, r, col, before, after, user_id, at) JOIN taken t ON t.id = c.sheet_id
), bound AS (
  INSERT INTO sheet_client (sheet_id, client, user_id, organization_id)
  SELECT b.* FROM unnest($21::uuid[], $22::bigint[], $23::uuid[], $24::uuid[]) AS b(sheet_id, client, user_id, organization_id)
  JOIN taken t ON t.id = b.sheet_id ON CONFLICT DO NOTHING
)
SELECT id FROM taken`;

/** The statement's 24 arrays. The chain is computed here, so that the database has nothing to compute while it holds its locks. */
function columnsOf(batches: readonly SheetBatch[], heads: Map<string, LogHead>): unknown[][] {
  const values: unknown[][] = Array.from({ length: 24 }, () => []);
  const put = (from: number, ...cells: unknown[]) => {
    for (const [index, cell] of cells.entries()) values[from + index]?.push(cell);
  };
  for (const { sheetId, seq: before, head: top, entries } of batches) {
    let seq = before;
    let head = top;
    for (const { userId, organizationId, at, bytes, steps, newClients } of entries) {
      seq += 1n;
      head = chainHash(head, { sheetId, seq, userId, organizationId, at, bytes });
      const when = at.toISOString();
      put(4, sheetId, seq, userId, organizationId, when, asBuffer(bytes), head);
      for (const [n, step] of steps.entries())
        put(11, sheetId, seq, n, step.row, step.column, json(step.before), json(step.after), userId, when);
      for (const id of newClients) put(20, sheetId, id, userId, organizationId);
    }
    put(0, sheetId, before, seq, asBuffer(head));
    heads.set(sheetId, { seq, head });
  }
  return values;
}

/** The driver writes only Buffers as bytea. */
const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const json = (value: Scalar | undefined): string | null => (value === undefined ? null : JSON.stringify(value));

export interface SeedRow {
  id: string;
  /** The organization whose row it is; the seed's own unless given. */
  owner?: string;
  cells: Row;
}

export interface Seed {
  sheetId: string;
  userId: string;
  organizationId: string;
  at: Date;
  /** In the order people shall see them. */
  rows: readonly SeedRow[];
}

/**
 * Fills a sheet that has no row yet, as one update of one person, with history and chain like any other edit.
 * The same seed gives the same bytes. Throws when the sheet is missing, frozen or not empty.
 */
export async function appendSeed(client: Queryable, seed: Seed): Promise<LogHead> {
  const { sheetId, userId, organizationId, at, rows } = seed;
  const doc = new Y.Doc();
  doc.clientID = createHash('sha256').update(sheetId).digest().readUInt32BE(0);
  const positions = generateNKeysBetween(null, null, rows.length);
  doc.transact(() => {
    for (const [index, { id, owner, cells }] of rows.entries())
      insertRow(doc, id, owner ?? organizationId, positions[index] ?? '', cells);
  });
  const steps = [...readRows(doc)].flatMap(([row, cells]) =>
    Object.entries(cells).map(([column, after]) => ({ row, column, before: undefined, after })),
  );
  const entry = { userId, organizationId, at, bytes: Y.encodeStateAsUpdate(doc), steps, newClients: [doc.clientID] };
  const heads = await append(client, [{ sheetId, seq: 0n, head: NO_HASH, entries: [entry] }]);
  const head = heads.get(sheetId);
  if (!head) throw new Error(`sheet ${sheetId} is missing, frozen or already has rows`);
  return head;
}
