/** The live sheets of a small workspace over real websockets, with the stock client and a plain one; everything is undone after each test. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as encoding from 'lib0/encoding';
import { afterEach } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { Actor } from '../../domain/actors.ts';
import { SYNC_PATH } from '../../protocol/rooms.ts';
import { insertRow } from '../../protocol/sheet-doc.ts';
import { type Clock, systemClock } from '../../server/clock.ts';
import { createSheets, type SheetLimits, type Sheets } from '../../server/sync/sheets.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { testDatabase } from './database.ts';
import { makeSpace, type SheetSpace } from './sheet-space.ts';
import { LIMITS } from './socket-pair.ts';

export const database = await testDatabase();
const undo: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

export interface Setting extends SheetSpace {
  sheets: SheetSpace['sheets'];
  server: Sheets;
  url: string;
  /** Cookies that are valid now, by value. */
  sessions: Map<string, Actor>;
  views: { actor: string; sheet: string }[];
  /** Whoever comes waits here before it is known who they are. */
  door: Promise<void>;
}

/** `recorded`: when the record has what somebody views. */
export async function setting(
  limits: Partial<SheetLimits> = {},
  clock: Clock = systemClock,
  recorded: Promise<void> = Promise.resolve(),
): Promise<Setting> {
  const space = await makeSpace(database);
  const sessions = new Map(Object.entries(space.people));
  const views: Setting['views'] = [];
  const server = createSheets({
    database,
    actorOf: async ({ cookie }) => {
      await at.door;
      const actor = sessions.get(cookie?.replace('session=', '') ?? '');
      return actor ? { actor, sessionId: 'session' } : null;
    },
    limits: { ...LIMITS, ...limits },
    clock,
    telemetry: telemetryTo(() => {}),
    onCleanRoomView: (actor, sheet) => {
      views.push({ actor: actor.userId, sheet: sheet.id });
      return recorded;
    },
  });
  const http: Server = createServer();
  http.on('upgrade', (request: IncomingMessage, socket, head) => server.handleUpgrade(request, socket, head));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  undo.push(
    () => new Promise((done) => http.close(done)),
    () => server.close(),
  );
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}${SYNC_PATH}`;
  const at: Setting = { ...space, server, url, sessions, views, door: Promise.resolve() };
  return at;
}

const withCookie = (cookie: string) =>
  class extends WebSocket {
    constructor(address: string | URL) {
      super(address, { headers: { cookie: `session=${cookie}` } });
    }
  };

/** The stock client, as a browser with this cookie runs it. */
export function stock(at: Setting, sheetId: string, cookie: string) {
  const doc = new Y.Doc();
  const provider = new WebsocketProvider(at.url, sheetId, doc, {
    WebSocketPolyfill: withCookie(cookie) as never,
    disableBc: true,
  });
  undo.push(() => provider.destroy());
  const synced = new Promise<void>((done) => provider.on('sync', (is) => is && done()));
  const closed = new Promise<number>((done) => provider.on('connection-close', (event) => done(event?.code ?? 0)));
  return { doc, provider, synced, closed };
}

/** Opens a socket and answers how it ends, or null once it is open and `quiet` resolves. */
export async function plain(
  at: Setting,
  sheetId: string,
  headers: Record<string, string>,
  path = `/${sheetId}?ack=1`,
  options: ClientOptions = {},
) {
  const socket = new WebSocket(at.url + path, { headers, ...options });
  socket.on('error', () => {});
  undo.push(() => socket.terminate());
  const received: Uint8Array[] = [];
  socket.on('message', (data: Buffer) => received.push(data));
  const ended = new Promise<number>((done) => {
    socket.on('close', (code) => done(code));
    socket.on('unexpected-response', (_, response) => done(response.statusCode ?? 0));
  });
  return { socket, received, ended };
}

export const message = (type: number, ...parts: (number | Uint8Array)[]) => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, type);
  for (const part of parts)
    if (typeof part === 'number') encoding.writeVarUint(encoder, part);
    else encoding.writeVarUint8Array(encoder, part);
  return encoding.toUint8Array(encoder);
};

export const add = (doc: Y.Doc, row: string, actor: Actor, cells = {}) =>
  doc.transact(() => insertRow(doc, row, actor.organizationId, 'a0', cells));
