/** CPU for each delivered edit: bursts, a steady writer, many writers with cursors, many documents. */
import { type Base, makeBase, makeCursors, makeMessages, makeScript } from '../edits.ts';
import { fillRoom, joinMany } from '../joining.ts';
import { framesOf, type LoadedRoom, measure, sendEvery, sendInFlight, type Usage } from '../load.ts';
import type { Row } from '../report.ts';
import { lowest, median, perMillion } from '../statistics.ts';
import { type RoomKind, SERVERS, type ServerName, type Target } from '../targets.ts';
import { type Bench, figures, type Scenario } from './scenario.ts';

interface Delivery {
  name: string;
  what: string;
  bar: number | null;
  rooms: number;
  kind: RoomKind;
  /** Connections of each room; the first ones write. */
  writers: number;
  readers: number;
  /** Of each writer. */
  edits: number;
  /** With every edit a cursor moves. */
  cursors: boolean;
  pace: { inFlight: number } | { perSecond: number };
}

const UNIT = 'CPU s for 1,000,000 deliveries';
const IN_FLIGHT = 64;
const ROWS_OF_WRITER = 4;
const ROWS_MIN = 200;

const burst = (readers: number, edits: number, bar: number): Delivery => ({
  name: `burst-${readers}`,
  what: UNIT,
  bar,
  ...{ rooms: 1, kind: 'large', writers: 1, readers, edits, cursors: false, pace: { inFlight: IN_FLIGHT } },
});

const DELIVERIES: Delivery[] = [
  burst(10, 6_000, 0.9),
  burst(100, 3_000, 0.15),
  burst(500, 1_200, 0.06),
  {
    ...{ name: 'steady-100', what: UNIT, bar: 1.4, rooms: 1, kind: 'large', writers: 1, readers: 100 },
    ...{ edits: 250, cursors: false, pace: { perSecond: 50 } },
  },
  {
    ...{ name: 'writers-50-cursors', what: UNIT, bar: 0.6, rooms: 1, kind: 'large', writers: 50, readers: 0 },
    ...{ edits: 50, cursors: true, pace: { perSecond: 10 } },
  },
  {
    ...{ name: 'docs-200', what: UNIT, bar: null, rooms: 200, kind: 'small', writers: 5, readers: 0 },
    ...{ edits: 6, cursors: false, pace: { perSecond: 1 } },
  },
];

export const deliveries: Scenario[] = DELIVERIES.map((delivery) => ({
  names: [delivery.name],
  uses: { [delivery.kind]: delivery.rooms },
  run: async (bench) => [await run(bench, bench.quick ? smaller(delivery) : delivery)],
}));

/**
 * A server runs for weeks, and its engine compiles what it does often: without this, half of what is measured is
 * compiling. Each part is short: the driver answers no pings, so that our server cuts its lines after half a minute.
 */
const WARMING: Delivery[] = [
  { ...burst(10, 6_000, 0), name: 'warming' },
  { ...burst(10, 400, 0), name: 'warming one by one', pace: { inFlight: 1 } },
  { ...burst(100, 2_000, 0), name: 'warming many readers' },
];
export const WARMING_ROOMS = WARMING.length;

/** The same work for every server before anything of it is measured. Uses WARMING_ROOMS large rooms. */
export async function warm(target: Target, say: Bench['say']): Promise<void> {
  for (const delivery of WARMING) {
    const { cpuNs, deliveries } = await once(target, delivery, prepare(delivery));
    say(`${delivery.name} ${target.name} ${perMillion(cpuNs, deliveries).toFixed(2)}`);
  }
}

const smaller = (delivery: Delivery): Delivery => ({
  ...delivery,
  edits: Math.max(3, Math.ceil(delivery.edits / 5)),
  rooms: Math.ceil(delivery.rooms / 5),
});

