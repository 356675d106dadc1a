/** Writes the demo's people, programme, pools and sheets, each with one statement a table, on the caller's transaction. Used by demo.ts. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Actor } from '#domain/actors.ts';
import type { Row } from '#domain/sheets.ts';
import type { VaultTermsView } from '#protocol/reserve-terms.ts';
import { appendSeed, type SeedRow } from '#server/sync/update-log.ts';
import { type DemoTables, demandCells, KIND, offerCells, priorityCells, targetCells } from './demo-tables.ts';

const DAY_MS = 86_400_000;

/** What later steps need of the people: ids by the names that the files use, and who acts. */
export interface Workspace {
  tables: DemoTables;
  now: Date;
  organizationId: (orgId: string) => string;
  /** The first person of an organization, who made its rows. */
  editorOf: (orgId: string) => { userId: string; organizationId: string };
  actorOf: (role: Actor['role']) => Actor;
}

/** Rows as JSON, so that the database finds the type of every column itself. Columns not named take their defaults. */
export async function insert(
  client: pg.PoolClient,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  const [first] = rows;
  if (!first) return;
  const columns = Object.keys(first)
    .map((name) => `"${name}"`)
    .join(', ');
  await client.query(
    `INSERT INTO "${table}" (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::"${table}", $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}

export async function insertPeople(
  client: pg.PoolClient,
  tables: DemoTables,
  password: string,
  now: Date,
): Promise<Workspace> {
  const ids = new Map(tables.organizations.values.map((row) => [row.org_id, randomUUID() as string]));
  const organizationId = (orgId: string): string => {
    const id = ids.get(orgId);
    if (id === undefined) throw new Error(`demo organization ${orgId} was not seeded`);
    return id;
  };
  const persons = tables.people.values.map((row) => ({ ...row, userId: randomUUID() as string }));
  await insert(
    client,
    'organization',
    tables.organizations.values.map((row) => ({
      id: organizationId(row.org_id),
      name: row.name,
      slug: row.slug,
      createdAt: now,
      kind: KIND[row.kind],
      parentId: row.parent_id === null ? null : organizationId(row.parent_id),
      sector: row.sector,
      state: row.state,
    })),
  );
  const times = { createdAt: now, updatedAt: now };
  await insert(
    client,
    'user',
    persons.map(({ userId, name, email }) => ({ id: userId, name, email, emailVerified: true, ...times })),
  );
  await insert(
    client,
    'account',
    persons.map(({ userId }) => ({
      id: randomUUID(),
      accountId: userId,
      providerId: 'credential',
      userId,
      password,
      ...times,
    })),
  );
  await insert(
    client,
    'member',
    persons.map(({ userId, org_id, role }) => ({
      id: randomUUID(),
      organizationId: organizationId(org_id),
      userId,
      role,
      createdAt: now,
    })),
  );
  const found = <T>(person: T | undefined): T => {
    if (person === undefined) throw new Error('the demo lacks a person in a role that its seeding needs');
    return person;
  };
  return {
    tables,
    now,
    organizationId,
    editorOf: (orgId) => {
      const { userId } = found(persons.find((person) => person.org_id === orgId));
      return { userId, organizationId: organizationId(orgId) };
    },
    actorOf: (role) => {
      const person = found(persons.find((one) => one.role === role));
      const organization = found(tables.organizations.values.find((row) => row.org_id === person.org_id));
      const id = organizationId(person.org_id);
      const parentId = organization.parent_id === null ? id : organizationId(organization.parent_id);
      const { name } = organization;
      return {
        userId: person.userId,
        name: person.name,
        organizationId: id,
        organization: name,
        parentId,
        kind: KIND[organization.kind],
        role,
      };
    },
  };
}

const AGENCY = 'org-90';

/** Invented, as everything of the demo: no official rules of a reserve are public. Shape: protocol/reserve-terms. */
const SAMPLE_TERMS: VaultTermsView = {
  version: 1,
  terms: {
    entitlementPct: 50,
    priceRule: 'Average cost of the lots of the product',
    upfrontPct: 2,
    financingPct: 4.5,
    insurancePct: 0.25,
    handlingPct: 0.75,
    drawdownPct: 50,
    replenishDays: 180,
    buyBack: true,
  },
  by: 'Daniel Achterberg',
  at: '2026-01-15T15:00:00.000Z',
};

/** The reserve with the two faces of its priorities: the shared sheet, and the officials' own. */
export async function insertProgramme(client: pg.PoolClient, workspace: Workspace): Promise<string> {
  const id = randomUUID();
  // The slug under which new pools look for their programme.
  await insert(client, 'programme', [
    { id, slug: 'reserve', name: 'Strategic reserve (sample)', terms: { demo: true, vault: SAMPLE_TERMS } },
  ]);
  const face = async (kind: 'priorities' | 'targets', cellsOf: typeof priorityCells) => {
    const rows = workspace.tables.priorities.values.map((row) => ({
      id: row.priority_id,
      cells: filled(cellsOf(row)),
    }));
    await insertSheet(client, workspace, { kind, programme_id: id }, AGENCY, rows);
  };
  await face('priorities', priorityCells);
  await face('targets', targetCells);
  return id;
}

export async function insertPool(
  client: pg.PoolClient,
  workspace: Workspace,
  programmeId: string,
  pool: DemoTables['pools']['values'][number],
  /** Invited manufacturers; those with a line of the pool are members anyway. A group that is named shares one sheet. */
  invited: { buyers: readonly string[]; sharedBy: string; deliveryTo: number } = {
    buyers: [],
    sharedBy: '',
    deliveryTo: pool.delivery_year,
  },
): Promise<void> {
  const { tables, now, organizationId } = workspace;
  const at = (days: number) => new Date(now.getTime() + days * DAY_MS);
  const lines = [...tables.demand.values, ...tables.newLines.values].filter((row) => row.pool_id === pool.pool_id);
  const buyers = [...new Set([...lines.map((row) => row.org_id), ...invited.buyers])];
  const isOpen = invited.sharedBy !== '';
  const offers = tables.offers.values.filter((row) => row.mineral_id === pool.mineral_id);
  const poolId = randomUUID();
  const roundId = randomUUID();
  await insert(client, 'pool', [
    {
      id: poolId,
      programme_id: programmeId,
      name: pool.name,
      minerals: [pool.mineral_id],
      delivery_from: pool.delivery_year,
      delivery_to: invited.deliveryTo,
      basis: pool.reporting_basis,
      unit: pool.reporting_unit,
      rules: {},
      kind: isOpen ? 'open' : 'sealed',
    },
  ]);
  if (isOpen) {
    const { userId } = workspace.actorOf('administrator');
    await insert(client, 'open_basis', [
      { pool_id: poolId, ground: 'group', reference: invited.sharedBy, user_id: userId, at: now },
    ]);
  }
  const others = tables.organizations.values.filter((row) => row.kind !== 'manufacturer');
  await insert(client, 'pool_member', [
    ...buyers.map((orgId) => ({ pool_id: poolId, organization_id: organizationId(orgId), role: 'buyer' })),
    ...others.map((row) => ({
      pool_id: poolId,
      organization_id: organizationId(row.org_id),
      role: row.kind === 'government' ? 'government' : 'administrator',
    })),
  ]);
  await insert(client, 'round', [
    {
      id: roundId,
      pool_id: poolId,
      number: 1,
      phase: 'collect',
      opens_at: at(pool.opens_days),
      closes_at: at(pool.closes_days),
    },
  ]);
  const place = { pool_id: poolId, round_id: roundId };
  if (isOpen) await insertSheet(client, workspace, { kind: 'demand', ...place }, buyers[0] ?? '', []);
  for (const orgId of isOpen ? [] : buyers) {
    const rows = lines
      .filter((row) => row.org_id === orgId)
      .map((row) => ({ id: row.line_id, cells: filled(demandCells(row)) }));
    await insertSheet(
      client,
      workspace,
      { kind: 'demand', ...place, organization_id: organizationId(orgId) },
      orgId,
      rows,
    );
  }
  const liaison = workspace.actorOf('liaison');
  const rows = offers.map((row) => ({ id: row.offer_id, cells: filled(offerCells(row)) }));
  await insertSheet(client, workspace, { kind: 'offers', ...place }, liaison, rows);
}

/** A sheet with its rows as the first update of its log, made by a person. */
export async function insertSheet(
  client: pg.PoolClient,
  workspace: Workspace,
  place: { kind: string } & Record<string, string>,
  author: string | { userId: string; organizationId: string },
  rows: readonly SeedRow[],
): Promise<void> {
  const sheetId = randomUUID();
  await insert(client, 'sheet', [{ id: sheetId, ...place }]);
  const { userId, organizationId } = typeof author === 'string' ? workspace.editorOf(author) : author;
  if (rows.length > 0) await appendSeed(client, { sheetId, userId, organizationId, at: workspace.now, rows });
}

/** Empty cells are not written. */
const filled = (row: Row): Row =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== undefined));
