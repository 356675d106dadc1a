/** In which rounds of open pools an organization may see the shared sheet: it has acknowledged before the next round opened. Used by sync and http. */
import type { Database } from './database.ts';

/**
 * Rounds by id, for the organization in the given parameter of the statement or the member row `m` around it. Who acknowledges late does not
 * read what was shared before.
 */
export const acknowledgedRounds = (organization: `$${number}` | 'm."organizationId"'): string =>
  `SELECT r.id FROM acknowledgement a JOIN round r ON r.pool_id = a.pool_id
   LEFT JOIN round n ON n.pool_id = r.pool_id AND n.number = r.number + 1
   WHERE a.organization_id = ${organization} AND (n.id IS NULL OR a.at < n.opens_at)`;

export async function readAcknowledgedRounds(database: Database, organizationId: string): Promise<ReadonlySet<string>> {
  const { rows } = await database.pool.query<{ id: string }>(acknowledgedRounds('$1'), [organizationId]);
  return new Set(rows.map(({ id }) => id));
}
