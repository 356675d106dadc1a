/** Organizations with their ultimate owners, and those that sit in a pool. Used by the handlers of members and of new pools. */
import type { Actor } from '#domain/actors.ts';
import type { SeatedOrganization } from '#domain/membership.ts';
import type { Prisma } from '../database.ts';
import { ultimateOwners } from '../owners.ts';

type Tx = Prisma.TransactionClient;

export interface Seated extends SeatedOrganization {
  /** Name of the ultimate owner; null where the organization is its own. */
  owner: string | null;
}

export async function seatedIn(tx: Tx, poolId: string): Promise<Seated[]> {
  const rows = await tx.poolMember.findMany({
    where: { poolId },
    include: { organization: true },
    // Never by the moment of joining, which nobody is told.
    orderBy: { organization: { name: 'asc' } },
  });
  const owned = await withOwners(
    tx,
    rows.map(({ organization }) => organization),
  );
  return rows.flatMap(({ role }, i) => (owned[i] ? [{ ...owned[i], role }] : []));
}

export async function withOwners(
  tx: Tx,
  rows: readonly { id: string; name: string; kind: Actor['kind']; parentId: string | null }[],
) {
  const ownerOf = await ultimateOwners(tx, rows);
  const owners = await tx.organization.findMany({
    where: { id: { in: rows.map(({ id }) => ownerOf(id)) } },
    select: { id: true, name: true },
  });
  const nameOf = new Map(owners.map(({ id, name }) => [id, name]));
  return rows.map(({ id, name, kind }) => {
    const parentId = ownerOf(id);
    return { id, name, kind, parentId, owner: parentId === id ? null : (nameOf.get(parentId) ?? null) };
  });
}
