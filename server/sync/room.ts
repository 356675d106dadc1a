/**
 * CONDUCTOR of one open sheet: what its sockets send comes in by `receive`, waits for the tick, is admitted, applied, logged, and then goes out.
 *
 * Invariants:
 * 1. Nothing is applied before it is admitted (tick.ts), and nothing built from the document is sent while the document is ahead of the log:
 *    greetings, answers and diffs are made only between ticks, and a tick's frame leaves only after its commit.
 * 2. What the sheet says is durable is what the log has, never more.
 * 3. A tick that the log did not take ends the room: its document is thrown away, every socket is told to come back, and the next one loads the log.
 */

import type pg from 'pg';
import * as Y from 'yjs';
import type { SheetFacts } from '#domain/admission.ts';
import { CLOSE } from '#protocol/rooms.ts';
import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import type { CommitSource, Committer, Fate } from './committer.ts';
import { readMessage, step1Frame, step2Frame, updateFrame } from './frames.ts';
import { FullState } from './full-state.ts';
import { BUSY_SOCKETS, type SheetLimits, STEP1_COST, TICK_BYTES_MAX, TICK_MS, TICK_UPDATES_MAX } from './limits.ts';
import { OpenSheet, type Outgoing, type RowChange } from './open-sheet.ts';
import type { Peer } from './peer.ts';
import { Presence } from './presence.ts';
import { type LoadedSheet, logAfter, readFacts, saveSnapshot } from './sheet-store.ts';
import { FROZEN, runTick, stopPeer, type Tick, type Waiting } from './tick.ts';
import type { LogHead, SheetBatch } from './update-log.ts';

export interface SheetCommit {
  sheetId: string;
  /** The log reaches this number with it. */
  seq: bigint;
  rows: RowChange[];
}

export interface RoomDesk {
  pool: pg.Pool;
  committer: Committer;
  clock: Clock;
  telemetry: Telemetry;
  limits: SheetLimits;
  /** The log took it. */
  committed(commit: SheetCommit): void;
  /** Nobody is in the room any more. */
  emptied(room: Room): void;
  /** The room is over; the next one who wants the sheet loads it again. */
  over(room: Room): void;
}

export class Room implements CommitSource {
  readonly sheetId: string;
  readonly peers = new Set<Peer>();
  #facts: SheetFacts;
  readonly #desk: RoomDesk;
  readonly #sheet: OpenSheet;
  readonly #presence: Presence;
  readonly #full = new FullState();
  #inbox: Waiting[] = [];
  readonly #newcomers = new Set<Peer>();
  readonly #asking = new Set<Peer>();
  #underWay: { tick: Tick; count: number } | null = null;
  #tickedAtMs = 0;
  /** How far the bell says the log reaches. */
  #toldSeq = 0n;
  /** Waits for the database outside of the tick. */
  #isReading = false;
  #isOver = false;
  #received = 0;
  #done = 0;
  #waiters: { mark: number; resolve: () => void }[] = [];

  constructor(sheetId: string, loaded: LoadedSheet, desk: RoomDesk) {
    this.sheetId = sheetId;
    this.#facts = loaded.facts;
    this.#desk = desk;
    this.#sheet = new OpenSheet(loaded, desk.clock);
    const tellAll = (frame: Uint8Array) => {
      for (const peer of this.peers) peer.tell(frame);
    };
    this.#presence = new Presence({ clock: desk.clock, clients: this.#sheet.clients, tellAll });
  }

  /** What the log has. */
  get durable(): Pick<OpenSheet, 'seq' | 'rows'> {
    return this.#sheet;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get facts(): SheetFacts {
    return this.#facts;
  }

  get isIdle(): boolean {
    return this.peers.size === 0 && this.#inbox.length === 0 && this.#underWay === null && !this.#isReading;
  }

  /** What the gate has just read. A sheet that closed stays closed, however old that reading is. */
  learn(facts: SheetFacts): void {
    this.#facts = { ...facts, frozen: this.#facts.frozen || facts.frozen };
  }

  /** The database takes no more updates of this sheet: editors come back as readers. */
  froze(): void {
    this.#facts = { ...this.#facts, frozen: true };
    for (const peer of this.peers) if (peer.access === 'edit') this.end(peer, CLOSE.changed, 'the sheet closed');
  }

  join(peer: Peer): void {
    this.peers.add(peer);
    this.#newcomers.add(peer);
    this.#wake();
  }

  /** The line closed by itself. What came before still counts. */
  leave(peer: Peer): void {
    peer.left();
    this.#remove(peer);
  }

  end(peer: Peer, code: number, reason: string): void {
    peer.end(code, reason);
    this.#remove(peer);
  }

