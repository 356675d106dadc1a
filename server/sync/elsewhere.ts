/**
 * What other nodes log in a sheet that is open here: kept until the room has a moment for it, and read from the log where rings were lost or did not
 * bring the bytes. Used by the room, which alone changes the document.
 */
import type { Clock } from '../clock.ts';
import { chainHash } from './hash-chain.ts';
import { inTime } from './in-time.ts';
import { BROUGHT_BYTES_MAX, READ_MS_MAX, SHARED_MS } from './limits.ts';
import type { SheetLetter } from './link-letters.ts';
import type { RoomLife } from './room-life.ts';
import type { LoggedRow } from './sheet-store.ts';
import type { LogHead } from './update-log.ts';

type Grown = Extract<SheetLetter, { is: 'grown' }>;

export interface ElsewhereParts {
  sheetId: string;
  clock: Clock;
  /** Of the room; the log is read only while it stands, and nothing else happens until that has ended. */
  life: RoomLife;
  /** Where the room stands. */
  standing(): LogHead;
  /** Reads what the log has after the room's version. */
  read(): Promise<LoggedRow[]>;
  /** Takes rows over. Called between ticks. */
  follow(rows: readonly LoggedRow[]): void;
  /** There is something for the next tick. */
  wake(): void;
  /** The log could not be read, or not in time, or has a hole. */
  lose(error: unknown): void;
}

export class Elsewhere {
  readonly #parts: ElsewhereParts;
  /** The log is said to reach this number. */
  #toldSeq = 0n;
  #brought: Grown[] = [];
  #broughtBytes = 0;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #waiting: { seq: bigint; done: () => void }[] = [];

  constructor(parts: ElsewhereParts) {
    this.#parts = parts;
  }

  /** Another node has written a moment ago, even if it cannot be heard. */
  get isActive(): boolean {
    return this.#parts.clock.now().getTime() - this.#writtenAtMs < SHARED_MS;
  }

  wrote(): void {
    this.#writtenAtMs = this.#parts.clock.now().getTime();
  }

  hear(seq: bigint): void {
    if (seq <= this.#parts.standing().seq || seq <= this.#toldSeq) return;
    this.#toldSeq = seq;
    this.#parts.wake();
  }

  hearGrown(letter: Grown): void {
    const bytes = letter.entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
    // What is too much to keep is read from the log.
    if (this.#broughtBytes + bytes <= BROUGHT_BYTES_MAX) {
      this.#broughtBytes += bytes;
      this.#brought.push(letter);
    }
    this.hear(letter.before + BigInt(letter.entries.length));
  }

  /** Follows what was brought. False: more has to be read from the log first; the room is woken afterwards. */
  takeOver(): boolean {
    const { standing, follow } = this.#parts;
    const rows = this.#next(standing());
    if (rows.length > 0) follow(rows);
    // What was brought could not be followed.
    if (!this.#parts.life.isStanding) return false;
    if (this.#toldSeq <= standing().seq) return true;
    void this.#read();
    return false;
  }

  /** Resolves when the room stands at this number or later. */
  reaches(seq: bigint): Promise<void> {
    if (this.#parts.standing().seq >= seq) return Promise.resolve();
    this.hear(seq);
    return new Promise((done) => this.#waiting.push({ seq, done }));
  }

  /** The room stands at a later version now, or is over. */
  moved(isOver: boolean): void {
    if (this.#waiting.length === 0) return;
    const { seq: at } = this.#parts.standing();
    this.#waiting = this.#waiting.filter(({ seq, done }) => {
      if (!isOver && seq > at) return true;
      done();
      return false;
    });
  }

  /** The rows that come next, as far as there is no gap and the chain holds. Whatever else was kept is given up. */
  #next({ seq, head }: LogHead): LoggedRow[] {
    const rows: LoggedRow[] = [];
    let at = { seq, hash: head };
    const letters = this.#brought;
    this.#brought = [];
    this.#broughtBytes = 0;
    for (const { before, entries, head: claimed } of letters) {
      if (before !== at.seq) continue;
      const read: LoggedRow[] = [];
      for (const entry of entries) {
        const next = at.seq + 1n;
        at = { seq: next, hash: chainHash(at.hash, { sheetId: this.#parts.sheetId, seq: next, ...entry }) };
        read.push({ ...entry, ...at });
      }
      if (Buffer.compare(at.hash, claimed) !== 0) break;
      rows.push(...read);
    }
    return rows;
  }

  async #read(): Promise<void> {
    const { clock, life, read, follow, standing, wake, lose } = this.#parts;
    life.pass('reading');
    try {
      // A sheet that waits for its log takes nothing: better that its people come back.
      const rows = await inTime(clock, READ_MS_MAX, read(), new Error('the log was not read in time'));
      if (life.isOver) return;
      life.pass('standing');
      // A ring that promised too much is not asked again.
      if (rows.length === 0) this.#toldSeq = standing().seq;
      else follow(rows);
    } catch (error) {
      return lose(error);
    }
    wake();
  }
}
