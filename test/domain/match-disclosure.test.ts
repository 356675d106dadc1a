/** What a match tells of groups of lines: only what the rule for totals lets through. Results are written by hand, so that every size is known. */
import { expect, test } from 'vitest';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { levelKg, type Protection, unmetGroups } from '#domain/match-disclosure.ts';
import { rankOf } from '#domain/match-model.ts';
import { officialReport, ownAwards } from '#domain/match-report.ts';
import type { LineResult, MineralResult, OrderResult } from '#domain/match-result.ts';
import type { OfferLine } from '#domain/offer-sheet.ts';
import { openedOffers } from '#domain/opened-offers.ts';
import { PHASES, takesEdits } from '#domain/rounds.ts';
import { grams } from '#domain/units.ts';
import { catalogue } from '../support/catalogue.ts';

const RULES: Protection = { rules: DEFAULT_RULES, government: new Set(['agency']) };
/** The rule switched off: everything is told. */
const OPEN: Protection = {
  rules: { ...DEFAULT_RULES, contributorsMin: 1, dominancePct: 0, changersMin: 0, coalition: -2 },
  government: new Set(['agency']),
};
const FIRM = rankOf('firm');
const Q1 = 2027 * 4;

type Short = Partial<LineResult> & { by: string; asked: number; got?: number };
function line({ by, asked, got = 0, ...more }: Short): LineResult {
  return {
    row: `row-${by}`,
    organizationId: by,
    buyer: by,
    rank: FIRM,
    family: 'ga-metal',
    form: 'ga-metal-6n',
    gradeClass: '6N',
    from: Q1,
    to: Q1,
    grams: asked * 1000,
    askedKg: asked,
    awardedKg: got,
    parts: got > 0 ? [{ offerRow: 'x', quarter: Q1, kg: got }] : [],
    reason: got < asked ? { code: 'capacity', shared: true } : { code: 'met' },
    ...more,
  };
}

function mineral(lines: LineResult[], more: Partial<OrderResult> = {}): MineralResult {
  const lots = new Map<string, OrderResult['lots'][number]>();
  for (const { parts, organizationId } of lines)
    for (const { quarter, kg } of parts) {
      const sink = organizationId === null ? 'reserve' : 'pool';
      const lot = lots.get(`${quarter}${sink}`) ?? { quarter, sink, kg: 0 };
      lot.kg += kg;
      lots.set(`${quarter}${sink}`, lot);
    }
  const kg = [...lots.values()].reduce((sum, lot) => sum + lot.kg, 0);
  const order: OrderResult = {
    offerRow: 'x',
    supplier: 'Refiner',
    country: 'JPN',
    origin: null,
    stage: 'operating',
    form: 'ga-metal-6n',
    gradeClass: '6N',
    kg,
    costMicro: String(kg * 7_000_000),
    usdMicroPerKg: 7_000_000,
    firstMicroPerKg: 9_000_000,
    minimumKg: 700,
    capacityKg: 5000,
    lots: [...lots.values()],
    served: [...Map.groupBy(lines, ({ rank }) => rank)].map(([rank, group]) => ({
      rank,
      kg: group.reduce((sum, { awardedKg }) => sum + awardedKg, 0),
    })),
    buyers: new Set(lines.map(({ buyer }) => buyer)).size,
    largestKg: Math.max(...lines.map(({ awardedKg }) => awardedKg)),
    originKg: kg,
    allowanceKg: 100,
    ...more,
  };
  const rest = { levels: [], costMicro: '0', gapPct: 0, limited: false, unused: [] };
  return { mineral: 'gallium', ...rest, orders: [order], lines };
}

const report = (of: MineralResult, protection = RULES) =>
  officialReport({ minerals: [of], solver: '', solveMs: 0 }, catalogue, protection);
const awards = (of: MineralResult, who: string, protection = RULES) =>
  ownAwards({ minerals: [of], solver: '', solveMs: 0 }, who, () => 'proposed', catalogue, protection);
