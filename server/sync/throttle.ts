/** Slows one socket down instead of closing it: over its rate, or with too much waiting, its line is not read until that is past. Used by the peer. */
import type { Clock } from '../clock.ts';
import { BURST_SECONDS, QUEUED_UPDATES_MAX } from './limits.ts';

export interface ThrottledLine {
  pause(): void;
  resume(): void;
}

export class Throttle {
  readonly #line: ThrottledLine;
  readonly #clock: Clock;
  readonly #perSecond: number;
  readonly #queuedBytesMax: number;
  #tokens: number;
  #countedAtMs: number;
  #queued = 0;
  #queuedBytes = 0;
  #isPaused = false;
  #cancel: (() => void) | null = null;

  constructor(line: ThrottledLine, limits: { perSecond: number; queuedBytesMax: number }, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    this.#perSecond = limits.perSecond;
    this.#queuedBytesMax = limits.queuedBytesMax;
    this.#tokens = limits.perSecond * BURST_SECONDS;
    this.#countedAtMs = clock.now().getTime();
  }

  /** The line is not read at present, so its pongs are not heard either. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** A message came. */
  charge(cost: number): void {
    this.#refill();
    this.#tokens -= cost;
    this.#look();
  }

  queued(bytes: number): void {
    this.#queued++;
    this.#queuedBytes += bytes;
    this.#look();
  }

  taken(bytes: number): void {
    this.#queued--;
    this.#queuedBytes -= bytes;
    this.#look();
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #refill(): void {
    const now = this.#clock.now().getTime();
    this.#tokens = Math.min(
      this.#perSecond * BURST_SECONDS,
      this.#tokens + ((now - this.#countedAtMs) / 1000) * this.#perSecond,
    );
    this.#countedAtMs = now;
  }

  #look(): void {
    const isOver = this.#tokens < 0 || this.#queued >= QUEUED_UPDATES_MAX || this.#queuedBytes >= this.#queuedBytesMax;
    if (isOver && !this.#isPaused) this.#line.pause();
    if (!isOver && this.#isPaused) this.#line.resume();
    this.#isPaused = isOver;
    if (this.#tokens < 0 && this.#cancel === null) this.#wakeWhenRefilled();
  }

  #wakeWhenRefilled(): void {
    const ms = Math.ceil((-this.#tokens / this.#perSecond) * 1000) + 1;
    this.#cancel = this.#clock.at(new Date(this.#countedAtMs + ms), () => {
      this.#cancel = null;
      this.#refill();
      this.#look();
    });
  }
}
