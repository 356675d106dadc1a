/**
 * Bounds what the edits of a sheet cost Yjs. A new value of a cell is put after the one that its writer saw; where others stand there, Yjs walks past
 * them one by one, now and whenever the sheet is opened. Used by touched.ts before anything is applied, and by the open sheet, which keeps the crowds.
 *
 * A Yjs client builds each value on the last that it knows, its own included. So no client names the same place of a cell twice, and only what was
 * written at the same time by several clients has to be sorted. Each such value is taken to cost as many steps as the cell has values, in the end.
 */
import * as Y from 'yjs';
import { ROWS, rowsOf } from '#protocol/sheet-doc.ts';
import { CELL_STEPS_FREE, CELL_STEPS_MAX, IN_TURN_FACTOR, SHEET_STEPS_MAX, UPDATE_STEPS_MAX } from './limits.ts';
import type { Fresh } from './structs.ts';

/** A cell that several wrote at the same time: how many values it ever had, and how many of them were sorted in between others. */
interface Crowd {
  values: number;
  conflicts: number;
}

/** What new values would make of the crowds. 'malformed': no Yjs client makes them. 'crowded': too many wrote at the same time. */
export type Weight = { is: 'malformed' | 'crowded' } | { is: 'ok'; crowds: ReadonlyMap<string, Crowd>; steps: number };

const stepsOf = ({ values, conflicts }: Crowd): number => values * conflicts;
/** A few people at one cell are everyday life, however many such cells there are. */
const counted = (crowd: Crowd | undefined): number => {
  const steps = crowd ? stepsOf(crowd) : 0;
  return steps > CELL_STEPS_FREE ? steps : 0;
};

/** The crowds of one document. */
export class Crowds {
  readonly #crowds = new Map<string, Crowd>();
  #steps = 0;

  /** Walks over every value that the cells ever had. */
  static of(doc: Y.Doc): Crowds {
    const crowds = new Crowds();
    const rows = rowsOf(doc);
    for (const [id, row] of rows._map) {
      crowds.#look(` ${ROWS} ${id}`, row);
      if (row.deleted || !(row.content instanceof Y.ContentType)) continue;
      for (const [column, item] of row.content.type._map) crowds.#look(`${nameOf(row.id)} ${column}`, item);
    }
    return crowds;
  }

  /** Steps of all crowds that count. */
  get steps(): number {
    return this.#steps;
  }

  get(name: string): Crowd | undefined {
    return this.#crowds.get(name);
  }

  /** What was weighed is applied. */
  add({ crowds }: Extract<Weight, { is: 'ok' }>): void {
    for (const [name, crowd] of crowds) this.#set(name, crowd);
  }

  #set(name: string, crowd: Crowd): void {
    this.#steps += counted(crowd) - counted(this.#crowds.get(name));
    this.#crowds.set(name, crowd);
  }

  #look(name: string, last: Y.Item): void {
    if (last.left === null && last.origin === null) return;
    const crowd = crowdAt(last);
    if (crowd.conflicts > 0) this.#set(name, crowd);
  }
}

function crowdAt(last: Y.Item | null): Crowd {
  const crowd = { values: 0, conflicts: 0 };
  for (let item = last; item !== null; item = item.left) {
    crowd.values++;
    if (!isSame(item.origin, item.left?.lastId)) crowd.conflicts++;
  }
  return crowd;
}

interface Cell extends Crowd {
  /** Its last value in the document; null: none, or the cell is new. */
  standing: Y.Item | null;
  /** Where each client's last new value ends. */
  ends: Map<number, Y.ID>;
  /** Of its values, those that the update brings. */
  fresh: number;
  /** What the document has of it is in `values` and `conflicts`; it is looked at only once it is asked for. */
  isCounted: boolean;
}

const isSame = (a: Y.ID | null | undefined, b: Y.ID | null | undefined): boolean =>
  a && b ? a.client === b.client && a.clock === b.clock : !a && !b;
const nameOf = ({ client, clock }: Y.ID): string => `${client}:${clock}`;

/** `known`: the crowds of the document, as far as they are known. */
export function weighConflicts(doc: Y.Doc, fresh: Fresh, known: Crowds): Weight {
  const cells = new Map<string, Cell>();
  const nameOfNew = new Map<Y.Item, string>();
  const places = new Set<string>();
  let steps = 0;
  let isCrowded = false;
  for (const item of fresh.inOrder) {
    if (!(item instanceof Y.Item)) continue;
    const name = cellOf(doc, fresh, nameOfNew, item);
    if (name === null) continue;
    nameOfNew.set(item, name);
    const { client } = item.id;
    const place = `${client} ${item.origin ? nameOf(item.origin) : name}`;
    if (places.has(place)) return { is: 'malformed' };
    places.add(place);
    if (isCrowded) continue;
    const cell = cells.get(name) ?? opened(doc, fresh, item, known.get(name));
    cells.set(name, cell);
    const isInTurn = cell.ends.has(client) ? isSame(cell.ends.get(client), item.origin) : isLast(cell, item);
    cell.ends.set(client, item.lastId);
    if (!isInTurn) {
      count(cell);
      cell.conflicts++;
      steps += cell.values + 1;
    }
    cell.values++;
    cell.fresh++;
    isCrowded = stepsOf(cell) > CELL_STEPS_MAX * (isInTurn ? IN_TURN_FACTOR : 1) || steps > UPDATE_STEPS_MAX;
  }
  return isCrowded ? { is: 'crowded' } : summed(cells, steps, known);
}

/** What comes in turn makes the sorting of others longer, and is taken for longer than what has to be sorted itself. */
function summed(cells: ReadonlyMap<string, Cell>, steps: number, known: Crowds): Weight {
  const crowds = new Map<string, Crowd>();
  let growth = 0;
  for (const [name, { values, conflicts }] of cells) {
    if (conflicts === 0) continue;
    crowds.set(name, { values, conflicts });
    growth += counted({ values, conflicts }) - counted(known.get(name));
  }
  const max = SHEET_STEPS_MAX * (steps > 0 ? 1 : IN_TURN_FACTOR);
  return growth > 0 && known.steps + growth > max ? { is: 'crowded' } : { is: 'ok', crowds, steps };
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

function opened(doc: Y.Doc, fresh: Fresh, item: Y.Item, known: Crowd | undefined): Cell {
  const map = mapOf(doc, fresh, item);
  const key = item.origin ? keyOf(doc, item.origin) : item.parentSub;
  const standing = (map && key !== null && map._map.get(key)) || null;
  const { values, conflicts } = known ?? { values: 0, conflicts: 0 };
  return { standing, ends: new Map(), values, conflicts, fresh: 0, isCounted: known !== undefined };
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
const isLast = ({ standing, fresh }: Cell, { origin }: Y.Item): boolean =>
  fresh === 0 && isSame(standing?.lastId, origin);

/** Costs what Yjs will need for a single conflict. */
function count(cell: Cell): void {
  if (cell.isCounted) return;
  cell.isCounted = true;
  const { values, conflicts } = crowdAt(cell.standing);
  cell.values += values;
  cell.conflicts += conflicts;
}