const FIVE = ['a', 'b', 'c', 'd', 'e'];
const ALMOST_EQUAL = [105, 104, 103, 102, 101];
const five = (of: (by: string, i: number) => Omit<Short, 'by'>) => FIVE.map((by, i) => line({ by, ...of(by, i) }));
const told = (groups: ReturnType<typeof unmetGroups>) =>
  groups.map(({ form, gradeClass, window, grams: mass }) => [
    form,
    gradeClass,
    window && [window.from - Q1, window.to - Q1],
    mass === null ? null : mass / 1000,
  ]);

test('[MT48] unmet lines of enough balanced owners are told as they are', () => {
  const lines = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0 }));
  expect(told(unmetGroups(mineral(lines), RULES))).toEqual([['ga-metal-6n', '6N', [0, 0], 515]]);
});

test('[MT48] unmet lines of few owners are merged over grade classes, then over years, then over forms', () => {
  const grades = ['4N', '5N', '6N', '7N', 'any'];
  const byGrade = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0, gradeClass: grades[i] ?? '' }));
  expect(told(unmetGroups(mineral(byGrade), RULES))).toEqual([['ga-metal-6n', null, [0, 0], 515]]);
  const byQuarter = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0, from: Q1 + (i % 4), to: Q1 + (i % 4) }));
  expect(told(unmetGroups(mineral(byQuarter), RULES))).toEqual([['ga-metal-6n', null, [0, 3], 515]]);
  const byForm = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0, form: `form-${i}` }));
  expect(told(unmetGroups(mineral(byForm), RULES))).toEqual([[null, null, [0, 3], 515]]);
});

test('[MT48] what passes at no step is one rest; groups join it until it passes, so that it does not follow from them', () => {
  const lines = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0 }));
  const alone = line({ by: 'f', asked: 90, rank: rankOf('indicative') });
  expect(told(unmetGroups(mineral([...lines, alone]), RULES))).toEqual([[null, null, null, 605]]);
  // The control: the rule switched off names the single line.
  expect(told(unmetGroups(mineral([...lines, alone]), OPEN))).toContainEqual(['ga-metal-6n', '6N', [0, 0], 90]);
});

test('[MT48] what cannot be told at all is withheld, and the report says so without a number', () => {
  const few = mineral([line({ by: 'a', asked: 1201 }), line({ by: 'b', asked: 877, form: 'ga-oxide-4n' })]);
  expect(report(few).unmet).toEqual([
    {
      mineral: 'gallium',
      form: '',
      grade: '',
      period: '',
      who: 'pool',
      priority: 'the rest',
      kg: null,
      why: expect.stringMatching(/^Lines of too few companies to be told apart\. What fits is scarce/),
    },
  ]);
  expect(JSON.stringify(report(few).unmet)).not.toMatch(/1201|877|2078/);
});

test('[MT48] government’s own lines are told exactly and hide nobody', () => {
  const reserve = line({ by: 'x', asked: 300, organizationId: null, rank: rankOf('vault1') });
  const agency = line({ by: 'agency', asked: 250 });
  const four = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0 })).slice(0, 4);
  expect(told(unmetGroups(mineral([...four, agency, reserve]), RULES))).toEqual([
    ['ga-metal-6n', '6N', [0, 0], 250],
    ['ga-metal-6n', '6N', [0, 0], 300],
    [null, null, null, null],
  ]);
});

test('[MT48] subsidiaries of one owner count as one', () => {
  const lines = five((by, i) => ({ asked: ALMOST_EQUAL[i] ?? 0, buyer: by === 'e' ? 'd' : by }));
  expect(told(unmetGroups(mineral(lines), RULES))).toEqual([[null, null, null, null]]);
});

test('[MT48] rules that cannot be read tell nothing', () => {
  const lines = five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0 }));
  const unreadable = { ...RULES, rules: null };
  expect(told(unmetGroups(mineral(lines), unreadable))).toEqual([[null, null, null, null]]);
  expect(levelKg(mineral(five(() => ({ asked: 200, got: 100 }))), FIRM, unreadable)).toBeNull();
});

