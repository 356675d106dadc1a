/** Fills a migrated database with a pool, its companies, their people and sheets, and signs the people in. Used for our server. */
import { createHmac, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { PRODUCT } from '../../../domain/product.ts';

export interface Company {
  organizationId: string;
  /** Its sealed demand sheet in the current round, without a row. */
  sheetId: string;
  people: Person[];
}

export interface Person {
  userId: string;
  /** Of a browser that is signed in. */
  cookie: string;
}

export interface Group {
  companies: number;
  /** In each. */
  people: number;
}

const FAR = '2100-01-01';

/** A pool for each group. The companies come in order of the groups. */
export async function populate(pool: pg.Pool, secret: string, groups: readonly Group[]): Promise<Company[][]> {
  const programmeId = randomUUID();
  await pool.query('INSERT INTO programme (id, slug, name) VALUES ($1, $2, $3)', [programmeId, programmeId, 'Reserve']);
  const filled: Company[][] = [];
  for (const group of groups) filled.push(await addPool(pool, secret, programmeId, group));
  return filled;
}

async function addPool(pool: pg.Pool, secret: string, programmeId: string, group: Group): Promise<Company[]> {
  const poolId = randomUUID();
  const roundId = randomUUID();
  const companies: Company[] = Array.from({ length: group.companies }, () => ({
    organizationId: randomUUID(),
    sheetId: randomUUID(),
    people: Array.from({ length: group.people }, () => ({ userId: randomUUID(), cookie: '' })),
  }));
  const organizations = companies.map(({ organizationId }) => organizationId);
  const members = companies.flatMap(({ organizationId, people }) =>
    people.map((person) => ({ organizationId, person, token: randomUUID().replaceAll('-', '') })),
  );
  for (const { person, token } of members) person.cookie = cookieOf(token, secret);
  const of = {
    users: members.map(({ person }) => person.userId),
    organizations: members.map(({ organizationId }) => organizationId),
    tokens: members.map(({ token }) => token),
  };
  await pool.query(
    `INSERT INTO pool (id, programme_id, name, minerals, delivery_from, delivery_to, basis, unit)
     VALUES ($1, $2, 'Gallium', '{gallium}', 2027, 2029, 'Ga', 'kg')`,
    [poolId, programmeId],
  );
  await pool.query('INSERT INTO round (id, pool_id, number, opens_at, closes_at) VALUES ($1, $2, 1, now(), $3)', [
    roundId,
    poolId,
    FAR,
  ]);
  await pool.query(
    `INSERT INTO organization (id, name, slug, kind, "createdAt")
     SELECT o::uuid, 'Company ' || o, o, 'manufacturer', now() FROM unnest($1::text[]) AS o`,
    [organizations],
  );
  await pool.query(
    `INSERT INTO pool_member (pool_id, organization_id, role) SELECT $1, o, 'buyer' FROM unnest($2::uuid[]) AS o`,
    [poolId, organizations],
  );
  await pool.query(
    `INSERT INTO sheet (id, kind, pool_id, round_id, organization_id)
     SELECT s, 'demand', $1, $2, o FROM unnest($3::uuid[], $4::uuid[]) AS t(s, o)`,
    [poolId, roundId, companies.map(({ sheetId }) => sheetId), organizations],
  );
  await pool.query(
    `INSERT INTO "user" (id, name, email, "emailVerified", "updatedAt")
     SELECT u::uuid, 'Person ' || u, u || '@company.example', true, now() FROM unnest($1::text[]) AS u`,
    [of.users],
  );
  await pool.query(
    `INSERT INTO member (id, "organizationId", "userId", role, "createdAt")
     SELECT gen_random_uuid(), o, u, 'editor', now() FROM unnest($1::uuid[], $2::uuid[]) AS t(o, u)`,
    [of.organizations, of.users],
  );
  await pool.query(
    `INSERT INTO session (id, "expiresAt", token, "updatedAt", "userId", "activeOrganizationId")
     SELECT gen_random_uuid(), $1, k, now(), u, o FROM unnest($2::text[], $3::uuid[], $4::text[]) AS t(k, u, o)`,
    [FAR, of.tokens, of.users, of.organizations],
  );
  return companies;
}

/** What signing in answers: the session's token, signed (better-auth, HMAC-SHA-256). Signing so many in by password would take minutes. */
function cookieOf(token: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(token).digest('base64');
  return `${PRODUCT.toLowerCase()}.session_token=${encodeURIComponent(`${token}.${signature}`)}`;
}
