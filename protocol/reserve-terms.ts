/** Shapes of the reserve's terms in the HTTP contract, and in the programme's row. Part of reserve-api. */
import { z } from 'zod';
import { PRICE_RULE_CHARS_MAX, REPLENISH_DAYS_MAX } from '#domain/vault-terms.ts';
import { Instant } from './api-route.ts';

const Percent = z
  .number()
  .min(0)
  .max(100)
  .refine((value) => /^\d+(\.\d{1,2})?$/.test(String(value)), 'has at most two decimals')
  .nullable();

export const VaultTermsShape = z.object({
  entitlementPct: Percent.describe('of what a company commits to buy'),
  priceRule: z.string().trim().max(PRICE_RULE_CHARS_MAX).describe('how the inventory price is set; empty: undecided'),
  upfrontPct: Percent.describe('once, of the value at the inventory price'),
  financingPct: Percent.describe('a year, of the value at the inventory price'),
  insurancePct: Percent,
  handlingPct: Percent.describe('assay, handling and losses'),
  drawdownPct: Percent.describe('of an entitlement, at most at a time'),
  replenishDays: z.int().min(1).max(REPLENISH_DAYS_MAX).nullable().describe('from the release to the replenishment'),
  buyBack: z.boolean().nullable().describe('the same amount is bought back at the same price'),
});

export const VaultTermsView = z
  .object({
    version: z.int().min(0).describe('0: nothing was ever decided'),
    terms: VaultTermsShape,
    by: z.string(),
    at: Instant.nullable(),
  })
  .meta({ id: 'VaultTerms' });
export type VaultTermsView = z.output<typeof VaultTermsView>;
