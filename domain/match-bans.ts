/**
 * Bans of exports of the catalogue as the match applies them: which country stops what of a mineral, from which quarter to which. Quotas and
 * licences narrow exports, by how much nobody publishes, and stop nothing here. Used by server/match/gather.
 */
import type { ExportBan } from './match-input.ts';
import type { Intervention } from './mineral-facts.ts';
import { quarter, quarterNumber } from './quarters.ts';

/** Words of a scope that name ore and what is made of it at the mine, and scrap. */
const RAW = /\b(ores?|concentrates?|raw|bauxite|cassiterite|columbite|chromite|apatite)\b/i;
const SCRAP = /\bscrap\b/i;
/** Scopes that sources word too loosely to stop an offer by. */
const UNCLEAR = /deeply processed/i;

export function bansOf(interventions: readonly Intervention[], mineral: string): ExportBan[] {
  return interventions.flatMap((one): ExportBan[] => {
    if (one.type !== 'ban' || UNCLEAR.test(one.scope)) return [];
    const holds = quartersOf(one);
    if (!holds) return [];
    const scope = RAW.test(one.scope) ? 'raw' : SCRAP.test(one.scope) ? 'scrap' : 'all';
    return [{ country: one.iso3, mineral, scope, ...holds }];
  });
}

/** A suspended ban holds again from the day on which its suspension ends; one that was replaced or lifted holds no more. */
function quartersOf({
  status,
  statusFrom,
  statusUntil,
  startDate,
  startYear,
}: Intervention): Pick<ExportBan, 'from' | 'to'> | null {
  if (status === 'suspended') {
    const from = statusUntil && quarterOfDate(statusUntil);
    return from ? { from, to: null } : null;
  }
  if (status !== 'in_force') return null;
  const begins = statusFrom ?? startDate ?? (startYear === null ? null : String(startYear));
  const from = begins && quarterOfDate(begins);
  return from ? { from, to: statusUntil ? quarterOfDate(statusUntil) : null } : null;
}

/** '2026-11-27', '2026-11' or '2026'. */
function quarterOfDate(text: string): number | null {
  const match = /^(\d{4})(?:-(\d{2}))?/.exec(text);
  return match && quarterNumber(quarter(Number(match[1]), Math.floor((Number(match[2] ?? 1) - 1) / 3) + 1));
}

/** Forms in which a mineral leaves the mine, and scrap, by the catalogue's ids. */
const RAW_FORM = /(^|-)(ore|concentrate|flake|spodumene|bauxite|rutile|ilmenite)(-|$)/;
const SCRAP_FORM = /(^|-)scrap(-|$)/;

/** Does the ban stop this offer? Product by its form; feed of another country as raw material, whatever is made of it. */
export function stops(
  ban: ExportBan,
  offer: { mineral: string; form: string; country: string; originCountry: string | null },
): boolean {
  if (ban.mineral !== offer.mineral) return false;
  const { scope = 'all' } = ban;
  if (ban.country === offer.originCountry && offer.originCountry !== offer.country) return scope !== 'scrap';
  if (ban.country !== offer.country) return false;
  return scope === 'all' || (scope === 'raw' ? RAW_FORM : SCRAP_FORM).test(offer.form);
}
