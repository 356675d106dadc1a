/**
 * Sockets that were told why they are not let in, and have not hung up. They take nobody's place: they have a number of their own, in which the one
 * told first makes room, and little time. Used by the gate.
 */
import type { Clock } from '../clock.ts';
import { HANG_UP_MS_MAX } from './limits.ts';

export interface Leaving {
  /** Cuts the connection without waiting for an answer. */
  terminate(): void;
}

export class Farewells {
  /** In the order told; each with the way to stop its time. */
  readonly #leaving = new Map<Leaving, () => void>();
  readonly #atOnceMax: number;
  readonly #clock: Clock;

  constructor(options: { atOnceMax: number; clock: Clock }) {
    this.#atOnceMax = options.atOnceMax;
    this.#clock = options.clock;
  }

  /** It was sent its closing frame. */
  add(socket: Leaving): void {
    if (this.#leaving.has(socket)) return;
    const [first] = this.#leaving.keys();
    if (first && this.#leaving.size >= this.#atOnceMax) this.#cut(first);
    const due = new Date(this.#clock.now().getTime() + HANG_UP_MS_MAX);
    this.#leaving.set(
      socket,
      this.#clock.at(due, () => this.#cut(socket)),
    );
  }

  /** It has hung up. */
  gone(socket: Leaving): void {
    this.#leaving.get(socket)?.();
    this.#leaving.delete(socket);
  }

  #cut(socket: Leaving): void {
    this.gone(socket);
    socket.terminate();
  }
}
