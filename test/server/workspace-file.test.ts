/** Exporting a workspace into a file and importing it elsewhere: the same contents, all or nothing, embedded and on a server. */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { verifyWorkspace } from '../../scripts/verify-workspace.ts';
import { seedDemo } from '../../seeds/demo.ts';
import { loadCatalogue } from '../../seeds/facts.ts';
import { connection, openDatabase } from '../../server/database.ts';
import { startEmbedded } from '../../server/embedded-postgres.ts';
import { migrate, readMigrations } from '../../server/migrations.ts';
import { appendRecord } from '../../server/record.ts';
import { telemetryTo } from '../../server/telemetry.ts';
import { exportWorkspace, readTables } from '../../server/workspace-export.ts';
import { LEFT_OUT } from '../../server/workspace-file.ts';
import { importWorkspace } from '../../server/workspace-import.ts';
import { testDatabaseUrl } from '../support/database.ts';
import { databaseUrl } from '../support/postgres.ts';
import { removeFolder, temporaryFolder } from '../support/server.ts';

const folder = temporaryFolder();
const file = join(folder, 'workspace.gz');
const now = new Date('2027-01-05T10:00:00.000Z');
const clients: pg.Client[] = [];
let source: pg.Client;
/** Stays empty: what is refused leaves nothing behind. */
let target: pg.Client;

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client(connection(url));
  clients.push(client);
  await client.connect();
  return client;
}

let count = 0;
/** A database without a table in it. */
async function bareDatabase(): Promise<string> {
  const cluster = inject('postgres');
  const name = `bare_${process.pid}_${process.env.VITEST_POOL_ID ?? 0}_${Date.now().toString(36)}_${count++}`;
  const admin = await connect(cluster);
  await admin.query(`CREATE DATABASE "${name}"`);
  return databaseUrl(cluster, name);
}

/** What is in each table, to the last bit. */
async function contents(client: pg.Client): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const { name } of await readTables(client)) {
    const { rows } = await client.query(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') AS sum FROM "${name}" t`,
    );
    if (!LEFT_OUT.includes(name)) out[name] = rows[0].sum;
  }
  return out;
}

const rowsIn = async (client: pg.Client) =>
  Object.values(await contents(client)).reduce((sum, text) => sum + Number(text.split(' ')[0]), 0);

beforeAll(async () => {
  const url = await testDatabaseUrl();
  const database = await openDatabase(url, { telemetry: telemetryTo(() => {}) });
  const record = (drafts: Parameters<typeof appendRecord>[1]) => appendRecord(database, drafts, now);
  await seedDemo({ database, catalogue: loadCatalogue(), hashPassword: async () => 'hash', now, record });
  const user = await database.prisma.user.findFirstOrThrow();
  await database.prisma.session.create({ data: { userId: user.id, token: 'secret-token', expiresAt: now } });
  const sheet = await database.prisma.sheet.findFirstOrThrow();
  // A cell that was emptied and one that went are not the same.
  await database.pool.query(
    `INSERT INTO sheet_snapshot (sheet_id, seq, bytes, hash) VALUES ($1, 1, '\\x00ff', '\\x')`,
    [sheet.id],
  );
  await database.prisma.sheetVersion.create({
    data: { sheetId: sheet.id, seq: 1, name: 'Zeile 1\n"“ü', userId: user.id, organizationId: user.id, at: now },
  });
  await database.close();
  source = await connect(url);
  target = await connect(await testDatabaseUrl());
  await exportWorkspace(source, file, now);
}, 120_000);

afterAll(async () => {
  for (const client of clients) await client.end();
  removeFolder(folder);
});

test('[DB25] an export, imported elsewhere, is the same workspace to the last bit, and its chains hold', async () => {
  const before = await contents(source);
  expect(Number(before.cell_change?.split(' ')[0])).toBeGreaterThan(500);
  for (const url of [await bareDatabase(), await testDatabaseUrl()]) {
    const target = await connect(url);
    await importWorkspace(target, file);
    expect(await contents(target)).toEqual(before);
    const { rows } = await target.query('SELECT count(*)::int AS n FROM session');
    expect(rows[0].n).toBe(0);
    const { faults, lines } = await verifyWorkspace(target);
    expect([faults, lines.length]).toEqual([[], 4]);
    // References hold again.
    await expect(target.query('UPDATE sheet SET pool_id = gen_random_uuid()')).rejects.toMatchObject({ code: '23503' });
  }
  expect(gunzipSync(readFileSync(file)).toString()).not.toContain('secret-token');
});

