/** From the lines of a round's sheets to one problem per mineral: ranks, whole kilograms, quarters. Used by server/match/gather. */
import type { DemandLine } from './demand-sheet.ts';
import { type Ask, type Problem, type RankId, rankOf, type Supply } from './match-model.ts';
import { isProducing, type OfferLine } from './offer-sheet.ts';
import type { PriorityLine } from './priority-sheet.ts';
import { type Quarter, quarter, quarterNumber } from './quarters.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

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
  priorities: readonly PriorityLine[];
  /** Grams that approved orders of other rounds already bring, by row of the priority sheet. */
  coveredGrams: ReadonlyMap<string, number>;
  lotterySeed: string;
  settings: MatchSettings;
}

/** Written into every run, so that a later change does not rewrite what was decided. */
export interface MatchSettings {
  /** Aim for the largest share of one country of origin, percent of all demand of a mineral. */
  countrySharePct: number;
  /** What a kilogram above it is worth avoiding, percent of the middle price offered. */
  excessPct: number;
}

/** 50 %: no country alone can stop more than half. 10 %: about what a buyer pays for a second source. */
export const MATCH_SETTINGS: MatchSettings = { countrySharePct: 50, excessPct: 10 };

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
      const supply = supplyOf(offer, round.awardQuarter, firstQuarter, quarters);
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
        excessMicroPerKg: Math.round((middlePrice(supplies) * round.settings.excessPct) / 100),
      },
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
  const stocked = round.priorities.filter((priority) => priority.mineral === mineral);
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
        excluded: [...new Set(line.excludedCountries)].sort(),
        ceilingMicro: line.ceilingUsdMicroPerKg,
      }),
    ),
    ...stocked.flatMap((priority): Ask[] => {
      const covered = (row: string): number => round.coveredGrams.get(row) ?? 0;
      const missing = Math.max(0, priority.target - priority.onHand - covered(priority.row));
      const extra = Math.max(0, priority.surplus - covered(`${priority.row}${SURPLUS_ROW}`));
      const surplus = extra === 0 ? [] : [surplusOf(priority, extra, firstQuarter, quarters)];
      const rank = rankOf(`vault${priority.tier}`);
      return missing === 0
        ? surplus
        : [reserveAsk(priority, { rank, grams: missing }, firstQuarter, quarters), ...surplus];
    }),
  ];
}

/** What may go to the reserve above its target: no unmet demand, only room for what a smallest order or a price step makes worth buying. */
const surplusOf = (priority: PriorityLine, grams: number, firstQuarter: number, quarters: number): Ask => ({
  ...reserveAsk(priority, { rank: null, grams }, firstQuarter, quarters),
  row: `${priority.row}${SURPLUS_ROW}`,
});
/** Ends the name of a surplus, so that it differs from the target in the same row. */
const SURPLUS_ROW = '+surplus';

const reserveAsk = (
  priority: PriorityLine,
  { rank, grams }: { rank: number | null; grams: number },
  firstQuarter: number,
  quarters: number,
): Ask => ({
  row: priority.row,
  buyer: 'reserve',
  organizationId: null,
  rank,
  family: priority.family,
  form: priority.form,
  gradePct: priority.gradePct,
  gradeClass: priority.gradeClass,
  grams,
  kg: Math.floor(grams / 1000),
  from: firstQuarter,
  to: firstQuarter + quarters - 1,
  qualification: 'open',
  recycledOk: true,
  excluded: [],
  ceilingMicro: null,
});

function supplyOf(offer: OfferLine, awardQuarter: Quarter, firstQuarter: number, quarters: number): Supply {
  const soonest = Math.max(quarterNumber(offer.from), quarterNumber(awardQuarter) + Math.ceil(offer.leadMonths / 3));
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
    capacityKg: Array.from({ length: quarters }, (_, i) =>
      firstQuarter + i < soonest ? 0 : quarterCapacityKg(yearCapacity(offer, firstQuarter + i), i % 4),
    ),
    minimumKg: Math.ceil(offer.minimum / 1000),
    kind: offer.tierKind === 'incremental' ? 'incremental' : 'allUnits',
    tiers: wholeTiers(offer),
  };
}

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
