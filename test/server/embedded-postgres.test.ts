import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { sessionSecret } from '#server/data-folder.ts';
import { type Embedded, type EmbeddedOptions, type EmbeddedStatus, startEmbedded } from '#server/embedded-postgres.ts';
import { type Child, type ChildOptions, ordinaryUser, runChild } from '../support/child.ts';
import { smallDisk } from '../support/disk.ts';
import { isAlive } from '../support/postgres.ts';

const CHILD = 'embedded-child.ts';
const root = mkdtempSync(join(tmpdir(), 'lode-launcher-'));
chmodSync(root, 0o755);
const made = join(root, 'made');
let count = 0;

// One database is made here and copied for each test: making one takes four times as long as opening it.
beforeAll(async () => {
  const embedded = await startEmbedded({ dataDir: made });
  await query(embedded.url, 'CREATE TABLE kept (n int)');
  await query(embedded.url, 'INSERT INTO kept VALUES (42)');
  await embedded.stop();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const emptyFolder = (): string => join(root, `d${count++}`);

function copiedFolder(dir = emptyFolder()): string {
  expect(spawnSync('cp', ['-a', made, dir]).status).toBe(0);
  return dir;
}

async function start(options: EmbeddedOptions): Promise<Embedded> {
  const embedded = await startEmbedded(options);
  onTestFinished(() => embedded.stop());
  return embedded;
}

function child(dir: string, mode: 'idle' | 'write', options: ChildOptions = {}): Child {
  const running = runChild(CHILD, [dir, mode], options);
  onTestFinished(() => running.end());
  return running;
}

async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const kept = (url: string) => query(url, 'SELECT n FROM kept');

const messageOf = (starting: Promise<unknown>): Promise<string> =>
  starting.then(
    () => 'it started',
    (error: Error) => `${error.name}: ${error.message}`,
  );

/** A status that comes, told by the launcher itself. */
function statuses(): { onChange: (status: EmbeddedStatus) => void; next(state: string): Promise<EmbeddedStatus> } {
  const seen: EmbeddedStatus[] = [];
  let look = () => {};
  return {
    onChange: (status) => {
      seen.push(status);
      look();
    },
    next: (state) =>
      new Promise((found) => {
        look = () => {
          const at = seen.findIndex((status) => status.state === state);
          if (at >= 0) found(seen.splice(0, at + 1).at(-1) as EmbeddedStatus);
        };
        look();
      }),
  };
}

test('[DB3] the folder keeps a PostgreSQL 18 with fsync on, reached by a socket of its owner only', async () => {
  const embedded = await start({ dataDir: copiedFolder() });
  const [row] = await query(
    embedded.url,
    `SELECT current_setting('listen_addresses') AS addresses, current_setting('fsync') AS fsync,
            current_setting('server_version') AS version, current_setting('unix_socket_directories') AS folder`,
  );
  expect(row).toMatchObject({ addresses: '', fsync: 'on', version: expect.stringMatching(/^18\./) });
  expect(statSync(String(row?.folder)).mode & 0o777).toBe(0o700);
  expect(await kept(embedded.url)).toEqual([{ n: 42 }]);
  // A process group of its own: Ctrl-C in the terminal does not reach it before the server's last write.
  const { pid } = embedded.status() as { pid: number };
  expect(Number(spawnSync('ps', ['-o', 'pgid=', '-p', `${pid}`], { encoding: 'utf8' }).stdout)).toBe(pid);
});

test('[DB4] kill -9 of the server while it writes loses no acknowledged row, and the database stops with it', async () => {
  const dataDir = copiedFolder();
  const writing = child(dataDir, 'write');
  await writing.line('acked', (n: number) => n >= 20);
  const { ready } = (await writing.line('ready')) as { ready: { status: { pid: number } } };
  await writing.kill('SIGKILL');
  await expect.poll(() => isAlive(ready.status.pid), { timeout: 10_000 }).toBe(false);
  const acked = writing.lines.filter((line) => 'acked' in line).length;
  const again = await start({ dataDir });
  const [row] = await query(again.url, 'SELECT count(*)::int AS rows, max(n)::int AS last FROM acked');
  expect(row?.rows).toBe(row?.last);
  expect(row?.rows).toBeGreaterThanOrEqual(acked);
});

test('[DB5] a database that is killed is noticed, started again and reached by the same pool; so is one whose session is killed', async () => {
  const status = statuses();
  const embedded = await start({ dataDir: copiedFolder(), onChange: status.onChange });
  const pool = new pg.Pool({ connectionString: embedded.url, max: 2 });
  pool.on('error', () => {});
  onTestFinished(() => pool.end());
  const before = embedded.status();
  expect(before.state).toBe('ready');
  if (before.state === 'ready') process.kill(before.pid, 'SIGKILL');
  expect(await status.next('restarting')).toMatchObject({ attempts: 1, reason: 'SIGKILL', diskFull: false });
  expect(await status.next('ready')).not.toEqual(before);
  const { rows } = await pool.query('SELECT pg_backend_pid() AS pid');
  process.kill(rows[0].pid, 'SIGKILL');
  // PostgreSQL replays by itself after that, and for a moment refuses everybody.
  await expect.poll(() => kept(embedded.url).catch(() => null), { timeout: 20_000 }).toEqual([{ n: 42 }]);
  expect((await pool.query('SELECT n FROM kept')).rows).toEqual([{ n: 42 }]);
  expect(embedded.status().state).toBe('ready');
});

test('[DB6] a lock file left behind is overcome, even when its number now belongs to another process', async () => {
  const dataDir = copiedFolder();
  const { uid, gid } = statSync(join(dataDir, 'postgres'));
  const other = spawn('sleep', ['60'], { ...(process.getuid?.() === 0 ? { uid, gid } : {}), cwd: '/' });
  onTestFinished(() => void other.kill());
  const lock = join(dataDir, 'postgres', 'postmaster.pid');
  writeFileSync(lock, `${other.pid}\n${join(dataDir, 'postgres')}\n1700000000\n5432\n\n*\n`, { mode: 0o600 });
  if (process.getuid?.() === 0) chownSync(lock, uid, gid);
  const embedded = await start({ dataDir });
  expect(await kept(embedded.url)).toEqual([{ n: 42 }]);
});

test('[DB7] a second process on the folder is refused with the folder, the process that has it and the remedy; the first goes on', async () => {
  const dataDir = copiedFolder();
  const first = child(dataDir, 'idle');
  const { ready } = (await first.line('ready')) as { ready: { url: string } };
  const lock = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8');
  const message = await messageOf(startEmbedded({ dataDir }));
  expect(message).toContain(`FolderError: The data folder ${dataDir} is in use by process ${first.process.pid} on`);
  expect(message).toContain('Stop that process, or set DATA_DIR to another folder.');
  expect(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).toBe(lock);
  expect(await kept(ready.url)).toEqual([{ n: 42 }]);
});

test('[DB8] a folder that cannot be written is named with the user and the remedy', async () => {
  const user = ordinaryUser();
  const dataDir = user.uid === undefined && process.getuid?.() === 0 ? '/proc/sys' : emptyFolder();
  mkdirSync(dataDir, { recursive: true });
  if (dataDir !== '/proc/sys') chmodSync(dataDir, 0o555);
  const { failed } = (await child(dataDir, 'idle', user).line('failed')) as {
    failed: { message: string; code: string };
  };
  expect(failed.code).toBe('readOnly');
  expect(failed.message).toContain(`The data folder ${dataDir} cannot be written by user`);
  expect(failed.message).toContain('Mount it writable or give it to that user, or set DATA_DIR to another folder.');
});

test('[DB9] a first start that was killed half-way leaves nothing in the way of the next', async () => {
  const dataDir = emptyFolder();
  mkdirSync(dataDir, { mode: 0o711 });
  const half = new Promise<void>((begun) => {
    const watcher = watch(dataDir, (_, name) => {
      if (!name?.startsWith('postgres.new-')) return;
      watcher.close();
      begun();
    });
  });
  const killed = child(dataDir, 'idle');
  await half;
  await killed.kill('SIGKILL');
  expect(existsSync(join(dataDir, 'postgres'))).toBe(false);
  const embedded = await start({ dataDir });
  expect(await query(embedded.url, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
  expect(readdirSync(dataDir).filter((name) => name.startsWith('postgres'))).toEqual(['postgres']);
});

test('[DB10] a database of another major version, and a folder that holds something else, are refused untouched', async () => {
  const dataDir = copiedFolder();
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
  expect(await messageOf(startEmbedded({ dataDir }))).toMatch(
    /was written by PostgreSQL 17; this program runs PostgreSQL 18\. Carry it over/,
  );
  const other = emptyFolder();
  mkdirSync(join(other, 'postgres'), { recursive: true });
  writeFileSync(join(other, 'postgres', 'letter.txt'), 'mine');
  expect(await messageOf(startEmbedded({ dataDir: other }))).toContain('holds files but no database. Move them away');
  expect(readFileSync(join(other, 'postgres', 'letter.txt'), 'utf8')).toBe('mine');
});

test('[DB11] the database never has the powers of root, not even in a folder that only root may enter; an ordinary user runs it too', async () => {
  const closed = join(root, 'closed');
  mkdirSync(closed, { mode: 0o700 });
  const user = ordinaryUser();
  const own = copiedFolder();
  if (process.getuid?.() === 0) spawnSync('chown', ['-R', `${user.uid ?? 0}:${user.uid ?? 0}`, own]);
  const started = [
    child(copiedFolder(), 'idle'),
    child(copiedFolder(join(closed, 'data')), 'idle'),
    child(own, 'idle', user),
  ];
  for (const one of started) {
    const { ready } = (await one.line('ready')) as { ready: { url: string; status: { pid: number } } };
    expect(await kept(ready.url)).toEqual([{ n: 42 }]);
    expect(isRoot(ready.status.pid)).toBe(false);
  }
});

/** Root of a user namespace of its own has no power outside it. */
function isRoot(pid: number): boolean {
  const uid = /^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return uid === '0' && readlinkSync(`/proc/${pid}/ns/user`) === readlinkSync('/proc/self/ns/user');
}

test('[DB12] a folder whose path is too long for a socket, or odd, works all the same', async () => {
  const dataDir = copiedFolder(join(root, `${'long'.repeat(25)}, "odd": it's`));
  const embedded = await startEmbedded({ dataDir });
  expect(await kept(embedded.url)).toEqual([{ n: 42 }]);
  const folder = new URL(embedded.url).searchParams.get('host') ?? '';
  expect(folder.length).toBeLessThan(100);
  await embedded.stop();
  expect(existsSync(folder)).toBe(false);
});

test('[DB13] a database folder that vanishes under a running server is never replaced by an empty one', async () => {
  const status = statuses();
  const dataDir = copiedFolder();
  const embedded = await start({ dataDir, onChange: status.onChange });
  const cluster = join(dataDir, 'postgres');
  renameSync(cluster, `${cluster}.away`);
  const { pid } = embedded.status() as { pid: number };
  process.kill(pid, 'SIGKILL');
  await status.next('restarting');
  expect(await status.next('restarting')).toMatchObject({
    reason: `The database in ${dataDir} is gone. Bring the folder back.`,
  });
  expect(existsSync(cluster)).toBe(false);
  renameSync(`${cluster}.away`, cluster);
  await status.next('ready');
  expect(await kept(embedded.url)).toEqual([{ n: 42 }]);
});

test('[DB14] a full disk is named with the folder at the first start; under a running server it is noticed and survived', async () => {
  const disk = smallDisk(join(root, 'disk'));
  onTestFinished(disk.remove);
  disk.fill();
  const { failed } = (await child(disk.folder, 'idle', disk.options()).line('failed')) as {
    failed: { message: string };
  };
  expect(failed.message).toBe(
    `The disk of the data folder ${disk.folder} is full. Free space on it; nothing acknowledged is lost.`,
  );
  disk.free();
  expect(spawnSync('cp', ['-a', `${made}/.`, disk.folder]).status).toBe(0);
  const server = child(disk.folder, 'write', disk.options());
  const { ready } = (await server.line('ready')) as { ready: { url: string; status: { pid: number } } };
  await server.line('acked', (n: number) => n >= 3);
  disk.fill(server.process.pid, ready.status.pid);
  await server.line('status', (status: { state: string; diskFull?: boolean }) => status.diskFull === true);
  const acked = server.lines.filter((line) => 'acked' in line).length;
  disk.free(server.process.pid);
  await server.line('status', (status: { state: string }) => status.state === 'ready');
  await server.line('acked', (n: number) => n >= acked + 3);
  const [row] = await query(ready.url, 'SELECT count(*)::int AS rows, max(n)::int AS last FROM acked');
  expect(row?.rows).toBe(row?.last);
  expect(row?.rows).toBeGreaterThanOrEqual(acked + 3);
});

test('[DB15] the secret of sessions is made once, for its owner only, and stays', async () => {
  const embedded = await start({ dataDir: copiedFolder() });
  const secret = sessionSecret(embedded.claim);
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(sessionSecret(embedded.claim)).toBe(secret);
  expect(statSync(join(embedded.claim.dir, 'session-secret')).mode & 0o777).toBe(0o600);
});
