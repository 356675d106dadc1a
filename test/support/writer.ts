/**
 * Somebody who writes line after line into a sheet through whichever node answers, comes back when a node dies, and remembers which lines were
 * acknowledged. For the tests of many nodes.
 */
import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import { CLOSE, MESSAGE, SYNC_PATH } from '../../protocol/rooms.ts';
import { insertRow, readRows } from '../../protocol/sheet-doc.ts';

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;
const COME_BACK_MS = 100;

export interface WriterOptions {
  name: string;
  cookie: string;
  sheetId: string;
  organizationId: string;
  /** Addresses of the nodes; the first that answers is taken, and after it the next. */
  origins: () => string[];
}

export class Writer {
  readonly doc = new Y.Doc();
  readonly written: string[] = [];
  readonly acknowledged = new Set<string>();
  readonly presence = new Map<number, unknown>();
  /** Codes that sockets were closed with. */
  readonly closings: number[] = [];
  /** Milliseconds from writing to the acknowledgement. */
  readonly waitsMs: number[] = [];
  isSynced = false;
  readonly #options: WriterOptions;
  #socket: WebSocket | null = null;
  /** Lines in each message that was sent on this socket and awaits its acknowledgement. */
  #sent: string[][] = [];
  #count = 0;
  readonly #at = new Map<string, number>();
  #tries = 0;
  #isDone = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== this) this.#send(UPDATE, update, [this.written.at(-1) ?? '']);
    });
    this.#connect();
  }

  get rows() {
    return readRows(this.doc);
  }

  get isSaved(): boolean {
    return this.written.every((line) => this.acknowledged.has(line));
  }

  write(): void {
    const line = `${this.#options.name}-${this.written.length}`;
    this.written.push(line);
    this.#at.set(line, performance.now());
    this.doc.transact(() => insertRow(this.doc, line, this.#options.organizationId, 'a0', { note: line }));
  }

  /** Writes so many lines, one each so many milliseconds. */
  async type(lines: number, everyMs: number): Promise<void> {
    for (let n = 0; n < lines && !this.#isDone; n++) {
      this.write();
      await new Promise((done) => setTimeout(done, everyMs));
    }
  }

  show(row: string): void {
    const body = encoding.createEncoder();
    encoding.writeVarUint(body, 1);
    encoding.writeVarUint(body, this.doc.clientID);
    encoding.writeVarUint(body, ++this.#tries + 1000);
    encoding.writeVarString(body, JSON.stringify({ cell: { row, column: 'note' } }));
    const out = encoding.createEncoder();
    encoding.writeVarUint(out, MESSAGE.awareness);
    encoding.writeVarUint8Array(out, encoding.toUint8Array(body));
    this.#socket?.send(encoding.toUint8Array(out));
  }

  /** For the report of a failed test. */
  state(): string {
    const { name } = this.#options;
    const unsaved = this.written.filter((line) => !this.acknowledged.has(line));
    return `${name}: ${this.acknowledged.size} of ${this.written.length} saved, synced ${this.isSynced}, closed with ${this.closings}, not saved ${unsaved}, sent ${this.#sent.length}, counted ${this.#count}`;
  }

  end(): void {
    this.#isDone = true;
    clearTimeout(this.#timer);
    this.#socket?.terminate();
  }

  #connect(): void {
    const origins = this.#options.origins();
    const origin = origins[this.#tries % origins.length] ?? '';
    const { cookie, sheetId } = this.#options;
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${SYNC_PATH}/${sheetId}?ack=1`, {
      headers: { cookie },
    });
    this.#socket = socket;
    this.#sent = [];
    this.#count = 0;
    this.isSynced = false;
    socket.on('error', () => {});
    socket.on('open', () => this.#send(STEP_1, Y.encodeStateVector(this.doc)));
    socket.on('message', (data: Buffer) => this.#hear(data));
    socket.on('close', (code) => {
      this.closings.push(code);
      this.isSynced = false;
      // What was closed for good stays closed; it may still be read.
      if (code === CLOSE.changed || code === CLOSE.refused) this.#isDone = true;
      if (this.#isDone) return;
      this.#tries++;
      this.#timer = setTimeout(() => this.#connect(), COME_BACK_MS);
    });
  }

  #send(step: number, bytes: Uint8Array, lines: string[] = []): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    const out = encoding.createEncoder();
    encoding.writeVarUint(out, MESSAGE.sync);
    encoding.writeVarUint(out, step);
    encoding.writeVarUint8Array(out, bytes);
    if (step !== STEP_1) this.#sent.push(lines);
    this.#socket.send(encoding.toUint8Array(out));
  }

  #hear(data: Buffer): void {
    const from = decoding.createDecoder(data);
    switch (decoding.readVarUint(from)) {
      case MESSAGE.sync: {
        const step = decoding.readVarUint(from);
        const bytes = decoding.readVarUint8Array(from);
        if (step === STEP_1) {
          const unsaved = this.written.filter((line) => !this.acknowledged.has(line));
          this.#send(STEP_2, Y.encodeStateAsUpdate(this.doc, bytes), unsaved);
        } else Y.applyUpdate(this.doc, bytes, this);
        if (step === STEP_2) this.isSynced = true;
        break;
      }
      case MESSAGE.ack:
        for (const until = decoding.readVarUint(from); this.#count < until; this.#count++)
          for (const line of this.#sent[this.#count] ?? []) this.#isAcknowledged(line);
        break;
      case MESSAGE.awareness: {
        const body = decoding.createDecoder(decoding.readVarUint8Array(from));
        for (let left = decoding.readVarUint(body); left > 0; left--) {
          const id = decoding.readVarUint(body);
          decoding.readVarUint(body);
          this.presence.set(id, JSON.parse(decoding.readVarString(body)));
        }
      }
    }
  }

  #isAcknowledged(line: string): void {
    if (this.acknowledged.has(line)) return;
    this.acknowledged.add(line);
    this.waitsMs.push(performance.now() - (this.#at.get(line) ?? 0));
  }
}
