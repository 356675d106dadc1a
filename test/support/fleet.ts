/** Several real servers on one database with the demo workspace, and people who are signed in on all of them. For the tests of many nodes. */
import { io, type Socket } from 'socket.io-client';
import { DEMO_PASSWORD, seedDemo } from '../../seeds/demo.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
import { openDatabase } from '../../server/database.ts';
import { appendRecord } from '../../server/record.ts';
import { createSessions } from '../../server/session.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { type Client, type ServerProcess, signIn, startServer } from './server.ts';

const SECRET = 'the same secret on every node of a fleet under test';
const quiet = telemetryTo(() => {});

export interface Fleet {
  nodes: ServerProcess[];
  /** Addresses of the nodes that run. */
  origins(): string[];
  /** Kills a node as a power cut would. */
  kill(index: number): Promise<void>;
  /** Starts a node that was killed, on another port. */
  restart(index: number): Promise<void>;
  /** Signed in on the first node, and so on all of them. */
  as(email: string): Promise<Client>;
  /** The same person through another node. */
  through(index: number, client: Client): Promise<Client>;
  stop(): Promise<void>;
}

/** Fills an empty database with the demo. */
export async function seedFleet(url: string): Promise<void> {
  const database = await openDatabase(url, { telemetry: quiet });
  try {
    const { hashPassword } = createSessions({ database, origin: 'http://localhost', secret: SECRET });
    const now = new Date();
    const record = (drafts: Parameters<typeof appendRecord>[1]) => appendRecord(database, drafts, now);
    await seedDemo({ database, catalogue: loadCatalogue(), hashPassword, now, record });
  } finally {
    await database.close();
  }
}

export async function startFleet(count: number, env: (index: number) => Record<string, string>): Promise<Fleet> {
  const start = (index: number) => startServer({ AUTH_SECRET: SECRET, ...env(index) });
  const nodes = await Promise.all(Array.from({ length: count }, (_, index) => start(index)));
  const down = new Set<number>();
  return {
    nodes,
    origins: () => nodes.flatMap(({ origin }, index) => (down.has(index) ? [] : origin)),
    async kill(index) {
      down.add(index);
      await nodes[index]?.kill();
    },
    async restart(index) {
      nodes[index] = await start(index);
      down.delete(index);
    },
    as: (email) => signIn(nodes[0]?.origin ?? '', email, DEMO_PASSWORD),
    through: async (index, { cookie }) => Object.assign(await signIn(nodes[index]?.origin ?? ''), { cookie }),
    stop: async () => void (await Promise.all(nodes.map((node) => node.stop()))),
  };
}

/** What reaches somebody who watches a pool through one node. */
export interface Watcher {
  heard: { event: string; message: { poolId: string; [key: string]: unknown } }[];
  isWatching: boolean;
  end(): void;
}

/** `onComing`: it connected, for the first time or again. */
export function watchPool(origin: string, cookie: string, poolId: string, onComing = () => {}): Watcher {
  const socket: Socket = io(origin, { transports: ['websocket'], extraHeaders: { cookie }, forceNew: true });
  const watcher: Watcher = { heard: [], isWatching: false, end: () => socket.disconnect() };
  socket.on('connect', () => {
    onComing();
    socket.emit('watch', poolId, (ok: boolean) => {
      watcher.isWatching = ok;
    });
  });
  socket.on('disconnect', (reason) => {
    watcher.isWatching = false;
    if (reason === 'io server disconnect') socket.connect();
  });
  socket.onAny((event, message) => watcher.heard.push({ event, message }));
  return watcher;
}
