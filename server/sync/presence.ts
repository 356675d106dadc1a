/**
 * Who is in a room and where, as awareness of the y-websocket protocol. Not logged; told on a clock of its own. Used by the room.
 *
 * A socket speaks for one client id only, its own; what the stock client echoes of others is skipped. The name shown is the account's, not the
 * client's. States leave with their socket. People who are here through another node are shown as that node says, and leave with it. Who may
 * not know of a person is sent nothing of it, not even that somebody is there.
 */
import * as decoding from 'lib0/decoding';
import type { Clock } from '../clock.ts';
import type { Author, ClientIds } from './client-ids.ts';
import { awarenessFrame } from './frames.ts';
import { GONE_MAX } from './limits.ts';
import type { Shown } from './link-letters.ts';
import type { Peer } from './peer.ts';
import { Circles, Teller, type Whom } from './presence-circles.ts';
import { shownState } from './shown-state.ts';

interface Person {
  clock: number;
  json: string;
  author: Author & Whom;
  /** The socket it speaks through, or the node. */
  through: Peer | string;
}

const NOBODY = 'null';

export class Presence {
  readonly #shown = new Map<number, Person>();
  /** Last clock of ids that are gone. A later state under the same id must be newer to be seen. */
  readonly #gone = new Map<number, number>();
  /** Changed by sockets of this node: what other nodes have to be told. */
  readonly #own = new Map<number, { author: Author & Whom; hasLeft: boolean }>();
  #clients: ClientIds;
  readonly #circles: Circles;
  readonly #nodes: Teller | null;

  constructor(parts: { clock: Clock; clients: ClientIds; tellNodes?: (people: readonly Shown[]) => void }) {
    const { clock, clients, tellNodes } = parts;
    this.#clients = clients;
    this.#circles = new Circles(clock, (ids) => this.#frame(ids));
    this.#nodes = tellNodes ? new Teller(clock, () => this.#tellNodes(tellNodes)) : null;
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

  join(peer: Peer): void {
    this.#circles.enter(peer);
  }

  /** Everybody who is here and whom this peer may know, for a newcomer. */
  frameFor(peer: Peer): Uint8Array | null {
    const known = [...this.#shown].filter(([, { author }]) => this.#circles.mayKnow(peer, author)).map(([id]) => id);
    return known.length === 0 ? null : this.#frame(known);
  }

  /** Those who are here through this node. */
  people(): Shown[] {
    return [...this.#shown].flatMap(([id, { clock, json, author, through }]) =>
      typeof through === 'string' ? [] : { id, clock, json, ...author },
    );
  }

  /** What another node says of its people. */
  hearNode(node: string, people: readonly Shown[]): void {
    for (const { id, clock, json, ...author } of people) {
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
    this.#circles.exit(peer);
    const id = peer.shownId;
    peer.shownId = null;
    if (id === null || this.#shown.get(id)?.through !== peer) return;
    this.#forget(id, peer);
  }

  end(): void {
    this.#circles.end();
    this.#nodes?.end();
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
    const { userId, organizationId, kind } = peer.actor;
    const json = shownState(peer.actor, state);
    const author = { userId, organizationId, kind };
    this.#own.set(id, { author, hasLeft: false });
    this.#put(id, { clock, json, author, through: peer });
  }

  #put(id: number, person: Person): void {
    const least = this.#shown.has(id) ? 0 : (this.#gone.get(id) ?? -1) + 1;
    this.#shown.set(id, { ...person, clock: Math.max(person.clock, least) });
    this.#gone.delete(id);
    this.#change(id, person.author);
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
    this.#change(id, known.author);
  }

  #change(id: number, whom: Whom): void {
    this.#circles.change(id, whom);
    if (this.#own.has(id)) this.#nodes?.change(id);
  }

  #tellNodes(tell: (people: readonly Shown[]) => void): void {
    const told = [...this.#own].flatMap(([id, { author, hasLeft }]): Shown[] => {
      const shown = this.#shown.get(id);
      if (!shown) return [{ id, clock: this.#gone.get(id) ?? 0, json: hasLeft ? null : NOBODY, ...author }];
      return typeof shown.through === 'string' ? [] : [{ id, clock: shown.clock, json: shown.json, ...author }];
    });
    this.#own.clear();
    if (told.length > 0) tell(told);
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
