/** Where one person is in one grid: the selected cells, the cell being edited, what may be typed there, what was just done. */
import type { Row } from '#domain/sheets.ts';
import type { SheetState } from '#web/state/sheet.svelte.ts';
import { isGroup } from './arrange.ts';
import { Arrangement } from './arrangement.svelte.ts';
import { type CellView, cellAt, clipText, type Lens } from './cell-view.ts';
import type { GridColumn } from './columns.ts';
import { type Entered, type Ground, type Target, tell } from './edits.ts';
import { Find } from './find.svelte.ts';
import type { Direction } from './keys.ts';
import { whyNotKept, whyNotWrite } from './rights.ts';
import { edgeFrom, type Place, type Range, rangeOf } from './selection.ts';
import type { ViewState } from './view-state.svelte.ts';

/** Id of the line at the end that becomes a row when something is typed in it. */
export const NEW_LINE = '';

export interface Cell {
  row: string;
  column: string;
}

export interface Editing extends Cell {
  /** The text it began with; null where the first letter was typed over the cell. */
  text: string;
  isTypedOver: boolean;
  isOpen: boolean;
}

export interface GridProps {
  sheet: SheetState;
  lens: Lens;
  /** Cells that a new line starts with. */
  start: Row;
  /** How this person looks at the sheet. */
  view: ViewState;
  /** What belongs to a cell and lives outside of the grid. */
  around?: Around;
}

/** Talk and history of a cell: shown and opened by whoever puts the grid on a page. A column '' is the line itself. */
export interface Around {
  /** Open comment threads at a cell. Asked for cells in view only; what it reads is followed. */
  marks?: (row: string, column: string) => number;
  onConversation?: (row: string, column: string) => void;
  onHistory?: (row: string, column: string) => void;
  /** The active cell is another one. */
  onStand?: (row: string, column: string) => void;
}

const NOTHING: Row = {};
const ALL_READ_ONLY: readonly boolean[] = [];
const NOWHERE: Cell = { row: '-', column: '' };

export class GridState {
  readonly #props: () => GridProps;
  active = $state.raw<Cell>(NOWHERE);
  anchor = $state.raw<Cell>(NOWHERE);
  /** Set while whole lines are selected, by the line's head or Shift+Space. */
  isLines = $state(false);
  editing = $state.raw<Editing | null>(null);
  /** Column in which a run of Tab-separated entries began; Enter returns to it, one line down. */
  entryFrom = $state<string | null>(null);
  /** Shown and spoken once: what was just done. */
  said = $state('');
  /** The keyboard is in the grid. */
  hasFocus = $state(false);
  /** Bumped when the active cell has to take the keyboard focus. */
  focusAsked = $state(0);
  /** Bumped when the active cell has to be seen, while the keyboard stays where it is. */
  revealAsked = $state(0);
  /** Cells that the fill handle is dragged over. */
  filling = $state.raw<Range | null>(null);
  /** Rows that a page holds; the grid's view sets it. */
  pageRows = 20;
  #lastRow = 0;
  readonly #readOnly = new WeakMap<object, readonly boolean[]>();

  constructor(props: () => GridProps) {
    this.#props = props;
  }

  get sheet(): SheetState {
    return this.#props().sheet;
  }
  get lens(): Lens {
    return this.#props().lens;
  }

  get start(): Row {
    return this.#props().start;
  }

  get view(): ViewState {
    return this.#props().view;
  }

  readonly arrangement = new Arrangement(() => ({
    sheet: this.sheet,
    lens: this.lens,
    view: this.view,
    active: this.active.row,
  }));

  readonly find = new Find(this);

  get around(): Around {
    return this.#props().around ?? {};
  }

  /** The cell that talk or history is asked for: the active one, or the line where whole lines are selected. Null at the new line. */
  get asked(): Cell | null {
    const { row, column } = this.active;
    return row === NEW_LINE || !this.sheet.rows.has(row) ? null : { row, column: this.isLines ? '' : column };
  }

