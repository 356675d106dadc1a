/**
 * Checks everything that is kept of one sheet against its log: the chain of hashes, the readable history, who wrote under which client id, and the
 * snapshot and checkpoints, by replaying the log from its first row. For operators (scripts/record-verify.ts) and after an import.
 */

import { isDeepStrictEqual } from 'node:util';
import * as Y from 'yjs';
import type { Row, Scalar } from '#domain/sheets.ts';
import { readRows, rowsOf } from '#protocol/sheet-doc.ts';
import { watchCells } from './cell-steps.ts';
import { readCheckpoint, stateHash } from './checkpoints.ts';
import { PAGE_ROWS } from './limits.ts';
import { readUpdate } from './touched.ts';
import type { CellStep, Queryable } from './update-log.ts';
import { type ChainedRow, follows, type HeadRow, isHead, NO_HEAD, readHead, readLog } from './verify-log.ts';

export interface SheetCheck {
  updates: number;
  changes: number;
  /** Snapshots and checkpoints that agree with the log. */
  states: number;
  /** Of those, left aside by the server because they do not match their own hash: they cost time only. */
  damagedStates: number;
  /** The first thing that is wrong; null: everything agrees. No values, no names. */
  fault: { seq: bigint; what: string } | null;
}

/** Call in a transaction that sees one moment. Memory holds the sheet's document and a page of its log. */
export async function verifySheet(client: Queryable, sheetId: string): Promise<SheetCheck> {
  const check: SheetCheck = { updates: 0, changes: 0, states: 0, damagedStates: 0, fault: null };
  try {
    await replay(client, sheetId, check);
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    check.fault = { seq: error.seq, what: error.message };
  }
  return check;
}

class Mismatch extends Error {
  readonly seq: bigint;
  constructor(seq: bigint, what: string) {
    super(what);
    this.seq = seq;
  }
}

async function replay(client: Queryable, sheetId: string, check: SheetCheck): Promise<void> {
  const doc = new Y.Doc();
  const clients = await readAuthors(client, sheetId);
  const history = new ChangeStream(client, sheetId);
  const states = await stateNumbers(client, sheetId);
  let before: HeadRow = { seq: 0n, head: NO_HEAD };
  for await (const row of readLog(client, sheetId)) {
    const expected = before.seq + 1n;
    if (row.seq !== expected) throw new Mismatch(expected, 'this row of the log is missing');
    if (!follows(before, row)) throw new Mismatch(row.seq, 'this row of the log, or the one before it, was changed');
    const { steps, ids } = apply(doc, row);
    for (const id of ids)
      if (clients.get(id) !== authorKey(row.userId, row.organizationId))
        throw new Mismatch(row.seq, 'this row of the log is signed with a client id of somebody else');
    check.changes += await compareChanges(row, steps, history);
    before = { seq: row.seq, head: row.hash };
    check.updates++;
    if (states.has(row.seq)) await compareStates(client, { sheetId, seq: row.seq, doc, check });
  }
  if (!isHead(before, await readHead(client, sheetId)))
    throw new Mismatch(before.seq + 1n, 'the sheet does not stand where its log ends: rows at the end are missing');
  const [extra] = await history.upTo(null);
  if (extra) throw new Mismatch(extra.seq, 'the history has changes that the log has not');
  for (const seq of states)
    if (seq > before.seq) throw new Mismatch(seq, 'a snapshot or checkpoint is ahead of the log');
}

/** What the row changed, found as the server found it when it came. */
function apply(doc: Y.Doc, { seq, bytes }: ChainedRow): { steps: CellStep[]; ids: number[] } {
  const reading = readUpdate(doc, bytes);
  if (reading.is === 'malformed' || reading.is === 'gap')
    throw new Mismatch(seq, 'this row of the log does not build on the rows before it');
  const { touches, clients } = reading.is === 'change' ? reading : { touches: [], clients: [] };
  const watch = watchCells(rowsOf(doc), touches);
  Y.applyUpdate(doc, bytes);
  return { steps: watch.steps(), ids: clients };
}

interface ChangeRow extends CellStep {
  seq: bigint;
  userId: string;
  at: Date;
}

async function compareChanges(row: ChainedRow, steps: readonly CellStep[], history: ChangeStream): Promise<number> {
  const kept = await history.upTo(row.seq);
  const [first] = kept;
  if (first && first.seq < row.seq) throw new Mismatch(first.seq, 'the history has changes that the log has not');
  for (const { userId, at } of kept)
    if (userId !== row.userId || at.getTime() !== row.at.getTime())
      throw new Mismatch(row.seq, 'the history names another person or time than the log');
  if (!isDeepStrictEqual(netOf(kept), netOf(steps)))
    throw new Mismatch(row.seq, 'the history does not say what this row of the log changed');
  return kept.length;
}

/** JSON, and so the history and the checkpoints, has no minus zero. */
const asKept = <T>(value: T): T | 0 => (Object.is(value, -0) ? 0 : value);

