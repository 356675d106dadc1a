/** From the lines of a round's sheets to problems. */
import { expect, test } from 'vitest';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { MATCH_SETTINGS, problemsOf, type RoundLines } from '#domain/match-input.ts';
import { RANKS } from '#domain/match-model.ts';
import { readOffer } from '#domain/offer-sheet.ts';
import { quarterNumber } from '#domain/quarters.ts';
import type { Row, RowReading } from '#domain/sheets.ts';
import { catalogue, demandRow, offerRow, plannedTarget } from '../support/catalogue.ts';

const valid = <T>(reading: RowReading<T>): T => {
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const demand = (cells: Row = {}, row = 'd', organizationId = 'maker') => ({
  organizationId,
  parentId: organizationId,
  line: valid(readDemandLine(row, demandRow(cells), catalogue)),
});
const offer = (cells: Row = {}, row = 'o') => valid(readOffer(row, offerRow(cells), catalogue));
const read = (lines: Partial<RoundLines>) => {
  const outcome = problemsOf({
    minerals: ['gallium'],
    deliveryFrom: 2027,
    deliveryTo: 2027,
    awardQuarter: '2026-Q4',
    demand: [],
    offers: [],
    targets: [],
    coveredGrams: new Map(),
    lotterySeed: 'seed',
    settings: MATCH_SETTINGS,
    ...lines,
  });
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value[0];
};

test('[MT34] firm lines come first, then the reserve and the other commitments in turn', () => {
  const commitments = ['indicative', 'letterOfIntent', 'firm', 'takeOrPay'] as const;
  const problem = read({
    demand: commitments.map((commitment) => demand({ commitment }, commitment)),
    targets: ['4', '3', '2', '1'].map((tier) => plannedTarget({ tier }, `tier ${tier}`)),
  });
  expect(problem?.asks.map((ask) => [RANKS[ask.rank ?? -1]?.id, ask.row])).toEqual([
    ['firm', 'firm'],
    ['firm', 'takeOrPay'],
    ['vault1', 'tier 1'],
    ['letterOfIntent', 'letterOfIntent'],
    ['vault2', 'tier 2'],
    ['indicative', 'indicative'],
    ['vault3', 'tier 3'],
    ['vault4', 'tier 4'],
  ]);
});

test('[MT35] a target asks for what is neither on hand, nor on order, nor covered by other rounds, in any quarter of the period', () => {
  const lines = { targets: [plannedTarget({ target: 100, onHand: 30 })] };
  expect(read(lines)?.asks[0]).toMatchObject({
    kg: 70,
    organizationId: null,
    from: quarterNumber('2027-Q1'),
    to: quarterNumber('2027-Q4'),
  });
  expect(read({ ...lines, coveredGrams: new Map([['p', 25_000]]) })?.asks[0]?.kg).toBe(45);
  expect(read({ ...lines, coveredGrams: new Map([['p', 90_000]]) })).toBeUndefined();
  const ordered = { targets: [plannedTarget({ target: 100, onHand: 30, onOrder: 20 })] };
  expect(read(ordered)?.asks[0]?.kg).toBe(50);
  expect(read({ ...ordered, coveredGrams: new Map([['p', 25_000]]) })?.asks[0]?.kg).toBe(25);
});

test('[MT36] a year of capacity is four quarters of whole kilograms that add up to it', () => {
  const quarters = (cells: Row, more: Partial<RoundLines> = {}) =>
    read({ offers: [offer(cells)], ...more })?.supplies[0]?.capacityKg;
  expect(quarters({ capacity: 1001 })).toEqual([250, 250, 250, 251]);
  expect(quarters({ capacity: 1000, from: '2027-Q3' })).toEqual([0, 0, 250, 250]);
  expect(quarters({ capacity: 1000 }, { deliveryTo: 2028 })).toEqual(Array(8).fill(250));
});

test('[MT36] lead time counts from the quarter in which orders are placed, in begun quarters', () => {
  const first = (leadMonths: number) =>
    read({ offers: [offer({ capacity: 400, leadMonths })] })?.supplies[0]?.capacityKg;
  expect(first(3)).toEqual([100, 100, 100, 100]);
  expect(first(4)).toEqual([0, 100, 100, 100]);
  expect(first(12)).toEqual([0, 0, 0, 100]);
  expect(first(16)).toEqual([0, 0, 0, 0]);
});

test('[MT37] masses are contained element in whole kilograms: what is asked rounds down, a minimum and a tier up', () => {
  const oxide = { mineral: 'yttrium', form: 'y-oxide-5n', grade: 99.999 };
  const problem = read({
    minerals: ['yttrium'],
    demand: [demand({ ...oxide, quantity: 10 })],
    offers: [offer({ ...oxide, capacity: 1000, minimum: 10, tiers: '500: 100', price: 120, unit: 'kg' })],
  });
  expect(problem?.asks[0]).toMatchObject({ grams: 7874, kg: 7 });
  expect(problem?.supplies[0]).toMatchObject({ minimumKg: 8, tiers: [{ fromKg: 0 }, { fromKg: 394 }] });
});

test("[MT38] only the pool's minerals, one problem each, whatever order the sheets have", () => {
  const lines = {
    minerals: ['gallium', 'yttrium'],
    demand: [demand({}, 'b'), demand({}, 'a'), demand({ mineral: 'tungsten', form: 'w-metal', grade: 99.95 }, 'c')],
    offers: [offer({}, 'y'), offer({}, 'x')],
  };
  const problem = read(lines);
  expect([problem?.mineral, problem?.asks.map(({ row }) => row), problem?.supplies.map(({ row }) => row)]).toEqual([
    'gallium',
    ['a', 'b'],
    ['x', 'y'],
  ]);
  expect(read({ ...lines, demand: [...lines.demand].reverse(), offers: [...lines.offers].reverse() })).toEqual(problem);
});

test('[MT39] a country above half of the demand is avoided at a tenth of the middle price', () => {
  const problem = read({
    offers: [offer({ price: 100 }, 'a'), offer({ price: 300 }, 'b'), offer({ price: 200 }, 'c')],
  });
  expect(problem?.concentration).toEqual({ sharePct: 50, excessMicroPerKg: 20_000_000 });
});

test('[MT40] an offer that is worth more than can be counted exactly is refused by name', () => {
  const outcome = () => read({ offers: [offer({ capacity: 6000, price: 2_000_000 })] });
  expect(outcome).toThrow('offer-too-large');
});

test('[MT58] a ramp gives the percent of the annual capacity from a year on, and nothing before its first year', () => {
  const quarters = (ramp: string) =>
    read({ deliveryTo: 2029, offers: [offer({ capacity: 1000, ramp })] })?.supplies[0]?.capacityKg;
  expect(quarters('2028: 40; 2029: 100')).toEqual([0, 0, 0, 0, 100, 100, 100, 100, 250, 250, 250, 250]);
  expect(quarters('2020: 50 %')).toEqual(Array(12).fill(125));
  expect(quarters('')).toEqual(Array(12).fill(250));
});

test('[MT58] a ramp that cannot be read is named with what would fit', () => {
  for (const ramp of ['soon', '2028: 101', '2028: 50; 2027: 60', '2027', '2028: 40; 2028: 50'])
    expect(readOffer('o', offerRow({ ramp }), catalogue)).toMatchObject({
      state: 'invalid',
      problems: [{ column: 'ramp' }],
    });
});

test('[MT59] the reserve may take a stated surplus above its target, without a priority of its own', () => {
  const surplus = (more: Partial<RoundLines> = {}) =>
    read({ targets: [plannedTarget({ target: 100, onHand: 100, surplus: 40 })], ...more })?.asks.map((ask) => [
      ask.row,
      ask.rank,
      ask.kg,
    ]);
  expect(surplus()).toEqual([['p+surplus', null, 40]]);
  expect(surplus({ coveredGrams: new Map([['p+surplus', 15_000]]) })).toEqual([['p+surplus', null, 25]]);
  expect(read({ targets: [plannedTarget({ target: 100, surplus: 40 })] })?.asks.map((ask) => ask.kg)).toEqual([
    100, 40,
  ]);
});
