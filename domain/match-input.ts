/** From the lines of a round's sheets to one problem per mineral: ranks, whole kilograms, quarters. Used by server/match/gather. */

import { controllers } from './compliance.ts';
import type { DemandLine } from './demand-sheet.ts';
import { stops } from './match-bans.ts';
import {
  type Ask,
  type FirstRights,
  type Problem,
  type RankId,
  rankOf,
  type Sharing,
  type Supply,
} from './match-model.ts';
import { isProducing, type OfferLine } from './offer-sheet.ts';
import { nameKey, RESERVE_HOLDER } from './offer-terms.ts';
import { type Quarter, quarter, quarterNumber } from './quarters.ts';
import { accept, type Outcome, refuse } from './refusals.ts';
import type { PlannedTarget } from './target-sheet.ts';

/** Everything the match of a round is made from. */
export interface RoundLines {
  /** Catalogue ids of the minerals that the pool buys. */
  minerals: readonly string[];
  /** Years, both included. */
  deliveryFrom: number;
  deliveryTo: number;
  /** Quarter in which orders are placed; lead times count from it. */
  awardQuarter: Quarter;
  demand: readonly { organizationId: string; parentId: string; line: DemandLine }[];
  offers: readonly OfferLine[];
  /** The reserve's targets whose products have a tier. */
  targets: readonly PlannedTarget[];
  /** Grams that approved orders of other rounds already bring, by row of the sheet of targets. */
  coveredGrams: ReadonlyMap<string, number>;
  /** Bans of exports that hold at some time; quarters are numbers, both included, null where no end is known. */
  bans?: readonly ExportBan[];
  /** Buyers by the names that a supplier may call them, in small letters; 'reserve' is the reserve. */
  buyerByName?: ReadonlyMap<string, string>;
  lotterySeed: string;
  settings: MatchSettings;
}

/** Written into every run, so that a later change does not rewrite what was decided. */
export interface MatchSettings {
  /** Aim for the largest share of one country of origin, percent of all demand of a mineral. */
  countrySharePct: number;
  /** What a kilogram above it is worth avoiding, percent of the middle price offered. */
  excessPct: number;
  /** Aim for the largest share of one supplier, or of suppliers of one parent, percent of all demand of a mineral. Null: none. */
  supplierSharePct?: number | null;
  /** What a kilogram that is not sure to come is worth avoiding, percent of the middle price offered. */
  riskPct?: number;
  /** How firm claims share what is scarce. */
  scarce?: Sharing;
}

export interface ExportBan {
  country: string;
  mineral: string;
  /** Everything of the mineral, ore and concentrate, or scrap. Everything where left out. */
  scope?: 'all' | 'raw' | 'scrap';
  from: number;
  to: number | null;
}

/**
 * 50 %: no country alone can stop more than half. 40 %: no supplier alone. 10 %: about what a buyer pays for a second source, and for a kilogram
 * that may not come.
 */
export const MATCH_SETTINGS: MatchSettings = {
  countrySharePct: 50,
  excessPct: 10,
  supplierSharePct: 40,
  riskPct: 10,
  scarce: 'uniform',
};

/** An order of nine billion dollars is more than whole micro-dollars can be counted for, and than anybody meant. */
const ORDER_MICRO_MAX = Number.MAX_SAFE_INTEGER;

const RANK_OF_COMMITMENT: Record<DemandLine['commitment'], RankId> = {
  takeOrPay: 'firm',
  firm: 'firm',
  letterOfIntent: 'letterOfIntent',
  indicative: 'indicative',
};

