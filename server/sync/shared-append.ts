/**
 * A commit of sheets that other nodes write too: lock, take over what the log has meanwhile, admit, append. So nothing is ever admitted against a
 * version that is not the last, and no two nodes can be in each other's way. Used by the committer.
 */
import type { SheetFacts } from '#domain/admission.ts';
import { type LoggedRow, lockSheets, logAfter } from './sheet-store.ts';
import { append, type LogHead, type Queryable, type SheetBatch } from './update-log.ts';

/** A source of updates that can be brought up to date. */
export interface SharedSource {
  readonly sheetId: string;
  /** Version of the log that it stands at. */
  readonly seq: bigint;
  /** What other nodes logged. Rows that it has already are left out. Does not throw. */
  follow(rows: readonly LoggedRow[]): void;
  /** Admits and applies what waits, knowing that the sheet stands still. Does not throw. */
  prepareLocked(facts: SheetFacts): SheetBatch | null;
}

/**
 * Fills `batches` once everything is locked and read; an error before that leaves it empty and the sources as they were. The connection must be
 * given up after an error: its transaction is not ended.
 */
export async function appendShared<S extends SharedSource>(
  client: Queryable,
  sources: readonly S[],
  batches: Map<S, SheetBatch>,
): Promise<Map<string, LogHead>> {
  await client.query('BEGIN');
  const ids = sources.map(({ sheetId }) => sheetId);
  const held = await lockSheets(client, ids);
  for (const source of sources) {
    const seq = held.get(source.sheetId)?.seq ?? 0n;
    while (source.seq < seq) {
      const rows = await logAfter(client, source.sheetId, source.seq);
      const before = source.seq;
      source.follow(rows);
      if (source.seq === before) break;
    }
  }
  for (const source of sources) {
    const facts = held.get(source.sheetId)?.facts;
    const batch = facts ? source.prepareLocked(facts) : null;
    if (batch) batches.set(source, batch);
  }
  const heads = batches.size > 0 ? await append(client, [...batches.values()]) : new Map<string, LogHead>();
  await client.query('COMMIT');
  return heads;
}
