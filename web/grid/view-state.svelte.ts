/** How one person looks at a sheet: sort, filter, group, hidden columns, widths, frozen columns. Nobody else sees it, unless it is saved as a shared view. */
import { FILTERS_MAX, SORTS_MAX } from '#protocol/views.ts';
import type { SharedView, ViewBody } from '#protocol/views-api.ts';
import { readNote, writeNote } from '#web/state/local-copies.ts';
import { isPlain, PLAIN } from './arrange.ts';
import { WIDTH_MAX, WIDTH_MIN } from './columns.ts';
import { readBody } from './view-note.ts';

export interface ViewPlace {
  userId: string;
  sheetId: string;
  /** False: nothing of the sheet may stay in this browser, filter texts neither. */
  isKept: boolean;
}

const NOTE = 'view';
export const FROZEN_MAX = 4;

export class ViewState {
  body = $state.raw<ViewBody>(PLAIN);
  /** CSS pixels by column, where they differ from the sheet's own. */
  widths = $state.raw<Readonly<Record<string, number>>>({});
  /** How many of the first columns stay in view when the grid scrolls sideways. */
  frozen = $state(1);
  /** Groups that are folded, by their id. */
  folded = $state.raw<ReadonlySet<string>>(new Set());
  /** The shared view that is looked at; its body may have been changed since, for this person only. */
  shared = $state.raw<SharedView | null>(null);
  readonly isPlain = $derived(isPlain(this.body));
  readonly isChanged = $derived(
    this.shared === null ? !this.isPlain : JSON.stringify(this.shared.body) !== JSON.stringify(this.body),
  );
  readonly #place: ViewPlace;

  constructor(place: ViewPlace) {
    this.#place = place;
    this.#read();
  }

  /** One column takes the place of all others; asked again it turns, asked a third time it is gone. */
  sortBy(column: string, down: boolean | null): void {
    this.#set({ sort: down === null ? [] : [{ column, down }] });
  }

  setSort(sort: ViewBody['sort']): void {
    this.#set({ sort: sort.slice(0, SORTS_MAX) });
  }

  setFilter(filter: ViewBody['filter']): void {
    this.#set({ filter: filter.slice(0, FILTERS_MAX) });
  }

  groupBy(group: string | null): void {
    this.folded = new Set();
    this.#set({ group });
  }

  hide(column: string): void {
    if (!this.body.hidden.includes(column)) this.#set({ hidden: [...this.body.hidden, column] });
  }

  show(column: string): void {
    this.#set({ hidden: this.body.hidden.filter((hidden) => hidden !== column) });
  }

  showAll(): void {
    this.#set({ hidden: [] });
  }

  /** Null: the sheet's own width. */
  widen(column: string, width: number | null): void {
    const { [column]: _, ...rest } = this.widths;
    this.widths =
      width === null ? rest : { ...rest, [column]: Math.round(Math.max(WIDTH_MIN, Math.min(WIDTH_MAX, width))) };
    this.#write();
  }

  freeze(columns: number): void {
    this.frozen = Math.max(1, Math.min(FROZEN_MAX, columns));
    this.#write();
  }

  fold(group: string): void {
    const folded = new Set(this.folded);
    if (!folded.delete(group)) folded.add(group);
    this.folded = folded;
  }

  open(view: SharedView | null): void {
    this.shared = view;
    this.folded = new Set();
    this.body = view?.body ?? PLAIN;
    this.#write();
  }

  #set(change: Partial<ViewBody>): void {
    this.body = { ...this.body, ...change };
    this.#write();
  }

  #write(): void {
    const { userId, sheetId, isKept } = this.#place;
    const { body, widths, frozen } = this;
    if (isKept) writeNote(userId, sheetId, NOTE, JSON.stringify({ body, widths, frozen }));
  }

  /** What another version of the page wrote down is taken as far as it can be read. */
  #read(): void {
    const { userId, sheetId, isKept } = this.#place;
    const note = isKept ? readNote(userId, sheetId, NOTE) : null;
    if (note === null) return;
    try {
      const { body, widths, frozen } = JSON.parse(note) as Record<string, unknown>;
      this.body = readBody(body) ?? PLAIN;
      if (typeof frozen === 'number') this.frozen = Math.max(1, Math.min(FROZEN_MAX, frozen));
      if (typeof widths === 'object' && widths !== null)
        this.widths = Object.fromEntries(
          Object.entries(widths).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
        );
    } catch {
      // A note that cannot be read is the plain view.
    }
  }
}
