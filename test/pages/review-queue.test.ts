/** The review queue: ages, filters and sorting, and how they stand in the address of the page. */
import { expect, test } from 'vitest';
import { reviewDue } from '#domain/review.ts';
import type { OrderState, QueuedOrder } from '#web/state/api.ts';
import { isOverdue, NO_FILTER, queued, readFilter, waitWords, writeFilter } from '#web/state/review-queue.ts';

const NOW = Date.parse('2026-12-20T12:00:00Z');

const row = (number: number, daysAgo: number, more: { state?: OrderState; mineral?: string; usd?: number } = {}) => {
  const proposedAt = new Date(NOW - daysAgo * 86_400_000);
  return {
    poolId: 'p',
    pool: 'Gallium 2027',
    order: {
      ...{ id: `${number}`, number, state: 'proposed', supplier: `Supplier ${number}`, country: 'Japan' },
      ...{ mineral: 'gallium', usd: 100, proposedAt: proposedAt.toISOString() },
      dueAt: reviewDue(proposedAt, 10).toISOString(),
      ...more,
    },
  } as QueuedOrder;
};
const found = (rows: QueuedOrder[], filter: Partial<typeof NO_FILTER>) =>
  queued(rows, { ...NO_FILTER, ...filter }, (id) => `The ${id}`, NOW).map(({ order }) => order.number);

test('[RV8] an order waits from its proposal on, and is overdue after the deadline, while nobody has decided', () => {
  const [fresh, old, done] = [row(1, 0.5), row(2, 10.01), row(3, 30, { state: 'approved' })];
  if (!fresh || !old || !done) throw new Error('no rows');
  expect([fresh, old, done].map(({ order }) => waitWords(order, NOW))).toEqual(['today', '10 days', '']);
  expect([fresh, row(1, 9.99), old, done].map(({ order }) => isOverdue(order, NOW))).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test('[RV9] the queue is filtered by state, mineral, age and words, and sorted', () => {
  const rows = [
    row(1, 2, { usd: 5 }),
    row(2, 12, { mineral: 'antimony' }),
    row(3, 8, { state: 'inReview', usd: 900 }),
    row(4, 40, { state: 'returned' }),
  ];
  expect(found(rows, {})).toEqual([4, 2, 3, 1]);
  expect(found(rows, { sort: 'cost' })).toEqual([3, 2, 4, 1]);
  expect(found(rows, { sort: 'mineral' })).toEqual([2, 1, 3, 4]);
  expect(found(rows, { sort: 'supplier' })).toEqual([1, 2, 3, 4]);
  expect(found(rows, { state: 'inReview' })).toEqual([3]);
  expect(found(rows, { mineral: 'antimony' })).toEqual([2]);
  expect([found(rows, { age: 'overdue' }), found(rows, { age: 'soon' })]).toEqual([[2], [3]]);
  expect(found(rows, { text: ' SUPPLIER  antimony japan' })).toEqual([2]);
  expect(found(rows, { text: 'absent' })).toEqual([]);
});

test('[RV9] the filter stands in the address beside what else is there, and nonsense there asks for nothing', () => {
  const filter = { ...NO_FILTER, state: 'inReview', age: 'overdue', text: 'a & b=c', sort: 'cost' } as const;
  const written = writeFilter(new URLSearchParams('round=2&mineral=gallium'), filter);
  expect(readFilter(new URLSearchParams(written))).toEqual(filter);
  expect(new URLSearchParams(written).get('round')).toBe('2');
  expect(writeFilter(new URLSearchParams(written), NO_FILTER)).toBe('?round=2');
  expect(readFilter(new URLSearchParams('state=x&age=1&sort=%00'))).toEqual(NO_FILTER);
});
