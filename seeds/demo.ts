/** Seeds the fictional demo workspace into an empty database, and names its people for the sign-in page. Used by the server at start. */
import type { Catalogue } from '#domain/catalogue.ts';
import type { RecordDraft } from '#domain/record.ts';
import type { Database } from '#server/database.ts';
import { KIND, readDemo } from './demo-tables.ts';
import { insertPeople, insertPool, insertProgramme } from './demo-workspace.ts';
import { loadCatalogue } from './facts.ts';

/** Shown on the sign-in page of the demo; good for nothing else. */
export const DEMO_PASSWORD = 'sample-demo-2027';

export interface DemoPerson {
  name: string;
  email: string;
  organization: string;
  kind: string;
  role: string;
  /** What to try as this person. */
  does: string;
}

export function demoPeople(): DemoPerson[] {
  const { organizations, people } = readDemo(loadCatalogue());
  return people.values.flatMap(({ org_id, name, email, role, does }) => {
    const found = organizations.values.find((row) => row.org_id === org_id);
    return found ? [{ name, email, organization: found.name, kind: KIND[found.kind], role, does }] : [];
  });
}

/** The programme carries the mark, so that a workspace that people set up themselves is never taken for the demo. */
export async function isDemo(database: Database): Promise<boolean> {
  const { rowCount } = await database.pool.query(`SELECT 1 FROM "programme" WHERE terms @> '{"demo": true}'`);
  return (rowCount ?? 0) > 0;
}

export interface DemoSeed {
  database: Database;
  catalogue: Catalogue;
  hashPassword: (password: string) => Promise<string>;
  now: Date;
  record: (drafts: readonly RecordDraft[]) => Promise<void>;
}

/** Orders processes that start at once; the number has no meaning. */
const SEED_LOCK = 72707371;

/**
 * Everything in one transaction: after a crash the workspace is empty or whole. Does nothing where there is an organization already.
 * Dates are relative to `now`, so that the rounds are always under way.
 */
export async function seedDemo(seed: DemoSeed): Promise<void> {
  const tables = readDemo(seed.catalogue);
  const password = await seed.hashPassword(DEMO_PASSWORD);
  const client = await seed.database.pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('SELECT pg_advisory_xact_lock($1)', [SEED_LOCK]);
    const { rowCount } = await client.query('SELECT 1 FROM "organization" LIMIT 1');
    if (rowCount === 0) {
      const workspace = await insertPeople(client, tables, password, seed.now);
      const programmeId = await insertProgramme(client, workspace);
      for (const pool of tables.pools.values) await insertPool(client, workspace, programmeId, pool);
      for (const { buyers, shared_by, delivery_to, ...pool } of tables.newPools.values) {
        const more = { buyers, sharedBy: shared_by, deliveryTo: delivery_to };
        await insertPool(client, workspace, programmeId, pool, more);
      }
      // The entry is written on its own connection. Written last, it can be there without the workspace only if the commit fails.
      await seed.record([
        {
          kind: 'workspace.seeded',
          actor: workspace.actorOf('administrator'),
          body: { pools: tables.pools.values.length + tables.newPools.values.length },
        },
      ]);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  } finally {
    client.release();
  }
}
