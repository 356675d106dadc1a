/**
 * The offers of a round from all its offers sheets: the one that officials and the administrator fill, and one of each supplier that takes
 * part. Used by whatever reads offers: server/match/gather and server/http/offers.
 */
import type { Catalogue } from './catalogue.ts';
import { type OfferLine, readOffer } from './offer-sheet.ts';
import type { PoolTerms } from './row-reading.ts';
import type { Row } from './sheets.ts';

/** An offers sheet as its log says. */
export interface OffersSheet {
  id: string;
  /** The supplier; null: the sheet that officials fill. */
  organizationId: string | null;
  rows: ReadonlyMap<string, Row>;
}

/**
 * Valid offers in the order of their rows; wrong rows are marked in the sheet and left out here. Row ids are chosen by whoever writes and say
 * nothing across sheets, so an offer of a supplier's sheet is named by the sheet as well: no supplier can take the name of another's offer.
 */
export function offersIn(sheet: OffersSheet, catalogue: Catalogue, terms: PoolTerms): OfferLine[] {
  return [...sheet.rows].flatMap(([id, row]) => {
    const name = sheet.organizationId === null ? id : `${sheet.id}/${id}`;
    const reading = readOffer(name, row, catalogue, terms);
    return reading.state === 'valid' ? [reading.value] : [];
  });
}
