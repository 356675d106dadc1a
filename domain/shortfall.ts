/**
 * Shortfalls of a mineral under a scenario: demand by class against reliable supply by country, the essential served first. After the steps of
 * the national stockpile's requirements (50 U.S.C. 98h-5; RAMF-SM): shortfall = max(0, demand - supply). Used by the reserve's shortfall page
 * and server/reserve. Masses are tonnes in the basis that the consumption is published in.
 */

export const DEMAND_CLASSES = ['military', 'civilian', 'industrial'] as const;
export type DemandClass = (typeof DEMAND_CLASSES)[number];
export const CLASS_TITLE: Record<DemandClass, string> = {
  military: 'Military',
  civilian: 'Essential civilian',
  industrial: 'Other industrial',
};

/** How far a source is counted on. 'home': the United States; 'partner': an agreement or role that the letter names; 'covered': 10 U.S.C. 4872. */
export type SourceKind = 'home' | 'partner' | 'other' | 'covered';

export interface Source {
  iso3: string | null;
  name: string;
  kind: SourceKind;
  /** An export restriction of its own on this mineral is in force. */
  restricted: boolean;
  tonnes: number;
}

export interface MineralSupply {
  mineralId: string;
  name: string;
  demandT: number;
  demandBasis: string;
  /** Says how to read the import reliance: '', 'at least', 'at most'. */
  bound: '' | 'at least' | 'at most';
  reliancePct: number;
  /** Home first, then imports by share. Together they meet the demand of an ordinary year. */
  sources: readonly Source[];
  importForm: string;
  importPeriod: string;
  usdPerKg: number | null;
  priceOf: string;
  lowSubstitutability: boolean;
  /** What the reserve holds in stock, in the same basis. */
  stockT: number;
}

/** What no public source says: officials set it, and the page shows it beside every result. Percentages of 0 to 100 unless said otherwise. */
export interface Assumptions {
  militaryPct: number;
  civilianPct: number;
  /** More military use in the year of a conflict. May exceed 100. */
  surgePct: number;
  /** Share of its ordinary supply that a source still delivers in the year of a conflict. */
  partnerPct: number;
  otherPct: number;
  coveredPct: number;
  /** Of that, what a source with a restriction in force still delivers. */
  restrictedPct: number;
  /** Percent less supply from abroad for one percent less price. */
  elasticity: number;
  austerityPct: number;
  substitutionPct: number;
  /** For minerals that the letter calls hard to substitute. */
  hardSubstitutionPct: number;
  recyclingPct: number;
  expansionPct: number;
  /** What expanding at home costs, in percent of the price. */
  expansionCostPct: number;
  /** Financing, storage and insurance of stock for a year, in percent of its value. */
  carryingPct: number;
}

export const ASSUMPTIONS: Assumptions = {
  militaryPct: 10,
  civilianPct: 30,
  surgePct: 50,
  partnerPct: 90,
  otherPct: 75,
  coveredPct: 0,
  restrictedPct: 50,
  elasticity: 0.5,
  austerityPct: 10,
  substitutionPct: 10,
  hardSubstitutionPct: 2,
  recyclingPct: 5,
  expansionPct: 20,
  expansionCostPct: 150,
  carryingPct: 8,
};

export type Scenario =
  | { kind: 'base' }
  | { kind: 'cut'; days: number }
  | { kind: 'embargo'; iso3: string }
  /** The ceiling as a percentage of today's price. */
  | { kind: 'ceiling'; pricePct: number };

/** A year of conflict and three of recovery, as the national stockpile plans. */
const BASE_YEARS = 4;
const YEAR_DAYS = 365;

export interface Period {
  title: string;
  days: number;
  demandT: Record<DemandClass, number>;
  supplyT: readonly { name: string; kind: SourceKind; tonnes: number }[];
  shortfallT: Record<DemandClass, number>;
}

export interface Shortfall {
  mineralId: string;
  periods: readonly Period[];
  days: number;
  demandT: number;
  supplyT: number;
  /** Before anything is taken from stock. */
  shortfallT: number;
  byClass: Record<DemandClass, number>;
  /** Left after the stock of today. */
  gapT: number;
  /** Days of the scenario that reliable supply and stock meet: (stock + inflow) / daily use, at most its length. */
  coverDays: number;
}

interface Shock {
  title: string;
  days: number;
  surge: number;
  /** Part of its ordinary supply that a source delivers. */
  delivers: (source: Source) => number;
}

const part = (percent: number): number => Math.max(0, percent) / 100;

function reliability({ kind, restricted }: Source, of: Assumptions): number {
  if (kind === 'home') return 1;
  const base = part(kind === 'partner' ? of.partnerPct : kind === 'other' ? of.otherPct : of.coveredPct);
  return restricted ? base * part(of.restrictedPct) : base;
}

function shocks(scenario: Scenario, of: Assumptions): Shock[] {
  switch (scenario.kind) {
    case 'base':
      // What was lost comes back in equal steps over the years of recovery.
      return Array.from({ length: BASE_YEARS }, (_, year) => ({
        title: year === 0 ? 'Year 1, conflict' : `Year ${year + 1}, recovery`,
        days: YEAR_DAYS,
        surge: year === 0 ? part(of.surgePct) : 0,
        delivers: (source: Source) => {
          const lost = 1 - reliability(source, of);
          return 1 - lost * (1 - year / (BASE_YEARS - 1));
        },
      }));
    case 'cut':
      return [
        {
          title: `${scenario.days} days without imports`,
          days: scenario.days,
          surge: 0,
          delivers: ({ kind }) => (kind === 'home' ? 1 : 0),
        },
      ];
    case 'embargo':
      return [
        {
          title: 'A year of embargo',
          days: YEAR_DAYS,
          surge: 0,
          delivers: ({ iso3 }) => (iso3 === scenario.iso3 ? 0 : 1),
        },
      ];
    case 'ceiling':
      return [
        {
          title: `A year under a ceiling of ${scenario.pricePct} % of the price`,
          days: YEAR_DAYS,
          surge: 0,
          delivers: ({ kind }) =>
            kind === 'home' ? 1 : Math.min(1, part(scenario.pricePct)) ** Math.max(0, of.elasticity),
        },
      ];
  }
}