/** From what to what in all: one row of the log may hold several steps of a cell. */
function netOf(steps: readonly CellStep[]): Map<string, (Scalar | undefined)[]> {
  const net = new Map<string, (Scalar | undefined)[]>();
  for (const { row, column, before, after } of steps) {
    const key = JSON.stringify([row, column]);
    net.set(key, [net.has(key) ? net.get(key)?.[0] : asKept(before), asKept(after)]);
  }
  return new Map([...net].filter(([, [before, after]]) => before !== after).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The readable history in the order of the log, a page in memory at a time. */
class ChangeStream {
  readonly #client: Queryable;
  readonly #sheetId: string;
  #page: (ChangeRow & { n: number })[] = [];
  #from: { seq: bigint; n: number } = { seq: -1n, n: 0 };
  #isAtEnd = false;

  constructor(client: Queryable, sheetId: string) {
    this.#client = client;
    this.#sheetId = sheetId;
  }

  /** Everything that is left up to this number; null: to the end, but at most one page. */
  async upTo(seq: bigint | null): Promise<ChangeRow[]> {
    const taken: ChangeRow[] = [];
    for (;;) {
      const count = seq === null ? this.#page.length : this.#page.findIndex((row) => row.seq > seq);
      taken.push(...this.#page.splice(0, count === -1 ? this.#page.length : count));
      if (this.#page.length > 0 || this.#isAtEnd || (seq === null && taken.length > 0)) return taken;
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    const { rows } = await this.#client.query<{
      seq: string;
      n: number;
      row: string;
      column: string;
      before: Scalar;
      after: Scalar;
      was: boolean;
      is: boolean;
      user_id: string;
      at: Date;
    }>(
      `SELECT seq, n, "row", "column", before, after, before IS NOT NULL AS was, after IS NOT NULL AS is, user_id, at FROM cell_change
       WHERE sheet_id = $1 AND (seq, n) > ($2, $3::bigint) ORDER BY seq, n LIMIT $4`,
      [this.#sheetId, this.#from.seq, this.#from.n, PAGE_ROWS],
    );
    this.#page = rows.map(({ seq, before, after, was, is, user_id: userId, ...row }) => ({
      ...row,
      seq: BigInt(seq),
      before: was ? before : undefined,
      after: is ? after : undefined,
      userId,
    }));
    const last = this.#page.at(-1);
    if (last) this.#from = { seq: last.seq, n: last.n };
    this.#isAtEnd = rows.length < PAGE_ROWS;
  }
}

const authorKey = (userId: string, organizationId: string): string => `${userId} ${organizationId}`;

async function readAuthors(client: Queryable, sheetId: string): Promise<Map<number, string>> {
  const { rows } = await client.query<{ client: string; user_id: string; organization_id: string }>(
    'SELECT client, user_id, organization_id FROM sheet_client WHERE sheet_id = $1',
    [sheetId],
  );
  return new Map(rows.map((row) => [Number(row.client), authorKey(row.user_id, row.organization_id)]));
}

async function stateNumbers(client: Queryable, sheetId: string): Promise<Set<bigint>> {
  const { rows } = await client.query<{ seq: string }>(
    `SELECT seq FROM sheet_snapshot WHERE sheet_id = $1 UNION SELECT seq FROM sheet_checkpoint WHERE sheet_id = $1`,
    [sheetId],
  );
  return new Set(rows.map(({ seq }) => BigInt(seq)));
}

interface Standing {
  sheetId: string;
  seq: bigint;
  doc: Y.Doc;
  check: SheetCheck;
}

/** A state that does not match its own hash is left aside by the server too. One that does must be what the log says. */
async function compareStates(client: Queryable, { sheetId, seq, doc, check }: Standing): Promise<void> {
  const rows = asRead(doc);
  const of = [sheetId, seq];
  const snapshots = await client.query<{ bytes: Buffer; hash: Buffer }>(
    'SELECT bytes, hash FROM sheet_snapshot WHERE sheet_id = $1 AND seq = $2',
    of,
  );
  const checkpoints = await client.query<{ rows: Buffer; hash: Buffer }>(
    'SELECT rows, hash FROM sheet_checkpoint WHERE sheet_id = $1 AND seq = $2',
    of,
  );
  const found = [
    ...snapshots.rows.map(({ bytes, hash }) =>
      stateHash(sheetId, seq, bytes).equals(hash) ? rowsOfSnapshot(bytes) : null,
    ),
    ...(await Promise.all(
      checkpoints.rows.map(async (row) => (await readCheckpoint(sheetId, { seq, ...row }))?.rows ?? null),
    )),
  ];
  for (const state of found) {
    if (state === null) check.damagedStates++;
    else if (isDeepStrictEqual(state, rows)) check.states++;
    else throw new Mismatch(seq, 'a snapshot or checkpoint does not say what the log says');
  }
}

function rowsOfSnapshot(bytes: Uint8Array): Map<string, Row> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, bytes);
  return asRead(doc);
}

function asRead(doc: Y.Doc): Map<string, Row> {
  const kept = (row: Row) => Object.fromEntries(Object.entries(row).map(([column, value]) => [column, asKept(value)]));
  return new Map([...readRows(doc)].map(([id, row]) => [id, kept(row)]));
}
