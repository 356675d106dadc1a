/** How far apart the ticks of a room are: each is a frame for every socket, so the more of them there are, the further. Used by the room. */
import type { Clock } from '../clock.ts';
import { BUSY_SOCKETS, BUSY_UPDATES, SOCKETS_PER_TICK_MS, TICK_MS, TICK_MS_MAX } from './limits.ts';

export class Pace {
  readonly #clock: Clock;
  readonly #tick: () => void;
  #tickedAtMs = 0;
  #tickedUpdates = 0;
  #cancel: (() => void) | null = null;

  /** `tick`: asks for one. */
  constructor(clock: Clock, tick: () => void) {
    this.#clock = clock;
    this.#tick = tick;
  }

  /** A tick takes so many updates now. */
  ticked(updates: number): void {
    this.#tickedAtMs = this.#clock.now().getTime();
    this.#tickedUpdates = updates;
  }

  /** There is something to do: at once after a pause, else when the last tick is long enough ago. */
  wake(sockets: number): void {
    if (this.#cancel) return;
    const due = this.#tickedAtMs + this.#restMs(sockets);
    if (this.#clock.now().getTime() >= due) {
      this.#tick();
      return;
    }
    this.#cancel = this.#clock.at(new Date(due), () => {
      this.#cancel = null;
      this.#tick();
    });
  }

  end(): void {
    this.#cancel?.();
  }

  #restMs(sockets: number): number {
    if (sockets < BUSY_SOCKETS) return this.#tickedUpdates >= BUSY_UPDATES ? TICK_MS : 0;
    const steps = Math.max(1, Math.floor(sockets / SOCKETS_PER_TICK_MS));
    return Math.min(TICK_MS_MAX, steps * TICK_MS);
  }
}
