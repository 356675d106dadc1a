/** How a client speaks to each server: the same messages of the y-protocols, addressed in different ways. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { MESSAGE, SYNC_PATH } from '../../../protocol/rooms.ts';

export interface Dialect {
  path(document: string): string;
  /** A message as this server wants it. */
  wrap(document: string, message: Uint8Array): Uint8Array;
  /** A message of this server without its address. */
  unwrap(message: Uint8Array): Uint8Array;
  /** What a client sends before anything else. */
  opening(document: string): Uint8Array[];
  /** It knows what a document is, so that it answers what one asks of it. */
  hasDocuments: boolean;
  /** Acknowledged updates that the message adds, on a socket that had so many; null: it is no acknowledgement. */
  acknowledged(message: Uint8Array, before: number): number | null;
}

const asIs = (message: Uint8Array): Uint8Array => message;
const plain: Dialect = {
  path: (document) => `/${document}`,
  wrap: (_, message) => message,
  unwrap: asIs,
  opening: () => [],
  hasDocuments: true,
  acknowledged: () => null,
};

export const yWebsocket: Dialect = plain;
export const relay: Dialect = { ...plain, hasDocuments: false };

export const ours: Dialect = {
  ...plain,
  path: (document) => `${SYNC_PATH}/${document}?ack=1`,
  acknowledged: (message) => (message[0] === MESSAGE.ack ? varUintAt(message, 1) : null),
};

/** Message types of Hocuspocus beyond those of the y-protocols. */
const AUTH = 2;
const SYNC_STATUS = 8;

/** Each message begins with the name of its document; nothing is served before a token came. */
export const hocuspocus: Dialect = {
  ...plain,
  path: () => '/',
  wrap: addressed,
  unwrap: (message) => {
    const decoder = decoding.createDecoder(message);
    decoding.readVarString(decoder);
    return message.subarray(decoder.pos);
  },
  opening: (document) => [
    addressed(
      document,
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, AUTH);
        encoding.writeVarUint(encoder, 0);
        encoding.writeVarString(encoder, 'token');
        encoding.writeVarString(encoder, '4.7.0');
      }),
    ),
  ],
  acknowledged: (message, before) => (message[0] === SYNC_STATUS ? before + varUintAt(message, 1) : null),
};

function addressed(document: string, message: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarString(encoder, document);
    encoding.writeUint8Array(encoder, message);
  });
}

function varUintAt(message: Uint8Array, at: number): number {
  return decoding.readVarUint(decoding.createDecoder(message.subarray(at)));
}

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

function sync(step: number, bytes: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.sync);
    encoding.writeVarUint(encoder, step);
    encoding.writeVarUint8Array(encoder, bytes);
  });
}

export const updateMessage = (update: Uint8Array): Uint8Array => sync(UPDATE, update);

/** "I have nothing; what do you have?", and the answer to the server's same question. A stock client sends both. */
export const HAVE_NOTHING = sync(STEP_1, Uint8Array.of(0));
export const LACK_NOTHING = sync(STEP_2, Uint8Array.of(0, 0));
export const WHO_IS_HERE = Uint8Array.of(MESSAGE.queryAwareness);

export function awarenessMessage(client: number, clock: number, state: object): Uint8Array {
  const body = encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
  });
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, MESSAGE.awareness);
    encoding.writeVarUint8Array(encoder, body);
  });
}

/** The update in a server's step 2 or update; null: it is another message. */
export function updateIn(message: Uint8Array): { update: Uint8Array; isStep2: boolean } | null {
  if (message[0] !== MESSAGE.sync) return null;
  const step = message[1] ?? STEP_1;
  if (step === STEP_1) return null;
  const decoder = decoding.createDecoder(message.subarray(2));
  return { update: decoding.readVarUint8Array(decoder), isStep2: step === STEP_2 };
}
