/**
 * One tick of a room: waiting updates are admitted or refused one by one, and the admitted ones applied in one Yjs transaction, so that they make
 * one frame. Nothing of it leaves the room before the log has it. Used by the room.
 */

import * as Y from 'yjs';
import { type AdmissionRefusal, admit, type SheetFacts } from '#domain/admission.ts';
import { CLOSE, type Refused } from '#protocol/rooms.ts';
import { rowsOf } from '#protocol/sheet-doc.ts';
import type { Clock } from '../clock.ts';
import { watchCells } from './cell-steps.ts';
import { updateFrame } from './frames.ts';
import { NEW_CLIENTS_PER_SOCKET_MAX } from './limits.ts';
import type { OpenSheet, Outgoing } from './open-sheet.ts';
import type { Peer } from './peer.ts';
import { isIncomplete } from './sheet-store.ts';
import type { Change } from './touched.ts';
import type { LogEntry } from './update-log.ts';

export interface Waiting {
  peer: Peer;
  /** Its number among the updates of this socket. */
  number: number;
  bytes: Uint8Array;
  /** Sync step 2: all that the client has and we have not. */
  isStep2: boolean;
}

/** What a tick works on; the room owns it. */
export interface TickDesk {
  sheet: OpenSheet;
  facts: SheetFacts;
  rowsMax: number;
  clock: Clock;
}

export interface Tick {
  entries: LogEntry[];
  /** Sockets that sent something in this tick; some of it may have been refused or known. */
  heard: Set<Peer>;
  /** Authors of the entries. */
  authors: Set<Peer>;
  /** Rows that may have changed. */
  touched: Set<string>;
  /** For everybody, once logged; null where nothing changed. */
  outgoing: Outgoing | null;
  /** Something that came had no effect, and is not passed on. */
  hasVoid: boolean;
  /** Sockets whose step 2 has to be asked for. */
  asks: Set<Peer>;
  /** Sockets to be closed when the tick is done, and why. */
  stops: Map<Peer, Stop>;
}

export type Stop = { is: 'refused'; refused: Refused } | { is: 'malformed' };

/** Something that was admitted could not be applied: the document is no longer what the log says. */
export class SpoiledTick extends Error {
  override readonly name = 'SpoiledTick';
  readonly tick: Tick;
  /** State vector of the document before the tick. */
  readonly standing: () => Uint8Array;

  constructor(tick: Tick, standing: () => Uint8Array, cause: unknown) {
    super('an admitted update could not be applied', { cause });
    this.tick = tick;
    this.standing = standing;
  }
}

/** A message this small goes on as it came; larger ones may carry much that everybody has. */
const RAW_BYTES_MAX = 8 << 10;

/** Throws SpoiledTick. Yjs may notice only when the whole tick is applied, so that nobody knows which update it was. */
export function runTick(desk: TickDesk, waiting: readonly Waiting[]): Tick {
  const { doc } = desk.sheet;
  let before = new Map<number, number>();
  const standing = () => Y.encodeStateVector(before);
  const tick: Tick = {
    entries: [],
    heard: new Set(),
    authors: new Set(),
    touched: new Set(),
    outgoing: null,
    hasVoid: false,
    asks: new Set(),
    stops: new Map(),
  };
  const [only] = waiting;
  const isRaw = waiting.length === 1 && only !== undefined && !only.isStep2 && only.bytes.length <= RAW_BYTES_MAX;
  const keepsEffects = () => !isRaw || tick.hasVoid;
  let whole: Uint8Array | null = null;
  const keep = (update: Uint8Array) => {
    whole = update;
  };
  try {
    doc.transact((transaction) => {
      before = transaction.beforeState;
      for (const update of waiting) judge(desk, tick, update);
      // Encoding the transaction again costs as much as applying it, so a lone update is passed on as it came, unless some of it had no effect.
      if (keepsEffects()) doc.on('update', keep);
    });
    if (isIncomplete(doc)) throw new Error('an admitted update could not be integrated at once');
  } catch (error) {
    throw new SpoiledTick(tick, standing, error);
  } finally {
    doc.off('update', keep);
  }
  if (!keepsEffects()) whole = tick.entries[0]?.bytes ?? null;
  if (whole && tick.entries.length > 0) {
    tick.outgoing = { frame: updateFrame(whole), standing };
    tick.entries = joined(tick.entries, whole);
  }
  return tick;
}

/** What one person sent within a tick is one row of the log, with each of its steps in the history. */
function joined(entries: LogEntry[], bytes: Uint8Array): LogEntry[] {
  const [first] = entries;
  if (!first || entries.length === 1) return entries;
  const isOfOne = entries.every(
    ({ userId, organizationId }) => userId === first.userId && organizationId === first.organizationId,
  );
  if (!isOfOne) return entries;
  const steps = entries.flatMap((entry) => entry.steps);
  const newClients = entries.flatMap((entry) => entry.newClients);
  return [{ ...first, bytes, steps, newClients }];
}

