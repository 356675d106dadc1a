/**
 * The way in: from an upgrade request to a peer in a room. Who asks, whether the sheet is for them, and how many may. Used by the sheets.
 *
 * A socket is waiting (for its turn, and while we look), seated, or leaving (told why not). Only the seated count among the node's sockets: how many
 * wait is bounded by the queue, how long by our own work, and who leaves is cut soon. So nobody without a session holds a place.
 *
 * A sheet that does not exist and one that is closed to the actor answer alike, after the same query: an open socket that closes with noSheet.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws';
import { type Access, type Actor, accessToSheet } from '#domain/actors.ts';
import { CLOSE, retryReason, SYNC_PATH } from '#protocol/rooms.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Telemetry } from '../telemetry.ts';
import { Farewells } from './farewells.ts';
import {
  INFLATES_AT_ONCE,
  RETRY_MS_MAX,
  RETRY_MS_MIN,
  RETRY_MS_PER_SOCKET,
  RETRY_SPREAD_MS,
  type SheetLimits,
} from './limits.ts';
import { type Line, Peer } from './peer.ts';
import { Queue } from './queue.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import { readSeat, type Seat } from './sheet-store.ts';

/** Who these headers speak for. */
export type ActorOf = (headers: IncomingHttpHeaders) => Promise<{ actor: Actor; sessionId: string } | null>;

export interface ViewedSheet {
  id: string;
  poolId: string | null;
  organizationId: string | null;
}

export interface GateOptions {
  database: Database;
  actorOf: ActorOf;
  limits: SheetLimits;
  clock: Clock;
  telemetry: Telemetry;
  /** Resolves when the view is on the record; nothing is shown before. */
  onCleanRoomView: (actor: Actor, sheet: ViewedSheet) => Promise<void> | void;
  rooms: Rooms;
}

/** An open socket and what it came with, kept to look at its rights again. */
export interface Guest {
  socket: WebSocket;
  headers: IncomingHttpHeaders;
  peer: Peer | null;
  room: Room | null;
  hasAnswered: boolean;
  gone: Promise<void>;
}

/** What somebody may do with a sheet now, or the code that says why nothing. */
type Verdict = { actor: Actor; access: Exclude<Access, 'none'>; seat: Seat } | Dismissal;
type Dismissal = { code: number; reason: string };

const SIGNED_OUT: Dismissal = { code: CLOSE.signedOut, reason: 'sign in again' };
const NO_SHEET: Dismissal = { code: CLOSE.noSheet, reason: 'no such sheet, or none for you' };

