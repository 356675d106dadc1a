/**
 * The whole sheet as frames for newcomers: encoded once, compressed once, then the frames since. Encoding a large sheet for each newcomer would
 * cost 100 ms each time, and sending it plain six times the bytes. Used by the audience.
 */
import * as Y from 'yjs';
import { deflated, step2Frame, updateFrame } from './frames.ts';
import { DEFLATE_BYTES_MIN } from './limits.ts';

/** Below this, encoding again is as cheap as keeping. */
const TAIL_BYTES_MIN = 64 << 10;
/** The tail goes out as it is, so it stays small beside the compressed whole. */
const TAIL_SHARE_MAX = 1 / 32;
const NOTHING_NEW = Uint8Array.of(0, 0);

interface Kept {
  whole: Buffer;
  /** 'begun': a thread works on it. */
  small: Buffer | 'begun' | null;
  tail: Uint8Array[];
  tailBytes: number;
}

export class FullState {
  #kept: Kept | null = null;
  /** The compressed frame that was waited for is there. */
  readonly #ready: () => void;

  constructor(ready: () => void) {
    this.#ready = ready;
  }

  /**
   * Call only while the document equals the log. The last frame is the one that makes a client count itself as synced.
   * Null: being compressed; ask again at `ready`.
   */
  frames(doc: Y.Doc, mayDeflate: boolean): Uint8Array[] | null {
    this.#kept ??= { whole: updateFrame(Y.encodeStateAsUpdate(doc)), small: null, tail: [], tailBytes: 0 };
    const { whole, tail } = this.#kept;
    if (!mayDeflate || whole.length < DEFLATE_BYTES_MIN) return [whole, ...tail, SYNCED];
    const small = this.#compress(this.#kept);
    return small && [small, ...tail, SYNCED];
  }

  /** A frame that was sent to everybody. */
  follow(frame: Uint8Array): void {
    const kept = this.#kept;
    if (!kept) return;
    kept.tail.push(frame);
    kept.tailBytes += frame.length;
    if (kept.tailBytes > Math.max(TAIL_BYTES_MIN, kept.whole.length * TAIL_SHARE_MAX)) this.#kept = null;
  }

  forget(): void {
    this.#kept = null;
  }

  #compress(kept: Kept): Buffer | null {
    if (kept.small instanceof Buffer) return kept.small;
    if (kept.small === 'begun') return null;
    kept.small = 'begun';
    deflated(kept.whole)
      // Where it cannot be compressed, the plain frame says the same.
      .catch(() => kept.whole)
      .then((frame) => {
        kept.small = frame;
        this.#ready();
      });
    return null;
  }
}

const SYNCED = step2Frame(NOTHING_NEW);
