/** The whole sheet as frames for newcomers: encoded once, then the frames since. Encoding a large sheet for each newcomer would cost 100 ms each time. */
import * as Y from 'yjs';
import { step2Frame, updateFrame } from './frames.ts';

/** Below this, encoding again is as cheap as keeping. */
const TAIL_BYTES_MIN = 64 << 10;
const NOTHING_NEW = Uint8Array.of(0, 0);

export class FullState {
  #kept: { whole: Buffer; tail: Uint8Array[]; tailBytes: number } | null = null;

  /** Call only while the document equals the log. The last frame is the one that makes a client count itself as synced. */
  frames(doc: Y.Doc): Uint8Array[] {
    this.#kept ??= { whole: updateFrame(Y.encodeStateAsUpdate(doc)), tail: [], tailBytes: 0 };
    return [this.#kept.whole, ...this.#kept.tail, SYNCED];
  }

  /** A frame that was sent to everybody. */
  follow(frame: Uint8Array): void {
    const kept = this.#kept;
    if (!kept) return;
    kept.tail.push(frame);
    kept.tailBytes += frame.length;
    if (kept.tailBytes > Math.max(TAIL_BYTES_MIN, kept.whole.length / 4)) this.#kept = null;
  }

  forget(): void {
    this.#kept = null;
  }
}

const SYNCED = step2Frame(NOTHING_NEW);
