/**
 * Who is in a room and where, as awareness of the y-websocket protocol. Not logged; told on a clock of its own. Used by the room.
 *
 * A socket speaks for one client id only, its own; what the stock client echoes of others is skipped. The name shown is the account's, not the
 * client's. States leave with their socket.
 */
import * as decoding from 'lib0/decoding';
import type { Clock } from '../clock.ts';
import type { ClientIds } from './client-ids.ts';
import { awarenessFrame } from './frames.ts';
import { GONE_MAX, PRESENCE_MS } from './limits.ts';
import type { Peer } from './peer.ts';

interface Shown {
  clock: number;
  json: string;
  peer: Peer;
}

const NOBODY = 'null';

export class Presence {
  readonly #shown = new Map<number, Shown>();
  /** Last clock of ids that are gone. A later state under the same id must be newer to be seen. */
  readonly #gone = new Map<number, number>();
  readonly #changed = new Set<number>();
  readonly #clock: Clock;
  readonly #clients: ClientIds;
  readonly #tellAll: (frame: Uint8Array) => void;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(parts: { clock: Clock; clients: ClientIds; tellAll: (frame: Uint8Array) => void }) {
    this.#clock = parts.clock;
    this.#clients = parts.clients;
    this.#tellAll = parts.tellAll;
  }

  /** Takes a socket's message; false when it is none. */
  hear(peer: Peer, bytes: Uint8Array): boolean {
    try {
      const decoder = decoding.createDecoder(bytes);
      const count = decoding.readVarUint(decoder);
      for (let index = 0; index < count; index++) {
        const id = decoding.readVarUint(decoder);
        const clock = decoding.readVarUint(decoder);
        if (!this.#isOwn(peer, id, count)) {
          decoding.readVarUint8Array(decoder);
          continue;
        }
        const state: unknown = JSON.parse(decoding.readVarString(decoder));
        this.#take(peer, id, clock, state);
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Everybody who is here, for a newcomer. */
  frameOfAll(): Uint8Array | null {
    return this.#shown.size === 0 ? null : this.#frame([...this.#shown.keys()]);
  }

  leave(peer: Peer): void {
    const id = peer.shownId;
    peer.shownId = null;
    if (id === null || this.#shown.get(id)?.peer !== peer) return;
    this.#remove(id);
    this.#clients.hide(id);
  }

  end(): void {
    this.#cancel?.();
  }

  /** The first message that names one id alone says which is the socket's own: a stock client opens with it. */
  #isOwn(peer: Peer, id: number, count: number): boolean {
    if (peer.shownId !== null) return peer.shownId === id;
    if (count !== 1 || !this.#clients.show(id, peer.actor)) return false;
    const shown = this.#shown.get(id);
    // The same person came back before the old socket was seen to be gone.
    if (shown) {
      shown.peer.shownId = null;
      shown.peer = peer;
    }
    peer.shownId = id;
    return true;
  }

  #take(peer: Peer, id: number, clock: number, state: unknown): void {
    const known = this.#shown.get(id);
    if (state === null) {
      if (known && clock >= known.clock) this.#remove(id, clock);
      return;
    }
    if (typeof state !== 'object' || (known && clock <= known.clock)) return;
    const { user } = state as { user?: unknown };
    const { userId, name } = peer.actor;
    const json = JSON.stringify({ ...state, user: { ...(typeof user === 'object' ? user : null), id: userId, name } });
    this.#shown.set(id, { clock: known ? clock : Math.max(clock, (this.#gone.get(id) ?? -1) + 1), json, peer });
    this.#gone.delete(id);
    this.#change(id);
  }

  #remove(id: number, clock = 0): void {
    const known = this.#shown.get(id);
    if (!known) return;
    this.#shown.delete(id);
    this.#gone.delete(id);
    this.#gone.set(id, Math.max(clock, known.clock + 1));
    for (const oldest of this.#gone.keys()) if (this.#gone.size > GONE_MAX) this.#gone.delete(oldest);
    this.#change(id);
  }

  #change(id: number): void {
    this.#changed.add(id);
    if (this.#cancel) return;
    const now = this.#clock.now().getTime();
    const due = this.#toldAtMs + PRESENCE_MS;
    if (due <= now) this.#tell();
    else this.#cancel = this.#clock.at(new Date(due), () => this.#tell());
  }

  #tell(): void {
    this.#cancel = null;
    this.#toldAtMs = this.#clock.now().getTime();
    const frame = this.#frame([...this.#changed]);
    this.#changed.clear();
    this.#tellAll(frame);
  }

  #frame(ids: readonly number[]): Uint8Array {
    return awarenessFrame(
      ids.map((id) => {
        const shown = this.#shown.get(id);
        return shown
          ? { id, clock: shown.clock, json: shown.json }
          : { id, clock: this.#gone.get(id) ?? 0, json: NOBODY };
      }),
    );
  }
}
