/** A clock that stands still until a test turns it. */
import type { Clock } from '#server/clock.ts';

export class HandClock implements Clock {
  private time: number;
  private readonly alarms = new Set<{ at: number; run: () => void }>();

  constructor(start: string) {
    this.time = Date.parse(start);
  }

  now(): Date {
    return new Date(this.time);
  }

  at(when: Date, run: () => void): () => void {
    const alarm = { at: when.getTime(), run };
    this.alarms.add(alarm);
    return () => this.alarms.delete(alarm);
  }

  /** Rings everything that is due up to the given moment, in order, each at its own moment. */
  turnTo(when: string | Date): void {
    const until = new Date(when).getTime();
    for (;;) {
      const due = [...this.alarms].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.alarms.delete(due);
      this.time = Math.max(this.time, due.at);
      due.run();
    }
    this.time = Math.max(this.time, until);
  }

  turnBy(ms: number): void {
    this.turnTo(new Date(this.time + ms));
  }
}
