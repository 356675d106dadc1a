/** Rows of a sheet as they stood at some numbers of its log: kept for reading the history, checked whenever they are read. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Row } from '#domain/sheets.ts';
import { ROWS_BYTES_MAX } from './limits.ts';
import type { Queryable } from './update-log.ts';

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export interface Checkpoint {
  seq: bigint;
  rows: Map<string, Row>;
}

/** What makes derived bytes belong to one sheet and one number of its log: bytes that were damaged or moved are left aside. */
export const stateHash = (sheetId: string, seq: bigint, bytes: Uint8Array): Buffer =>
  createHash('sha256').update(`sheet-state/1 ${sheetId} ${seq} `).update(bytes).digest();

export async function saveCheckpoint(
  client: Queryable,
  sheetId: string,
  seq: bigint,
  rows: ReadonlyMap<string, Row>,
): Promise<void> {
  const bytes = await pack(JSON.stringify([...rows]));
  await client.query(
    'INSERT INTO sheet_checkpoint (sheet_id, seq, rows, hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [sheetId, seq, bytes, stateHash(sheetId, seq, bytes)],
  );
}

/** The last one at or before the number that is what was saved; null: start from nothing. */
export async function checkpointBefore(client: Queryable, sheetId: string, seq: bigint): Promise<Checkpoint | null> {
  for (let from = seq; ; ) {
    const { rows } = await client.query<{ seq: string; rows: Buffer; hash: Buffer }>(
      'SELECT seq, rows, hash FROM sheet_checkpoint WHERE sheet_id = $1 AND seq <= $2 ORDER BY seq DESC LIMIT 1',
      [sheetId, from],
    );
    const [row] = rows;
    if (!row) return null;
    const found = await readCheckpoint(sheetId, { seq: BigInt(row.seq), rows: row.rows, hash: row.hash });
    if (found) return found;
    from = BigInt(row.seq) - 1n;
  }
}

/** Null: damaged. */
export async function readCheckpoint(
  sheetId: string,
  { seq, rows, hash }: { seq: bigint; rows: Buffer; hash: Buffer },
): Promise<Checkpoint | null> {
  if (!stateHash(sheetId, seq, rows).equals(hash)) return null;
  const text = await unpack(rows, { maxOutputLength: ROWS_BYTES_MAX });
  return { seq, rows: new Map(JSON.parse(text.toString()) as [string, Row][]) };
}
