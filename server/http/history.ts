/** The history of a sheet: who changed what, earlier states, the difference between two, restoring, checking the log, and people's contributions. */
import { accessToSheet, isAmong, type People, peopleCountedFor, peopleNamedTo } from '#domain/actors.ts';
import { CARRIED_BY, CARRIED_NAME } from '#domain/carry-over.ts';
import { cleanRoomView } from '#domain/record.ts';
import type { RestoreScope } from '#domain/restore.ts';
import type { Row, Scalar } from '#domain/sheets.ts';
import { orderedRowIds } from '#protocol/sheet-doc.ts';
import type { Author, Cursor, SheetState } from '../sync/history-desk.ts';
import type { Seat } from '../sync/sheets.ts';
import { type Context, NOTHING_HERE, os, problem, signedIn } from './context.ts';
import { sheetsOpenTo } from './open-sheets.ts';

const KEPT_MAX = 500;
const BUSY = problem('sheet', 'many people read earlier states just now', 'wait a moment and try again');
const NO_MOMENT = problem('seq', 'the sheet has no edit with this number yet', 'choose a number of its history');

/** A signed-in request. */
export type Asking = { desk: Context['desk']; actor: Parameters<typeof accessToSheet>[0] };
type NotFound = { NOT_FOUND: (options: typeof NOTHING_HERE) => Error };

/**
 * Whoever may open the sheet now may read its history. A clean-room reading is on the record before anything of it is answered, like a view of
 * the sheet. Throws where the sheet is absent or closed to the actor: both answer alike.
 */
export async function openHistory({ desk, actor }: Asking, sheetId: string, errors: NotFound): Promise<Seat> {
  const seat = await desk.sheets.seatOf(sheetId, actor);
  const access = seat ? accessToSheet(actor, seat) : 'none';
  if (!seat || access === 'none') throw errors.NOT_FOUND(NOTHING_HERE);
  if (access === 'cleanRoom') await desk.record([cleanRoomView(actor, seat, 'history')]);
  return seat;
}

/** Earlier states and checks are read a few at a time; with very many waiting, whoever comes is asked to come back. */
export async function unlessBusy<T>(
  errors: { CONFLICT: (options: typeof BUSY) => Error },
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if ((error as Error).name === 'TooManyWaitError') throw errors.CONFLICT(BUSY);
    throw error;
  }
}

/** As openHistory, for what a clean-room view has no part in: writing, and counts of a company's edits. */
export async function openOwnHistory({ desk, actor }: Asking, sheetId: string, errors: NotFound): Promise<Seat> {
  const seat = await desk.sheets.seatOf(sheetId, actor);
  const access = seat ? accessToSheet(actor, seat) : 'none';
  if (!seat || (access !== 'read' && access !== 'edit')) throw errors.NOT_FOUND(NOTHING_HERE);
  return seat;
}

/** A person as the viewer may know it. */
export function namedBy(author: Author, people: People): { by: string; userId: string | null } {
  if (author.userId === CARRIED_BY) return { by: CARRIED_NAME, userId: null };
  return isAmong(people, author)
    ? { by: author.name ?? 'a former colleague', userId: author.userId }
    : { by: 'another organization', userId: null };
}

const cursorOf = (text: string | undefined): Cursor | null => {
  const [seq, n] = text?.split('.') ?? [];
  return seq === undefined || n === undefined ? null : { seq: BigInt(seq), n: Number(n) };
};
const cursorText = (cursor: Cursor | null): string | null => cursor && `${cursor.seq}.${cursor.n}`;

const plainCells = (row: Row): Record<string, Scalar> =>
  Object.fromEntries(Object.entries(row).map(([column, value]) => [column, value ?? null]));

const momentOf = ({ seq, at }: SheetState) => ({ seq: Number(seq), at: at?.toISOString() ?? null });

const changes = os.sheets.changes.use(signedIn).handler(async ({ input, context, errors }) => {
  await openHistory(context, input.sheetId, errors);
  const people = peopleNamedTo(context.actor);
  const { row, column, userId, from, until, before } = input;
  const page = await context.desk.history.changes(
    input.sheetId,
    {
      row,
      column,
      person: userId === undefined ? undefined : { userId, among: people },
      from: from === undefined ? undefined : new Date(from),
      until: until === undefined ? undefined : new Date(until),
    },
    cursorOf(before),
  );
  return {
    changes: page.items.map(({ seq, at, by, row, column, before, after }) => ({
      ...namedBy(by, people),
      ...{ seq: Number(seq), at: at.toISOString(), row, column, before, after },
    })),
    next: cursorText(page.next),
  };
});

const removed = os.sheets.removed.use(signedIn).handler(async ({ input, context, errors }) => {
  await openHistory(context, input.sheetId, errors);
  const people = peopleNamedTo(context.actor);
  const page = await context.desk.history.removed(input.sheetId, cursorOf(input.before));
  return {
    rows: page.items.map(({ seq, at, by, row, cells }) => ({
      ...namedBy(by, people),
      ...{ seq: Number(seq), at: at.toISOString(), row, cells: plainCells(cells) },
    })),
    next: cursorText(page.next),
  };
});

