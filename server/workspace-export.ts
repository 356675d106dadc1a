/** Writes the whole workspace, as it is at one moment, into one file. Used by scripts/workspace-export.ts; works beside a running server. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import {
  type FileFoot,
  type FileHead,
  type FileTable,
  FORMAT,
  LEFT_OUT,
  quoted,
  TableSum,
  WorkspaceFileError,
} from './workspace-file.ts';

/** Rows are fetched by so many bytes at a time, at most this many rows. */
const BATCH_BYTES = 4 << 20;
const BATCH_ROWS_MAX = 2_000;

/** The file appears under its name only once it is whole. */
export async function exportWorkspace(client: pg.Client, file: string, madeAt: Date): Promise<FileFoot> {
  const draft = `${file}.part`;
  const foot: FileFoot = { tables: {} };
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    const lines = Readable.from(readLines(client, madeAt, foot));
    await pipeline(lines, createGzip(), createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }));
    await rename(draft, file);
    return foot;
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') await rm(draft, { force: true });
    throw asFileError(error, file);
  } finally {
    await client.query('ROLLBACK').catch(() => {});
  }
}

function asFileError(error: unknown, file: string): unknown {
  const { code } = error as { code?: string };
  if (code === 'EEXIST')
    return new WorkspaceFileError(`${file}.part is there already: another export runs, or was killed; remove it first`);
  if (code === 'ENOSPC') return new WorkspaceFileError(`the disk of ${file} is full; free space, or name another file`);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EROFS' || code === 'EISDIR')
    return new WorkspaceFileError(`${file} cannot be written (${code}); name a file in a folder that you may write`);
  return error;
}

async function* readLines(client: pg.Client, madeAt: Date, foot: FileFoot): AsyncGenerator<string> {
  const head = await readHead(client, madeAt);
  yield `${JSON.stringify({ head })}\n`;
  for (const table of head.tables) {
    yield `${JSON.stringify({ table: table.name })}\n`;
    const sum = new TableSum();
    for await (const lines of readRows(client, table)) {
      for (const line of lines) sum.add(line);
      yield `${lines.join('\n')}\n`;
    }
    foot.tables[table.name] = sum.end();
  }
  yield `${JSON.stringify({ foot })}\n`;
}

async function readHead(client: pg.Client, madeAt: Date): Promise<FileHead> {
  const tables = await readTables(client);
  if (!tables.some(({ name }) => name === 'sheet_update'))
    throw new WorkspaceFileError(
      'the database holds no workspace; point DATABASE_URL or DATA_DIR at the one to be exported',
    );
  const { rows: migrations } = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
     WHERE rolled_back_at IS NULL AND finished_at IS NOT NULL ORDER BY migration_name`,
  );
  return {
    format: FORMAT,
    madeAt: madeAt.toISOString(),
    migrations,
    tables: tables.filter(({ name }) => !LEFT_OUT.includes(name)),
  };
}

/** Tables of the workspace with their columns, in the order of names. */
export async function readTables(client: pg.Client): Promise<FileTable[]> {
  const { rows } = await client.query<{ name: string; column: string; type: string }>(
    `SELECT c.relname AS name, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY c.relname, a.attnum`,
  );
  return [...Map.groupBy(rows, ({ name }) => name)].map(([name, columns]) => ({
    name,
    columns: columns.map(({ column, type }) => ({ name: column, type })),
  }));
}

/** Each row as one JSON line, in batches. Every value as text: JSON itself would not tell a JSON null from no value. */
async function* readRows(client: pg.Client, { name, columns }: FileTable): AsyncGenerator<string[]> {
  const texts = columns.map((column) => `${quoted(column.name)}::text`).join(', ');
  const key = await primaryKey(client, name);
  const order = key.length > 0 ? ` ORDER BY ${key.map(quoted).join(', ')}` : '';
  await client.query(
    `DECLARE export_rows NO SCROLL CURSOR FOR SELECT json_build_array(${texts})::text AS line FROM ${quoted(name)}${order}`,
  );
  let batch = 16;
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`FETCH ${batch} FROM export_rows`);
    if (rows.length === 0) break;
    const lines = rows.map(({ line }) => line);
    yield lines;
    const bytes = lines.reduce((sum, line) => sum + line.length, 0) / lines.length;
    batch = Math.max(1, Math.min(BATCH_ROWS_MAX, 2 * batch, Math.floor(BATCH_BYTES / bytes)));
  }
  await client.query('CLOSE export_rows');
}

async function primaryKey(client: pg.Client, table: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int2[], a.attnum)`,
    [quoted(table)],
  );
  return rows.map(({ name }) => name);
}
