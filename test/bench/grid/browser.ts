/** One page of the bench in a browser of its own, with the clock of its main thread. */
import { launch } from '../../support/browser.ts';
import { block } from './pages/data.ts';
import { profiled } from './profile.ts';
import type { GridName } from './report.ts';

export interface Opened extends AsyncDisposable {
  /** Milliseconds of CPU that the main thread took while something was done. */
  cpuOf(work: () => Promise<unknown>): Promise<number>;
  /** Calls a method of the page's Bench. */
  bench(method: string, ...values: unknown[]): Promise<unknown>;
  block: typeof block;
  /** Presses the mouse in a cell of the first line. */
  pressFirst(): Promise<void>;
}

/** `isProfiled` prints where the time went, as far as scripts took it; sampling itself takes time, so the numbers are higher then. */
export async function openStage(origin: string, grid: GridName, search = '', isProfiled = false): Promise<Opened> {
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 } });
  const page = await context.newPage();
  page.setDefaultTimeout(120_000);
  const session = await context.newCDPSession(page);
  // Ticks of the thread, not of the wall: what the machine does meanwhile is not counted.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  await page.goto(`${origin}/${grid}.html${search}`);
  await page.waitForFunction('window.bench !== undefined');
  await page.evaluate('window.documentReady?.()');
  const ticksMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
  };
  return {
    async cpuOf(work) {
      const before = await ticksMs();
      if (isProfiled) console.error(await profiled(session, work));
      else await work();
      return (await ticksMs()) - before;
    },
    bench: (method, ...values) =>
      page.evaluate(`window.bench.${method}(${values.map((value) => JSON.stringify(value)).join(', ')})`),
    block,
    async pressFirst() {
      const { x, y } = (await page.evaluate('window.bench.firstCell()')) as { x: number; y: number };
      await page.mouse.click(x, y);
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
