/** Clean-room views of an open pool's shared sheet, as each owner of lines in it may read them. Used by the record and by the desk. */
import type { Actor } from '#domain/actors.ts';
import type { RecordKind } from '#domain/record.ts';
import type { Database } from './database.ts';

const VIEWED: RecordKind = 'sharedSheet.viewed';

/** Conditions on entries of the record: from the moment on at which the organization acknowledged, for before it had no lines there. */
export async function sharedViews(
  prisma: Database['prisma'],
  { organizationId }: Pick<Actor, 'organizationId'>,
  poolId?: string,
): Promise<{ poolId: string; kind: string; at: { gte: Date } }[]> {
  const acknowledged = await prisma.acknowledgement.findMany({
    where: { organizationId, ...(poolId !== undefined && { poolId }) },
    select: { poolId: true, at: true },
  });
  return acknowledged.map((one) => ({ poolId: one.poolId, kind: VIEWED, at: { gte: one.at } }));
}
