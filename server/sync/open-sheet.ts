/** An open sheet in memory: its Yjs document, who may write under which client id, and what of it the log has. Used by its room. */

import * as Y from 'yjs';
import { OWNER, type Row, type Scalar } from '#domain/sheets.ts';
import { readRow, readRows, rowsOf } from '#protocol/sheet-doc.ts';
import type { Clock } from '../clock.ts';
import { watchCells } from './cell-steps.ts';
import { ClientIds } from './client-ids.ts';
import { Crowds } from './conflicts.ts';
import { DocumentSize } from './document-size.ts';
import { updateFrame } from './frames.ts';
import { MEASURE_MS, OWNERS_ONCE_MAX, TAIL_BYTES_MAX, TAIL_UPDATES_MAX } from './limits.ts';
import type { LoadedSheet, LoggedRow } from './sheet-store.ts';
import { type Change, type Reading, readUpdate } from './touched.ts';
import type { CellStep, LogEntry, LogHead } from './update-log.ts';

export interface RowChange {
  row: string;
  before: Row | null;
  after: Row | null;
}

/** A frame for everybody, and the state vector of the document before it. */
export interface Outgoing {
  frame: Uint8Array;
  standing: () => Uint8Array;
}

export class OpenSheet {
  readonly doc: Y.Doc;
  readonly clients: ClientIds;
  readonly size: DocumentSize;
  readonly #clock: Clock;
  #crowds: Crowds;
  #crowdsAtMs: number;
  /** As the log has them. */
  readonly rows: Map<string, Row>;
  /** Rows of the document. Yjs itself would count them one by one. */
  rowCount: number;
  /** Owners of removed rows, most recently removed last: a row that comes back is theirs again. */
  readonly ownersOnce: Map<string, Scalar>;
  #seq: bigint;
  #head: Uint8Array;
  /** Log since the snapshot. */
  readonly #tail: { updates: number; bytes: number };
  #isSnapshotting = false;

  constructor(loaded: LoadedSheet, options: { clock: Clock; documentBytes: number }) {
    this.doc = loaded.doc;
    this.clients = new ClientIds(loaded.clients, options.clock);
    this.size = new DocumentSize(loaded.doc, options, loaded.bytes);
    this.#clock = options.clock;
    this.#crowds = Crowds.of(loaded.doc);
    this.#crowdsAtMs = options.clock.now().getTime();
    this.rows = readRows(loaded.doc);
    this.rowCount = this.rows.size;
    this.ownersOnce = loaded.ownersOnce;
    this.#seq = loaded.seq;
    this.#head = loaded.head;
    this.#tail = { ...loaded.tail };
  }

  get seq(): bigint {
    return this.#seq;
  }

  get head(): Uint8Array {
    return this.#head;
  }

  /** What an update would do, before it is applied. */
  read(bytes: Uint8Array): Reading {
    const reading = readUpdate(this.doc, bytes, this.#crowds);
    if (reading.is !== 'change' || reading.weight.is === 'ok') return reading;
    // Rows that went took their crowds with them.
    const now = this.#clock.now().getTime();
    if (now - this.#crowdsAtMs < MEASURE_MS) return reading;
    this.#crowdsAtMs = now;
    this.#crowds = Crowds.of(this.doc);
    return readUpdate(this.doc, bytes, this.#crowds);
  }

  /** What was read is applied. */
  grew({ bytes, structs, weight }: Change): void {
    this.size.add(bytes.length, structs);
    if (weight.is === 'ok') this.#crowds.add(weight);
  }

  /** Call with the steps of each update once it is applied: every row has an owner from its first update to its last. */
  countOwners(steps: readonly CellStep[]): void {
    for (const { row, column, before, after } of steps) {
      if (column !== OWNER) continue;
      this.rowCount += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1);
      this.ownersOnce.delete(row);
      if (after === undefined && before !== undefined) this.ownersOnce.set(row, before);
    }
    for (const row of this.ownersOnce.keys()) if (this.ownersOnce.size > OWNERS_ONCE_MAX) this.ownersOnce.delete(row);
  }

  /** The log took these; answers which rows they changed. */
  stored(entries: readonly LogEntry[], touched: Iterable<string>, { seq, head }: LogHead): RowChange[] {
    this.#seq = seq;
    this.#head = head;
    for (const { bytes } of entries) this.#grow(bytes.length);
    return this.#takeRows(touched);
  }

  /** Takes over what other nodes have logged, in the log's order. Throws when there is a hole in it. */
  follow(page: readonly LoggedRow[]): { outgoing: Outgoing | null; rows: RowChange[] } {
    const touched = new Set<string>();
    let frame: Uint8Array | null = null;
    let before = new Map<number, number>();
    const keep = (update: Uint8Array) => {
      frame = updateFrame(update);
    };
    this.doc.on('update', keep);
    this.doc.transact((transaction) => {
      before = transaction.beforeState;
      for (const row of page) for (const id of this.#followRow(row)) touched.add(id);
    });
    this.doc.off('update', keep);
    const standing = () => Y.encodeStateVector(before);
    return { outgoing: frame && { frame, standing }, rows: this.#takeRows(touched) };
  }

  /** Opening is quick up to this length of the log after the snapshot. */
  get isTailLong(): boolean {
    return this.#tail.updates > TAIL_UPDATES_MAX || this.#tail.bytes > TAIL_BYTES_MAX;
  }

  /** `take` answers whether there is a snapshot of all that the log has now. Does not throw. */
  async snapshot(take: () => Promise<boolean>): Promise<void> {
    if (this.#isSnapshotting || this.#tail.updates === 0) return;
    this.#isSnapshotting = true;
    const { updates, bytes } = this.#tail;
    if (await take()) {
      this.#tail.updates -= updates;
      this.#tail.bytes -= bytes;
    }
    this.#isSnapshotting = false;
  }

  #followRow({ seq, bytes, hash, userId, organizationId }: LoggedRow): string[] {
    if (seq !== this.#seq + 1n) throw new Error(`the log has a hole before ${seq}`);
    const reading = this.read(bytes);
    const { clients, touches } = reading.is === 'change' ? reading : { clients: [], touches: [] };
    for (const id of clients) this.clients.bind(id, { userId, organizationId });
    const watch = watchCells(rowsOf(this.doc), touches);
    Y.applyUpdate(this.doc, bytes);
    this.countOwners(watch.steps());
    this.#seq = seq;
    this.#head = hash;
    if (reading.is === 'change') this.grew(reading);
    this.#grow(bytes.length);
    return [...watch.rows];
  }

  #grow(bytes: number): void {
    this.#tail.updates++;
    this.#tail.bytes += bytes;
  }

  /** Moves changed rows from the document to what is durable. */
  #takeRows(touched: Iterable<string>): RowChange[] {
    const changes: RowChange[] = [];
    for (const id of touched) {
      const before = this.rows.get(id) ?? null;
      const row = rowsOf(this.doc).get(id);
      const after = row ? readRow(row) : null;
      if (after) this.rows.set(id, after);
      else this.rows.delete(id);
      if (before || after) changes.push({ row: id, before, after });
    }
    return changes;
  }
}
