/** The review queue: how long an order waits, what is looked for, and in which order; kept in the address of the page. */
import { ORDER_STATES } from '#domain/review.ts';
import { count } from '#web/lib/format.ts';
import { isUndecided } from '#web/lib/orders.ts';
import type { OrderState, OrderView, QueuedOrder } from './api.ts';

const DAY_MS = 86_400_000;
/** Days before its deadline from which on an order counts as due soon. */
const SOON_DAYS = 3;

export const AGES = ['', 'overdue', 'soon'] as const;
export const SORTS = ['oldest', 'cost', 'mineral', 'supplier'] as const;

export interface QueueFilter {
  /** Empty: all. */
  state: OrderState | '';
  /** Id; empty: all. */
  mineral: string;
  age: (typeof AGES)[number];
  /** Words that supplier, country, mineral, pool or number hold, all of them. */
  text: string;
  sort: (typeof SORTS)[number];
}

export const NO_FILTER: QueueFilter = { state: '', mineral: '', age: '', text: '', sort: 'oldest' };

type Dated = Pick<OrderView, 'state' | 'proposedAt' | 'dueAt'>;

export const isOverdue = ({ state, dueAt }: Dated, now: number): boolean =>
  isUndecided(state) && dueAt !== undefined && new Date(dueAt).getTime() < now;

const isDueSoon = (order: Dated, now: number): boolean =>
  isUndecided(order.state) && !isOverdue(order, now) && isOverdue(order, now + SOON_DAYS * DAY_MS);

/** '12 days', 'today' on the first; empty where it waits no more. */
export function waitWords({ state, proposedAt }: Dated, now: number): string {
  if (!isUndecided(state) || proposedAt === undefined) return '';
  const days = Math.floor((now - new Date(proposedAt).getTime()) / DAY_MS);
  return days < 1 ? 'today' : count(days, 'day');
}

const oneOf = <T extends string>(choices: readonly T[], text: string | null, fallback: T): T =>
  choices.find((choice) => choice === text) ?? fallback;

/** The page's address may be read only. */
type Readable = Pick<URLSearchParams, 'get' | 'toString'>;

/** What does not fit counts as not asked for. */
export function readFilter(address: Readable): QueueFilter {
  return {
    state: oneOf(['', ...ORDER_STATES], address.get('state'), ''),
    mineral: address.get('mineral') ?? '',
    age: oneOf(AGES, address.get('age'), ''),
    text: address.get('text') ?? '',
    sort: oneOf(SORTS, address.get('sort'), 'oldest'),
  };
}

/** The address with the filter in it; what the page keeps there besides stays. */
export function writeFilter(address: Readable, filter: QueueFilter): string {
  const next = new URLSearchParams(`${address}`);
  for (const [name, value] of Object.entries(filter)) {
    if (value === NO_FILTER[name as keyof QueueFilter]) next.delete(name);
    else next.set(name, value);
  }
  return `?${next}`;
}

const COMPARE: Record<QueueFilter['sort'], (a: QueuedOrder, b: QueuedOrder, name: (id: string) => string) => number> = {
  oldest: (a, b) => (a.order.proposedAt ?? '').localeCompare(b.order.proposedAt ?? ''),
  cost: (a, b) => b.order.usd - a.order.usd,
  mineral: (a, b, name) => name(a.order.mineral).localeCompare(name(b.order.mineral), 'en'),
  supplier: (a, b) => a.order.supplier.localeCompare(b.order.supplier, 'en'),
};

/** Those that fit, sorted; equal ones stay as they came. */
export function queued(
  rows: readonly QueuedOrder[],
  filter: QueueFilter,
  mineralName: (id: string) => string,
  now: number,
): QueuedOrder[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ order, pool }: QueuedOrder): boolean => {
    if (filter.state && order.state !== filter.state) return false;
    if (filter.mineral && order.mineral !== filter.mineral) return false;
    if (filter.age === 'overdue' && !isOverdue(order, now)) return false;
    if (filter.age === 'soon' && !isDueSoon(order, now)) return false;
    const text =
      `${order.number} ${order.supplier} ${order.country} ${mineralName(order.mineral)} ${pool}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  return rows.filter(fits).toSorted((a, b) => COMPARE[filter.sort](a, b, mineralName));
}
