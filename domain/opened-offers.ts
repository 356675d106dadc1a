/**
 * Opened offers as the pool's members read them: who, where, what, when and at which prices. No size of anything: capacity, smallest order
 * and the quantities at which prices begin are what a member would subtract its own award from. Used by server/http/offers.
 */
import type { Catalogue } from './catalogue.ts';
import type { OfferLine, Stage, TierKind } from './offer-sheet.ts';
import { showQuarter } from './quarters.ts';

export interface OpenedOffer {
  supplier: string;
  country: string;
  originCountry: string | null;
  stage: Stage;
  mineral: string;
  formName: string;
  grade: string;
  /** First quarter of delivery. */
  from: string;
  leadMonths: number;
  /** Dollars per kilogram of contained element, highest first. */
  usdPerKg: number[];
  tierKind: TierKind;
  qualified: boolean;
  recycled: boolean;
}

/** In an order of its own: that of the sheet would tell when offers came in. Suppliers' notes are free text and stay behind. */
export function openedOffers(offers: readonly OfferLine[], catalogue: Catalogue): OpenedOffer[] {
  const country = (id: string): string => catalogue.countries.get(id)?.name ?? id;
  return offers
    .map((offer) => ({
      supplier: offer.supplier,
      country: country(offer.country),
      originCountry: offer.originCountry && country(offer.originCountry),
      stage: offer.stage,
      mineral: offer.mineral,
      formName: catalogue.forms.get(offer.form)?.name ?? offer.form,
      grade: offer.gradeClass === 'any' ? '' : offer.gradeClass,
      from: showQuarter(offer.from),
      leadMonths: offer.leadMonths,
      usdPerKg: offer.tiers.map((tier) => tier.usdMicroPerKg / 1e6),
      tierKind: offer.tierKind,
      qualified: offer.qualified,
      recycled: offer.recycled,
    }))
    .sort((a, b) => compare(keyOf(a), keyOf(b)));
}

const keyOf = ({ mineral, formName, supplier, usdPerKg }: OpenedOffer): string =>
  JSON.stringify([mineral, formName, supplier, usdPerKg]);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
