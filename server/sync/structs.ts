/** Decodes an update once and puts its new structs in an order in which Yjs can integrate them. Used by touched.ts. */
import * as decoding from 'lib0/decoding';
import * as Y from 'yjs';
import { ROWS } from '#protocol/sheet-doc.ts';
import { CLIENTS_PER_UPDATE_MAX } from './limits.ts';

export type Struct = Y.Item | Y.GC;
type Deletions = ReturnType<typeof Y.decodeUpdate>['ds'];

/** What an update has that the document has not. */
export interface Fresh {
  /** The update without what the document has. Read, apply, log and send these and no others. */
  bytes: Uint8Array;
  byClient: ReadonlyMap<number, readonly Struct[]>;
  /** Everything that a struct builds on is in the document or earlier here. */
  inOrder: readonly Struct[];
  /** Deletions of the whole update; most may be known. */
  deletions: Deletions;
  /** The clock up to which a client's structs are known with this update. */
  end(client: number): number;
  /** The new struct that covers an id. */
  find(id: Y.ID): Struct | null;
  within(client: number, from: number, to: number): readonly Struct[];
}

/** Clocks and ids beyond these are no browser's; sums near 2^53 would make the document unreadable for others. */
const CLOCK_MAX = 2 ** 32;
const CLIENT_MAX = 2 ** 32;

type Store = Y.Doc['store'];

export function readStructs(doc: Y.Doc, bytes: Uint8Array): Fresh | 'malformed' | 'gap' {
  const { store } = doc;
  const decoded = decode(bytes);
  if (!decoded) return 'malformed';
  const picked = pickNew(store, decoded);
  if (typeof picked === 'string') return picked;
  const { byClient, hasKnown } = picked;
  // Yjs would read names, neighbours and ranges of known structs anew, and they may say something else than what the document has.
  if (hasKnown) return readRest(doc, bytes);
  const inOrder = putInOrder(store, byClient);
  if (typeof inOrder === 'string') return inOrder;
  const end = (client: number) => {
    const last = byClient.get(client)?.at(-1);
    return last ? last.id.clock + last.length : Y.getState(store, client);
  };
  const find = (id: Y.ID) => {
    const list = byClient.get(id.client);
    const at = list ? indexOf(list, id.clock) : -1;
    return list?.[at] ?? null;
  };
  const { ds: deletions } = decoded;
  return { bytes, byClient, inOrder, deletions, end, find, within: (...range) => within(byClient, ...range) };
}

function readRest(doc: Y.Doc, bytes: Uint8Array): Fresh | 'malformed' | 'gap' {
  let rest: Uint8Array;
  try {
    rest = Y.diffUpdate(bytes, Y.encodeStateVector(doc));
  } catch {
    return 'malformed';
  }
  return readStructs(doc, rest);
}

type Decoded = ReturnType<typeof Y.decodeUpdate> & { blocks: number };

function decode(bytes: Uint8Array): Decoded | null {
  try {
    const blocks = decoding.readVarUint(decoding.createDecoder(bytes));
    return { ...Y.decodeUpdate(bytes), blocks };
  } catch {
    return null;
  }
}

/** Of two blocks with the same client Yjs would apply only the second one, so a client has one block here, without holes, and no empty structs. */
function pickNew(
  store: Store,
  { structs, blocks }: Decoded,
): { byClient: Map<number, Struct[]>; hasKnown: boolean } | 'malformed' | 'gap' {
  const picked = new Map<number, Struct[]>();
  let hasKnown = false;
  const ends = new Map<number, number>();
  let client = -1;
  for (const struct of structs) {
    const { id, length } = struct;
    const end = id.clock + length;
    if (!(length >= 1) || end > CLOCK_MAX || id.client >= CLIENT_MAX) return 'malformed';
    if (id.client !== client) {
      if (ends.has(id.client)) return 'malformed';
      client = id.client;
      if (id.clock > Y.getState(store, client)) return 'gap';
    } else if (ends.get(client) !== id.clock) return 'malformed';
    ends.set(client, end);
    if (struct instanceof Y.Skip) return 'gap';
    const known = Y.getState(store, client);
    if (id.clock < known) hasKnown = true;
    if (end <= known) {
      // Yjs opens a root by its name as it reads, also for what it has: each name would stay for ever.
      if (struct instanceof Y.Item && typeof struct.parent === 'string' && struct.parent !== ROWS) return 'malformed';
      continue;
    }
    const list = picked.get(client);
    if (list) list.push(struct as Struct);
    else picked.set(client, [struct as Struct]);
  }
  if (ends.size !== blocks || picked.size > CLIENTS_PER_UPDATE_MAX) return 'malformed';
  return { byClient: picked, hasKnown };
}

/** Like Yjs, takes each client's structs in turn and turns to another client where one builds on the other. */
function putInOrder(store: Store, byClient: Map<number, Struct[]>): Struct[] | 'malformed' | 'gap' {
  const out: Struct[] = [];
  const reached = new Map<number, number>();
  const has = ({ client, clock }: Y.ID) => clock < (reached.get(client) ?? Y.getState(store, client));
  const next = new Map<number, number>();
  for (let moved = true; moved; ) {
    moved = false;
    for (const [client, list] of byClient) {
      let index = next.get(client) ?? 0;
      for (let struct = list[index]; struct; struct = list[++index]) {
        const needs = neighbours(struct);
        if (needs.some((id) => id.client === client && id.clock >= struct.id.clock)) return 'malformed';
        if (!needs.every(has)) break;
        out.push(struct);
        reached.set(client, struct.id.clock + struct.length);
        moved = true;
      }
      next.set(client, index);
    }
  }
  for (const [client, list] of byClient) if (next.get(client) !== list.length) return 'gap';
  return out;
}

/** What Yjs looks up before it integrates a struct. */
function neighbours(struct: Struct): Y.ID[] {
  if (!(struct instanceof Y.Item)) return [];
  const { origin, rightOrigin, parent } = struct;
  return [origin, rightOrigin, parent].filter((id) => id instanceof Y.ID);
}

/** Position of the struct that covers the clock; -1 where none does. */
function indexOf(list: readonly Struct[], clock: number): number {
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const struct = list[middle];
    if (!struct) return -1;
    if (clock < struct.id.clock) high = middle - 1;
    else if (clock >= struct.id.clock + struct.length) low = middle + 1;
    else return middle;
  }
  return -1;
}

function within(
  byClient: ReadonlyMap<number, readonly Struct[]>,
  client: number,
  from: number,
  to: number,
): readonly Struct[] {
  const list = byClient.get(client);
  const first = list?.[0];
  // Most deletions concern what the document has, not what comes with them.
  if (!list || !first || to <= first.id.clock) return NOTHING;
  const begin = Math.max(0, indexOf(list, Math.max(from, first.id.clock)));
  let end = begin;
  for (let struct = list[end]; struct && struct.id.clock < to; struct = list[++end]);
  return list.slice(begin, end).filter(({ id, length }) => id.clock + length > from);
}

const NOTHING: readonly Struct[] = [];
