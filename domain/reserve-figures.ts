/**
 * Every figure that follows from a row of the reserve's targets, computed here and nowhere else; the match asks for the target. Masses are whole grams of contained element; what can be exact is a ratio of whole numbers, and rounded only when it is shown.
 */
import { decimal, over, plus, type Ratio, ratio, times } from './exact.ts';
import { addQuarters, type Quarter } from './quarters.ts';
import { type Assumptions, DEMAND_CLASSES, type DemandClass, type MineralSupply, shortfallOf } from './shortfall.ts';
import { type Grams, grams, NO_GRAMS, sumGrams } from './units.ts';

export type Needs = Record<DemandClass, Grams>;

/** What a row of the sheet says, as far as figures follow from it. */
export interface Holding {
  /** Grams needed in a year, by class of demand. */
  needs: Needs;
  coverDays: number | null;
  /** The target as typed; null where the days decide. */
  typedTarget: Grams | null;
  onHand: Grams;
  /** Bought outside this program and not delivered yet. What its own rounds ordered is known to the match, and would be counted twice. */
  onOrder: Grams;
  /** Price at which stock is counted. Millionths of a dollar for a kilogram of contained element. */
  usdMicroPerKg: number | null;
  /** Whole dollars for a tonne and year. */
  storageUsdPerT: number | null;
  rotated: Quarter | null;
  shelfMonths: number | null;
}

/** What holding a dollar of stock costs in a year, percent. Of the program's terms. */
export interface CarryingRates {
  financingPct: number;
  insurancePct: number;
  /** Assay, handling and what gets lost. */
  handlingPct: number;
}

export interface Around {
  /** What is published of the mineral's supply; null where that is too little. */
  supply: MineralSupply | null;
  assumptions: Assumptions;
  /** Null: the program has not decided on all of them. */
  rates: CarryingRates | null;
  /** The quarter of today. */
  now: Quarter;
}

export interface ReserveFigures {
  /** All classes together; null where the row states none. */
  yearly: Grams | null;
  /** Days x yearly / 365, up to a whole gram. Null without days or needs. */
  daysTarget: Grams | null;
  /** As typed, else by the days, else nothing. */
  target: Grams;
  /** On hand / (yearly / 365). */
  coverDays: Ratio | null;
  /** What is short in each year of the base case before stock is used, to the gram of a model. Null without needs or published supply. */
  shortfall: { title: string; mass: Grams }[] | null;
  gap: Grams;
  /** Dollars a year for what is on hand. Null without a price or rates. */
  carryingUsd: Ratio | null;
  /** Dollars for the gap at the inventory price. */
  closingUsd: Ratio | null;
  rotationDue: Quarter | null;
  isRotationLate: boolean;
}

const YEAR_DAYS = 365n;
const MONTHS_PER_QUARTER = 3;
const GRAMS_PER_T = 1_000_000;

export const yearlyOf = (needs: Needs): Grams => sumGrams(DEMAND_CLASSES.map((of) => needs[of]));

/** Up to a whole gram, so that the days are covered. Null where one of the two is missing, or where no sheet could hold it. */
export function targetOfDays(days: number | null, yearly: Grams): Grams | null {
  if (days === null || yearly === 0) return null;
  const mass = (BigInt(days) * BigInt(yearly) + YEAR_DAYS - 1n) / YEAR_DAYS;
  return mass > BigInt(Number.MAX_SAFE_INTEGER) ? null : grams(mass);
}

export const targetOf = ({ typedTarget, coverDays, needs }: Pick<Holding, 'typedTarget' | 'coverDays' | 'needs'>) =>
  typedTarget ?? targetOfDays(coverDays, yearlyOf(needs)) ?? NO_GRAMS;

export function reserveFigures(holding: Holding, { supply, assumptions, rates, now }: Around): ReserveFigures {
  const { needs, onHand, onOrder, usdMicroPerKg } = holding;
  const yearly = yearlyOf(needs);
  const target = targetOf(holding);
  const gap = grams(Math.max(0, target - onHand - onOrder));
  const rotationDue = dueOf(holding);
  return {
    yearly: yearly === 0 ? null : yearly,
    daysTarget: targetOfDays(holding.coverDays, yearly),
    target,
    coverDays: yearly === 0 ? null : ratio(BigInt(onHand) * YEAR_DAYS, BigInt(yearly)),
    shortfall: supply && yearly > 0 ? baseCase(needs, yearly, supply, assumptions) : null,
    gap,
    carryingUsd:
      usdMicroPerKg === null || rates === null
        ? null
        : carrying(onHand, usdMicroPerKg, holding.storageUsdPerT ?? 0, rates),
    closingUsd: usdMicroPerKg === null ? null : worthOf(gap, usdMicroPerKg),
    rotationDue,
    isRotationLate: rotationDue !== null && rotationDue < now && onHand > 0,
  };
}

/** Grams x millionths of a dollar for a kilogram. */
const worthOf = (mass: Grams, usdMicroPerKg: number): Ratio =>
  ratio(BigInt(mass) * BigInt(usdMicroPerKg), 1_000_000_000n);

/** kg x price x (financing + insurance + handling) + storage, in a year. */
function carrying(mass: Grams, usdMicroPerKg: number, storageUsdPerT: number, rates: CarryingRates): Ratio {
  const percent = [rates.financingPct, rates.insurancePct, rates.handlingPct]
    .map((rate) => decimal(String(rate)))
    .reduce(plus);
  const storage = ratio(BigInt(mass) * BigInt(storageUsdPerT), BigInt(GRAMS_PER_T));
  return plus(times(worthOf(mass, usdMicroPerKg), over(percent, ratio(100n))), storage);
}

/**
 * The row's own demand by class against the mineral's sources as they are published, in proportion: an ordinary year meets the demand. A source
 * delivers what it is counted on to deliver.
 */
function baseCase(needs: Needs, yearly: Grams, supply: MineralSupply, assumptions: Assumptions) {
  const share = yearly / GRAMS_PER_T / supply.demandT;
  const percent = (of: DemandClass): number => (100 * needs[of]) / yearly;
  const { periods } = shortfallOf(
    {
      ...supply,
      demandT: yearly / GRAMS_PER_T,
      sources: supply.sources.map((source) => ({ ...source, tonnes: source.tonnes * share })),
      stockT: 0,
    },
    { kind: 'base' },
    { ...assumptions, militaryPct: percent('military'), civilianPct: percent('civilian') },
  );
  return periods.map(({ title, shortfallT }) => ({
    title,
    mass: grams(Math.round(DEMAND_CLASSES.reduce((sum, of) => sum + shortfallT[of], 0) * GRAMS_PER_T)),
  }));
}

/** A part of a quarter is not waited for: what keeps ten months is due after three quarters. */
const dueOf = ({ rotated, shelfMonths }: Holding): Quarter | null =>
  rotated && shelfMonths !== null ? addQuarters(rotated, Math.floor(shelfMonths / MONTHS_PER_QUARTER)) : null;
