/** Who may write under which Yjs client id in one sheet, so that nobody edits in another's name. Used by the room and by presence. */
import type { Actor } from '#domain/actors.ts';

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

  constructor(bound: Iterable<readonly [number, Author]>) {
    for (const [id, author] of bound) this.#written.set(id, keyOf(author));
  }

  mayUse(id: number, actor: Actor | Author): boolean {
    const holder = this.#written.get(id) ?? this.#shown.get(id);
    return holder === undefined || holder === keyOf(actor);
  }

  hasWritten(id: number): boolean {
    return this.#written.has(id);
  }

  bind(id: number, author: Author): void {
    this.#written.set(id, keyOf(author));
    this.#shown.delete(id);
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
}
