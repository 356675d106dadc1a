/**
 * Fills an empty database from the file of an export: all of it or nothing. Used by scripts/workspace-import.ts.
 *
 * A file of an older version is taken in at its own state of migrations, and the newer ones follow; one of a newer version is refused.
 */
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { type Migration, migrate, readMigrations } from './migrations.ts';
import { readTables } from './workspace-export.ts';
import {
  type FileFoot,
  type FileHead,
  type FileTable,
  LEFT_OUT,
  parseLine,
  quoted,
  TableSum,
  WorkspaceFileError,
} from './workspace-file.ts';

/** Rows are written by so many bytes at a time. */
const BATCH_BYTES = 4 << 20;
const BATCH_ROWS_MAX = 2_000;
/** A row holds at most a sheet's state of 16 MB, as hexadecimal text, and some. */
const LINE_BYTES_MAX = 128 << 20;

/** Answers what came in. Throws WorkspaceFileError, and then the database holds no row of the file. */
export async function importWorkspace(client: pg.Client, file: string): Promise<FileFoot> {
  const lines = readLines(file);
  try {
    const first = await lines.next();
    const line = first.done ? null : parseLine(first.value, 1);
    if (!line || !('head' in line))
      throw new WorkspaceFileError(`${file} does not begin like an export; name a file that workspace:export wrote`);
    const { head } = line;
    const known = await readMigrations();
    await prepare(client, head, known);
    const foot = await fill(client, head, lines);
    await migrate(client, known);
    return foot;
  } catch (error) {
    throw asFileError(error, file);
  } finally {
    await lines.return(undefined);
  }
}

/** Lines end at a line feed and nowhere else: texts hold other characters that readline would take for the end of a line. */
async function* readLines(file: string): AsyncGenerator<string, undefined> {
  const source = createReadStream(file);
  const gunzip = createGunzip();
  source.on('error', (error) => gunzip.destroy(error));
  let begun: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      let from = 0;
      for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
        yield Buffer.concat([...begun, chunk.subarray(from, end)]).toString();
        begun = [];
        bytes = 0;
        from = end + 1;
      }
      begun.push(chunk.subarray(from));
      bytes += chunk.length - from;
      if (bytes > LINE_BYTES_MAX)
        throw new WorkspaceFileError(`a line of the file is longer than ${LINE_BYTES_MAX} bytes; the file is damaged`);
    }
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  return undefined;
}

const LINE_FEED = 10;

function asFileError(error: unknown, file: string): unknown {
  const { code } = error as { code?: string };
  if (typeof code === 'string' && code.startsWith('Z_'))
    return new WorkspaceFileError(`${file} is damaged or cut short (${code}); take another copy of the export`);
  if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR')
    return new WorkspaceFileError(`${file} cannot be read (${code}); check its name and who may read it`);
  return error;
}

/** The file's migrations are applied to a database without tables; one that has them must be empty and stand where the file stands. */
async function prepare(client: pg.Client, { migrations }: FileHead, known: Migration[]): Promise<void> {
  const checksums = new Map(known.map(({ name, checksum }) => [name, checksum]));
  for (const { name, checksum } of migrations) {
    if (!checksums.has(name))
      throw new WorkspaceFileError(
        `the file has migration ${name}, which this version does not know: a newer version wrote it. Import it with that version or a later one`,
      );
    if (checksums.get(name) !== checksum)
      throw new WorkspaceFileError(
        `the file was written with another migration ${name} than this version's; import it with the version that wrote it`,
      );
  }
  const names = new Set(migrations.map(({ name }) => name));
  const wanted = known.filter(({ name }) => names.has(name));
  const isPrefix = wanted.every((migration, index) => migration === known[index]);
  if (!isPrefix)
    throw new WorkspaceFileError('the file skips a migration that later ones follow; it is not of this program');
  const tables = await readTables(client);
  if (tables.length === 0) {
    await migrate(client, wanted);
    return;
  }
  await refuseRows(client, tables);
  const { rows } = await client.query<{ name: string }>(
    'SELECT migration_name AS name FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name',
  );
  const applied = rows.map(({ name }) => name);
  if (applied.length !== wanted.length || applied.some((name, index) => name !== wanted[index]?.name))
    throw new WorkspaceFileError(
      `the database stands at migration ${applied.at(-1) ?? 'none'}, the file at ${wanted.at(-1)?.name ?? 'none'}; import it into a database without tables`,
    );
}

async function refuseRows(client: pg.Client, tables: readonly FileTable[]): Promise<void> {
  const ours = new Set(tables.map(({ name }) => name));
  if (!ours.has('_prisma_migrations'))
    throw new WorkspaceFileError(
      'the database holds tables of something else; import into a database of its own, which is empty',
    );
  for (const { name } of tables) {
    if (name === '_prisma_migrations') continue;
    const { rows } = await client.query(`SELECT FROM ${quoted(name)} LIMIT 1`);
    if (rows.length > 0)
      throw new WorkspaceFileError(
        `the database is not empty: its table ${name} has rows. Import into a new database or data folder; nothing is ever overwritten`,
      );
  }
}

