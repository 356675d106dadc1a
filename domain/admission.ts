/** Whether an update of a live sheet is admitted, decided on what it touches. Used by the sync server before anything is applied. */
import { type Actor, accessToSheet, may, type SheetSeat } from './actors.ts';
import { DEMAND_SHEET } from './demand-sheet.ts';
import { OFFER_SHEET } from './offer-columns.ts';
import { PRIORITY_SHEET, proposerMayEdit } from './priority-sheet.ts';
import { amountInProposal } from './proposal-text.ts';
import type { Refusal } from './refusals.ts';
import { PHASE_TITLE, type SheetKind } from './rounds.ts';
import { CELL_BYTES_MAX, OWNER, POSITION, type Scalar, type SheetSpec } from './sheets.ts';
import { TARGET_SHEET } from './target-columns.ts';

/** What admission has to know of a sheet; everybody in its room has passed the gate. */
export type SheetFacts = Omit<SheetSeat, 'hasSeat' | 'hasAcknowledged'>;
const INSIDE = { hasSeat: true, hasAcknowledged: true };

/** Reads a cell of a row as it stands before the update. */
export type RowBefore = (column: string) => Scalar | undefined;

/** One thing that an update would do. Values are as they came over the wire: anything. */
export type Touch =
  | { act: 'write'; row: string; column: string; value: unknown; before: RowBefore }
  | { act: 'erase'; row: string; column: string; before: RowBefore }
  | { act: 'remove'; row: string; before: RowBefore }
  /** A new row with its first cells; `before` where it takes the place of a row that is there. */
  | { act: 'create'; row: string; cells: readonly { column: string; value: unknown }[]; before: RowBefore | null }
  /** What no sheet has: another root, a value where a row belongs, a list. */
  | { act: 'stray'; row: string | null };

export interface AdmissionRefusal extends Refusal {
  row: string | null;
  column: string | null;
}

export type Admission = { ok: true } | { ok: false; refusal: AdmissionRefusal };

/** What admission has to know of the rows besides those that are touched. */
export interface RowsOfSheet {
  now: number;
  max: number;
  /** Owner of a row that was removed. */
  ownerOnce(row: string): Scalar | undefined;
}

const ADMITTED: Admission = { ok: true };

/** Cells that are merely wrong (a purity of 101 %) are admitted; they are marked and do not count. Every touch must be allowed, or none is. */
export function admit(actor: Actor, sheet: SheetFacts, touches: readonly Touch[], rows: RowsOfSheet): Admission {
  // Also where it touches nothing that stands: the log is not for readers.
  if (accessToSheet(actor, { ...sheet, ...INSIDE }) !== 'edit')
    return refused(whyClosed(actor, sheet), touches[0]?.row ?? null);
  for (const touch of touches) {
    const no = judge(actor, sheet, touch, rows);
    if (no) return no;
  }
  if (rows.now + growth(touches) > rows.max) {
    const last = touches.findLast((touch) => touch.act === 'create');
    const why = [
      'sheet-full',
      'sheet',
      `a sheet holds at most ${rows.max.toLocaleString('en-US')} rows`,
      'remove rows that are not needed',
    ] as const;
    return refused(why, last?.row ?? null);
  }
  return ADMITTED;
}

type Why = readonly [code: string, place: string, message: string, remedy: string];

const refused = ([code, place, message, remedy]: Why, row: string | null, column: string | null = null) => ({
  ok: false as const,
  refusal: { code, place, message, remedy, row, column },
});

function whyClosed(actor: Actor, sheet: SheetFacts): Why {
  const isMine = accessToSheet(actor, { ...sheet, ...INSIDE, frozen: false, phase: null }) === 'edit';
  if (!isMine)
    return ['read-only', 'sheet', 'you read this sheet but do not edit it', 'ask an editor of your organization'];
  if (sheet.frozen)
    return ['sheet-frozen', 'sheet', 'the sheet is closed', 'copy your draft and talk to the pool administrator'];
  const phase = sheet.phase === null ? '' : PHASE_TITLE[sheet.phase].toLowerCase();
  return [
    'phase-closed',
    'sheet',
    `the round is in the phase "${phase}"`,
    'copy your draft and talk to the pool administrator',
  ];
}

/** Row ids are keys of documents and history; this keeps them short and harmless. */
export const ROW_ID = /^[A-Za-z0-9][\w.:-]{0,63}$/;

