/**
 * Which sheets are open, each in one state: loading, open, closed (absent). Used by the gate and by the sheets.
 *
 * Invariants: nobody gets a room before its load has ended; a load that fails leaves nothing behind; a room is unloaded only when nobody is in it
 * and nothing of it waits for the log; the next load begins after that.
 */

import type pg from 'pg';
import type { Row } from '#domain/sheets.ts';
import { readRows } from '#protocol/sheet-doc.ts';
import type { Bell } from '../bell.ts';
import { LOOK_MS } from './limits.ts';
import { Room } from './room.ts';
import type { RoomDesk } from './room-desk.ts';
import { RoomLife } from './room-life.ts';
import { RoomLink } from './room-link.ts';
import { loadSheet, readStandings } from './sheet-store.ts';

type Entry =
  | { is: 'loading'; room: Promise<Room | null> }
  | { is: 'open'; room: Room; cancelUnload: (() => void) | null };

/** The node has as many sheets open as it may. */
export class TooManyRoomsError extends Error {
  override readonly name = 'TooManyRoomsError';
  readonly speaksPlainly = true;
}

export class Rooms {
  readonly #entries = new Map<string, Entry>();
  readonly #desk: RoomDesk;
  readonly #pool: pg.Pool;
  readonly #bell: Bell;
  readonly #stopHearing: () => void;
  #cancelLook = () => {};

  constructor(desk: Omit<RoomDesk, 'emptied' | 'over' | 'isAlone'>, bell: Bell) {
    this.#pool = desk.pool;
    this.#bell = bell;
    this.#desk = {
      ...desk,
      isAlone: !bell.reachesOthers,
      emptied: (room) => this.#unloadLater(room),
      over: (room) => this.#forget(room),
    };
    this.#stopHearing = bell.onMissed(() => this.catchUp());
    if (bell.reachesOthers) this.#lookLater();
  }

  /** The room of a sheet, loaded if need be; null: there is no such sheet. */
  async open(sheetId: string): Promise<Room | null> {
    const entry = this.#entries.get(sheetId);
    return entry ? await entry.room : await this.#load(sheetId);
  }

  /** The room that is open now. */
  opened(sheetId: string): Room | null {
    const entry = this.#entries.get(sheetId);
    return entry?.is === 'open' ? entry.room : null;
  }

  all(): Room[] {
    return [...this.#entries.values()].flatMap((entry) => (entry.is === 'open' ? entry.room : []));
  }

  /** Rows as the log has them at least at the moment of asking, whichever node wrote them. Does not keep the sheet open. */
  async rowsOf(sheetId: string): Promise<{ seq: bigint; rows: Map<string, Row> } | null> {
    const entry = this.#entries.get(sheetId);
    const room = entry?.is === 'loading' ? await entry.room : (entry?.room ?? null);
    if (room) await this.#isLatest(room);
    if (room && !room.isOver) return { seq: room.durable.seq, rows: new Map(room.durable.rows) };
    const loaded = await loadSheet(this.#pool, sheetId);
    return loaded && { seq: loaded.seq, rows: readRows(loaded.doc) };
  }

  /** Rings may have been missed: every sheet looks where its log is, and at who else has it open. */
  catchUp(): void {
    for (const room of this.all()) room.announce();
    void this.#look();
  }

  loseNode(node: string): void {
    for (const room of this.all()) room.loseNode(node);
  }

  stop(): void {
    this.#stopHearing();
    this.#cancelLook();
    for (const entry of this.#entries.values()) if (entry.is === 'open') entry.cancelUnload?.();
  }

  async #isLatest(room: Room): Promise<void> {
    if (!this.#bell.reachesOthers) return;
    const [now] = await readStandings(this.#pool, [room.sheetId]);
    if (now) await room.reaches(now.seq);
  }

  /** Once in a while, for rings that got lost without anybody's notice. */
  #lookLater(): void {
    const { clock } = this.#desk;
    this.#cancelLook = clock.at(new Date(clock.now().getTime() + LOOK_MS), () => {
      this.#lookLater();
      void this.#look();
    });
  }

  async #look(): Promise<void> {
    const open = this.all();
    if (open.length === 0) return;
    try {
      const ids = open.map(({ sheetId }) => sheetId);
      for (const { id, seq, frozen } of await readStandings(this.#pool, ids)) {
        const room = this.opened(id);
        room?.hear(seq);
        if (frozen && room && !room.facts.frozen) room.froze();
      }
    } catch (error) {
      this.#desk.telemetry.fault('sheet.look', error);
    }
  }

  async #load(sheetId: string): Promise<Room | null> {
    if (this.#entries.size >= this.#desk.limits.rooms && !this.#unloadOne())
      throw new TooManyRoomsError('too many sheets are open');
    const entry: Entry = { is: 'loading', room: this.#loadRoom(sheetId) };
    this.#entries.set(sheetId, entry);
    try {
      const room = await entry.room;
      if (!room) {
        this.#entries.delete(sheetId);
        return null;
      }
      this.#entries.set(sheetId, { is: 'open', room, cancelUnload: null });
      // Nobody may come: the socket that asked can be gone by now.
      this.#unloadLater(room);
      return room;
    } catch (error) {
      this.#entries.delete(sheetId);
      throw error;
    }
  }

  async #loadRoom(sheetId: string): Promise<Room | null> {
    const { clock, telemetry } = this.#desk;
    const begun = clock.now().getTime();
    const life = new RoomLife();
    const link = await RoomLink.open(this.#bell, sheetId);
    const loaded = await loadSheet(this.#pool, sheetId).catch((error) => {
      life.pass('over');
      link.close();
      throw error;
    });
    if (!loaded) {
      life.pass('over');
      link.close();
      return null;
    }
    telemetry.event('sheet.opened', { sheet: sheetId, ms: clock.now().getTime() - begun, tail: loaded.tail.updates });
    return new Room(sheetId, loaded, this.#desk, link, life);
  }

  #unloadLater(room: Room): void {
    const entry = this.#entries.get(room.sheetId);
    if (entry?.is !== 'open' || entry.room !== room) return;
    const { clock, limits } = this.#desk;
    entry.cancelUnload?.();
    const due = new Date(clock.now().getTime() + limits.sheetUnloadSeconds * 1000);
    entry.cancelUnload = clock.at(due, () => {
      entry.cancelUnload = null;
      if (room.isIdle && this.#entries.get(room.sheetId) === entry) room.retire();
    });
  }

  /** Makes room for another sheet where somebody's is open but empty. */
  #unloadOne(): boolean {
    const empty = this.all().find((room) => room.isIdle);
    empty?.retire();
    return empty !== undefined;
  }

  #forget(room: Room): void {
    const entry = this.#entries.get(room.sheetId);
    if (!entry || entry.is === 'loading' || entry.room !== room) return;
    if (entry.is === 'open') entry.cancelUnload?.();
    this.#entries.delete(room.sheetId);
  }
}
