/** Who owns whom in the end. Used by the pool, which counts owners, and by the members' endpoints, which keep owners on one side. */
import type { Prisma } from './database.ts';

/** Owners of owners are followed this far; longer chains are taken for circles and end there. */
const CHAIN_MAX = 16;

interface Owned {
  id: string;
  parentId: string | null;
}

/** The ultimate owner of each of these organizations; itself where it has none. */
export async function ultimateOwners(
  client: Prisma.TransactionClient,
  members: readonly Owned[],
): Promise<(id: string) => string> {
  const known = new Map(members.map(({ id, parentId }) => [id, parentId]));
  for (let step = 0; step < CHAIN_MAX; step += 1) {
    const missing = [...known.values()].filter((id): id is string => id !== null && !known.has(id));
    if (missing.length === 0) break;
    const found = await client.organization.findMany({
      where: { id: { in: missing } },
      select: { id: true, parentId: true },
    });
    for (const { id, parentId } of found) known.set(id, parentId);
  }
  return (id) => {
    let at = id;
    for (let step = 0; step < CHAIN_MAX; step += 1) at = known.get(at) ?? at;
    return at;
  };
}
