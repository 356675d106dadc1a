/**
 * Two pools that buy the same mineral for the same years from the same companies: whoever knows both totals can subtract one from the other, and no
 * rule of either pool sees the difference. So the second one is not begun. Used where a pool is opened and where a buyer is seated.
 */
import type { SeatedOrganization } from '#domain/membership.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import type { Prisma } from '../database.ts';
import { withOwners } from './seated.ts';

export interface Horizon {
  /** Null: a pool that is not there yet. */
  id: string | null;
  minerals: readonly string[];
  deliveryFrom: number;
  deliveryTo: number;
}

type Buyer = Pick<SeatedOrganization, 'name' | 'parentId'>;

/** Advisory lock that orders whoever brings buyers together, on every node. */
const POOLS_LOCK = 72707372;

/** On the transaction that stores what it allows. `actorOrganizationId`: another pool is named only to an administrator who sits in it. */
export async function mayPoolBeside(
  tx: Prisma.TransactionClient,
  pool: Horizon,
  buyers: readonly Buyer[],
  actorOrganizationId: string,
): Promise<Outcome<null>> {
  // Two that begin at the same moment: the second one waits for the first to be stored, and finds it.
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${POOLS_LOCK})`;
  const others = await tx.pool.findMany({
    where: {
      ...(pool.id !== null && { id: { not: pool.id } }),
      minerals: { hasSome: [...pool.minerals] },
      deliveryFrom: { lte: pool.deliveryTo },
      deliveryTo: { gte: pool.deliveryFrom },
      // A pool that is over and was never published from tells nothing.
      OR: [{ rounds: { some: { phase: { not: 'closed' } } } }, { rounds: { some: { releases: { some: {} } } } }],
    },
    select: {
      name: true,
      minerals: true,
      members: { select: { role: true, organization: true } },
      pastMembers: { select: { organization: true } },
    },
    orderBy: { name: 'asc' },
  });
  for (const other of others) {
    const bought = [
      ...other.members.filter(({ role }) => role === 'buyer').map(({ organization }) => organization),
      ...other.pastMembers.map(({ organization }) => organization).filter(({ kind }) => kind === 'manufacturer'),
    ];
    const owners = new Set((await withOwners(tx, bought)).map(({ parentId }) => parentId));
    const common = buyers.find(({ parentId }) => owners.has(parentId));
    if (!common) continue;
    const sitsThere = other.members.some(({ organization }) => organization.id === actorOrganizationId);
    return refuse(
      'pools-overlap',
      common.name,
      `${sitsThere ? other.name : 'another pool'} buys ${other.minerals.find((id) => pool.minerals.includes(id))} for the same years with a company of the same owner, and the difference of two totals would give companies away`,
      'add a round to the pool that is there, choose other years, or leave this company out',
    );
  }
  return accept(null);
}