const sumOf = (byClass: Record<DemandClass, number>): number =>
  DEMAND_CLASSES.reduce((sum, of) => sum + byClass[of], 0);

/** The essential is served first: what is short is short at the end of the row. */
function period(mineral: MineralSupply, { title, days, surge, delivers }: Shock, of: Assumptions): Period {
  const ordinary = (mineral.demandT * days) / YEAR_DAYS;
  const military = ordinary * part(of.militaryPct);
  const civilian = Math.min(ordinary - military, ordinary * part(of.civilianPct));
  const demandT = { military: military * (1 + surge), civilian, industrial: ordinary - military - civilian };
  const supplyT = mineral.sources.map((source) => ({
    name: source.name,
    kind: source.kind,
    tonnes: ((source.tonnes * days) / YEAR_DAYS) * delivers(source),
  }));
  let left = supplyT.reduce((sum, { tonnes }) => sum + tonnes, 0);
  const shortfallT = { military: 0, civilian: 0, industrial: 0 };
  for (const name of DEMAND_CLASSES) {
    const served = Math.min(left, demandT[name]);
    // Below a gram it is the rounding of the shares, not a need.
    shortfallT[name] = demandT[name] - served < 1e-6 ? 0 : demandT[name] - served;
    left -= served;
  }
  return { title, days, demandT, supplyT, shortfallT };
}

export function shortfallOf(mineral: MineralSupply, scenario: Scenario, of: Assumptions): Shortfall {
  const periods = shocks(scenario, of).map((shock) => period(mineral, shock, of));
  const total = (pick: (one: Period) => number) => periods.reduce((sum, one) => sum + pick(one), 0);
  const days = total((one) => one.days);
  const demandT = total((one) => sumOf(one.demandT));
  const supplyT = total((one) => one.supplyT.reduce((sum, { tonnes }) => sum + tonnes, 0));
  const byClass = {
    military: total((one) => one.shortfallT.military),
    civilian: total((one) => one.shortfallT.civilian),
    industrial: total((one) => one.shortfallT.industrial),
  };
  const shortfallT = sumOf(byClass);
  const gapT = Math.max(0, shortfallT - mineral.stockT);
  return {
    mineralId: mineral.mineralId,
    periods,
    days,
    demandT,
    supplyT,
    shortfallT,
    byClass,
    gapT,
    coverDays: demandT === 0 ? days : Math.min(days, (days * (demandT - gapT)) / demandT),
  };
}

export interface Mitigation {
  option: 'stock' | 'austerity' | 'substitution' | 'recycling' | 'expansion' | 'purchase';
  tonnes: number;
  /** Null: nobody publishes a price, or what it costs is not money. */
  usd: number | null;
}

export const MITIGATION_TITLE: Record<Mitigation['option'], string> = {
  stock: 'Draw down the stock held today',
  austerity: 'Use less in other industry',
  substitution: 'Substitute',
  recycling: 'Recycle more',
  expansion: 'Expand output at home',
  purchase: 'Buy ahead for the reserve',
};

/** Ways to close a shortfall in the order in which they are tried; the purchase takes what is left, with a year's carrying cost. */
export function mitigate(mineral: MineralSupply, shortfall: Shortfall, of: Assumptions): Mitigation[] {
  const price = mineral.usdPerKg === null ? null : mineral.usdPerKg * 1000;
  const industrial = shortfall.periods.reduce((sum, one) => sum + one.demandT.industrial, 0);
  const home = shortfall.periods.reduce(
    (sum, one) => sum + one.supplyT.reduce((all, { kind, tonnes }) => all + (kind === 'home' ? tonnes : 0), 0),
    0,
  );
  const substitution = mineral.lowSubstitutability ? of.hardSubstitutionPct : of.substitutionPct;
  const ways: [Mitigation['option'], number, number | null][] = [
    ['stock', mineral.stockT, 0],
    ['austerity', industrial * part(of.austerityPct), null],
    ['substitution', shortfall.demandT * part(substitution), null],
    ['recycling', shortfall.demandT * part(of.recyclingPct), price],
    ['expansion', home * part(of.expansionPct), price === null ? null : price * part(of.expansionCostPct)],
    ['purchase', Number.POSITIVE_INFINITY, price === null ? null : price * (1 + part(of.carryingPct))],
  ];
  let left = shortfall.shortfallT;
  return ways.flatMap(([option, most, usdPerT]) => {
    const tonnes = Math.min(left, most);
    left -= tonnes;
    return tonnes > 0 ? [{ option, tonnes, usd: usdPerT === null ? null : tonnes * usdPerT }] : [];
  });
}

/** As it stands on the record. */
export function scenarioTitle(scenario: Scenario): string {
  switch (scenario.kind) {
    case 'base':
      return 'base case';
    case 'cut':
      return `${scenario.days}-day cut of imports`;
    case 'embargo':
      return `embargo by ${scenario.iso3}`;
    case 'ceiling':
      return `price ceiling at ${scenario.pricePct} %`;
  }
}