test('[DB25] SQL null and JSON null, and text of every kind, come through', async () => {
  const url = await testDatabaseUrl();
  const one = await connect(url);
  const odd = 'a\tb\\n\n"ü“\u2028';
  await one.query(
    `INSERT INTO record_entry (seq, at, kind, body, hash) VALUES
    (1, '2027-01-05T10:00:00.123Z', $1, 'null', '\\x00ff'), (2, now(), 'x', '{"a": [1.50, null, "\\u00fc"]}', '\\x')`,
    [odd],
  );
  const copy = join(folder, 'odd.gz');
  await exportWorkspace(one, copy, now);
  const other = await connect(await testDatabaseUrl());
  await importWorkspace(other, copy);
  expect(await contents(other)).toEqual(await contents(one));
  const { rows } = await other.query('SELECT kind, body::text AS body FROM record_entry WHERE seq = 1');
  expect(rows).toEqual([{ kind: odd, body: 'null' }]);
});

const lines = () => gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
const rowAt = (all: string[]) => all.findIndex((line) => line.startsWith('["'));
const edited = (change: (all: string[]) => void) => () => {
  const all = lines();
  change(all);
  return gzipSync(`${all.join('\n')}\n`);
};
const head = (
  change: (value: { format: string; migrations: { name: string; checksum: string }[]; tables: unknown[] }) => void,
) =>
  edited((all) => {
    const first = JSON.parse(all[0] ?? '{}');
    change(first.head);
    all[0] = JSON.stringify(first);
  });

