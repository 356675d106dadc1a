/** A throw-away Redis on a port of its own, without a disk. For the tests of many nodes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';

export interface RedisServer {
  url: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

export async function startRedis(program: string, port?: number, more: string[] = []): Promise<RedisServer> {
  const at = port ?? (await freePort());
  const options = ['--port', `${at}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...more];
  const child: ChildProcess = spawn(program, options, { stdio: ['ignore', 'pipe', 'ignore'], cwd: '/' });
  await new Promise<void>((ready, fail) => {
    child.once('exit', () => fail(new Error('redis-server ended at once')));
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      if (/ready to accept connections/i.test(line)) ready();
    });
  });
  // A test run that is killed must not leave it behind.
  const atExit = () => child.kill('SIGKILL');
  process.once('exit', atExit);
  return {
    url: `redis://127.0.0.1:${at}`,
    port: at,
    pid: child.pid ?? 0,
    async stop() {
      process.off('exit', atExit);
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}
