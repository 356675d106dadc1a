/**
 * The lines that a view shows, kept current. One per grid.
 *
 * A line that is worked in stays where it is, and is shown, until the person leaves it, whatever sort and filter say of it now. What others write
 * moves lines only a moment after they pause, and never the line that one is in.
 */
import { untrack } from 'svelte';
import type { Row } from '#domain/sheets.ts';
import type { SheetState } from '#web/state/sheet.svelte.ts';
import { type Arranged, arrange, type Group, isUnarranged } from './arrange.ts';
import type { Lens } from './cell-view.ts';
import type { ViewState } from './view-state.svelte.ts';

const AFTER_MS = 400;
const NO_ROW: Row = {};
const NO_GROUPS: ReadonlyMap<string, Group> = new Map();

export interface Looking {
  sheet: SheetState;
  lens: Lens;
  view: ViewState;
  /** The line that the person is in. */
  active: string;
}

export class Arrangement {
  readonly #looking: () => Looking;
  #stamp = $state(0);
  #before: readonly string[] = [];
  #beforeOf: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;

  constructor(looking: () => Looking) {
    this.#looking = looking;
  }

  readonly #now: Arranged = $derived.by(() => {
    const { sheet, lens, view } = this.#looking();
    const { order } = sheet;
    const { body, folded } = view;
    const { read } = lens;
    void this.#stamp;
    if (isUnarranged(body)) return { ids: order, groups: NO_GROUPS };
    return untrack(() => {
      const key = [body.sort, body.filter, body.group, folded, read, sheet.id];
      const isSame =
        Array.isArray(this.#beforeOf) && key.every((part, index) => part === (this.#beforeOf as unknown[])[index]);
      const arranged = arrange(body, {
        ...{ lens, order, folded },
        rowOf: (id) => sheet.rows.get(id) ?? NO_ROW,
        held: new Set([this.#looking().active, ...sheet.ownLines]),
        before: isSame ? this.#before : [],
      });
      this.#beforeOf = key;
      this.#before = arranged.ids;
      return arranged;
    });
  });

  get ids(): readonly string[] {
    return this.#now.ids;
  }

  groupOf(id: string): Group | undefined {
    return this.#now.groups.get(id);
  }

  /** Rows changed: soon, and not while something is typed. */
  changed(isTyping: () => boolean): void {
    if (isUnarranged(this.#looking().view.body)) return;
    this.#isStale = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => !isTyping() && this.#again(), AFTER_MS);
  }

  /** The person went to another line. */
  left(): void {
    const { sheet, active } = this.#looking();
    const hadOwn = sheet.ownLines.length > 0;
    sheet.ownLines = sheet.ownLines.filter((id) => id === active);
    if (this.#isStale || hadOwn) this.#again();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #again(): void {
    this.#isStale = false;
    this.#stamp++;
  }
}
