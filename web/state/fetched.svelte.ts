/** Something read from the server: waiting, there, or refused; keeps the last good value while it is read again. */
import { attempt, type Fault } from './faults.ts';

export class Fetched<T> {
  value = $state.raw<T | null>(null);
  fault = $state.raw<Fault | null>(null);
  isBusy = $state(false);
  #read: () => Promise<T>;
  #turn = 0;

  constructor(read: () => Promise<T>) {
    this.#read = read;
  }

  /** Nothing to show yet and nothing went wrong: draw a skeleton. */
  get isWaiting(): boolean {
    return this.value === null && this.fault === null;
  }

  /** Answers of earlier calls that arrive late are dropped. */
  async refresh(): Promise<T | null> {
    const turn = ++this.#turn;
    this.isBusy = true;
    const answer = await attempt(this.#read);
    if (turn !== this.#turn) return null;
    this.isBusy = false;
    if (answer.ok) {
      this.value = answer.value;
      this.fault = null;
      return answer.value;
    }
    this.fault = answer.fault;
    return null;
  }

  /** Puts a value that arrived by another way: an answer to a request, or a push. */
  put(value: T): void {
    this.#turn++;
    this.isBusy = false;
    this.value = value;
    this.fault = null;
  }
}
