/** What an idle connection and an idle document hold in memory. */
import { awarenessMessage } from '../dialects.ts';
import { joinMany } from '../joining.ts';
import { PEOPLE } from '../ours.ts';
import type { Memory } from '../processes.ts';
import { clientFrame, type RawSocket } from '../raw-socket.ts';
import type { Row } from '../report.ts';
import { type RoomKind, SERVERS, type ServerName, type Target } from '../targets.ts';
import type { Scenario } from './scenario.ts';

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
    const sockets = new Map<ServerName, number>();
    const docs = new Map<ServerName, number>();
    for (const name of SERVERS) {
      const target = await bench.start(name, { large: WARM_ROOMS + ROOMS, single: documents });
      const open: RawSocket[] = [];
      try {
        await enter(target, 'large', WARM_ROOMS, open);
        const before = await target.server.memory();
        const count = await enter(target, 'large', ROOMS, open);
        const between = await target.server.memory();
        const more = await enter(target, 'single', documents, open);
        const after = await target.server.memory();
        sockets.set(name, grownKb(before, between) / count);
        if (target.dialect.hasDocuments) docs.set(name, grownKb(between, after) / more);
        bench.say(`memory ${name} ${JSON.stringify({ before, between, after })}`);
      } finally {
        for (const socket of open) socket.close();
        await target.end();
      }
    }
    const row = (name: string, what: string, bar: number, of: Map<ServerName, number>): Row => ({
      ...{ name, what, bar, counts: 'value', notes: [] },
      ours: of.get('ours') ?? null,
      floor: of.get('floor') ?? null,
      peers: { 'y-websocket': of.get('y-websocket') ?? null, hocuspocus: of.get('hocuspocus') ?? null },
    });
    return [
      row(NAMES[0], 'KB for each idle connection, 50 in a document', 100, sockets),
      row(NAMES[1], 'KB for each idle document with one connection', 60, docs),
    ];
  },
};

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
