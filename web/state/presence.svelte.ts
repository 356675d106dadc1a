/** Who else is in a sheet and at which cell; and where this person is, told to the others at most ten times a second. */
import type { Awareness } from 'y-protocols/awareness';

/** One of the four colours --peer-1 to --peer-4. */
export type PeerColour = 1 | 2 | 3 | 4;

export interface Peer {
  clientId: number;
  userId: string;
  name: string;
  initials: string;
  colour: PeerColour;
  /** Where the person's cursor is; null while it is in no cell. */
  cell: { row: string; column: string } | null;
  isTyping: boolean;
  /** The person lets others follow. */
  isFollowable: boolean;
}

export interface Person {
  userId: string;
  name: string;
}

const TELL_MS = 100;
const HEAR_MS = 66;
/** More people than this in one sheet are counted but not drawn. */
const PEERS_MAX = 64;
const NAMES_MAX = 1000;
const NAME_MAX = 80;

export class Presence {
  /** Other connections in this sheet, a person with two windows twice; ordered by name. */
  peers = $state.raw<readonly Peer[]>([]);
  /** Other people in this sheet, each once. */
  people = $derived([
    ...new Map(
      this.peers.filter((peer) => peer.userId !== this.#me.userId).map((peer) => [peer.userId, peer]),
    ).values(),
  ]);

  readonly #awareness: Awareness;
  /** By the state that a connection sent, which is another object each time it says something. */
  readonly #readOf = new WeakMap<object, Omit<Peer, 'colour'> | null>();
  readonly #shownAs = new WeakMap<Peer, Omit<Peer, 'colour'>>();
  readonly #me: Person;
  /** Names outlive their connections: an undo may have to name somebody who left. */
  readonly #names = new Map<number, string>();
  /** Whether others may follow me; told with everything else. */
  #isFollowable = true;
  #told = 0;
  #heardAt = 0;
  #next: { cell: Peer['cell']; isTyping: boolean } | null = null;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #hearing: ReturnType<typeof setTimeout> | undefined;

  constructor(awareness: Awareness, me: Person) {
    this.#awareness = awareness;
    this.#me = me;
    awareness.setLocalState({ user: { id: me.userId, name: me.name }, cell: null, typing: false });
    awareness.on('change', this.#heard);
  }

  nameOf(clientId: number): string {
    return this.#names.get(clientId) ?? 'a colleague';
  }

  colourOf(clientId: number): PeerColour {
    return this.peers.find((peer) => peer.clientId === clientId)?.colour ?? 1;
  }

  /** Tells the others where I am. */
  show(cell: Peer['cell'], isTyping: boolean): void {
    this.#next = { cell, isTyping };
    this.#telling ??= setTimeout(this.#tell, Math.max(0, this.#told + TELL_MS - performance.now()));
  }

  /** Lets others follow me, or not. */
  letFollow(isFollowable: boolean): void {
    this.#isFollowable = isFollowable;
    this.show(this.#next?.cell ?? null, this.#next?.isTyping ?? false);
  }

  /** The others see nobody here any more. */
  leave(): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#awareness.setLocalState(null);
  }

  destroy(): void {
    clearTimeout(this.#telling);
    clearTimeout(this.#hearing);
    this.#awareness.off('change', this.#heard);
  }

  #tell = () => {
    this.#telling = undefined;
    this.#told = performance.now();
    const user = { id: this.#me.userId, name: this.#me.name };
    const { cell = null, isTyping = false } = this.#next ?? {};
    this.#awareness.setLocalState({ user, cell, typing: isTyping, ...(!this.#isFollowable && { alone: true }) });
  };

  #heard = () => {
    this.#hearing ??= setTimeout(this.#hear, Math.max(0, this.#heardAt + HEAR_MS - performance.now()));
  };

  #hear = () => {
    this.#hearing = undefined;
    this.#heardAt = performance.now();
    this.#read();
  };

  /** What a connection last said is read once: of twenty people, few move between two repaints. */
  #peerOf(clientId: number, state: Record<string, unknown>): Omit<Peer, 'colour'> | null {
    const known = this.#readOf.get(state);
    if (known !== undefined) return known;
    const peer = readPeer(clientId, state);
    this.#readOf.set(state, peer);
    return peer;
  }

  #shown(peer: Omit<Peer, 'colour'>, colour: PeerColour): Peer {
    const shown = { ...peer, colour };
    this.#shownAs.set(shown, peer);
    return shown;
  }

  #read(): void {
    const heard: Omit<Peer, 'colour'>[] = [];
    for (const [clientId, state] of this.#awareness.getStates()) {
      const peer = clientId === this.#awareness.clientID ? null : this.#peerOf(clientId, state);
      if (!peer || heard.length >= PEERS_MAX) continue;
      heard.push(peer);
      this.#names.set(clientId, peer.name);
    }
    for (const clientId of this.#names.keys()) if (this.#names.size > NAMES_MAX) this.#names.delete(clientId);
    const colours = colourPeople([this.#me.userId, ...heard.map((peer) => peer.userId)]);
    const before = new Map(this.peers.map((peer) => [peer.clientId, peer]));
    this.peers = heard
      .map((peer) => {
        const colour = colours.get(peer.userId) ?? 1;
        const old = before.get(peer.clientId);
        return old && old.colour === colour && this.#shownAs.get(old) === peer ? old : this.#shown(peer, colour);
      })
      .sort((a, b) => a.name.localeCompare(b.name) || a.clientId - b.clientId);
  }
}

/** Presence is what other browsers say of themselves: anything of another shape is nobody. */
function readPeer(clientId: number, state: Record<string, unknown>): Omit<Peer, 'colour'> | null {
  const { user, cell, typing, alone } = state as {
    user?: Record<string, unknown>;
    cell?: Record<string, unknown> | null;
    typing?: unknown;
    alone?: unknown;
  };
  if (typeof user?.id !== 'string' || typeof user.name !== 'string') return null;
  const at =
    typeof cell?.row === 'string' && typeof cell.column === 'string' ? { row: cell.row, column: cell.column } : null;
  const name = user.name.slice(0, NAME_MAX);
  return {
    clientId,
    userId: user.id,
    name,
    initials: initialsOf(name),
    cell: at,
    isTyping: typing === true,
    isFollowable: alone !== true,
  };
}

/** 'Dana Kim' is DK, 'Lee' is LE. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? ['?'];
  const first = words[0] ?? '?';
  const last = words.length > 1 ? words.at(-1) : undefined;
  return (last ? first.charAt(0) + last.charAt(0) : first.slice(0, 2)).toUpperCase();
}

/** A colour for each person, the same in every window that sees the same people; two share one only beyond four. */
export function colourPeople(userIds: readonly string[]): Map<string, PeerColour> {
  const colours = new Map<string, PeerColour>();
  const taken = new Set<number>();
  for (const id of [...new Set(userIds)].sort()) {
    const wish = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7) % 4;
    const free = [0, 1, 2, 3].map((step) => (wish + step) % 4).find((colour) => !taken.has(colour)) ?? wish;
    taken.add(free);
    colours.set(id, (free + 1) as PeerColour);
  }
  return colours;
}
