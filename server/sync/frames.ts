/** The messages of the y-websocket protocol as bytes: reading a client's, and building ours as whole websocket frames. */

import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { MESSAGE, type Refused } from '#protocol/rooms.ts';

/** varUint(0) then one of: step 1 with a state vector, step 2 with an update, update. */
const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

const FIN_BINARY = 0x82;
/** The payload is compressed (RFC 7692, 6). */
const RSV1 = 0x40;

export type ClientMessage =
  | { type: 'step1'; vector: Uint8Array }
  | { type: 'update'; bytes: Uint8Array; isStep2: boolean }
  | { type: 'awareness'; bytes: Uint8Array }
  | { type: 'queryAwareness' }
  | { type: 'malformed' };

const MALFORMED: ClientMessage = { type: 'malformed' };

export function readMessage(data: Uint8Array): ClientMessage {
  try {
    const decoder = decoding.createDecoder(data);
    switch (decoding.readVarUint(decoder)) {
      case MESSAGE.sync:
        return readSync(decoding.readVarUint(decoder), decoding.readVarUint8Array(decoder));
      case MESSAGE.awareness:
        return { type: 'awareness', bytes: decoding.readVarUint8Array(decoder) };
      case MESSAGE.queryAwareness:
        return { type: 'queryAwareness' };
      default:
        return MALFORMED;
    }
  } catch {
    return MALFORMED;
  }
}

function readSync(step: number, bytes: Uint8Array): ClientMessage {
  if (step === STEP_1) return { type: 'step1', vector: bytes };
  return step === STEP_2 || step === UPDATE ? { type: 'update', bytes, isStep2: step === STEP_2 } : MALFORMED;
}

export const step1Frame = (vector: Uint8Array): Buffer => syncFrame(STEP_1, vector);
export const step2Frame = (update: Uint8Array): Buffer => syncFrame(STEP_2, update);
export const updateFrame = (update: Uint8Array): Buffer => syncFrame(UPDATE, update);

function syncFrame(step: number, bytes: Uint8Array): Buffer {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.sync);
  encoding.writeVarUint(encoder, step);
  encoding.writeVarUint(encoder, bytes.length);
  return frame(FIN_BINARY, encoding.toUint8Array(encoder), bytes);
}

export function awarenessFrame(states: readonly { id: number; clock: number; json: string }[]): Buffer {
  const body = encoding.createEncoder();
  encoding.writeVarUint(body, states.length);
  for (const { id, clock, json } of states) {
    encoding.writeVarUint(body, id);
    encoding.writeVarUint(body, clock);
    encoding.writeVarString(body, json);
  }
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.awareness);
  encoding.writeVarUint8Array(encoder, encoding.toUint8Array(body));
  return frame(FIN_BINARY, encoding.toUint8Array(encoder));
}

export function ackFrame(count: number): Buffer {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.ack);
  encoding.writeVarUint(encoder, count);
  return frame(FIN_BINARY, encoding.toUint8Array(encoder));
}

export function refusalFrame(refused: Refused): Buffer {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.refusal);
  encoding.writeVarString(encoder, JSON.stringify(refused));
  return frame(FIN_BINARY, encoding.toUint8Array(encoder));
}

/** An awareness message of nobody: stock clients hang up when they hear nothing for 30 s. */
export const KEEP_ALIVE: Buffer = awarenessFrame([]);

const deflateRawLater = promisify(deflateRaw);

/**
 * The same frame compressed for a client that agreed to permessage-deflate. It stands alone: it refers to nothing sent before, so that the same
 * bytes go to every such client. Compressed in a thread, once for all, so well
 * rather than fast: 4 MB take about 60 ms.
 */
export async function deflated(plain: Buffer): Promise<Buffer> {
  const payload = await deflateRawLater(plain.subarray(headerLength(plain)), {
    level: 4,
    memLevel: 9,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  // A flush ends with an empty block, 00 00 ff ff, which the receiver adds again (RFC 7692, 7.2.1).
  return frame(FIN_BINARY | RSV1, payload.subarray(0, -4));
}

const headerLength = (whole: Buffer): number => (whole[1] === 127 ? 10 : whole[1] === 126 ? 4 : 2);

/** One unmasked binary websocket frame (RFC 6455, 5.2), header and payload in one buffer, so that the same bytes go to every socket. */
function frame(kind: number, ...parts: Uint8Array[]): Buffer {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const header = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const out = Buffer.allocUnsafeSlow(header + length);
  out[0] = kind;
  if (header === 2) out[1] = length;
  if (header === 4) {
    out[1] = 126;
    out.writeUInt16BE(length, 2);
  }
  if (header === 10) {
    out[1] = 127;
    out.writeBigUInt64BE(BigInt(length), 2);
  }
  let at = header;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
