/** Shortfalls by scenario: hand-computed cases of one invented mineral, and laws over the published facts. */
import { expect, test } from 'vitest';
import { ASSUMPTIONS, type MineralSupply, mitigate, type Scenario, shortfallOf } from '#domain/shortfall.ts';
import { supplyOf } from '#domain/shortfall-facts.ts';
import { loadCatalogue, mineralFacts } from '#seeds/facts.ts';

const source = (iso3: string, kind: MineralSupply['sources'][number]['kind'], tonnes: number, restricted = false) => ({
  iso3,
  name: iso3,
  kind,
  restricted,
  tonnes,
});
/** 365 t a year: 1 t a day. 65 t from home, 100 from a partner, 50 from others, 150 from a covered nation. */
const mineral: MineralSupply = {
  mineralId: 'x',
  name: 'x',
  demandT: 365,
  demandBasis: 'content',
  bound: '',
  reliancePct: 82.2,
  sources: [
    source('USA', 'home', 65),
    source('CAN', 'partner', 100),
    source('BRA', 'other', 50),
    source('CHN', 'covered', 150),
  ],
  importForm: 'all forms',
  importPeriod: '2021-2024',
  usdPerKg: 2,
  priceOf: 'price',
  lowSubstitutability: false,
  stockT: 0,
};
const run = (scenario: Scenario, change: Partial<MineralSupply> = {}) =>
  shortfallOf({ ...mineral, ...change }, scenario, ASSUMPTIONS);

test('[RS30] sixty days without imports leave what the country makes itself, and stock adds its days', () => {
  const cut = run({ kind: 'cut', days: 60 });
  // 60 t are needed, 65 * 60 / 365 = 10.685 t made.
  expect(cut).toMatchObject({ days: 60, demandT: 60 });
  expect(cut.shortfallT).toBeCloseTo(60 - (65 * 60) / 365, 9);
  expect(cut.coverDays).toBeCloseTo((65 * 60) / 365, 9);
  const held = run({ kind: 'cut', days: 60 }, { stockT: 20 });
  expect(held.gapT).toBeCloseTo(cut.shortfallT - 20, 9);
  expect(held.coverDays).toBeCloseTo(cut.coverDays + 20, 9);
  expect(run({ kind: 'cut', days: 60 }, { stockT: 500 }).coverDays).toBe(60);
});

test('[RS31] the military is served first, then what civilians cannot do without, then other industry', () => {
  // 10 % military and 30 % civilian of 365 t: 36.5 and 109.5; home alone makes 65.
  const alone = shortfallOf(
    { ...mineral, sources: mineral.sources.slice(0, 1) },
    { kind: 'embargo', iso3: 'CHN' },
    ASSUMPTIONS,
  );
  expect(alone.byClass.military).toBe(0);
  expect(alone.byClass.civilian).toBeCloseTo(109.5 - (65 - 36.5), 9);
  expect(alone.byClass.industrial).toBeCloseTo(219, 9);
});

test('[RS32] an embargo takes one country, a price ceiling a part of every import, and neither touches output at home', () => {
  expect(run({ kind: 'embargo', iso3: 'CHN' }).shortfallT).toBeCloseTo(150, 9);
  expect(run({ kind: 'embargo', iso3: 'DEU' }).shortfallT).toBe(0);
  // A quarter less price, elasticity one half: 1 - sqrt(0.75) of 300 t.
  expect(run({ kind: 'ceiling', pricePct: 75 }).shortfallT).toBeCloseTo(300 * (1 - Math.sqrt(0.75)), 9);
  expect(run({ kind: 'ceiling', pricePct: 120 }).shortfallT).toBe(0);
});

test('[RS33] the base case is a year of conflict and three of recovery; who restricts exports is counted on less', () => {
  const base = run({ kind: 'base' });
  expect(base.periods.map(({ title }) => title)).toEqual([
    'Year 1, conflict',
    'Year 2, recovery',
    'Year 3, recovery',
    'Year 4, recovery',
  ]);
  // Year 1: 90 + 37.5 + 0 from abroad and 65 from home, against 365 and half of 36.5 more.
  const [conflict, second, , last] = base.periods.map(({ shortfallT: s }) => s.military + s.civilian + s.industrial);
  expect(conflict).toBeCloseTo(365 + 18.25 - 192.5, 9);
  expect(second).toBeCloseTo((365 - 192.5) * (2 / 3), 9);
  expect(last).toBe(0);
  const restricted = mineral.sources.map((one) => (one.iso3 === 'BRA' ? { ...one, restricted: true } : one));
  expect(run({ kind: 'base' }, { sources: restricted }).shortfallT).toBeGreaterThan(base.shortfallT);
});

test('[RS34] ways to close a shortfall add up to it, in their order, and cost what is published or nothing is said', () => {
  const held = { ...mineral, stockT: 20 };
  const shortfall = shortfallOf(held, { kind: 'embargo', iso3: 'CHN' }, ASSUMPTIONS);
  const ways = mitigate(held, shortfall, ASSUMPTIONS);
  expect(ways.map(({ option, tonnes }) => [option, Number(tonnes.toFixed(3))])).toEqual([
    ['stock', 20],
    ['austerity', 21.9],
    ['substitution', 36.5],
    ['recycling', 18.25],
    ['expansion', 13],
    ['purchase', 40.35],
  ]);
  expect(ways.reduce((sum, { tonnes }) => sum + tonnes, 0)).toBeCloseTo(150, 9);
  expect(ways.find(({ option }) => option === 'purchase')?.usd).toBeCloseTo(40.35 * 2000 * 1.08, 6);
  const unpriced = { ...held, usdPerKg: null };
  expect(mitigate(unpriced, shortfall, ASSUMPTIONS).at(-1)?.usd).toBeNull();
  expect(mitigate({ ...held, lowSubstitutability: true }, shortfall, ASSUMPTIONS)[2]?.tonnes).toBeCloseTo(7.3, 9);
});

test('[RS35] what the sources do not publish is not computed; what they do is met in an ordinary year, to the tonne', () => {
  const parts = { partners: new Set(['CAN', 'AUS']), today: '2026-11-24', stockT: 0 };
  const all = [...loadCatalogue().minerals.values()].flatMap(({ id }) => mineralFacts(id) ?? []);
  const known = all.flatMap((facts) => supplyOf(facts, parts) ?? []);
  expect(known.length).toBeGreaterThan(20);
  // Withheld, not available, not published: tungsten W, germanium NA, uranium without a chapter.
  for (const id of ['tungsten', 'germanium', 'uranium'])
    expect(known.some(({ mineralId }) => mineralId === id)).toBe(false);
  for (const one of known) {
    const supply = one.sources.reduce((sum, { tonnes }) => sum + tonnes, 0);
    expect(Math.abs(supply - one.demandT) / one.demandT, one.mineralId).toBeLessThan(1e-9);
    expect(shortfallOf(one, { kind: 'embargo', iso3: 'XXX' }, ASSUMPTIONS).shortfallT, one.mineralId).toBe(0);
  }
  const gallium = known.find(({ mineralId }) => mineralId === 'gallium');
  expect(gallium).toMatchObject({ demandT: 19, reliancePct: 100, usdPerKg: 580 });
  expect(gallium && shortfallOf(gallium, { kind: 'cut', days: 60 }, ASSUMPTIONS).coverDays).toBe(0);
});
