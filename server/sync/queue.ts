/** Runs tasks a few at a time in the order they came, with an upper limit on how many wait. Used by the gate and the history. */
/** Nobody waits for ever: whoever comes then is asked to come back. */
export class TooManyWaitError extends Error {
  override readonly name = 'TooManyWaitError';
  readonly speaksPlainly = true;
}

export class Queue {
  readonly #atOnce: number;
  readonly #waitingMax: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(options: { atOnce: number; waitingMax: number }) {
    this.#atOnce = options.atOnce;
    this.#waitingMax = options.waitingMax;
  }

  /** Rejects at once when too many wait. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#waitingMax) throw new TooManyWaitError('too many wait');
      await new Promise<void>((turn) => this.#waiting.push(turn));
    } else this.#running++;
    try {
      return await task();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
