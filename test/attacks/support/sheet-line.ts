/** A y-websocket client of the attackers: honest where it edits, and able to send whatever bytes it likes. Used by tap. */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { Row } from '#domain/sheets.ts';
import { MESSAGE, type Refused } from '#protocol/rooms.ts';
import { insertRow, rowsOf } from '#protocol/sheet-doc.ts';

const STEP_1 = 0;
const UPDATE = 2;

export class SheetLine {
  readonly doc = new Y.Doc();
  /** The first answer: synced, or closed. */
  readonly opened: Promise<void>;
  closed: { code: number; reason: string } | null = null;
  refusal: Refused | null = null;
  /** State vector that the server greeted with. */
  greeting: Uint8Array | null = null;
  readonly #socket: WebSocket;
  #sent = 0;
  #acknowledged = 0;
  #waiting: (() => void)[] = [];

  constructor(
    url: string,
    cookie: string,
    note: { frame(bytes: Buffer): void; close(code: number, reason: string): void },
  ) {
    this.#socket = new WebSocket(url, { headers: cookie ? { cookie } : {} });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.sendUpdate(update);
    });
    this.#socket.on('open', () => this.send(MESSAGE.sync, STEP_1, Y.encodeStateVector(this.doc)));
    this.opened = new Promise((done) => {
      this.#socket.on('message', (bytes: Buffer) => {
        note.frame(bytes);
        if (this.#hear(bytes)) done();
        this.#wake();
      });
      this.#socket.on('close', (code, reason) => {
        note.close(code, reason.toString());
        this.closed ??= { code, reason: reason.toString() };
        this.#wake();
        done();
      });
      this.#socket.on('error', () => {});
    });
  }

  /** Writes cells of a row, which it makes if need be; resolves once the server has it on disk or has hung up. */
  async write(row: string, cells: Row, owner = ''): Promise<void> {
    this.doc.transact(() => {
      const known = rowsOf(this.doc).get(row);
      if (!known) insertRow(this.doc, row, owner, 'a0', cells);
      else for (const [column, value] of Object.entries(cells)) known.set(column, value ?? null);
    });
    await this.settled();
  }

  async remove(row: string): Promise<void> {
    rowsOf(this.doc).delete(row);
    await this.settled();
  }

  async settled(): Promise<void> {
    while (!this.closed && this.#acknowledged < this.#sent) await new Promise<void>((tell) => this.#waiting.push(tell));
  }

  sendUpdate(update: Uint8Array): void {
    this.#sent += 1;
    this.send(MESSAGE.sync, UPDATE, update);
  }

  /** As the browser does while somebody stands in a row. */
  showCursor(row: string): void {
    const awareness = new Awareness(this.doc);
    awareness.setLocalState({ cell: { row, column: 'note' } });
    this.send(MESSAGE.awareness, encodeAwarenessUpdate(awareness, [this.doc.clientID]));
    awareness.destroy();
  }

  send(type: number, ...parts: (number | Uint8Array)[]): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, type);
    for (const part of parts)
      if (typeof part === 'number') encoding.writeVarUint(encoder, part);
      else encoding.writeVarUint8Array(encoder, part);
    this.#socket.send(encoding.toUint8Array(encoder));
  }

  /** Resolves once the server has hung up. */
  async hungUp(): Promise<{ code: number; reason: string }> {
    while (!this.closed) await new Promise<void>((tell) => this.#waiting.push(tell));
    return this.closed;
  }

  close(): void {
    this.#socket.terminate();
  }

  /** True once it is in sync. */
  #hear(bytes: Buffer): boolean {
    const decoder = decoding.createDecoder(bytes);
    const type = decoding.readVarUint(decoder);
    if (type === MESSAGE.ack) this.#acknowledged = decoding.readVarUint(decoder);
    if (type === MESSAGE.refusal) this.refusal = JSON.parse(decoding.readVarString(decoder));
    if (type !== MESSAGE.sync) return false;
    const step = decoding.readVarUint(decoder);
    const payload = decoding.readVarUint8Array(decoder);
    if (step !== STEP_1) {
      Y.applyUpdate(this.doc, payload, this);
      return true;
    }
    this.greeting = payload;
    this.#sent += 1;
    this.send(MESSAGE.sync, 1, Y.encodeStateAsUpdate(this.doc, payload));
    return false;
  }

  #wake(): void {
    for (const tell of this.#waiting.splice(0)) tell();
  }
}
