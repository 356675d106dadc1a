/** Checks the hash chain of a sheet's log from its first row to its head. For operators and tests. */
import { chainHash, NO_HASH } from './hash-chain.ts';
import { PAGE_ROWS } from './limits.ts';
import type { Queryable } from './update-log.ts';

/** `broken`: number of the first row that is missing or is not what was logged; null when the chain holds. */
export async function verifyLog(client: Queryable, sheetId: string): Promise<{ rows: number; broken: bigint | null }> {
  let previous: Uint8Array = NO_HASH;
  let seq = 0n;
  let broken: bigint | null = null;
  let count = 0;
  for (
    let page = await pageAfter(client, sheetId, seq);
    page.length > 0;
    page = await pageAfter(client, sheetId, seq)
  ) {
    for (const row of page) {
      const isNext = row.seq === seq + 1n && chainHash(previous, { ...row, sheetId }).equals(row.hash);
      if (!isNext) broken ??= seq + 1n;
      previous = row.hash;
      seq = row.seq;
      count++;
    }
  }
  const { rows } = await client.query<{ seq: string; head: Buffer }>('SELECT seq, head FROM sheet WHERE id = $1', [
    sheetId,
  ]);
  const isAtHead = rows[0] && BigInt(rows[0].seq) === seq && rows[0].head.equals(previous);
  return { rows: count, broken: broken ?? (isAtHead ? null : seq + 1n) };
}

async function pageAfter(client: Queryable, sheetId: string, seq: bigint) {
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
  return rows.map(({ seq, user_id: userId, organization_id: organizationId, ...row }) => ({
    ...row,
    seq: BigInt(seq),
    userId,
    organizationId,
  }));
}