export class Gate {
  readonly guests = new Set<Guest>();
  readonly #options: GateOptions;
  readonly #server: WebSocketServer;
  readonly #joins: Queue;
  readonly #rechecks: Queue;
  readonly #farewells: Farewells;
  #seated = 0;
  /** Counts how often rights were looked at again: somebody who comes in meanwhile is looked at once more. */
  #looks = 0;
  #isClosed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    const { joinsAtOnce: atOnce, joinsWaiting: waitingMax, sockets } = options.limits;
    this.#joins = new Queue({ atOnce, waitingMax });
    this.#rechecks = new Queue({ atOnce, waitingMax: 10 * sockets });
    this.#farewells = new Farewells({ atOnceMax: options.limits.turnedAway, clock: options.clock });
    this.#server = new WebSocketServer({
      noServer: true,
      maxPayload: options.limits.messageBytes,
      perMessageDeflate: DEFLATE,
      clientTracking: false,
      WebSocket: SheetSocket,
    });
  }

  handleUpgrade(request: IncomingMessage, raw: Duplex, head: Buffer): void {
    raw.on('error', () => raw.destroy());
    // The frame that goes to everybody was compressed with the full window: who cannot keep that gets it plain.
    if (request.headers['sec-websocket-extensions']?.includes('server_max_window_bits'))
      delete request.headers['sec-websocket-extensions'];
    const url = URL.parse(request.url ?? '/', 'http://sheet') ?? new URL('http://sheet');
    const [, path, sheetId, more] = url.pathname.split('/');
    if (`/${path}` !== SYNC_PATH || !sheetId || more !== undefined) refuseUpgrade(raw, '404 Not Found');
    else if (!isSameHost(request.headers)) refuseUpgrade(raw, '403 Forbidden');
    else if (this.#isClosed || this.#isFull) refuseUpgrade(raw, '503 Service Unavailable');
    else
      this.#server.handleUpgrade(request, raw, head, (socket) =>
        this.#welcome(socket, raw, request.headers, { sheetId, wantsAck: url.searchParams.get('ack') === '1' }),
      );
  }

  /** Looks at the rights of open sockets again and closes those that lost them, or whose right is another one now. */
  async recheck(which: (seat: { userId: string; sheetId: string }) => boolean): Promise<void> {
    this.#looks++;
    const concerned = [...this.guests].flatMap((guest) => {
      const { peer } = guest;
      return peer && which({ userId: peer.actor.userId, sheetId: peer.sheetId }) ? { guest, peer } : [];
    });
    await Promise.all(concerned.map(({ guest, peer }) => this.#rechecks.run(() => this.#lookAgain(guest, peer))));
  }

  /** Lets nobody in any more. */
  stop(): void {
    this.#isClosed = true;
  }

  /** Tells those who still wait to be let in to come back. */
  dismiss(reason: string): void {
    for (const { socket, peer } of this.guests) if (!peer) this.#turnAway(socket, CLOSE.retry, reason);
  }

  /** Cuts whoever has not hung up. */
  close(): void {
    for (const { socket } of this.guests) socket.terminate();
    this.#server.close();
  }

  #welcome(
    socket: WebSocket,
    raw: Duplex,
    headers: IncomingHttpHeaders,
    wish: { sheetId: string; wantsAck: boolean },
  ): void {
    const { promise: gone, resolve: isGone } = Promise.withResolvers<void>();
    const guest: Guest = { socket, headers, peer: null, room: null, hasAnswered: true, gone };
    this.guests.add(guest);
    // Nothing is read before the rights are known, so nothing has to be kept.
    socket.pause();
    socket.on('error', () => {});
    socket.on('close', () => {
      this.guests.delete(guest);
      this.#farewells.gone(socket);
      isGone();
      if (!guest.peer) return;
      this.#seated--;
      guest.room?.leave(guest.peer);
    });
    socket.on('pong', () => {
      guest.hasAnswered = true;
    });
    // Nobody is looked up, and nobody waits, for a request that names no session.
    if (headers.cookie === undefined) {
      this.#turnAway(socket, SIGNED_OUT.code, SIGNED_OUT.reason);
      return;
    }
    const joined = this.#joins.run(() => this.#join(guest, raw, wish));
    joined.catch((error) => {
      this.#options.telemetry.fault('sheet.join', error);
      if (!guest.peer) this.#turnAway(socket, CLOSE.retry, 'come back');
      else this.#hangUp(socket, CLOSE.retry, 'come back');
    });
  }

  async #join(guest: Guest, raw: Duplex, { sheetId, wantsAck }: { sheetId: string; wantsAck: boolean }): Promise<void> {
    const { limits, clock, rooms, onCleanRoomView } = this.#options;
    const { socket } = guest;
    const looks = this.#looks;
    const verdict = await this.#judge(guest.headers, sheetId);
    if ('code' in verdict) return this.#turnAway(socket, verdict.code, verdict.reason);
    const { actor, access, seat } = verdict;
    if (this.#isCrowded(actor, sheetId)) return this.#turnAway(socket, CLOSE.limit, TOO_MANY);
    const room = await rooms.open(sheetId);
    if (!room) return this.#turnAway(socket, CLOSE.noSheet, NO_SHEET.reason);
    if (access === 'cleanRoom')
      await onCleanRoomView(actor, { id: sheetId, poolId: seat.poolId, organizationId: seat.organizationId });
    if (socket.readyState !== WebSocket.OPEN) return;
    // Time has passed since these were looked at.
    if (room.isOver || this.#isClosed || this.#isFull) return this.#turnAway(socket, CLOSE.retry, 'come back');
    if (this.#isCrowded(actor, sheetId)) return this.#turnAway(socket, CLOSE.limit, TOO_MANY);
    const peer = new Peer({ line: this.#lineOf(socket, raw), actor, access, sheetId, wantsAck, limits, clock });
    guest.peer = peer;
    this.#seated++;
    guest.room = room;
    room.learn(seat);
    room.join(peer);
    socket.on('message', (data: Buffer, isBinary: boolean) => room.receive(peer, isBinary ? data : NOT_BINARY));
    socket.resume();
    if (looks !== this.#looks) await this.#lookAgain(guest, peer);
  }

  async #judge(headers: IncomingHttpHeaders, sheetId: string): Promise<Verdict> {
    const signedIn = await this.#options.actorOf(headers);
    if (!signedIn) return SIGNED_OUT;
    const { actor } = signedIn;
    const seat = await readSeat(this.#options.database.pool, UUID.test(sheetId) ? sheetId : NO_UUID, actor);
    const access = seat ? accessToSheet(actor, seat) : 'none';
    return seat && access !== 'none' ? { actor, access, seat } : NO_SHEET;
  }

  async #lookAgain(guest: Guest, peer: Peer): Promise<void> {
    const { room } = guest;
    if (!room || !peer.isOpen) return;
    const verdict = await this.#judge(guest.headers, peer.sheetId).catch((error): Verdict => {
      this.#options.telemetry.fault('sheet.recheck', error);
      return { code: CLOSE.retry, reason: 'come back' };
    });
    if ('code' in verdict) {
      room.end(peer, verdict.code === CLOSE.noSheet ? CLOSE.changed : verdict.code, verdict.reason);
      return;
    }
    const { actor, access, seat } = verdict;
    room.learn(seat);
    const isSame =
      access === peer.access &&
      actor.userId === peer.actor.userId &&
      actor.organizationId === peer.actor.organizationId &&
      actor.role === peer.actor.role;
    if (!isSame) room.end(peer, CLOSE.changed, 'your rights changed');
  }

  /** The prebuilt frames go to the socket below the websocket, which writes nothing in between: it compresses nothing. */
  #lineOf(socket: WebSocket, raw: Duplex): Line {
    return {
      write: (frame) => {
        if (socket.readyState === WebSocket.OPEN) raw.write(frame);
      },
      backlog: () => raw.writableLength,
      onDrain: (run) => raw.once('drain', run),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      close: (code, reason) => this.#hangUp(socket, code, reason),
      mayDeflate: socket.extensions !== '',
    };
  }

  get #isFull(): boolean {
    return this.#seated >= this.#options.limits.sockets;
  }

  /** Somebody who was seated is bounded by the limits of a person and may take long to read what comes before the closing frame; nobody else may. */
  #turnAway(socket: WebSocket, code: number, reason: string): void {
    this.#hangUp(socket, code, reason);
    this.#farewells.add(socket);
  }

  #hangUp(socket: WebSocket, code: number, reason: string): void {
    socket.close(code, code === CLOSE.retry ? retryReason(this.#retryMs(), reason) : reason);
    // The answer to our closing frame has to be read.
    socket.resume();
  }

  /** The more sockets there are, the further apart they come back. */
  #retryMs(): number {
    const spread = Math.min(RETRY_MS_MAX, Math.max(RETRY_SPREAD_MS, this.guests.size * RETRY_MS_PER_SOCKET));
    return RETRY_MS_MIN + Math.random() * spread;
  }

  /** This person has as many connections, or sheets, open as one may. */
  #isCrowded({ userId }: Actor, sheetId: string): boolean {
    const { socketsPerActor, roomsPerActor } = this.#options.limits;
    let count = 0;
    const sheets = new Set([sheetId]);
    for (const { peer } of this.guests) {
      if (peer?.actor.userId !== userId) continue;
      count++;
      sheets.add(peer.sheetId);
    }
    return count >= socketsPerActor || sheets.size > roomsPerActor;
  }
}

/** A message that is too long ends with our own code, which tells a stock client not to send it again. */
class SheetSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    if (code === TOO_LONG) super.close(CLOSE.limit, 'message too long');
    else super.close(code, data);
  }
}

/**
 * Compression (RFC 7692) is agreed for the one opening frame of a large sheet, which is compressed once for everybody: so nothing refers to earlier
 * messages, the window is the full one, and this server sends everything else plain.
 */
const DEFLATE: PerMessageDeflateOptions = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  threshold: Number.POSITIVE_INFINITY,
  concurrencyLimit: INFLATES_AT_ONCE,
};

const TOO_MANY = 'too many connections, or sheets open at once';
const TOO_LONG = 1009;
const NOT_BINARY = new Uint8Array(0);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NO_UUID = '00000000-0000-0000-0000-000000000000';

function refuseUpgrade(raw: Duplex, status: string): void {
  raw.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Browsers always name the page's origin. A page of another host must not use its visitor's cookie. */
function isSameHost({ origin, host }: IncomingHttpHeaders): boolean {
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
}