const spread = (by: string, kgs: number[]) =>
  line({
    by,
    asked: kgs.reduce((sum, kg) => sum + kg, 0),
    got: kgs.reduce((sum, kg) => sum + kg, 0),
    parts: kgs.flatMap((kg, i) => (kg > 0 ? [{ offerRow: 'x', quarter: Q1 + i, kg }] : [])),
  });
const lotsOf = (lines: LineResult[], protection = RULES) =>
  report(mineral(lines), protection).orders[0]?.sheet.lots.map(({ period, kg, sink }) => [period, kg, sink]);

test('[MT49] an order’s lots are by quarter where each passes, else by year, else one', () => {
  const even = FIVE.map((by, i) => spread(by, [ALMOST_EQUAL[i] ?? 0, ALMOST_EQUAL[4 - i] ?? 0]));
  expect(lotsOf(even)).toEqual([
    ['Q1 2027', 515, 'pool'],
    ['Q2 2027', 515, 'pool'],
  ]);
  const uneven = FIVE.map((by, i) => spread(by, [i === 0 ? 0 : (ALMOST_EQUAL[i] ?? 0), i === 0 ? 105 : 0, 0, 0]));
  expect(lotsOf(uneven)).toEqual([['2027', 515, 'pool']]);
  const years = FIVE.map((by, i) => spread(by, i === 0 ? [0, 0, 0, 0, 105] : [ALMOST_EQUAL[i] ?? 0]));
  expect(lotsOf(years)).toEqual([['2027–2028', 515, 'pool']]);
  expect(lotsOf(years, OPEN)).toContainEqual(['Q1 2028', 105, 'pool']);
});

test('[MT49] an order of one company is told as a whole and in nothing finer', () => {
  const { sheet } = report(
    mineral([spread('a', [401, 0, 302]), { ...spread('r', [50]), organizationId: null, rank: rankOf('vault1') }]),
  ).orders[0] ?? { sheet: null };
  expect(sheet).toMatchObject({ kg: 753, sharePct: null });
  expect(sheet?.lots.map(({ period, kg, sink }) => [period, kg, sink])).toEqual([
    ['2027', 703, 'pool'],
    ['2027', 50, 'reserve'],
  ]);
  expect(sheet?.reasons).toEqual([
    'Covers 703 kg of the demand of the pool.',
    'Covers 50 kg of reserve tier 1.',
    'The quantity brings the price from $9.00 to $7.00 per kg contained.',
    'Delivers in 2027; uses 15 % of what the supplier can deliver in the period.',
    'Japan supplies 753 kg, more than the share aimed for from one country: other sources are lacking or dearer.',
  ]);
});

test('[MT49] the reserve’s lots are merged as the pool’s are: what is left of a full quarter would be the pool’s', () => {
  const reserve = { ...spread('r', [40, 10]), organizationId: null, rank: rankOf('vault1') };
  expect(lotsOf([spread('a', [60, 90]), reserve])).toEqual([
    ['2027', 150, 'pool'],
    ['2027', 50, 'reserve'],
  ]);
  expect(lotsOf([spread('a', [60, 90]), reserve], OPEN)).toContainEqual(['Q1 2027', 40, 'reserve']);
  expect(lotsOf([reserve])).toEqual([
    ['Q1 2027', 40, 'reserve'],
    ['Q2 2027', 10, 'reserve'],
  ]);
});

const deliveries = (lines: LineResult[], who: string, protection = RULES) =>
  awards(mineral(lines), who, protection)[0]?.parts.map(({ period, kg }) => [period, kg]);

