/**
 * Who may write under which Yjs client id in one sheet, so that nobody edits in another's name, and how many new ones a person brings, so that nobody
 * makes every later edit slow. Used by the room and by presence.
 */
import type { Actor } from '#domain/actors.ts';
import type { Clock } from '../clock.ts';
import { CLIENT_REST_MS, CLIENTS_AT_ONCE, CLIENTS_FREE, CLIENTS_FREE_IN_CROWD, CLIENTS_IN_CROWD } from './limits.ts';

export interface Author {
  userId: string;
  organizationId: string;
}

const keyOf = ({ userId, organizationId }: Author): string => `${userId} ${organizationId}`;

export class ClientIds {
  /** Ids that have written, from the log. An id stays with its author for ever. */
  readonly #written = new Map<number, string>();
  /** Ids that connected people have shown in presence but not yet written under. */
  readonly #shown = new Map<number, string>();
  readonly #clock: Clock;
  /** Of the written ids, how many are each author's. */
  readonly #counts = new Map<string, number>();
  /** When an author's ids beyond the free ones will all have been waited for. Forgotten when the sheet leaves memory, which takes a minute without anybody. */
  readonly #restedAtMs = new Map<string, number>();

  constructor(bound: Iterable<readonly [number, Author]>, clock: Clock) {
    this.#clock = clock;
    for (const [id, author] of bound) this.#write(id, keyOf(author));
  }

  mayUse(id: number, actor: Actor | Author): boolean {
    const holder = this.#written.get(id) ?? this.#shown.get(id);
    return holder === undefined || holder === keyOf(actor);
  }

  hasWritten(id: number): boolean {
    return this.#written.has(id);
  }

  /** So many ids that have not written before may now write for this person. */
  mayBring(count: number, author: Actor | Author): boolean {
    const key = keyOf(author);
    const beyond = Math.min(count, this.#countOf(key) + count - this.#free);
    return beyond <= 0 || this.#waitedFor(key) + beyond <= CLIENTS_AT_ONCE;
  }

  bind(id: number, author: Author): void {
    const key = keyOf(author);
    this.#shown.delete(id);
    if (this.#written.get(id) === key) return;
    if (this.#countOf(key) >= this.#free)
      this.#restedAtMs.set(key, this.#now() + (this.#waitedFor(key) + 1) * CLIENT_REST_MS);
    this.#write(id, key);
  }

  /** Keeps an id for the person who shows it first. Nobody can take it by writing under it before its holder does. */
  show(id: number, actor: Actor | Author): boolean {
    if (!this.mayUse(id, actor)) return false;
    if (!this.#written.has(id)) this.#shown.set(id, keyOf(actor));
    return true;
  }

  hide(id: number): void {
    this.#shown.delete(id);
  }

  get #free(): number {
    return this.#written.size < CLIENTS_IN_CROWD ? CLIENTS_FREE : CLIENTS_FREE_IN_CROWD;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }

  #countOf(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  /** Ids that are still to be waited for; a part of one counts as a part. */
  #waitedFor(key: string): number {
    return Math.max(0, (this.#restedAtMs.get(key) ?? 0) - this.#now()) / CLIENT_REST_MS;
  }

  #write(id: number, key: string): void {
    this.#written.set(id, key);
    this.#counts.set(key, this.#countOf(key) + 1);
  }
}
