/**
 * Who is in a room and where, as awareness of the y-websocket protocol. Not logged; told on a clock of its own. Used by the room.
 *
 * A socket speaks for one client id only, its own; what the stock client echoes of others is skipped. The name shown is the account's, not the
 * client's. States leave with their socket. People who are here through another node are shown as that node says, and leave with it.
 */
import * as decoding from 'lib0/decoding';
import type { Clock } from '../clock.ts';
import type { Author, ClientIds } from './client-ids.ts';
import { awarenessFrame } from './frames.ts';
import { GONE_MAX, PRESENCE_MS } from './limits.ts';
import type { Shown } from './link-letters.ts';
import type { Peer } from './peer.ts';

interface Person {
  clock: number;
  json: string;
  author: Author;
  /** The socket it speaks through, or the node. */
  through: Peer | string;
}

const NOBODY = 'null';

export class Presence {
  readonly #shown = new Map<number, Person>();
  /** Last clock of ids that are gone. A later state under the same id must be newer to be seen. */
  readonly #gone = new Map<number, number>();
  readonly #changed = new Set<number>();
  /** Changed by sockets of this node: what other nodes have to be told. */
  readonly #own = new Map<number, { author: Author; hasLeft: boolean }>();
  readonly #clock: Clock;
  #clients: ClientIds;
  readonly #tellAll: (frame: Uint8Array) => void;
  readonly #tellNodes: ((people: readonly Shown[]) => void) | null;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(parts: {
    clock: Clock;
    clients: ClientIds;
    tellAll: (frame: Uint8Array) => void;
    tellNodes?: (people: readonly Shown[]) => void;
  }) {
    this.#clock = parts.clock;
    this.#clients = parts.clients;
    this.#tellAll = parts.tellAll;
    this.#tellNodes = parts.tellNodes ?? null;
  }

  /** The sheet was read anew: ids stay with those who show them. */
  restart(clients: ClientIds): void {
    this.#clients = clients;
    for (const [id, { author }] of this.#shown) clients.show(id, author);
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

  /** Those who are here through this node. */
  people(): Shown[] {
    return [...this.#shown].flatMap(([id, { clock, json, author, through }]) =>
      typeof through === 'string' ? [] : { id, clock, json, ...author },
    );
  }

  /** What another node says of its people. */
  hearNode(node: string, people: readonly Shown[]): void {
    for (const { id, clock, json, userId, organizationId } of people) {
      const author = { userId, organizationId };
      const known = this.#shown.get(id);
      if (json === null) {
        if (known?.through === node) this.#forget(id);
      } else if (json === NOBODY) {
        if (known?.through === node && clock >= known.clock) this.#remove(id, clock);
      } else if (this.#clients.show(id, author) && (!known || clock > known.clock)) {
        // The same person came back on the other node before the old socket was seen to be gone.
        if (known && typeof known.through !== 'string') known.through.shownId = null;
        this.#put(id, { clock, json, author, through: node });
      }
    }
  }

  /** A node died, or has not the sheet open any more. */
  loseNode(node: string): void {
    for (const [id, { through }] of this.#shown) if (through === node) this.#forget(id);
  }

  leave(peer: Peer): void {
    const id = peer.shownId;
    peer.shownId = null;
    if (id === null || this.#shown.get(id)?.through !== peer) return;
    this.#forget(id, peer);
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
      if (typeof shown.through !== 'string') shown.through.shownId = null;
      shown.through = peer;
    }
    peer.shownId = id;
    return true;
  }

  #take(peer: Peer, id: number, clock: number, state: unknown): void {
    const known = this.#shown.get(id);
    if (state === null) {
      if (known && clock >= known.clock) this.#remove(id, clock, peer);
      return;
    }
    if (typeof state !== 'object' || (known && clock <= known.clock)) return;
    const { user } = state as { user?: unknown };
    const { userId, organizationId, name } = peer.actor;
    const json = JSON.stringify({ ...state, user: { ...(typeof user === 'object' ? user : null), id: userId, name } });
    const author = { userId, organizationId };
    this.#own.set(id, { author, hasLeft: false });
    this.#put(id, { clock, json, author, through: peer });
  }

  #put(id: number, person: Person): void {
    const least = this.#shown.has(id) ? 0 : (this.#gone.get(id) ?? -1) + 1;
    this.#shown.set(id, { ...person, clock: Math.max(person.clock, least) });
    this.#gone.delete(id);
    this.#change(id);
  }

  /** It is gone for good, and its id is free. `peer`: the socket of this node that it spoke through. */
  #forget(id: number, peer?: Peer): void {
    this.#remove(id, 0, peer, true);
    this.#clients.hide(id);
  }

  #remove(id: number, clock: number, peer?: Peer, hasLeft = false): void {
    const known = this.#shown.get(id);
    if (!known) return;
    this.#shown.delete(id);
    this.#gone.delete(id);
    this.#gone.set(id, Math.max(clock, known.clock + 1));
    for (const oldest of this.#gone.keys()) if (this.#gone.size > GONE_MAX) this.#gone.delete(oldest);
    if (peer) this.#own.set(id, { author: known.author, hasLeft });
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
    const told: Shown[] = [];
    for (const [id, { author, hasLeft }] of this.#own) {
      const shown = this.#shown.get(id);
      if (!shown) told.push({ id, clock: this.#gone.get(id) ?? 0, json: hasLeft ? null : NOBODY, ...author });
      else if (typeof shown.through !== 'string') told.push({ id, clock: shown.clock, json: shown.json, ...author });
    }
    this.#own.clear();
    if (told.length > 0) this.#tellNodes?.(told);
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
