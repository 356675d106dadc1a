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
import type { SheetFacts } from '#domain/admission.ts';
import { CLOSE } from '#protocol/rooms.ts';
import type { Clock } from '../clock.ts';
import type { Telemetry } from '../telemetry.ts';
import { Audience } from './audience.ts';
import type { CommitSource, Committer, Fate } from './committer.ts';
import { readMessage } from './frames.ts';
import { Inbox } from './inbox.ts';
import { BUSY_SOCKETS, BUSY_UPDATES, CROWDED_SOCKETS, type SheetLimits, STEP1_COST, TICK_MS } from './limits.ts';
import { OpenSheet, type RowChange } from './open-sheet.ts';
import type { Peer } from './peer.ts';
import { type LoadedSheet, logAfter, readFacts } from './sheet-store.ts';
import type { Snapshots } from './snapshots.ts';
import { FROZEN, runTick, stopPeer, type Tick } from './tick.ts';
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
  snapshots: Snapshots;
  /** The log took it. */
  committed(commit: SheetCommit): void;
  /** Nobody is in the room any more. */
  emptied(room: Room): void;
  /** The room is over; the next one who wants the sheet loads it again. */
  over(room: Room): void;
}

export class Room implements CommitSource {
  readonly sheetId: string;
  #facts: SheetFacts;
  readonly #desk: RoomDesk;
  readonly #sheet: OpenSheet;
  readonly #audience: Audience;
  readonly #inbox = new Inbox();
  #underWay: { tick: Tick; count: number } | null = null;
  #tickedAtMs = 0;
  #tickedUpdates = 0;
  #cancelWake: (() => void) | null = null;
  /** How far the bell says the log reaches. */
  #toldSeq = 0n;
  /** Waits for the database outside of the tick. */
  #isReading = false;
  #isOver = false;

  constructor(sheetId: string, loaded: LoadedSheet, desk: RoomDesk) {
    this.sheetId = sheetId;
    this.#facts = loaded.facts;
    this.#desk = desk;
    this.#sheet = new OpenSheet(loaded, desk.clock);
    const { doc, clients } = this.#sheet;
    const { clock, limits } = desk;
    const wake = () => this.#wake();
    this.#audience = new Audience({ doc, clients, clock, awarenessBytesMax: limits.awarenessBytes, wake });
  }

  /** What the log has. */
  get durable(): Pick<OpenSheet, 'seq' | 'rows'> {
    return this.#sheet;
  }

  get facts(): SheetFacts {
    return this.#facts;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get isIdle(): boolean {
    const isEmpty = this.#audience.peers.size === 0 && this.#inbox.isEmpty;
    return isEmpty && this.#underWay === null && !this.#isReading;
  }

  /** What the gate has just read. A sheet that closed stays closed, however old that reading is. */
  learn(facts: SheetFacts): void {
    this.#facts = { ...facts, frozen: this.#facts.frozen || facts.frozen };
  }

