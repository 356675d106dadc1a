/** Runs a TypeScript program of test/support in a process of its own and reads its JSON lines; for tests of kills, users and folders. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export type Line = Record<string, unknown>;

export interface Child {
  process: ChildProcess;
  /** Every line so far. */
  lines: Line[];
  /** The first line, past or coming, that has the key and satisfies the claim. Rejects when the process ends before. */
  line(key: string, claim?: (value: never) => boolean): Promise<Line>;
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends its input, at which it stops in order. */
  end(): Promise<void>;
}

export interface ChildOptions {
  uid?: number;
  /** Command put before, such as a limit or a namespace. */
  before?: string[];
}

export function runChild(program: string, args: string[], options: ChildOptions = {}): Child {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const [command = '', ...rest] = [...(options.before ?? []), process.execPath, '--no-warnings', file, ...args];
  const { uid } = options;
  const child = spawn(command, rest, {
    stdio: ['pipe', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid, cwd: '/' }),
  });
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const turn = () => {
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    lines.push(JSON.parse(text));
    turn();
  });
  let ended = false;
  const over = once(child, 'close').then(() => {
    ended = true;
    turn();
  });
  return {
    process: child,
    lines,
    line: (key, claim = () => true) =>
      new Promise((found, failed) => {
        const look = () => {
          const line = lines.find((one) => key in one && claim(one[key] as never));
          if (!line && !ended) return;
          waiting.delete(look);
          if (line) found(line);
          else failed(new Error(`ended without '${key}': ${JSON.stringify(lines.slice(-3))}`));
        };
        waiting.add(look);
        look();
      }),
    kill: async (signal) => {
      child.kill(signal);
      await over;
    },
    end: async () => {
      child.stdin.end();
      await over;
    },
  };
}

/** An ordinary user for a child: nobody when we are root and nobody may read the program, else whoever we are. */
export function ordinaryUser(): ChildOptions {
  if (process.getuid?.() !== 0) return {};
  const readable = spawnSync(
    process.execPath,
    ['-e', 'require("node:fs").readFileSync(process.argv[1])', fileURLToPath(import.meta.url)],
    {
      uid: 65_534,
      gid: 65_534,
      cwd: '/',
    },
  );
  // Where others may not enter, root's files seen through a user namespace are the files of an ordinary user too.
  return readable.status === 0
    ? { uid: 65_534 }
    : { before: ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'] };
}