function judge(actor: Actor, sheet: SheetFacts, touch: Touch, rows: RowsOfSheet): Admission | null {
  if (touch.act === 'stray') return refused(STRAY, touch.row);
  const { row } = touch;
  if (touch.before && isForeign(actor, sheet, touch.before)) return refused(FOREIGN_ROW, row, columnOf(touch));
  switch (touch.act) {
    case 'create':
      return judgeNewRow(actor, sheet, touch, touch.before?.(OWNER) ?? rows.ownerOnce(row));
    case 'remove':
      return null;
    case 'erase':
      return judgeColumn(actor, sheet, row, touch.column, touch.before);
    case 'write':
      return (
        judgeColumn(actor, sheet, row, touch.column, touch.before) ??
        judgeValue(row, touch.column, touch.value) ??
        judgeProposal(actor, sheet, row, touch.column, touch.value)
      );
  }
}

/** `owner`: of the row that stands, or once stood, under this id. It stays the owner, so that undoing a removal gives the row back. */
function judgeNewRow(
  actor: Actor,
  sheet: SheetFacts,
  { row, cells }: Extract<Touch, { act: 'create' }>,
  owner: Scalar | undefined,
): Admission | null {
  if (!ROW_ID.test(row)) return refused(BAD_ROW_ID, row.slice(0, 64));
  if (isProposal(actor, sheet.kind) && !PROPOSAL_ID.test(row)) return refused(NAMED_ROW, 'new line');
  if (owner !== undefined && keepsToOwnRows(actor, sheet) && owner !== actor.organizationId)
    return refused(FOREIGN_ROW, row);
  const named = cells.filter(({ column }) => column === OWNER);
  if (named.length !== 1 || named[0]?.value !== (owner ?? actor.organizationId))
    return refused(NOT_YOUR_NAME, row, OWNER);
  for (const { column, value } of cells) {
    if (column === OWNER) continue;
    const no =
      judgeColumn(actor, sheet, row, column, null) ??
      judgeValue(row, column, value) ??
      judgeProposal(actor, sheet, row, column, value);
    if (no) return no;
  }
  return null;
}

const SPECS: Partial<Record<SheetKind, SheetSpec>> = {
  demand: DEMAND_SHEET,
  offers: OFFER_SHEET,
  priorities: PRIORITY_SHEET,
  targets: TARGET_SHEET,
};

/** Titles by column id, for each kind of sheet. Notes have no columns yet, so that nothing can be written there. */
const COLUMNS = new Map(
  Object.entries(SPECS).map(([kind, spec]) => [kind, new Map(spec.columns.map(({ id, title }) => [id, title]))]),
);

function judgeColumn(
  actor: Actor,
  sheet: SheetFacts,
  row: string,
  column: string,
  before: RowBefore | null,
): Admission | null {
  if (column === OWNER) return refused(OWNER_STAYS, row, column);
  if (column === POSITION) return null;
  const title = COLUMNS.get(sheet.kind)?.get(column);
  if (title === undefined) return refused(NO_SUCH_COLUMN, row, column.slice(0, 64));
  if (
    sheet.kind !== 'priorities' ||
    may(actor, 'priorities.edit') ||
    proposerMayEdit(column, before && { tier: before('tier') })
  )
    return null;
  const why = `officials fill in ${title.toLowerCase()}${before && proposerMayEdit(column, null) ? ' once the row has a tier' : ''}`;
  return refused(
    ['column-not-yours', title, why, 'leave this cell as it is, or tell an official in the evidence column'],
    row,
    column,
  );
}

/** Several organizations share the sheet, and this actor edits only rows of its own. */
function isForeign(actor: Actor, sheet: SheetFacts, before: RowBefore): boolean {
  return keepsToOwnRows(actor, sheet) && before(OWNER) !== actor.organizationId;
}

function keepsToOwnRows(actor: Actor, sheet: SheetFacts): boolean {
  switch (sheet.kind) {
    case 'demand':
      return sheet.organizationId === null;
    case 'offers':
      return actor.kind === 'supplier';
    case 'priorities':
      return !may(actor, 'priorities.edit');
    case 'notes':
    case 'targets':
      return false;
  }
}