async function run(bench: Bench, delivery: Delivery): Promise<Row> {
  const { name, what, bar } = delivery;
  const script = prepare(delivery);
  const usages = new Map<ServerName, Usage[]>(SERVERS.map((server) => [server, []]));
  const notes: string[] = [];
  for (let n = 0; n < bench.runs; n++)
    for (const server of SERVERS) {
      const usage = await once(await bench.shared(server), delivery, script).catch((error: Error) => {
        notes.push(error.message);
        return null;
      });
      if (!usage) continue;
      usages.get(server)?.push(usage);
      bench.say(`${name} ${server} ${perMillion(usage.cpuNs, usage.deliveries).toFixed(2)} ${describe(usage)}`);
    }
  const of = (server: ServerName): number | null => {
    const costs = (usages.get(server) ?? []).map(({ cpuNs, deliveries }) => perMillion(cpuNs, deliveries));
    return costs.length > 0 ? lowest(costs) : null;
  };
  const own = usages.get('ours') ?? [];
  const busiest = Math.max(...[...usages.values()].flat().map(({ driverShare }) => driverShare));
  if (busiest > 0.9) notes.push(`the driver used up to ${Math.round(busiest * 100)} % of its core`);
  if (own.length > 1) {
    const costs = own.map(({ cpuNs, deliveries }) => perMillion(cpuNs, deliveries));
    if (median(costs) > 1.3 * lowest(costs)) notes.push(`runs of ours differ: median ${median(costs).toFixed(2)}`);
  }
  const database = own.map(({ databaseNs, deliveries }) => perMillion(databaseNs, deliveries));
  return {
    ...{ name, what, bar, notes, counts: 'ratio' },
    ...figures(of),
    ...(database.length > 0 && { database: lowest(database) }),
  };
}

const describe = ({ wallMs, databaseNs, driverShare }: Usage): string =>
  `(${(wallMs / 1000).toFixed(1)} s, database ${(databaseNs / 1e9).toFixed(2)} s, driver ${Math.round(driverShare * 100)} %)`;

interface Prepared {
  base: Base;
  /** By writer: messages of each edit, in lists that go out together. */
  lists: Uint8Array[][][];
}

/** Edits are the same for every server and run. Writers have rows of their own, so that what one of them writes fits whatever the others wrote. */
function prepare({ writers, edits, cursors, kind }: Delivery): Prepared {
  const base = makeBase(kind === 'small' ? writers * ROWS_OF_WRITER : Math.max(ROWS_MIN, writers * ROWS_OF_WRITER));
  const share = Math.floor(base.rows.length / writers);
  const lists = Array.from({ length: writers }, (_, writer) => {
    const rows = base.rows.slice(writer * share, (writer + 1) * share);
    const script = makeScript(base, { writer, edits, rows });
    return cursors ? [makeMessages(script), makeCursors(script, rows)] : [makeMessages(script)];
  });
  return { base, lists };
}

async function once(target: Target, delivery: Delivery, { base, lists }: Prepared): Promise<Usage> {
  const loaded: LoadedRoom[] = [];
  try {
    for (let n = 0; n < delivery.rooms; n++) {
      const room = target.room(delivery.kind);
      const before = await fillRoom(target, room, base.update(room.owner));
      const sockets = await joinMany(target, room, 0, delivery.writers + delivery.readers);
      for (const socket of before) socket.close();
      const writings = lists.flatMap((list, writer) => {
        const socket = sockets[writer];
        return socket ? [{ socket, parts: framesOf(target, room, ...list) }] : [];
      });
      loaded.push({ sockets, writings });
    }
    const { pace } = delivery;
    const [first] = loaded;
    return await measure(target, loaded, async () => {
      if ('perSecond' in pace) await sendEvery(loaded, pace.perSecond);
      else if (first) await sendInFlight(first, pace.inFlight);
    });
  } finally {
    for (const { sockets } of loaded) for (const socket of sockets) socket.close();
  }
}
