/**
 * Reads what an update would do to a sheet's document without applying it. Used by the room before every update.
 *
 * Yjs itself never asks who may write what, so everything it would act on is resolved here the way it would resolve it: the parent of each new
 * struct (by name, by id, inherited from a neighbour) and the place of each deletion. Whatever Yjs could not integrate at once is answered 'gap'.
 * Shapes that a Yjs client never produces are 'malformed', so that this reader and Yjs cannot understand the same bytes differently.
 */

import * as Y from 'yjs';
import { ROW_ID, type RowBefore, type Touch } from '#domain/admission.ts';
import { OWNER, type Scalar } from '#domain/sheets.ts';
import { ROWS, rowsOf, type YRow } from '#protocol/sheet-doc.ts';
import { Crowds, type Weight, weighConflicts } from './conflicts.ts';
import { type Fresh, readStructs, type Struct } from './structs.ts';

export type Reading =
  | { is: 'malformed' }
  /** It builds on something that the document does not have. */
  | { is: 'gap' }
  /** Nothing that the document does not have already. */
  | { is: 'known' }
  /** `clients` wrote the new structs. `bytes`: of the update, without what the document has; the touches speak of these. */
  | {
      is: 'change';
      touches: Touch[];
      clients: number[];
      bytes: Uint8Array;
      /** Something of it will have no effect, and nobody but its author is to read that. */
      hasVoid: boolean;
      /** 'crowded': too many wrote a cell at the same time; applying it would take too long. */
      weight: Exclude<Weight, { is: 'malformed' }>;
      /** New structs. */
      structs: number;
    };

export type Change = Extract<Reading, { is: 'change' }>;

/** Where an item lives: in the map of rows, in a row's map, in something deleted (it will have no effect), or where no sheet has anything. */
type Slot =
  | { in: 'sheet'; row: string }
  | { in: 'row'; row: string; column: string; holder: Y.Item }
  | { in: 'void' }
  | { in: 'stray'; row: string | null };

const VOID: Slot = { in: 'void' };
const MALFORMED: Reading = { is: 'malformed' };

/** Without its `crowds` only what the update itself brings together is weighed. */
export function readUpdate(doc: Y.Doc, bytes: Uint8Array, crowds = new Crowds()): Reading {
  const read = readStructs(doc, bytes);
  if (typeof read === 'string') return { is: read };
  const reader = new Reader(doc, read, crowds);
  return reader.read();
}

class Reader {
  readonly #doc: Y.Doc;
  readonly #fresh: Fresh;
  readonly #crowds: Crowds;
  readonly #slots = new Map<Struct, Slot>();
  /** New structs that the same update deletes again. */
  readonly #stillborn = new Set<Struct>();
  /** Live items of the document that the update deletes. */
  readonly #erased: Y.Item[] = [];

  constructor(doc: Y.Doc, fresh: Fresh, crowds: Crowds) {
    this.#doc = doc;
    this.#fresh = fresh;
    this.#crowds = crowds;
  }

