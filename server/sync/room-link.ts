/**
 * One sheet's line to the same sheet on other nodes: who else has it open, what they logged, who is where. Used by the rooms and by the room.
 *
 * Invariants:
 * 1. The topic is joined before the sheet is loaded, so that nothing is logged between the load and the first ring that is heard.
 * 2. A node that opens a sheet says so and is answered with the number that the log has reached: from then on each rings for the other.
 * 3. Rings only hasten. Rooms look at the log again after every gap, and once in a while.
 */
import type { Bell } from '../bell.ts';
import {
  type GrownEntry,
  PERSON_BYTES,
  readLetter,
  type SheetLetter,
  type Shown,
  writeLetter,
} from './link-letters.ts';

/** What the link needs of its room. */
export interface LinkedRoom {
  readonly seq: bigint;
  /** Those who are here through this node. */
  people(): Shown[];
  /** The log reaches this number. */
  hear(seq: bigint): void;
  hearGrown(letter: Extract<SheetLetter, { is: 'grown' }>): void;
  hearPeople(node: string, people: readonly Shown[]): void;
  /** Another node does not have the sheet open any more, or is gone. */
  hearLeft(node: string): void;
  froze(): void;
}

const topicOf = (sheetId: string): string => `sheet.${sheetId}`;

/** For a sheet that this node may not even have open. */
export const ringFrozen = (bell: Bell, sheetId: string): void =>
  bell.ring(topicOf(sheetId), writeLetter({ is: 'froze' }));

/** The log of a sheet was written by other means than its room. */
export const ringReaches = (bell: Bell, sheetId: string, seq: bigint): void =>
  bell.ring(topicOf(sheetId), writeLetter({ is: 'reaches', seq }));

export class RoomLink {
  readonly #bell: Bell;
  readonly #topic: string;
  /** Other nodes that have the sheet open. */
  readonly #hosts = new Set<string>();
  #room: LinkedRoom | null = null;
  /** What was rung while the sheet was loading. */
  #told = 0n;
  #isFrozen = false;
  #leave = () => {};

  private constructor(bell: Bell, sheetId: string) {
    this.#bell = bell;
    this.#topic = topicOf(sheetId);
  }

  static async open(bell: Bell, sheetId: string): Promise<RoomLink> {
    const link = new RoomLink(bell, sheetId);
    link.#leave = await bell.join(link.#topic, (body, node) => link.#hear(body, node));
    return link;
  }

  /** Other nodes may write to the sheet. */
  get isShared(): boolean {
    return this.#hosts.size > 0;
  }

  /** The sheet is loaded. */
  attach(room: LinkedRoom): void {
    this.#room = room;
    room.hear(this.#told);
    if (this.#isFrozen) room.froze();
    this.announce();
  }

  /** Says that the sheet is open here, and asks who else has it open. */
  announce(): void {
    this.#sayHere(true);
  }

  grew(before: bigint, entries: readonly GrownEntry[], head: Uint8Array): void {
    if (!this.isShared) return;
    const bytes = writeLetter({ is: 'grown', before, entries, head });
    if (bytes.length <= this.#bell.bodyBytesMax) this.#bell.ring(this.#topic, bytes);
    else this.#ring({ is: 'reaches', seq: before + BigInt(entries.length) });
  }

  show(people: readonly Shown[]): void {
    if (!this.isShared) return;
    let letter: Shown[] = [];
    let room = this.#bell.bodyBytesMax;
    for (const person of people.map((one) => this.#short(one))) {
      const bytes = PERSON_BYTES + Buffer.byteLength(person.json ?? '');
      if (bytes > room && letter.length > 0) {
        this.#ring({ is: 'people', people: letter });
        letter = [];
        room = this.#bell.bodyBytesMax;
      }
      letter.push(person);
      room -= bytes;
    }
    if (letter.length > 0) this.#ring({ is: 'people', people: letter });
  }

  /** A node died, or cannot be heard. */
  lose(node: string): void {
    if (this.#hosts.delete(node)) this.#room?.hearLeft(node);
  }

  close(): void {
    this.#leave();
    this.#ring({ is: 'left' });
    this.#hosts.clear();
    this.#room = null;
  }

  #hear(body: Uint8Array, node: string): void {
    let letter: SheetLetter;
    try {
      letter = readLetter(body);
    } catch {
      // Of a node with a later version: what it says stands in the log.
      return;
    }
    // Whoever freezes or fills a sheet need not have it open; all others do.
    if (letter.is === 'left') this.lose(node);
    else if (letter.is !== 'froze' && letter.is !== 'reaches') this.#hosts.add(node);
    if (this.#room) this.#pass(this.#room, letter, node);
    else this.#keep(letter);
  }

  #pass(room: LinkedRoom, letter: SheetLetter, node: string): void {
    switch (letter.is) {
      case 'here':
        room.hear(letter.seq);
        if (letter.asks) this.#sayHere(false);
        break;
      case 'reaches':
        room.hear(letter.seq);
        break;
      case 'grown':
        room.hearGrown(letter);
        break;
      case 'people':
        room.hearPeople(node, letter.people);
        break;
      case 'froze':
        room.froze();
    }
  }

  #keep(letter: SheetLetter): void {
    const seq =
      letter.is === 'grown'
        ? letter.before + BigInt(letter.entries.length)
        : letter.is === 'here' || letter.is === 'reaches'
          ? letter.seq
          : 0n;
    if (seq > this.#told) this.#told = seq;
    if (letter.is === 'froze') this.#isFrozen = true;
  }

  #sayHere(asks: boolean): void {
    if (!this.#room) return;
    this.#ring({ is: 'here', seq: this.#room.seq, asks });
    this.show(this.#room.people());
  }

  #ring(letter: SheetLetter): void {
    if (this.#bell.reachesOthers) this.#bell.ring(this.#topic, writeLetter(letter));
  }

  /** A state that fits no ring is told without its cursor. */
  #short(person: Shown): Shown {
    if (person.json === null || Buffer.byteLength(person.json) + PERSON_BYTES <= this.#bell.bodyBytesMax) return person;
    const { user } = JSON.parse(person.json) as { user?: { id?: unknown; name?: unknown } };
    return { ...person, json: JSON.stringify({ user: { id: user?.id, name: user?.name } }) };
  }
}
