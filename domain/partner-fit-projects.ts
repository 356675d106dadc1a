/** What the letter says of a partner's projects: recovery of a mineral, and ventures that the reserve could join. Used by partner-fit. */
import type { Evidence, Scored } from './criteria.ts';
import { known, unknown } from './criteria-words.ts';
import type { Opportunity } from './mineral-facts.ts';
import type { PartnerFacts, PartnerRole } from './partner-fit.ts';

const roleEvidence = ({ role, note, source, locator }: PartnerRole): Evidence => ({
  what: `Role: ${role.replace(/_/g, ' ')}`,
  value: note,
  letter: 'stated',
  period: '2026-03-19',
  source,
  locator,
});

const projectEvidence = (entry: Opportunity): Evidence => ({
  what: entry.kind.replace(/-/g, ' '),
  value: entry.what,
  letter: 'stated',
  period: entry.year === null ? '' : String(entry.year),
  source: entry.source,
  locator: entry.locator,
});

export function recovers({ iso3, roles, mineral }: PartnerFacts): Scored {
  const projects = mineral.opportunities.filter(
    (entry) => entry.iso3 === iso3 && /recycl|recover/i.test(`${entry.kind} ${entry.what}`),
  );
  const recycling = roles.filter(({ role }) => role === 'recovery_recycling');
  const hubs = roles.filter(({ role }) => role === 'technology_hub');
  const evidence = [...projects.map(projectEvidence), ...[...recycling, ...hubs].map(roleEvidence)];
  if (projects.length > 0)
    return known('substitutability', 100, 'The letter names recovery of this mineral there: 100.', evidence);
  if (recycling.length > 0)
    return known('substitutability', 75, 'The letter names it for recovery and recycling in general: 75.', evidence);
  if (hubs.length > 0) return known('substitutability', 50, 'The letter names it as a hub of research: 50.', evidence);
  return unknown('substitutability', 'No source speaks of recovery or substitutes there.');
}

const RIGHTS = /offtake|joint-venture|first|mine-development|mine-expansion|processing/;

export function joins({ iso3, roles, mineral }: PartnerFacts): Scored {
  const projects = mineral.opportunities.filter((entry) => entry.iso3 === iso3);
  const precedents = roles.filter(({ role }) => role === 'framework_precedent');
  const evidence = [...projects.map(projectEvidence), ...precedents.map(roleEvidence)];
  if (projects.some(({ kind }) => RIGHTS.test(kind)))
    return known('reserveSynergy', 100, 'Offtake, a mine or a plant is under way for this mineral: 100.', evidence);
  if (projects.length > 0)
    return known('reserveSynergy', 70, 'The letter names an opportunity for this mineral: 70.', evidence);
  if (precedents.length > 0)
    return known('reserveSynergy', 50, 'A framework gives U.S. investors first rights in general: 50.', evidence);
  return unknown('reserveSynergy', 'The letter names no opportunity for this mineral there.');
}
