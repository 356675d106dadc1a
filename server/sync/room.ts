/**
 * CONDUCTOR of one open sheet: what its sockets send comes in by `receive`, waits for the tick, is admitted, applied, logged, and then goes out.
 *
 * Invariants:
 * 1. Nothing is applied before it is admitted (tick.ts), and nothing built from the document is sent while the document is ahead of the log:
 *    greetings, answers and diffs are made only between ticks, and a tick's frame leaves only after its commit.
 * 2. What the sheet says is durable is what the log has, never more.
 * 3. A tick that another node's tick came before is taken back: the document is read from the log again, and its updates are admitted anew.
 * 4. A tick that Yjs cannot apply is taken back in the same way, and its updates are tried one by one: who sent the one that fails loses the line.
 * 5. A tick of which nobody knows whether the log took it ends the room: every socket is told to come back, and the next one loads the log.
 */

import * as Y from 'yjs';
import type { SheetFacts } from '#domain/admission.ts';
import { CLOSE } from '#protocol/rooms.ts';
import { Audience } from './audience.ts';
import type { CommitSource, Fate } from './committer.ts';
import { Elsewhere } from './elsewhere.ts';
import { readMessage } from './frames.ts';
import { inTime } from './in-time.ts';
import { Inbox } from './inbox.ts';
import { READ_MS_MAX, STEP1_COST } from './limits.ts';
import type { Shown } from './link-letters.ts';
import { OpenSheet, type RowChange } from './open-sheet.ts';
import { Pace } from './pace.ts';
import type { Peer } from './peer.ts';
import { changesBetween } from './restore.ts';
import type { RoomDesk } from './room-desk.ts';
import type { LifeState, RoomLife } from './room-life.ts';
import type { RoomLink } from './room-link.ts';
import { type LoadedSheet, type LoggedRow, loadSheet, logAfter } from './sheet-store.ts';
import { FROZEN, runTick, SpoiledTick, stopPeer, type Tick, type Waiting } from './tick.ts';
import type { LogHead, SheetBatch } from './update-log.ts';

/** A tick that is applied and not yet logged, and the updates it was made of. */
interface UnderWay {
  tick: Tick;
  waiting: readonly Waiting[];
  /** State vector of the document before it. */
  had: () => Uint8Array;
}

export class Room implements CommitSource {
  readonly sheetId: string;
  #facts: SheetFacts;
  readonly #desk: RoomDesk;
  #sheet: OpenSheet;
  readonly #audience: Audience;
  readonly #inbox = new Inbox();
  readonly #link: RoomLink;
  readonly #elsewhere: Elsewhere;
  readonly #pace: Pace;
  readonly #life: RoomLife;
  #underWay: UnderWay | null = null;
  /** So many updates that wait are tried in a tick of their own. */
  #oneByOne = 0;