/** Problems in the order of the pool's minerals; minerals without any line or offer have none. */
export function problemsOf(round: RoundLines): Outcome<Problem[]> {
  const firstQuarter = quarterNumber(quarter(round.deliveryFrom, 1));
  const quarters = (round.deliveryTo - round.deliveryFrom + 1) * 4;
  const problems: Problem[] = [];
  for (const mineral of round.minerals) {
    const asks = asksOf(round, mineral, firstQuarter, quarters);
    const supplies: Supply[] = [];
    for (const offer of round.offers) {
      if (offer.mineral !== mineral) continue;
      const supply = supplyOf(round, offer, firstQuarter, quarters);
      const capacity = supply.capacityKg.reduce((sum, kg) => sum + kg, 0);
      if (capacity * (supply.tiers[0]?.usdMicroPerKg ?? 0) > ORDER_MICRO_MAX)
        return refuse(
          'offer-too-large',
          `offer of ${offer.supplier}`,
          'its capacity at its price is worth more than nine billion dollars',
          'check its quantity, price and their units',
        );
      supplies.push(supply);
    }
    if (asks.length === 0 && supplies.length === 0) continue;
    problems.push({
      mineral,
      firstQuarter,
      quarters,
      asks: asks.sort(byName),
      supplies: supplies.sort((a, b) => (a.row < b.row ? -1 : 1)),
      concentration: {
        sharePct: round.settings.countrySharePct,
        excessMicroPerKg: percentOf(middlePrice(supplies), round.settings.excessPct),
      },
      supplierCap:
        typeof round.settings.supplierSharePct === 'number'
          ? {
              sharePct: round.settings.supplierSharePct,
              excessMicroPerKg: percentOf(middlePrice(supplies), round.settings.excessPct),
            }
          : null,
      riskMicroPerKg: percentOf(middlePrice(supplies), round.settings.riskPct ?? 0),
      scarce: round.settings.scarce ?? 'uniform',
      lotterySeed: round.lotterySeed,
    });
  }
  return accept(problems);
}

/** Owner first: the row ids of two sheets may collide, and the answer must not depend on who typed first. */
const byName = (a: Ask, b: Ask): number => {
  const [x, y] = [a, b].map((ask) => `${ask.rank}/${ask.organizationId ?? ''}/${ask.row}`) as [string, string];
  return x < y ? -1 : x > y ? 1 : 0;
};

function asksOf(round: RoundLines, mineral: string, firstQuarter: number, quarters: number): Ask[] {
  const bought = round.demand.filter(({ line }) => line.mineral === mineral);
  const stocked = round.targets.filter((target) => target.mineral === mineral);
  return [
    ...bought.map(
      ({ organizationId, parentId, line }): Ask => ({
        row: line.row,
        buyer: parentId,
        organizationId,
        rank: rankOf(RANK_OF_COMMITMENT[line.commitment]),
        family: line.family,
        form: line.form,
        gradePct: line.gradePct,
        gradeClass: line.gradeClass,
        grams: line.grams,
        kg: Math.floor(line.grams / 1000),
        from: quarterNumber(line.window.from),
        to: quarterNumber(line.window.to),
        qualification: line.qualification,
        recycledOk: line.acceptsRecycled,
        early: line.earlyQuarters,
        requires: line.requires,
        excluded: [...new Set(line.excludedCountries)].sort(),
        excludedOwners: line.excludedOwners,
        ceilingMicro: line.ceilingUsdMicroPerKg,
      }),
    ),
    ...stocked.flatMap((target): Ask[] => {
      const covered = (row: string): number => round.coveredGrams.get(row) ?? 0;
      const missing = Math.max(0, target.target - target.onHand - target.onOrder - covered(target.row));
      const extra = Math.max(0, target.surplus - covered(`${target.row}${SURPLUS_ROW}`));
      const surplus = extra === 0 ? [] : [surplusOf(target, extra, firstQuarter, quarters)];
      const rank = rankOf(`vault${target.tier}`);
      return missing === 0
        ? surplus
        : [reserveAsk(target, { rank, grams: missing }, firstQuarter, quarters), ...surplus];
    }),
  ];
}

/** What may go to the reserve above its target: no unmet demand, only room for what a smallest order or a price step makes worth buying. */
const surplusOf = (target: PlannedTarget, grams: number, firstQuarter: number, quarters: number): Ask => ({
  ...reserveAsk(target, { rank: null, grams }, firstQuarter, quarters),
  row: `${target.row}${SURPLUS_ROW}`,
});
/** Ends the name of a surplus, so that it differs from the target in the same row. */
const SURPLUS_ROW = '+surplus';

const reserveAsk = (
  target: PlannedTarget,
  { rank, grams }: { rank: number | null; grams: number },
  firstQuarter: number,
  quarters: number,
): Ask => ({
  row: target.row,
  buyer: 'reserve',
  organizationId: null,
  rank,
  family: target.family,
  form: target.form,
  gradePct: target.gradePct,
  gradeClass: target.gradeClass,
  grams,
  kg: Math.floor(grams / 1000),
  from: firstQuarter,
  to: firstQuarter + quarters - 1,
  qualification: 'open',
  recycledOk: true,
  requires: target.requires,
  excluded: target.excludedCountries,
  excludedOwners: target.excludedOwners,
  ceilingMicro: null,
});

