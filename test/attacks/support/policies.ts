/** Four ways to publish one session, each as what any viewer then has in hand: a live total, slots, slots with three changed, and the program's own rules. */
import { type Book, hierarchyOf } from '../../support/small-pool.ts';
import type { Sight } from '../attacker/intervals.ts';
import { record, unknownsOf } from './rounds.ts';
import type { Session } from './sessions.ts';

export interface Published {
  sights: Sight[];
  /** Slots in which the total of all lines got a new value; of a live total: slots in which it moved. */
  newTotals: number;
  /** Cells that ever had a value, as a share of those in which somebody asks for something at the end. */
  cellsShown: number;
}

export type Policy = 'live total' | 'slots only' | 'slots + 3 changed' | 'ours';
export const POLICIES: readonly Policy[] = ['live total', 'slots only', 'slots + 3 changed', 'ours'];

const TOTAL = '|||all';

export function publish(session: Session, policy: Policy): Published {
  const published = publishBy(session, policy);
  const last = booksOf(session).at(-1) ?? {};
  const ids = hierarchyOf().cells.map(({ id }) => id.replace('yttrium|', ''));
  const asked = ids.filter((cell) => unknownsOf(cell, last).length > 0);
  const shown = new Set(published.sights.map(({ cell }) => cell));
  return { ...published, cellsShown: asked.filter((cell) => shown.has(cell)).length / asked.length };
}

type Sighted = Omit<Published, 'cellsShown'>;

function publishBy(session: Session, policy: Policy): Sighted {
  switch (policy) {
    case 'live total':
      return totals(session.slots, () => true);
    case 'slots only':
      return totals(atSlots(session), () => true);
    case 'slots + 3 changed':
      return totals(atSlots(session), (now, last) => ownersIn(now, {}) >= 3 && ownersIn(now, last) >= 3);
    case 'ours':
      return ours(session);
  }
}

/** What the pool holds at each slot. */
export function booksOf(session: Session): Book[] {
  let now: Book = {};
  return session.slots.map((after) => (now = after.at(-1) ?? now));
}

const atSlots = (session: Session): Book[][] => booksOf(session).map((book) => [book]);

/** Shows the total of all lines at each of these moments where it changed and the rule says so. */
function totals(slots: readonly Book[][], mayShow: (now: Book, last: Book) => boolean): Sighted {
  const sights: Sight[] = [];
  let last: Book = {};
  let newTotals = 0;
  for (const moments of slots) {
    const before = sights.length;
    for (const book of moments) {
      if (ownersIn(book, last) === 0 || !mayShow(book, last)) continue;
      const value = sum(Object.values(book).flatMap((amounts) => Object.values(amounts)));
      sights.push({ cell: TOTAL, unknowns: unknownsOf(TOTAL, book), low: value, high: value });
      last = book;
    }
    if (sights.length > before) newTotals += 1;
  }
  return { sights, newTotals };
}

function ours(session: Session): Sighted {
  const shown = record(booksOf(session), [], undefined, `session ${session.seed}`);
  const sights = shown.map(({ cell, value, unknowns }) => {
    const number = Number(value);
    return { cell, unknowns, low: number, high: number };
  });
  return { sights, newTotals: shown.filter(({ cell }) => cell === TOTAL).length };
}

/** Owners whose amounts differ anywhere. */
function ownersIn(now: Book, last: Book): number {
  const changed = new Set<string>();
  for (const place of new Set([...Object.keys(now), ...Object.keys(last)]))
    for (const owner of new Set([...Object.keys(now[place] ?? {}), ...Object.keys(last[place] ?? {})]))
      if ((now[place]?.[owner] ?? 0) !== (last[place]?.[owner] ?? 0)) changed.add(owner);
  return changed.size;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** The amount that a name of `unknownsOf` stands for: names hold it. */
export const amountNamed = (_owner: string, name: string): number => Number(name.slice(name.indexOf(':') + 1));
