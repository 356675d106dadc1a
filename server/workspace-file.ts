/**
 * The file of an exported workspace: gzip of JSON lines. First a head (format, migrations, tables and columns), then each table's rows, each value
 * as the text that PostgreSQL writes for it, last a foot (rows and sha256 of each table). Written and read by workspace-export and workspace-import.
 */
import { createHash, type Hash } from 'node:crypto';
import { z } from 'zod';

export const FORMAT = 'workspace-export/1';

/** What an export leaves out: people sign in again, and links that were mailed are asked for again. */
export const LEFT_OUT: readonly string[] = ['session', 'verification', '_prisma_migrations'];

const Head = z.object({
  format: z.string(),
  madeAt: z.iso.datetime(),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  tables: z.array(
    z.object({ name: z.string(), columns: z.array(z.object({ name: z.string(), type: z.string() })).min(1) }),
  ),
});
export type FileHead = z.infer<typeof Head>;
export type FileTable = FileHead['tables'][number];

const Foot = z.object({ tables: z.record(z.string(), z.object({ rows: z.int(), sha256: z.string() })) });
export type FileFoot = z.infer<typeof Foot>;

/** The file is not one, not whole, or not for this program: the message names the file's part and the remedy. */
export class WorkspaceFileError extends Error {
  override readonly name = 'WorkspaceFileError';
  readonly speaksPlainly = true;
}

/** One line of the file. A row is an array of texts and nulls, in the order of the table's columns. */
export type FileLine = { head: FileHead } | { table: string } | { row: (string | null)[] } | { foot: FileFoot };

export function parseLine(text: string, number: number): FileLine {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new WorkspaceFileError(`line ${number} of the file is damaged; take another copy of the export`);
  }
  if (Array.isArray(value)) return { row: value };
  const { head, table, foot } = value as Record<string, unknown>;
  if (typeof table === 'string') return { table };
  if (foot !== undefined) return { foot: Foot.parse(foot) };
  if (head === undefined) throw new WorkspaceFileError(`line ${number} of the file is not of an export`);
  const { format } = head as { format?: unknown };
  if (format !== FORMAT)
    throw new WorkspaceFileError(
      `the file has the format ${JSON.stringify(format)}; this program reads ${FORMAT}. Import it with the version that wrote it`,
    );
  return { head: Head.parse(head) };
}

/** Counts and hashes a table's rows as they pass. */
export class TableSum {
  #rows = 0;
  readonly #hash: Hash = createHash('sha256');

  add(line: string): void {
    this.#rows++;
    this.#hash.update(line).update('\n');
  }

  end(): { rows: number; sha256: string } {
    return { rows: this.#rows, sha256: this.#hash.digest('hex') };
  }
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
