/** A live sheet over a real socket, as the stock client of a signed-in person runs it. For tests of the whole server. */
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { Row } from '#domain/sheets.ts';
import { SYNC_PATH } from '#protocol/rooms.ts';
import { insertRow, readRows } from '#protocol/sheet-doc.ts';

const open: WebsocketProvider[] = [];
afterEach(() => {
  for (const provider of open.splice(0)) provider.destroy();
});

export interface LiveSheet {
  /** Resolves once the sheet is read, or with the code of the closing where it is not for this person. */
  opened: Promise<'open' | number>;
  /** The code that the server closed the socket with. */
  closed: Promise<number>;
  rows(): Map<string, Row>;
  /** Adds a row of the organization; resolves when the log has it, that is when another client of the same person reads it. */
  add(id: string, organizationId: string, cells: Row): Promise<void>;
}

export function liveSheet(origin: string, cookie: string, sheetId: string): LiveSheet {
  const doc = new Y.Doc();
  const provider = connect(origin, cookie, sheetId, doc);
  const synced = new Promise<'open'>((done) => provider.on('sync', (is) => is && done('open')));
  const closed = new Promise<number>((done) =>
    provider.on('connection-close', (event) => {
      provider.shouldConnect = false;
      done(event?.code ?? 0);
    }),
  );
  return {
    opened: Promise.race([synced, closed]),
    closed,
    rows: () => readRows(doc),
    async add(id, organizationId, cells) {
      const reader = new Y.Doc();
      const seen = new Promise<void>((done) => reader.on('update', () => readRows(reader).has(id) && done()));
      const other = connect(origin, cookie, sheetId, reader);
      doc.transact(() => insertRow(doc, id, organizationId, 'a0', cells));
      await seen;
      other.destroy();
    },
  };
}

function connect(origin: string, cookie: string, sheetId: string, doc: Y.Doc): WebsocketProvider {
  class WithCookie extends WebSocket {
    constructor(address: string | URL) {
      super(address, { headers: { cookie } });
    }
  }
  const provider = new WebsocketProvider(origin.replace('http', 'ws') + SYNC_PATH, sheetId, doc, {
    WebSocketPolyfill: WithCookie as never,
    disableBc: true,
  });
  open.push(provider);
  return provider;
}
