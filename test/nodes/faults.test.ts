/**
 * Three real servers on one real PostgreSQL, told of each other through it and again through a real Redis: people write through all of them while the
 * bell is cut, a node is killed, the database restarts and the round is closed in the middle of a burst.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CLOSE } from '../../protocol/rooms.ts';
import { readRows } from '../../protocol/sheet-doc.ts';
import { connection, type Database, openDatabase } from '../../server/database.ts';
import { type Embedded, startEmbedded } from '../../server/embedded-postgres.ts';
import { loadSheet } from '../../server/sync/sheet-store.ts';
import { verifyLog } from '../../server/sync/verify-log.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { type CutLine, cutLine } from '../support/cut-line.ts';
import { type Fleet, seedFleet, startFleet, type Watcher, watchPool } from '../support/fleet.ts';
import { needs } from '../support/needs.ts';
import { databaseUrl } from '../support/postgres.ts';
import { startRedis } from '../support/redis.ts';
import { type Client, removeFolder, temporaryFolder } from '../support/server.ts';
import { Writer } from '../support/writer.ts';

const MINUTES = 60_000;
/** The shortest there are. */
const SLOT_SECONDS = 10;
const PATIENCE = { timeout: 45_000, interval: 100 };

const dataDir = temporaryFolder();
let cluster: Embedded;
const ends: (() => Promise<unknown> | unknown)[] = [];

beforeAll(async () => {
  cluster = await startEmbedded({ dataDir, connectionsMax: 150 });
});
afterAll(async () => {
  await cluster?.stop();
  removeFolder(dataDir);
});

async function newDatabase(): Promise<{ url: string; database: Database }> {
  const name = `fleet_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client(connection(cluster.url));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const url = databaseUrl(cluster.url, name);
  await seedFleet(url);
  const database = await openDatabase(url, { connectionsMax: 3, telemetry: telemetryTo(() => {}) });
  ends.push(() => database.close());
  return { url, database };
}

/** How the nodes of a fleet hear of each other, and how that is cut for a while. */
interface Wiring {
  env(index: number): Record<string, string>;
  whileCut(work: () => Promise<void>): Promise<void>;
}

function throughPostgres(database: Database): Wiring {
  return {
    env: () => ({}),
    async whileCut(work) {
      const cut = () =>
        database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE '% bell'`,
        );
      // They come back by themselves, and are cut again.
      const again = setInterval(() => void cut().catch(() => {}), 100);
      await cut();
      await work();
      clearInterval(again);
    },
  };
}

async function throughRedis(program: string): Promise<Wiring> {
  const redis = await startRedis(program);
  ends.push(() => redis.stop());
  const lines: CutLine[] = [];
  for (let n = 0; n < 3; n++) lines.push(await cutLine(redis.port));
  ends.push(() => Promise.all(lines.map((line) => line.close())));
  return {
    env: (index) => ({ REDIS_URL: `redis://127.0.0.1:${lines[index]?.port}` }),
    async whileCut(work) {
      for (const line of lines) line.cut();
      await work();
      for (const line of lines) line.join();
    },
  };
}

interface Scene {
  fleet: Fleet;
  database: Database;
  poolId: string;
  admin: Client;
  watchers: Watcher[];
  writers: Writer[];
  /** Writers by the sheet they write to. */
  sheets: Map<string, Writer[]>;
  whileCut: Wiring['whileCut'];
}

