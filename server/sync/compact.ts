/**
 * Makes a sheet's snapshot, and now and then a checkpoint of its rows, from its log. Runs in the thread of snapshots.ts.
 *
 * The snapshot comes from the one before it and the log since, never from an open document's memory; it is read back and compared before it
 * replaces the older one.
 */

import { isDeepStrictEqual } from 'node:util';
import type pg from 'pg';
import * as Y from 'yjs';
import { readRows } from '#protocol/sheet-doc.ts';
import { saveCheckpoint } from './checkpoints.ts';
import { CHECKPOINT_BYTES_MIN, CHECKPOINT_UPDATES_MIN } from './limits.ts';
import { BrokenLogError, isIncomplete, loadDocument, saveSnapshot } from './sheet-store.ts';

/** Answers the number of the log that the snapshot has; null where there is no such sheet. Throws when what it made is not what the log says. */
export async function compact(client: pg.PoolClient | pg.Client, sheetId: string): Promise<bigint | null> {
  const loaded = await loadDocument(client, sheetId);
  if (!loaded) return null;
  const { doc, seq, tail } = loaded;
  const rows = readRows(doc);
  if (tail.updates > 0) {
    const bytes = Y.encodeStateAsUpdate(doc);
    const again = new Y.Doc();
    Y.applyUpdate(again, bytes);
    const isSame = !isIncomplete(again) && isDeepStrictEqual(readRows(again), rows) && isSameVector(again, doc);
    if (!isSame) throw new BrokenLogError(`the snapshot of sheet ${sheetId} at ${seq} does not read back as its log`);
    await saveSnapshot(client, sheetId, seq, bytes);
  }
  if (await isCheckpointDue(client, sheetId, seq)) await saveCheckpoint(client, sheetId, seq, rows);
  return seq;
}

const isSameVector = (one: Y.Doc, other: Y.Doc): boolean =>
  isDeepStrictEqual(Y.decodeStateVector(Y.encodeStateVector(one)), Y.decodeStateVector(Y.encodeStateVector(other)));

async function isCheckpointDue(client: pg.PoolClient | pg.Client, sheetId: string, seq: bigint): Promise<boolean> {
  const { rows } = await client.query<{ updates: string; bytes: string | null }>(
    `SELECT count(*) AS updates, sum(octet_length(bytes)) AS bytes FROM sheet_update
     WHERE sheet_id = $1 AND seq <= $2
       AND seq > (SELECT coalesce(max(seq), 0) FROM sheet_checkpoint WHERE sheet_id = $1)`,
    [sheetId, seq],
  );
  const [since] = rows;
  return Number(since?.updates) >= CHECKPOINT_UPDATES_MIN || Number(since?.bytes) >= CHECKPOINT_BYTES_MIN;
}
