/** Waits for an answer of the database, but not for ever. Used by what reads the log for a room that people wait in. */
import type { Clock } from '../clock.ts';

/** Rejects with `late` when there is no answer after `ms`; whatever comes then is left aside. */
export async function inTime<T>(clock: Clock, ms: number, answer: Promise<T>, late: Error): Promise<T> {
  const { promise: deadline, reject } = Promise.withResolvers<never>();
  const cancel = clock.at(new Date(clock.now().getTime() + ms), () => reject(late));
  try {
    return await Promise.race([answer, deadline]);
  } finally {
    cancel();
  }
}
