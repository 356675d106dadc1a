/** Tightening the rules of a pool: which way is tighter, and what is refused. A change counts from the next round on. Used by the settings' endpoints. */
import { type PoolRules, readRules } from './disclosure.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

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

const isLooser = <Name extends RuleName>(name: Name, before: PoolRules, after: PoolRules): boolean =>
  TIGHTNESS[name](after[name]) < TIGHTNESS[name](before[name]);

export const ruleValue = (value: PoolRules[RuleName]): string =>
  value === null ? 'not set' : value === true ? 'on' : value === false ? 'off' : String(value);

export interface Tightened {
  rules: PoolRules;
  /** Names of what changed, in the order of the settings. */
  changed: RuleName[];
}

/** `wanted` as somebody sent it. Bounds are those of readRules; beyond them, nothing may become looser than it is. */
export function tighten(before: PoolRules, wanted: unknown): Outcome<Tightened> {
  const read = readRules(wanted);
  if (!read.ok) return read;
  const after = read.value;
  const looser = RULE_NAMES.find((name) => isLooser(name, before, after));
  if (looser)
    return refuse(
      'rule-looser',
      RULE_TITLE[looser],
      `${ruleValue(after[looser])} is looser than ${ruleValue(before[looser])}`,
      `keep ${ruleValue(before[looser])} or choose something tighter; rules are never loosened, because members entered their numbers under them`,
    );
  return accept({ rules: after, changed: RULE_NAMES.filter((name) => after[name] !== before[name]) });
}