  /** `life` is that of its loading, which has come to its end. */
  constructor(sheetId: string, loaded: LoadedSheet, desk: RoomDesk, link: RoomLink, life: RoomLife) {
    this.sheetId = sheetId;
    this.#life = life;
    this.#facts = loaded.facts;
    this.#desk = desk;
    this.#sheet = this.#openSheet(loaded);
    const { doc, clients } = this.#sheet;
    const { clock, limits } = desk;
    const wake = () => this.#wake();
    this.#pace = new Pace(clock, () => desk.committer.request(this));
    const tellNodes = (people: readonly Shown[]) => link.show(people);
    this.#audience = new Audience({
      doc,
      clients,
      clock,
      awarenessBytesMax: limits.awarenessBytes,
      wake,
      ...(desk.isAlone ? {} : { tellNodes }),
    });
    this.#link = link;
    this.#elsewhere = new Elsewhere({
      sheetId,
      clock,
      life,
      standing: () => this.#sheet,
      read: () => logAfter(desk.pool, sheetId, this.#sheet.seq),
      follow: (rows) => this.follow(rows),
      wake,
      lose: (error) => this.#lose(error),
    });
    life.pass('standing');
    this.#attach(link);
  }

  /** What the log has. */
  get durable(): Pick<OpenSheet, 'seq' | 'rows'> {
    return this.#sheet;
  }

  get seq(): bigint {
    return this.#sheet.seq;
  }

  get facts(): SheetFacts {
    return this.#facts;
  }

  get state(): LifeState {
    return this.#life.state;
  }

  get isOver(): boolean {
    return this.#life.isOver;
  }

  /** Nobody is in it, and nothing of it waits for the log. */
  get isIdle(): boolean {
    return this.#life.isStanding && this.#audience.peers.size === 0 && this.#inbox.isEmpty;
  }

  get needsLock(): boolean {
    const isShared = this.#link.isShared || this.#elsewhere.isActive;
    return isShared && this.#life.isStanding && !this.#inbox.isEmpty;
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
    if (this.isOver || !peer.isOpen) return;
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
    if (!this.#life.isStanding) return null;
    try {
      return this.#elsewhere.takeOver() ? this.#serveAndAdmit() : null;
    } catch (error) {
      this.#lose(error);
      return null;
    }
  }

  /** The same while the database holds the sheet for us: it stands where we stand. */
  prepareLocked(facts: SheetFacts): SheetBatch | null {
    if (!this.#life.isStanding) return null;
    this.learn(facts);
    try {
      const batch = this.#serveAndAdmit();
      if (facts.frozen) this.froze();
      return batch;
    } catch (error) {
      this.#lose(error);
      return null;
    }
  }

  /** Takes over what other nodes logged, and shows it. */
  follow(rows: readonly LoggedRow[]): void {
    const fresh = rows.filter(({ seq }) => seq > this.#sheet.seq);
    if (fresh.length === 0 || !this.#life.isStanding) return;
    try {
      const { outgoing, rows: changes } = this.#sheet.follow(fresh);
      if (outgoing) this.#audience.send(outgoing, new Set());
      this.#elsewhere.wrote();
      this.#moved(changes);
    } catch (error) {
      this.#lose(error);
    }
  }

  settle(fate: Fate): void {
    const underWay = this.#underWay;
    this.#underWay = null;
    if (this.isOver) return;
    if (fate.is === 'lost') this.#lose(fate.error);
    else if (underWay && fate.is === 'declined') void this.#restore(underWay, true);
    else if (underWay && fate.is === 'stored') this.#stored(underWay, fate.head);
  }

  /** Everything received so far is logged, refused or given up. */
  settled(): Promise<void> {
    return this.#inbox.settled();
  }

  /** The log is said to reach this number. */
  hear(seq: bigint): void {
    this.#elsewhere.hear(seq);
  }

  /** Resolves when what is durable here is of this number or later, or the room is over. */
  reaches(seq: bigint): Promise<void> {
    return this.isOver ? Promise.resolve() : this.#elsewhere.reaches(seq);
  }

  /** Tells the other nodes that the sheet is open here, and asks them the same. */
  announce(): void {
    this.#link.announce();
  }

  /** A node died, or cannot be heard. */
  loseNode(node: string): void {
    this.#link.lose(node);
  }

  /** Ends the room at once; every socket gets the code. */
  close(code: number, reason: string): void {
    if (this.isOver) return;
    this.#life.pass('over');
    for (const peer of this.#audience.peers) this.end(peer, code, reason);
    this.#wrapUp();
  }

  /** Ends an idle room. A snapshot is made from the log, so that the next opening is quick; nobody waits for it. Throws when it is not idle. */
  retire(): void {
    if (!this.isIdle) throw new Error('a room with people or edits in it is not unloaded');
    this.#life.pass('over');
    this.#snapshot();
    this.#wrapUp();
  }

  #attach(link: RoomLink): void {
    const audience = this.#audience;
    const elsewhere = this.#elsewhere;
    const seqNow = () => this.seq;
    link.attach({
      get seq() {
        return seqNow();
      },
      people: () => audience.people(),
      hear: (seq) => elsewhere.hear(seq),
      hearGrown: (letter) => elsewhere.hearGrown(letter),
      hearPeople: (node, people) => audience.hearPeople(node, people),
      hearLeft: (node) => audience.loseNode(node),
      froze: () => this.froze(),
    });
  }

  #openSheet(loaded: LoadedSheet): OpenSheet {
    const { clock, limits } = this.#desk;
    return new OpenSheet(loaded, { clock, documentBytes: limits.documentBytes });
  }

  #wrapUp(): void {
    this.#audience.end();
    this.#pace.end();
    this.#inbox.giveUp();
    this.#link.close();
    this.#elsewhere.moved(true);
    this.#desk.over(this);
  }

  #hearPresence(peer: Peer, bytes: Uint8Array): void {
    const fault = this.#audience.hearPresence(peer, bytes);
    if (fault) this.end(peer, fault.code, fault.reason);
  }

  #wake(): void {
    if (!this.isOver) this.#pace.wake(this.#audience.peers.size);
  }

  #serveAndAdmit(): SheetBatch | null {
    for (const peer of this.#audience.serve()) this.end(peer, CLOSE.malformed, 'not understood');
    return this.#admit();
  }

  #admit(): SheetBatch | null {
    const waiting = this.#oneByOne > 0 ? this.#inbox.take(1) : this.#inbox.take();
    if (waiting.length === 0) return null;
    this.#oneByOne = Math.max(0, this.#oneByOne - 1);
    this.#pace.ticked(waiting.length);
    const sheet = this.#sheet;
    const tick = this.#run(waiting);
    if (!tick) return null;
    if (tick.entries.length === 0) {
      this.#conclude(tick, waiting.length);
      return null;
    }
    this.#life.pass('committing');
    // Everybody has what was logged before the tick.
    this.#underWay = { tick, waiting, had: tick.outgoing?.standing ?? (() => Y.encodeStateVector(sheet.doc)) };
    return { sheetId: this.sheetId, seq: sheet.seq, head: sheet.head, entries: tick.entries };
  }

  /** Null: it could not be applied, and is being taken back. */
  #run(waiting: readonly Waiting[]): Tick | null {
    const { clock, limits } = this.#desk;
    try {
      return runTick({ sheet: this.#sheet, facts: this.#facts, rowsMax: limits.rowsPerSheet, clock }, waiting);
    } catch (error) {
      if (!(error instanceof SpoiledTick)) throw error;
      this.#takeBack(error, waiting);
      return null;
    }
  }

  #takeBack({ tick, standing: had, cause }: SpoiledTick, waiting: readonly Waiting[]): void {
    this.#desk.telemetry.fault('sheet.spoiled-tick', cause, { sheet: this.sheetId });
    const [only] = waiting;
    const isKnown = waiting.length === 1 && only !== undefined;
    this.#oneByOne = isKnown ? this.#oneByOne : waiting.length;
    void this.#restore({ tick, waiting: isKnown ? [] : waiting, had });
    if (!isKnown) return;
    this.#inbox.done(1);
    this.end(only.peer, CLOSE.malformed, 'not understood');
  }

  #stored({ tick, waiting }: UnderWay, head: LogHead): void {
    this.#life.pass('standing');
    const before = this.#sheet.seq;
    const changes = this.#sheet.stored(tick.entries, tick.touched, head);
    if (tick.outgoing) this.#audience.send(tick.outgoing, tick.authors);
    this.#conclude(tick, waiting.length);
    this.#link.grew(before, tick.entries, head.head);
    this.#moved(changes);
    if (this.#sheet.isTailLong) this.#snapshot();
  }

  /** What is durable here is another version now. */
  #moved(rows: RowChange[]): void {
    this.#desk.committed({ sheetId: this.sheetId, seq: this.#sheet.seq, rows });
    this.#elsewhere.moved(false);
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

  /** The database took nothing: somebody closed the sheet, or another node wrote first. Then the same updates are admitted again, on top of it. */
  async #restore({ tick, waiting, had: standing }: UnderWay, isDeclined = false): Promise<void> {
    this.#life.pass('restoring');
    let loaded: LoadedSheet | null;
    try {
      const { clock, pool } = this.#desk;
      // As with a log that is read on: better that its people come back than that they wait for a database which does not answer.
      loaded = await inTime(
        clock,
        READ_MS_MAX,
        loadSheet(pool, this.sheetId),
        new Error('the sheet was not read in time'),
      );
    } catch (error) {
      return this.#lose(error);
    }
    if (this.isOver) return;
    const frozen = loaded?.facts.frozen === true;
    if (isDeclined) this.#desk.telemetry.event('sheet.declined', { sheet: this.sheetId, frozen });
    if (!loaded) return this.close(CLOSE.retry, 'the sheet is gone');
    if (loaded.facts.frozen) {
      for (const peer of tick.authors) stopPeer(peer, FROZEN);
      return this.close(CLOSE.changed, 'the sheet closed');
    }
    this.#life.pass('standing');
    const { rows } = this.#sheet;
    const had = standing();
    this.#facts = loaded.facts;
    this.#sheet = this.#openSheet(loaded);
    this.#audience.restart(this.#sheet, had);
    for (const peer of tick.heard) peer.unsettle();
    for (const peer of tick.asks) this.#audience.askAgain(peer);
    this.#inbox.putBack(waiting);
    this.#elsewhere.wrote();
    this.#moved(changesBetween(rows, this.#sheet.rows));
    this.#wake();
    if (this.isIdle) this.#desk.emptied(this);
  }

  #lose(error: unknown): void {
    this.#desk.telemetry.fault('sheet.lost-tick', error, { sheet: this.sheetId });
    this.close(CLOSE.retry, 'not stored');
  }

  #snapshot(): void {
    void this.#sheet.snapshot(() => this.#desk.snapshots.take(this.sheetId));
  }

  #remove(peer: Peer): void {
    if (this.#audience.leave(peer) && this.isIdle) this.#desk.emptied(this);
  }
}
