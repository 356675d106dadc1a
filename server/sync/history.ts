/**
 * The history of sheets as people read it: who changed what, the sheet as of a moment, rows that were removed, the difference between two moments.
 * It reads what the log's writer wrote beside each update; verify-history.ts checks that the two agree. Used by the HTTP handlers, who ask first
 * whether the viewer may read it.
 */

import type pg from 'pg';
import type { OrganizationKind, People } from '#domain/actors.ts';
import { CARRIED_BY } from '#domain/carry-over.ts';
import { OWNER, POSITION, type Row, type Scalar } from '#domain/sheets.ts';
import { orderedRowIds } from '#protocol/sheet-doc.ts';
import { checkpointBefore } from './checkpoints.ts';
import { CHANGES_PER_PAGE, COMPARED_ROWS_MAX, PAGE_ROWS, REMOVED_PER_PAGE } from './limits.ts';
import { inOneView } from './sheet-store.ts';
import type { Queryable } from './update-log.ts';

/** Where a page ended: number of the log, and number within it. */
export interface Cursor {
  seq: bigint;
  n: number;
}

/** Who did something, with the name as of now; null where the account is gone. */
export interface Author {
  userId: string;
  name: string | null;
  organizationId: string;
  kind: OrganizationKind;
}

export interface Change extends Cursor {
  at: Date;
  by: Author;
  row: string;
  column: string;
  before: Scalar;
  after: Scalar;
}

export interface ChangeFilter {
  row?: string | undefined;
  column?: string | undefined;
  /** One person, as far as it belongs to these people. */
  person?: { userId: string; among: People } | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
}

export interface Page<T> {
  items: T[];
  /** Null: there is no more. */
  next: Cursor | null;
}

export interface RemovedRow extends Cursor {
  at: Date;
  by: Author;
  row: string;
  cells: Row;
}

export interface SheetState {
  seq: bigint;
  /** Of the edit with that number; null before the first. */
  at: Date | null;
  rows: Map<string, Row>;
}

export interface Difference {
  added: { row: string; cells: Row }[];
  removed: { row: string; cells: Row }[];
  changed: { row: string; cells: { column: string; before: Scalar; after: Scalar }[] }[];
  /** How many there are; the lists end at COMPARED_ROWS_MAX. */
  counts: { added: number; removed: number; changed: number };
}

const AUTHOR = 'u.user_id, p.name, u.organization_id, o.kind';
const AUTHOR_JOINS = `JOIN sheet_update u ON u.sheet_id = c.sheet_id AND u.seq = c.seq
  LEFT JOIN organization o ON o.id = u.organization_id LEFT JOIN "user" p ON p.id = u.user_id`;

interface AuthorRow {
  user_id: string;
  name: string | null;
  organization_id: string;
  /** Null: the organization is gone. */
  kind: OrganizationKind | null;
}

const authorOf = (row: AuthorRow): Author => ({
  userId: row.user_id,
  name: row.name,
  organizationId: row.organization_id,
  kind: row.kind ?? 'manufacturer',
});

/** Newest first. */
export async function readChanges(
  client: Queryable,
  sheetId: string,
  filter: ChangeFilter,
  before: Cursor | null,
): Promise<Page<Change>> {
  const { row, column, person, from, until } = filter;
  const values: unknown[] = [sheetId];
  const put = (value: unknown) => `$${values.push(value)}`;
  const conditions = ['sheet_id = $1'];
  if (from) conditions.push(`seq > ${put(await seqBefore(client, sheetId, from))}`);
  if (until) conditions.push(`seq <= ${put(await seqBefore(client, sheetId, until))}`);
  if (row !== undefined) conditions.push(`"row" = ${put(row)}`);
  if (column !== undefined) conditions.push(`"column" = ${put(column)}`);
  if (before) conditions.push(`(seq, n) < (${put(before.seq)}, ${put(before.n)}::int)`);
  if (person) conditions.push(`user_id = ${put(person.userId)}`, isAmongPeople(person.among, put));
  const { rows } = await client.query<
    AuthorRow & { seq: string; n: number; at: Date; row: string; column: string; before: Scalar; after: Scalar }
  >(
    `SELECT c.seq, c.n, c.at, c."row", c."column", c.before, c.after, ${AUTHOR} FROM (
       SELECT * FROM cell_change x WHERE ${conditions.join(' AND ')} ORDER BY seq DESC, n DESC LIMIT ${put(CHANGES_PER_PAGE + 1)}
     ) c ${AUTHOR_JOINS} ORDER BY c.seq DESC, c.n DESC`,
    values,
  );
  const items = rows.map(({ seq, n, at, row, column, before, after, ...author }) => ({
    ...{ seq: BigInt(seq), n, at, row, column, before, after },
    by: authorOf(author),
  }));
  return pageOf(items, CHANGES_PER_PAGE);
}

