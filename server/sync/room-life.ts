/**
 * The states of a sheet that is open, and which may follow which; the one place that knows. Used by the rooms, by the room and by what reads for it.
 *
 * loading     it is read from the database; nobody is in it and nobody gets an answer
 * standing    the document is what the log has: greetings, answers and diffs are made only now
 * committing  a tick is applied and not yet logged: the document is ahead of the log, and nothing built from it may leave
 * restoring   the log took nothing of the tick, or it could not be applied: the document is read again
 * reading     other nodes logged more than they told: the log is read on
 * over        it ended; the next who wants the sheet loads it anew
 */
export type LifeState = 'loading' | 'standing' | 'committing' | 'restoring' | 'reading' | 'over';

export const NEXT: Readonly<Record<LifeState, readonly LifeState[]>> = {
  loading: ['standing', 'over'],
  standing: ['committing', 'restoring', 'reading', 'over'],
  committing: ['standing', 'restoring', 'over'],
  restoring: ['standing', 'over'],
  reading: ['standing', 'over'],
  over: [],
};

export class RoomLife {
  #state: LifeState = 'loading';

  get state(): LifeState {
    return this.#state;
  }

  get isStanding(): boolean {
    return this.#state === 'standing';
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Throws where the next state may not follow: that is a bug, and going on could show what the log does not have. */
  pass(next: LifeState): void {
    if (!NEXT[this.#state].includes(next)) throw new Error(`a room that is ${this.#state} cannot be ${next}`);
    this.#state = next;
  }
}
