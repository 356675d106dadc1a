/**
 * How many cells keep their lines out of the pool. All lines are read once, while the browser has nothing else to do; afterwards only those that
 * change.
 */
import type { SheetState } from '#web/state/sheet.svelte.ts';
import { type Lens, problemsAt } from './cell-view.ts';

/** Half of a frame. */
const TURN_MS = 8;
/** A busy page is not waited for any longer. */
const IDLE_WITHIN_MS = 1000;
/** Lines between two looks at the clock. */
const STRIDE = 16;

export class ProblemCount {
  value = $state(0);
  #counts = new Map<string, number>();
  #sum = 0;
  #stopTurn = () => {};

  /** Counts, and keeps counting; answers the way to stop. */
  follow(sheet: SheetState, lens: Lens): () => void {
    const begin = () => {
      this.#stopTurn();
      this.#counts = new Map();
      this.#sum = 0;
      this.#stopTurn = whenIdle(() => this.#turn(sheet, lens, sheet.order, 0));
    };
    begin();
    const stop = sheet.onShown((ids) => {
      if (ids === 'all') return begin();
      for (const id of ids) this.#count(sheet, lens, id);
      this.value = this.#sum;
    });
    return () => {
      stop();
      this.#stopTurn();
    };
  }

  /** The sheet's lines as they were when the count began: a line that came since was counted when it came. */
  #turn(sheet: SheetState, lens: Lens, order: readonly string[], from: number): void {
    const end = performance.now() + TURN_MS;
    for (let index = from; index < order.length; index++) {
      if (index % STRIDE === 0 && performance.now() > end) {
        this.#stopTurn = whenIdle(() => this.#turn(sheet, lens, order, index));
        return;
      }
      this.#count(sheet, lens, order[index] ?? '');
    }
    this.value = this.#sum;
  }

  #count(sheet: SheetState, lens: Lens, id: string): void {
    const row = sheet.rows.get(id);
    const now = row ? problemsAt(lens, row).size : 0;
    const before = this.#counts.get(id) ?? 0;
    if (now === before) return;
    this.#sum += now - before;
    if (now === 0) this.#counts.delete(id);
    else this.#counts.set(id, now);
  }
}

/** Answers the way to call it off. */
function whenIdle(run: () => void): () => void {
  // Safari had no requestIdleCallback for long.
  if (typeof requestIdleCallback !== 'function') {
    const timer = setTimeout(run, TURN_MS);
    return () => clearTimeout(timer);
  }
  const handle = requestIdleCallback(run, { timeout: IDLE_WITHIN_MS });
  return () => cancelIdleCallback(handle);
}
