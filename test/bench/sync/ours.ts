/** Our server in the bench, with everything switched on: the program that `npm start` runs, on a durable embedded PostgreSQL, with signed-in people. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { openDatabase } from '../../../server/database.ts';
import { type Embedded, startEmbedded } from '../../../server/embedded-postgres.ts';
import { NO_HASH } from '../../../server/sync/hash-chain.ts';
import { append } from '../../../server/sync/update-log.ts';
import { telemetryTo } from '../../../server/telemetry.ts';
import { ours } from './dialects.ts';
import { BASE_CLIENT, type Base } from './edits.ts';
import { type Company, type Group, populate } from './population.ts';
import { launch, ROOT } from './processes.ts';
import type { Room, RoomKind, Target } from './targets.ts';
import { type Cores, descendantsOf, familyUsedNs, pin } from './usage.ts';

const SECRET = 'signs the sessions of the bench and of nothing else';

/**
 * The documented keys that are not at their defaults. One writer of the bench is faster than any person; slots are so far apart that no
 * release falls into a measurement. Connections are spread over people, so that SOCKETS_PER_ACTOR stays as it is.
 */
export const SETTINGS = { UPDATES_PER_SECOND: '10000', SLOT_SECONDS: '604800', DEMO: '0', AUTH_SECRET: SECRET };

export const PEOPLE: Record<RoomKind, number> = { large: 50, small: 5, single: 1 };

const databases = new Set<Embedded>();
const folders = new Set<string>();

/** For the end of the bench, also by Ctrl+C or an error. The databases end by themselves once this process is gone. */
export async function dropDatabases(): Promise<void> {
  for (const database of databases) await database.stop().catch(() => {});
  databases.clear();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  folders.clear();
}

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  folders.add(folder);
  return folder;
}

/** The server serves the web app, too, and does not start without it. */
export function buildWeb(): void {
  const { status } = spawnSync(process.execPath, ['scripts/build-when-stale.ts'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('the web app could not be built; see above');
}

/** Rooms of each kind that the scenarios may ask for. */
export type Rooms = Partial<Record<RoomKind, number>>;

export async function startOurs(
  cores: Cores,
  rooms: Rooms,
  { filled, profile }: { filled?: Base | undefined; profile?: string | undefined } = {},
): Promise<Target> {
  const folder = makeFolder();
  const database = await startEmbedded({ dataDir: folder });
  databases.add(database);
  const status = database.status();
  const postmaster = status.state === 'ready' ? status.pid : 0;
  pin(postmaster, cores.database);
  const room = await fill(database.url, rooms, filled);
  const server = await launch({
    command: ['server/main.ts'],
    env: { ...SETTINGS, DATABASE_URL: database.url },
    profile,
    core: cores.server,
  });
  return {
    name: 'ours',
    dialect: ours,
    server,
    room,
    isFilled: filled !== undefined,
    databaseNs: () => familyUsedNs(postmaster),
    async end() {
      await (profile === undefined ? server.kill() : server.stop());
      await database.stop();
      databases.delete(database);
      rmSync(folder, { recursive: true, force: true });
      folders.delete(folder);
    },
  };
}

/**
 * The same with the database of its own that `npm start` uses, in a folder that is still there after a kill. `end` kills the server, and every
 * second time the database with it.
 */
export async function prepareKept(cores: Cores, rooms: Rooms): Promise<{ start(): Promise<Target>; room(): Room }> {
  const folder = makeFolder();
  const database = await startEmbedded({ dataDir: folder });
  databases.add(database);
  const [kind = 'small'] = Object.keys(rooms) as RoomKind[];
  const room = await fill(database.url, rooms);
  await database.stop();
  databases.delete(database);
  let ended = 0;
  return {
    room: () => room(kind),
    async start() {
      const command = ['server/main.ts'];
      const server = await launch({ command, env: { ...SETTINGS, DATA_DIR: folder }, core: cores.server });
      const kill = async () => {
        const alsoDatabase = ended++ % 2 === 1 ? descendantsOf(server.pid) : [];
        await server.kill();
        for (const pid of alsoDatabase) killIfThere(pid);
      };
      return { name: 'ours', dialect: ours, server, room, isFilled: false, databaseNs: () => 0, end: kill };
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has gone with its parent.
  }
}

/** Migrates the database and fills it; answers the way to its rooms. */
export async function fill(url: string, rooms: Rooms, filled?: Base): Promise<Target['room']> {
  const database = await openDatabase(url, { telemetry: telemetryTo(() => {}) });
  const kinds = Object.keys(rooms) as RoomKind[];
  const groups: Group[] = kinds.map((kind) => ({ companies: rooms[kind] ?? 0, people: PEOPLE[kind] }));
  const companies = await populate(database.pool, SECRET, groups);
  const unused = new Map(kinds.map((kind, index) => [kind, [...(companies[index] ?? [])]]));
  const [first] = unused.get('large') ?? [];
  if (filled && first) await log(database.pool, first, filled);
  await database.close();
  return (kind) => {
    const company = unused.get(kind)?.shift();
    if (!company) throw new Error(`no ${kind} room is left; a scenario uses more than it asked for`);
    return roomOf(company);
  };
}

/** As if the first person of the company had sent it. */
async function log(pool: pg.Pool, { sheetId, organizationId, people }: Company, base: Base): Promise<void> {
  const entry = {
    userId: people[0]?.userId ?? '',
    organizationId,
    at: new Date(),
    bytes: base.update(organizationId),
    // The readable history is another table, which opening does not read.
    steps: [],
    newClients: [BASE_CLIENT],
  };
  const heads = await append(pool, [{ sheetId, seq: 0n, head: NO_HASH, entries: [entry] }]);
  if (!heads.has(sheetId)) throw new Error('the sheet of the bench did not take its rows');
}

const roomOf = ({ sheetId, organizationId, people }: Company): Room => ({
  document: sheetId,
  owner: organizationId,
  headers: (connection) => ({ cookie: people[connection % people.length]?.cookie ?? '' }),
});
