/**
 * Gathers the frames that others' edits and cursors come in, and lets a document take them together. Used by the live document.
 *
 * A page paints what others do at most fifteen times a second; a document that took each frame by itself would do the same work sixty times. What
 * is gathered is taken at the moment at which it is painted, so nobody sees anything later than without it.
 *
 * Invariants:
 * 1. Frames are taken in the order in which they came.
 * 2. `take` empties it: who is about to write, or to read what others wrote, calls it first.
 */

const TAKEN_MS = 66;
/** More than this is not held back: a page in the background is woken once a second at most. */
const HELD_MAX = 2000;

export class Inbox {
  readonly #together: (all: () => void) => void;
  #held: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #takenAt = 0;

  /** `together` wraps what is taken at once, as a transaction does. */
  constructor(together: (all: () => void) => void) {
    this.#together = together;
  }

  /** Holds one frame; the first one of a quiet time is taken at once. */
  hold(frame: () => void): void {
    this.#held.push(frame);
    if (this.#held.length >= HELD_MAX) this.take();
    else this.#timer ??= setTimeout(this.take, Math.max(0, this.#takenAt + TAKEN_MS - performance.now()));
  }

  take = (): void => {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#held.length === 0) return;
    this.#takenAt = performance.now();
    const held = this.#held;
    this.#held = [];
    this.#together(() => {
      for (const frame of held) frame();
    });
  };

  /** Nothing that was held is taken any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#held = [];
  }
}
