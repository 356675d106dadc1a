/** People in many sheets over several nodes: some write at a steady pace, all read, and each edit is timed from its writing to everybody else. */
import * as encoding from 'lib0/encoding';
import { WebSocket } from 'ws';
import * as Y from 'yjs';
import type { Actor } from '../../../domain/actors.ts';
import { MESSAGE, SYNC_PATH } from '../../../protocol/rooms.ts';
import { insertRow, rowsOf } from '../../../protocol/sheet-doc.ts';

const STEP_1 = 0;
const UPDATE = 2;
/** Marks an edit in the bytes of whatever update it travels in. */
const MARK = /@(\d{7})/g;

export interface Seat {
  origin: string;
  sheetId: string;
  actor: Actor;
  writes: boolean;
}

export class Crowd {
  /** Milliseconds from writing to reading, of every delivery while it was measured. */
  latenciesMs: number[] = [];
  #isMeasured = false;
  #written = 0;
  readonly #at = new Map<number, number>();
  readonly #sockets: WebSocket[] = [];
  readonly #writers: (() => void)[] = [];

  async come(seats: readonly Seat[]): Promise<void> {
    await Promise.all(seats.map((seat, index) => this.#sit(seat, index)));
  }

  /** Every writer makes so many edits a second, spread evenly; for so long. */
  async write(perSecond: number, seconds: number): Promise<void> {
    const begun = performance.now();
    const total = this.#writers.length * perSecond * seconds;
    for (let n = 0; n < total; n++) {
      const dueMs = (n / (this.#writers.length * perSecond)) * 1000;
      const waitMs = begun + dueMs - performance.now();
      if (waitMs > 1) await new Promise((done) => setTimeout(done, waitMs));
      this.#writers[n % this.#writers.length]?.();
    }
  }

  async measure(run: () => Promise<void>): Promise<void> {
    this.latenciesMs = [];
    this.#isMeasured = true;
    await run();
    this.#isMeasured = false;
  }

  leave(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  async #sit({ origin, sheetId, actor, writes }: Seat, index: number): Promise<void> {
    const cookie = `actor=${Buffer.from(JSON.stringify(actor)).toString('base64url')}`;
    const socket = new WebSocket(`${origin.replace('http', 'ws')}${SYNC_PATH}/${sheetId}?ack=1`, {
      headers: { cookie },
      perMessageDeflate: false,
    });
    this.#sockets.push(socket);
    await new Promise((done, fail) => {
      socket.once('open', done);
      socket.once('error', fail);
    });
    const isHere = new Promise<void>((done) => socket.once('message', () => done()));
    socket.on('message', (data: Buffer) => this.#hear(data));
    send(socket, STEP_1, Y.encodeStateVector(new Y.Doc()));
    await isHere;
    if (writes) this.#writers.push(this.#pen(socket, actor, `line-${index}`));
  }

  #pen(socket: WebSocket, actor: Actor, row: string): () => void {
    const doc = new Y.Doc();
    doc.on('update', (update: Uint8Array) => send(socket, UPDATE, update));
    insertRow(doc, row, actor.organizationId, 'a0', {});
    return () => {
      const number = this.#written++;
      this.#at.set(number, performance.now());
      rowsOf(doc)
        .get(row)
        ?.set('note', `@${String(number).padStart(7, '0')}`);
    };
  }

  #hear(data: Buffer): void {
    if (!this.#isMeasured || data[0] !== MESSAGE.sync || data[1] !== UPDATE) return;
    const now = performance.now();
    for (const [, number] of data.toString('latin1').matchAll(MARK)) {
      const at = this.#at.get(Number(number));
      if (at !== undefined) this.latenciesMs.push(now - at);
    }
  }
}

function send(socket: WebSocket, step: number, bytes: Uint8Array): void {
  const out = encoding.createEncoder();
  encoding.writeVarUint(out, MESSAGE.sync);
  encoding.writeVarUint(out, step);
  encoding.writeVarUint8Array(out, bytes);
  socket.send(encoding.toUint8Array(out));
}