async function setUp(wire: (database: Database) => Promise<Wiring> | Wiring): Promise<Scene> {
  const { url, database } = await newDatabase();
  const wiring = await wire(database);
  const fleet = await startFleet(3, (index) => ({
    DATABASE_URL: url,
    SLOT_SECONDS: `${SLOT_SECONDS}`,
    ...wiring.env(index),
  }));
  ends.push(() => fleet.stop());
  const people = await Promise.all(
    ['imani@tamarind-ridge', 'tomas@tamarind-ridge', 'marcus@graywacke', 'beatriz@convening'].map((name) =>
      fleet.as(`${name}.example`),
    ),
  );
  const [imani, tomas, marcus, admin] = people as [Client, Client, Client, Client];
  const { body: pools } = await imani.call('GET', '/api/v1/pools');
  const poolId = pools.find(({ name }: { name: string }) => name.startsWith('Titanium sponge')).id;
  const sheets = new Map<string, Writer[]>();
  const at = (first: number) => () => {
    const { nodes } = fleet;
    const all = fleet.origins();
    const wanted = nodes[first]?.origin ?? '';
    return all.includes(wanted) ? [wanted, ...all.filter((origin) => origin !== wanted)] : all;
  };
  const writer = async (name: string, client: Client, first: number) => {
    const { body: pool } = await client.call('GET', `/api/v1/pools/${poolId}`);
    const { id, organizationId } = pool.sheets.find(({ kind }: { kind: string }) => kind === 'demand');
    const one = new Writer({ name, cookie: client.cookie, sheetId: id, organizationId, origins: at(first) });
    sheets.set(id, [...(sheets.get(id) ?? []), one]);
    ends.push(() => one.end());
    return one;
  };
  const writers = [
    await writer('imani', imani, 0),
    await writer('tomas', tomas, 1),
    await writer('imani-too', imani, 2),
    await writer('marcus', marcus, 1),
    await writer('marcus-too', marcus, 2),
  ];
  const watchers = fleet.nodes.map(({ origin }) => watchPool(origin, imani.cookie, poolId));
  ends.push(() => {
    for (const watcher of watchers) watcher.end();
  });
  await expect.poll(() => writers.every(({ isSynced }) => isSynced), PATIENCE).toBe(true);
  await expect.poll(() => watchers.every(({ isWatching }) => isWatching), PATIENCE).toBe(true);
  return { fleet, database, poolId, admin, watchers, writers, sheets, whileCut: wiring.whileCut };
}

const typing = (writers: readonly Writer[], lines: number, everyMs: number) =>
  Promise.all(writers.map((writer) => writer.type(lines, everyMs)));

/** Everything written is acknowledged, and everybody of a sheet sees all of it. */
async function converge({ sheets }: Scene): Promise<void> {
  for (const writers of sheets.values()) {
    await expect.poll(() => writers.map(({ isSaved }) => isSaved), PATIENCE).toEqual(writers.map(() => true));
    const all = writers.flatMap(({ written }) => written).sort();
    for (const writer of writers)
      await expect.poll(() => all.filter((line) => !writer.rows.has(line)), PATIENCE).toEqual([]);
  }
}

/** What the log has is what was acknowledged: nothing less, nothing twice, in one chain. */
async function holds({ sheets, database }: Scene): Promise<void> {
  for (const [sheetId, writers] of sheets) {
    const loaded = await loadSheet(database.pool, sheetId);
    const rows = loaded ? readRows(loaded.doc) : new Map();
    const acknowledged = writers.flatMap((writer) => [...writer.acknowledged]);
    expect(acknowledged.filter((line) => rows.get(line)?.note !== line)).toEqual([]);
    const { rows: twice } = await database.pool.query(
      `SELECT "row" FROM cell_change WHERE sheet_id = $1 AND "column" = 'note' AND "row" = ANY($2) GROUP BY "row" HAVING count(*) > 1`,
      [sheetId, acknowledged],
    );
    expect(twice).toEqual([]);
    expect(await verifyLog(database.pool, sheetId)).toMatchObject({ broken: null });
  }
}

const slotOf = ({ message }: Watcher['heard'][number]) =>
  (message as unknown as { release: { slotAt: string } }).release.slotAt;
const releasesOf = ({ heard }: Watcher) => heard.filter(({ event }) => event === 'release');

