/** Brings the driver's connections into a room, as stock clients come in, and fills rooms before measuring. Used by the scenarios. */
import { HAVE_NOTHING, LACK_NOTHING, updateIn, updateMessage } from './dialects.ts';
import { BASE_MARK } from './edits.ts';
import { clientFrame, FrameReader, RawSocket } from './raw-socket.ts';
import type { Room, Target } from './targets.ts';

/** Our server lets people in gradually; all others are asked no faster, so that none is measured while it still greets. */
const JOINS_AT_ONCE = 16;
const JOIN_MS_MAX = 60_000;

/** Resolves when the server has said what is in the document, or at once where it has none. */
export async function join(target: Target, room: Room, connection: number, mark?: string): Promise<RawSocket> {
  const { dialect, server } = target;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`${target.name} did not answer a newcomer in time`)), JOIN_MS_MAX);
  const reader = new FrameReader();
  let isSynced = !dialect.hasDocuments;
  let hasMark = mark === undefined;
  const look = () => {
    if (isSynced && hasMark) resolve();
  };
  const socket = await RawSocket.open(
    { port: server.port, path: dialect.path(room.document), headers: room.headers(connection) },
    (bytes) => {
      for (const message of reader.read(bytes)) {
        const found = updateIn(dialect.unwrap(message));
        if (found?.isStep2) isSynced = true;
        if (found && mark !== undefined && Buffer.from(found.update).includes(mark)) hasMark = true;
      }
      if (reader.closedBy !== null) reject(new Error(`${target.name} closed a newcomer (${reader.closedBy})`));
      look();
    },
  );
  socket.onClose = () => reject(new Error(`${target.name} closed a newcomer (${reader.closedBy})`));
  for (const message of dialect.opening(room.document)) socket.send(clientFrame(message));
  for (const message of [HAVE_NOTHING, LACK_NOTHING])
    if (dialect.hasDocuments) socket.send(clientFrame(dialect.wrap(room.document, message)));
  look();
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    socket.onClose = null;
    socket.hear = null;
  }
  return socket;
}

/** Connections `from` to `from + count - 1`. */
export async function joinMany(target: Target, room: Room, from: number, count: number): Promise<RawSocket[]> {
  const sockets: RawSocket[] = [];
  for (let at = 0; at < count; at += JOINS_AT_ONCE)
    sockets.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(JOINS_AT_ONCE, count - at) }, (_, index) =>
          join(target, room, from + at + index),
        ),
      )),
    );
  return sockets;
}

/** Puts the base into the room. The answered connection has to stay until others are there: some servers forget a document that nobody has open. */
export async function fillRoom(target: Target, room: Room, update: Uint8Array): Promise<RawSocket[]> {
  if (!target.dialect.hasDocuments) return [];
  const loader = await join(target, room, 0);
  loader.send(clientFrame(target.dialect.wrap(room.document, updateMessage(update))));
  // A second newcomer may come before the base is in; it gets it all the same.
  const witness = await join(target, room, 0, BASE_MARK);
  return [loader, witness];
}
