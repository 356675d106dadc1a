/** One start of the embedded PostgreSQL: makes the cluster if there is none, runs the server, waits until it answers; used by its supervisor. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { asFolderError, diskFull, FolderError } from './data-folder.ts';
import { findProgram, MAJOR, type Program, shell, spawnAs } from './embedded-postgres-program.ts';

/** After kill -9 the dying processes of the last run refuse a new one for a moment. */
const STALE_LOCK_MS_MAX = 10_000;
/** Replay of the log after a crash: 5-8 s for 70 MB on a busy machine; the log is at most 256 MB. */
const READY_MS_MAX = 300_000;
const INIT_MS_MAX = 300_000;
const NOTES_MAX = 50;

export interface ClusterOptions {
  dataDir: string;
  /** False only for throw-away clusters of tests: no fsync anywhere. */
  durable: boolean;
  connectionsMax: number;
}

export interface RunningCluster {
  url: string;
  /** Of the postmaster. */
  pid: number;
  /** Settles when the postmaster is gone, with the reason; never rejects. */
  exited: Promise<ClusterExit>;
  /** Clean stop: sessions end, a checkpoint is written. Harder signals follow when that takes too long. */
  stop(): Promise<void>;
}

export interface ClusterExit {
  diskFull: boolean;
  /** SQLSTATE and text of the server's last words; its log level leaves out statements and row values. */
  reason: string;
}

/** Starts the cluster of the data folder, which the caller has claimed. Throws FolderError. */
export async function startCluster(options: ClusterOptions): Promise<RunningCluster> {
  const clusterDir = join(options.dataDir, 'postgres');
  checkCluster(clusterDir, options.dataDir);
  const program = asFolderError(options.dataDir, () => findProgram(options.dataDir, clusterDir));
  if (!existsSync(join(clusterDir, 'PG_VERSION'))) await makeCluster(program, clusterDir, options);
  const giveUpAt = performance.now() + STALE_LOCK_MS_MAX;
  while (true) {
    const running = run(program, clusterDir, options);
    const exit = await readyOrExit(running);
    if (exit === null) return running;
    if (exit.diskFull) throw diskFull(options.dataDir, new Error(exit.reason));
    // F0001: the lock file or the shared memory of an earlier postmaster.
    if (!exit.reason.startsWith('F0001'))
      throw new FolderError('start', `The database in ${options.dataDir} did not start: ${exit.reason}`);
    if (performance.now() > giveUpAt && !removeStaleLock(clusterDir)) throw stillRunning(options.dataDir, clusterDir);
    await wait(200);
  }
}

/** Refuses a folder that another major version wrote, or that is not a cluster at all, before anything in it is touched. */
function checkCluster(clusterDir: string, dataDir: string): void {
  if (!existsSync(clusterDir)) return;
  const versionFile = join(clusterDir, 'PG_VERSION');
  if (!existsSync(versionFile)) {
    if (readdirSync(clusterDir).length === 0) return;
    throw new FolderError(
      'foreign',
      `${clusterDir} holds files but no database. Move them away, or set DATA_DIR to another folder.`,
    );
  }
  const version = asFolderError(dataDir, () => readFileSync(versionFile, 'utf8').trim());
  if (version !== String(MAJOR))
    throw new FolderError(
      'version',
      `The database in ${clusterDir} was written by PostgreSQL ${version}; this program runs PostgreSQL ${MAJOR}. ` +
        `Carry it over with pg_dump of PostgreSQL ${version}, or set DATA_DIR to a new folder.`,
    );
}

/** initdb into a sibling that is renamed when complete, so that a killed first start leaves nothing that looks like a database. */
async function makeCluster(program: Program, clusterDir: string, options: ClusterOptions): Promise<void> {
  const { dataDir } = options;
  for (const name of readdirSync(dataDir))
    if (name.startsWith('postgres.new-')) rmSync(join(dataDir, name), { recursive: true, force: true });
  const draft = asFolderError(dataDir, () => mkdtempSync(join(dataDir, 'postgres.new-')));
  const { uid, gid } = program.identity;
  if (uid !== undefined && gid !== undefined) chownSync(draft, uid, gid);
  const [command, args] = shell(program, 'exec "$@"', [
    join(program.bin, 'initdb'),
    ...['-D', draft, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--wal-segsize=4'],
    // The same order of text on every machine, whatever its locale.
    ...['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(options.durable ? [] : ['--no-sync']),
  ]);
  const child = spawn(command, args, { ...spawnAs(program), stdio: ['ignore', 'pipe', 'pipe'], timeout: INIT_MS_MAX });
  let said = '';
  for (const out of [child.stdout, child.stderr])
    out.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-8_000);
    });
  const status = await new Promise<number | string>((done) => {
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code ?? String(signal)));
  });
  if (status === 0) return asFolderError(dataDir, () => renameSync(draft, clusterDir));
  rmSync(draft, { recursive: true, force: true });
  if (tellsDiskFull(said)) throw diskFull(dataDir, new Error(said));
  throw new FolderError('start', `No database could be made in ${dataDir} (${status}): ${said.trim().slice(-500)}`);
}

