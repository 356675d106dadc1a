/** A reader that takes nothing while 100 MB are written: memory of the server beyond the same run in which it reads, and what becomes of it. */
import { BASE_MARK, endMark, lastStep, makeBase, makeMessages, makeScript } from '../edits.ts';
import { type FullClient, openFull } from '../full-client.ts';
import { fillRoom } from '../joining.ts';
import type { ServerName, Target } from '../targets.ts';
import { figures, ofEach, type Scenario, withServer } from './scenario.ts';

const NAME = 'stalled-reader-mb';
const CELLS = 40;
const TEXT_BYTES = 2_000;
/** Each update writes 40 cells of 2,000 bytes: 1,250 of them are 100 MB. */
const UPDATES = 1_250;
const UPDATES_QUICK = 250;
/** Seen by the reader that reads, so that it is not the one that lags. */
const IN_FLIGHT = 4;
const RUN_MS_MAX = 60_000;
/** A reader that reads again has so long to get everything. */
const CATCH_UP_MS_MAX = 20_000;

export const stalledReader: Scenario = {
  names: [NAME],
  async run(bench) {
    const base = makeBase(200);
    const edits = bench.quick ? UPDATES_QUICK : UPDATES;
    const script = makeScript(base, { writer: 0, edits, rows: base.rows, cells: CELLS, textBytes: TEXT_BYTES });
    const messages = makeMessages(script);
    const notes: string[] = [];
    const oneRun = (name: ServerName, isStalled: boolean) =>
      withServer(bench, name, { large: 1 }, (on) => writeAll(on, messages, base.update, isStalled));
    const more = await ofEach(bench, notes, async (name) => {
      const without = await oneRun(name, false);
      const stalled = await oneRun(name, true);
      notes.push(`${name}: the reader ${stalled.fate}`);
      bench.say(`${NAME} ${JSON.stringify({ without, stalled })}`);
      // Resident pages differ by tens of megabytes between two runs that hold the same.
      return Math.max(0, stalled.liveMb - without.liveMb);
    });
    const bytes = messages.reduce((sum, { length }) => sum + length, 0);
    const what = `MB more with ${Math.round(bytes / 1e6)} MB unread`;
    return [{ name: NAME, what, bar: 8, counts: 'value', notes, ...figures(more) }];
  },
};

async function writeAll(
  target: Target,
  messages: readonly Uint8Array[],
  update: (owner: string) => Uint8Array,
  isStalled: boolean,
): Promise<{ liveMb: number; residentMb: number; fate: string }> {
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
  if (!(await last)) {
    const codes = [writer, reader, other].map((client) => client.closedBy() ?? 'open').join(', ');
    throw new Error(`the reader that reads did not get everything (writer, reader, other: ${codes})`);
  }
  const { liveBytes, residentBytes } = await target.server.memory();
  const fate = isStalled ? await fateOf(other) : '';
  for (const client of [writer, reader, other]) client.close();
  return { liveMb: liveBytes / 1e6, residentMb: residentBytes / 1e6, fate };
}

async function fateOf(stalled: FullClient): Promise<string> {
  const caughtUp = stalled.sees(endMark(0), CATCH_UP_MS_MAX);
  stalled.resume();
  if (await caughtUp) return 'got everything once it read again';
  const code = stalled.closedBy();
  return code === null ? 'was never brought up to date' : `was closed (${code})`;
}

/** A few at a time: progress is what the reader that reads has seen. */
function write(writer: FullClient, reader: FullClient, messages: readonly Uint8Array[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let sent = 0;
  let seen = -1;
  const push = () => {
    for (const message of messages.slice(sent, seen + 1 + IN_FLIGHT)) writer.send(message);
    sent = Math.max(sent, Math.min(messages.length, seen + 1 + IN_FLIGHT));
    if (sent === messages.length) resolve();
  };
  reader.onMessage((message) => {
    if (sent === messages.length) return;
    seen = Math.max(seen, lastStep(Buffer.from(message.buffer, message.byteOffset, message.length)));
    push();
  });
  push();
  // The wait for the last edit says what went wrong.
  setTimeout(resolve, RUN_MS_MAX).unref();
  return promise;
}
