/** Whether this person may type in a cell: the server's own rule of admission, asked beforehand so that nobody is refused later. */
import type { Actor } from '#domain/actors.ts';
import { admit, type SheetFacts, type Touch } from '#domain/admission.ts';
import type { Refusal } from '#domain/refusals.ts';
import { OWNER, ROWS_MAX, type Row } from '#domain/sheets.ts';
import type { SheetState } from '#web/state/sheet.svelte.ts';

const ROWS = { now: 0, max: ROWS_MAX, ownerOnce: () => undefined };

/** Null: yes. Otherwise why not, in a few words. `row` is null for a line that is to be added. */
export function whyNotWrite(sheet: SheetState, column: string, row: Row | null): string | null {
  const before = row && ((id: string) => row[id]);
  const touch = before
    ? { act: 'write' as const, row: 'row', column, value: '', before }
    : {
        act: 'create' as const,
        row: 'row',
        cells: [
          { column: OWNER, value: sheet.me.organizationId },
          { column, value: '' },
        ],
        before,
      };
  return answer(sheet, touch);
}

/** Null: these cells are admitted. Otherwise why not and what to do, so that nothing is sent that would be refused. */
export function whyNotKept(sheet: SheetState, row: Row | null, cells: Row): string | null {
  const owner = { column: OWNER, value: sheet.me.organizationId };
  for (const [column, value] of Object.entries(cells)) {
    const touch: Touch = row
      ? { act: 'write', row: 'row', column, value, before: (id) => row[id] }
      : { act: 'create', row: 'row', cells: [owner, { column, value }], before: null };
    const refusal = refusalOf(sheet, touch);
    if (refusal) return `${refusal.message}: ${refusal.remedy}`;
  }
  return null;
}

export const whyNotRemove = (sheet: SheetState, row: Row): string | null =>
  answer(sheet, { act: 'remove', row: 'row', before: (id) => row[id] });

/** Rights and phase were settled when the sheet was opened: here only rows and columns are asked about. */
function refusalOf(sheet: SheetState, touch: Touch): Refusal | null {
  const facts: SheetFacts = { kind: sheet.spec.kind, organizationId: sheet.owner, phase: null, frozen: false };
  const actor: Actor = { ...sheet.me, organization: '', parentId: sheet.me.organizationId };
  const admission = admit(actor, facts, [touch], ROWS);
  return admission.ok ? null : admission.refusal;
}

const answer = (sheet: SheetState, touch: Touch): string | null => refusalOf(sheet, touch)?.message ?? null;
