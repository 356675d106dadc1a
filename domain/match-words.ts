/**
 * The match's reasons in sentences. Officials read the numbers of offers and orders, never of lines; a member reads nothing that depends on
 * what others asked for. Texts that companies wrote are in none of them.
 */
import { ratio, toFixedText, toSignificant } from './exact.ts';
import type { LineReason, OfferReason } from './match-explain.ts';
import { RANKS } from './match-model.ts';
import type { OrderResult } from './match-result.ts';
import { quarterAt, showWindow } from './quarters.ts';

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
/** '12,000 kg'. */
export const kgText = (kg: number): string => `${grouped(String(kg))} kg`;
/** '$1,250.00' from whole micro-dollars. */
export function usdText(micro: number | bigint): string {
  const [whole = '', cents] = toFixedText(ratio(BigInt(micro), 1_000_000n), 2).split('.');
  return `$${grouped(whole)}.${cents}`;
}

/** Why lines stay unmet, for officials: the lines are a group. How much is missing stands beside it, where it may be told. */
export const whyUnmet = (reason: LineReason): string => plainReason(reason, 'these lines');

/** One sentence for every reason that depends on what others asked for, so that it tells nothing of it. */
const NOT_ALL =
  'Not everything could be bought: earlier priorities come first, buyers of the same priority share evenly what fits, and an offer is used only where its smallest order and the price asked for are reached.';

/** Why a member's own line got what it got: from its own line and the offers alone. */
export function whyAward(reason: LineReason, awardedKg: number): string {
  if (reason.code === 'met') return 'Met in full.';
  if (reason.code === 'metWhole') return 'Met in whole kilograms; what is left is less than one.';
  const dependsOnOthers = reason.code === 'minimum' || reason.code === 'tier' || reason.code === 'capacity';
  const text = dependsOnOthers ? NOT_ALL : plainReason(reason, 'this line');
  return awardedKg > 0 ? `Met in part. ${text}` : text;
}

function plainReason(reason: LineReason, who: string): string {
  switch (reason.code) {
    case 'form':
      return 'No offer is for this form.';
    case 'feed':
      return 'It can only be made from another form, and nobody offers that.';
    case 'grade':
      return 'No offer of this form is pure enough.';
    case 'time':
      return 'No offer that fits can deliver in this period.';
    case 'export':
      return 'Every offer that fits comes from a country whose ban of exports holds in this period.';
    case 'certificate':
      return 'No offer that fits has the certificates asked for.';
    case 'owner':
      return `Every offer that fits is controlled from a country that ${who} exclude${who === 'this line' ? 's' : ''}.`;
    case 'rights':
      return 'All of every offer that fits is kept for somebody with first rights to it.';
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
    case 'budget':
      return 'The budget of the reserve goes to tiers that come first.';
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
    case 'feed':
      return 'Makes its product from another form, and nobody offers that.';
    case 'grade':
      return 'Not pure enough for any line of this form.';
    case 'time':
      return 'Cannot deliver in the period of any line that it fits.';
    case 'export':
      return 'A ban of exports by its country holds in the period of every line that it fits.';
    case 'certificate':
      return 'Lacks a certificate that every line it fits asks for.';
    case 'owner':
      return 'Every line that it fits excludes sources that are controlled from where its owners are.';
    case 'rights':
      return 'All of it is kept for somebody with first rights to it, who does not ask for it.';
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
      return `Its smallest order at a price that lines accept is ${kgText(reason.neededKg)}; lines that can take it ask for less.`;
    case 'dearer':
      return `Ordering ${kgText(reason.kg)} from it, all else unchanged, would cost ${usdText(reason.extraMicro)} more in all.`;
    case 'displaces':
      return `Ordering ${kgText(reason.kg)} from it would leave an earlier priority short, or another order below its minimum.`;
    case 'notNeeded':
      return 'Not needed: other offers meet the same lines at the same cost.';
  }
}

/** Deliveries of an order, quarters both inclusive. */
export interface ToldLot {
  from: number;
  to: number;
  sink: 'pool' | 'reserve';
  kg: number;
}

