import { expect, test } from 'vitest';
import { may, ROLES } from '#domain/actors.ts';
import { recordSentence } from '#domain/record-words.ts';
import { changeTerms, NO_TERMS, ratesOf, TERM_NAMES, termText } from '#domain/vault-terms.ts';
import { VaultTermsShape } from '#protocol/reserve-terms.ts';
import { readTyped } from '#web/lib/typed-terms.ts';

const TERMS = { ...NO_TERMS, upfrontPct: 2, financingPct: 4.5, insurancePct: 0.25, replenishDays: 180, buyBack: true };

test('[VT9] terms change from the version that was looked at, and to something else', () => {
  const stored = { version: 3, terms: TERMS };
  expect(changeTerms(stored, { after: 3, terms: { ...TERMS, upfrontPct: 3, buyBack: null } })).toEqual({
    ok: true,
    value: [
      { term: 'upfrontPct', from: 2, to: 3 },
      { term: 'buyBack', from: true, to: null },
    ],
  });
  expect(changeTerms(stored, { after: 2, terms: NO_TERMS })).toMatchObject({ refusal: { code: 'stale' } });
  expect(changeTerms(stored, { after: 3, terms: { ...TERMS } })).toMatchObject({ refusal: { code: 'no-change' } });
});

test('[VT10] what holding costs a year comes from the terms; while a rate is undecided there is none', () => {
  expect(ratesOf(NO_TERMS)).toBeNull();
  expect(ratesOf(TERMS)).toBeNull();
  const rates = { financingPct: 4.5, insurancePct: 0.25, handlingPct: 0 };
  expect(ratesOf({ ...TERMS, ...rates })).toEqual(rates);
});

test('[VT11] the record says of each term from what to what it went', () => {
  const changes = [
    { term: 'upfrontPct', from: null, to: 2.5 },
    { term: 'replenishDays', from: 180, to: 1 },
    { term: 'buyBack', from: true, to: false },
  ];
  expect(recordSentence('reserve.terms', { version: 4, changes })).toBe(
    'Changed the terms of the reserve, version 4: upfront fee from undecided to 2.5 %; replenishment from 180 days to 1 day; buy-back from same amount at the same price to none',
  );
});

test('[VT12] a term is a percentage of 0 to 100 with two decimals, whole days, a short text, or undecided', () => {
  expect(VaultTermsShape.safeParse(NO_TERMS).success).toBe(true);
  expect(VaultTermsShape.safeParse({ ...TERMS, priceRule: 'Average cost' }).success).toBe(true);
  const wrong = [
    { upfrontPct: 100.5 },
    { upfrontPct: -1 },
    { financingPct: 1.005 },
    { financingPct: 1e-7 },
    { financingPct: Number.NaN },
    { replenishDays: 0 },
    { replenishDays: 1.5 },
    { priceRule: 'x'.repeat(301) },
  ];
  for (const cells of wrong) expect(VaultTermsShape.safeParse({ ...TERMS, ...cells }).success).toBe(false);
  expect(readTyped({ upfrontPct: '2.5 %', replenishDays: '1,000', priceRule: ' cost ', buyBack: 'no' })).toEqual({
    ...NO_TERMS,
    ...{ upfrontPct: 2.5, replenishDays: 1000, priceRule: 'cost', buyBack: false },
  });
  expect(() => readTyped({ upfrontPct: 'two' })).toThrow('Upfront fee: “two” is no number with at most two decimals');
  expect(TERM_NAMES.map((name) => termText(name, NO_TERMS[name]))).toEqual(TERM_NAMES.map(() => null));
});

test('[VT13] approving officials alone change the terms', () => {
  expect(ROLES.filter((role) => may({ role }, 'reserve.setTerms'))).toEqual(['approver']);
});