  receive(peer: Peer, data: Uint8Array): void {
    if (this.#isOver || !peer.isOpen) return;
    const message = readMessage(data);
    peer.throttle.charge(message.type === 'step1' ? STEP1_COST : 1);
    switch (message.type) {
      case 'update':
        this.#queue({ peer, number: peer.received(), bytes: message.bytes, isStep2: message.isStep2 });
        break;
      case 'step1':
        this.#ask(peer, message.vector);
        break;
      case 'awareness':
        this.#hearPresence(peer, message.bytes);
        break;
      case 'queryAwareness':
        this.#tellPresence(peer);
        break;
      case 'malformed':
        this.end(peer, CLOSE.malformed, 'not understood');
    }
  }

  /** Part of the committer's tick: first what needs the document as the log has it, then what changes it. */
  prepare(): SheetBatch | null {
    if (this.#isOver || this.#isReading) return null;
    try {
      if (this.#toldSeq > this.#sheet.seq) {
        void this.#catchUp();
        return null;
      }
      this.#greet();
      this.#answer();
      return this.#admit();
    } catch (error) {
      this.#lose(error);
      return null;
    }
  }

  settle(fate: Fate): void {
    const underWay = this.#underWay;
    this.#underWay = null;
    if (!underWay || this.#isOver) return;
    if (fate.is === 'lost') this.#lose(fate.error);
    else if (fate.is === 'declined') void this.#decline(underWay.tick);
    else this.#stored(underWay, fate.head);
  }

  /** Everything received so far is logged, refused or given up. */
  settled(): Promise<void> {
    if (this.#isOver || this.#done >= this.#received) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.push({ mark: this.#received, resolve }));
  }

  /** The bell: the log reaches this number. */
  hear(seq: bigint): void {
    if (seq <= this.#sheet.seq || seq <= this.#toldSeq) return;
    this.#toldSeq = seq;
    this.#wake();
  }

  /** Ends the room; every socket gets the code. */
  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const peer of this.peers) this.end(peer, code, reason);
    this.#presence.end();
    for (const { resolve } of this.#waiters.splice(0)) resolve();
    this.#desk.over(this);
  }

  /** Call only while nothing is under way. */
  async snapshot(): Promise<void> {
    const { pool, telemetry } = this.#desk;
    try {
      await this.#sheet.snapshot((seq, state) => saveSnapshot(pool, this.sheetId, seq, state));
    } catch (error) {
      // Opening will take longer; nothing is lost.
      telemetry.fault('sheet.snapshot', error, { sheet: this.sheetId });
    }
  }

  #queue(update: Waiting): void {
    this.#received++;
    update.peer.throttle.queued(update.bytes.length);
    this.#inbox.push(update);
    this.#wake();
  }

  #ask(peer: Peer, vector: Uint8Array): void {
    peer.question = vector;
    // A line that is full gets its answer when it has drained.
    if (peer.isLagging) return;
    this.#asking.add(peer);
    this.#wake();
  }

  #hearPresence(peer: Peer, bytes: Uint8Array): void {
    if (bytes.length > this.#desk.limits.awarenessBytes) this.end(peer, CLOSE.limit, 'presence too large');
    else if (!this.#presence.hear(peer, bytes)) this.end(peer, CLOSE.malformed, 'not understood');
  }

  #tellPresence(peer: Peer): void {
    const frame = this.#presence.frameOfAll();
    if (frame) peer.tell(frame);
  }

  #wake(): void {
    if (this.#isOver) return;
    const { clock, committer } = this.#desk;
    const due = this.#tickedAtMs + TICK_MS;
    if (this.peers.size < BUSY_SOCKETS || clock.now().getTime() >= due) committer.request(this);
    else clock.at(new Date(due), () => committer.request(this));
  }

  #greet(): void {
    if (this.#newcomers.size === 0) return;
    const frame = step1Frame(Y.encodeStateVector(this.#sheet.doc));
    for (const peer of this.#newcomers) {
      peer.write(frame);
      this.#tellPresence(peer);
    }
    this.#newcomers.clear();
  }

  #answer(): void {
    for (const peer of this.#asking) {
      this.#asking.delete(peer);
      const vector = peer.question;
      peer.question = null;
      if (!vector || !peer.isOpen) continue;
      const frames = this.#since(vector, peer.isLagging);
      if (frames === null) {
        this.end(peer, CLOSE.malformed, 'not understood');
        continue;
      }
      for (const frame of frames) peer.write(frame);
      if (peer.isLagging) {
        peer.caughtUp();
        this.#tellPresence(peer);
      }
      peer.isSynced = true;
    }
  }

  /** What a client at this state vector lacks; null: it is no state vector. */
  #since(vector: Uint8Array, isFollowing: boolean): Uint8Array[] | null {
    if (vector.length === 1) return vector[0] === 0 ? this.#full.frames(this.#sheet.doc) : null;
    try {
      const diff = Y.encodeStateAsUpdate(this.#sheet.doc, vector);
      return [isFollowing ? updateFrame(diff) : step2Frame(diff)];
    } catch {
      return null;
    }
  }

  #admit(): SheetBatch | null {
    const waiting = this.#take();
    if (waiting.length === 0) return null;
    const { clock, limits } = this.#desk;
    this.#tickedAtMs = clock.now().getTime();
    const sheet = this.#sheet;
    const tick = runTick({ sheet, facts: this.#facts, rowsMax: limits.rowsPerSheet, clock }, waiting);
    if (tick.entries.length === 0) {
      this.#conclude(tick, waiting.length);
      return null;
    }
    this.#underWay = { tick, count: waiting.length };
    return { sheetId: this.sheetId, seq: sheet.seq, head: sheet.head, entries: tick.entries };
  }

  #take(): Waiting[] {
    let count = 0;
    for (let bytes = 0; count < this.#inbox.length && count < TICK_UPDATES_MAX && bytes < TICK_BYTES_MAX; count++)
      bytes += this.#inbox[count]?.bytes.length ?? 0;
    const waiting = this.#inbox.splice(0, count);
    for (const { peer, bytes } of waiting) peer.throttle.taken(bytes.length);
    return waiting;
  }

  #stored({ tick, count }: { tick: Tick; count: number }, head: LogHead): void {
    const rows = this.#sheet.stored(tick.entries, tick.touched, head);
    if (tick.outgoing) this.#send(tick.outgoing, tick.authors);
    this.#conclude(tick, count);
    this.#desk.committed({ sheetId: this.sheetId, seq: head.seq, rows });
    if (this.#sheet.isTailLong) void this.snapshot();
  }

  #send({ frame, standing }: Outgoing, authors: ReadonlySet<Peer>): void {
    this.#full.follow(frame);
    for (const peer of this.peers) {
      // A sole author has what it wrote itself.
      if (!peer.isSynced || (authors.size === 1 && authors.has(peer))) continue;
      peer.broadcast(frame, standing, (from) => {
        peer.question ??= from;
        this.#asking.add(peer);
        this.#wake();
      });
    }
  }

  #conclude(tick: Tick, count: number): void {
    for (const peer of tick.heard) peer.acknowledge();
    for (const peer of tick.asks) peer.write(step1Frame(Y.encodeStateVector(this.#sheet.doc)));
    for (const [peer, stop] of tick.stops) {
      const code = stop.is === 'refused' ? stop.refused.code : 'malformed';
      this.#desk.telemetry.event('sheet.refused', { sheet: this.sheetId, code });
      stopPeer(peer, stop);
      this.#remove(peer);
    }
    this.#done += count;
    this.#waiters = this.#waiters.filter(({ mark, resolve }) => {
      if (mark <= this.#done) resolve();
      return mark > this.#done;
    });
    if (this.#inbox.length > 0) this.#wake();
    if (this.isIdle) this.#desk.emptied(this);
  }

  /** The database took nothing: somebody closed the sheet, or another node wrote first. */
  async #decline(tick: Tick): Promise<void> {
    this.#isReading = true;
    const isFrozen = await readFacts(this.#desk.pool, this.sheetId).then(
      (facts) => facts?.frozen === true,
      () => false,
    );
    this.#desk.telemetry.event('sheet.declined', { sheet: this.sheetId, frozen: isFrozen });
    if (isFrozen) for (const peer of tick.authors) stopPeer(peer, FROZEN);
    if (isFrozen) this.close(CLOSE.changed, 'the sheet closed');
    else this.close(CLOSE.retry, 'the sheet changed elsewhere');
  }

  #lose(error: unknown): void {
    this.#desk.telemetry.fault('sheet.lost-tick', error, { sheet: this.sheetId });
    this.close(CLOSE.retry, 'not stored');
  }

  /** Other nodes have written: their updates come from the log. */
  async #catchUp(): Promise<void> {
    this.#isReading = true;
    try {
      const page = await logAfter(this.#desk.pool, this.sheetId, this.#sheet.seq);
      if (this.#isOver) return;
      // A bell that promised too much is not asked again.
      if (page.length === 0) this.#toldSeq = this.#sheet.seq;
      const { outgoing, rows } = this.#sheet.follow(page);
      if (outgoing) this.#send(outgoing, new Set());
      if (page.length > 0) this.#desk.committed({ sheetId: this.sheetId, seq: this.#sheet.seq, rows });
    } catch (error) {
      this.#lose(error);
      return;
    } finally {
      this.#isReading = false;
    }
    this.#wake();
  }

  #remove(peer: Peer): void {
    if (!this.peers.delete(peer)) return;
    this.#newcomers.delete(peer);
    this.#asking.delete(peer);
    this.#presence.leave(peer);
    if (this.peers.size > 0) return;
    this.#full.forget();
    if (this.isIdle) this.#desk.emptied(this);
  }
}