const tellsDiskFull = (text: string): boolean =>
  /No space left on device|Disk quota exceeded|File too large/.test(text);

/**
 * The shell becomes the postmaster; a detached cat beside it waits for the end of the pipe that only this process holds and then asks for
 * a clean stop. So a kill -9 of this process stops the database too, and Ctrl-C in the terminal does not reach the database early.
 */
const SCRIPT = `exec 3<&0 </dev/null
( ( cat; kill -INT $$ ) <&3 >/dev/null 2>&1 & )
exec 3<&-
exec "$@"`;

function run(program: Program, clusterDir: string, options: ClusterOptions): RunningCluster {
  const settings = {
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: program.runDir,
    unix_socket_permissions: '0700',
    max_connections: String(options.connectionsMax),
    shared_buffers: '64MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Errors carry row values in their DETAIL; the client that caused one gets it anyway.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_destination: 'stderr',
    logging_collector: 'off',
    log_line_prefix: '%e ',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const [command, args] = shell(program, SCRIPT, [
    join(program.bin, 'postgres'),
    ...['-D', clusterDir],
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]);
  const child = spawn(command, args, { ...spawnAs(program), detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin?.on('error', () => {}); // the reader may be gone first
  const exited = watch(child);
  return {
    url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(program.runDir)}`,
    pid: child.pid ?? 0,
    exited,
    stop: () => stop(child, exited),
  };
}

function watch(child: ChildProcess): Promise<ClusterExit> {
  const notes: string[] = [];
  let full = false;
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, state, level, text] = /^(\w{5}) (LOG|FATAL|PANIC): +(.*)$/.exec(line) ?? [];
      // Without a level: the shell or the loader complains before PostgreSQL is there. DETAIL and STATEMENT lines are left out.
      if (level === undefined && notes.length > 0) return;
      full ||= state === '53100' || ((level === 'FATAL' || level === 'PANIC') && tellsDiskFull(line));
      notes.push(level === undefined ? line : level === 'LOG' ? `LOG ${text}` : `${state} ${text}`);
      if (notes.length > NOTES_MAX) notes.shift();
    });
  return new Promise((done) => {
    const finish = (how: string) => {
      child.stdin?.destroy();
      const last = notes.findLast((note) => !note.startsWith('LOG ')) ?? notes.at(-1);
      done({ diskFull: full, reason: last === undefined ? how : `${last} (${how})` });
    };
    child.once('error', (error) => finish(error.message));
    // 'close' comes after the last line of the log was read.
    child.once('close', (code, signal) => finish(signal ?? `exit ${code}`));
  });
}

/** Null once the server answers a query; else why it ended. */
async function readyOrExit(running: RunningCluster): Promise<ClusterExit | null> {
  const giveUpAt = performance.now() + READY_MS_MAX;
  let exit: ClusterExit | null = null;
  void running.exited.then((value) => {
    exit = value;
  });
  while (exit === null) {
    if (await answers(running.url)) return null;
    if (performance.now() > giveUpAt) {
      await running.stop();
      return { diskFull: false, reason: `no answer within ${READY_MS_MAX / 1000} s` };
    }
    await Promise.race([running.exited, wait(40)]);
  }
  return exit;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

const CLEAN_STOP_MS_MAX = 20_000;
const QUICK_STOP_MS_MAX = 5_000;

async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  const gone = exited.then(() => true);
  child.stdin?.end();
  if (await Promise.race([gone, wait(CLEAN_STOP_MS_MAX, false, { ref: false })])) return;
  child.kill('SIGQUIT'); // without a checkpoint; the log is replayed at the next start
  if (await Promise.race([gone, wait(QUICK_STOP_MS_MAX, false, { ref: false })])) return;
  child.kill('SIGKILL');
  await gone;
}

/**
 * A postmaster.pid may name a process that has nothing to do with it, as pids repeat in containers; then it is removed. The caller holds
 * the folder's lock, and PostgreSQL itself still refuses while processes of an earlier run hold the shared memory.
 */
function removeStaleLock(clusterDir: string): boolean {
  const pid = postmasterPid(clusterDir);
  if (pid === null) return true;
  let home: string | null = null;
  try {
    home = readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    if (process.platform !== 'linux') return false;
  }
  if (home === clusterDir) return false;
  rmSync(join(clusterDir, 'postmaster.pid'), { force: true });
  return true;
}

function postmasterPid(clusterDir: string): number | null {
  try {
    return Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[0]) || null;
  } catch {
    return null;
  }
}

const stillRunning = (dataDir: string, clusterDir: string): FolderError =>
  new FolderError(
    'owned',
    `A PostgreSQL that this program did not start runs on ${dataDir} (process ${postmasterPid(clusterDir)}). ` +
      `Stop it with: kill -INT ${postmasterPid(clusterDir)}`,
  );