  /** Lines as they are shown, with the ids of groups among them. */
  readonly ids = $derived.by(() => (this.sheet.canEdit ? [...this.arrangement.ids, NEW_LINE] : this.arrangement.ids));
  readonly #lines = $derived(
    this.arrangement.ids === this.sheet.order ? null : new Map(this.sheet.order.map((id, index) => [id, index])),
  );
  readonly rowIndex = $derived(new Map(this.ids.map((id, index) => [id, index])));
  readonly columnIndex = $derived(new Map(this.lens.columns.map(({ id }, index) => [id, index])));
  readonly at: Place = $derived(this.#place(this.active));
  readonly range: Range = $derived.by(() => {
    const range = rangeOf(this.at, this.#place(this.anchor));
    return this.isLines ? { ...range, left: 0, right: this.lens.columns.length - 1 } : range;
  });

  /** Number of a line, the same for everybody whatever they sort by. */
  lineOf(id: string): number {
    if (id === NEW_LINE) return this.sheet.order.length + 1;
    return ((this.#lines ?? this.rowIndex).get(id) ?? 0) + 1;
  }

  rowAt(id: string): Row {
    return id === NEW_LINE ? NOTHING : (this.sheet.rows.get(id) ?? NOTHING);
  }

  columnAt(id: string): GridColumn | undefined {
    return this.lens.columns[this.columnIndex.get(id) ?? 0];
  }

  isReadOnly(row: string, column: GridColumn): boolean {
    return this.whyReadOnly(row === NEW_LINE ? null : this.rowAt(row), column) !== null;
  }

  /** Each column of a row. Asked once for a row as long as it does not change: the rule looks at the row and the column only. */
  readOnly(id: string): readonly boolean[] {
    const row = id === NEW_LINE ? null : this.rowAt(id);
    if (!this.sheet.canEdit) return ALL_READ_ONLY;
    const known = this.#readOnly.get(row ?? this.lens.read);
    if (known) return known;
    const answer = this.lens.all.map((column) => this.whyReadOnly(row, column) !== null);
    this.#readOnly.set(row ?? this.lens.read, answer);
    return answer;
  }

  /** Null where this person may type; `row` is null for a line that is to be added. */
  whyReadOnly(row: Row | null, column: GridColumn): string | null {
    if (column.column === null) return `${column.title} is computed`;
    return this.sheet.canEdit ? whyNotWrite(this.sheet, column.id, row) : this.sheet.whyReadOnly;
  }

  /** The active cell as it is shown. */
  readonly activeView: CellView | undefined = $derived(
    this.active.row === NEW_LINE
      ? undefined
      : cellAt(this.lens, this.rowAt(this.active.row), this.lens.columns[this.at.column]),
  );

  /** Columns of the selection. */
  get selectedColumns(): readonly GridColumn[] {
    return this.lens.columns.slice(this.range.left, this.range.right + 1);
  }

  /** Lines that are selected and exist. */
  get selectedLines(): string[] {
    return this.ids.slice(this.range.top, this.range.bottom + 1).filter(isLine);
  }

  /** Puts the active cell back on the sheet when its row has gone or the sheet has just been read. */
  settle(): void {
    if (this.ids.length === 0) return;
    const last = Math.max(0, this.ids.length - 1);
    if (!this.columnIndex.has(this.active.column) || !this.rowIndex.has(this.active.row)) {
      const row = this.ids[Math.min(this.#lastRow, last)] ?? NEW_LINE;
      const column = this.columnIndex.has(this.active.column) ? this.active.column : (this.lens.columns[0]?.id ?? '');
      if (this.editing && this.editing.row !== row) {
        this.editing = null;
        this.say('A colleague deleted the line you were typing in');
      }
      if (this.hasFocus) this.focusAsked++;
      this.active = { row, column };
      this.anchor = this.active;
    }
    if (!this.rowIndex.has(this.anchor.row)) this.anchor = this.active;
    this.#lastRow = this.at.row;
  }

  go(place: Place, extend = false): void {
    const row = this.ids[clamp(place.row, this.ids.length)];
    const column = this.lens.columns[clamp(place.column, this.lens.columns.length)]?.id;
    if (row === undefined || column === undefined) return;
    this.active = { row, column };
    if (!extend) {
      this.anchor = this.active;
      this.isLines = false;
    }
    this.#lastRow = this.at.row;
    this.focusAsked++;
  }

  /** Puts active cell and selection on one cell, without asking for the focus. */
  stand(cell: Cell): void {
    this.active = cell;
    this.anchor = cell;
    this.isLines = false;
  }

  /** A press on a cell. */
  point(row: string, column: string, extend: boolean): void {
    this.entryFrom = null;
    this.go({ row: this.rowIndex.get(row) ?? 0, column: this.columnIndex.get(column) ?? 0 }, extend);
  }

  selectLine(row: string, extend: boolean): void {
    this.go({ row: this.rowIndex.get(row) ?? 0, column: extend ? this.at.column : 0 }, extend);
    this.isLines = true;
  }

  /** A press on a column's title: all of its lines, or from the active cell to it. */
  selectColumn(index: number, extend: boolean): void {
    const bottom = Math.max(0, this.ids.findLastIndex(isLine));
    const left = extend ? Math.min(this.at.column, index) : index;
    const right = extend ? Math.max(this.at.column, index) : index;
    this.select({ top: 0, bottom, left, right });
  }

  undo(): void {
    this.say(this.sheet.undo());
  }

  redo(): void {
    this.say(this.sheet.redo());
  }

  say(text: string): void {
    this.said = text;
  }

  /** Selects the next cell, after the active one, that keeps its line out of the pool. */
  goToNextProblem(): void {
    const ids = this.ids.filter((id) => id !== NEW_LINE);
    const begin = Math.min(this.at.row, ids.length);
    for (let step = 0; step <= ids.length; step++) {
      const row = (begin + step) % Math.max(1, ids.length);
      const cells = this.rowAt(ids[row] ?? NEW_LINE);
      const column = this.lens.columns.findIndex(
        (column, index) => cellAt(this.lens, cells, column)?.problem != null && (step > 0 || index > this.at.column),
      );
      if (column >= 0) {
        this.go({ row, column });
        return;
      }
    }
    this.say('The cells that need attention are in lines or columns that this view does not show');
  }

  /** Folds or opens the group that one stands on; false elsewhere. */
  toggleGroup(): boolean {
    if (!isGroup(this.active.row)) return false;
    this.view.fold(this.active.row);
    this.focusAsked++;
    return true;
  }

  /** Lets the sheet do what was entered and says so; `isWhole` where the verb already says everything. False: nothing was done. */
  act(verb: string, entered: Entered, isWhole = false): boolean {
    const { set, insert } = entered.action;
    const said = isWhole ? verb : tell(verb, entered);
    if ((set?.length ?? 0) + (insert?.rows.length ?? 0) === 0) {
      const [why] = entered.refusals;
      if (why !== undefined) this.say(`Not entered: ${why}`);
      else if (entered.readOnly > 0 || entered.tooLong > 0) this.say(said);
      else if (!isWhole) this.say('Nothing changed');
      return false;
    }
    const answer = this.sheet.act({ said, ...entered.action });
    this.say(answer);
    return answer === said;
  }

  /** Where Ctrl+arrow goes. */
  edge(to: Direction): Place {
    const columns = this.lens.columns;
    return edgeFrom(this.at, to, { row: this.ids.length, column: columns.length }, ({ row, column }) => {
      const at = columns[column];
      return !at || clipText(this.lens, this.rowAt(this.ids[row] ?? NEW_LINE), at) === '';
    });
  }

  select(range: Range): void {
    const id = (row: number) => this.ids[clamp(row, this.ids.length)] ?? NEW_LINE;
    const column = (index: number) => this.lens.columns[clamp(index, this.lens.columns.length)]?.id ?? '';
    this.anchor = { row: id(range.bottom), column: column(range.right) };
    this.active = { row: id(range.top), column: column(range.left) };
    this.isLines = false;
    this.focusAsked++;
  }

  #place({ row, column }: Cell): Place {
    return {
      row: this.rowIndex.get(row) ?? Math.min(this.#lastRow, Math.max(0, this.ids.length - 1)),
      column: this.columnIndex.get(column) ?? 0,
    };
  }

  target(id: string): Target {
    return id === NEW_LINE ? { id: null, row: this.start } : { id, row: this.rowAt(id) };
  }

  /** Rows from top to bottom. */
  targets(top: number, bottom: number): Target[] {
    return this.ids
      .slice(top, bottom + 1)
      .filter((id) => !isGroup(id))
      .map((id) => this.target(id));
  }

  /** So many lines from a row on, over the heads of groups; past the end new ones. */
  targetsFrom(top: number, count: number): Target[] {
    let bottom = top;
    for (let lines = 0; bottom < this.ids.length; bottom++)
      if (!isGroup(this.ids[bottom] ?? '') && ++lines === count) break;
    const targets = this.targets(top, Math.min(bottom, this.ids.length - 1));
    while (targets.length < count && this.sheet.canEdit) targets.push(this.target(NEW_LINE));
    return targets;
  }

  get ground(): Ground {
    return {
      lens: this.lens,
      mayEdit: (column, row) => this.whyReadOnly(row, column) === null,
      whyNotKept: (row, cells) => whyNotKept(this.sheet, row, cells),
      newRowId: () => this.sheet.newRowId(),
    };
  }
}

const isLine = (id: string): boolean => id !== NEW_LINE && !isGroup(id);

const clamp = (index: number, length: number): number => Math.max(0, Math.min(length - 1, index));
