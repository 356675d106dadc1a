/** One person at the real server with a recorder on every wire: answers with status, headers and body, pushes, frames of sheets, close codes. */
import { io, type Socket } from 'socket.io-client';
import type { HandClock } from '../../support/hand-clock.ts';
import { SheetLine } from './sheet-line.ts';

export interface Received {
  wire: 'http' | 'push' | 'sheet' | 'close';
  /** Moment of the server's clock. */
  at: string;
  /** The address asked, or the room. */
  what: string;
  bytes: Buffer;
}

export interface Answer {
  status: number;
  /** All but the date, sorted: 'name: value'. */
  headers: string[];
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an attacker reads any answer
  body: any;
}

/** A release as an attacker reads it from the bytes. */
export interface SeenRelease {
  slotAt: string;
  final: boolean;
  unit: string;
  cells: {
    mineral: string;
    form: string | null;
    grade: string | null;
    year: number | null;
    level: string;
    value: string | null;
  }[];
}

export class Tap {
  readonly received: Received[] = [];
  readonly releases: SeenRelease[] = [];
  readonly #origin: string;
  readonly #clock: HandClock;
  readonly #open: { close(): void }[] = [];
  readonly #cookie: string;
  #waiting: (() => void)[] = [];

  constructor(origin: string, clock: HandClock, cookie: string) {
    this.#origin = origin;
    this.#clock = clock;
    this.#cookie = cookie;
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(this.#origin + path, {
      method,
      headers: {
        origin: this.#origin,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        cookie: this.#cookie,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const headers = [...response.headers]
      .filter(([name]) => name !== 'date')
      .map(([name, value]) => `${name}: ${value}`);
    this.#note('http', `${method} ${path}`, `${response.status}\n${headers.join('\n')}\n\n${text}`);
    return { status: response.status, headers: headers.sort(), text, body: parsed(text) };
  }

  get(path: string): Promise<Answer> {
    return this.call('GET', `/api/v1${path}`);
  }

  /** Follows a pool's pushes; false where the server says no. */
  async watch(poolId: string): Promise<boolean> {
    const socket: Socket = io(this.#origin, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      extraHeaders: { cookie: this.#cookie },
    });
    this.#open.push(socket);
    await new Promise<void>((done, fail) => {
      socket.once('connect', done);
      socket.once('connect_error', fail);
    });
    socket.io.engine.on('packet', ({ type, data }: { type: string; data?: string }) => {
      if (type === 'message') this.#note('push', poolId, String(data));
    });
    socket.on('release', ({ release }: { release: SeenRelease }) => {
      this.releases.push(release);
      for (const tell of this.#waiting.splice(0)) tell();
    });
    return socket.emitWithAck('watch', poolId);
  }

  async releasesSeen(count: number): Promise<void> {
    while (this.releases.length < count) await new Promise<void>((tell) => this.#waiting.push(tell));
  }

  /** Opens a sheet's room, or is shown the door; `line.closed` tells. */
  async sheet(sheetId: string): Promise<SheetLine> {
    const line = new SheetLine(`${this.#origin.replace('http', 'ws')}/sync/${sheetId}?ack=1`, this.#cookie, {
      frame: (bytes) => this.#note('sheet', sheetId, bytes),
      close: (code, reason) => this.#note('close', sheetId, `${code} ${reason}`),
    });
    this.#open.push(line);
    await line.opened;
    return line;
  }

  /** Everything of these wires, as text an attacker can search. */
  text(): string {
    return this.received.map(({ bytes }) => bytes.toString('latin1')).join('\n');
  }

  leave(): void {
    for (const one of this.#open.splice(0)) one.close();
  }

  #note(wire: Received['wire'], what: string, bytes: string | Buffer): void {
    this.received.push({ wire, what, bytes: Buffer.from(bytes), at: this.#clock.now().toISOString() });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
