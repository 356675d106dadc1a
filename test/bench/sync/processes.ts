/** Starts the servers that are measured, each as a process of its own on a core of its own, and sees that none outlives the bench. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { pinned, residentBytes, usedNs } from './usage.ts';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MEASURED = fileURLToPath(new URL('measured.ts', import.meta.url));
/** Our server migrates and loads before it is ready; the machine may be busy. */
const START_MS_MAX = 120_000;
const STOP_MS_MAX = 30_000;

export interface Program {
  /** Path of the program, and its arguments. */
  command: string[];
  env?: Record<string, string>;
  /** Folder for a CPU profile, written when the server stops. */
  profile?: string | undefined;
  core: number | null;
}

/** What a server holds after everything unused was freed. */
export interface Memory {
  residentBytes: number;
  /** In use by the program: objects, and buffers outside of the heap. */
  liveBytes: number;
}

export interface Measured {
  pid: number;
  port: number;
  usedNs(): number;
  memory(): Promise<Memory>;
  /** Ends it as an operator would; as a crash would when that takes too long. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

const running = new Set<ChildProcess>();

/** For the end of the bench, also by Ctrl+C or an error. */
export function killAll(): void {
  for (const child of running) child.kill('SIGKILL');
}

/** The server prints `running at http://HOST:PORT` when it is ready. */
export async function launch({ command, env, profile, core }: Program): Promise<Measured> {
  const [file = '', ...args] = [
    ...pinned(core),
    ...[process.execPath, '--no-warnings', '--expose-gc', '--import', MEASURED],
    ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
    ...command,
  ];
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  const gone = once(child, 'exit').then(() => running.delete(child));
  const port = await portOf(child, command.join(' '));
  // taskset becomes the program that it starts, so this is the server's.
  const pid = child.pid ?? 0;
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal);
    await gone;
  };
  return {
    pid,
    port,
    usedNs: () => usedNs(pid),
    async memory() {
      const freed = once(child, 'message');
      child.send('free');
      const [{ liveBytes }] = await freed;
      return { residentBytes: residentBytes(pid), liveBytes };
    },
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS_MAX);
      await end('SIGTERM');
      clearTimeout(timer);
    },
    kill: () => end('SIGKILL'),
  };
}

const WORDS_MAX = 40;

function portOf(child: ChildProcess, name: string): Promise<number> {
  const words: string[] = [];
  return new Promise((ready, fail) => {
    const giveUp = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      fail(new Error(`${name} ${why}:\n${words.join('\n')}`));
    };
    const timer = setTimeout(() => giveUp('was not ready in time'), START_MS_MAX);
    const hear = (line: string) => {
      if (words.push(line) > WORDS_MAX) words.shift();
      const port = /running at http:\/\/[^\s/]+:(\d+)/.exec(line)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      ready(Number(port));
    };
    for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', hear);
    child.once('error', (error) => giveUp(`did not start, ${error.message}`));
    child.once('exit', () => giveUp('ended'));
  });
}
