/** The real server as a process of its own, on a data folder and a free port, for whole-server and browser tests; and a signed-in HTTP client. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** A first start makes the cluster, migrates and seeds; on a loaded machine that takes a while. */
const START_MS_MAX = 120_000;

export interface ServerProcess {
  origin: string;
  dataDir: string;
  process: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Ends it as an operator would. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
}

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'pool-'));

/** Throws what the server printed when it ends before it is ready. */
export async function startServer(
  env: Record<string, string> = {},
  dataDir = temporaryFolder(),
): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['server/main.ts'], {
    cwd: ROOT,
    env: { ...process.env, NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0', DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const origin = await new Promise<string>((ready, fail) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail(new Error(`the server was not ready in time:\n${output}`));
    }, START_MS_MAX);
    const hear = (line: string) => {
      output += `${line}\n`;
      const found = /is running at (http:\/\/[^\s/]+)/.exec(line)?.[1];
      if (!found) return;
      clearTimeout(timer);
      ready(found);
    };
    createInterface({ input: child.stdout }).on('line', hear);
    createInterface({ input: child.stderr }).on('line', hear);
    child.once('exit', () => {
      clearTimeout(timer);
      fail(new Error(output || 'the server ended without a word'));
    });
  });
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  return {
    origin,
    dataDir,
    process: child,
    output: () => output,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}

export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export interface Client {
  cookie: string;
  /** Answers with status and body; `body` of null means none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads any answer and says itself what it expects
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: any; headers: Headers }>;
}

/** A client that speaks the HTTP contract, signed in with mail and password; without them it is nobody. */
export async function signIn(origin: string, email?: string, password?: string): Promise<Client> {
  const client: Client = {
    cookie: '',
    async call(method, path, body) {
      const response = await fetch(origin + path, {
        method,
        headers: {
          origin,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(client.cookie && { cookie: client.cookie }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const set = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '');
      if (set.length > 0) client.cookie = set.join('; ');
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text ? parsed(text) : null };
    },
  };
  if (email !== undefined) {
    const answer = await client.call('POST', '/api/auth/sign-in/email', { email, password });
    if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
  return client;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};
