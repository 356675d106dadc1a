/** One run of the embedded PostgreSQL: started, waited for until it answers, watched and stopped; used by its supervisor. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { diskFull, FolderError, tellsDiskFull } from './data-folder.ts';
import { clusterIn, postmasterPid, removeStaleLock } from './embedded-postgres-cluster.ts';
import { type Program, STOP_AT_END_OF_PIPE, shell, spawnAs } from './embedded-postgres-program.ts';

/** After kill -9 the dying processes of the last run refuse a new one for a moment. */
const STALE_LOCK_MS_MAX = 10_000;
/** Replay of the log after a crash: 5-8 s for 70 MB on a busy machine; the log is at most 256 MB. */
const READY_MS_MAX = 300_000;

export interface RunOptions {
  dataDir: string;
  /** False only for throw-away clusters of tests: no fsync anywhere. */
  durable: boolean;
  connectionsMax: number;
  /** Gives up and stops what was started. */
  signal: AbortSignal;
}

export interface Run {
  /** Of the postmaster. */
  pid: number;
  /** Settles when the postmaster is gone, with the reason; never rejects. */
  exited: Promise<Exit>;
  /** Clean stop: sessions end, a checkpoint is written. Harder signals follow when that takes too long. */
  stop(): Promise<void>;
}

export interface Exit {
  diskFull: boolean;
  /** SQLSTATE and text of the server's last words; its log level leaves out statements and row values. */
  reason: string;
}

export const addressOf = (program: Program): string => addressIn(program.runDir);

/** Address of the database whose socket is in the folder. */
export const addressIn = (runDir: string): string =>
  `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(runDir)}`;

/** Runs the cluster of the data folder, which the caller has claimed, and returns once it answers. Throws FolderError. */
export async function startRun(program: Program, options: RunOptions): Promise<Run> {
  const { dataDir } = options;
  const giveUpAt = performance.now() + STALE_LOCK_MS_MAX;
  while (true) {
    const run = launch(program, options);
    const exit = await readyOrExit(run, addressOf(program), options.signal);
    if (exit === null) return run;
    if (exit.diskFull) throw diskFull(dataDir, new Error(exit.reason));
    // F0001: the lock file or the shared memory of an earlier postmaster.
    if (!exit.reason.startsWith('F0001') || options.signal.aborted)
      throw new FolderError('start', `The database in ${dataDir} did not start: ${exit.reason}`);
    if (performance.now() > giveUpAt) throw stillRunning(dataDir);
    if (!removeStaleLock(dataDir)) await wait(200);
  }
}

function stillRunning(dataDir: string): FolderError {
  const pid = postmasterPid(dataDir);
  return new FolderError(
    'owned',
    `A PostgreSQL of an earlier start or of another program still runs on ${dataDir}${pid ? ` (process ${pid})` : ''}. ` +
      `Wait a moment, or stop it${pid ? ` with: kill -INT ${pid}` : ''}`,
  );
}

function launch(program: Program, options: RunOptions): Run {
  const [command, args] = shell(program, STOP_AT_END_OF_PIPE, [
    join(program.bin, 'postgres'),
    ...['-D', clusterIn(options.dataDir)],
    ...Object.entries(settings(program, options)).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ]);
  const child = spawn(command, args, { ...spawnAs(program), detached: true, stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin?.on('error', () => {}); // the reader may be gone first
  const exited = watch(child);
  return { pid: child.pid ?? 0, exited, stop: () => stop(child, exited) };
}

const settings = (program: Program, { durable, connectionsMax }: RunOptions): Record<string, string> => ({
  listen_addresses: '',
  port: '5432',
  unix_socket_directories: program.runDir,
  unix_socket_permissions: '0700',
  max_connections: String(connectionsMax),
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
  ...(durable
    ? { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' }
    : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
});

const WORDS_MAX = 20;
/** FATAL for one session only: the server is starting or stopping. */
const REFUSALS = new Set(['57P01', '57P02', '57P03']);
/** Words older than this have nothing to do with the end. */
const WORDS_AGE_MS_MAX = 10_000;
/** Backends hold the log pipe until they notice that the postmaster is gone. */
const LAST_WORDS_MS_MAX = 2_000;

function watch(child: ChildProcess): Promise<Exit> {
  const words: { at: number; text: string }[] = [];
  let isServer = false;
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      const [, state, level, text] = /^(\w{5}) (LOG|FATAL|PANIC): +(.*)$/.exec(line) ?? [];
      isServer ||= level !== undefined;
      // Before the server is there, the shell or the loader complains. Later lines without a level are DETAIL and STATEMENT.
      if (level === 'LOG' || (level === undefined && isServer) || REFUSALS.has(state ?? '')) return;
      words.push({ at: performance.now(), text: level === undefined ? line : `${state} ${text}` });
      if (words.length > WORDS_MAX) words.shift();
    });
  return new Promise((done) => {
    const finish = (how: string) => {
      child.stdin?.destroy();
      const recent = words.filter(({ at }) => performance.now() - at < WORDS_AGE_MS_MAX).map(({ text }) => text);
      const full = recent.findLast((text) => text.startsWith('53100') || tellsDiskFull(text));
      const last = full ?? recent.at(-1);
      done({ diskFull: full !== undefined, reason: last === undefined ? how : `${last} (${how})` });
    };
    child.once('error', (error) => finish(error.message));
    child.once('exit', (code, signal) => {
      const how = signal ?? `exit ${code}`;
      const timer = setTimeout(() => finish(how), LAST_WORDS_MS_MAX);
      child.once('close', () => {
        clearTimeout(timer);
        finish(how);
      });
    });
  });
}

/** Null once the server answers a query; else why it ended. */
async function readyOrExit(run: Run, url: string, signal: AbortSignal): Promise<Exit | null> {
  const giveUpAt = performance.now() + READY_MS_MAX;
  let exit: Exit | null = null;
  void run.exited.then((value) => {
    exit = value;
  });
  while (exit === null) {
    if (await answers(url)) return null;
    if (performance.now() > giveUpAt || signal.aborted) {
      await run.stop();
      return { diskFull: false, reason: signal.aborted ? 'stopped' : `no answer within ${READY_MS_MAX / 1000} s` };
    }
    await Promise.race([run.exited, wait(40)]);
  }
  return exit;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // the query that runs reports it
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

async function stop(child: ChildProcess, exited: Promise<Exit>): Promise<void> {
  const gone = exited.then(() => true);
  child.stdin?.end();
  if (await within(CLEAN_STOP_MS_MAX, gone)) return;
  child.kill('SIGQUIT'); // without a checkpoint; the log is replayed at the next start
  if (await within(QUICK_STOP_MS_MAX, gone)) return;
  child.kill('SIGKILL');
  await gone;
}

async function within(ms: number, event: Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  const late = wait(ms, false, { signal: over.signal }).catch(() => false);
  const came = await Promise.race([event, late]);
  over.abort();
  return came;
}
