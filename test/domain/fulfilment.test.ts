/** What becomes of an approved order, and the funnel of a round. */
import { expect, test } from 'vitest';
import type { Role } from '#domain/actors.ts';
import { funnel, progressOf, type Step, type StepKind, stepOn } from '#domain/fulfilment.ts';
import type { OrderState } from '#domain/review.ts';
import { grams } from '#domain/units.ts';

const step = (kind: StepKind, kg: number): Step => ({ kind, grams: grams(1000 * kg) });
const order = { number: 3, state: 'approved' as OrderState, grams: grams(100_000) };
const enter = (steps: Step[], kind: StepKind, kg: number, by: Role = 'official', state: OrderState = 'approved') => {
  const reason = kind === 'droppedOut' ? ('price' as const) : null;
  const outcome = stepOn({ ...order, state }, steps, { ...step(kind, kg), reason }, { role: by });
  return outcome.ok ? 'ok' : outcome.refusal.code;
};

test('[RS20] only an approved order is contracted, delivered what was contracted, and judged what was delivered', () => {
  expect(enter([], 'contracted', 100, 'official', 'inReview')).toBe('not-approved');
  expect(enter([], 'contracted', 100)).toBe('ok');
  expect(enter([], 'contracted', 101)).toBe('too-much');
  const signed = [step('contracted', 80)];
  expect([enter([], 'delivered', 1), enter(signed, 'delivered', 80), enter(signed, 'delivered', 81)]).toEqual([
    'too-much',
    'ok',
    'too-much',
  ]);
  const came = [...signed, step('delivered', 50)];
  expect([enter(came, 'accepted', 50), enter(came, 'rejected', 51)]).toEqual(['ok', 'too-much']);
});

test('[RS21] what was turned down may be delivered again, and what was accepted does not fall through', () => {
  const steps = [step('contracted', 100), step('delivered', 100), step('rejected', 30), step('accepted', 70)];
  expect(enter(steps, 'delivered', 30)).toBe('ok');
  expect(enter(steps, 'delivered', 31)).toBe('too-much');
  expect(enter(steps, 'droppedOut', 30)).toBe('ok');
  expect(enter(steps, 'droppedOut', 31)).toBe('too-much');
  expect(progressOf(order.grams, steps)).toMatchObject({ accepted: 70_000, rejected: 30_000, open: 0 });
});

test('[RS22] a drop-out needs a reason, and members, suppliers and observers enter nothing', () => {
  const outcome = stepOn(order, [], { ...step('droppedOut', 5), reason: null }, { role: 'official' });
  expect(outcome.ok ? 'ok' : outcome.refusal.code).toBe('no-reason');
  for (const by of ['editor', 'viewer', 'liaison', 'observer'] as const)
    expect(enter([], 'contracted', 1, by)).toBe('no-right');
});

test('[RS23] the funnel compares each stage with the last one that may be told, and never fills in one that may not', () => {
  const orders = [
    { state: 'approved' as const, grams: grams(60_000), steps: [step('contracted', 40), step('delivered', 10)] },
    { state: 'rejected' as const, grams: grams(20_000), steps: [] },
  ];
  const told = funnel({ pooledKg: 200, offeredKg: 160, orders });
  expect(told.map(({ stage, kg, ofBeforePct }) => [stage, kg, ofBeforePct])).toEqual([
    ['pooled', 200, null],
    ['offered', 160, 80],
    ['matched', 80, 50],
    ['approved', 60, 75],
    ['contracted', 40, 66.7],
    ['delivered', 10, 25],
    ['accepted', 0, 0],
  ]);
  expect(funnel({ pooledKg: null, offeredKg: 160, orders })[1]).toEqual({
    stage: 'offered',
    kg: 160,
    ofBeforePct: null,
  });
});
