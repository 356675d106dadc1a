/**
 * The people of a room, and everything that is sent to them: greetings, answers to "what do I lack", frames, presence. Used by the room.
 *
 * Whatever is built from the document is built by `serve` and `askAgain`, which the room calls only while the document equals the log.
 */

import * as Y from 'yjs';
import { CLOSE } from '#protocol/rooms.ts';
import type { Clock } from '../clock.ts';
import type { ClientIds } from './client-ids.ts';
import { step1Frame, step2Frame, updateFrame } from './frames.ts';
import { FullState } from './full-state.ts';
import { ANSWER_BYTES_PER_UPDATE } from './limits.ts';
import type { Shown } from './link-letters.ts';
import type { Outgoing } from './open-sheet.ts';
import type { Peer } from './peer.ts';
import { Presence } from './presence.ts';

const NOBODY: ReadonlySet<Peer> = new Set();
const bytesOf = (frames: readonly Uint8Array[]): number => frames.reduce((sum, { length }) => sum + length, 0);

export class Audience {
  readonly peers = new Set<Peer>();
  #doc: Y.Doc;
  /** Somebody waits for `serve`. */
  readonly #wake: () => void;
  readonly #awarenessBytesMax: number;
  readonly #presence: Presence;
  readonly #full: FullState;
  readonly #newcomers = new Set<Peer>();
  readonly #asking = new Set<Peer>();

  constructor(parts: {
    doc: Y.Doc;
    clients: ClientIds;
    clock: Clock;
    awarenessBytesMax: number;
    wake: () => void;
    tellNodes?: (people: readonly Shown[]) => void;
  }) {
    this.#doc = parts.doc;
    this.#wake = parts.wake;
    this.#awarenessBytesMax = parts.awarenessBytesMax;
    this.#full = new FullState(parts.wake);
    const { clock, clients, tellNodes } = parts;
    this.#presence = new Presence({ clock, clients, ...(tellNodes && { tellNodes }) });
  }

  /** The document was read anew; `had`: what everybody has of it. */
  restart({ doc, clients }: { doc: Y.Doc; clients: ClientIds }, had: Uint8Array): void {
    this.#doc = doc;
    this.#full.forget();
    this.#presence.restart(clients);
    this.send({ frame: updateFrame(Y.encodeStateAsUpdate(doc, had)), standing: () => had }, new Set());
  }

  join(peer: Peer): void {
    this.peers.add(peer);
    this.#newcomers.add(peer);
    this.#presence.join(peer);
    this.#wake();
  }

  /** False when it was not here any more. */
  leave(peer: Peer): boolean {
    if (!this.peers.delete(peer)) return false;
    this.#newcomers.delete(peer);
    this.#asking.delete(peer);
    this.#presence.leave(peer);
    if (this.peers.size === 0) this.#full.forget();
    return true;
  }

  /** A peer at this state vector wants what it lacks. */
  ask(peer: Peer, vector: Uint8Array): void {
    peer.question = vector;
    peer.hasAsked = true;
    if (this.#waitsForLine(peer, vector)) return;
    this.#asking.add(peer);
    this.#wake();
  }

  /** Greets newcomers and answers whoever asked; returns the peers whose question is none. */
  serve(): Peer[] {
    this.#greet();
    const senseless: Peer[] = [];
    for (const peer of this.#asking) {
      const vector = peer.question;
      if (vector && this.#waitsForLine(peer, vector)) {
        this.#asking.delete(peer);
        continue;
      }
      const outcome = vector && peer.isOpen ? this.#answer(peer, vector) : 'answered';
      if (outcome === 'later') continue;
      peer.question = null;
      this.#asking.delete(peer);
      if (outcome === 'senseless') senseless.push(peer);
    }
    return senseless;
  }

  /** Asks for everything that the peer has and we have not. */
  askAgain(peer: Peer): void {
    peer.write(step1Frame(Y.encodeStateVector(this.#doc)));
  }

  /** A change that the log has. A sole author has it already. */
  send({ frame, standing }: Outgoing, authors: ReadonlySet<Peer>): void {
    this.#full.follow(frame);
    const sole = authors.size === 1 ? authors : NOBODY;
    for (const peer of this.peers) if (peer.isSynced && !sole.has(peer)) peer.broadcast(frame, standing, this.#drained);
  }

  #drained = (peer: Peer, from: Uint8Array): void => {
    peer.question ??= from;
    this.#asking.add(peer);
    this.#wake();
  };

  /** What a peer says of itself; answers the code that it has to be closed with. */
  hearPresence(peer: Peer, bytes: Uint8Array): { code: number; reason: string } | null {
    if (bytes.length > this.#awarenessBytesMax) return { code: CLOSE.limit, reason: 'presence too large' };
    return this.#presence.hear(peer, bytes) ? null : { code: CLOSE.malformed, reason: 'not understood' };
  }

  people(): Shown[] {
    return this.#presence.people();
  }

  hearPeople(node: string, people: readonly Shown[]): void {
    this.#presence.hearNode(node, people);
  }

  loseNode(node: string): void {
    this.#presence.loseNode(node);
  }

  tellPresence(peer: Peer): void {
    const frame = this.#presence.frameFor(peer);
    if (frame) peer.tell(frame);
  }

  end(): void {
    this.#presence.end();
  }

  #greet(): void {
    if (this.#newcomers.size === 0) return;
    const frame = step1Frame(Y.encodeStateVector(this.#doc));
    for (const peer of this.#newcomers) {
      peer.write(frame);
      this.tellPresence(peer);
    }
    this.#newcomers.clear();
  }

  /** A line that is full gets its answer when it has drained. */
  #waitsForLine(peer: Peer, vector: Uint8Array): boolean {
    return peer.isFull(() => vector, this.#drained);
  }

  #answer(peer: Peer, vector: Uint8Array): 'answered' | 'senseless' | 'later' {
    const frames = this.#since(vector, peer);
    if (typeof frames === 'string') return frames;
    for (const frame of frames) peer.write(frame);
    // The first answer is everybody's due.
    if (peer.isSynced && peer.hasAsked) peer.throttle.charge(bytesOf(frames) / ANSWER_BYTES_PER_UPDATE);
    peer.hasAsked = false;
    if (peer.isLagging) {
      peer.caughtUp();
      this.tellPresence(peer);
    }
    peer.isSynced = true;
    return 'answered';
  }

  /** What a client at this state vector lacks. 'senseless': it is no state vector. */
  #since(vector: Uint8Array, { hasAsked, mayDeflate }: Peer): Uint8Array[] | 'senseless' | 'later' {
    if (vector.length === 1)
      return vector[0] === 0 ? (this.#full.frames(this.#doc, mayDeflate) ?? 'later') : 'senseless';
    try {
      const diff = Y.encodeStateAsUpdate(this.#doc, vector);
      return [hasAsked ? step2Frame(diff) : updateFrame(diff)];
    } catch {
      return 'senseless';
    }
  }
}
