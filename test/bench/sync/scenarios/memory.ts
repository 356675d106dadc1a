/** What an idle connection and an idle document hold in memory. */
import { awarenessMessage } from '../dialects.ts';
import { joinMany } from '../joining.ts';
import { PEOPLE } from '../ours.ts';
import type { Memory } from '../processes.ts';
import { clientFrame, type RawSocket } from '../raw-socket.ts';
import type { Row } from '../report.ts';
import type { RoomKind, Target } from '../targets.ts';
import { figures, ofEach, type Scenario, withServer } from './scenario.ts';

const NAMES = ['idle-socket-kb', 'idle-document-kb'] as const;
/** The first ones warm the server up. */
const WARM_ROOMS = 2;
const ROOMS = 12;
const DOCUMENTS = 500;
const DOCUMENTS_QUICK = 100;

export const memory: Scenario = {
  names: NAMES,
  async run(bench) {
    const documents = bench.quick ? DOCUMENTS_QUICK : DOCUMENTS;
    const notes: string[] = [];
    const rooms = { large: WARM_ROOMS + ROOMS, single: documents };
    const grown = await ofEach(bench, notes, async (name) => {
      const found = await withServer(bench, name, rooms, (on) => grow(on, documents));
      bench.say(`memory ${name} ${JSON.stringify(found)}`);
      return found;
    });
    const row = (name: string, what: string, bar: number, of: keyof Grown): Row => ({
      ...{ name, what, bar, counts: 'value', notes },
      ...figures((server) => grown(server)?.[of] ?? null),
    });
    return [
      row(NAMES[0], 'KB for each idle connection, 50 in a document', 100, 'socketKb'),
      row(NAMES[1], 'KB for each idle document with one connection', 60, 'documentKb'),
    ];
  },
};

interface Grown {
  socketKb: number;
  documentKb: number | null;
}

async function grow(target: Target, documents: number): Promise<Grown> {
  const open: RawSocket[] = [];
  try {
    await enter(target, 'large', WARM_ROOMS, open);
    const before = await target.server.memory();
    const connections = await enter(target, 'large', ROOMS, open);
    const between = await target.server.memory();
    await enter(target, 'single', documents, open);
    const after = await target.server.memory();
    const documentKb = target.dialect.hasDocuments ? grownKb(between, after) / documents : null;
    return { socketKb: grownKb(before, between) / connections, documentKb };
  } finally {
    for (const socket of open) socket.close();
  }
}

/** A server that has memory to spare from its start grows less than it takes up, and freed pages are not all given back: the larger figure counts. */
const grownKb = (from: Memory, to: Memory): number =>
  Math.max(to.residentBytes - from.residentBytes, to.liveBytes - from.liveBytes) / 1024;

/** As many people as the rooms have come in, and show where they are. Answers how many. */
async function enter(target: Target, kind: RoomKind, rooms: number, open: RawSocket[]): Promise<number> {
  const people = PEOPLE[kind];
  for (let n = 0; n < rooms; n++) {
    const room = target.room(kind);
    const sockets = await joinMany(target, room, 0, people);
    for (const [index, socket] of sockets.entries()) {
      const state = awarenessMessage(1_000_000_000 + index, 1, { user: { name: 'Imani Okafor' }, cell: null });
      socket.send(clientFrame(target.dialect.wrap(room.document, state)));
    }
    open.push(...sockets);
  }
  return rooms * people;
}
