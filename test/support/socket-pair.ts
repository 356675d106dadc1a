/** Rooms on a real database, and clients on lines in memory whose frames a test delivers by hand. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { type Actor, accessToSheet } from '../../domain/actors.ts';
import type { Row } from '../../domain/sheets.ts';
import { MESSAGE, type Refused } from '../../protocol/rooms.ts';
import { insertRow, readRows, rowsOf } from '../../protocol/sheet-doc.ts';
import { type Bell, loneBell } from '../../server/bell.ts';
import { readConfig } from '../../server/config.ts';
import type { Database } from '../../server/database.ts';
import { Committer } from '../../server/sync/committer.ts';
import { type SheetLimits, TICK_MS } from '../../server/sync/limits.ts';
import { Peer } from '../../server/sync/peer.ts';
import type { Room } from '../../server/sync/room.ts';
import type { SheetCommit } from '../../server/sync/room-desk.ts';
import { Rooms } from '../../server/sync/rooms.ts';
import { createSnapshots } from '../../server/sync/snapshots.ts';
import { type Telemetry, telemetryTo } from '../../server/telemetry.ts';
import { HandClock } from './hand-clock.ts';

export const LIMITS: SheetLimits = readConfig({}).limits;

export interface Node {
  rooms: Rooms;
  committer: Committer;
  clock: HandClock;
  commits: SheetCommit[];
  /** Names of what the server reported. */
  reported: string[];
  open(sheetId: string): Promise<Room>;
  /** `doc`: of somebody who comes back. */
  join(sheetId: string, actor: Actor, options?: { wantsAck?: boolean; doc?: Y.Doc }): Promise<Client>;
  /** Everything sent is judged and stored, every log read on, and every frame delivered. */
  settle(): Promise<void>;
  /** Every snapshot asked for so far is taken or given up. */
  snapshotted(): Promise<void>;
  close(): Promise<void>;
}

export function makeNode(
  database: Database,
  options: { limits?: Partial<SheetLimits>; bell?: Bell; clock?: HandClock } = {},
): Node {
  const limits = { ...LIMITS, ...options.limits };
  const clock = options.clock ?? new HandClock('2026-11-24T10:00:00.000Z');
  const commits: SheetCommit[] = [];
  const reported: string[] = [];
  const telemetry: Telemetry = telemetryTo((line) => reported.push(JSON.parse(line).name));
  const committer = new Committer(database.pool, clock);
  const committed = (commit: SheetCommit) => void commits.push(commit);
  const snapshots = createSnapshots(database.pool, telemetry);
  const taken: Promise<boolean>[] = [];
  const take = (sheetId: string) => {
    const job = snapshots.take(sheetId);
    taken.push(job);
    return job;
  };
  const rooms = new Rooms(
    { pool: database.pool, committer, clock, telemetry, limits, snapshots: { ...snapshots, take }, committed },
    options.bell ?? loneBell(),
  );
  const clients = new Set<Client>();
  /** A room that reads its log waits for the real database, which no clock hurries: turned meanwhile, it would run out its time. */
  const isReading = () => rooms.all().some(({ state }) => state === 'reading' || state === 'restoring');
  const somethingWaits = async () => {
    if (isReading()) return await new Promise<boolean>((turn) => setImmediate(turn, true));
    const settled = Promise.all(rooms.all().map((room) => room.settled())).then(() => false);
    return await Promise.race([settled, new Promise<boolean>((turn) => setImmediate(turn, true))]);
  };
  const open = async (sheetId: string) => {
    const room = await rooms.open(sheetId);
    if (!room) throw new Error(`no sheet ${sheetId}`);
    return room;
  };
  return {
    rooms,
    committer,
    clock,
    commits,
    reported,
    open,
    async join(sheetId, actor, { wantsAck = true, doc = new Y.Doc() } = {}) {
      const room = await open(sheetId);
      const client = new Client(room, actor, { wantsAck, limits, clock, doc });
      clients.add(client);
      return client;
    },
    async settle() {
      // A frame delivered may make a client answer, so until nobody says anything more.
      for (let isQuiet = false; !isQuiet; ) {
        await committer.idle();
        // Busy rooms rest between ticks, and this clock stands still.
        for (; await somethingWaits(); await committer.idle()) if (!isReading()) clock.turnBy(TICK_MS);
        isQuiet = [...clients].map((client) => client.deliver()).every((count) => count === 0);
        for (const client of clients) if (client.closed) clients.delete(client);
      }
    },
    async snapshotted() {
      await Promise.all(taken);
    },
    async close() {
      rooms.stop();
      await committer.idle();
      committer.close();
      await snapshots.close();
    },
  };
}

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

interface ClientOptions {
  wantsAck: boolean;
  limits: SheetLimits;
  clock: HandClock;
  doc: Y.Doc;
}

/** A y-websocket client without a socket. It answers like the stock one; `doc` is its document. */
export class Client {
  readonly doc: Y.Doc;
  readonly room: Room;
  readonly peer: Peer;
  readonly actor: Actor;
  readonly acks: number[] = [];
  readonly refusals: Refused[] = [];
  /** Presence frames as received: states by client id, null where somebody left. */
  readonly presence = new Map<number, unknown>();
  closed: { code: number; reason: string } | null = null;
  isPaused = false;
  /** A line that does not drain keeps its frames. */
  isStalled = false;
  sent = 0;
  #wire: Buffer[] = [];
  #drained: (() => void)[] = [];

