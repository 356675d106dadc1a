/**
 * Bounds what an update costs Yjs. A new value of a cell is put after the one that its writer saw; where others stand there, Yjs walks past them one
 * by one, now and whenever the sheet is opened. Used by touched.ts before anything is applied.
 *
 * A Yjs client builds each value on the last that it knows, its own included. So no client names the same place of a cell twice, and only what was
 * written at the same time by several clients has to be sorted.
 */
import * as Y from 'yjs';
import { ROWS, rowsOf } from '#protocol/sheet-doc.ts';
import { CELL_STEPS_MAX, UPDATE_STEPS_MAX } from './limits.ts';
import type { Fresh } from './structs.ts';

interface Cell {
  /** Its last value in the document; null: none, or the cell is new. */
  standing: Y.Item | null;
  /** Where each client's last new value ends. */
  ends: Map<number, Y.ID>;
  /** Values, and those of them that were sorted in between others; of the document only once it is asked for. */
  values: number;
  conflicts: number;
  isCounted: boolean;
}

const isSame = (a: Y.ID | null | undefined, b: Y.ID | null | undefined): boolean =>
  a === b || (!!a && !!b && a.client === b.client && a.clock === b.clock);
const nameOf = ({ client, clock }: Y.ID): string => `${client}:${clock}`;

/** 'malformed': no Yjs client makes it. 'crowded': too many wrote one cell at the same time. */
export function weighConflicts(doc: Y.Doc, fresh: Fresh): 'ok' | 'malformed' | 'crowded' {
  const cells = new Map<string, Cell>();
  const nameOfNew = new Map<Y.Item, string>();
  const places = new Set<string>();
  let steps = 0;
  for (const item of fresh.inOrder) {
    if (!(item instanceof Y.Item)) continue;
    const name = cellOf(doc, fresh, nameOfNew, item);
    if (name === null) continue;
    nameOfNew.set(item, name);
    const { client } = item.id;
    const place = `${client} ${item.origin ? nameOf(item.origin) : name}`;
    if (places.has(place)) return 'malformed';
    places.add(place);
    const cell = cells.get(name) ?? opened(doc, fresh, item);
    cells.set(name, cell);
    const isInTurn = cell.ends.has(client) ? isSame(cell.ends.get(client), item.origin) : isLast(cell, item);
    cell.ends.set(client, item.lastId);
    cell.values++;
    if (isInTurn) continue;
    count(cell);
    cell.conflicts++;
    steps += cell.values;
    if (cell.conflicts * cell.values > CELL_STEPS_MAX || steps > UPDATE_STEPS_MAX) return 'crowded';
  }
  return 'ok';
}

/** The map and key that an item is for. Null: it stays nowhere. */
function cellOf(doc: Y.Doc, fresh: Fresh, nameOfNew: Map<Y.Item, string>, item: Y.Item): string | null {
  const { origin, parent, parentSub } = item;
  if (origin === null) return typeof parent === 'string' ? ` ${parent} ${parentSub}` : named(parent, parentSub);
  const left = fresh.find(origin) ?? Y.getItem(doc.store, origin);
  if (!(left instanceof Y.Item)) return null;
  const known = nameOfNew.get(left);
  if (known !== undefined) return known;
  if (!(left.parent instanceof Y.AbstractType)) return null;
  const holder = left.parent._item;
  return holder ? named(holder.id, left.parentSub) : ` ${ROWS} ${left.parentSub}`;
}

const named = (holder: Y.Item['parent'], key: string | null): string | null =>
  holder instanceof Y.ID ? `${nameOf(holder)} ${key}` : null;

function opened(doc: Y.Doc, fresh: Fresh, item: Y.Item): Cell {
  const map = mapOf(doc, fresh, item);
  const key = item.origin ? keyOf(doc, item.origin) : item.parentSub;
  const standing = (map && key !== null && map._map.get(key)) || null;
  return { standing, ends: new Map(), values: 0, conflicts: 0, isCounted: false };
}

/** The map in the document; null: the update brings it, or there is none. */
function mapOf(doc: Y.Doc, fresh: Fresh, { origin, parent }: Y.Item): Y.AbstractType<unknown> | null {
  if (origin) {
    const left = fresh.find(origin) ? null : Y.getItem(doc.store, origin);
    return left instanceof Y.Item && left.parent instanceof Y.AbstractType ? left.parent : null;
  }
  // Read from bytes, a parent may be the name of a root.
  if ((parent as unknown) === ROWS) return rowsOf(doc) as Y.AbstractType<unknown>;
  if (!(parent instanceof Y.ID) || fresh.find(parent)) return null;
  const holder = Y.getItem(doc.store, parent);
  return holder instanceof Y.Item && holder.content instanceof Y.ContentType ? holder.content.type : null;
}

function keyOf(doc: Y.Doc, id: Y.ID): string | null {
  const item = Y.getItem(doc.store, id);
  return item instanceof Y.Item ? item.parentSub : null;
}

/** Nothing stands after what its writer saw. */
const isLast = ({ standing, values }: Cell, { origin }: Y.Item): boolean =>
  values === 0 && isSame(standing?.lastId, origin);

/** Costs what Yjs will need for a single conflict. */
function count(cell: Cell): void {
  if (cell.isCounted) return;
  cell.isCounted = true;
  for (let item = cell.standing; item !== null; item = item.left) {
    cell.values++;
    if (!isSame(item.origin, item.left?.lastId)) cell.conflicts++;
  }
}
