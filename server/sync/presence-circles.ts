/**
 * Who in a room may know of whom: companies that share a sheet know each other's lines, not each other's people. Used by presence.
 *
 * A circle is the peers that may know the same people, so that one frame serves them all. Each circle is told on a clock of its own: a
 * rival's cursor would otherwise delay the next frame, and could be counted in the gaps.
 */
import { isAmong, type OrganizationKind, type People, peopleNamedTo } from '#domain/actors.ts';
import type { Clock } from '../clock.ts';
import { PRESENCE_MS } from './limits.ts';
import type { Peer } from './peer.ts';

/** The person that a client id stands for. */
export interface Whom {
  organizationId: string;
  kind: OrganizationKind;
}

/** Tells at once what changed, then at most once in 40 ms. */
export class Teller {
  readonly #clock: Clock;
  readonly #tell: (ids: readonly number[]) => void;
  readonly #changed = new Set<number>();
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, tell: (ids: readonly number[]) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  change(id: number): void {
    this.#changed.add(id);
    if (this.#cancel) return;
    const due = this.#toldAtMs + PRESENCE_MS;
    if (due <= this.#clock.now().getTime()) this.#run();
    else this.#cancel = this.#clock.at(new Date(due), () => this.#run());
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #run(): void {
    this.#cancel = null;
    this.#toldAtMs = this.#clock.now().getTime();
    const ids = [...this.#changed];
    this.#changed.clear();
    this.#tell(ids);
  }
}

interface Circle {
  people: People;
  peers: Set<Peer>;
  teller: Teller;
}

/** Offices know everybody, so they are one circle; a company's people are another. */
const nameOf = ({ organizationId, kinds }: People, isAmongKinds: boolean): string =>
  isAmongKinds ? kinds.join() : `${organizationId} ${kinds.join()}`;

export class Circles {
  readonly #clock: Clock;
  readonly #frameOf: (ids: readonly number[]) => Uint8Array;
  readonly #circles = new Map<string, Circle>();

  constructor(clock: Clock, frameOf: (ids: readonly number[]) => Uint8Array) {
    this.#clock = clock;
    this.#frameOf = frameOf;
  }

  enter(peer: Peer): void {
    const name = this.#nameFor(peer);
    const circle = this.#circles.get(name) ?? this.#open(name, peopleNamedTo(peer.actor));
    circle.peers.add(peer);
  }

  exit(peer: Peer): void {
    const name = this.#nameFor(peer);
    const circle = this.#circles.get(name);
    if (!circle?.peers.delete(peer) || circle.peers.size > 0) return;
    circle.teller.end();
    this.#circles.delete(name);
  }

  /** Somebody moved, came or left: those are told who may know of this person. */
  change(id: number, whom: Whom): void {
    for (const { people, teller } of this.#circles.values()) if (isAmong(people, whom)) teller.change(id);
  }

  mayKnow(peer: Peer, whom: Whom): boolean {
    return isAmong(peopleNamedTo(peer.actor), whom);
  }

  end(): void {
    for (const { teller } of this.#circles.values()) teller.end();
  }

  #nameFor({ actor }: Peer): string {
    const people = peopleNamedTo(actor);
    return nameOf(people, people.kinds.includes(actor.kind));
  }

  #open(name: string, people: People): Circle {
    const peers = new Set<Peer>();
    const teller = new Teller(this.#clock, (ids) => {
      const frame = this.#frameOf(ids);
      for (const peer of peers) peer.tell(frame);
    });
    const circle = { people, peers, teller };
    this.#circles.set(name, circle);
    return circle;
  }
}