test('[MT55] own deliveries are by quarter where neither a quarter nor the difference of two tells of others, else by year, else as one', () => {
  const window = { from: Q1, to: Q1 + 3 };
  const even = FIVE.map((by, i) => ({ ...spread(by, [100 + i, 101 + i, 100 + i]), ...window }));
  expect(deliveries(even, 'a')).toEqual([
    ['Q1 2027', 100],
    ['Q2 2027', 101],
    ['Q3 2027', 100],
  ]);
  // Full quarters of 600 kg: f takes 90 in the first alone, so a, who would take 120 in each, gets 90 less there.
  const shifted = even.map((line, i) => (i === 0 ? { ...spread('a', [30, 120, 120]), ...window } : line));
  const lone = { ...spread('f', [90, 0, 0]), ...window };
  expect(deliveries([...shifted, lone], 'a')).toEqual([['2027', 270]]);
  const [[, first] = [], [, second] = []] = deliveries([...shifted, lone], 'a', OPEN) ?? [];
  expect(Number(second) - Number(first)).toBe(90);
});

test('[MT55] years differ as quarters do: where one company shows in the difference, the whole period is one', () => {
  const window = { from: Q1, to: Q1 + 7 };
  const years = (by: string, one: number, other: number) => ({ ...spread(by, [one, 0, 0, 0, other]), ...window });
  const even = FIVE.map((by, i) => years(by, 100 + i, 100 + i));
  expect(deliveries(even, 'b')).toEqual([
    ['Q1 2027', 101],
    ['Q1 2028', 101],
  ]);
  expect(deliveries([years('a', 30, 170), ...even.slice(1), years('f', 140, 0)], 'a')).toEqual([['2027–2028', 200]]);
});

test('[MT55] a period that is told is cut to the line’s own', () => {
  expect(deliveries([{ ...spread('a', [0, 30, 40]), from: Q1 + 1, to: Q1 + 2 }], 'a')).toEqual([['Q2–Q3 2027', 70]]);
});

test('[MT50] the level of the uniform rule is told where those who were cut are enough, and those who were not are nobody or enough', () => {
  const cut = five(() => ({ asked: 200, got: 100 }));
  expect(levelKg(mineral(cut), FIRM, RULES)).toBe(100);
  expect(levelKg(mineral(cut.slice(1)), FIRM, RULES)).toBeNull();
  const oneMet = [...cut, line({ by: 'f', asked: 60, got: 60 })];
  expect(levelKg(mineral(oneMet), FIRM, RULES)).toBeNull();
  expect(levelKg(mineral(oneMet), FIRM, OPEN)).toBe(100);
  const fiveMet = ['f', 'g', 'h', 'i', 'j'].map((by) => line({ by, asked: 60, got: 60 }));
  expect(levelKg(mineral([...cut, ...fiveMet]), FIRM, RULES)).toBe(100);
});

test('[MT50] there is no level where the cut were cut to different ones, or nobody was', () => {
  expect(levelKg(mineral(five((_, i) => ({ asked: 200, got: 90 + 5 * i }))), FIRM, RULES)).toBeNull();
  expect(levelKg(mineral(five((_, i) => ({ asked: 200, got: 100 - (i % 2) }))), FIRM, RULES)).toBe(100);
  expect(levelKg(mineral(five(() => ({ asked: 100, got: 100 }))), FIRM, RULES)).toBeNull();
});

test('[MT50] everybody of a priority is told the same level, to three digits', () => {
  const lines = [
    ...five(() => ({ asked: 9000, got: 2468 })),
    ...['f', 'g', 'h', 'i', 'j'].map((by) => line({ by, asked: 60, got: 60 })),
  ];
  const of = mineral(lines);
  expect(new Set(lines.map(({ organizationId }) => awards(of, organizationId ?? '')[0]?.levelKg))).toEqual(
    new Set([2470]),
  );
});

