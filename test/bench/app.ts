/** `npm run bench:app`: what a person waits for, on the demo, each figure beside a floor of the same run. Prints one table; no test depends on it. */
import { performance } from 'node:perf_hooks';
import { Town } from '../support/people.ts';
import { removeFolder, signIn, startServer, temporaryFolder } from '../support/server.ts';

const EDITS = 30;
const median = (values: number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const rows: { name: string; value: string; floor: string }[] = [];
const ms = (value: number) => `${value.toFixed(0)} ms`;

const dataDir = temporaryFolder();
await (await startServer({}, dataDir)).stop();
const startedAt = performance.now();
const server = await startServer({}, dataDir);
rows.push({ name: 'ready on an existing folder', value: ms(performance.now() - startedAt), floor: '' });

const town = await Town.found();
try {
  /** Main-thread time of a fresh page, from the browser's own counters. */
  const cost = async (path: string): Promise<{ taskMs: number; scriptKb: number }> => {
    const person = await town.person('Imani Okafor');
    await person.signIn(server.origin);
    await person.page.goto('about:blank');
    const session = await person.context.newCDPSession(person.page);
    await session.send('Performance.enable');
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    const task = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * 1000;
    };
    const before = await task();
    await person.page.goto(server.origin + path, { waitUntil: 'networkidle' });
    const found = { taskMs: (await task()) - before, scriptKb: bytes / 1024 };
    await person.context.close();
    return found;
  };
  const member = await signIn(server.origin, 'imani@tamarind-ridge.example', 'sample-demo-2027');
  const pools: { id: string; name: string }[] = (await member.call('GET', '/api/v1/pools')).body;
  const yttrium = pools.find(({ name }) => name.startsWith('Yttrium'))?.id ?? '';
  const page = await cost(`/pools/${yttrium}/demand`);
  const docs = await cost('/api/docs');
  rows.push({
    name: 'first open of the demand page, main thread',
    value: ms(page.taskMs),
    floor: `${ms(docs.taskMs)} (a page without script)`,
  });

  const [imani, tomas] = [await town.person('Imani Okafor'), await town.person('Tomas Lindqvist')];
  for (const person of [imani, tomas]) {
    await person.signIn(server.origin);
    await person.page.goto(`${server.origin}/pools/${yttrium}/demand`);
    await person.cell(1, 'note').waitFor();
  }
  const seen: number[] = [];
  const trips: number[] = [];
  for (let n = 0; n < EDITS; n++) {
    const arrived = tomas
      .cell(1, 'note')
      .filter({ hasText: `edit ${n};` })
      .waitFor();
    await imani.cell(1, 'note').click();
    await imani.page.keyboard.type(`edit ${n};`);
    const at = performance.now();
    await imani.page.keyboard.press('Enter');
    await arrived;
    seen.push(performance.now() - at);
    const asked = performance.now();
    await member.call('GET', '/api/health');
    trips.push(performance.now() - asked);
  }
  rows.push({
    name: `an edit seen by a second browser, median of ${EDITS}`,
    value: ms(median(seen)),
    floor: `${ms(median(trips))} (one HTTP round trip)`,
  });

  const admin = await signIn(server.origin, 'beatriz@convening.example', 'sample-demo-2027');
  const times: number[] = [];
  for (const { id } of pools) {
    for (const from of ['collect', 'review', 'offers'])
      await admin.call('POST', `/api/v1/pools/${id}/advance`, { from });
    const { body: run } = await admin.call('POST', `/api/v1/pools/${id}/runs`, {});
    for (;;) {
      const { body } = await admin.call('GET', `/api/v1/pools/${id}/runs`);
      const ended = body.find(
        (one: { id: string; endedAt: string | null }) => one.id === run.id && one.endedAt !== null,
      );
      if (ended) {
        times.push(Date.parse(ended.endedAt) - Date.parse(ended.startedAt));
        break;
      }
    }
  }
  rows.push({
    name: `match of a demo pool, median of ${times.length} / slowest`,
    value: `${ms(median(times))} / ${ms(Math.max(...times))}`,
    floor: '',
  });
} finally {
  await town.leave();
  await server.stop();
  removeFolder(dataDir);
}
for (const { name, value, floor } of rows) console.log(`| ${name} | ${value} | ${floor} |`);
