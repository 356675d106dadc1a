/** The problems of a fictional market, as the match would make them from its sheets. Used by the bench. */

import { MATCH_SETTINGS } from '#domain/match-input.ts';
import { type Ask, type Problem, type RankId, rankOf, type Supply } from '#domain/match-model.ts';
import { type MarketSize, type MineralMarket, marketOf } from '#seeds/large.ts';

const FIRST_QUARTER = 2027 * 4;
const MICRO = 1_000_000;
const GRADES = [99.9, 99.99, 99.999, 99.9999] as const;
const name = (kind: string, i: number): string => `${kind}-${String(i).padStart(5, '0')}`;

export const problemsOfMarket = (size: MarketSize, seed: number): Problem[] =>
  marketOf(size, seed).map((market, m) => problemOf(market, name('mineral', m), size.quarters));

function problemOf(market: MineralMarket, mineral: string, quarters: number): Problem {
  const supplies = market.offers.map((offer, i) => ({
    ...supplyOf(market, offer, name('offer', i), quarters),
    supplier: `${mineral}/${name('supplier', offer.supplier)}`,
  }));
  const prices = supplies.map((supply) => supply.tiers[0]?.usdMicroPerKg ?? 0).sort((a, b) => a - b);
  const middle = prices[prices.length >> 1] ?? 0;
  return {
    mineral,
    firstQuarter: FIRST_QUARTER,
    quarters,
    asks: [...linesOf(market), ...targetsOf(market, quarters)],
    supplies,
    concentration: {
      sharePct: MATCH_SETTINGS.countrySharePct,
      excessMicroPerKg: Math.round((middle * MATCH_SETTINGS.excessPct) / 100),
    },
    lotterySeed: 'bench',
  };
}

const shared = (grade: number, kg: number) => ({
  family: 'form',
  form: 'form',
  gradePct: GRADES[grade] ?? null,
  gradeClass: `${3 + grade}N`,
  grams: kg * 1000,
  kg,
  recycledOk: true,
  excluded: [],
});

const linesOf = (market: MineralMarket): Ask[] =>
  market.lines.map((line, i) => ({
    ...shared(line.grade, line.kg),
    row: name('line', i),
    buyer: name('buyer', line.buyer),
    organizationId: name('buyer', line.buyer),
    rank: rankOf(line.commitment),
    from: FIRST_QUARTER + line.quarter,
    to: FIRST_QUARTER + line.quarter,
    qualification: line.qualification,
    ceilingMicro: line.ceilingPct === null ? null : Math.round(market.usualPrice * line.ceilingPct * (MICRO / 100)),
  }));

const targetsOf = (market: MineralMarket, quarters: number): Ask[] =>
  market.targets.flatMap((target, i) => {
    const one = (row: string, rank: RankId | null, kg: number): Ask => ({
      ...shared(target.grade, kg),
      row,
      buyer: 'reserve',
      organizationId: null,
      rank: rank && rankOf(rank),
      from: FIRST_QUARTER,
      to: FIRST_QUARTER + quarters - 1,
      qualification: 'open',
      ceilingMicro: null,
    });
    const extra = target.surplusKg > 0 ? [one(`${name('target', i)}+surplus`, null, target.surplusKg)] : [];
    return [one(name('target', i), `vault${target.tier}`, target.kg), ...extra];
  });

function supplyOf(
  market: MineralMarket,
  offer: MineralMarket['offers'][number],
  row: string,
  quarters: number,
): Supply {
  const each = (q: number) =>
    Math.floor((offer.kgPerYear * ((q % 4) + 1)) / 4) - Math.floor((offer.kgPerYear * (q % 4)) / 4);
  return {
    row,
    supplier: name('supplier', offer.supplier),
    country: offer.country,
    origin: null,
    stage: offer.stage,
    producing: offer.stage !== 'development',
    qualified: false,
    ...shared(offer.grade, 0),
    recycled: false,
    capacityKg: Array.from({ length: quarters }, (_, q) => (q < offer.firstQuarter ? 0 : each(q))),
    minimumKg: offer.minimumKg,
    kind: offer.kind,
    tiers: offer.tiers.map(({ fromKg, pricePct }) => ({
      fromKg,
      usdMicroPerKg: Math.round(market.usualPrice * pricePct * (MICRO / 100)),
    })),
  };
}
