/** Who may open a sheet now, person by person: the list that mentions are chosen from, and that pushes and mails are held to. */
import { type Access, type Actor, accessToSheet, type SheetSeat } from '#domain/actors.ts';
import { acknowledgedRounds } from '../acknowledged.ts';
import type { Database } from '../database.ts';

/** More people than any pool has. */
const READERS_MAX = 2000;

/** A sheet as one person sees it. */
export interface Reader {
  actor: Actor;
  seat: SheetSeat;
  access: Access;
}

export interface SheetRow {
  id: string;
  kind: SheetSeat['kind'];
  organizationId: string | null;
  poolId: string | null;
  pool: string | null;
  /** Number of its round where a later one is open. */
  pastRound: number | null;
}

interface Row {
  user_id: string;
  name: string;
  organization_id: string;
  organization: string;
  parent_id: string | null;
  organization_kind: Actor['kind'];
  role: Actor['role'];
  kind: SheetSeat['kind'];
  owner: string | null;
  phase: SheetSeat['phase'];
  frozen: boolean;
  has_acknowledged: boolean;
}

const SELECT = `SELECT m."userId" AS user_id, u.name, o.id AS organization_id, o.name AS organization, o."parentId" AS parent_id,
    o.kind AS organization_kind, m.role, s.kind, s.organization_id AS owner, r.phase, s.frozen,
    COALESCE(s.round_id IN (${acknowledgedRounds('m."organizationId"')}), false) AS has_acknowledged
  FROM sheet s
  JOIN member m ON s.pool_id IS NULL OR EXISTS (
    SELECT 1 FROM pool_member p WHERE p.pool_id = s.pool_id AND p.organization_id = m."organizationId")
  JOIN "user" u ON u.id = m."userId"
  JOIN organization o ON o.id = m."organizationId"
  LEFT JOIN round r ON r.id = s.round_id
  WHERE s.id = $1`;

/** Everybody who may open the sheet, in the order of names. */
export async function readersOf(database: Database, sheetId: string): Promise<Reader[]> {
  const { rows } = await database.pool.query<Row>(`${SELECT} ORDER BY u.name, u.id LIMIT $2`, [sheetId, READERS_MAX]);
  return rows.map(readerOf).filter(({ access }) => access !== 'none');
}

/** One person acting for an organization; null where the sheet is absent or closed to it. */
export async function readerIn(
  database: Database,
  sheetId: string,
  who: { userId: string; organizationId: string },
): Promise<Reader | null> {
  const { rows } = await database.pool.query<Row>(`${SELECT} AND m."userId" = $2 AND m."organizationId" = $3`, [
    sheetId,
    who.userId,
    who.organizationId,
  ]);
  const reader = rows[0] && readerOf(rows[0]);
  return reader && reader.access !== 'none' ? reader : null;
}

function readerOf(row: Row): Reader {
  const actor: Actor = {
    userId: row.user_id,
    name: row.name,
    organizationId: row.organization_id,
    organization: row.organization,
    parentId: row.parent_id ?? row.organization_id,
    kind: row.organization_kind,
    role: row.role,
  };
  const seat: SheetSeat = {
    kind: row.kind,
    organizationId: row.owner,
    hasSeat: true,
    hasAcknowledged: row.has_acknowledged,
    phase: row.phase,
    frozen: row.frozen,
  };
  return { actor, seat, access: accessToSheet(actor, seat) };
}

export async function sheetRow(database: Database, sheetId: string): Promise<SheetRow | null> {
  const found = await database.prisma.sheet.findUnique({
    where: { id: sheetId },
    select: {
      id: true,
      kind: true,
      organizationId: true,
      poolId: true,
      pool: { select: { name: true, rounds: { select: { number: true }, orderBy: { number: 'desc' }, take: 1 } } },
      round: { select: { number: true } },
    },
  });
  if (!found) return null;
  const { id, kind, organizationId, poolId, pool, round } = found;
  const isPast = round !== null && round.number !== pool?.rounds[0]?.number;
  return { id, kind, organizationId, poolId, pool: pool?.name ?? null, pastRound: isPast ? round.number : null };
}
