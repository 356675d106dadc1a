/** The match's reasons in sentences: with exact numbers for the clean room and officials, without anybody's numbers for a member. */
import { ratio, toFixedText } from './exact.ts';
import type { LineReason, OfferReason } from './match-explain.ts';
import { RANKS } from './match-model.ts';
import type { OrderResult } from './match-result.ts';
import { quarterAt, showQuarter } from './quarters.ts';

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
/** '12,000 kg'. */
export const kgText = (kg: number): string => `${grouped(String(kg))} kg`;
/** '$1,250.00' from whole micro-dollars. */
export function usdText(micro: number | bigint): string {
  const [whole = '', cents] = toFixedText(ratio(BigInt(micro), 1_000_000n), 2).split('.');
  return `$${grouped(whole)}.${cents}`;
}

/** Why lines stay unmet, for officials: the lines are a group, and the numbers are the pool's. */
export function whyUnmet(reason: LineReason): string {
  if (reason.code === 'minimum')
    return `The lines that could take it are ${kgText(reason.shortKg)} short of the smallest order of any offer that fits.`;
  return plainReason(reason, 'these lines');
}

/** Why a member's own line got what it got. Says nothing that only the numbers of others could tell. */
export function whyAward(reason: LineReason, awardedKg: number): string {
  if (reason.code === 'met') return 'Met in full.';
  if (reason.code === 'metWhole') return 'Met in whole kilograms; what is left is less than one.';
  const text =
    reason.code === 'minimum'
      ? 'The smallest order of the offers that fit was not reached.'
      : plainReason(reason, 'this line');
  return awardedKg > 0 ? `Met in part. ${text}` : text;
}

function plainReason(reason: LineReason, who: string): string {
  switch (reason.code) {
    case 'form':
      return 'No offer is for this form.';
    case 'grade':
      return 'No offer of this form is pure enough.';
    case 'time':
      return 'No offer that fits can deliver in this period.';
    case 'qualification':
      return 'No offer that fits has the qualification asked for.';
    case 'country':
      return `Every offer that fits comes from a country that ${who} exclude${who === 'this line' ? 's' : ''}.`;
    case 'recycled':
      return 'Every offer that fits is recycled material, which is not accepted here.';
    case 'price':
      return `Every offer that fits is above the ceiling price of ${who}.`;
    case 'tier':
      return `Offers that fit would meet the ceiling price of ${who} only for a larger order than the pool's.`;
    case 'minimum':
      return 'The smallest order of the offers that fit was not reached.';
    case 'underOneKilogram':
      return 'Less than one kilogram: lots are whole kilograms.';
    case 'capacity':
      return reason.shared
        ? 'What fits is scarce: earlier priorities came first, and buyers of the same priority share the rest evenly.'
        : 'What fits is used to its capacity, or needed by earlier priorities.';
    case 'met':
    case 'metWhole':
      return 'Met.';
  }
}

export function whyUnused(reason: OfferReason): string {
  switch (reason.code) {
    case 'form':
      return 'Nobody asks for this form.';
    case 'grade':
      return 'Not pure enough for any line of this form.';
    case 'time':
      return 'Cannot deliver in the period of any line that it fits.';
    case 'qualification':
      return 'Lacks the qualification that every line it fits asks for.';
    case 'country':
      return 'Every line that it fits excludes its country.';
    case 'recycled':
      return 'No line that it fits takes recycled material.';
    case 'price':
      return 'Above the ceiling price of every line that it fits.';
    case 'capacityBelowMinimum':
      return `Can deliver ${kgText(reason.capacityKg)} in the period, less than its own smallest order of ${kgText(reason.minimumKg)}.`;
    case 'minimum':
      return `${kgText(reason.shortKg)} short of its smallest order: lines that can take it ask for ${kgText(reason.payableKg)} of ${kgText(reason.neededKg)}.`;
    case 'dearer':
      return `Ordering ${kgText(reason.kg)} from it, all else unchanged, would cost ${usdText(reason.extraMicro)} more in all.`;
    case 'displaces':
      return `Ordering ${kgText(reason.kg)} from it would leave an earlier priority short, or another order below its minimum.`;
    case 'notNeeded':
      return 'Not needed: other offers meet the same lines at the same cost.';
  }
}

/** Why an order is as it is, most telling first. */
export function orderReasons(order: OrderResult, countryName: (id: string) => string): string[] {
  const reasons: string[] = [];
  for (const { rank, kg } of order.served) {
    const known = rank === null ? undefined : RANKS[rank];
    const what = known
      ? known.sink === 'pool'
        ? `${known.title} demand of the pool`
        : known.title
      : 'the surplus of the reserve';
    reasons.push(`Covers ${kgText(kg)} of ${what}.`);
  }
  if (order.minimumKg > 0 && order.largestKg < order.minimumKg)
    reasons.push(
      `Its smallest order of ${kgText(order.minimumKg)} is reached only together: none of its ${order.buyers} buyers comes to it alone.`,
    );
  if (order.usdMicroPerKg < order.firstMicroPerKg)
    reasons.push(
      `The quantity brings the price from ${usdText(order.firstMicroPerKg)} to ${usdText(order.usdMicroPerKg)} per kg contained.`,
    );
  const first = order.lots[0]?.quarter;
  const last = order.lots.at(-1)?.quarter;
  if (first !== undefined && last !== undefined)
    reasons.push(
      `Delivers ${first === last ? `in ${showQuarter(quarterAt(first))}` : `from ${showQuarter(quarterAt(first))} to ${showQuarter(quarterAt(last))}`}; uses ${percentText(order.kg, order.capacityKg)} of what the supplier can deliver in the period.`,
    );
  if (order.allowanceKg !== null && order.originKg > order.allowanceKg)
    reasons.push(
      `${countryName(order.origin ?? order.country)} supplies ${kgText(order.originKg)}, more than the ${kgText(order.allowanceKg)} aimed for from one country: other sources are lacking or dearer.`,
    );
  return reasons;
}

const percentText = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${Math.round((part / whole) * 100)} %`;
