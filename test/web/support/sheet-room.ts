/**
 * The other end of a sheet's socket, inside the page: a room with a Yjs document, acknowledgements that a test gives or holds,
 * refusals and closings. Speaks the frames of protocol/rooms.ts, so that the stock provider cannot tell it from a server.
 */

import * as decoding from 'lib0/decoding';
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Row } from '#domain/sheets.ts';
import { MESSAGE, type Refused } from '#protocol/rooms.ts';
import { insertRow, rowsOf } from '#protocol/sheet-doc.ts';

const STEP_1 = 0;
const STEP_2 = 1;
const UPDATE = 2;

const message = (...numbers: number[]) => {
  const encoder = encoding.createEncoder();
  for (const number of numbers) encoding.writeVarUint(encoder, number);
  return encoder;
};
const withBytes = (encoder: encoding.Encoder, bytes: Uint8Array) => {
  encoding.writeVarUint8Array(encoder, bytes);
  return encoding.toUint8Array(encoder);
};

/** What a room needs of a socket of its own. */
interface Line {
  received: number;
  hear(frame: Uint8Array): void;
  end(code: number, reason?: string): void;
}

export class SheetRoom {
  readonly doc = new Y.Doc();
  /** Frames that arrived, by message type and sync step: 'update', 'step2', 'awareness'. */
  readonly heard: string[] = [];
  /** While false, updates are taken but not called durable. */
  acknowledges = true;
  /** While false, nobody can connect. */
  isUp = true;
  /** Ends every socket that opens, with this code. */
  refusesAll: number | null = null;
  /** Bytes of each answer to "what do I lack". */
  readonly answered: number[] = [];
  /** Refuses the next update instead of taking it. */
  refusal: { refused: Refused | null; code: number } | null = null;
  readonly #lines = new Set<Line>();
  #joined = 0;

  /** How often a socket was opened. */
  get joined(): number {
    return this.#joined;
  }

  /** Sockets that are open now. */
  get open(): number {
    return this.#lines.size;
  }

  get rows(): Record<string, Row> {
    return rowsOf(this.doc).toJSON() as Record<string, Row>;
  }

  seed(rows: Record<string, Row>, owner = 'org-1'): this {
    this.doc.transact(() => {
      for (const [index, [id, cells]] of Object.entries(rows).entries())
        insertRow(this.doc, id, owner, `a${index}`, cells);
    });
    return this;
  }

  /** The same sheet on a server that was started again. */
  copyOf(room: SheetRoom): this {
    Y.applyUpdate(this.doc, Y.encodeStateAsUpdate(room.doc));
    return this;
  }

