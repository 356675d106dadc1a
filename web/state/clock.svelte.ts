/** The server's time as far as the browser can tell, ticking once a second while something on the page reads it. */
import { createSubscriber } from 'svelte/reactivity';

const TICK_MS = 1000;

class ServerClock {
  /** Server minus browser, milliseconds. The Date header has whole seconds, so the middle of that second is assumed. */
  #skewMs = 0;
  #subscribe = createSubscriber((update) => {
    const timer = setInterval(update, TICK_MS);
    return () => clearInterval(timer);
  });

  observe(dateHeader: string | null): void {
    const at = dateHeader ? Date.parse(dateHeader) : Number.NaN;
    if (!Number.isNaN(at)) this.#skewMs = at + 500 - Date.now();
  }

  /** Milliseconds since the epoch; reading it in a template follows the second hand. */
  get now(): number {
    this.#subscribe();
    return Date.now() + this.#skewMs;
  }
}

export const serverClock = new ServerClock();
