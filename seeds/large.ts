/**
 * A fictional market of any size from a seed: who asks for what, who offers what, what the reserve wants. Plain quantities without names
 * of minerals, so that one market makes both the problems that the bench solves and the sheets of a workspace.
 */

export interface MarketSize {
  minerals: number;
  /** Purities, each an own grade; the first is the lowest. */
  grades: number;
  quarters: number;
  offers: number;
  buyers: number;
  /** Share of the grades and quarters of a mineral that a buyer has a line for. */
  density: number;
}

/** The sizes that results are stated for. */
export const SIZES = {
  S: { minerals: 3, grades: 3, quarters: 4, offers: 30, buyers: 12, density: 0.75 },
  M: { minerals: 13, grades: 3, quarters: 8, offers: 200, buyers: 60, density: 0.5 },
  L: { minerals: 60, grades: 4, quarters: 20, offers: 1000, buyers: 200, density: 0.225 },
} as const satisfies Record<string, MarketSize>;
export type SizeName = keyof typeof SIZES;

export interface MarketLine {
  buyer: number;
  grade: number;
  /** Quarter of the horizon, from 0. */
  quarter: number;
  kg: number;
  commitment: 'firm' | 'letterOfIntent' | 'indicative';
  qualification: 'open' | 'producing';
  /** Percent of the mineral's usual price; null where any will do. */
  ceilingPct: number | null;
}

export interface MarketOffer {
  supplier: number;
  /** Alpha-3. */
  country: string;
  grade: number;
  kgPerYear: number;
  /** First quarter of the horizon in which it delivers. */
  firstQuarter: number;
  stage: 'operating' | 'expansion' | 'development';
  minimumKg: number;
  kind: 'allUnits' | 'incremental';
  /** The first begins at 0; percent of the mineral's usual price. */
  tiers: { fromKg: number; pricePct: number }[];
}

export interface MarketTarget {
  grade: number;
  tier: 1 | 2 | 3 | 4;
  kg: number;
  /** More that it would take where a smallest order makes it worth it. */
  surplusKg: number;
}

export interface MineralMarket {
  lines: MarketLine[];
  offers: MarketOffer[];
  targets: MarketTarget[];
  /** Dollars a kilogram. */
  usualPrice: number;
}

const COUNTRIES = ['CHN', 'AUS', 'CAN', 'DEU', 'JPN', 'KOR', 'CHL', 'ZAF', 'BRA', 'FRA', 'KAZ', 'NOR'] as const;
const COMMITMENTS = ['firm', 'letterOfIntent', 'indicative'] as const;

/** The same seed and size give the same market. One entry a mineral. */
export function marketOf(size: MarketSize, seed: number): MineralMarket[] {
  return Array.from({ length: size.minerals }, (_, m) => {
    // Every mineral by itself: a larger market begins with the smaller one's minerals.
    const random = drawer(seed * 1009 + m);
    const usualPrice = [12, 40, 95, 300, 900][random.below(5)] ?? 40;
    const lines = linesOf(size, random);
    const askedKg = lines.reduce((sum, line) => sum + line.kg, 0);
    const count = Math.floor((size.offers * (m + 1)) / size.minerals) - Math.floor((size.offers * m) / size.minerals);
    return {
      usualPrice,
      lines,
      offers: Array.from({ length: count }, (_, i) => offerOf(size, random, askedKg / count, i)),
      targets: targetsOf(size, random, askedKg),
    };
  });
}

function linesOf(size: MarketSize, random: Drawer): MarketLine[] {
  const lines: MarketLine[] = [];
  for (let buyer = 0; buyer < size.buyers; buyer += 1) {
    // What a company is, it is on all its lines: one commitment, one idea of a price, one view of who may supply.
    const scale = 10 ** (1 + random.unit() * 2);
    const commitment = COMMITMENTS[random.below(3)] ?? 'indicative';
    const qualification = random.unit() < 0.8 ? 'open' : 'producing';
    const ceilingPct = random.unit() < 0.4 ? null : 86 + 2 * random.below(16);
    for (let grade = 0; grade < size.grades; grade += 1)
      for (let quarter = 0; quarter < size.quarters; quarter += 1)
        if (random.unit() < size.density)
          lines.push({
            buyer,
            grade,
            quarter,
            kg: Math.max(1, Math.round(scale * (0.5 + random.unit()))),
            commitment,
            qualification,
            ceilingPct,
          });
  }
  return lines;
}

/** Nearly twice as much is offered as asked, but not in the grades, quarters and quantities that are asked for. */
function offerOf(size: MarketSize, random: Drawer, fairShareKg: number, supplier: number): MarketOffer {
  const years = size.quarters / 4;
  const kgPerYear = Math.max(4, Math.round((fairShareKg / years) * (0.8 + 2.4 * random.unit())));
  const total = kgPerYear * years;
  let pricePct = 82 + random.unit() * 34;
  const tiers = [{ fromKg: 0, pricePct }];
  for (let fromKg = total * (0.1 + 0.15 * random.unit()), n = random.below(4); n > 0; n -= 1) {
    pricePct -= 1.5 + 5 * random.unit();
    tiers.push({ fromKg: Math.round(fromKg), pricePct });
    fromKg *= 1.5 + random.unit();
  }
  return {
    supplier,
    country: COUNTRIES[Math.min(random.below(COUNTRIES.length), random.below(COUNTRIES.length))] ?? 'CHN',
    grade: random.below(size.grades),
    kgPerYear,
    firstQuarter: random.below(Math.ceil(size.quarters / 2)),
    stage: (['operating', 'operating', 'expansion', 'development'] as const)[random.below(4)] ?? 'operating',
    minimumKg: random.unit() < 0.7 ? Math.round(total * (0.05 + 0.25 * random.unit())) : 0,
    kind: random.unit() < 0.6 ? 'allUnits' : 'incremental',
    tiers: tiers.filter((tier, i) => i === 0 || tier.fromKg > (tiers[i - 1]?.fromKg ?? 0)),
  };
}

function targetsOf(size: MarketSize, random: Drawer, askedKg: number): MarketTarget[] {
  return ([1, 2, 3, 4] as const).map((tier) => ({
    tier,
    grade: random.below(size.grades),
    kg: Math.max(1, Math.round(askedKg * (0.01 + 0.03 * random.unit()))),
    surplusKg: tier === 4 ? Math.round(askedKg * 0.03) : 0,
  }));
}

interface Drawer {
  /** From 0, less than 1. */
  unit(): number;
  below(limit: number): number;
}

/** mulberry32: no secrecy, only the same numbers everywhere. */
function drawer(seed: number): Drawer {
  let state = seed >>> 0;
  const unit = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { unit, below: (limit) => Math.floor(unit() * limit) };
}