  /** A colleague's edit, as it would come from another browser. */
  write(row: string, cells: Row): void {
    this.#change(() => {
      for (const [column, value] of Object.entries(cells))
        rowsOf(this.doc)
          .get(row)
          ?.set(column, value ?? null);
    });
  }

  add(row: string, cells: Row, position: string, owner = 'org-1'): void {
    this.#change(() => insertRow(this.doc, row, owner, position, cells));
  }

  remove(row: string): void {
    this.#change(() => rowsOf(this.doc).delete(row));
  }

  /** Several edits that leave in one frame, as those of a tick do. */
  batch(change: () => void): void {
    this.#change(change);
  }

  #change(change: () => void): void {
    this.doc.once('update', (update: Uint8Array) => this.send(withBytes(message(MESSAGE.sync, UPDATE), update)));
    this.doc.transact(change);
  }

  /** Calls everything that arrived so far durable. */
  acknowledge(): void {
    for (const line of this.#lines) line.hear(encoding.toUint8Array(message(MESSAGE.ack, line.received)));
  }

  /** A colleague's presence. */
  awareness(clientId: number, clock: number, state: unknown): void {
    const body = message(1, clientId, clock);
    encoding.writeVarString(body, JSON.stringify(state));
    this.send(withBytes(message(MESSAGE.awareness), encoding.toUint8Array(body)));
  }

  /** Ends every socket. 1006 is a broken line. */
  drop(code = 1006, reason = ''): void {
    for (const line of [...this.#lines]) line.end(code, reason);
  }

  send(frame: Uint8Array, except?: Line): void {
    for (const line of this.#lines) if (line !== except) line.hear(frame);
  }

  /** A WebSocket class whose sockets lead here. Messages travel in microtasks, in order. */
  get WebSocket(): typeof globalThis.WebSocket {
    const room = this;
    class RoomSocket extends EventTarget {
      static readonly CONNECTING = 0;
      static readonly OPEN = 1;
      static readonly CLOSING = 2;
      static readonly CLOSED = 3;
      readonly OPEN = 1;
      readyState = 0;
      binaryType = 'arraybuffer';
      onopen: (() => void) | null = null;
      onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
      onclose: ((event: { code: number; reason: string }) => void) | null = null;
      onerror: ((event: Event) => void) | null = null;
      readonly #line: Line = {
        received: 0,
        hear: (frame) =>
          queueMicrotask(() => {
            if (this.readyState === 1) this.onmessage?.({ data: frame.slice().buffer });
          }),
        end: (code, reason) => this.#end(code, reason),
      };

      constructor() {
        super();
        queueMicrotask(() => {
          if (!room.isUp) return this.#end(1006);
          this.readyState = 1;
          room.#joined++;
          room.#lines.add(this.#line);
          this.onopen?.();
          if (room.refusesAll !== null) return this.#end(room.refusesAll);
          this.#line.hear(withBytes(message(MESSAGE.sync, STEP_1), Y.encodeStateVector(room.doc)));
        });
      }

      send(frame: Uint8Array): void {
        queueMicrotask(() => room.#receive(this.#line, frame));
      }

      close(code = 1000): void {
        this.#end(code);
      }

      #end(code: number, reason = ''): void {
        if (this.readyState === 3) return;
        this.readyState = 3;
        room.#lines.delete(this.#line);
        queueMicrotask(() => this.onclose?.({ code, reason }));
      }
    }
    return RoomSocket as unknown as typeof globalThis.WebSocket;
  }

  #receive(line: Line, frame: Uint8Array): void {
    if (!this.#lines.has(line)) return;
    const decoder = decoding.createDecoder(frame);
    const type = decoding.readVarUint(decoder);
    if (type !== MESSAGE.sync) {
      this.heard.push(type === MESSAGE.awareness ? 'awareness' : 'other');
      return;
    }
    const step = decoding.readVarUint(decoder);
    const bytes = decoding.readVarUint8Array(decoder);
    if (step === STEP_1) {
      const lacking = Y.encodeStateAsUpdate(this.doc, bytes);
      this.answered.push(lacking.length);
      line.hear(withBytes(message(MESSAGE.sync, STEP_2), lacking));
      return;
    }
    this.heard.push(step === STEP_2 ? 'step2' : 'update');
    if (this.refusal && bytes.length > 2) this.#refuse(line);
    else this.#take(line, bytes);
  }

  #take(line: Line, update: Uint8Array): void {
    line.received++;
    Y.applyUpdate(this.doc, update);
    if (update.length > 2) this.send(withBytes(message(MESSAGE.sync, UPDATE), update), line);
    if (this.acknowledges) line.hear(encoding.toUint8Array(message(MESSAGE.ack, line.received)));
  }

  #refuse(line: Line): void {
    const { refused, code } = this.refusal ?? { refused: null, code: 1011 };
    this.refusal = null;
    if (refused) {
      const encoder = message(MESSAGE.refusal);
      encoding.writeVarString(encoder, JSON.stringify(refused));
      line.hear(encoding.toUint8Array(encoder));
    }
    queueMicrotask(() => queueMicrotask(() => line.end(code)));
  }
}