function judge(desk: TickDesk, tick: Tick, update: Waiting): void {
  const { peer, number, bytes, isStep2 } = update;
  if (peer.isEnded || tick.stops.has(peer)) return;
  tick.heard.add(peer);
  const reading = desk.sheet.read(bytes);
  if (reading.is === 'malformed') tick.stops.set(peer, { is: 'malformed' });
  else if (reading.is === 'gap') meetGap(tick, peer);
  else {
    if (reading.is === 'change') {
      const no = refusalOf(desk, peer, reading);
      if (no) {
        tick.stops.set(peer, { is: 'refused', refused: no });
        return;
      }
      apply(desk, tick, peer, reading);
    }
    if (isStep2) peer.gaps.filled();
    peer.settles(number);
  }
}

function meetGap(tick: Tick, peer: Peer): void {
  const next = peer.gaps.met();
  if (next === 'ask') tick.asks.add(peer);
  if (next === 'close') tick.stops.set(peer, { is: 'malformed' });
}

function refusalOf(desk: TickDesk, peer: Peer, change: Change): Refused | null {
  const { touches, clients, bytes, structs, weight } = change;
  const { clients: known, size } = desk.sheet;
  if (!clients.every((id) => known.mayUse(id, peer.actor))) return FORGED;
  const fresh = clients.filter((id) => !known.hasWritten(id)).length;
  if (peer.newClients + fresh > NEW_CLIENTS_PER_SOCKET_MAX) return TOO_MANY_CLIENTS;
  if (!known.mayBring(fresh, peer.actor)) return OPENED_TOO_OFTEN;
  const rows = {
    now: desk.sheet.rowCount,
    max: desk.rowsMax,
    ownerOnce: (row: string) => desk.sheet.ownersOnce.get(row),
  };
  const admission = admit(peer.actor, desk.facts, touches, rows);
  if (!admission.ok) return asRefused(admission.refusal);
  if (weight.is === 'crowded') return CROWDED;
  // Only what has no new structs leaves the document no larger than it was.
  return clients.length === 0 || size.hasRoomFor(bytes.length, structs) ? null : TOO_LARGE;
}

function apply(desk: TickDesk, tick: Tick, peer: Peer, change: Change): void {
  const { touches, clients, bytes, hasVoid } = change;
  const { doc, clients: known } = desk.sheet;
  const { userId, organizationId } = peer.actor;
  const watch = watchCells(rowsOf(doc), touches);
  Y.applyUpdate(doc, bytes);
  const newClients = clients.filter((id) => !known.hasWritten(id));
  for (const id of newClients) known.bind(id, peer.actor);
  peer.newClients += newClients.length;
  const steps = watch.steps();
  desk.sheet.countOwners(steps);
  tick.entries.push({ userId, organizationId, at: desk.clock.now(), bytes, steps, newClients });
  tick.authors.add(peer);
  if (hasVoid) tick.hasVoid = true;
  for (const row of watch.rows) tick.touched.add(row);
  desk.sheet.grew(change);
}

/** The database declined the whole tick because the sheet closed in the meantime. */
export const FROZEN: Stop = {
  is: 'refused',
  refused: {
    code: 'sheet-frozen',
    row: null,
    column: null,
    message: 'the sheet closed before this edit arrived',
    remedy: 'copy your draft and talk to the pool administrator',
  },
};

const asRefused = ({ code, row, column, message, remedy }: AdmissionRefusal): Refused => ({
  code,
  row,
  column,
  message,
  remedy,
});
const whole = (code: string, message: string, remedy: string): Refused => ({
  code,
  row: null,
  column: null,
  message,
  remedy,
});
const FORGED = whole(
  'not-your-client',
  'the edit is signed as another connection',
  'open the sheet again and enter the edit there',
);
const TOO_MANY_CLIENTS = whole(
  'too-many-clients',
  'the edit comes from too many connections at once',
  'open the sheet again',
);
const OPENED_TOO_OFTEN = whole(
  'opened-too-often',
  'you have opened this sheet for editing very often, and a further page may write in it only every two minutes',
  'write on in a page that is open already, or wait two minutes, open the sheet again and enter the edit there',
);
const CROWDED = whole(
  'crowded-cell',
  'too many people wrote the same cell at the same time',
  'open the sheet again and enter the edit there; if that is refused as well, copy the row into a new one',
);
const TOO_LARGE = whole('sheet-full', 'the sheet has reached its largest size', 'shorten texts or remove rows');

export const stopPeer = (peer: Peer, stop: Stop): void =>
  stop.is === 'refused' ? peer.refuse(stop.refused) : peer.end(CLOSE.malformed, 'not understood');
