/**
 * `npm run bench:sync`: what our sync server costs with everything switched on, beside the best Yjs servers without all that, and beside a bare
 * relay. One table on stdout, progress on stderr. Options: --json, --only NAME (several with commas), --runs N, --kills N, --quick,
 * --profile FOLDER (CPU profiles of our server).
 */
import { parseArgs } from 'node:util';
import { buildWeb, dropDatabases, type Rooms, startOurs } from './ours.ts';
import { installPeers, startPeer } from './peers.ts';
import { killAll } from './processes.ts';
import { asJson, asNotes, asTable, type Row } from './report.ts';
import { deliveries, WARMING_ROOMS, warm } from './scenarios/delivery.ts';
import { kills as killed } from './scenarios/kills.ts';
import { memory } from './scenarios/memory.ts';
import { noHistory } from './scenarios/no-history.ts';
import { open } from './scenarios/open.ts';
import type { Bench, Scenario } from './scenarios/scenario.ts';
import { stalledReader } from './scenarios/stalled-reader.ts';
import type { RoomKind, ServerName, Target } from './targets.ts';
import { pinDriver } from './usage.ts';

const SCENARIOS: Scenario[] = [...deliveries, open, stalledReader, noHistory, memory, killed];
const RUNS = 3;
const KILLS = 10;
const COUNT_MAX = 50;
/** Whatever happens, it ends. */
const BENCH_MS_MAX = 30 * 60_000;

const say = (line: string): void => void process.stderr.write(`${Math.round(performance.now() / 1000)} s ${line}\n`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      runs: { type: 'string' },
      kills: { type: 'string' },
      profile: { type: 'string' },
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const count = (name: 'runs' | 'kills', fallback: number): number => {
    const number = Number(values[name] ?? fallback);
    if (Number.isInteger(number) && number >= 1 && number <= COUNT_MAX) return number;
    throw new Error(`--${name}: "${values[name]}" is not allowed; write a whole number from 1 to ${COUNT_MAX}`);
  };
  const runs = count('runs', values.quick ? 1 : RUNS);
  const kills = count('kills', values.quick ? 2 : KILLS);
  const known = SCENARIOS.flatMap(({ names }) => names);
  const only = values.only?.split(',') ?? known;
  for (const name of only)
    if (!known.includes(name)) throw new Error(`--only: there is no "${name}"; choose of ${known.join(', ')}`);
  return { runs, kills, profile: values.profile, quick: values.quick, json: values.json, wanted: new Set(only) };
}

/** Answers whether every figure of ours could be taken. */
async function bench(): Promise<boolean> {
  const { runs, kills, profile, quick, json, wanted } = readOptions();
  if (process.platform !== 'linux') throw new Error('the bench reads CPU time from /proc, which only Linux has');
  const cores = pinDriver();
  if (cores.why) say(`nothing is pinned: ${cores.why}; figures are noisier`);
  const scenarios = SCENARIOS.filter(({ names }) => names.some((name) => wanted.has(name)));
  installPeers(say);
  buildWeb();

  const uses: Rooms = {};
  for (const { uses: rooms = {} } of scenarios)
    for (const [kind, count] of Object.entries(rooms) as [RoomKind, number][])
      uses[kind] = (uses[kind] ?? 0) + count * runs;
  uses.large = (uses.large ?? 0) + WARMING_ROOMS;
  const running = new Map<ServerName, Promise<Target>>();
  const start: Bench['start'] = (name, rooms, filled) =>
    name === 'ours' ? startOurs(cores, rooms, { filled, profile }) : startPeer(name, cores.server);
  const startWarm = async (name: ServerName): Promise<Target> => {
    const target = await start(name, uses);
    await warm(target, say);
    return target;
  };
  const desk: Bench = {
    ...{ runs, kills, quick, cores, say, start },
    shared(name) {
      const target = running.get(name) ?? startWarm(name);
      running.set(name, target);
      return target;
    },
  };
  const rows: Row[] = [];
  for (const scenario of scenarios) rows.push(...(await scenario.run(desk)));
  for (const target of running.values()) await (await target).end();
  const shown = rows.filter(({ name }) => wanted.has(name));
  process.stdout.write(json ? `${asJson(shown)}\n` : `${asTable(shown)}\n\n${asNotes(shown)}\n`);
  return shown.every(({ ours }) => ours !== null);
}

let isEnding = false;

async function end(status: number): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  killAll();
  await dropDatabases();
  process.exit(status);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void end(130));
process.on('exit', killAll);
// Nobody reads any more, such as behind `| head`.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => void end(1));
process.on('uncaughtException', (error) => {
  say(error.stack ?? error.message);
  void end(1);
});
setTimeout(() => {
  say('the bench took too long and was ended');
  void end(1);
}, BENCH_MS_MAX).unref();

try {
  await end((await bench()) ? 0 : 1);
} catch (error) {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  await end(1);
}
