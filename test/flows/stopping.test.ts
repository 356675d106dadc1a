/** What people and the log have when the server is told to stop while they type, also when its database has gone silent. */
import { execFileSync } from 'node:child_process';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { DEMO_PASSWORD, demoPeople } from '#seeds/demo.ts';
import { CLOSE, retryDelayMs, SYNC_PATH } from '../../protocol/rooms.ts';
import { readRows } from '../../protocol/sheet-doc.ts';
import { removeFolder, type ServerProcess, signIn, startServer, temporaryFolder } from '../support/server.ts';
import { Writer } from '../support/writer.ts';

const MINUTES = 60_000;
const dataDir = temporaryFolder();
afterAll(() => removeFolder(dataDir));

const NAME = 'Imani Okafor';
const SHUTDOWN_SECONDS = 6;
/** A loaded machine takes a while to begin, and to end a process. */
const SLACK_MS = 3_000;

async function imani(server: ServerProcess) {
  const person = demoPeople().find(({ name }) => name === NAME);
  const client = await signIn(server.origin, person?.email, DEMO_PASSWORD);
  const { body: pools } = await client.call('GET', '/api/v1/pools');
  const pool = pools.find(({ name }: { name: string }) => name.startsWith('Titanium'));
  const { body } = await client.call('GET', `/api/v1/pools/${pool.id}`);
  const { body: me } = await client.call('GET', '/api/v1/me');
  return {
    cookie: client.cookie,
    sheetId: body.sheets[0].id as string,
    organizationId: me.person.organizationId as string,
  };
}

async function started(): Promise<ServerProcess> {
  const server = await startServer({ SHUTDOWN_SECONDS: String(SHUTDOWN_SECONDS) }, dataDir);
  onTestFinished(() => server.stop());
  return server;
}

type Seat = Awaited<ReturnType<typeof imani>>;

const writerAt = (server: ServerProcess, seat: Seat, name: string): Writer =>
  new Writer({ ...seat, name, origins: () => [server.origin] });

/** Somebody who only reads; `closed` is how the server ends it. */
async function reader(
  server: ServerProcess,
  { cookie, sheetId }: Seat,
): Promise<{ closed: Promise<[number, string]> }> {
  const socket = new WebSocket(`${server.origin.replace('http', 'ws')}${SYNC_PATH}/${sheetId}?ack=1`, {
    headers: { cookie },
  });
  const closed = new Promise<[number, string]>((done) =>
    socket.on('close', (code, reason) => done([code, String(reason)])),
  );
  await new Promise((heard) => socket.once('message', heard));
  return { closed };
}

/** Programs of the database that the server started. */
function databaseOf({ process: { pid } }: ServerProcess): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const below = (parent: number): number[] =>
    rows.flatMap(([child = 0, its]) => (its === parent ? [child, ...below(child)] : []));
  return below(pid ?? 0);
}

const signalAll = (pids: readonly number[], signal: NodeJS.Signals): void => {
  for (const pid of pids)
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended meanwhile.
    }
};

async function typing(server: ServerProcess, seat: Seat, name: string): Promise<{ writer: Writer; stop(): void }> {
  const writer = writerAt(server, seat, name);
  await expect.poll(() => writer.isSynced, { timeout: 20_000 }).toBe(true);
  const timer = setInterval(() => writer.write(), 10);
  await expect.poll(() => writer.acknowledged.size, { timeout: 20_000 }).toBeGreaterThan(10);
  return {
    writer,
    stop() {
      clearInterval(timer);
      writer.end();
    },
  };
}

async function rowsIn(server: ServerProcess, seat: Seat): Promise<Set<string>> {
  const writer = writerAt(server, seat, 'witness');
  await expect.poll(() => writer.isSynced, { timeout: 20_000 }).toBe(true);
  const rows = new Set(readRows(writer.doc).keys());
  writer.end();
  return rows;
}

test('[FL10] a server that is told to stop while people type has stored what it acknowledged, and tells each when to come back', {
  timeout: 5 * MINUTES,
}, async () => {
  let server = await started();
  const seat = await imani(server);
  const readers = await Promise.all([1, 2, 3].map(() => reader(server, seat)));
  const { writer, stop } = await typing(server, seat, 'ordinary');
  const begunAtMs = performance.now();
  await server.stop();
  expect(performance.now() - begunAtMs).toBeLessThan(1000 * SHUTDOWN_SECONDS);
  expect(server.process.exitCode).toBe(0);
  stop();
  const ends = await Promise.all(readers.map(({ closed }) => closed));
  expect(ends.map(([code]) => code)).toEqual([CLOSE.retry, CLOSE.retry, CLOSE.retry]);
  expect(new Set(ends.map(([, reason]) => retryDelayMs(reason))).size).toBeGreaterThan(1);
  expect(writer.closings[0]).toBe(CLOSE.retry);

  server = await started();
  const rows = await rowsIn(server, await imani(server));
  expect([...writer.acknowledged].filter((line) => !rows.has(line))).toEqual([]);
});

test('[FL11] a server whose database has gone silent still ends within its time; nothing it acknowledged is lost', {
  timeout: 5 * MINUTES,
}, async () => {
  let server = await started();
  const seat = await imani(server);
  const readers = await Promise.all([1, 2, 3].map(() => reader(server, seat)));
  const { writer, stop } = await typing(server, seat, 'silent');
  const database = databaseOf(server);
  expect(database.length).toBeGreaterThan(1);
  signalAll(database, 'SIGSTOP');
  try {
    // Some edits are under way, and will not be answered.
    await expect.poll(() => writer.written.length - writer.acknowledged.size).toBeGreaterThan(10);
    const begunAtMs = performance.now();
    await server.stop();
    expect(performance.now() - begunAtMs).toBeLessThan(1000 * SHUTDOWN_SECONDS + SLACK_MS);
  } finally {
    signalAll(database, 'SIGCONT');
    stop();
  }
  const ends = await Promise.all(readers.map(({ closed }) => closed));
  expect(ends.map(([code]) => code)).toEqual([CLOSE.retry, CLOSE.retry, CLOSE.retry]);
  for (const [, reason] of ends) expect(retryDelayMs(reason)).not.toBeNull();

  server = await started();
  const rows = await rowsIn(server, await imani(server));
  expect([...writer.acknowledged].filter((line) => !rows.has(line))).toEqual([]);
});
