/**
 * The rules of a pool or a round as JSON: reading them, and tightening them; a change counts from the next round on. Used by the server. Pages
 * need the rules and not their reader, and with it zod: so it stands apart.
 */
import { z } from 'zod';
import { DEFAULT_RULES, type PoolRules } from './disclosure.ts';
import { isLooser, RULE_NAMES, RULE_TITLE, type RuleName, ruleValue } from './pool-rules.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

const SLOT_SECONDS_MIN = 10;
const SLOT_SECONDS_MAX = 7 * 86_400;
const count = (min: number) => z.int().min(min).max(200);

/** Bounds are the defaults: a pool may tighten them, never loosen. */
const Rules = z.strictObject({
  contributorsMin: count(DEFAULT_RULES.contributorsMin).default(DEFAULT_RULES.contributorsMin),
  dominancePct: z.int().min(DEFAULT_RULES.dominancePct).max(1000).default(DEFAULT_RULES.dominancePct),
  coalition: z.int().min(DEFAULT_RULES.coalition).max(3).default(DEFAULT_RULES.coalition),
  changersMin: count(DEFAULT_RULES.changersMin).default(DEFAULT_RULES.changersMin),
  strict: z.boolean().default(DEFAULT_RULES.strict),
  slotSeconds: z.int().min(SLOT_SECONDS_MIN).max(SLOT_SECONDS_MAX).nullable().default(null),
  countryCapPct: z.int().min(1).max(100).nullable().default(null),
  supplierCapPct: z.int().min(1).max(100).nullable().default(null),
  proportionalFirm: z.boolean().default(false),
});

/** Rules as stored with a pool or a round. What is missing is the default; what is looser than the default is refused. */
export function readRules(json: unknown): Outcome<PoolRules> {
  const read = Rules.safeParse(json ?? {});
  if (read.success) return accept(read.data);
  const issue = read.error.issues[0];
  const place = `rules of the pool, ${issue?.path.join('.') || 'the whole'}`;
  return refuse(
    'rules-not-valid',
    place,
    issue?.message ?? 'not readable',
    'a pool may only tighten the default rules',
  );
}

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
