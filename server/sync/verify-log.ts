/** Checks the hash chain of a sheet's log from its first row to its head. Used by the history, by verify-sheet.ts and by tests. */
import { chainHash, type LoggedUpdate, NO_HASH } from './hash-chain.ts';
import { PAGE_ROWS } from './limits.ts';
import { inOneView } from './sheet-store.ts';
import type { Queryable } from './update-log.ts';

export interface ChainedRow extends LoggedUpdate {
  hash: Buffer;
}

export interface HeadRow {
  seq: bigint;
  head: Buffer;
}

/** `broken`: number of the first row that is missing or is not what was logged; null when the chain holds. */
export function verifyLog(client: Queryable, sheetId: string): Promise<{ rows: number; broken: bigint | null }> {
  return inOneView(client, async () => {
    let before: HeadRow = { seq: 0n, head: NO_HEAD };
    let broken: bigint | null = null;
    let rows = 0;
    for await (const row of readLog(client, sheetId)) {
      if (!follows(before, row)) broken ??= before.seq + 1n;
      before = { seq: row.seq, head: row.hash };
      rows++;
    }
    return { rows, broken: broken ?? (isHead(before, await readHead(client, sheetId)) ? null : before.seq + 1n) };
  });
}

export const NO_HEAD = Buffer.from(NO_HASH);

export const follows = ({ seq, head }: HeadRow, row: ChainedRow): boolean =>
  row.seq === seq + 1n && chainHash(head, row).equals(row.hash);

export const isHead = (last: HeadRow, sheet: HeadRow | null): boolean =>
  sheet !== null && sheet.seq === last.seq && sheet.head.equals(last.head);

export async function readHead(client: Queryable, sheetId: string): Promise<HeadRow | null> {
  const { rows } = await client.query<{ seq: string; head: Buffer }>('SELECT seq, head FROM sheet WHERE id = $1', [
    sheetId,
  ]);
  return rows[0] ? { seq: BigInt(rows[0].seq), head: rows[0].head } : null;
}

/** All rows in order, a page in memory at a time. */
export async function* readLog(client: Queryable, sheetId: string): AsyncGenerator<ChainedRow> {
  for (let seq = -1n; ; ) {
    const { rows } = await client.query<{
      seq: string;
      at: Date;
      bytes: Buffer;
      hash: Buffer;
      user_id: string;
      organization_id: string;
    }>(
      `SELECT seq, at, bytes, hash, user_id, organization_id FROM sheet_update
       WHERE sheet_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
      [sheetId, seq, PAGE_ROWS],
    );
    for (const { user_id: userId, organization_id: organizationId, ...row } of rows) {
      seq = BigInt(row.seq);
      yield { ...row, sheetId, seq, userId, organizationId };
    }
    if (rows.length < PAGE_ROWS) return;
  }
}
