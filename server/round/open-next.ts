/**
 * Opening the next round of a pool: the one before closes, every buyer and every supplier gets a new sheet, and where the administrator wished it the system copies
 * each member's own lines into it. The round, its sheets and the record are there together or not at all; the copies are made after that, and
 * again at the next start where a crash came between. Used by advance.
 */
import type { Actor, PoolRole } from '#domain/actors.ts';
import { CARRIED_BY, carriedLine } from '#domain/carry-over.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { mayClose, mayOpenNext } from '#domain/rounds.ts';
import { OWNER, type Row } from '#domain/sheets.ts';
import { orderedRowIds } from '#protocol/sheet-doc.ts';
import type { Clock } from '../clock.ts';
import type { Database } from '../database.ts';
import { appendWithin } from '../record.ts';
import type { Sheets } from '../sync/sheets.ts';

export interface NextRound {
  closesAt: Date;
  /** Every member's lines of the round before become the start of its new sheet. */
  carryOver: boolean;
}

interface Parts {
  database: Database;
  sheets: Pick<Sheets, 'rowsOf' | 'fill'>;
  clock: Clock;
}

export async function mayFollow({ prisma }: Database, roundId: string): Promise<Outcome<null>> {
  const { phase } = await prisma.round.findUniqueOrThrow({ where: { id: roundId }, select: { phase: true } });
  const openOrders = await prisma.order.count({
    where: { run: { roundId }, state: { in: ['proposed', 'inReview'] } },
  });
  return mayOpenNext({ phase, openOrders });
}

/** Answers the new round's id. */
export async function openNext(parts: Parts, afterId: string, wish: NextRound, actor: Actor): Promise<Outcome<string>> {
  const { prisma } = parts.database;
  const now = parts.clock.now();
  const allowed = await mayFollow(parts.database, afterId);
  if (!allowed.ok) return allowed;
  const closes = mayClose(now, wish.closesAt);
  if (!closes.ok) return closes;
  const opened = await prisma.$transaction(async (tx) => {
    // Two administrators who press at once: the second one finds the round that the first one opened.
    await tx.$queryRaw`SELECT id FROM pool WHERE id = (SELECT pool_id FROM round WHERE id = ${afterId}::uuid) FOR UPDATE`;
    const before = await tx.round.findUniqueOrThrow({
      where: { id: afterId },
      include: { pool: { include: { members: true, rounds: { select: { number: true } } } } },
    });
    const { pool } = before;
    if (pool.rounds.some(({ number }) => number > before.number)) return null;
    if (before.phase !== 'closed') {
      await tx.round.update({ where: { id: afterId }, data: { phase: 'closed' } });
      await tx.phaseChange.create({
        data: { roundId: afterId, from: before.phase, to: 'closed', at: now, userId: actor.userId },
      });
    }
    const number = before.number + 1;
    const { id } = await tx.round.create({
      data: {
        poolId: pool.id,
        number,
        opensAt: now,
        closesAt: wish.closesAt,
        carryOver: wish.carryOver ? 'wanted' : 'none',
      },
    });
    const seated = (as: PoolRole) => pool.members.flatMap((seat) => (seat.role === as ? [seat.organizationId] : []));
    const owners = pool.kind === 'open' ? [null] : seated('buyer');
    const place = { poolId: pool.id, roundId: id };
    await tx.sheet.createMany({
      data: [
        ...owners.map((organizationId) => ({ kind: 'demand' as const, ...place, organizationId })),
        ...[null, ...seated('liaison')].map((organizationId) => ({
          kind: 'offers' as const,
          ...place,
          organizationId,
        })),
      ],
    });
    const leaving = { round: before.number, from: before.phase, to: 'closed' };
    await appendWithin(
      tx,
      [
        ...(before.phase === 'closed'
          ? []
          : [{ kind: 'phase.changed' as const, poolId: pool.id, actor, body: leaving }]),
        { kind: 'round.opened', poolId: pool.id, actor, body: { round: number, carryOver: wish.carryOver } },
      ],
      now,
    );
    return id;
  });
  if (opened === null)
    return refuse('moved-on', 'round', 'somebody else opened the next round in the meantime', 'look at the pool again');
  await carryLines(parts, opened);
  return accept(opened);
}

/** Rounds that wait for their copies after a crash. */
export async function unfinishedRounds({ prisma }: Database): Promise<string[]> {
  const rounds = await prisma.round.findMany({ where: { carryOver: 'wanted' }, select: { id: true } });
  return rounds.map(({ id }) => id);
}

/** Copies into every sheet that nobody has written in yet. Asking again changes nothing. */
export async function carryLines(parts: Parts, roundId: string): Promise<void> {
  const { prisma } = parts.database;
  const round = await prisma.round.findUniqueOrThrow({
    where: { id: roundId },
    include: { sheets: { where: { kind: 'demand' } }, pool: { include: { members: { where: { role: 'buyer' } } } } },
  });
  if (round.carryOver !== 'wanted') return;
  const before = await prisma.sheet.findMany({
    where: { kind: 'demand', round: { poolId: round.poolId, number: round.number - 1 } },
  });
  const buyers = new Set(round.pool.members.map(({ organizationId }) => organizationId));
  for (const sheet of round.sheets.filter(({ seq }) => seq === 0n)) {
    const source = before.find(({ organizationId }) => organizationId === sheet.organizationId);
    if (!source) continue;
    const { rows } = await parts.sheets.rowsOf(source.id);
    const lines = linesOf(rows, sheet.organizationId, buyers);
    if (lines.length === 0) continue;
    const organizationId = sheet.organizationId ?? CARRIED_BY;
    await parts.sheets.fill({
      sheetId: sheet.id,
      userId: CARRIED_BY,
      organizationId,
      at: parts.clock.now(),
      rows: lines,
    });
  }
  await prisma.round.update({ where: { id: roundId }, data: { carryOver: 'done' } });
}

/** In a shared sheet every line stays with the organization that made it, as long as that one still buys here. */
function linesOf(rows: ReadonlyMap<string, Row>, owner: string | null, buyers: ReadonlySet<string>) {
  return orderedRowIds(rows).flatMap((id) => {
    const row = rows.get(id) ?? {};
    const maker = owner ?? String(row[OWNER] ?? '');
    const cells = buyers.has(maker) ? carriedLine(row) : null;
    return cells ? [{ id, owner: maker, cells }] : [];
  });
}