test('[MT51] a listed price is always told; an average over price steps only where the size of the order may be known', () => {
  const few = [line({ by: 'a', asked: 300, got: 300 }), line({ by: 'b', asked: 500, got: 500 })];
  const price = (lines: LineResult[], kind?: 'allUnits' | 'incremental', protection = RULES) => {
    const of = mineral(lines, { ...(kind && { kind }), usdMicroPerKg: 8_437_500 });
    return awards(of, 'a', protection)[0]?.parts[0]?.usdPerKg;
  };
  expect(price(few, 'allUnits')).toBe(8.4375);
  expect(price(few, 'incremental')).toBeNull();
  expect(price(few)).toBeNull();
  // The control: with the steps known, 9 and 7.5 from 500 kg on, the average is that of 800 kg: what the other got is the rest.
  const told = price(few, 'incremental', OPEN) ?? 0;
  expect((500 * (9 - 7.5)) / (told - 7.5) - 300).toBe(500);
  expect(
    price(
      five((_, i) => ({ asked: ALMOST_EQUAL[i] ?? 0, got: ALMOST_EQUAL[i] ?? 0 })),
      'incremental',
    ),
  ).toBe(8.4375);
});

test('[MT52] opened offers hold no size, no note and not the order in which they came', () => {
  const offer = (supplier: string, scale: number): OfferLine => ({
    row: `row-${supplier}`,
    supplier,
    country: 'JPN',
    originCountry: null,
    mineral: 'gallium',
    form: 'ga-metal-6n',
    family: 'ga-metal',
    gradePct: 99.9999,
    gradeClass: '6N',
    capacityPerYear: grams(8_111_000 * scale),
    from: '2027-Q2',
    leadMonths: 3,
    stage: 'operating',
    minimum: grams(733_000 * scale),
    tierKind: 'all-units',
    tiers: [
      { from: grams(0), usdMicroPerKg: 900_000_000 },
      { from: grams(1_234_000 * scale), usdMicroPerKg: 850_000_000 },
    ],
    qualified: true,
    recycled: false,
    ramp: [],
    surePct: 77,
    parent: null,
    owners: [],
    certificates: [],
    rights: { holder: 'A member', pct: 33 },
    refining: null,
    note: '2,500 kg are for one aerospace company',
  });
  const table = openedOffers([offer('Zinc Works', 1), offer('Alpha', 1)], catalogue);
  expect(table.map(({ supplier }) => supplier)).toEqual(['Alpha', 'Zinc Works']);
  expect(table[0]).toMatchObject({
    country: 'Japan',
    grade: '6N',
    from: 'Q2 2027',
    leadMonths: 3,
    usdPerKg: [900, 850],
  });
  expect(JSON.stringify(table)).not.toMatch(/8111|733|1234|2,500|row-/);
  // The same bytes whatever the sizes are.
  expect(JSON.stringify(openedOffers([offer('Alpha', 3), offer('Zinc Works', 2)], catalogue))).toBe(
    JSON.stringify(table),
  );
});

test('[MT53] two members of a lot cannot compute the third from their awards and everything else they read', () => {
  // Incremental price steps, 9 and from 500 kg on 7.5, give an average that depends on what all three got.
  const world = (third: number) => {
    const got = Math.min(third, 300);
    const kg = 600 + got;
    return mineral(
      [
        line({ by: 'a', asked: 500, got: 300 }),
        line({ by: 'b', asked: 300, got: 300 }),
        line({ by: 'c', asked: third, got }),
      ],
      { kind: 'incremental', usdMicroPerKg: Math.round((500 * 9e6 + (kg - 500) * 7.5e6) / kg) },
    );
  };
  const seen = (third: number, protection: Protection) =>
    JSON.stringify([awards(world(third), 'a', protection), awards(world(third), 'b', protection)]);
  const worlds = [40, 150, 300, 900];
  expect(new Set(worlds.map((third) => seen(third, RULES))).size).toBe(1);
  // The control: with the rule switched off each different award of the third shows.
  expect(new Set(worlds.map((third) => seen(third, OPEN))).size).toBe(3);
});

test('[DK6] in no phase in which a match can be run or told does demand take an edit, so that its percentage need not be drawn', () => {
  const told = PHASES.slice(PHASES.indexOf('match'));
  expect(told).toContain('award');
  expect(told.filter((phase) => takesEdits('demand', phase))).toEqual([]);
  expect(takesEdits('demand', 'collect')).toBe(true);
});