  /** The database takes no more updates of this sheet: editors come back as readers. */
  froze(): void {
    this.#facts = { ...this.#facts, frozen: true };
    for (const peer of this.#audience.peers)
      if (peer.access === 'edit') this.end(peer, CLOSE.changed, 'the sheet closed');
  }

  join(peer: Peer): void {
    this.#audience.join(peer);
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
        this.#inbox.put({ peer, number: peer.received(), bytes: message.bytes, isStep2: message.isStep2 });
        this.#wake();
        break;
      case 'step1':
        this.#audience.ask(peer, message.vector);
        break;
      case 'awareness':
        this.#hearPresence(peer, message.bytes);
        break;
      case 'queryAwareness':
        this.#audience.tellPresence(peer);
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
      for (const peer of this.#audience.serve()) this.end(peer, CLOSE.malformed, 'not understood');
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
    return this.#inbox.settled();
  }

  /** The bell: the log reaches this number. */
  hear(seq: bigint): void {
    if (seq <= this.#sheet.seq || seq <= this.#toldSeq) return;
    this.#toldSeq = seq;
    this.#wake();
  }

  /** Ends the room at once; every socket gets the code. */
  close(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const peer of this.#audience.peers) this.end(peer, code, reason);
    this.#wrapUp();
  }

  /** Ends an idle room. A snapshot is made from the log, so that the next opening is quick; nobody waits for it. */
  retire(): void {
    this.#isOver = true;
    this.#snapshot();
    this.#wrapUp();
  }

  #wrapUp(): void {
    this.#audience.end();
    this.#cancelWake?.();
    this.#inbox.giveUp();
    this.#desk.over(this);
  }

  #hearPresence(peer: Peer, bytes: Uint8Array): void {
    const fault = this.#audience.hearPresence(peer, bytes);
    if (fault) this.end(peer, fault.code, fault.reason);
  }

  /** Each tick is a frame for every socket, so with many of them ticks keep a distance. */
  #wake(): void {
    if (this.#isOver || this.#cancelWake) return;
    const { clock, committer } = this.#desk;
    const due = this.#tickedAtMs + this.#restMs();
    if (clock.now().getTime() >= due) {
      committer.request(this);
      return;
    }
    this.#cancelWake = clock.at(new Date(due), () => {
      this.#cancelWake = null;
      committer.request(this);
    });
  }

  #restMs(): number {
    const sockets = this.#audience.peers.size;
    if (sockets >= CROWDED_SOCKETS) return 2 * TICK_MS;
    return sockets >= BUSY_SOCKETS || this.#tickedUpdates >= BUSY_UPDATES ? TICK_MS : 0;
  }

  #admit(): SheetBatch | null {
    const waiting = this.#inbox.take();
    if (waiting.length === 0) return null;
    const { clock, limits } = this.#desk;
    this.#tickedAtMs = clock.now().getTime();
    this.#tickedUpdates = waiting.length;
    const sheet = this.#sheet;
    const tick = runTick({ sheet, facts: this.#facts, rowsMax: limits.rowsPerSheet, clock }, waiting);
    if (tick.entries.length === 0) {
      this.#conclude(tick, waiting.length);
      return null;
    }
    this.#underWay = { tick, count: waiting.length };
    return { sheetId: this.sheetId, seq: sheet.seq, head: sheet.head, entries: tick.entries };
  }

  #stored({ tick, count }: { tick: Tick; count: number }, head: LogHead): void {
    const rows = this.#sheet.stored(tick.entries, tick.touched, head);
    if (tick.outgoing) this.#audience.send(tick.outgoing, tick.authors);
    this.#conclude(tick, count);
    this.#desk.committed({ sheetId: this.sheetId, seq: head.seq, rows });
    if (this.#sheet.isTailLong) this.#snapshot();
  }

  #conclude(tick: Tick, count: number): void {
    for (const peer of tick.heard) peer.acknowledge();
    for (const peer of tick.asks) this.#audience.askAgain(peer);
    for (const [peer, stop] of tick.stops) {
      const code = stop.is === 'refused' ? stop.refused.code : 'malformed';
      this.#desk.telemetry.event('sheet.refused', { sheet: this.sheetId, code });
      stopPeer(peer, stop);
      this.#remove(peer);
    }
    this.#inbox.done(count);
    if (!this.#inbox.isEmpty) this.#wake();
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
      if (outgoing) this.#audience.send(outgoing, new Set());
      if (page.length > 0) this.#desk.committed({ sheetId: this.sheetId, seq: this.#sheet.seq, rows });
    } catch (error) {
      this.#lose(error);
      return;
    } finally {
      this.#isReading = false;
    }
    this.#wake();
  }

  #snapshot(): void {
    void this.#sheet.snapshot(() => this.#desk.snapshots.take(this.sheetId));
  }

  #remove(peer: Peer): void {
    if (this.#audience.leave(peer) && this.isIdle) this.#desk.emptied(this);
  }
}