async function story(scene: Scene): Promise<void> {
  const { fleet, database, poolId, admin, watchers, writers, whileCut } = scene;
  const [imani, tomas] = writers as [Writer, Writer];

  // People write the same sheet and different ones through all nodes, and see each other.
  await typing(writers, 15, 20);
  await converge(scene);
  imani.show('imani-1');
  await expect.poll(() => tomas.presence.get(imani.doc.clientID), PATIENCE).toMatchObject({ cell: { row: 'imani-1' } });

  // Nobody hears anybody for a while.
  await whileCut(() => typing(writers, 15, 60).then(() => {}));
  await converge(scene);

  // A node dies in the middle of it, and its people go on through another.
  tomas.presence.clear();
  const during = typing(writers, 20, 40);
  await expect.poll(() => imani.written.length > 35).toBe(true);
  await fleet.kill(0);
  await during;
  await converge(scene);
  await expect.poll(() => [...tomas.presence.values()].filter(Boolean), PATIENCE).toEqual([]);
  await fleet.restart(0);

  // The database goes away and comes back.
  const status = cluster.status();
  const restart = typing(writers, 20, 40);
  if (status.state === 'ready') process.kill(status.pid, 'SIGKILL');
  await restart;
  await converge(scene);
  await holds(scene);

  // Every slot is published once, and every node shows the same.
  const alive = watchers.slice(1);
  for (const watcher of alive) watcher.heard.length = 0;
  await expect.poll(() => alive.every((watcher) => releasesOf(watcher).length > 0), PATIENCE).toBe(true);
  const [one, two] = alive.map(
    (watcher) => new Map(releasesOf(watcher).map((told) => [slotOf(told), JSON.stringify(told)])),
  );
  for (const [slot, told] of one ?? []) if (two?.has(slot)) expect(two.get(slot)).toBe(told);
  for (const watcher of alive) {
    const slots = releasesOf(watcher).map(slotOf);
    expect(new Set(slots).size).toBe(slots.length);
  }

  // The round is closed through one node while everybody types through all.
  const last = typing(writers, 200, 10);
  await expect.poll(() => imani.written.length > 80, PATIENCE).toBe(true);
  const through = await fleet.through(1, admin);
  const closing = await through.call('POST', `/api/v1/pools/${poolId}/advance`, { from: 'collect' });
  expect(closing.status).toBe(200);
  const after = new Map((await standings(database, scene)).map(({ id, seq }) => [id, seq]));
  await last;
  await expect
    .poll(() => writers.map(({ closings }) => closings.some((code) => CLOSED.has(code))), PATIENCE)
    .toEqual(writers.map(() => true));
  for (const { id, seq, frozen } of await standings(database, scene))
    expect([id, seq, frozen]).toEqual([id, after.get(id), true]);
  await holds(scene);

  // Everybody hears of it, wherever they are, and sees the same last release; there is one.
  for (const watcher of alive) {
    await expect
      .poll(() => watcher.heard.filter(({ event }) => event === 'phase').map(({ message }) => message.phase), PATIENCE)
      .toContain('review');
    await expect
      .poll(
        () =>
          releasesOf(watcher).filter(
            ({ message }) => (message as unknown as { release: { final: boolean } }).release.final,
          ).length,
        PATIENCE,
      )
      .toBe(1);
  }
  const releases = await database.prisma.release.findMany({ where: { round: { poolId } }, orderBy: { number: 'asc' } });
  expect(releases.map(({ number }) => number)).toEqual(releases.map((_, index) => index + 1));
  expect(releases.filter(({ final }) => final)).toHaveLength(1);
  const entries = await database.prisma.recordEntry.count({ where: { poolId, kind: 'release.published' } });
  expect(entries).toBe(1);
}

const CLOSED = new Set<number>([CLOSE.changed, CLOSE.refused]);

async function standings(
  database: Database,
  { sheets }: Scene,
): Promise<{ id: string; seq: bigint; frozen: boolean }[]> {
  const ids = [...sheets.keys()];
  return database.prisma.sheet.findMany({ where: { id: { in: ids } }, select: { id: true, seq: true, frozen: true } });
}

async function told(wire: (database: Database) => Promise<Wiring> | Wiring): Promise<void> {
  let scene: Scene | null = null;
  try {
    scene = await setUp(wire);
    await story(scene);
  } catch (error) {
    // What the servers said is half of the story of a failure.
    for (const [index, node] of (scene?.fleet.nodes ?? []).entries())
      console.error(`node ${index}:\n${node.output().split('\n').slice(-40).join('\n')}`);
    for (const writer of scene?.writers ?? []) console.error(writer.state());
    throw error;
  } finally {
    for (const end of ends.splice(0).reverse()) await end();
  }
}

test(
  '[ND12] three servers on PostgreSQL alone: cuts, a kill, a restart of the database and a closing in mid-burst lose nothing acknowledged',
  {
    timeout: 5 * MINUTES,
  },
  () => told(throughPostgres),
);

test('[ND12] three servers with Redis: cuts, a kill, a restart of the database and a closing in mid-burst lose nothing acknowledged', {
  timeout: 5 * MINUTES,
}, (context) => {
  const program = needs(context, 'redis-server');
  return told(() => throughRedis(program));
});
