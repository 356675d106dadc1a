/** A client that takes messages apart, with a websocket like a browser's, which offers compression. For scenarios that look at what became of it. */
import { WebSocket } from 'ws';
import { HAVE_NOTHING, LACK_NOTHING, updateIn } from './dialects.ts';
import type { Room, Target } from './targets.ts';

export interface FullClient {
  /** Sends a message without waiting. */
  send(message: Uint8Array): void;
  /** Every message from now on, without its address. */
  onMessage(hear: (message: Uint8Array) => void): void;
  /** Resolves with true at the first update that has the mark, with false when that takes too long or the socket closes. */
  sees(mark: string, withinMs: number): Promise<boolean>;
  /** Resolves once the server has said what is in the document, and an update had the mark where one is given; rejects when it closes before. */
  synced(mark?: string): Promise<void>;
  /** Bytes that came over the network after the upgrade. */
  receivedBytes(): number;
  pause(): void;
  resume(): void;
  /** Its code once the socket is closed; 1006 means without a word. */
  closedBy(): number | null;
  whenClosed: Promise<number>;
  close(): void;
}

const OPEN_MS_MAX = 60_000;

/** Opens a socket and sends what a stock client sends first. */
export async function openFull(target: Target, room: Room, connection: number): Promise<FullClient> {
  const { dialect, server } = target;
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${dialect.path(room.document)}`, {
    headers: room.headers(connection),
    perMessageDeflate: true,
    handshakeTimeout: OPEN_MS_MAX,
  });
  let code: number | null = null;
  const listeners = new Set<(message: Uint8Array) => void>();
  const closed = Promise.withResolvers<number>();
  socket.on('error', () => {});
  socket.on('close', (number: number) => {
    code = number;
    closed.resolve(number);
  });
  socket.on('message', (data: Buffer) => {
    const message = dialect.unwrap(data);
    for (const hear of listeners) hear(message);
  });
  let upgradeBytes = 0;
  await new Promise<void>((done, fail) => {
    socket.once('open', done);
    socket.once('close', () => fail(new Error(`${target.name} closed a newcomer with ${code}`)));
    socket.once('upgrade', ({ socket: raw }) => {
      upgradeBytes = raw.bytesRead;
    });
  });
  const send = (message: Uint8Array) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(dialect.wrap(room.document, message));
  };
  const until = (claim: (message: Uint8Array) => boolean, withinMs: number): Promise<boolean> => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const hear = (message: Uint8Array) => claim(message) && resolve(true);
    const timer = setTimeout(resolve, withinMs, false);
    listeners.add(hear);
    void closed.promise.then(() => resolve(false));
    return promise.finally(() => {
      clearTimeout(timer);
      listeners.delete(hear);
    });
  };
  const hasMark = (message: Uint8Array, mark: string) => Buffer.from(updateIn(message)?.update ?? []).includes(mark);
  let isMarked = false;
  let isSynced = false;
  return {
    send,
    onMessage: (hear) => void listeners.add(hear),
    sees: (mark, withinMs) => until((message) => hasMark(message, mark), withinMs),
    async synced(mark) {
      isMarked ||= mark === undefined;
      const done = until((message) => {
        isSynced ||= updateIn(message)?.isStep2 === true;
        isMarked ||= mark !== undefined && hasMark(message, mark);
        return isSynced && isMarked;
      }, OPEN_MS_MAX);
      for (const message of dialect.opening(room.document)) socket.send(message);
      for (const message of [HAVE_NOTHING, LACK_NOTHING]) if (dialect.hasDocuments) send(message);
      if (dialect.hasDocuments && !(await done)) throw new Error(`${target.name} did not send the document (${code})`);
    },
    // ws keeps the socket to itself; its own counter of the network is the only one.
    receivedBytes: () => (socket as unknown as { _socket: { bytesRead: number } })._socket.bytesRead - upgradeBytes,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closedBy: () => code,
    whenClosed: closed.promise,
    close: () => socket.terminate(),
  };
}