function judgeValue(row: string, column: string, value: unknown): Admission | null {
  // JSON, and so the history, has no minus zero.
  if (Object.is(value, -0)) return refused(MINUS_ZERO, row, column);
  if (value === null || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return null;
  if (typeof value !== 'string') return refused(NOT_A_CELL, row, column);
  if (value.includes('\0')) return refused(NUL, row, column);
  // Three bytes are the most that one UTF-16 unit takes, so short text needs no counting.
  return value.length * 3 > CELL_BYTES_MAX && utf8Length(value) > CELL_BYTES_MAX
    ? refused(TOO_LONG, row, column)
    : null;
}

const QUOTED_CHARS_MAX = 40;

/** Whoever writes here is read by its competitors: ids of rows and places in the order are no texts of its choice either. */
export const isProposal = (actor: Parameters<typeof may>[0], kind: SheetKind): boolean =>
  kind === 'priorities' && !may(actor, 'priorities.edit');

/** As pages make them, or too short to say anything. */
const PROPOSAL_ID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z]\w{0,2})$/;
/** Pages give proposals none; a key between two others would be a text of any length. */
const PROPOSAL_PLACE = /^[A-Za-z0-9]{0,3}$/;
const NAMED_ROW: Why = [
  'named-row',
  'new line',
  'a proposal has a random id, for a chosen one could tell other companies something',
  'add the line in the page, which makes its id',
];
const PLACED_ROW: Why = [
  'placed-row',
  'order of the lines',
  'officials order this sheet; a proposal stands at its end',
  'add the line at the end',
];

/**
 * Competitors read along in the priorities, so a company writes no amounts there. Other sheets need no such rule: a company's own is read by
 * nobody else, in an open pool members show each other their lines on purpose, and no two suppliers share a sheet of offers.
 */
function judgeProposal(actor: Actor, sheet: SheetFacts, row: string, column: string, value: unknown): Admission | null {
  if (!isProposal(actor, sheet.kind)) return null;
  if (column === POSITION) return PROPOSAL_PLACE.test(String(value ?? '')) ? null : refused(PLACED_ROW, row, column);
  const amount = amountInProposal(column, value);
  if (amount === null) return null;
  const title = COLUMNS.get(sheet.kind)?.get(column) ?? column;
  const why = `“${amount.slice(0, QUOTED_CHARS_MAX)}” reads like an amount, and a number may tell other companies what yours needs`;
  return refused(['amount', title, why, NO_AMOUNT], row, column);
}

const NO_AMOUNT = 'leave the number out and name the source, or say it in talk, where the administrator reads it first';

function utf8Length(text: string): number {
  let bytes = 0;
  for (const letter of text) {
    const point = letter.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}

function growth(touches: readonly Touch[]): number {
  const created = new Set<string>();
  const gone = new Set<string>();
  for (const touch of touches) {
    if (touch.act === 'create' && touch.before === null) created.add(touch.row);
    if (touch.act === 'remove') gone.add(touch.row);
  }
  for (const touch of touches) if (touch.act === 'create') gone.delete(touch.row);
  return created.size - gone.size;
}

const columnOf = (touch: Touch): string | null => ('column' in touch ? touch.column : null);

const STRAY: Why = [
  'not-a-sheet',
  'sheet',
  'the update writes something that is no row of this sheet',
  'write rows of plain cells only',
];
const FOREIGN_ROW: Why = [
  'foreign-row',
  'row',
  'the row belongs to another organization',
  'edit rows of your own organization',
];
const BAD_ROW_ID: Why = [
  'bad-row-id',
  'row',
  'the id of the new row is not allowed',
  'use up to 64 letters, digits, dots, dashes and colons',
];
const NOT_YOUR_NAME: Why = [
  'not-your-name',
  'row',
  'a new row names the organization that makes it, once',
  'add the row for your own organization',
];
const OWNER_STAYS: Why = [
  'owner-stays',
  'row',
  'a row stays with the organization that made it',
  'make a new row instead',
];
const NO_SUCH_COLUMN: Why = [
  'no-such-column',
  'column',
  'this sheet has no such column',
  'use the columns of the sheet',
];
const NOT_A_CELL: Why = [
  'not-a-cell',
  'cell',
  'a cell holds text, a number, yes or no, or nothing',
  'write a plain value',
];
const MINUS_ZERO: Why = ['minus-zero', 'cell', 'a cell holds no minus zero', 'write 0'];
const NUL: Why = [
  'not-text',
  'cell',
  'the text has a character that no text has (NUL)',
  'enter the text again by hand',
];
const TOO_LONG: Why = ['too-long', 'cell', `a cell holds at most ${CELL_BYTES_MAX} bytes`, 'shorten the text'];