function supplyOf(round: RoundLines, offer: OfferLine, firstQuarter: number, quarters: number): Supply {
  const leadQuarters = Math.ceil(offer.leadMonths / 3);
  // A refiner's lead time runs from its feed, which has one of its own.
  const soonest = Math.max(
    quarterNumber(offer.from),
    quarterNumber(round.awardQuarter) + (offer.refining ? 0 : leadQuarters),
  );
  const rights = rightsOf(round, offer);
  // What somebody outside the pool takes first never reaches it.
  const ours = rights && rights.holder === null ? 100 - rights.pct : 100;
  const banned = bannedIn(round, offer, firstQuarter, quarters);
  return {
    row: offer.row,
    supplier: offer.supplier,
    country: offer.country,
    origin: offer.originCountry === offer.country ? null : offer.originCountry,
    stage: offer.stage,
    producing: isProducing(offer),
    qualified: offer.qualified,
    family: offer.family,
    form: offer.form,
    gradePct: offer.gradePct,
    gradeClass: offer.gradeClass,
    recycled: offer.recycled,
    group: offer.parent ?? offer.supplier,
    certificates: offer.certificates,
    controlledFrom: controllers(offer.owners),
    surePct: offer.surePct,
    rights: rights?.holder ? { holder: rights.holder, pct: rights.pct } : null,
    refining: offer.refining && {
      feedFamily: offer.refining.family,
      yieldPpm: offer.refining.yieldPpm,
      lagQuarters: leadQuarters,
    },
    banned,
    capacityKg: Array.from({ length: quarters }, (_, i) => {
      if (firstQuarter + i < soonest || banned?.quarters.includes(i)) return 0;
      return Math.floor((quarterCapacityKg(yearCapacity(offer, firstQuarter + i), i % 4) * ours) / 100);
    }),
    minimumKg: Math.ceil(offer.minimum / 1000),
    kind: offer.tierKind === 'incremental' ? 'incremental' : 'allUnits',
    tiers: wholeTiers(offer),
  };
}

/** Who holds them; null where it is nobody of the pool. */
function rightsOf(
  round: RoundLines,
  { rights }: OfferLine,
): (Omit<FirstRights, 'holder'> & { holder: string | null }) | null {
  if (!rights) return null;
  const name = nameKey(rights.holder);
  const holder = name === RESERVE_HOLDER ? 'reserve' : (round.buyerByName?.get(name) ?? null);
  return { holder, pct: rights.pct };
}

/** Quarters in which the country that delivers, or that of the feed, lets none of the mineral out. A ban counts in every quarter it touches. */
function bannedIn(round: RoundLines, offer: OfferLine, firstQuarter: number, quarters: number): Supply['banned'] {
  const bans = (round.bans ?? []).filter((ban) => stops(ban, offer));
  const within = Array.from({ length: quarters }, (_, i) => i).filter((i) =>
    bans.some(({ from, to }) => firstQuarter + i >= from && (to === null || firstQuarter + i <= to)),
  );
  return within.length > 0 ? { country: bans[0]?.country ?? offer.country, quarters: within } : null;
}

const percentOf = (micro: number, pct: number): number => Math.round((micro * pct) / 100);

/** Grams of the year that the quarter is in, by the offer's ramp. */
function yearCapacity(offer: OfferLine, quarter: number): number {
  if (offer.ramp.length === 0) return offer.capacityPerYear;
  const pct = offer.ramp.findLast(({ year }) => year <= Math.floor(quarter / 4))?.pct ?? 0;
  // Split before it is multiplied: the product may pass what a number holds exactly.
  return Math.floor(offer.capacityPerYear / 100) * pct + Math.floor(((offer.capacityPerYear % 100) * pct) / 100);
}

/** A quarter of the year's capacity in whole kilograms; the four quarters add up to the whole kilograms of the year. */
const quarterCapacityKg = (gramsPerYear: number, n: number): number =>
  Math.floor((gramsPerYear * (n + 1)) / 4000) - Math.floor((gramsPerYear * n) / 4000);

/** Tiers begin at whole kilograms, rounded up; of tiers that begin at the same one the last holds. */
function wholeTiers(offer: OfferLine): Supply['tiers'] {
  const tiers = offer.tiers.map((tier) => ({ fromKg: Math.ceil(tier.from / 1000), usdMicroPerKg: tier.usdMicroPerKg }));
  return tiers.filter((tier, i) => tiers[i + 1]?.fromKg !== tier.fromKg);
}

function middlePrice(supplies: readonly Supply[]): number {
  const prices = supplies.map((supply) => supply.tiers[0]?.usdMicroPerKg ?? 0).sort((a, b) => a - b);
  return prices[prices.length >> 1] ?? 0;
}