async function fill(client: pg.Client, head: FileHead, lines: AsyncGenerator<string, undefined>): Promise<FileFoot> {
  await checkTables(client, head);
  await client.query('BEGIN');
  try {
    // Rows refer to rows that come later. The constraints come back before the end, and check everything then.
    const constraints = await dropForeignKeys(client);
    const foot = await copyRows(client, head, lines);
    for (const { table, name, definition } of constraints)
      await client.query(`ALTER TABLE ${quoted(table)} ADD CONSTRAINT ${quoted(name)} ${definition}`);
    await client.query('COMMIT');
    await client.query('ANALYZE');
    return foot;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
}

async function checkTables(client: pg.Client, head: FileHead): Promise<void> {
  const there = (await readTables(client)).filter(({ name }) => !LEFT_OUT.includes(name));
  const text = (tables: readonly FileTable[]) =>
    JSON.stringify(
      tables
        .map(({ name, columns }) => [name, columns.map((column) => `${column.name} ${column.type}`).sort()])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    );
  if (text(there) !== text(head.tables))
    throw new WorkspaceFileError(
      'the tables of the file are not those of its migrations; take a file that workspace:export wrote, unchanged',
    );
}

interface ForeignKey {
  table: string;
  name: string;
  definition: string;
}

async function dropForeignKeys(client: pg.Client): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `SELECT c.relname AS table, f.conname AS name, pg_get_constraintdef(f.oid) AS definition
     FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid
     WHERE f.contype = 'f' AND f.connamespace = current_schema()::regnamespace ORDER BY f.conname`,
  );
  for (const { table, name } of rows)
    await client.query(`ALTER TABLE ${quoted(table)} DROP CONSTRAINT ${quoted(name)}`);
  return rows;
}

async function copyRows(
  client: pg.Client,
  head: FileHead,
  lines: AsyncGenerator<string, undefined>,
): Promise<FileFoot> {
  const tables = new Map(head.tables.map((table) => [table.name, table]));
  const found: FileFoot['tables'] = {};
  let writer: TableWriter | null = null;
  const endTable = async () => {
    if (writer) found[writer.name] = await writer.end();
    writer = null;
  };
  let number = 1;
  for await (const text of lines) {
    number++;
    const line = parseLine(text, number);
    if ('row' in line) {
      if (!writer) throw new WorkspaceFileError(`line ${number} of the file is a row of no table; the file is damaged`);
      await writer.write(text, line.row, number);
    } else if ('table' in line) {
      await endTable();
      const table = tables.get(line.table);
      if (!table || found[table.name])
        throw new WorkspaceFileError(`line ${number} of the file begins a table that its head does not have`);
      writer = new TableWriter(client, table);
    } else if ('foot' in line) {
      await endTable();
      checkFoot(head, line.foot, found);
      return line.foot;
    } else throw new WorkspaceFileError(`line ${number} of the file begins another file; the file is damaged`);
  }
  throw new WorkspaceFileError('the file ends before its last line; take another copy of the export');
}

function checkFoot(head: FileHead, foot: FileFoot, found: FileFoot['tables']): void {
  for (const { name } of head.tables) {
    const [is, said] = [found[name], foot.tables[name]];
    if (is && said && is.rows === said.rows && is.sha256 === said.sha256) continue;
    throw new WorkspaceFileError(
      `table ${name} of the file has ${is?.rows ?? 0} rows and the export wrote ${said?.rows ?? 0}, or one was changed; take another copy of the export`,
    );
  }
}

/** Writes the rows of one table, many in one statement. */
class TableWriter {
  readonly name: string;
  readonly #client: pg.Client;
  readonly #insert: string;
  readonly #columns: number;
  readonly #sum = new TableSum();
  #batch: string[] = [];
  #bytes = 0;

  constructor(client: pg.Client, { name, columns }: FileTable) {
    this.name = name;
    this.#client = client;
    this.#columns = columns.length;
    const names = columns.map((column) => quoted(column.name)).join(', ');
    const values = columns.map(({ type }, index) => `(line ->> ${index})::${type}`).join(', ');
    this.#insert = `INSERT INTO ${quoted(name)} (${names}) SELECT ${values} FROM json_array_elements($1::json) AS line`;
  }

  async write(text: string, row: readonly unknown[], number: number): Promise<void> {
    if (row.length !== this.#columns || !row.every((value) => value === null || typeof value === 'string'))
      throw new WorkspaceFileError(`line ${number} of the file does not fit table ${this.name}; the file is damaged`);
    this.#sum.add(text);
    this.#batch.push(text);
    this.#bytes += text.length;
    if (this.#bytes >= BATCH_BYTES || this.#batch.length >= BATCH_ROWS_MAX) await this.#flush();
  }

  async end(): Promise<{ rows: number; sha256: string }> {
    await this.#flush();
    return this.#sum.end();
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    try {
      await this.#client.query(this.#insert, [`[${this.#batch.join(',')}]`]);
    } catch (error) {
      const { code = 'no code' } = error as { code?: string };
      // The database's own words quote the values of the row.
      throw new WorkspaceFileError(
        `the database does not take the rows of table ${this.name} (SQLSTATE ${code}); take another copy of the export`,
      );
    }
    this.#batch = [];
    this.#bytes = 0;
  }
}
