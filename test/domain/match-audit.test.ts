/** The audit of a match: it passes what is right and names each planted fault. */
import { expect, test } from 'vitest';
import { audit, type Claims } from '#domain/match-audit.ts';
import type { Part, Problem } from '#domain/match-model.ts';
import { ask, FIRST_QUARTER, problem, supply } from '../support/match-cases.ts';

const TIERS = [
  [0, 5],
  [50, 4],
] as const;
const right = (): { of: Problem; parts: Part[]; cost: bigint; unmet: number } => ({
  of: problem(
    [ask('a', 60, { gradePct: 99.99, ceiling: 4, qualification: 'producing' }), ask('b', 20)],
    [supply('X', [50, 50], TIERS, { minimumKg: 10 })],
    { quarters: 2 },
  ),
  parts: [
    { supply: 0, quarter: 0, ask: 0, kg: 40 },
    { supply: 0, quarter: 0, ask: 1, kg: 10 },
  ],
  cost: 200_000_000n,
  unmet: 30,
});
const check = (change: (c: ReturnType<typeof right>) => void): string => {
  const c = right();
  change(c);
  const claims: Claims = { parts: c.parts, unmetKg: new Map([[0, c.unmet]]), costMicro: new Map([[0, c.cost]]) };
  return audit(c.of, claims).join('; ');
};
const first = (c: ReturnType<typeof right>) => c.parts[0] as Part;
const line = (c: ReturnType<typeof right>, more: object) => Object.assign(c.of.asks[0] as object, more);
const offer = (c: ReturnType<typeof right>, more: object) => Object.assign(c.of.supplies[0] as object, more);
const both = (c: ReturnType<typeof right>, ofLine: object, ofOffer: object) => {
  line(c, ofLine);
  offer(c, ofOffer);
};

test('[MT20] the audit passes an allocation that keeps every rule', () => {
  expect(check(() => {})).toBe('');
});

test.each<[string, (c: ReturnType<typeof right>) => void, string]>([
  ['more than the line asks', (c) => line(c, { kg: 39 }), 'receives 40 kg of 39'],
  ['more than a quarter holds', (c) => offer(c, { capacityKg: [49, 50] }), 'above its capacity of 49'],
  ['less than the minimum', (c) => offer(c, { minimumKg: 51 }), 'below its minimum of 51'],
  ['another form', (c) => line(c, { family: 'other' }), 'another form'],
  ['too low a grade', (c) => offer(c, { gradePct: 99.9 }), 'grade too low'],
  ['a grade that is not stated', (c) => offer(c, { gradePct: null }), 'grade too low'],
  ['delivery too late', (c) => line(c, { to: FIRST_QUARTER - 1 }), "outside the line's window"],
  ['a source that does not produce', (c) => offer(c, { producing: false }), 'not producing'],
  ['samples that have not passed', (c) => line(c, { qualification: 'qualified' }), 'not qualified'],
  ['an excluded country', (c) => line(c, { excluded: ['CAN'] }), 'excluded country'],
  ['an excluded origin', (c) => both(c, { excluded: ['CHN'] }, { origin: 'CHN' }), 'excluded country'],
  ['recycled material', (c) => both(c, { recycledOk: false }, { recycled: true }), 'recycled'],
  ['a price above the ceiling', (c) => line(c, { ceilingMicro: 3_999_999 }), 'above the ceiling'],
  ['a price tier that is not reached', (c) => (first(c).kg = 39), 'costs 245000000 micro-dollars, stated 200000000'],
  ['incremental tiers priced as all units', (c) => offer(c, { kind: 'incremental' }), 'costs 250000000'],
  ['a part of a kilogram', (c) => (first(c).kg = 39.5), 'no whole quantity'],
  ['a quantity below zero', (c) => (first(c).kg = -1), 'no whole quantity'],
  ['a wrong number of unmet kilograms', (c) => (c.unmet = 29), '30 kg unmet, stated 29'],
  ['a pair that does not exist', (c) => (first(c).supply = 7), 'no such pair'],
  ['a pair stated twice', (c) => (c.parts[1] = { ...first(c) }), 'stated twice'],
  ['money for nothing', (c) => (c.parts = []), 'costs money but delivers nothing'],
])('[MT20] the audit finds %s', (_, plant, words) => {
  expect(check(plant)).toContain(words);
});
