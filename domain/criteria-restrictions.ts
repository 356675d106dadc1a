/** How an export restriction stands on a day, as far as its sources say, and how heavily it counts. Used by the criteria and the fit of partners. */
import type { Evidence } from './criteria.ts';
import type { Intervention } from './mineral-facts.ts';

/** 'lapsed': the suspension ran out and nobody confirmed what followed. 'ended': it was to end, unverified. 'replaced': by another one. */
export type Standing = 'inForce' | 'suspended' | 'lapsed' | 'ended' | 'replaced' | 'ahead';

/** `today` is YYYY-MM-DD. */
export function standingOf(
  intervention: Pick<Intervention, 'status' | 'statusUntil' | 'startDate'>,
  today: string,
): Standing {
  const { status, statusUntil, startDate } = intervention;
  if (status === 'replaced') return 'replaced';
  const isPast = statusUntil !== null && statusUntil < today;
  if (status === 'suspended') return isPast ? 'lapsed' : 'suspended';
  if (isPast) return 'ended';
  return startDate !== null && startDate > today ? 'ahead' : 'inForce';
}

const WORDS: Record<Standing, string> = {
  inForce: 'in force',
  suspended: 'suspended',
  lapsed: 'suspension ended, unverified',
  ended: 'ended, unverified',
  replaced: 'replaced by another',
  ahead: 'not yet in force',
};

/** 0 to 1. What may be back counts more than what is known to rest. */
const FORCE: Record<Standing, number> = {
  inForce: 1,
  lapsed: 0.75,
  suspended: 0.5,
  ended: 0.5,
  ahead: 0.5,
  replaced: 0,
};
/** 0 to 100, for one in force. */
const SEVERITY: Record<string, number> = { ban: 100, quota: 70, licensing: 70, 'end-use-check': 60 };

/** 0 to 100. */
export const severity = (intervention: Intervention, today: string): number =>
  (SEVERITY[intervention.type] ?? 60) * FORCE[standingOf(intervention, today)];

export function restrictionEvidence(intervention: Intervention, today: string): Evidence {
  const { type, country, scope, target, startDate, startYear, statusUntil } = intervention;
  const standing = standingOf(intervention, today);
  const until = statusUntil ? `, until ${statusUntil}` : '';
  return {
    what: `${country}: ${type.replace(/-/g, ' ')} on ${scope}${target === 'all destinations' ? '' : `, to ${target}`}`,
    value: `${WORDS[standing]}${standing === 'suspended' ? until : standing === 'lapsed' || standing === 'ended' ? ` (${statusUntil})` : ''}`,
    letter: intervention.inLetter ? 'named' : null,
    period: startDate ?? (startYear === null ? '' : String(startYear)),
    source: intervention.source,
    locator: intervention.locator,
  };
}

/** Worst first. */
export const byWeight =
  (today: string) =>
  (a: Intervention, b: Intervention): number =>
    severity(b, today) - severity(a, today) || (a.id < b.id ? -1 : 1);
