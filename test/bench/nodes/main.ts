/**
 * `npm run bench:nodes`: one, two and four nodes on one PostgreSQL, told of each other through it and through Redis; people of every sheet spread over
 * all nodes, which is the dearest way to sit, and each sheet on one node. Prints delivered edits for a CPU second of the nodes, what database and
 * Redis took beside them, and how long an edit takes to reach the others. `--json` prints only the rows.
 */
import { availableParallelism, loadavg } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { connection, openDatabase } from '../../../server/database.ts';
import { startEmbedded } from '../../../server/embedded-postgres.ts';
import { telemetryTo } from '../../../server/telemetry.ts';
import { findProgram } from '../../support/needs.ts';
import { databaseUrl } from '../../support/postgres.ts';
import { startRedis } from '../../support/redis.ts';
import { removeFolder, temporaryFolder } from '../../support/server.ts';
import { makeSpace, type SheetSpace } from '../../support/sheet-space.ts';
import { killAll, launch } from '../sync/processes.ts';
import { familyUsedNs, usedNs } from '../sync/usage.ts';
import { Crowd, type Seat } from './crowd.ts';

const SHEETS = 8;
const PEOPLE_PER_SHEET = 8;
const WRITERS_PER_SHEET = 2;
const EDITS_PER_SECOND = 20;
const WARM_SECONDS = 1;
const SECONDS = 4;

type BellKind = 'none' | 'PostgreSQL' | 'Redis';
interface Setting {
  nodes: number;
  bell: BellKind;
  /** Whether the people of a sheet sit on all nodes, or on one. */
  spread: boolean;
}

interface Row {
  name: string;
  deliveriesPerCpuSecond: number;
  databaseMsPerThousand: number;
  redisMsPerThousand: number;
  p50Ms: number;
  p99Ms: number;
  delivered: number;
}

const settings = (hasRedis: boolean): Setting[] => [
  { nodes: 1, bell: 'none', spread: true },
  ...[2, 4].flatMap((nodes) =>
    (hasRedis ? (['PostgreSQL', 'Redis'] as const) : (['PostgreSQL'] as const)).flatMap((bell) =>
      [false, true].map((spread) => ({ nodes, bell, spread })),
    ),
  ),
];

const isJson = process.argv.includes('--json');
const say = (line: string) => {
  if (!isJson) console.log(line);
};
process.once('exit', killAll);

const dataDir = temporaryFolder();
const cluster = await startEmbedded({ dataDir, connectionsMax: 120 });
const program = findProgram('redis-server');
const redis = program ? await startRedis(program) : null;
const rows: Row[] = [];
try {
  for (const [index, setting] of settings(redis !== null).entries()) rows.push(await measure(setting, index));
} finally {
  killAll();
  await redis?.stop();
  await cluster.stop();
  removeFolder(dataDir);
}
if (isJson) console.log(JSON.stringify({ rows }));
else report(rows);

async function measure(setting: Setting, index: number): Promise<Row> {
  const { nodes: count, bell, spread } = setting;
  const url = await newDatabase(`bench_${index}`);
  const database = await openDatabase(url, { connectionsMax: 3, telemetry: telemetryTo(() => {}) });
  const spaces: SheetSpace[] = [];
  for (let n = 0; n < SHEETS; n++) spaces.push(await makeSpace(database));
  await database.close();
  const env = { NODE_BELL: bell, NODE_DATABASE: url, NODE_REDIS: redis?.url ?? '' };
  const command = [join('test', 'bench', 'nodes', 'node.ts')];
  const nodes = await Promise.all(Array.from({ length: count }, () => launch({ command, env, core: null })));
  const seats = spaces.flatMap(({ sheets, people }, sheet) =>
    Array.from({ length: PEOPLE_PER_SHEET }, (_, person): Seat => {
      const node = nodes[(spread ? person : sheet) % count];
      const actor = person % 2 === 0 ? people.ana : people.ben;
      return {
        origin: `http://127.0.0.1:${node?.port}`,
        sheetId: sheets.maker,
        actor,
        writes: person < WRITERS_PER_SHEET,
      };
    }),
  );
  const crowd = new Crowd();
  await crowd.come(seats);
  await crowd.write(EDITS_PER_SECOND, WARM_SECONDS);
  const used = () => ({
    nodes: nodes.reduce((sum, node) => sum + node.usedNs(), 0),
    database: databasePid() === null ? 0 : familyUsedNs(databasePid() ?? 0),
    redis: redis ? usedNs(redis.pid) : 0,
  });
  const before = used();
  await crowd.measure(async () => {
    await crowd.write(EDITS_PER_SECOND, SECONDS);
    // The last ones are still on their way.
    await new Promise((done) => setTimeout(done, 250));
  });
  const after = used();
  crowd.leave();
  await Promise.all(nodes.map((node) => node.stop()));
  const sorted = crowd.latenciesMs.sort((a, b) => a - b);
  const delivered = sorted.length;
  const share = (part: number) => sorted[Math.min(delivered - 1, Math.floor(delivered * part))] ?? Number.NaN;
  const perThousand = (ns: number) => ns / 1e6 / (delivered / 1000);
  const row = {
    name: `${count} ${count === 1 ? 'node' : 'nodes'}, ${bell === 'none' ? 'no bell' : `bell ${bell}`}, ${
      count === 1 ? 'all sheets' : spread ? 'every sheet on all' : 'each sheet on one'
    }`,
    deliveriesPerCpuSecond: delivered / ((after.nodes - before.nodes) / 1e9),
    databaseMsPerThousand: perThousand(after.database - before.database),
    redisMsPerThousand: perThousand(after.redis - before.redis),
    p50Ms: share(0.5),
    p99Ms: share(0.99),
    delivered,
  };
  say(lineOf(row));
  return row;
}

function databasePid(): number | null {
  const status = cluster.status();
  return status.state === 'ready' ? status.pid : null;
}

async function newDatabase(name: string): Promise<string> {
  const admin = new pg.Client(connection(cluster.url));
  await admin.connect();
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  return databaseUrl(cluster.url, name);
}

function lineOf(row: Row): string {
  const cells = [
    row.name,
    Math.round(row.deliveriesPerCpuSecond).toLocaleString('en-US'),
    row.databaseMsPerThousand.toFixed(0),
    row.redisMsPerThousand.toFixed(1),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
  ];
  return `| ${cells.join(' | ')} |`;
}

function report(measured: readonly Row[]): void {
  const [load = 0] = loadavg();
  say(
    `\n${SHEETS} sheets of ${PEOPLE_PER_SHEET} people, ${WRITERS_PER_SHEET} of them writing ${EDITS_PER_SECOND} edits a second each, ${SECONDS} s;`,
  );
  say(`${availableParallelism()} cores shared by all processes, load ${load.toFixed(1)}, Node ${process.version}.`);
  if (!redis) say('Redis was not measured: there is no redis-server here.');
  say(
    '\n| | delivered edits per CPU second of the nodes | ms of the database per 1,000 | ms of Redis per 1,000 | p50 ms | p99 ms |',
  );
  say('|---|---|---|---|---|---|');
  for (const row of measured) say(lineOf(row));
}