  read(): Reading {
    for (const struct of this.#fresh.inOrder) {
      const slot = this.#slotOfNew(struct);
      if (slot === null) return MALFORMED;
      this.#slots.set(struct, slot);
    }
    const deletions = this.#readDeletions();
    if (deletions !== 'ok') return { is: deletions };
    if (this.#fresh.inOrder.length === 0 && this.#erased.length === 0) return { is: 'known' };
    const weight = weighConflicts(this.#doc, this.#fresh, this.#crowds);
    if (weight.is === 'malformed' || !this.#fresh.inOrder.every((struct) => this.#isPlain(struct))) return MALFORMED;
    const touches = this.#touches();
    if (touches === null) return MALFORMED;
    const { bytes, byClient, inOrder } = this.#fresh;
    return {
      is: 'change',
      touches,
      clients: [...byClient.keys()],
      bytes,
      hasVoid: this.#hasVoid(),
      weight,
      structs: inOrder.length,
    };
  }

  /** Neighbours come first in `inOrder`, so their slots are known. Null: no Yjs client makes such an item. */
  #slotOfNew(struct: Struct): Slot | null {
    if (!(struct instanceof Y.Item)) return VOID;
    const { origin, rightOrigin } = struct;
    // Maps have no order, so no Yjs client names what a value goes before.
    if (rightOrigin !== null) return null;
    if (origin === null) return this.#slotUnder(struct);
    const left = this.#find(origin);
    // A neighbour that was swept away takes the newcomer with it.
    return left instanceof Y.GC ? VOID : this.#slotOf(left);
  }

  /** `parent` is the name of a root or the id of the item that holds the map. */
  #slotUnder({ parent, parentSub }: Y.Item): Slot | null {
    if (typeof parent === 'string')
      return parent === ROWS && parentSub !== null ? { in: 'sheet', row: parentSub } : { in: 'stray', row: null };
    if (!(parent instanceof Y.ID)) return null;
    const holder = this.#find(parent);
    if (holder instanceof Y.GC) return VOID;
    if (!(holder instanceof Y.Item)) return null;
    // Its map was dropped when it was deleted: Yjs drops what comes for it.
    if (holder.content instanceof Y.ContentDeleted || (holder.deleted && this.#isStored(holder))) return VOID;
    if (!(holder.content instanceof Y.ContentType)) return null;
    const slot = this.#slotOf(holder);
    if (slot.in === 'void') return VOID;
    if (slot.in !== 'sheet' || parentSub === null) return { in: 'stray', row: 'row' in slot ? slot.row : null };
    return { in: 'row', row: slot.row, column: parentSub, holder };
  }

  #slotOf(struct: Struct): Slot {
    const known = this.#slots.get(struct);
    if (known) return known;
    if (!(struct instanceof Y.Item)) return VOID;
    const { parent, parentSub } = struct;
    const rows = rowsOf(this.#doc);
    if (parentSub === null || !(parent instanceof Y.AbstractType)) return VOID;
    if (parent === (rows as Y.AbstractType<unknown>)) return { in: 'sheet', row: parentSub };
    const holder = parent._item;
    if (
      holder === null ||
      holder.deleted ||
      holder.parent !== (rows as Y.AbstractType<unknown>) ||
      holder.parentSub === null
    )
      return VOID;
    return { in: 'row', row: holder.parentSub, column: parentSub, holder };
  }

  #find(id: Y.ID): Struct {
    return this.#fresh.find(id) ?? Y.getItem(this.#doc.store, id);
  }

  /** Several values in one item are earlier ones that are gone; Yjs would split others, also where they have no effect. */
  #isPlain(struct: Struct): boolean {
    if (!(struct instanceof Y.Item) || struct.content instanceof Y.ContentDeleted || struct.length === 1) return true;
    if (this.#slots.get(struct)?.in === 'stray') return true;
    return struct.content instanceof Y.ContentAny && this.#stillborn.has(struct);
  }

  #hasVoid(): boolean {
    if (this.#stillborn.size > 0) return true;
    return this.#fresh.inOrder.some((struct) => struct instanceof Y.Item && this.#slots.get(struct)?.in === 'void');
  }

  #isStored = (item: Y.Item): boolean => !this.#slots.has(item);

  #readDeletions(): 'ok' | 'gap' | 'malformed' {
    for (const [client, ranges] of this.#fresh.deletions.clients) {
      let end = 0;
      const known = this.#fresh.end(client);
      for (const { clock, len } of ranges) {
        // Yjs sorts and merges them. Overlapping ones would let a short message cost unbounded time.
        if (len < 1 || clock < end) return 'malformed';
        end = clock + len;
        if (end > known) return 'gap';
        if (!this.#deleteRange(client, clock, end)) return 'malformed';
      }
    }
    return 'ok';
  }

  #deleteRange(client: number, from: number, to: number): boolean {
    const stored = this.#doc.store.clients.get(client) ?? [];
    const state = Y.getState(this.#doc.store, client);
    if (from < state)
      for (let index = Y.findIndexSS(stored, from); index < stored.length; index++) {
        const struct = stored[index];
        if (!struct || struct.id.clock >= to) break;
        if (struct instanceof Y.Item && !struct.deleted) this.#erased.push(struct);
      }
    for (const struct of this.#fresh.within(client, from, to)) {
      const isWhole = struct.id.clock >= from && struct.id.clock + struct.length <= to;
      if (isWhole) this.#stillborn.add(struct);
      else if (!struct.deleted) return false;
    }
    return true;
  }

  /** Null: a new item that no Yjs client makes. */
  #touches(): Touch[] | null {
    const touches: Touch[] = [];
    const removed = new Set<Y.Item>();
    for (const item of this.#erased) {
      const slot = this.#slotOf(item);
      if (slot.in !== 'sheet') continue;
      removed.add(item);
      touches.push({ act: 'remove', row: slot.row, before: cellsOf(item) });
    }
    const created = new Map<Y.Item, { column: string; value: unknown }[]>();
    const written = new Map<Y.Item, Set<string>>();
    for (const struct of this.#fresh.inOrder) {
      const slot = this.#slots.get(struct) ?? VOID;
      if (!(struct instanceof Y.Item) || slot.in === 'void') continue;
      if (slot.in === 'stray') touches.push({ act: 'stray', row: slot.row });
      else if (slot.in === 'sheet') touches.push(...this.#rowTouch(struct, slot.row, created));
      else if (this.#isStored(slot.holder)) {
        if (removed.has(slot.holder)) continue;
        const columns = written.get(slot.holder) ?? new Set();
        written.set(slot.holder, columns.add(slot.column));
        const writes = this.#cellTouches(struct, slot.row, slot.column, cellsOf(slot.holder));
        if (writes === null) return null;
        touches.push(...writes);
      } else if (!this.#writeNewRow(struct, slot.column, created.get(slot.holder))) return null;
    }
    for (const item of this.#erased) {
      const slot = this.#slotOf(item);
      if (slot.in !== 'row' || removed.has(slot.holder) || written.get(slot.holder)?.has(slot.column)) continue;
      touches.push({ act: 'erase', row: slot.row, column: slot.column, before: cellsOf(slot.holder) });
    }
    return touches;
  }

  #rowTouch(item: Y.Item, row: string, created: Map<Y.Item, { column: string; value: unknown }[]>): Touch[] {
    const standing = rowsOf(this.#doc)._map.get(row);
    const before = standing && !standing.deleted ? cellsOf(standing) : null;
    const { content } = item;
    // A row that came and went before it reached us may still displace one that stands there, and its id stays for ever.
    if (content instanceof Y.ContentDeleted || this.#stillborn.has(item)) {
      if (before) return [{ act: 'remove', row, before }];
      return ROW_ID.test(row) ? [] : [{ act: 'stray', row: null }];
    }
    if (!(content instanceof Y.ContentType) || content.type.constructor !== Y.Map) return [{ act: 'stray', row }];
    const cells: { column: string; value: unknown }[] = [];
    created.set(item, cells);
    return [{ act: 'create', row, cells, before }];
  }

  #cellTouches(item: Y.Item, row: string, column: string, before: RowBefore): Touch[] | null {
    if (item.content instanceof Y.ContentDeleted) return [{ act: 'erase', row, column, before }];
    const values = this.#valuesOf(item);
    return values?.map((value) => ({ act: 'write' as const, row, column, value, before })) ?? null;
  }

  /** The owner of a new row stands in one live item, so that no later item of the update can take it away. */
  #writeNewRow(item: Y.Item, column: string, cells: { column: string; value: unknown }[] | undefined): boolean {
    if (!cells) return true;
    if (item.content instanceof Y.ContentDeleted) {
      cells.push({ column, value: column === OWNER ? undefined : null });
      return true;
    }
    const values = this.#valuesOf(item);
    if (values === null) return false;
    if (column === OWNER && this.#stillborn.has(item)) values.push(undefined);
    for (const value of values) cells.push({ column, value });
    return true;
  }

  /** Several values in one item are earlier values of a cell that undo keeps; all of them are deleted. */
  #valuesOf(item: Y.Item): unknown[] | null {
    if (!(item.content instanceof Y.ContentAny)) return [NO_SCALAR];
    const { arr } = item.content;
    return arr.length === 1 || this.#stillborn.has(item) ? [...arr] : null;
  }
}

/** Stands for a nested type, a text, bytes: anything but a cell. */
const NO_SCALAR = Object.freeze({});

/** Cells of a row that stands in the document. */
function cellsOf(holder: Y.Item): RowBefore {
  const map = holder.content instanceof Y.ContentType ? (holder.content.type as YRow) : null;
  return (column) => map?.get(column) as Scalar | undefined;
}
