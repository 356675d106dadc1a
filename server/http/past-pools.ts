/** Pools that an organization left: it reads its own lines or offers there, as the log has them, and nothing else. */
import { type Actor, may } from '#domain/actors.ts';
import { OWNER } from '#domain/sheets.ts';
import { orderedRowIds } from '#protocol/sheet-doc.ts';
import type { Database } from '../database.ts';
import { NOTHING_HERE, os, signedIn } from './context.ts';

const PAST_MAX = 500;

const WITH_POOL = { include: { pool: true } } as const;
type Row = Awaited<ReturnType<typeof readPast>>[number];

const readPast = ({ prisma }: Database, organizationId: string, poolId?: string) =>
  prisma.pastMember.findMany({
    where: { organizationId, ...(poolId !== undefined && { poolId }) },
    orderBy: { leftAt: 'desc' },
    take: PAST_MAX,
    ...WITH_POOL,
  });

const viewOf = ({ pool, leftAt }: Row) => ({
  poolId: pool.id,
  name: pool.name,
  minerals: pool.minerals,
  deliveryFrom: pool.deliveryFrom,
  deliveryTo: pool.deliveryTo,
  leftAt: leftAt.toISOString(),
});

export async function pastPool(database: Database, organizationId: string, poolId: string) {
  const [row] = await readPast(database, organizationId, poolId);
  return row ? viewOf(row) : null;
}

const list = os.past.list
  .use(signedIn)
  .handler(async ({ context }) => (await readPast(context.desk.database, context.actor.organizationId)).map(viewOf));

/** What an organization of this person's kind enters in a pool; null where it enters nothing of its own. */
const ownKind = (actor: Actor): 'demand' | 'offers' | null =>
  may(actor, 'demand.read') ? 'demand' : actor.kind === 'supplier' && may(actor, 'offers.readSealed') ? 'offers' : null;

const lines = os.past.lines.use(signedIn).handler(async ({ input, context, errors }) => {
  const { actor, desk } = context;
  const kind = ownKind(actor);
  const pool = kind ? await pastPool(desk.database, actor.organizationId, input.poolId) : null;
  if (!kind || !pool) throw errors.NOT_FOUND(NOTHING_HERE);
  const rounds = await desk.database.prisma.round.findMany({
    where: { poolId: input.poolId },
    orderBy: { number: 'desc' },
    include: {
      sheets: {
        where: { kind, OR: [{ organizationId: actor.organizationId }, { organizationId: null, kind: 'demand' }] },
      },
    },
  });
  const read = await Promise.all(
    rounds.map(async ({ number, sheets }) => ({
      number,
      lines: (await Promise.all(sheets.map(({ id }) => ownLines(id)))).flat(),
    })),
  );
  return { pool, rounds: read.filter((round) => round.lines.length > 0) };

  /** In a shared sheet only the rows of this organization; what the others shared was shared with members. */
  async function ownLines(sheetId: string) {
    const { rows } = await desk.sheets.rowsOf(sheetId);
    return orderedRowIds(rows).flatMap((id) => {
      const cells = rows.get(id);
      return cells?.[OWNER] === actor.organizationId ? [{ id, cells }] : [];
    });
  }
});

export const past = { list, lines };
