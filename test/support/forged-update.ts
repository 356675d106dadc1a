/** Updates written struct by struct, as no Yjs client would. */
import * as encoding from 'lib0/encoding';
import type * as Y from 'yjs';

export type Id = readonly [client: number, clock: number];

/** What an item holds. `deleted`: so many values that are gone. */
export type Held =
  | { values: readonly unknown[] }
  | { deleted: number }
  | { map: true }
  | { list: true }
  | { text: string }
  | { bytes: Uint8Array };

export type ForgedItem = Held & {
  origin?: Id | undefined;
  right?: Id | undefined;
  parent?: Id | string | undefined;
  key?: string | undefined;
};
export type Forged = { gc: number } | { skip: number } | ForgedItem;

/** One client's structs from a clock on. */
export interface Block {
  client: number;
  clock: number;
  structs: readonly Forged[];
}

/** `deletions`: client, then clock and length of each range. */
export function forgedUpdate(blocks: readonly Block[], deletions: readonly (readonly number[])[] = []): Uint8Array {
  const encoder = encoding.createEncoder();
  const put = (...numbers: readonly number[]) => {
    for (const number of numbers) encoding.writeVarUint(encoder, number);
  };
  put(blocks.length);
  for (const { client, clock, structs } of blocks) {
    put(structs.length, client, clock);
    for (const struct of structs) putStruct(encoder, put, struct);
  }
  put(deletions.length);
  for (const [client = 0, ...ranges] of deletions) put(client, ranges.length / 2, ...ranges);
  return encoding.toUint8Array(encoder);
}

type Put = (...numbers: readonly number[]) => void;
const SKIP = 10;
const [LEFT, RIGHT, KEY] = [0x80, 0x40, 0x20];

function putStruct(encoder: encoding.Encoder, put: Put, struct: Forged): void {
  if ('gc' in struct) put(0, struct.gc);
  else if ('skip' in struct) put(SKIP, struct.skip);
  else putItem(encoder, put, struct);
}

function putItem(encoder: encoding.Encoder, put: Put, struct: ForgedItem): void {
  const { origin, right, parent, key } = struct;
  const info = kindOf(struct) | (origin ? LEFT : 0) | (right ? RIGHT : 0) | (key === undefined ? 0 : KEY);
  encoding.writeUint8(encoder, info);
  if (origin) put(...origin);
  if (right) put(...right);
  if (!origin && !right) {
    if (typeof parent === 'string') {
      put(1);
      encoding.writeVarString(encoder, parent);
    } else put(0, ...(parent ?? [0, 0]));
    if (key !== undefined) encoding.writeVarString(encoder, key);
  }
  if ('deleted' in struct) put(struct.deleted);
  else if ('map' in struct) put(1);
  else if ('list' in struct) put(0);
  else if ('text' in struct) encoding.writeVarString(encoder, struct.text);
  else if ('bytes' in struct) encoding.writeVarUint8Array(encoder, struct.bytes);
  else {
    put(struct.values.length);
    for (const value of struct.values) encoding.writeAny(encoder, value as never);
  }
}

function kindOf(held: Held): number {
  if ('deleted' in held) return 1;
  if ('bytes' in held) return 3;
  if ('text' in held) return 4;
  return 'values' in held ? 8 : 7;
}

export const lengthOf = (struct: Forged): number => {
  if ('gc' in struct) return struct.gc;
  if ('skip' in struct) return struct.skip;
  if ('deleted' in struct) return struct.deleted;
  if ('text' in struct) return struct.text.length;
  return 'values' in struct ? struct.values.length : 1;
};

/** Id of the item that holds a row's map. */
export function rowItem(doc: Y.Doc, row: string): Id {
  return idOf(doc.getMap('rows')._map.get(row));
}

/** Id of the item that holds a cell. */
export function cellItem(doc: Y.Doc, row: string, column: string): Id {
  return idOf((doc.getMap('rows').get(row) as Y.Map<unknown>)._map.get(column));
}

function idOf(item: Y.Item | undefined): Id {
  if (!item) throw new Error('the document has no such item');
  return [item.id.client, item.id.clock];
}
