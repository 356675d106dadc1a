/** How many cells keep their lines out of the pool. Counted a little after each change and in short turns, so that no key waits for it. */
import type { SheetState } from '#web/state/sheet.svelte.ts';
import { type Lens, viewRow } from './cell-view.ts';

const AFTER_MS = 120;
/** Half of a frame. */
const TURN_MS = 8;

export class ProblemCount {
  value = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStale = false;

  /** Counts soon; changes that come while it counts make it count once more. */
  refresh(sheet: SheetState, lens: Lens): void {
    this.#isStale = true;
    this.#timer ??= setTimeout(() => this.#turn(sheet, lens, 0, 0), AFTER_MS);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #turn(sheet: SheetState, lens: Lens, from: number, sum: number): void {
    if (from === 0) this.#isStale = false;
    const end = performance.now() + TURN_MS;
    let count = sum;
    for (let index = from; index < sheet.order.length; index++) {
      if (performance.now() > end) {
        this.#timer = setTimeout(() => this.#turn(sheet, lens, index, count));
        return;
      }
      const row = sheet.rows.get(sheet.order[index] ?? '');
      if (row) for (const cell of viewRow(lens, row)) if (cell.problem) count++;
    }
    this.value = count;
    this.#timer = this.#isStale ? setTimeout(() => this.#turn(sheet, lens, 0, 0), AFTER_MS) : undefined;
  }
}
