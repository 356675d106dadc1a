/** One measured run: people write to rooms, all others in them receive it, and the CPU of the server is counted. Used by the scenarios. */
import { setTimeout as wait } from 'node:timers/promises';
import { END_MARK, END_MARK_BYTES, lastStep } from './edits.ts';
import { clientFrame, type RawSocket } from './raw-socket.ts';
import type { Room, Target } from './targets.ts';

/** What one connection sends: parts that are written together, in order. */
export interface Writing {
  socket: RawSocket;
  parts: Buffer[];
}

export interface LoadedRoom {
  /** All connections of the room, writers among them. */
  sockets: RawSocket[];
  writings: Writing[];
}

export interface Usage {
  cpuNs: number;
  databaseNs: number;
  /** Edits times those who received each: all others of the room. */
  deliveries: number;
  wallMs: number;
  /** Share of its core that the driver used. */
  driverShare: number;
}

const RUN_MS_MAX = 120_000;
/** A server may still have something to do when the last edit has been seen. */
const AFTER_MS = 150;

/** Frames for a room; messages of the same index go out together. */
export function framesOf(target: Target, room: Room, ...lists: Uint8Array[][]): Buffer[] {
  const frames = lists.map((list) => list.map((message) => clientFrame(target.dialect.wrap(room.document, message))));
  return (frames[0] ?? []).map((_, index) => Buffer.concat(frames.flatMap((list) => list[index] ?? [])));
}

/** Runs `send`, waits until everybody in every room has the last edit of every other writer, and says what it cost. */
export async function measure(target: Target, rooms: LoadedRoom[], send: () => Promise<void>): Promise<Usage> {
  // What joining left behind would otherwise be collected at any time during the run.
  await target.server.memory();
  await quiet(target);
  const cpu = target.server.usedNs();
  const database = target.databaseNs();
  const driver = process.cpuUsage();
  const startedAt = performance.now();
  const seen = rooms.map((room) => allSeen(target, room));
  await send();
  for (const { finish } of seen) await finish();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(driver);
  await wait(AFTER_MS);
  return {
    cpuNs: target.server.usedNs() - cpu,
    databaseNs: target.databaseNs() - database,
    deliveries: rooms.reduce(
      (sum, { sockets, writings }) =>
        sum + writings.reduce((edits, { parts }) => edits + parts.length, 0) * (sockets.length - 1),
      0,
    ),
    wallMs,
    driverShare: (user + system) / 1000 / wallMs,
  };
}

const QUIET_MS = 200;
const QUIET_SHARE = 0.02;
const QUIET_TRIES_MAX = 15;

/** Waits, for a while, until a server has nothing left to do from before. */
export async function quiet(target: Target): Promise<void> {
  for (let tried = 0; tried < QUIET_TRIES_MAX; tried++) {
    const before = target.server.usedNs();
    await wait(QUIET_MS);
    if (target.server.usedNs() - before < QUIET_SHARE * QUIET_MS * 1e6) return;
  }
}

/** Looks for the end marks only where they may be: nothing is looked at before the last edits leave, unless the run hears for itself. */
function allSeen(target: Target, { sockets, writings }: LoadedRoom): { finish: () => Promise<void> } {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => {});
  let missing = 0;
  const authors = new Map(writings.map(({ socket }, index) => [socket, index]));
  for (const socket of sockets) {
    const wanted = writings.length - (authors.has(socket) ? 1 : 0);
    if (wanted === 0) continue;
    missing++;
    const found = new Set<string>();
    const own = authors.has(socket) ? markIn(writings[authors.get(socket) ?? 0]?.parts.at(-1)) : null;
    const before = socket.hear;
    let rest = '';
    socket.hear = (bytes) => {
      before?.(bytes);
      // A mark begins with a tilde, which hardly anything else does.
      if (rest === '' && !bytes.includes('~')) return;
      const text = rest + bytes.toString('latin1');
      for (const [mark] of text.matchAll(END_MARK)) if (mark !== own) found.add(mark);
      const tail = text.slice(1 - END_MARK_BYTES);
      rest = tail.slice(Math.max(0, tail.lastIndexOf('~')));
      if (!rest.startsWith('~')) rest = '';
      if (found.size < wanted) return;
      socket.hear = null;
      missing--;
      if (missing === 0) resolve();
    };
  }
  if (missing === 0) resolve();
  return {
    async finish() {
      const timer = setTimeout(() => {
        const closed = sockets.filter(({ isClosed }) => isClosed).length;
        reject(new Error(`${target.name}: ${missing} of ${sockets.length} connections lack edits (${closed} closed)`));
      }, RUN_MS_MAX);
      await promise.finally(() => clearTimeout(timer));
    },
  };
}

const markIn = (part: Buffer | undefined): string | null => part?.toString('latin1').match(END_MARK)?.at(-1) ?? null;

/** As fast as the room takes it, with so many edits under way at once. Progress is what the last reader has seen. */
export async function sendInFlight({ sockets, writings }: LoadedRoom, inFlight: number): Promise<void> {
  const [writing] = writings;
  const reader = sockets.at(-1);
  if (!writing || !reader) throw new Error('a burst needs a writer and a reader');
  const { socket, parts } = writing;
  const { promise, resolve } = Promise.withResolvers<void>();
  const before = reader.hear;
  let sent = 0;
  const push = (seen: number) => {
    const to = Math.min(parts.length, seen + 1 + inFlight);
    if (to <= sent) return;
    socket.send(Buffer.concat(parts.slice(sent, to)));
    sent = to;
    if (sent === parts.length) resolve();
  };
  let seen = -1;
  reader.hear = (bytes) => {
    before?.(bytes);
    if (sent === parts.length) return;
    seen = Math.max(seen, lastStep(bytes));
    push(seen);
  };
  push(-1);
  const timer = setTimeout(resolve, RUN_MS_MAX);
  await promise;
  clearTimeout(timer);
}

/** Each writing sends so many parts a second; the writings take turns within the period. */
export async function sendEvery(rooms: readonly LoadedRoom[], perSecond: number): Promise<void> {
  const writings = rooms.flatMap((room) => room.writings);
  const periodMs = 1000 / perSecond;
  const due = writings
    .flatMap(({ socket, parts }, turn) =>
      parts.map((part, n) => ({ atMs: (n + turn / writings.length) * periodMs, socket, part })),
    )
    .sort((a, b) => a.atMs - b.atMs);
  const startedAt = performance.now();
  for (let next = 0; next < due.length; ) {
    const nowMs = performance.now() - startedAt;
    for (let one = due[next]; one && one.atMs <= nowMs; one = due[++next]) one.socket.send(one.part);
    const upcoming = due[next];
    if (upcoming) await wait(Math.max(1, upcoming.atMs - (performance.now() - startedAt)));
  }
}