/** A person may act for several organizations: only what it did for these counts. */
const isAmongPeople = ({ organizationId, kinds }: People, put: (value: unknown) => string): string =>
  `EXISTS (SELECT FROM sheet_update y LEFT JOIN organization z ON z.id = y.organization_id
     WHERE y.sheet_id = x.sheet_id AND y.seq = x.seq AND (y.organization_id = ${put(organizationId)} OR z.kind::text = ANY(${put(kinds)})))`;

/** Rows that are not there now, with their last cells; most recently removed first. */
export async function readRemoved(
  client: Queryable,
  sheetId: string,
  before: Cursor | null,
): Promise<Page<RemovedRow>> {
  const { rows } = await client.query<AuthorRow & { seq: string; n: number; at: Date; row: string; cells: Row }>(
    `SELECT c.seq, c.n, c.at, c."row", ${AUTHOR}, (
         SELECT jsonb_object_agg(l."column", l.before) FROM cell_change l
         WHERE l.sheet_id = c.sheet_id AND l.seq = c.seq AND l."row" = c."row" AND l.after IS NULL AND l.before IS NOT NULL
       ) AS cells
     FROM cell_change c ${AUTHOR_JOINS}
     WHERE c.sheet_id = $1 AND c."column" = '${OWNER}' AND c.after IS NULL
       AND ($2::bigint IS NULL OR (c.seq, c.n) < ($2, $3::int))
       AND NOT EXISTS (SELECT FROM cell_change l WHERE l.sheet_id = c.sheet_id AND l."column" = '${OWNER}'
         AND l."row" = c."row" AND (l.seq, l.n) > (c.seq, c.n))
     ORDER BY c.seq DESC, c.n DESC LIMIT $4`,
    [sheetId, before?.seq ?? null, before?.n ?? null, REMOVED_PER_PAGE + 1],
  );
  const items = rows.map(({ seq, n, at, row, cells, ...author }) => ({
    ...{ seq: BigInt(seq), n, at, row, cells },
    by: authorOf(author),
  }));
  return pageOf(items, REMOVED_PER_PAGE);
}

function pageOf<T extends Cursor>(found: T[], max: number): Page<T> {
  const items = found.slice(0, max);
  const last = items.at(-1);
  return { items, next: found.length > max && last ? { seq: last.seq, n: last.n } : null };
}

/**
 * Number of the last edit before a moment. The log is in order of time, but for the milliseconds by which the clocks of several nodes differ, so
 * halving finds it in some twenty steps however long the log is.
 */
export async function seqBefore(client: Queryable, sheetId: string, moment: Date): Promise<bigint> {
  const { rows } = await client.query<{ seq: string }>('SELECT seq FROM sheet WHERE id = $1', [sheetId]);
  let low = 0n;
  let high = BigInt(rows[0]?.seq ?? 0);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    const at = await timeOf(client, sheetId, middle);
    if (at && at < moment) low = middle;
    else high = middle - 1n;
  }
  return low;
}

async function timeOf(client: Queryable, sheetId: string, seq: bigint): Promise<Date | null> {
  const { rows } = await client.query<{ at: Date }>('SELECT at FROM sheet_update WHERE sheet_id = $1 AND seq = $2', [
    sheetId,
    seq,
  ]);
  return rows[0]?.at ?? null;
}

/** The rows after the edit with this number, or as they are now. Null: the sheet has no such number. */
export function readState(client: Queryable, sheetId: string, wanted: bigint | null): Promise<SheetState | null> {
  return inOneView(client, async () => {
    const { rows } = await client.query<{ seq: string }>('SELECT seq FROM sheet WHERE id = $1', [sheetId]);
    const now = rows[0] ? BigInt(rows[0].seq) : -1n;
    const seq = wanted ?? now;
    if (seq < 0n || seq > now) return null;
    return { seq, at: await timeOf(client, sheetId, seq), rows: await rowsAt(client, sheetId, seq) };
  });
}

