/**
 * What this browser changed and the server has not stored yet. Used by the sheet state for the Saved mark and the draft.
 *
 * Invariants:
 * 1. `waiting` is 0 only when every local edit is covered by a frame that the server called durable.
 * 2. Counting starts anew with each socket, and everything made before the handshake is covered by its step 2.
 * 3. The list of cells is keyed by row and column, so it never outgrows the document.
 */
import { MESSAGE } from '#protocol/rooms.ts';

/** y-protocols' sync message types, second byte of a sync frame. */
const STEP_2 = 1;
const UPDATE = 2;

export interface TouchedCell {
  row: string;
  column: string;
}

export class Outbox {
  /** Edits (user actions) that are not durable yet. */
  waiting = $state(0);

  /** Told once, when nothing waits any more. */
  onEmpty: (() => void) | null = null;
  /** Told whenever another number of edits waits. */
  onChange: (() => void) | null = null;

  #made = 0;
  #durable = 0;
  /** For each counted frame of this socket that is not acknowledged: how many edits it covers. */
  #inFlight: number[] = [];
  #acknowledgedFrames = 0;
  #hasAnsweredHandshake = false;
  #cells = new Map<string, Map<string, number>>();

  /** Local edits, one unless told; call before their frame leaves. */
  made(cells: Iterable<TouchedCell>, edits = 1): void {
    this.#made += edits;
    for (const { row, column } of cells) {
      const columns = this.#cells.get(row) ?? new Map<string, number>();
      this.#cells.set(row, columns.set(column, this.#made));
    }
    this.#count();
  }

  socketOpened(): void {
    this.#inFlight = [];
    this.#acknowledgedFrames = 0;
    this.#hasAnsweredHandshake = false;
  }

  /** Decides whether a frame may leave. An update before our step 2 would reach the server with a gap; step 2 brings it. */
  frameLeaves(frame: Uint8Array): boolean {
    if (frame[0] !== MESSAGE.sync) return true;
    if (frame[1] === UPDATE && !this.#hasAnsweredHandshake) return false;
    if (frame[1] === STEP_2) this.#hasAnsweredHandshake = true;
    if (frame[1] === STEP_2 || frame[1] === UPDATE) this.#inFlight.push(this.#made);
    return true;
  }

  /** The server: the first `frames` updates of this socket are on disk. */
  acknowledged(frames: number): void {
    const fresh = this.#inFlight.splice(0, frames - this.#acknowledgedFrames);
    this.#acknowledgedFrames += fresh.length;
    const covers = fresh.at(-1);
    if (covers === undefined || covers <= this.#durable) return;
    this.#durable = covers;
    for (const [row, columns] of this.#cells) {
      for (const [column, edit] of columns) if (edit <= covers) columns.delete(column);
      if (columns.size === 0) this.#cells.delete(row);
    }
    this.#count();
  }

  /** Cells whose last local edit is not durable: what a draft must keep. */
  unsaved(): Map<string, Set<string>> {
    return new Map([...this.#cells].map(([row, columns]) => [row, new Set(columns.keys())]));
  }

  unsavedCells(): TouchedCell[] {
    return [...this.#cells].flatMap(([row, columns]) => [...columns.keys()].map((column) => ({ row, column })));
  }

  #count(): void {
    this.waiting = this.#made - this.#durable;
    this.onChange?.();
    if (this.waiting === 0) this.onEmpty?.();
  }
}
