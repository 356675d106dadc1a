/** Updates of one room that wait for the tick, in the order they came. Used by the room. */
import { TICK_BYTES_MAX, TICK_UPDATES_MAX } from './limits.ts';
import type { Waiting } from './tick.ts';

export class Inbox {
  readonly #waiting: Waiting[] = [];
  #received = 0;
  #done = 0;
  #watchers: { mark: number; resolve: () => void }[] = [];

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** What waits is bounded by the throttles of the sockets. */
  put(update: Waiting): void {
    this.#received++;
    update.peer.throttle.queued(update.bytes.length);
    this.#waiting.push(update);
  }

  /** As much as one tick takes, and at most so many. */
  take(most = TICK_UPDATES_MAX): Waiting[] {
    let count = 0;
    for (let bytes = 0; count < this.#waiting.length && count < most && bytes < TICK_BYTES_MAX; count++)
      bytes += this.#waiting[count]?.bytes.length ?? 0;
    const taken = this.#waiting.splice(0, count);
    for (const { peer, bytes } of taken) peer.throttle.taken(bytes.length);
    return taken;
  }

  /** Those taken were not logged, and go first into the next tick. */
  putBack(updates: readonly Waiting[]): void {
    for (const { peer, bytes } of updates) peer.throttle.queued(bytes.length);
    this.#waiting.unshift(...updates);
  }

  /** So many of those taken are logged, refused or known. */
  done(count: number): void {
    this.#done += count;
    this.#watchers = this.#watchers.filter(({ mark, resolve }) => {
      if (mark <= this.#done) resolve();
      return mark > this.#done;
    });
  }

  /** Resolves when everything that has come so far is done or given up. */
  settled(): Promise<void> {
    if (this.#done >= this.#received) return Promise.resolve();
    return new Promise((resolve) => this.#watchers.push({ mark: this.#received, resolve }));
  }

  giveUp(): void {
    this.#waiting.length = 0;
    this.done(this.#received - this.#done);
  }
}
