/**
 * By which rules a round's match is told: those that the round was published under, else its pool's. Used by the desks of this chapter.
 *
 * The percentage is the pool's own, not the one drawn in secret: what members ask for is frozen when a match is run, so nobody can steer an
 * amount until something just comes out (docs/disclosure.md).
 */

import type { Protection } from '#domain/match-disclosure.ts';
import { readRules } from '#domain/stored-rules.ts';
import type { Database } from '../database.ts';

export async function protectionOf(database: Database, roundId: string): Promise<Protection> {
  const [round, agencies] = await Promise.all([
    database.prisma.round.findUniqueOrThrow({
      where: { id: roundId },
      select: { rules: true, pool: { select: { rules: true } } },
    }),
    database.prisma.organization.findMany({ where: { kind: 'agency' }, select: { id: true } }),
  ]);
  const rules = readRules(round.rules ?? round.pool.rules);
  return { rules: rules.ok ? rules.value : null, government: new Set(agencies.map(({ id }) => id)) };
}