/** From the checkpoint before it and the changes since. */
async function rowsAt(client: Queryable, sheetId: string, seq: bigint): Promise<Map<string, Row>> {
  const checkpoint = await checkpointBefore(client, sheetId, seq);
  const rows = new Map<string, Record<string, Scalar | undefined>>(checkpoint?.rows);
  let from: Cursor = { seq: checkpoint?.seq ?? 0n, n: Number.MAX_SAFE_INTEGER };
  for (;;) {
    const page = await stepsAfter(client, sheetId, from, seq);
    for (const step of page) applyStep(rows, step);
    const last = page.at(-1);
    if (!last || page.length < PAGE_ROWS) return rows;
    from = { seq: BigInt(last.seq), n: last.n };
  }
}

interface StepRow {
  seq: string;
  n: number;
  row: string;
  column: string;
  after: Scalar;
  /** There is such a cell; it may be empty. */
  isThere: boolean;
}

async function stepsAfter(client: Queryable, sheetId: string, from: Cursor, to: bigint): Promise<StepRow[]> {
  const { rows } = await client.query<StepRow>(
    `SELECT seq, n, "row", "column", after, after IS NOT NULL AS "isThere" FROM cell_change
     WHERE sheet_id = $1 AND (seq, n) > ($2, $3::bigint) AND seq <= $4 ORDER BY seq, n LIMIT $5`,
    [sheetId, from.seq, from.n, to, PAGE_ROWS],
  );
  return rows;
}

function applyStep(rows: Map<string, Record<string, Scalar | undefined>>, step: StepRow): void {
  const cells = rows.get(step.row) ?? {};
  if (step.isThere) cells[step.column] = step.after;
  else delete cells[step.column];
  // A row has an owner as long as it is there.
  if (Object.keys(cells).length > 0) rows.set(step.row, cells);
  else rows.delete(step.row);
}

export function compareRows(before: ReadonlyMap<string, Row>, after: ReadonlyMap<string, Row>): Difference {
  const difference: Difference = { added: [], removed: [], changed: [], counts: { added: 0, removed: 0, changed: 0 } };
  const keep = <K extends keyof Difference['counts']>(kind: K, item: Difference[K][number]) => {
    if (difference.counts[kind]++ < COMPARED_ROWS_MAX) (difference[kind] as Difference[K][number][]).push(item);
  };
  for (const row of orderedRowIds(before)) if (!after.has(row)) keep('removed', { row, cells: before.get(row) ?? {} });
  for (const row of orderedRowIds(after)) {
    const is = after.get(row) ?? {};
    const was = before.get(row);
    if (!was) {
      keep('added', { row, cells: is });
      continue;
    }
    const cells = [...new Set([...Object.keys(was), ...Object.keys(is)])]
      .filter((column) => was[column] !== is[column])
      .map((column) => ({ column, before: was[column] ?? null, after: is[column] ?? null }));
    if (cells.length > 0) keep('changed', { row, cells });
  }
  return difference;
}

export interface Contribution {
  sheetId: string;
  by: Author;
  edits: number;
  cells: number;
  lastAt: Date;
}

/** What each of the people did in these sheets, most recent first. Moves of rows are no content and do not count. */
export async function readContributions(
  pool: pg.Pool,
  sheetIds: readonly string[],
  people: People,
): Promise<Contribution[]> {
  const { rows } = await pool.query<AuthorRow & { sheet_id: string; edits: string; cells: string; last_at: Date }>(
    `SELECT c.sheet_id, ${AUTHOR}, count(DISTINCT c.seq) AS edits, count(*) AS cells, max(c.at) AS last_at
     FROM cell_change c ${AUTHOR_JOINS}
     WHERE c.sheet_id = ANY($1) AND u.user_id <> $4 AND (u.organization_id = $2 OR o.kind::text = ANY($3)) AND c."column" NOT IN ('${OWNER}', '${POSITION}')
     GROUP BY c.sheet_id, ${AUTHOR} ORDER BY last_at DESC`,
    [sheetIds, people.organizationId, people.kinds, CARRIED_BY],
  );
  return rows.map(({ sheet_id: sheetId, edits, cells, last_at: lastAt, ...author }) => ({
    ...{ sheetId, edits: Number(edits), cells: Number(cells), lastAt },
    by: authorOf(author),
  }));
}
