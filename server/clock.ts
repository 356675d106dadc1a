/** The real clock. Whoever needs time takes a Clock, so that tests turn it by hand. */
export interface Clock {
  now(): Date;
  /** Runs once at the given moment, or at once if it is past; returns the cancellation. */
  at(when: Date, run: () => void): () => void;
}

/** Longest delay a Node timer takes: 2^31 - 1 ms, about 24.8 days. A later moment is reached in several steps. */
const TIMER_MS_MAX = 2_147_483_647;

export const systemClock: Clock = {
  now: () => new Date(),
  at(when, run) {
    let timer: NodeJS.Timeout;
    const arm = () => {
      const ms = when.getTime() - Date.now();
      timer = ms > TIMER_MS_MAX ? setTimeout(arm, TIMER_MS_MAX) : setTimeout(run, Math.max(0, ms));
    };
    arm();
    return () => clearTimeout(timer);
  },
};
