/**
 * What a start has done, to be undone in reverse within a time. Used by compose.
 *
 * A step that hangs, as one that waits for a database that has gone silent, does not take the time of the others: when its share is over the next
 * one begins beside it. Whatever hangs at the end is left to the end of the process.
 */
export interface UndoStep {
  run(): Promise<unknown>;
  /** Share of the whole time, 0 to 1, at which those undone before it have to have ended. */
  from?: number;
  /** Share of the whole time at which the next one begins. 1 unless told, or the `from` of one that comes later. */
  until?: number;
}

export class Undo {
  #steps: UndoStep[] = [];

  push(run: UndoStep['run'], shares: Pick<UndoStep, 'from' | 'until'> = {}): void {
    this.#steps.push({ run, ...shares });
  }

  /** Does not throw. A second call finds nothing left to do. */
  async run(withinMs: number, onFault: (error: unknown) => void): Promise<void> {
    const begunAtMs = performance.now();
    const steps = this.#steps.splice(0).reverse();
    for (const [index, step] of steps.entries()) {
      const share = step.until ?? steps.slice(index + 1).find(({ from }) => from !== undefined)?.from ?? 1;
      const ended = step.run().catch(onFault);
      await orAfter(begunAtMs + share * withinMs - performance.now(), ended);
    }
  }
}

async function orAfter(ms: number, ended: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((done) => {
    timer = setTimeout(done, Math.max(0, ms));
  });
  await Promise.race([ended, late]);
  clearTimeout(timer);
}
