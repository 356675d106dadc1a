/** The hash chain over a sheet's log: each row's hash covers the row before it, so that no row can be changed, dropped or moved unseen. */
import { createHash } from 'node:crypto';

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
const uuid = (id: string): Buffer => Buffer.from(id.replaceAll('-', ''), 'hex');

/** sha256 over the grammar's name, previous hash with its length, sheet, seq, user, organization, time in ms, bytes. */
export function chainHash(previous: Uint8Array, row: LoggedUpdate): Buffer {
  const numbers = Buffer.allocUnsafe(17);
  numbers.writeUInt8(previous.length, 0);
  numbers.writeBigInt64BE(row.seq, 1);
  numbers.writeBigInt64BE(BigInt(row.at.getTime()), 9);
  return createHash('sha256')
    .update(GRAMMAR)
    .update(numbers)
    .update(previous)
    .update(uuid(row.sheetId))
    .update(uuid(row.userId))
    .update(uuid(row.organizationId))
    .update(row.bytes)
    .digest();
}
