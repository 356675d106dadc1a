/** Find in a sheet: the cells whose shown text holds what was typed, in reading order. Searched in short turns, so that no key waits for it. */
import { viewRow } from './cell-view.ts';
import type { Cell, GridState } from './grid-state.svelte.ts';

const AFTER_MS = 120;
const TURN_MS = 8;
/** More hits are counted as '9,999 and more': nobody walks through them. */
const HITS_MAX = 9999;

export class Find {
  isOpen = $state(false);
  text = $state('');
  hits = $state.raw<readonly Cell[]>([]);
  isSearching = $state(false);
  /** Bumped when the field has to take the focus. */
  asked = $state(0);
  readonly #grid: GridState;
  readonly #keys = $derived(new Set(this.hits.map(keyOf)));
  /** Place of the active cell among the hits; -1 where it is none. */
  readonly at = $derived.by(() => {
    const { row, column } = this.#grid.active;
    return this.hits.findIndex((hit) => hit.row === row && hit.column === column);
  });
  readonly isFull = $derived(this.hits.length >= HITS_MAX);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(grid: GridState) {
    this.#grid = grid;
  }

  open(): void {
    this.isOpen = true;
    this.asked++;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.isOpen = false;
    this.hits = [];
    this.#grid.focusAsked++;
  }

  has(row: string, column: string): boolean {
    return this.#keys.size > 0 && this.#keys.has(keyOf({ row, column }));
  }

  /** Searches soon; what is found so far stays until then. */
  refresh(): void {
    clearTimeout(this.#timer);
    this.isSearching = this.text.trim() !== '';
    if (this.isSearching) this.#timer = setTimeout(() => this.#turn(0, []), AFTER_MS);
    else this.hits = [];
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Goes to the next hit after the active cell, or before it; round the end. */
  go(step: 1 | -1): void {
    const { at, ids, columnIndex } = this.#grid;
    const rows = new Map(ids.map((id, index) => [id, index]));
    const place = ({ row, column }: Cell) => (rows.get(row) ?? 0) * 1000 + (columnIndex.get(column) ?? 0);
    const here = at.row * 1000 + at.column;
    const hit =
      step > 0
        ? (this.hits.find((each) => place(each) > here) ?? this.hits[0])
        : (this.hits.findLast((each) => place(each) < here) ?? this.hits.at(-1));
    if (!hit) return;
    this.#grid.stand(hit);
    this.#grid.revealAsked++;
  }

  #turn(from: number, found: Cell[]): void {
    const end = performance.now() + TURN_MS;
    const { ids, lens, sheet } = this.#grid;
    const wanted = this.text.trim().toLowerCase();
    for (let index = from; index < ids.length && found.length < HITS_MAX; index++) {
      if (performance.now() > end) {
        this.#timer = setTimeout(() => this.#turn(index, found));
        return;
      }
      const id = ids[index] ?? '';
      const row = sheet.rows.get(id);
      if (!row) continue;
      const cells = viewRow(lens, row);
      for (const column of lens.columns)
        if (cells[column.index]?.text.toLowerCase().includes(wanted)) found.push({ row: id, column: column.id });
    }
    this.hits = found;
    this.isSearching = false;
  }
}

const keyOf = ({ row, column }: Cell): string => `${column} ${row}`;
