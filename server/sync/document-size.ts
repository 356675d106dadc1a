/** How large a document is for whoever opens it, estimated from what was added and measured when that says it is full. Used by the open sheet. */
import * as Y from 'yjs';
import { rowsOf } from '#protocol/sheet-doc.ts';
import type { Clock } from '../clock.ts';
import { MEASURE_MS, ROW_KEY_BYTES, STRUCT_BYTES } from './limits.ts';

export class DocumentSize {
  readonly #doc: Y.Doc;
  readonly #clock: Clock;
  readonly #bytesMax: number;
  #bytes: number;
  #structs: number;
  #measuredAtMs = Number.NEGATIVE_INFINITY;
  /** A small document is measured quickly, so that it may be measured again soon. */
  #measuredShare = 1;

  constructor(doc: Y.Doc, { clock, documentBytes }: { clock: Clock; documentBytes: number }, bytes: number) {
    this.#doc = doc;
    this.#clock = clock;
    this.#bytesMax = documentBytes;
    this.#bytes = bytes;
    this.#structs = structsOf(doc);
  }

  add(bytes: number, structs: number): void {
    this.#bytes += bytes;
    this.#structs += structs;
  }

  hasRoomFor(bytes: number, structs: number): boolean {
    if (this.#isWithin(bytes, structs)) return true;
    const now = this.#clock.now().getTime();
    if (now - this.#measuredAtMs < MEASURE_MS * this.#measuredShare) return false;
    this.#measuredAtMs = now;
    this.#bytes = Y.encodeStateAsUpdate(this.#doc).length;
    this.#measuredShare = Math.min(1, this.#bytes / this.#bytesMax);
    this.#structs = structsOf(this.#doc);
    return this.#isWithin(bytes, structs);
  }

  #isWithin(bytes: number, structs: number): boolean {
    // Yjs keeps the id of every row that ever was.
    const keyBytes = rowsOf(this.#doc)._map.size * ROW_KEY_BYTES;
    return this.#bytes + bytes + keyBytes + (this.#structs + structs) * STRUCT_BYTES <= this.#bytesMax;
  }
}

function structsOf(doc: Y.Doc): number {
  let count = 0;
  for (const structs of doc.store.clients.values()) count += structs.length;
  return count;
}
