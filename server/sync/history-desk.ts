/** The history of sheets as the HTTP handlers use it, with its limits. Made by compose. Who may read a sheet is asked before. */
import type pg from 'pg';
import * as Y from 'yjs';
import type { Actor, People } from '#domain/actors.ts';
import type { AdmissionRefusal } from '#domain/admission.ts';
import { planRestore, type RestorePlan, type RestoreScope, type RowStep, whyNoRestore } from '#domain/restore.ts';
import type { Scalar } from '#domain/sheets.ts';
import { rowsOf } from '#protocol/sheet-doc.ts';
import type { Edit } from './hand.ts';
import {
  type Change,
  type ChangeFilter,
  type Contribution,
  type Cursor,
  compareRows,
  type Difference,
  type Page,
  type RemovedRow,
  readChanges,
  readContributions,
  readRemoved,
  readState,
  type SheetState,
  seqBefore,
} from './history.ts';
import { CHECKS_AT_ONCE, CHECKS_WAITING_MAX, STATES_AT_ONCE, STATES_WAITING_MAX } from './limits.ts';
import { Queue } from './queue.ts';
import type { Sheets } from './sheets.ts';
import { verifyLog } from './verify-log.ts';

export type {
  Author,
  Change,
  ChangeFilter,
  Contribution,
  Cursor,
  Difference,
  RemovedRow,
  SheetState,
} from './history.ts';

export type Restored =
  | { is: 'restored'; seq: bigint; rows: number; kept: AdmissionRefusal[] }
  /** Nothing of it may be written, or the sheet closed meanwhile. */
  | { is: 'refused'; message: string; remedy: string }
  | { is: 'retry' }
  /** The sheet has no such number. */
  | { is: 'noMoment' };

export interface SheetHistory {
  changes(sheetId: string, filter: ChangeFilter, before: Cursor | null): Promise<Page<Change>>;
  removed(sheetId: string, before: Cursor | null): Promise<Page<RemovedRow>>;
  /** Number of the last edit up to a moment. */
  seqAt(sheetId: string, moment: Date): Promise<bigint>;
  /** `seq` null: now. Answers null where the sheet has no such number. */
  state(sheetId: string, seq: bigint | null): Promise<SheetState | null>;
  compare(
    sheetId: string,
    from: bigint,
    to: bigint | null,
  ): Promise<{ from: SheetState; to: SheetState; difference: Difference } | null>;
  /** A new edit of the actor that writes an earlier state; the sheet may not be another company's. */
  /** `isPreview`: says what it would do, and writes nothing. */
  restore(sheetId: string, actor: Actor, seq: bigint, scope: RestoreScope, isPreview?: boolean): Promise<Restored>;
  contributions(sheetIds: readonly string[], people: People): Promise<Contribution[]>;
  /** Checks the hash chain of a log. */
  verify(sheetId: string): Promise<{ rows: number; broken: bigint | null }>;
}

export interface HistoryOptions {
  pool: pg.Pool;
  sheets: Pick<Sheets, 'submit'>;
  rowsPerSheet: number;
}

export function createHistory({ pool, sheets, rowsPerSheet }: HistoryOptions): SheetHistory {
  const states = new Queue({ atOnce: STATES_AT_ONCE, waitingMax: STATES_WAITING_MAX });
  const checks = new Queue({ atOnce: CHECKS_AT_ONCE, waitingMax: CHECKS_WAITING_MAX });

  const state = (sheetId: string, seq: bigint | null) =>
    states.run(() => onConnection(pool, (client) => readState(client, sheetId, seq)));

  async function restore(
    sheetId: string,
    actor: Actor,
    seq: bigint,
    scope: RestoreScope,
    isPreview = false,
  ): Promise<Restored> {
    const past = await state(sheetId, seq);
    if (!past) return { is: 'noMoment' };
    type Plan = RestorePlan & { closed: AdmissionRefusal | null };
    const done = await sheets.submit(sheetId, actor, ({ doc, facts, ownersOnce }): Edit<Plan> => {
      const closed = whyNoRestore(actor, facts);
      if (closed) return { value: { closed, steps: [], kept: [] }, write: null };
      const present = new Map([...rowsOf(doc)].map(([row, cells]) => [row, cells.toJSON()]));
      const ownerOnce = (row: string) => ownersOnce.get(row);
      const plan = planRestore(actor, { facts, past: past.rows, present, ownerOnce, rowsMax: rowsPerSheet }, scope);
      const write = plan.steps.length > 0 && !isPreview ? (target: Y.Doc) => writeSteps(target, plan.steps) : null;
      return { value: { closed: null, ...plan }, write };
    });
    if (done.is === 'noSheet') return { is: 'noMoment' };
    if (done.is === 'refused') return { is: 'refused', message: done.refused.message, remedy: done.refused.remedy };
    if (done.is === 'retry') return done;
    const { closed, steps, kept } = done.value;
    if (closed) return { is: 'refused', message: closed.message, remedy: closed.remedy };
    return { is: 'restored', seq: done.seq, rows: steps.length, kept };
  }

  return {
    changes: (sheetId, filter, before) => readChanges(pool, sheetId, filter, before),
    removed: (sheetId, before) => readRemoved(pool, sheetId, before),
    seqAt: (sheetId, moment) => seqBefore(pool, sheetId, new Date(moment.getTime() + 1)),
    state,
    async compare(sheetId, from, to) {
      const [before, after] = [await state(sheetId, from), await state(sheetId, to)];
      return before && after && { from: before, to: after, difference: compareRows(before.rows, after.rows) };
    },
    restore,
    contributions: (sheetIds, people) => readContributions(pool, sheetIds, people),
    verify: (sheetId) => checks.run(() => onConnection(pool, (client) => verifyLog(client, sheetId))),
  };
}

async function onConnection<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

function writeSteps(doc: Y.Doc, steps: readonly RowStep[]): void {
  const rows = rowsOf(doc);
  for (const step of steps) {
    if (step.act === 'remove') {
      rows.delete(step.row);
      continue;
    }
    const row = step.act === 'create' ? new Y.Map<Scalar>() : rows.get(step.row);
    for (const [column, value] of step.cells)
      if (value === undefined) row?.delete(column);
      else row?.set(column, value);
    if (step.act === 'create' && row) rows.set(step.row, row);
  }
}
