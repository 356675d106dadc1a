/** Everybody comes back at once, as after a restart. */
import { expect, test } from 'vitest';
import { CLOSE, retryDelayMs } from '../../protocol/rooms.ts';
import { readRows, rowsOf } from '../../protocol/sheet-doc.ts';
import { Queue } from '../../server/sync/queue.ts';
import { add, plain, type Setting, setting, stock } from '../support/sheet-sockets.ts';

const COMING_BACK = 300;
const AT_ONCE = 2;
const WAITING = 16;
/** Some milliseconds on a machine that is not loaded; this much says only that typing does not stand still on one that is. */
const RESPONSIVE_MS = 10_000;

/** Somebody's try after try until the server has let them in; the delays that they are told are added. */
async function comeBack(at: Setting, cookie: string, delays: number[]): Promise<void> {
  for (;;) {
    const { socket, received, ended } = await plain(at, at.sheets.maker, { cookie: `session=${cookie}` });
    const reason = new Promise<string>((done) => socket.on('close', (_code, text) => done(String(text))));
    const isIn = expect.poll(() => received.length, { timeout: 120_000 }).toBeGreaterThan(0);
    const code = await Promise.race([isIn.then(() => null), ended]);
    isIn.catch(() => {});
    if (code === null) return;
    expect(code).toBe(CLOSE.retry);
    const delayMs = retryDelayMs(await reason) ?? -1;
    delays.push(delayMs);
    // The order of things is looked at, not the time.
    await new Promise((done) => setTimeout(done, delayMs / 20));
  }
}

test('[SY44] hundreds who come back at once are let in a few at a time, nobody is refused for good, and those inside go on typing', {
  timeout: 240_000,
}, async () => {
  const at = await setting({ socketsPerActor: 1_000, joinsAtOnce: AT_ONCE, joinsWaiting: WAITING });
  const ana = stock(at, at.sheets.maker, 'ana');
  const ben = stock(at, at.sheets.maker, 'ben');
  await Promise.all([ana.synced, ben.synced]);
  add(ana.doc, 'r1', at.people.ana);
  await expect.poll(() => readRows(ben.doc).size).toBe(1);
  let isOver = false;
  const delays: number[] = [];
  // Nobody is in before the queue is full, however slowly they come.
  const door = Promise.withResolvers<void>();
  at.door = door.promise;
  const storm = Promise.all(Array.from({ length: COMING_BACK }, () => comeBack(at, 'vera', delays))).finally(() => {
    isOver = true;
  });
  const isFull = expect
    .poll(() => delays.length, { timeout: 120_000 })
    .toBeGreaterThanOrEqual(COMING_BACK - AT_ONCE - WAITING)
    .finally(door.resolve);
  const echoesMs: number[] = [];
  for (let n = 0; !isOver; n++) {
    const begunAtMs = performance.now();
    rowsOf(ana.doc).get('r1')?.set('note', `${n}`);
    await expect.poll(() => readRows(ben.doc).get('r1')?.note, { interval: 5, timeout: 20_000 }).toBe(`${n}`);
    echoesMs.push(performance.now() - begunAtMs);
  }
  await Promise.all([isFull, storm]);
  expect(Math.max(...echoesMs)).toBeLessThan(RESPONSIVE_MS);
  // Not all of them fit into the queue, and each of those was told a time of its own.
  expect(delays.length).toBeGreaterThan(0);
  expect(new Set(delays).size).toBeGreaterThan(delays.length / 2);
  expect(Math.min(...delays)).toBeGreaterThanOrEqual(500);
});

test('[SY44] whoever is let in waits for a turn, in the order in which they came', async () => {
  const queue = new Queue({ atOnce: 2, waitingMax: 3 });
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const run = (n: number) =>
    queue.run(() => {
      begun.push(n);
      return new Promise<void>((done) => ends.push(done));
    });
  const tasks = [0, 1, 2, 3, 4].map(run);
  await expect(run(5)).rejects.toThrow('too many wait');
  expect(begun).toEqual([0, 1]);
  for (let n = 0; n < tasks.length; n++) {
    ends[n]?.();
    await tasks[n];
    await Promise.resolve();
  }
  expect(begun).toEqual([0, 1, 2, 3, 4]);
});

test('[SY45] a server with as many sockets as it may have refuses a further one, and takes it once somebody left', async () => {
  const at = await setting({ sockets: 2 });
  const first = await plain(at, at.sheets.maker, { cookie: 'session=ana' });
  const second = await plain(at, at.sheets.maker, { cookie: 'session=ben' });
  await expect.poll(() => Math.min(first.received.length, second.received.length)).toBeGreaterThan(0);
  expect(await (await plain(at, at.sheets.maker, { cookie: 'session=vera' })).ended).toBe(503);
  first.socket.close();
  await first.ended;
  const again = await plain(at, at.sheets.maker, { cookie: 'session=vera' });
  await expect.poll(() => again.received.length).toBeGreaterThan(0);
});