const state = os.sheets.state.use(signedIn).handler(async ({ input, context, errors }) => {
  await openHistory(context, input.sheetId, errors);
  const { history } = context.desk;
  const moment = input.at === undefined ? null : await history.seqAt(input.sheetId, new Date(input.at));
  const seq = input.seq === undefined ? moment : BigInt(input.seq);
  const found = await unlessBusy(errors, history.state(input.sheetId, seq));
  if (!found) throw errors.CONFLICT(NO_MOMENT);
  const rows = orderedRowIds(found.rows).map((row) => ({ row, cells: plainCells(found.rows.get(row) ?? {}) }));
  return { ...momentOf(found), rows };
});

const compare = os.sheets.compare.use(signedIn).handler(async ({ input, context, errors }) => {
  await openHistory(context, input.sheetId, errors);
  const to = input.to === undefined ? null : BigInt(input.to);
  const found = await unlessBusy(errors, context.desk.history.compare(input.sheetId, BigInt(input.from), to));
  if (!found) throw errors.CONFLICT(NO_MOMENT);
  const { added, removed, changed, counts } = found.difference;
  const plain = (rows: typeof added) => rows.map(({ row, cells }) => ({ row, cells: plainCells(cells) }));
  return {
    from: momentOf(found.from),
    to: momentOf(found.to),
    ...{ added: plain(added), removed: plain(removed), changed, counts },
  };
});

interface RestoreAsked {
  sheetId: string;
  seq: number;
  row?: string | undefined;
  column?: string | undefined;
}
type RestoreErrors = NotFound & { CONFLICT: (options: ReturnType<typeof problem>) => Error };

async function restored(asking: Asking, input: RestoreAsked, isPreview: boolean, errors: RestoreErrors) {
  await openOwnHistory(asking, input.sheetId, errors);
  const { row, column } = input;
  if (row === undefined && column !== undefined)
    throw errors.CONFLICT(problem('row', 'a cell is named by row and column', 'name the row too'));
  const scope: RestoreScope = row === undefined ? { row: null } : { row, column: column ?? null };
  const { desk, actor } = asking;
  const done = await unlessBusy(
    errors,
    desk.history.restore(input.sheetId, actor, BigInt(input.seq), scope, isPreview),
  );
  if (done.is === 'noMoment') throw errors.CONFLICT(NO_MOMENT);
  if (done.is === 'refused') throw errors.CONFLICT(problem('sheet', done.message, done.remedy));
  if (done.is === 'retry')
    throw errors.CONFLICT(problem('sheet', 'the sheet could not be written just now', 'look at it and try again'));
  return {
    seq: Number(done.seq),
    rows: done.rows,
    kept: done.kept.slice(0, KEPT_MAX).map(({ row, column, code, message, remedy }) => ({
      ...{ row, column, code, reason: message, remedy },
    })),
    keptCount: done.kept.length,
  };
}

const restore = os.sheets.restore
  .use(signedIn)
  .handler(({ input, context, errors }) => restored(context, input, false, errors));

const previewRestore = os.sheets.previewRestore
  .use(signedIn)
  .handler(({ input, context, errors }) => restored(context, input, true, errors));

const verify = os.sheets.verify.use(signedIn).handler(async ({ input, context, errors }) => {
  await openOwnHistory(context, input.sheetId, errors);
  const { rows, broken } = await unlessBusy(errors, context.desk.history.verify(input.sheetId));
  return { updates: rows, broken: broken === null ? null : Number(broken) };
});

const contributions = os.sheets.contributions.use(signedIn).handler(async ({ input, context }) => {
  const { actor, desk } = context;
  const sheets = (await sheetsOpenTo(desk, actor)).filter(
    ({ poolId, access }) =>
      (access === 'read' || access === 'edit') && (input.poolId === undefined || poolId === input.poolId),
  );
  const found = await desk.history.contributions(
    sheets.map(({ id }) => id),
    peopleCountedFor(actor),
  );
  const people = Map.groupBy(found, ({ by }) => by.userId);
  return [...people.values()].flatMap((parts) => {
    const [latest] = parts;
    if (!latest) return [];
    const sum = (of: 'edits' | 'cells') => parts.reduce((total, part) => total + part[of], 0);
    return {
      ...namedBy(latest.by, peopleNamedTo(actor)),
      ...{ edits: sum('edits'), cells: sum('cells'), lastAt: latest.lastAt.toISOString() },
      sheets: parts.map(({ sheetId, edits, cells, lastAt }) => ({
        ...{ sheetId, edits, cells, lastAt: lastAt.toISOString() },
      })),
    };
  });
});

export const history = { changes, removed, state, compare, restore, previewRestore, verify, contributions };
