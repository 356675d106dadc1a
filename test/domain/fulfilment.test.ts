/** What becomes of an approved order, and the funnel of a round. */
import { expect, test } from 'vitest';
import type { Role } from '#domain/actors.ts';
import { type DropReason, funnel, progressOf, type Step, type StepKind, stepOn, strikeOn } from '#domain/fulfilment.ts';
import { howFar, singlesOut } from '#domain/fulfilment-disclosure.ts';
import { pooledKg } from '#domain/release-view.ts';
import type { OrderState } from '#domain/review.ts';
import { grams } from '#domain/units.ts';
import { catalogue } from '../support/catalogue.ts';

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

const onPaper = (kind: StepKind, day: string, reference: string) => {
  const steps = [step('contracted', 50), step('delivered', 50)];
  const reason = kind === 'droppedOut' ? ('licence' as const) : null;
  const paper = { day, today: '2027-03-10', reference };
  const outcome = stepOn(order, steps, { ...step(kind, 10), reason, paper }, { role: 'official' });
  return outcome.ok ? 'ok' : outcome.refusal.code;
};

test('[FU1] a step names a day that has come, and the contract, delivery note or assay that it rests on', () => {
  expect(onPaper('contracted', '2027-03-11', 'C-7')).toBe('ok');
  expect(onPaper('contracted', '2027-03-12', 'C-7')).toBe('not-yet');
  for (const kind of ['contracted', 'accepted', 'rejected'] as const)
    expect(onPaper(kind, '2027-03-01', ' ')).toBe('no-paper');
  expect(onPaper('droppedOut', '2027-03-01', '')).toBe('ok');
});

test('[FU2] a step is struck out with a reason, and not while a later one rests on it', () => {
  const strike = (others: Step[], why = 'typed twice', role: Role = 'official') => {
    const outcome = strikeOn(order, others, why, { role });
    return outcome.ok ? 'ok' : outcome.refusal.code;
  };
  expect(strike([step('contracted', 100)])).toBe('ok');
  expect(strike([step('delivered', 10)])).toBe('needed');
  expect(strike([step('contracted', 100), step('accepted', 10)])).toBe('needed');
  expect(strike([], ' ')).toBe('no-reason');
  expect(strike([], 'mine', 'editor')).toBe('no-right');
});

test('[FU5] a manufacturer reads how far an order is in words, and of another buyer’s doing only that there is another reason', () => {
  const far = (...steps: [StepKind, number, DropReason?][]) =>
    howFar(
      order.grams,
      steps.map(([kind, kg, reason = null]) => ({ ...step(kind, kg), reason: reason as DropReason | null })),
    );
  expect(far()).toEqual({
    contracted: 'none',
    delivered: 'none',
    accepted: 'none',
    fellThrough: 'none',
    reason: null,
  });
  expect(far(['contracted', 99])).toMatchObject({ contracted: 'part', fellThrough: 'none' });
  // What is left counts, so that a part that fell through is no measure.
  expect(far(['contracted', 97], ['droppedOut', 3, 'buyers'], ['delivered', 50])).toEqual({
    contracted: 'whole',
    delivered: 'part',
    accepted: 'none',
    fellThrough: 'part',
    reason: 'other',
  });
  for (const reason of ['finance', 'qualification'] as const)
    expect(far(['droppedOut', 100, reason])).toMatchObject({ fellThrough: 'whole', reason: 'other' });
  expect(far(['droppedOut', 100, 'licence']).reason).toBe('licence');
  // Ten thousand orders of other sizes at the same stage read the same.
  for (const kg of [51, 1000, 999_999])
    expect(howFar(grams(1000 * kg), [{ ...step('contracted', 50), reason: null }])).toEqual(far(['contracted', 50]));
});

test('[FU7] the administrator enters no part of an order that is what one or two buyers receive, or leaves it', () => {
  const owners = new Map([
    ['a', 50_000n],
    ['b', 30_000n],
    ['c', 13_000n],
    ['d', 7_000n],
  ]);
  const told = (kg: number, before = 0) =>
    singlesOut(order.grams, { grams: grams(1000 * kg), after: grams(1000 * (before + kg)) }, owners).ok;
  expect([100, 25, 60, 45].map((kg) => told(kg))).toEqual([true, true, true, true]);
  // One buyer, all but one, two, all but two, a kilogram beside it, and in two steps.
  expect([13, 87, 43, 57, 14, 12].map((kg) => told(kg))).toEqual([false, false, false, false, false, false]);
  expect([told(11, 2), told(11, 5)]).toEqual([false, true]);
});

test('[FU8] what was pooled is what the last release shows of the mineral, and nothing where it shows a part', () => {
  const cell = (year: number | null, value: string | null, more = {}) =>
    ({ mineral: 'gallium', form: null, grade: null, year, level: 'all', value, ...more }) as const;
  const release = { basis: 'Ga', unit: 'kg' };
  const pooled = (...cells: ReturnType<typeof cell>[]) => pooledKg({ ...release, cells }, 'gallium', catalogue);
  expect(pooled(cell(null, '1200'), cell(2027, null))).toBe(1200);
  expect(pooled(cell(2027, '700'), cell(2028, '400'))).toBe(1100);
  expect(pooled(cell(2027, '700'), cell(2028, null))).toBeNull();
  expect(pooled(cell(null, '9', { mineral: 'germanium' }))).toBeNull();
});
