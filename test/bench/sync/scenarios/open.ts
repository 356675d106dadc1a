/** Opening a full sheet: CPU of the server and bytes on the wire, the first time, when it is open already, and for thirty people at once. */
import { setTimeout as wait } from 'node:timers/promises';
import { updateMessage } from '../dialects.ts';
import { BASE_MARK, makeBase } from '../edits.ts';
import { type FullClient, openFull } from '../full-client.ts';
import { quiet } from '../load.ts';
import type { Row } from '../report.ts';
import { lowest } from '../statistics.ts';
import type { Room, Target } from '../targets.ts';
import { figures, ofEach, type Scenario, withServer } from './scenario.ts';

const ROWS = 10_000;
const ROWS_QUICK = 2_000;
const AT_ONCE = 30;
/** Of each kind of opening; the cold one can be had once. */
const WARM_OPENS = 6;

interface Opened {
  coldMs: number;
  warmMs: number;
  atOnceMs: number;
  megabytes: number;
}

const NAMES = ['open-10k-cold-cpu-ms', 'open-10k-cpu-ms', 'open-10k-30-cpu-ms', 'open-10k-mb'] as const;

export const open: Scenario = {
  names: NAMES,
  async run(bench) {
    const base = makeBase(bench.quick ? ROWS_QUICK : ROWS);
    const notes: string[] = [];
    const found = await ofEach(
      bench,
      notes,
      async (name) => {
        const opened = await withServer(bench, name, { large: 1 }, (on) => measureOpening(on, base.update), base);
        bench.say(`open ${name} ${JSON.stringify(opened)}`);
        return opened;
      },
      ['y-websocket', 'hocuspocus', 'ours'],
    );
    const row = (name: string, what: string, bar: number | null, of: (opened: Opened) => number): Row => ({
      ...{ name, what, bar, notes, counts: 'value' },
      ...figures((server) => {
        const opened = found(server);
        return opened && of(opened);
      }),
    });
    const [cold, warm, atOnce, bytes] = NAMES;
    return [
      row(cold, 'CPU ms, first open after a start', null, ({ coldMs }) => coldMs),
      row(warm, 'CPU ms for each warm open', 10, ({ warmMs }) => warmMs),
      row(atOnce, 'CPU ms for each of 30 opens at once', null, ({ atOnceMs }) => atOnceMs),
      row(bytes, 'MB on the wire for each open', 0.7, ({ megabytes }) => megabytes),
    ];
  },
};

async function measureOpening(target: Target, update: (owner: string) => Uint8Array): Promise<Opened> {
  const room = target.room('large');
  // Ours has the rows in its log from before it started; the peers, which are in memory only, get them from a client that stays.
  const clients: FullClient[] = target.isFilled ? [] : [await fillFull(target, room, update(room.owner))];
  const opening = async (count: number): Promise<{ cpuMs: number; bytes: number }> => {
    await quiet(target);
    const before = target.server.usedNs();
    const opened = await Promise.all(
      Array.from({ length: count }, async (_, connection) => {
        const client = await openFull(target, room, connection);
        await client.synced(BASE_MARK);
        return client;
      }),
    );
    await wait(100);
    const cpuMs = (target.server.usedNs() - before) / 1e6 / count;
    const bytes = Math.max(...opened.map((client) => client.receivedBytes()));
    const [first, ...others] = opened;
    // One stays, so that nobody forgets the document.
    if (clients.length === 0 && first) clients.push(first);
    else first?.close();
    for (const other of others) other.close();
    return { cpuMs, bytes };
  };
  try {
    const cold = await opening(1);
    const warm: number[] = [];
    for (let n = 0; n < WARM_OPENS; n++) warm.push((await opening(1)).cpuMs);
    const atOnce = await opening(AT_ONCE);
    return { coldMs: cold.cpuMs, warmMs: lowest(warm), atOnceMs: atOnce.cpuMs, megabytes: cold.bytes / 1e6 };
  } finally {
    for (const client of clients) client.close();
  }
}

async function fillFull(target: Target, room: Room, update: Uint8Array): Promise<FullClient> {
  const client = await openFull(target, room, 0);
  await client.synced();
  client.send(updateMessage(update));
  const witness = await openFull(target, room, 0);
  await witness.synced(BASE_MARK);
  witness.close();
  return client;
}