const DAMAGED: [what: string, bytes: () => Buffer, says: RegExp][] = [
  ['cut short', () => readFileSync(file).subarray(0, -100), /damaged or cut short \(Z_BUF_ERROR\)/],
  [
    'with flipped bits',
    () => {
      const all = readFileSync(file);
      all.writeUInt8((all[9000] ?? 0) ^ 255, 9000);
      return all;
    },
    /damaged/,
  ],
  ['without its last line', edited((all) => void all.pop()), /ends before its last line/],
  [
    'without one row',
    edited((all) => void all.splice(rowAt(all), 1)),
    /table \w+ of the file has \d+ rows and the export wrote \d+/,
  ],
  [
    'with one value changed',
    edited((all) => {
      const at = rowAt(all);
      all[at] = (all[at] ?? '').replace(/\w(?="\]$)/, 'Q');
    }),
    /table \w+ of the file|does not take the rows of table/,
  ],
  [
    'with a value that does not fit',
    edited((all) => {
      const at = rowAt(all);
      all[at] = (all[at] ?? '').replace('["', '["no uuid ');
    }),
    /does not take the rows of table \w+ \(SQLSTATE 22P02\)/,
  ],
  [
    'of another format',
    head((value) => {
      value.format = 'workspace-export/9';
    }),
    /has the format "workspace-export\/9"; this program reads workspace-export\/1/,
  ],
  [
    'of a newer version',
    head((value) => void value.migrations.push({ name: '29990101000000_later', checksum: 'x' })),
    /29990101000000_later, which this version does not know/,
  ],
  [
    'of other migrations',
    head((value) => {
      if (value.migrations[0]) value.migrations[0].checksum = 'x';
    }),
    /another migration/,
  ],
  [
    'with a table left out',
    head((value) => void value.tables.pop()),
    /tables of the file are not those of its migrations|does not have/,
  ],
  ['that is none', () => Buffer.from('hello'), /damaged or cut short \(Z_DATA_ERROR\)/],
];

for (const [what, bytes, says] of DAMAGED)
  test(`[DB26] a file ${what} is refused with the reason, and nothing of it is imported`, async () => {
    const bad = join(folder, 'bad.gz');
    writeFileSync(bad, bytes());
    await expect(importWorkspace(target, bad)).rejects.toThrow(says);
    expect(await rowsIn(target)).toBe(0);
    const { rows } = await target.query("SELECT count(*)::int AS n FROM pg_constraint WHERE contype = 'f'");
    expect(rows[0].n).toBeGreaterThan(20);
  });

test('[DB26] a database that holds anything is refused, and left as it is', async () => {
  const before = await contents(source);
  await expect(importWorkspace(source, file)).rejects.toThrow(/not empty: its table \w+ has rows/);
  expect(await contents(source)).toEqual(before);
  const foreign = await connect(await bareDatabase());
  await foreign.query('CREATE TABLE ledger (n int)');
  await expect(importWorkspace(foreign, file)).rejects.toThrow('holds tables of something else');
});

test('[DB27] an export of an older version is brought to this one; a database that is ahead of it is refused', async () => {
  const all = await readMigrations();
  const old = await connect(await bareDatabase());
  await migrate(old, all.slice(0, 3));
  await old.query(`INSERT INTO record_entry (seq, at, kind, body, hash) VALUES (1, now(), 'x', '{}', '\\x')`);
  const oldFile = join(folder, 'old.gz');
  await exportWorkspace(old, oldFile, now);
  const target = await connect(await bareDatabase());
  await importWorkspace(target, oldFile);
  const { rows } = await target.query('SELECT count(*)::int AS n FROM _prisma_migrations');
  expect(rows[0].n).toBe(all.length);
  expect(await rowsIn(target)).toBe(1);
  await expect(importWorkspace(await connect(await testDatabaseUrl()), oldFile)).rejects.toThrow(
    /the database stands at migration \S+, the file at \S+/,
  );
});

test('[DB28] an export appears whole or not at all, and never in place of another that is under way', async () => {
  const target = join(folder, 'there.gz');
  writeFileSync(`${target}.part`, 'of another');
  await expect(exportWorkspace(source, target, now)).rejects.toThrow('there.gz.part is there already');
  expect([existsSync(target), readFileSync(`${target}.part`, 'utf8')]).toEqual([false, 'of another']);
  await expect(exportWorkspace(source, join(folder, 'no', 'where.gz'), now)).rejects.toThrow(
    'cannot be written (ENOENT)',
  );
  const none = await connect(await bareDatabase());
  await expect(exportWorkspace(none, join(folder, 'none.gz'), now)).rejects.toThrow('holds no workspace');
  expect(existsSync(join(folder, 'none.gz'))).toBe(false);
});

const run = promisify(execFile);
const program = async (script: string, args: string[], env: Record<string, string>) => {
  try {
    const { stdout, stderr } = await run(process.execPath, [`scripts/${script}.ts`, ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
    });
    return { code: 0, said: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, said: stdout + stderr };
  }
};

test('[DB29] the commands work on a data folder alone, beside a running server, and on a server database', async () => {
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir);
  const given = join(folder, 'given.gz');
  copyFileSync(file, given);
  const missing = await program('record-verify', [], { DATA_DIR: dataDir });
  expect([missing.code, missing.said]).toEqual([1, expect.stringContaining('There is no workspace in')]);
  const imported = await program('workspace-import', [given], { DATA_DIR: dataDir });
  expect([imported.code, imported.said]).toEqual([
    0,
    expect.stringMatching(/read [\d,]+ rows of \d+ tables[\s\S]*the chain holds[\s\S]*as the logs say/),
  ]);
  const server = await startEmbedded({ dataDir });
  try {
    const again = join(folder, 'again.gz');
    const exported = await program('workspace-export', [again], { DATA_DIR: dataDir });
    expect([exported.code, exported.said]).toEqual([0, expect.stringContaining('left out: sessions')]);
    const sheets = (path: string) => gunzipSync(readFileSync(path)).toString().split('\n').slice(1);
    expect(sheets(again)).toEqual(sheets(file));
    const refused = await program('workspace-import', [again], { DATA_DIR: dataDir });
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('A server runs on the data folder')]);
    const client = await connect(server.url);
    await client.query("UPDATE record_entry SET kind = 'other' WHERE seq = 1");
    await client.query('DELETE FROM sheet_update WHERE ctid IN (SELECT ctid FROM sheet_update LIMIT 1)');
    await client.end();
    clients.pop();
    const verified = await program('record-verify', [], { DATA_DIR: dataDir });
    expect([verified.code, verified.said]).toEqual([
      1,
      expect.stringMatching(/record: entry 1 is missing or was changed\nsheet [\w-]+, row 1: /),
    ]);
  } finally {
    await server.stop();
  }
  const fine = await program('record-verify', [], { DATABASE_URL: await testDatabaseUrl() });
  expect([fine.code, fine.said]).toEqual([0, expect.stringContaining('record: 0 entries')]);
}, 120_000);
