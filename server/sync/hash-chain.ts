/** The hash chain over a sheet's log: each row's hash covers the row before it, so that no row can be changed, dropped or moved unseen. */
import { hash } from 'node:crypto';

/** What the hash of a row covers, besides the hash before it. */
export interface LoggedUpdate {
  sheetId: string;
  seq: bigint;
  userId: string;
  organizationId: string;
  /** Millisecond precision: the database keeps no more. */
  at: Date;
  bytes: Uint8Array;
}

/** Before the first row there is no hash. */
export const NO_HASH: Uint8Array = new Uint8Array(0);

const GRAMMAR = Buffer.from('sheet-log/1');
const UUID_BYTES = 16;

/** sha256 over the grammar's name, previous hash with its length, sheet, seq, user, organization, time in ms, bytes. */
export function chainHash(previous: Uint8Array, row: LoggedUpdate): Buffer {
  const covered = Buffer.allocUnsafe(GRAMMAR.length + 17 + previous.length + 3 * UUID_BYTES + row.bytes.length);
  let at = GRAMMAR.copy(covered);
  at = covered.writeUInt8(previous.length, at);
  at = covered.writeBigInt64BE(row.seq, at);
  at = covered.writeBigInt64BE(BigInt(row.at.getTime()), at);
  covered.set(previous, at);
  at += previous.length;
  for (const id of [row.sheetId, row.userId, row.organizationId])
    at += covered.write(id.replaceAll('-', ''), at, UUID_BYTES, 'hex');
  covered.set(row.bytes, at);
  return hash('sha256', covered, 'buffer');
}
