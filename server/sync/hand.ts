/**
 * An edit that the server makes in somebody's name. It is made as a browser would make it, on a copy of the sheet and under a client id of that
 * person, and goes the way of every edit: admission, log, readers. Used by the sheets.
 */

import { randomInt } from 'node:crypto';
import * as encoding from 'lib0/encoding';
import type pg from 'pg';
import type * as Y from 'yjs';
import type { Actor } from '#domain/actors.ts';
import { MESSAGE, type Refused } from '#protocol/rooms.ts';
import type { Clock } from '../clock.ts';
import type { SheetLimits } from './limits.ts';
import { Peer } from './peer.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import { type LoadedSheet, loadSheet } from './sheet-store.ts';

export interface Edit<T> {
  value: T;
  /** Null: nothing is to be written. */
  write: ((doc: Y.Doc) => void) | null;
}

export type Submitted<T> =
  /** The log has it, at this number or before. */
  | { is: 'stored'; seq: bigint; value: T }
  | { is: 'refused'; refused: Refused }
  /** Not stored; the same may work in a moment. */
  | { is: 'retry' }
  | { is: 'noSheet' };

export interface HandDesk {
  pool: pg.Pool;
  rooms: Rooms;
  limits: SheetLimits;
  clock: Clock;
}

/** `edit` looks at the sheet as the log has it, and says what to write. The caller has made sure that the actor may see the sheet. */
export async function submit<T>(
  desk: HandDesk,
  sheetId: string,
  actor: Actor,
  edit: (sheet: LoadedSheet) => Edit<T>,
): Promise<Submitted<T>> {
  const loaded = await loadSheet(desk.pool, sheetId);
  if (!loaded) return { is: 'noSheet' };
  const { value, write } = edit(loaded);
  if (!write) return { is: 'stored', seq: loaded.seq, value };
  const update = updateOf(loaded, write);
  const room = await desk.rooms.open(sheetId);
  if (!room) return { is: 'noSheet' };
  if (room.isOver) return { is: 'retry' };
  room.learn(loaded.facts);
  // Another node may have written what the edit builds on.
  room.hear(loaded.seq);
  const hand = new Hand(room, actor, desk);
  room.join(hand);
  room.receive(hand, messageOf(update));
  const fate = await hand.fate;
  room.leave(hand);
  return fate.is === 'stored' ? { ...fate, value } : fate;
}

function updateOf({ doc, clients }: LoadedSheet, write: (doc: Y.Doc) => void): Uint8Array {
  do doc.clientID = randomInt(2 ** 32);
  while (clients.has(doc.clientID));
  let update = new Uint8Array();
  doc.on('update', (bytes: Uint8Array) => {
    update = new Uint8Array(bytes);
  });
  doc.transact(() => write(doc));
  return update;
}

const UPDATE = 2;

function messageOf(update: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, MESSAGE.sync);
  encoding.writeVarUint(encoder, UPDATE);
  encoding.writeVarUint8Array(encoder, update);
  return encoding.toUint8Array(encoder);
}

type Fate = Exclude<Submitted<null>, { is: 'noSheet' | 'stored' }> | { is: 'stored'; seq: bigint };

/** A peer without a line: it reads nothing, and hears only what became of its one update. */
class Hand extends Peer {
  readonly fate: Promise<Fate>;
  readonly #room: Room;
  readonly #tell: (fate: Fate) => void;
  #isStored = false;

  constructor(room: Room, actor: Actor, { limits, clock }: HandDesk) {
    super({ line: NO_LINE, actor, access: 'edit', sheetId: room.sheetId, wantsAck: false, limits, clock });
    const { promise, resolve } = Promise.withResolvers<Fate>();
    this.fate = promise;
    this.#tell = resolve;
    this.#room = room;
  }

  override settles(number: number): void {
    super.settles(number);
    this.#isStored = true;
  }

  override unsettle(): void {
    super.unsettle();
    this.#isStored = false;
  }

  override acknowledge(): void {
    if (this.#isStored) this.#tell({ is: 'stored', seq: this.#room.durable.seq });
    // A refusal of the same tick follows at once and says more.
    else queueMicrotask(() => this.#tell({ is: 'retry' }));
  }

  override refuse(refused: Refused): void {
    this.#tell({ is: 'refused', refused });
    super.refuse(refused);
  }

  override end(code: number, reason: string): void {
    this.#tell({ is: 'retry' });
    super.end(code, reason);
  }
}

const NO_LINE = {
  write: () => {},
  backlog: () => 0,
  onDrain: () => {},
  pause: () => {},
  resume: () => {},
  close: () => {},
};
