/** The live sheets as the rest of the server sees them: upgrades in, durable rows and commits out, freezing, rights, closing. Used by compose. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Actor } from '#domain/actors.ts';
import type { Row } from '#domain/sheets.ts';
import { CLOSE } from '#protocol/rooms.ts';
import { type Bell, loneBell } from '../bell.ts';
import { Committer } from './committer.ts';
import { Gate, type GateOptions } from './gate.ts';
import { type Edit, type Submitted, submit } from './hand.ts';
import { HANDS_AT_ONCE, HANDS_WAITING_MAX, HANG_UP_MS_MAX, HEARTBEAT_MS } from './limits.ts';
import { Queue } from './queue.ts';
import type { SheetCommit } from './room-desk.ts';
import { ringFrozen, ringReaches } from './room-link.ts';
import { Rooms } from './rooms.ts';
import { freezeSheet, type LoadedSheet, readSeat, type Seat } from './sheet-store.ts';
import { createSnapshots } from './snapshots.ts';
import { appendSeed, type LogHead, type Seed } from './update-log.ts';

export type { ActorOf, ViewedSheet } from './gate.ts';
export type { SheetLimits } from './limits.ts';
export type { RowChange } from './open-sheet.ts';
export type { SheetCommit } from './room-desk.ts';
export type { Seat } from './sheet-store.ts';

export interface Sheets {
  /** Path /sync/<sheetId>. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** What the log has, never an edit that could still be lost. Throws when there is no such sheet. */
  rowsOf(sheetId: string): Promise<{ seq: bigint; rows: Map<string, Row> }>;
  /** The sheet as its gate sees it for this actor; null: there is no such sheet. */
  seatOf(sheetId: string, actor: Actor): Promise<Seat | null>;
  /** An edit in somebody's name that the server makes; it is admitted, logged and shown like one from a browser. Throws when too many wait. */
  submit<T>(sheetId: string, actor: Actor, edit: (sheet: LoadedSheet) => Edit<T>): Promise<Submitted<T>>;
  /** Gives a sheet that nobody has written in its first rows, with history and chain like any other edit. Throws when it has some, or is frozen. */
  fill(seed: Seed): Promise<LogHead>;
  /** Hears every commit of this node's open sheets after it is durable, in order for each sheet; returns the way to stop. */
  onCommit(listener: (commit: SheetCommit) => void): () => void;
  /** Closes a sheet for good: what was received before is logged, what comes later the database refuses. Answers the number it stands at. */
  freeze(sheetId: string): Promise<bigint>;
  /** Looks at the rights of these sockets again; those that lost theirs, or have another right now, are closed. */
  recheck(which: (seat: { userId: string; sheetId: string }) => boolean): Promise<void>;
  /** Another node came: it may have sheets open that are open here. */
  greetNode(): void;
  /** Another node died, or cannot be heard: its people are not shown any more. */
  loseNode(node: string): void;
  /** Logs what was received, tells everybody to come back, and ends within half of the configured time; a database that hangs does not hold it up. */
  close(): Promise<void>;
}

const RESTARTS = 'the server restarts';

/** A bell that is given stays the giver's to close. */
export type SheetsOptions = Omit<GateOptions, 'rooms'> & { bell?: Bell };

export function createSheets(options: SheetsOptions): Sheets {
  const { database, clock, telemetry, limits } = options;
  const bell = options.bell ?? loneBell();
  const { pool } = database;
  const listeners = new Set<(commit: SheetCommit) => void>();
  const committer = new Committer(pool, clock);
  const committed = (commit: SheetCommit) => {
    for (const listener of listeners) {
      try {
        listener(commit);
      } catch (error) {
        telemetry.fault('sheet.listener', error, { sheet: commit.sheetId });
      }
    }
  };
  const snapshots = createSnapshots(pool, telemetry);
  const rooms = new Rooms({ pool, committer, clock, telemetry, limits, snapshots, committed }, bell);
  const gate = new Gate({ ...options, rooms });
  const hands = new Queue({ atOnce: HANDS_AT_ONCE, waitingMax: HANDS_WAITING_MAX });
  let cancelHeartbeat = heartbeat();

  function heartbeat(): () => void {
    return clock.at(new Date(clock.now().getTime() + HEARTBEAT_MS), () => {
      for (const guest of gate.guests) {
        if (!guest.hasAnswered) guest.socket.terminate();
        guest.hasAnswered = guest.peer?.throttle.isPaused === true;
        guest.socket.ping();
        guest.peer?.keepAlive();
      }
      cancelHeartbeat = heartbeat();
    });
  }

  async function freeze(sheetId: string): Promise<bigint> {
    await rooms.opened(sheetId)?.settled();
    const seq = await freezeSheet(pool, sheetId);
    if (seq === null) throw new Error(`there is no sheet ${sheetId} to freeze`);
    rooms.opened(sheetId)?.froze();
    ringFrozen(bell, sheetId);
    return seq;
  }

  async function close(): Promise<void> {
    gate.stop();
    cancelHeartbeat();
    // Of the time for stopping half is ours, hanging up included.
    const halfMs = limits.shutdownSeconds * 500;
    const hangUpMs = Math.min(HANG_UP_MS_MAX, halfMs / 2);
    await within(
      halfMs - hangUpMs,
      rooms.all().map((room) => room.settled()),
    );
    for (const room of rooms.all()) room.close(CLOSE.retry, RESTARTS);
    rooms.stop();
    gate.dismiss(RESTARTS);
    await within(
      hangUpMs,
      [...gate.guests].map(({ gone }) => gone),
    );
    gate.close();
    committer.close();
    await snapshots.close();
    if (!options.bell) await bell.close();
  }

  /** Waits for all of them, but not longer. */
  async function within(ms: number, waits: readonly Promise<void>[]): Promise<void> {
    const deadline = Promise.withResolvers<void>();
    const cancel = clock.at(new Date(clock.now().getTime() + ms), deadline.resolve);
    await Promise.race([Promise.all(waits), deadline.promise]);
    cancel();
  }

  return {
    handleUpgrade: (request, socket, head) => gate.handleUpgrade(request, socket, head),
    rowsOf: async (sheetId) => {
      const found = await rooms.rowsOf(sheetId);
      if (!found) throw new Error(`there is no sheet ${sheetId}`);
      return found;
    },
    seatOf: (sheetId, actor) => readSeat(pool, sheetId, actor),
    submit: (sheetId, actor, edit) => hands.run(() => submit({ pool, rooms, limits, clock }, sheetId, actor, edit)),
    async fill(seed) {
      const head = await appendSeed(pool, seed);
      rooms.opened(seed.sheetId)?.hear(head.seq);
      ringReaches(bell, seed.sheetId, head.seq);
      return head;
    },
    onCommit: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    freeze,
    recheck: (which) => gate.recheck(which),
    greetNode: () => rooms.catchUp(),
    loseNode: (node) => rooms.loseNode(node),
    close,
  };
}
