/** What restoring a sheet, a row or a cell to an earlier state would write, and which parts of it this person may not write. Used by the sync server. */
import type { Actor } from './actors.ts';
import { type AdmissionRefusal, admit, type SheetFacts, type Touch } from './admission.ts';
import { OWNER, type Row, type Scalar } from './sheets.ts';

export type Rows = ReadonlyMap<string, Row>;

/** All of the sheet, one row, or one cell. */
export type RestoreScope = { row: null } | { row: string; column: string | null };

/** Undefined: the cell goes. */
export type CellValue = readonly [column: string, value: Scalar | undefined];

export type RowStep =
  | { act: 'remove'; row: string }
  | { act: 'create'; row: string; cells: readonly CellValue[] }
  | { act: 'change'; row: string; cells: readonly CellValue[] };

export interface RestorePlan {
  steps: RowStep[];
  /** What stays as it is now, with the reason. One entry for a row where the whole row stays. */
  kept: AdmissionRefusal[];
}

export interface RestoreDesk {
  facts: SheetFacts;
  past: Rows;
  present: Rows;
  ownerOnce(row: string): Scalar | undefined;
  rowsMax: number;
}

/** Each part is asked for alone by the rule of admission, so that what may be restored is, and the rest is named. */
export function planRestore(actor: Actor, desk: RestoreDesk, scope: RestoreScope): RestorePlan {
  const planner = new Planner(actor, desk);
  if (scope.row !== null) planner.row(scope.row, scope.column);
  else {
    // Rows that go make room for those that come back.
    for (const row of desk.present.keys()) if (!desk.past.has(row)) planner.remove(row);
    for (const row of desk.past.keys()) planner.row(row, null);
  }
  return planner.plan;
}

class Planner {
  readonly plan: RestorePlan = { steps: [], kept: [] };
  readonly #actor: Actor;
  readonly #desk: RestoreDesk;
  #rowCount: number;

  constructor(actor: Actor, desk: RestoreDesk) {
    this.#actor = actor;
    this.#desk = desk;
    this.#rowCount = desk.present.size;
  }

  remove(row: string): void {
    if (this.#refuse({ act: 'remove', row, before: this.#before(row) })) return;
    this.plan.steps.push({ act: 'remove', row });
    this.#rowCount--;
  }

  row(row: string, column: string | null): void {
    const then = this.#desk.past.get(row);
    const now = this.#desk.present.get(row);
    if (!then) this.plan.kept.push(notThere(row, column));
    else if (now) this.#change(row, now, then, column);
    else if (column === null) this.#create(row, then);
    else this.plan.kept.push(rowIsGone(row, column));
  }

  #create(row: string, then: Row): void {
    const owner = { column: OWNER, value: then[OWNER] };
    const create = (cells: { column: string; value: unknown }[]): Touch => ({
      act: 'create',
      row,
      cells: [owner, ...cells],
      before: null,
    });
    if (this.#refuse(create([]))) return;
    const cells = Object.entries(then).filter(
      ([column, value]) => column !== OWNER && !this.#refuse(create([{ column, value }])),
    );
    this.plan.steps.push({ act: 'create', row, cells: [[OWNER, then[OWNER]], ...cells] });
    this.#rowCount++;
  }

  #change(row: string, now: Row, then: Row, only: string | null): void {
    const columns = new Set([...Object.keys(now), ...Object.keys(then)]);
    const cells: CellValue[] = [];
    for (const column of columns) {
      const value = then[column];
      if (value === now[column] || (only !== null && column !== only)) continue;
      const before = this.#before(row);
      const touch: Touch =
        value === undefined ? { act: 'erase', row, column, before } : { act: 'write', row, column, value, before };
      const refusal = this.#refuse(touch);
      // A row of somebody else stays whole: once is enough to say so.
      if (refusal?.code === 'foreign-row') break;
      if (!refusal) cells.push([column, value]);
    }
    if (cells.length > 0) this.plan.steps.push({ act: 'change', row, cells });
  }

  #refuse(touch: Touch): AdmissionRefusal | null {
    const { facts, rowsMax, ownerOnce } = this.#desk;
    const admission = admit(this.#actor, facts, [touch], { now: this.#rowCount, max: rowsMax, ownerOnce });
    if (admission.ok) return null;
    this.plan.kept.push(admission.refusal);
    return admission.refusal;
  }

  #before(row: string): (column: string) => Scalar | undefined {
    const cells = this.#desk.present.get(row);
    return (column) => cells?.[column];
  }
}

const notThere = (row: string, column: string | null): AdmissionRefusal => ({
  code: 'not-there-then',
  place: 'row',
  message: 'the row did not exist at that moment',
  remedy: 'choose a later moment, or remove the row by hand',
  row,
  column,
});

const rowIsGone = (row: string, column: string): AdmissionRefusal => ({
  code: 'row-is-gone',
  place: 'row',
  message: 'the row was removed',
  remedy: 'restore the whole row',
  row,
  column,
});

/** Nothing of the sheet is open to this person: the reason, or null where some of it is. */
export function whyNoRestore(actor: Actor, facts: SheetFacts): AdmissionRefusal | null {
  const admission = admit(actor, facts, [], { now: 0, max: 0, ownerOnce: () => undefined });
  return admission.ok ? null : admission.refusal;
}
