/** What the publisher has to know of a round before it looks at any row: its pool, rules, members and declared cells. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { PoolRules } from '#domain/disclosure.ts';
import type { Ratio } from '#domain/exact.ts';
import type { Contributor } from '#domain/pooling.ts';
import { declareCells, type Hierarchy } from '#domain/release-cells.ts';
import { unitContent } from '#domain/release-view.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import { readRules } from '#domain/stored-rules.ts';
import type { Database } from '../database.ts';
import { ultimateOwners } from '../owners.ts';

/** How a pool states its totals. */
export interface Statement {
  unit: string;
  basis: string;
  hierarchies: readonly Hierarchy[];
}

export interface RoundFacts extends Statement {
  roundId: string;
  poolId: string;
  terms: PoolTerms;
  /** Null: the stored rules cannot be read, and nothing may be published. */
  rules: PoolRules | null;
  /** What the pool's percentages are drawn from; see domain/disclosure Protection. Known to nobody. */
  secret: string;
  /** Members that buy, by organization. */
  contributors: ReadonlyMap<string, Contributor>;
  /** By mineral: kilograms of element in one unit of the pool's totals. */
  perUnit: ReadonlyMap<string, Ratio>;
}

export function statementOf(pool: PoolTerms & { unit: string; basis: string }, catalogue: Catalogue): Statement {
  return { unit: pool.unit, basis: pool.basis, hierarchies: declareCells(pool, catalogue) };
}

export async function readRound(database: Database, catalogue: Catalogue, roundId: string): Promise<RoundFacts> {
  const { pool } = await database.prisma.round.findUniqueOrThrow({ where: { id: roundId }, include: { pool: true } });
  const statement = statementOf(pool, catalogue);
  const rules = readRules(await pinRules(database, roundId));
  return {
    ...statement,
    roundId,
    poolId: pool.id,
    terms: { minerals: pool.minerals, deliveryFrom: pool.deliveryFrom, deliveryTo: pool.deliveryTo },
    rules: rules.ok ? rules.value : null,
    secret: pool.secret,
    contributors: await readContributors(database, pool.id),
    perUnit: new Map(statement.hierarchies.map(({ mineral }) => [mineral, unitContent(pool, mineral, catalogue)])),
  };
}

export async function readContributors(database: Database, poolId: string): Promise<RoundFacts['contributors']> {
  const members = await database.prisma.poolMember.findMany({
    where: { poolId },
    select: { role: true, organization: { select: { id: true, kind: true, parentId: true } } },
  });
  const parentOf = await ultimateOwners(
    database.prisma,
    members.map(({ organization }) => organization),
  );
  return new Map(
    members
      .map(({ role, organization: { id, kind } }) => ({
        id,
        government: kind === 'agency' || role === 'government',
        role,
      }))
      .filter(({ role, government }) => role === 'buyer' || government)
      .map(({ id, government }) => [id, { parentId: parentOf(id), government }]),
  );
}

/** A round keeps the rules that its pool had when it was first published from: a later change waits for the next round. */
async function pinRules(database: Database, roundId: string): Promise<unknown> {
  await database.pool.query(
    `UPDATE round SET rules = pool.rules FROM pool WHERE pool.id = round.pool_id AND round.id = $1 AND round.rules IS NULL`,
    [roundId],
  );
  const { rows } = await database.pool.query<{ rules: unknown }>('SELECT rules FROM round WHERE id = $1', [roundId]);
  return rows[0]?.rules;
}

/** Demand sheets of a round with the version they stand at in the database, whichever node took the last edit. */
export async function readSheetVersions(database: Database, roundId: string) {
  const { rows } = await database.pool.query<{ id: string; organizationId: string | null; seq: string }>(
    `SELECT id, organization_id AS "organizationId", seq FROM sheet WHERE round_id = $1 AND kind = 'demand' ORDER BY id`,
    [roundId],
  );
  return rows.map(({ id, organizationId, seq }) => ({ sheet: { id, organizationId }, seq: BigInt(seq) }));
}
