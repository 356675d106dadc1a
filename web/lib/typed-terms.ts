/** What an official typed in the fields of the reserve's terms, read back. Used by reserve-terms. */
import { TERM_TITLE, type TermName, type VaultTerms } from '#domain/vault-terms.ts';
import { Refused } from '#web/state/faults.ts';

/** Values of the choice whether stock is bought back. */
export const YES = 'yes';
export const NO = 'no';

/** Null for nothing; what is no number is said with its field. */
function numberOf(term: TermName, text: string): number | null {
  if (text === '') return null;
  const plain = text.replace(/[%,\s]/g, '');
  if (/^\d+(\.\d{1,2})?$/.test(plain)) return Number(plain);
  throw new Refused({
    kind: 'invalid',
    text: `${TERM_TITLE[term]}: “${text}” is no number with at most two decimals`,
    remedy: 'Type digits, and a point before decimals; or leave it empty.',
  });
}

export function readTyped(values: Record<string, string>): VaultTerms {
  const number = (term: TermName) => numberOf(term, (values[term] ?? '').trim());
  return {
    entitlementPct: number('entitlementPct'),
    priceRule: (values.priceRule ?? '').trim(),
    upfrontPct: number('upfrontPct'),
    financingPct: number('financingPct'),
    insurancePct: number('insurancePct'),
    handlingPct: number('handlingPct'),
    drawdownPct: number('drawdownPct'),
    replenishDays: number('replenishDays'),
    buyBack: values.buyBack ? values.buyBack === YES : null,
  };
}
