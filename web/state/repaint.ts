/** Gathers what others change and lets it be painted at most fifteen times a second; the first change of a quiet time at once. */
import type { ChangedRows } from './live-doc.svelte.ts';

const REPAINT_MS = 66;

export class Repaint {
  readonly #paint: (rows: ChangedRows) => void;
  #rows: ChangedRows = new Map();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #paintedAt = 0;

  constructor(paint: (rows: ChangedRows) => void) {
    this.#paint = paint;
  }

  add(changed: ChangedRows): void {
    for (const [id, columns] of changed) {
      const known = this.#rows.get(id) ?? new Set();
      for (const column of columns) known.add(column);
      this.#rows.set(id, known);
    }
    this.#timer ??= setTimeout(this.#run, Math.max(0, this.#paintedAt + REPAINT_MS - performance.now()));
  }

  /** What is gathered has been painted in another way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#rows = new Map();
  }

  #run = () => {
    this.#timer = undefined;
    this.#paintedAt = performance.now();
    const rows = this.#rows;
    this.#rows = new Map();
    this.#paint(rows);
  };
}
