/**
 * Which sheets are open, each in one state: loading, open, closed (absent). Used by the gate and by the sheets.
 *
 * Invariants: nobody gets a room before its load has ended; a load that fails leaves nothing behind; a room is unloaded only when nobody is in it
 * and nothing of it waits for the log; the next load begins after that.
 */

import type pg from 'pg';
import type { Row } from '#domain/sheets.ts';
import { readRows } from '#protocol/sheet-doc.ts';
import type { Bell } from './bell.ts';
import { Room, type RoomDesk } from './room.ts';
import { loadSheet } from './sheet-store.ts';

type Entry =
  /** `told`: what the bell rang meanwhile; the load may be older. */
  | { is: 'loading'; room: Promise<Room | null>; told: bigint }
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
  readonly #stopListening: () => void;

  constructor(desk: Omit<RoomDesk, 'emptied' | 'over'>, bell: Bell) {
    this.#pool = desk.pool;
    this.#desk = {
      ...desk,
      committed: (commit) => {
        desk.committed(commit);
        bell.ring(commit.sheetId, commit.seq);
      },
      emptied: (room) => this.#unloadLater(room),
      over: (room) => this.#forget(room),
    };
    this.#stopListening = bell.listen((sheetId, seq) => this.#hear(sheetId, seq));
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

  /** Rows as the log has them. Does not keep the sheet open. */
  async rowsOf(sheetId: string): Promise<{ seq: bigint; rows: Map<string, Row> } | null> {
    const entry = this.#entries.get(sheetId);
    const room = entry?.is === 'loading' ? await entry.room : (entry?.room ?? null);
    if (room) return { seq: room.durable.seq, rows: new Map(room.durable.rows) };
    const loaded = await loadSheet(this.#pool, sheetId);
    return loaded && { seq: loaded.seq, rows: readRows(loaded.doc) };
  }

  stop(): void {
    this.#stopListening();
    for (const entry of this.#entries.values()) if (entry.is === 'open') entry.cancelUnload?.();
  }

  #hear(sheetId: string, seq: bigint): void {
    const entry = this.#entries.get(sheetId);
    if (entry?.is === 'open') entry.room.hear(seq);
    else if (entry?.is === 'loading' && seq > entry.told) entry.told = seq;
  }

  async #load(sheetId: string): Promise<Room | null> {
    if (this.#entries.size >= this.#desk.limits.rooms && !this.#unloadOne())
      throw new TooManyRoomsError('too many sheets are open');
    const entry: Entry = { is: 'loading', room: this.#loadRoom(sheetId), told: 0n };
    this.#entries.set(sheetId, entry);
    try {
      const room = await entry.room;
      if (!room) {
        this.#entries.delete(sheetId);
        return null;
      }
      this.#entries.set(sheetId, { is: 'open', room, cancelUnload: null });
      room.hear(entry.told);
      // Nobody may come: the socket that asked can be gone by now.
      this.#unloadLater(room);
      return room;
    } catch (error) {
      this.#entries.delete(sheetId);
      throw error;
    }
  }

  async #loadRoom(sheetId: string): Promise<Room | null> {
    const begun = this.#desk.clock.now().getTime();
    const loaded = await loadSheet(this.#pool, sheetId);
    if (!loaded) return null;
    const ms = this.#desk.clock.now().getTime() - begun;
    this.#desk.telemetry.event('sheet.opened', { sheet: sheetId, ms, tail: loaded.tail.updates });
    return new Room(sheetId, loaded, this.#desk);
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
