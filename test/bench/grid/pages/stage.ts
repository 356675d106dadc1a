/** What a page of the bench offers to its driver. Each grid implements it; steps are made one in each animation frame. */
import { changes, LINES } from './data.ts';

export interface Stage {
  /** Shows the lines; resolves when the first of them stands on the page. */
  load(): Promise<void>;
  /** A cell of the first line, in the column after the mineral: a paste begins there. */
  firstCell(): HTMLElement;
  /** Changes of cells by somebody else, made ready before they are measured. Null: the grid has nothing for it. */
  remote(batches: { index: number; text: string }[][]): ((step: number) => void) | null;
  /** Moves of peers' cursors, made ready before. */
  peers(count: number, steps: number, movesPerStep: number): ((step: number) => void) | null;
  /** Takes a text as if pasted at the first line; resolves when it is on the page. */
  paste(text: string, height: number): Promise<void> | null;
}

declare global {
  interface Window {
    bench: Bench;
  }
}

export const frame = (): Promise<number> => new Promise((next) => requestAnimationFrame(next));
/** Until what was changed has been painted. */
export const painted = async (): Promise<void> => {
  await frame();
  await frame();
};

export async function until(claim: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!claim()) {
    if (performance.now() > end) throw new Error(`never came true: ${claim}`);
    await frame();
  }
}

/** The element that holds all lines and moves them. */
function scrollerOf(): HTMLElement {
  const isTall = ({ scrollHeight, clientHeight }: HTMLElement) => clientHeight > 0 && scrollHeight > 100 * clientHeight;
  const tall = [...document.querySelectorAll<HTMLElement>('#host *')].filter(isTall);
  const found = tall.find((element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowY));
  if (!found) throw new Error('nothing on the page scrolls');
  return found;
}

const VISIBLE = 15;
const QUIET_MS = 2000;

/** The driver calls one of these between two readings of the main thread's clock. */
export class Bench {
  readonly #stage: Stage;
  #step: ((step: number) => void) | null = null;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async load(): Promise<void> {
    await this.#stage.load();
    await painted();
  }

  /** Lets work that a grid puts off until nobody waits for it be over. */
  async quiet(): Promise<void> {
    await new Promise((done) => setTimeout(done, QUIET_MS));
  }

  async scroll(steps: number, pixels: number): Promise<void> {
    const scroller = scrollerOf();
    const from = scroller.scrollTop;
    for (let step = 1; step <= steps; step += 1) {
      scroller.scrollTop = from + step * pixels;
      await frame();
    }
    await painted();
    if (scroller.scrollTop < from + steps * pixels - pixels)
      throw new Error('the grid did not scroll as far as it was told');
  }

  /** Where the driver's mouse presses before it pastes, CSS pixels of the page. */
  firstCell(): { x: number; y: number } {
    const { x, y, width, height } = this.#stage.firstCell().getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  }

  /** False where the grid has nothing like it. */
  readyRemote(steps: number, perStep: number, where: 'view' | 'any'): boolean {
    const height = where === 'view' ? VISIBLE : LINES;
    this.#step = this.#stage.remote(Array.from({ length: steps }, (_, step) => changes(step, perStep, 0, height)));
    return this.#step !== null;
  }

  readyPeers(count: number, steps: number, movesPerStep: number): boolean {
    this.#step = this.#stage.peers(count, steps, movesPerStep);
    return this.#step !== null;
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      this.#step?.(step);
      await frame();
    }
    // What is painted some times a second is painted by then.
    for (let more = 0; more < 10; more += 1) await frame();
  }

  async paste(text: string, height: number): Promise<boolean> {
    const done = this.#stage.paste(text, height);
    if (done === null) return false;
    await done;
    await painted();
    return true;
  }
}