  constructor(room: Room, actor: Actor, options: ClientOptions) {
    const { wantsAck, limits, clock } = options;
    this.doc = options.doc;
    this.room = room;
    this.actor = actor;
    const line = {
      write: (frame: Uint8Array) => void this.#wire.push(Buffer.from(frame)),
      backlog: () => (this.isStalled ? this.backlog : 0),
      onDrain: (run: () => void) => void this.#drained.push(run),
      pause: () => {
        this.isPaused = true;
      },
      resume: () => {
        this.isPaused = false;
      },
      close: (code: number, reason: string) => {
        this.closed ??= { code, reason };
      },
    };
    const access = accessToSheet(actor, { ...room.facts, hasSeat: true, hasAcknowledged: true });
    this.peer = new Peer({ line, actor, access, sheetId: room.sheetId, wantsAck, limits, clock });
    room.join(this.peer);
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this && !this.closed) this.sendUpdate(update);
    });
    this.send(MESSAGE.sync, STEP_1, Y.encodeStateVector(this.doc));
  }

  get backlog(): number {
    return this.#wire.reduce((sum, frame) => sum + frame.length, 0);
  }

  get rows(): Map<string, Row> {
    return readRows(this.doc);
  }

  cell(row: string, column: string): unknown {
    return rowsOf(this.doc).get(row)?.get(column);
  }

  set(row: string, column: string, value: string | number | boolean | null): void {
    rowsOf(this.doc).get(row)?.set(column, value);
  }

  add(row: string, cells: Row = {}, owner = this.actor.organizationId): void {
    this.doc.transact(() => insertRow(this.doc, row, owner, 'a0', cells));
  }

  /** Writes in a copy of the document, so that this client's own stays as the server has it; answers the update's bytes. */
  forge(write: (doc: Y.Doc) => void, clientId = this.doc.clientID): Uint8Array {
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(this.doc));
    copy.clientID = clientId;
    const before = Y.encodeStateVector(copy);
    let update = Y.encodeStateAsUpdate(copy, before);
    copy.on('update', (bytes: Uint8Array) => {
      update = bytes;
    });
    copy.transact(() => write(copy));
    return update;
  }

  sendUpdate(update: Uint8Array): void {
    this.send(MESSAGE.sync, UPDATE, update);
  }

  sendStep2(update: Uint8Array): void {
    this.send(MESSAGE.sync, STEP_2, update);
  }

  send(type: number, ...parts: (number | Uint8Array)[]): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    for (const part of parts)
      if (typeof part === 'number') encoding.writeVarUint(encoder, part);
      else encoding.writeVarUint8Array(encoder, part);
    if (type === MESSAGE.sync && parts[0] !== STEP_1) this.sent++;
    this.sendRaw(encoding.toUint8Array(encoder));
  }

  sendRaw(bytes: Uint8Array): void {
    if (!this.closed) this.room.receive(this.peer, bytes);
  }

  /** Tells where this person is, as the stock client does. */
  show(state: unknown, clock: number, id = this.doc.clientID): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, id);
    encoding.writeVarUint(encoder, clock);
    encoding.writeVarString(encoder, JSON.stringify(state));
    this.send(MESSAGE.awareness, encoding.toUint8Array(encoder));
  }

  /** The browser is gone; what it sent before counts. */
  leave(): void {
    this.room.leave(this.peer);
    this.closed ??= { code: 1001, reason: '' };
  }

  /** Takes the frames that wait; answers how many there were. */
  deliver(): number {
    if (this.isStalled) return 0;
    const frames = this.#wire.splice(0);
    for (const frame of frames) this.#hear(payloadOf(frame));
    for (const run of this.#drained.splice(0)) run();
    return frames.length;
  }

  #hear(payload: Uint8Array): void {
    const decoder = decoding.createDecoder(payload);
    switch (decoding.readVarUint(decoder)) {
      case MESSAGE.sync:
        this.#hearSync(decoding.readVarUint(decoder), decoding.readVarUint8Array(decoder));
        break;
      case MESSAGE.awareness:
        this.#hearPresence(decoding.readVarUint8Array(decoder));
        break;
      case MESSAGE.ack:
        this.acks.push(decoding.readVarUint(decoder));
        break;
      case MESSAGE.refusal:
        this.refusals.push(JSON.parse(decoding.readVarString(decoder)));
        break;
      default:
        throw new Error('the server sent a message of an unknown type');
    }
  }

  #hearSync(step: number, bytes: Uint8Array): void {
    if (step === STEP_1) this.sendStep2(Y.encodeStateAsUpdate(this.doc, bytes));
    else Y.applyUpdate(this.doc, bytes, this);
  }

  #hearPresence(bytes: Uint8Array): void {
    const decoder = decoding.createDecoder(bytes);
    for (let left = decoding.readVarUint(decoder); left > 0; left--) {
      const id = decoding.readVarUint(decoder);
      decoding.readVarUint(decoder);
      this.presence.set(id, JSON.parse(decoding.readVarString(decoder)));
    }
  }
}

/** Payload of one unmasked frame. */
function payloadOf(frame: Buffer): Uint8Array {
  const length = (frame[1] ?? 0) & 0x7f;
  const header = length === 126 ? 4 : length === 127 ? 10 : 2;
  return frame.subarray(header);
}
