/**
 * Values of this person that a colleague has just replaced, so that nobody loses a number without seeing it. Used by the sheet state.
 *
 * A value counts as just written for a minute, and as long as the server does not have it: two who write the same cell at once, or one who comes
 * back from a tunnel.
 */
import type { Scalar } from '#domain/sheets.ts';

export interface Replaced {
  key: number;
  row: string;
  column: string;
  by: string;
  mine: Scalar;
  theirs: Scalar;
}

const RECENT_MS = 60_000;
/** A paste of thousands is remembered by its last cells. */
const OWN_MAX = 5000;
/** More at once are told as a number. */
const TOLD_MAX = 50;

interface Own {
  value: Scalar;
  atMs: number;
}

const keyOf = (row: string, column: string) => `${column} ${row}`;

export class Conflicts {
  list = $state.raw<readonly Replaced[]>([]);
  readonly #own = new Map<string, Own>();
  #key = 0;

  /** This person wrote a cell. What was told of it before is settled. */
  wrote(row: string, column: string, value: Scalar, nowMs: number): void {
    const key = keyOf(row, column);
    this.#own.delete(key);
    this.#own.set(key, { value, atMs: nowMs });
    if (this.#own.size > OWN_MAX) this.#own.delete(this.#own.keys().next().value ?? '');
    if (this.list.some((each) => each.row === row && each.column === column))
      this.list = this.list.filter((each) => each.row !== row || each.column !== column);
  }

  /** Asked first, so that a thousand remote changes cost a thousand look-ups and nothing more. */
  isOwn(row: string, column: string): boolean {
    return this.#own.size > 0 && this.#own.has(keyOf(row, column));
  }

  /** Somebody else wrote a cell. `isUnsaved`: the server did not have this person's value yet. */
  heard(
    cell: Pick<Replaced, 'row' | 'column' | 'by'>,
    before: Scalar,
    after: Scalar,
    isUnsaved: boolean,
    nowMs: number,
  ) {
    const key = keyOf(cell.row, cell.column);
    const own = this.#own.get(key);
    if (!own) return;
    if (own.value !== before || before === after) return;
    this.#own.delete(key);
    if (!isUnsaved && nowMs - own.atMs > RECENT_MS) return;
    this.list = [...this.list, { ...cell, key: this.#key++, mine: before, theirs: after }].slice(-TOLD_MAX);
  }

  /** This person is about to replace its own values by another way: what it wrote before is no longer defended. */
  settle(): void {
    this.#own.clear();
  }

  drop(key: number): void {
    this.list = this.list.filter((each) => each.key !== key);
  }

  clear(): void {
    this.list = [];
  }
}
