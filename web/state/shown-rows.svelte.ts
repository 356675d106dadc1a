/**
 * The rows of a sheet as they are shown. A reader that asks for one row follows that row; one that walks through all follows all.
 *
 * Like SvelteMap, but with a fixed number of signals, each shared by the rows whose ids fall on it: of 10,000 rows thirty are on the page. A
 * reader whose row only shares a signal with a changed one gets the same row again, and stops there.
 */
import type { Row } from '#domain/sheets.ts';

const MARKS = 512;

class Mark {
  stamp = $state(0);
}

export class ShownRows extends Map<string, Row> {
  readonly #marks = Array.from({ length: MARKS }, () => new Mark());
  readonly #all = new Mark();

  override get(id: string): Row | undefined {
    this.#follow(id);
    return super.get(id);
  }

  override has(id: string): boolean {
    this.#follow(id);
    return super.has(id);
  }

  override set(id: string, row: Row): this {
    super.set(id, row);
    this.#changed(id);
    return this;
  }

  override delete(id: string): boolean {
    const wasThere = super.delete(id);
    if (wasThere) this.#changed(id);
    return wasThere;
  }

  override get size(): number {
    this.#followAll();
    return super.size;
  }

  override keys() {
    this.#followAll();
    return super.keys();
  }

  override values() {
    this.#followAll();
    return super.values();
  }

  override entries() {
    this.#followAll();
    return super.entries();
  }

  override [Symbol.iterator]() {
    return this.entries();
  }

  override forEach(see: (row: Row, id: string, rows: Map<string, Row>) => void): void {
    this.#followAll();
    super.forEach(see);
  }

  #follow(id: string): void {
    if ($effect.tracking()) void this.#markOf(id)?.stamp;
  }

  #followAll(): void {
    if ($effect.tracking()) void this.#all.stamp;
  }

  #changed(id: string): void {
    const mark = this.#markOf(id);
    if (mark) mark.stamp++;
    this.#all.stamp++;
  }

  #markOf(id: string): Mark | undefined {
    let hash = 0;
    for (let at = 0; at < id.length; at++) hash = (hash * 31 + id.charCodeAt(at)) | 0;
    return this.#marks[hash & (MARKS - 1)];
  }
}
