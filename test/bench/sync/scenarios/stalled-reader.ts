/** A reader that takes nothing while 100 MB are written: memory of the server beyond the same run in which it reads, and what becomes of it. */
import { BASE_MARK, endMark, makeBase, makeMessages, makeScript } from '../edits.ts';
import { type FullClient, openFull } from '../full-client.ts';
import { fillRoom } from '../joining.ts';
import type { Row } from '../report.ts';
import { SERVERS, type ServerName, type Target } from '../targets.ts';
import type { Bench, Scenario } from './scenario.ts';

const NAME = 'stalled-reader-mb';
const CELLS = 40;
const TEXT_BYTES = 2_000;
/** Each update writes 40 cells of 2,000 bytes: 1,250 of them are 100 MB. */
const UPDATES = 1_250;
const UPDATES_QUICK = 250;
/** Seen by the reader that reads, so that it is not the one that lags. */
const IN_FLIGHT = 4;
const RUN_MS_MAX = 120_000;
/** A reader that reads again has so long to get everything. */
const CATCH_UP_MS_MAX = 20_000;

export const stalledReader: Scenario = {
  names: [NAME],
  async run(bench) {
    const base = makeBase(200);
    const edits = bench.quick ? UPDATES_QUICK : UPDATES;
    const script = makeScript(base, { writer: 0, edits, rows: base.rows, cells: CELLS, textBytes: TEXT_BYTES });
    const messages = makeMessages(script);
    const found = new Map<ServerName, number>();
    const notes: string[] = [];
    for (const name of (process.env.ONLY_S?.split(',') as ServerName[]) ?? SERVERS) {
      const without = await oneRun(bench, name, messages, base.update, false);
      const stalled = await oneRun(bench, name, messages, base.update, true);
      found.set(name, Math.max(0, stalled.residentMb - without.residentMb));
      notes.push(`${name}: ${stalled.fate}`);
      bench.say(
        `${NAME} ${name} ${without.residentMb.toFixed(0)} MB, ${stalled.residentMb.toFixed(0)} MB stalled: ${stalled.fate}`,
      );
    }
    const of = (name: ServerName) => found.get(name) ?? null;
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    const row: Row = {
      ...{ name: NAME, what: `MB more with ${Math.round(bytes / 1e6)} MB unread`, bar: 8, counts: 'value', notes },
      ...{ ours: of('ours'), floor: of('floor') },
      peers: { 'y-websocket': of('y-websocket'), hocuspocus: of('hocuspocus') },
    };
    return [row];
  },
};

async function oneRun(
  bench: Bench,
  name: ServerName,
  messages: readonly Uint8Array[],
  update: (owner: string) => Uint8Array,
  isStalled: boolean,
): Promise<{ residentMb: number; fate: string }> {
  const target = await bench.start(name, { large: 1 });
  try {
    const room = target.room('large');
    const before = await fillRoom(target, room, update(room.owner));
    const [writer, reader, other] = await Promise.all(
      [0, 1, 2].map(async (connection) => {
        const client = await openFull(target, room, connection);
        await client.synced(target.dialect.hasDocuments ? BASE_MARK : undefined);
        return client;
      }),
    );
    for (const socket of before) socket.close();
    if (!writer || !reader || !other) throw new Error('three clients are needed');
    if (isStalled) other.pause();
    const last = reader.sees(endMark(0), RUN_MS_MAX);
    await write(writer, reader, messages);
    if (!(await last)) throw new Error(`${name} did not deliver everything to the reader that reads`);
    const residentMb = (await target.server.memory()).residentBytes / 1e6;
    const fate = isStalled ? await fateOf(target, other) : '';
    for (const client of [writer, reader, other]) client.close();
    return { residentMb, fate };
  } finally {
    await target.end();
  }
}

async function fateOf(target: Target, stalled: FullClient): Promise<string> {
  const caughtUp = stalled.sees(endMark(0), CATCH_UP_MS_MAX);
  stalled.resume();
  if (await caughtUp) return 'got everything once it read again';
  const code = stalled.closedBy();
  return code === null ? `${target.name} never brought it up to date` : `closed (${code})`;
}

/** A few at a time: the next one leaves when the reader has got as many bytes as were sent but for the last few. */
function write(writer: FullClient, reader: FullClient, messages: readonly Uint8Array[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let next = 0;
  let sentBytes = 0;
  let gotBytes = 0;
  const sizes: number[] = [];
  const push = () => {
    while (next < messages.length && sizes.length < IN_FLIGHT) {
      const message = messages[next++];
      if (!message) break;
      writer.send(message);
      sizes.push(message.length);
      sentBytes += message.length;
    }
    if (next === messages.length) resolve();
  };
  reader.onMessage(({ length }) => {
    gotBytes += length;
    // Merged updates are a little smaller than the sum of theirs.
    while (sizes.length > 0 && gotBytes > 0.9 * (sentBytes - sizes.slice(1).reduce((sum, size) => sum + size, 0)))
      sizes.shift();
    push();
  });
  push();
  return promise;
}
