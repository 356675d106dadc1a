/** What people fill in the sheets' columns, as the match reads it. */
import { expect, test } from 'vitest';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { MATCH_SETTINGS, problemsOf, type RoundLines } from '#domain/match-input.ts';
import { readOffer } from '#domain/offer-sheet.ts';
import { quarterNumber } from '#domain/quarters.ts';
import type { Row, RowReading } from '#domain/sheets.ts';
import { catalogue, demandRow, offerRow, plannedTarget } from '../support/catalogue.ts';

const valid = <T>(reading: RowReading<T>): T => {
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return reading.value;
};
const problemsIn = (reading: RowReading<unknown>): string[] =>
  reading.state === 'invalid' ? reading.problems.map(({ column, message }) => `${column}: ${message}`) : [];
const offer = (cells: Row = {}) => valid(readOffer('o', offerRow(cells), catalogue));
const wrong = (cells: Row) => problemsIn(readOffer('o', offerRow(cells), catalogue));
const demand = (cells: Row = {}) => ({
  organizationId: 'maker',
  parentId: 'group',
  line: valid(readDemandLine('d', demandRow(cells), catalogue)),
});
const read = (lines: Partial<RoundLines>) => {
  const outcome = problemsOf({
    minerals: ['gallium'],
    deliveryFrom: 2027,
    deliveryTo: 2028,
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
const supplyOf = (cells: Row, more: Partial<RoundLines> = {}) => read({ offers: [offer(cells)], ...more })?.supplies[0];

test('[MT62] certificates are read by any usual spelling, and one that is no certificate is named', () => {
  expect(supplyOf({ certificates: 'iso 9001; AS9100, rmi rmap' })?.certificates).toEqual(['AS9100', 'ISO9001', 'RMAP']);
  expect(read({ demand: [demand({ requires: 'FEOC-free' })] })?.asks[0]?.requires).toEqual(['FEOC']);
  expect(wrong({ certificates: 'AS9100, blue' })).toEqual(["certificates: 'blue' is no certificate of the list"]);
});

test('[MT63] quarters that a line takes early are whole ones, at most twenty', () => {
  expect(read({ demand: [demand({ early: 2 })] })?.asks[0]?.early).toBe(2);
  expect(problemsIn(readDemandLine('d', demandRow({ early: 21 }), catalogue))).toEqual([
    'early: early quarters 21 is not a whole number from 0 to 20',
  ]);
});

test('[MT64] suppliers of one parent are one for the cap, which is two fifths of demand', () => {
  const problem = read({ offers: [offer({ supplier: 'A', parent: 'P' }), offer({ supplier: 'B' })] });
  expect(problem?.supplies.map(({ group }) => group)).toEqual(['P', 'B']);
  expect(problem?.supplierCap?.sharePct).toBe(40);
});

test('[MT65] how sure a source is follows from its stage, unless the offer says it', () => {
  const sure = (cells: Row) => supplyOf(cells)?.surePct;
  expect([sure({}), sure({ stage: 'commissioning' }), sure({ stage: 'development', sure: 85 })]).toEqual([100, 70, 85]);
  expect(supplyOf({ stage: 'commissioning' })?.producing).toBe(false);
});

test('[MT66] first rights are a member’s by name or the reserve’s; what is promised to somebody outside never reaches the pool', () => {
  const names = { buyerByName: new Map([['maker (sample)', 'group']]) };
  const rights = (holder: string) => supplyOf({ rightsHolder: holder, rightsShare: 25 }, names);
  expect(rights('Maker (sample)')?.rights).toEqual({ holder: 'group', pct: 25 });
  expect(rights('Reserve')?.rights).toEqual({ holder: 'reserve', pct: 25 });
  const outside = rights('A battery maker');
  const whole = supplyOf({});
  expect([outside?.rights, outside?.capacityKg[5]]).toEqual([null, Math.floor((whole?.capacityKg[5] ?? 0) * 0.75)]);
  expect(wrong({ rightsHolder: 'reserve' })).toEqual(['rightsShare: the share of the first rights is missing']);
});

test('[MT67] a quarter of votes or equity is control', () => {
  expect(supplyOf({ owners: 'China: 25; Australia: 51; Japan: 24' })?.controlledFrom).toEqual(['AUS', 'CHN']);
  expect(wrong({ owners: 'China: 60; Japan: 50' })).toEqual(['owners: the shares add up to 110 %']);
  expect(read({ demand: [demand({ notOwned: 'CHN' })] })?.asks[0]?.excludedOwners).toEqual(['CHN']);
});

test('[MT68] a ban of exports takes its quarters from offers of its country, and they say so', () => {
  const from = quarterNumber('2027-Q3');
  const bans = [{ country: 'CHN', mineral: 'gallium', from, to: from + 1 }];
  const supply = supplyOf({ country: 'JPN', origin: 'CHN' }, { bans });
  expect(supply?.banned).toEqual({ country: 'CHN', quarters: [2, 3] });
  expect(supply?.capacityKg.map((kg) => kg > 0)).toEqual([true, true, false, false, true, true, true, true]);
  expect(supplyOf({ country: 'JPN' }, { bans })?.banned).toBeNull();
});

test('[MT69] a refiner names the form that it takes and what comes out of it', () => {
  const made = supplyOf({ feed: 'ga-metal-4n', form: 'ga-oxide', grade: null, yield: 92.5, leadMonths: 4 });
  expect(made?.refining).toEqual({ feedFamily: 'ga-metal', yieldPpm: 925_000, lagQuarters: 2 });
  expect(wrong({ feed: 'ga-oxide' })).toEqual(['yield: the yield is missing']);
  expect(wrong({ yield: 90 })).toEqual(['feed: the feed is missing']);
});

test('[MT67] the reserve excludes countries and owners, and asks for certificates, like a buyer', () => {
  const target = plannedTarget({ target: 50, excluded: 'CHN', notOwned: 'RUS', requires: 'DFARS 252.225-7052' });
  expect(read({ targets: [target] })?.asks[0]).toMatchObject({
    excluded: ['CHN'],
    excludedOwners: ['RUS'],
    requires: ['DFARS7052'],
  });
});
