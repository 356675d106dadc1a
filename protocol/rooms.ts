/** Where a sheet's room is found and how its socket ends. Read by the sync server and by the browser's sheet state. */

/** y-websocket's server URL is this path; its room name is the sheet's id. `?ack=1` asks for acknowledgements. */
export const SYNC_PATH = '/sync';

/** Message types of the y-websocket framing (varUint), one line of grammar each. */
export const MESSAGE = {
  /** sync: y-protocols step 1, step 2 or update */
  sync: 0,
  /** awareness: varUint8Array(awareness update) */
  awareness: 1,
  /** unused by this server: the stock client's auth message, varUint(0) varString(reason) */
  auth: 2,
  /** query awareness: nothing follows */
  queryAwareness: 3,
  /** ack (server to client, only with ?ack=1): varUint(n), the first n sync messages of step 2 or update on this socket are durable */
  ack: 4,
  /** refusal (server to client, only with ?ack=1): varString(JSON of Refused), the socket closes next */
  refusal: 5,
} as const;

/** Body of a refusal message: what was refused, by row and column, so that the browser can keep it as a draft. */
export interface Refused {
  code: string;
  row: string | null;
  column: string | null;
  message: string;
  remedy: string;
}

/** WebSocket close codes. 4400 to 4499 tell a client to stop; 4500 and above to come back after the delay. */
export const CLOSE = {
  /** The update was not admitted: drop the local document, keep a draft, sync again. */
  refused: 4400,
  /** The session ended: sign in again. */
  signedOut: 4401,
  /** No such sheet, or none for you: both answer alike. */
  noSheet: 4404,
  /** Bytes that are no message, or a history that the server does not have, three times. */
  malformed: 4422,
  /** Too large, too many, too fast. */
  limit: 4429,
  /** The sheet froze or changed rights: sync again and see what you may do now. */
  changed: 4440,
  /** The server is stopping or could not store: come back, after the delay that the reason names (RETRY_REASON). */
  retry: 4503,
} as const;

/**
 * Reason of a close with `retry`: 'after 2740 ms: the server restarts'. The server draws the delay for each socket, so that not everybody comes back
 * at the same moment; a client waits so long before its first try, and from then on by its own growing delays.
 */
export const retryReason = (afterMs: number, why: string): string => `after ${Math.round(afterMs)} ms: ${why}`;

/** Delay in milliseconds that a close reason names; null where it names none. */
export function retryDelayMs(reason: string): number | null {
  const digits = /^after (\d{1,6}) ms: /.exec(reason)?.[1];
  return digits === undefined ? null : Number(digits);
}
