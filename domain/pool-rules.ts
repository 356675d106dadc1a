/** The rules of a pool by name: their titles, and which way is tighter. Used by the settings' page and by domain/stored-rules. */
import type { PoolRules } from './disclosure.ts';

export type RuleName = keyof PoolRules;

export const RULE_TITLE: Record<RuleName, string> = {
  contributorsMin: 'Contributing owners',
  dominancePct: 'Doubt about the largest owner',
  coalition: 'Members that may conspire',
  changersMin: 'Owners that changed',
  strict: 'Strict profile',
  slotSeconds: 'Seconds between two slots',
  countryCapPct: 'Cap on one country of origin',
  supplierCapPct: 'Cap on one supplier',
  proportionalFirm: 'Firm claims in proportion',
};
export const RULE_NAMES = Object.keys(RULE_TITLE) as RuleName[];

/** How tight a value is: the larger, the tighter. What a pool does not say is the loosest. */
const TIGHTNESS: { [Name in RuleName]: (value: PoolRules[Name]) => number } = {
  contributorsMin: Number,
  dominancePct: Number,
  coalition: Number,
  changersMin: Number,
  strict: Number,
  slotSeconds: (seconds) => seconds ?? 0,
  countryCapPct: (pct) => (pct === null ? 0 : 101 - pct),
  supplierCapPct: (pct) => (pct === null ? 0 : 101 - pct),
  // Once members have made firm claims under it they count on their part.
  proportionalFirm: Number,
};

export const isLooser = <Name extends RuleName>(name: Name, before: PoolRules, after: PoolRules): boolean =>
  TIGHTNESS[name](after[name]) < TIGHTNESS[name](before[name]);

export const ruleValue = (value: PoolRules[RuleName]): string =>
  value === null ? 'not set' : value === true ? 'on' : value === false ? 'off' : String(value);
