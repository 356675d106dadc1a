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
  const { parcel, bytes } = pack(batches, heads);
  const { rows } = await client.query<{ id: string }>({
    name: 'append-sheets',
    text: APPEND,
    values: [JSON.stringify(parcel), bytes],
  });
  if (rows.length === heads.size) return heads;
  const taken = new Set(rows.map(({ id }) => id));
  for (const id of heads.keys()) if (!taken.has(id)) heads.delete(id);
  return heads;
}

/** One text and one run of bytes: an array for each column costs this process several times as much. */
const APPEND = `
WITH wanted AS (
  SELECT * FROM json_to_recordset($1::json -> 'sheets') AS w(id uuid, seq bigint, next bigint, head text)
), held AS MATERIALIZED (
  SELECT s.id FROM sheet s JOIN wanted w ON w.id = s.id ORDER BY s.id FOR UPDATE OF s
), taken AS (
  UPDATE sheet s SET seq = w.next, head = decode(w.head, 'hex') FROM wanted w, held h
  WHERE s.id = w.id AND h.id = s.id AND s.seq = w.seq AND NOT s.frozen RETURNING s.id
), logged AS (
  INSERT INTO sheet_update (sheet_id, seq, user_id, organization_id, at, bytes, hash)
  SELECT u.id, u.seq, u."user", u.org, u.at, substring($2::bytea FROM u."from" FOR u.length), decode(u.hash, 'hex')
  FROM json_to_recordset($1::json -> 'updates')
    AS u(id uuid, seq bigint, "user" uuid, org uuid, at timestamptz, "from" int, length int, hash text) JOIN taken t ON t.id = u.id
), stepped AS (
  INSERT INTO cell_change (sheet_id, seq, n, "row", "column", before, after, user_id, at)
  SELECT c.id, c.seq, c.n, c."row", c."column", c.before::jsonb, c.after::jsonb, c."user", c.at
  FROM json_to_recordset($1::json -> 'steps')
    AS c(id uuid, seq bigint, n int, "row" text, "column" text, before text, after text, "user" uuid, at timestamptz)
  JOIN taken t ON t.id = c.id
), bound AS (
  INSERT INTO sheet_client (sheet_id, client, user_id, organization_id)
  SELECT b.id, b.client, b."user", b.org
  FROM json_to_recordset($1::json -> 'clients') AS b(id uuid, client bigint, "user" uuid, org uuid)
  JOIN taken t ON t.id = b.id ON CONFLICT DO NOTHING
)
SELECT id FROM taken`;

/** The chain is computed here, so that the database has nothing to compute while it holds its locks. */
function pack(batches: readonly SheetBatch[], heads: Map<string, LogHead>): { parcel: object; bytes: Buffer } {
  const sheets: object[] = [];
  const updates: object[] = [];
  const steps: object[] = [];
  const clients: object[] = [];
  const chunks: Uint8Array[] = [];
  let from = 1;
  for (const { sheetId: id, seq: before, head: top, entries } of batches) {
    let seq = before;
    let head = top;
    for (const { userId: user, organizationId: org, at: when, bytes, steps: made, newClients } of entries) {
      seq += 1n;
      head = chainHash(head, { sheetId: id, seq, userId: user, organizationId: org, at: when, bytes });
      const number = Number(seq);
      const at = when.toISOString();
      updates.push({ id, seq: number, user, org, at, from, length: bytes.length, hash: hex(head) });
      chunks.push(bytes);
      from += bytes.length;
      let n = 0;
      for (const { row, column, before, after } of made)
        steps.push({ id, seq: number, n: n++, row, column, before: json(before), after: json(after), user, at });
      for (const client of newClients) clients.push({ id, client, user, org });
    }
    sheets.push({ id, seq: Number(before), next: Number(seq), head: hex(head) });
    heads.set(id, { seq, head });
  }
  const [only] = chunks;
  const bytes = chunks.length === 1 && only ? asBuffer(only) : Buffer.concat(chunks);
  return { parcel: { sheets, updates, steps, clients }, bytes };
}

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const hex = (bytes: Uint8Array): string => asBuffer(bytes).toString('hex');
/** As text, so that an empty cell (null) differs from none. */
const json = (value: Scalar | undefined): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

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
