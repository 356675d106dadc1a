/** The driver's websocket client: almost no work of its own, so that the driver's core is never what is measured. Used by the scenarios that count CPU. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** All sockets read into the same memory: what arrives is looked at at once or not at all. */
const BUFFER = Buffer.allocUnsafe(256 << 10);
const CONNECT_MS_MAX = 30_000;

export interface Address {
  port: number;
  path: string;
  headers?: Record<string, string>;
}

export class RawSocket {
  /** Gets what arrives, as it arrives: frames are neither put together nor taken apart. Valid only during the call. */
  hear: ((bytes: Buffer) => void) | null = null;
  isClosed = false;
  /** Told once when the connection ends. */
  onClose: (() => void) | null = null;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('close', () => {
      this.isClosed = true;
      this.onClose?.();
    });
  }

  /** Resolves once the server has accepted the upgrade; `hear` gets everything from then on. */
  static open({ port, path, headers = {} }: Address, hear: (bytes: Buffer) => void): Promise<RawSocket> {
    return new Promise((done, fail) => {
      let opened: RawSocket | null = null;
      let head = '';
      const socket: Socket = connect({
        host: '127.0.0.1',
        port,
        noDelay: true,
        onread: {
          buffer: BUFFER,
          callback: (length) => {
            const bytes = BUFFER.subarray(0, length);
            if (opened) opened.hear?.(bytes);
            else answered(bytes);
            return true;
          },
        },
      });
      const timer = setTimeout(() => socket.destroy(new Error(`no answer to the upgrade of ${path}`)), CONNECT_MS_MAX);
      const answered = (bytes: Buffer) => {
        head += bytes.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        clearTimeout(timer);
        if (!head.startsWith('HTTP/1.1 101')) {
          socket.destroy(new Error(`${path} answered ${head.split('\r\n')[0]}`));
          return;
        }
        opened = new RawSocket(socket);
        opened.hear = hear;
        done(opened);
        const rest = Buffer.from(head.slice(end + 4), 'latin1');
        if (rest.length > 0) opened.hear(rest);
      };
      socket.on('error', fail);
      const lines = Object.entries({
        host: `127.0.0.1:${port}`,
        upgrade: 'websocket',
        connection: 'Upgrade',
        'sec-websocket-version': '13',
        'sec-websocket-key': randomBytes(16).toString('base64'),
        ...headers,
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    });
  }

  /** One or more whole frames. */
  send(frames: Buffer): void {
    this.#socket.write(frames);
  }

  close(): void {
    this.hear = null;
    this.#socket.destroy();
  }
}

/** A masked binary frame (RFC 6455, 5.2). The mask is zero: the server unmasks it as it does any other. */
export function clientFrame(message: Uint8Array): Buffer {
  const { length } = message;
  const header = length < 126 ? 2 : length < 0x1_0000 ? 4 : 10;
  const frame = Buffer.alloc(header + 4 + length);
  frame[0] = 0x82;
  frame[1] = 0x80 | (header === 2 ? length : header === 4 ? 126 : 127);
  if (header === 4) frame.writeUInt16BE(length, 2);
  if (header === 10) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(message, header + 4);
  return frame;
}

/** Opcodes (RFC 6455, 5.2). */
const BINARY = 2;
const CLOSING = 8;

/** Takes a server's bytes apart into messages. For the moments that are not measured. */
export class FrameReader {
  /** The code of the server's closing frame. */
  closedBy: number | null = null;
  #rest: Buffer = Buffer.alloc(0);

  *read(bytes: Buffer): Iterable<Uint8Array> {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const rest = this.#rest;
      if (rest.length < 2) return;
      const short = (rest[1] ?? 0) & 0x7f;
      const header = short < 126 ? 2 : short === 126 ? 4 : 10;
      if (rest.length < header) return;
      const length = header === 2 ? short : header === 4 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
      if (rest.length < header + length) return;
      this.#rest = rest.subarray(header + length);
      const payload = rest.subarray(header, header + length);
      const kind = (rest[0] ?? 0) & 0x0f;
      if (kind === CLOSING) this.closedBy = length >= 2 ? payload.readUInt16BE(0) : 1005;
      // A message may come in several frames; ours and the peers' do not. Pings are not for us: no run is that long.
      if (kind <= BINARY) yield payload;
    }
  }
}