/** What of an order may be told, and how. */
export interface ToldOrder {
  served: readonly { rank: number | null | 'pool'; kg: number }[];
  lots: readonly ToldLot[];
  /** The pool's part of the order passes the rule. */
  tellsBuyers: boolean;
  /** The mineral's demand passes the rule. */
  tellsDemand: boolean;
}

/** A share of demand to three digits, as the pool's totals are told: the exact one would tell demand exactly. */
const aimText = (kg: number): string => kgText(Number(toSignificant(ratio(BigInt(kg)), 3)));

export interface OrderNames {
  /** Of a country's id. */
  country: (id: string) => string;
  /** Form of the feed that an offer's row delivers. */
  feedForm: (offerRow: string) => string;
}

/** Why an order is as it is, most telling first. */
export function orderReasons(order: OrderResult, told: ToldOrder, names: OrderNames): string[] {
  const countryName = names.country;
  const reasons = told.served.map(({ rank, kg }) => `Covers ${kgText(kg)} of ${whomItServes(rank)}.`);
  if (told.tellsBuyers && order.minimumKg > 0 && order.largestKg < order.minimumKg)
    reasons.push(
      `Its smallest order of ${kgText(order.minimumKg)} is reached only together: no buyer comes to it alone.`,
    );
  if (order.usdMicroPerKg < order.firstMicroPerKg)
    reasons.push(
      `The quantity brings the price from ${usdText(order.firstMicroPerKg)} to ${usdText(order.usdMicroPerKg)} per kg contained.`,
    );
  if (told.lots.length > 0) {
    const window = {
      from: quarterAt(Math.min(...told.lots.map(({ from }) => from))),
      to: quarterAt(Math.max(...told.lots.map(({ to }) => to))),
    };
    reasons.push(
      `Delivers in ${showWindow(window)}; uses ${percentText(order.kg, order.capacityKg)} of what the supplier can deliver in the period.`,
    );
  }
  if (order.allowanceKg !== null && order.originKg > order.allowanceKg)
    reasons.push(
      `${countryName(order.origin ?? order.country)} supplies ${kgText(order.originKg)}, more than ${
        told.tellsDemand ? `the ${aimText(order.allowanceKg)}` : 'the share'
      } aimed for from one country: other sources are lacking or dearer.`,
    );
  const shares = order.groupAllowanceKg ?? null;
  if (shares !== null && (order.groupKg ?? 0) > shares)
    reasons.push(
      `Its supplier brings ${kgText(order.groupKg ?? 0)}, more than ${
        told.tellsDemand ? `the ${aimText(shares)}` : 'the share'
      } aimed for from one supplier: other sources are lacking or dearer.`,
    );
  const sure = order.sureKg ?? null;
  if (sure !== null)
    reasons.push(
      `At its stage ${kgText(sure)} of it are sure in the period${
        order.kg > sure ? `; ${kgText(order.kg - sure)} of the order are beyond that` : ''
      }.`,
    );
  if (order.rights)
    reasons.push(
      `${order.rights.pct} % of every delivery is kept for the holder of first rights; the others share the rest.`,
    );
  if (order.feedKg && order.feedKg === order.kg)
    reasons.push('All of it is feed that another supplier makes into what is asked for.');
  else if (order.feedKg) reasons.push('Part of it is feed that another supplier makes into what is asked for.');
  for (const feed of order.feeds ?? [])
    reasons.push(
      `Made in ${countryName(order.country)} from ${names.feedForm(feed.offerRow) || 'feed'} of ${feed.supplier}, ${countryName(feed.country)}: ${kgText(feed.kg)} contained, an order of its own${
        order.yieldPpm === undefined ? '' : `; ${order.yieldPpm / 10_000} % of the element ends in the product`
      }.`,
    );
  return reasons;
}

function whomItServes(rank: number | null | 'pool'): string {
  if (rank === 'pool') return 'the demand of the pool';
  const known = rank === null ? undefined : RANKS[rank];
  if (!known) return 'the surplus of the reserve';
  return known.sink === 'pool' ? `${known.title} demand of the pool` : known.title;
}

const percentText = (part: number, whole: number): string =>
  whole === 0 ? '0 %' : `${Math.round((part / whole) * 100)} %`;
