/** Where the main thread's time went, by function: for `--profile`, which also builds the pages with readable names. */
import type { CDPSession } from 'playwright-core';

interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

const SHOWN = 32;

/** Samples while `work` runs; answers the functions that took most by themselves, in milliseconds, dearest first. */
export async function profiled(session: CDPSession, work: () => Promise<unknown>): Promise<string> {
  await session.send('Profiler.enable');
  await session.send('Profiler.setSamplingInterval', { interval: 200 });
  await session.send('Profiler.start');
  const before = await metrics(session);
  await work();
  const after = await metrics(session);
  const { profile } = await session.send('Profiler.stop');
  const nodes = new Map((profile.nodes as Node[]).map((node) => [node.id, node]));
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  const parents = new Map<number, number>();
  for (const node of nodes.values()) for (const child of node.children ?? []) parents.set(child, node.id);
  const nameOf = ({ callFrame: { functionName, url, lineNumber } }: Node) =>
    `${functionName || '(anonymous)'} ${url.split('/').at(-1) ?? ''}:${lineNumber + 1}`;
  for (const [index, id] of (profile.samples ?? []).entries()) {
    const ms = (profile.timeDeltas?.[index] ?? 0) / 1000;
    const node = nodes.get(id);
    if (!node) continue;
    self.set(nameOf(node), (self.get(nameOf(node)) ?? 0) + ms);
    const seen = new Set<string>();
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const up = nodes.get(at);
      if (!up || seen.has(nameOf(up))) continue;
      seen.add(nameOf(up));
      total.set(nameOf(up), (total.get(nameOf(up)) ?? 0) + ms);
    }
  }
  const list = (of: ReadonlyMap<string, number>) =>
    [...of]
      .sort(([, a], [, b]) => b - a)
      .slice(0, SHOWN)
      .map(([name, ms]) => `${ms.toFixed(1).padStart(8)}  ${name}`)
      .join('\n');
  const split = PARTS.map(
    (name) => `${name} ${(((after.get(name) ?? 0) - (before.get(name) ?? 0)) * 1000).toFixed(0)} ms`,
  );
  return `${split.join(', ')}\nby themselves:\n${list(self)}\nwith what they call:\n${list(total)}`;
}

const PARTS = ['TaskDuration', 'ScriptDuration', 'LayoutDuration', 'RecalcStyleDuration'];

async function metrics(session: CDPSession): Promise<Map<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}
