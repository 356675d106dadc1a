/** What one person does in one grid: the selected cells, the cell being edited, and the commands of keys, mouse and menus. */
import { type Column, OWNER, type Row } from '#domain/sheets.ts';
import type { SheetState } from '#web/state/sheet.svelte.ts';
import { type CellView, clipText, LEFT_OUT, type Lens, problemSentence, textAt, viewRow } from './cell-view.ts';
import { fromHtml, fromTsv, oneLine, PASTE_CHARS_MAX, toHtml, toTsv } from './clipboard.ts';
import type { GridColumn } from './columns.ts';
import { count, type Entered, enter, fill, type Ground, type Target, tell } from './edits.ts';
import type { Command, Direction } from './keys.ts';
import { type Option, optionsFor } from './options.ts';
import { whyNotRemove, whyNotWrite } from './rights.ts';
import { edgeFrom, type Place, type Range, rangeOf, STEP } from './selection.ts';

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
  /** The selected lines hold some that cannot be brought back: the view asks. */
  isAskingToDelete = $state(false);
  /** The keyboard is in the grid. */
  hasFocus = $state(false);
  /** Bumped when the active cell has to take the keyboard focus. */
  focusAsked = $state(0);
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

  readonly ids = $derived.by(() => (this.sheet.canEdit ? [...this.sheet.order, NEW_LINE] : this.sheet.order));
  readonly rowIndex = $derived(new Map(this.ids.map((id, index) => [id, index])));
  readonly columnIndex = $derived(new Map(this.lens.columns.map(({ id }, index) => [id, index])));
  readonly at: Place = $derived(this.#place(this.active));
  readonly range: Range = $derived.by(() => {
    const range = rangeOf(this.at, this.#place(this.anchor));
    return this.isLines ? { ...range, left: 0, right: this.lens.columns.length - 1 } : range;
  });

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
    const known = this.#readOnly.get(row ?? this.lens);
    if (known) return known;
    const answer = this.lens.columns.map((column) => this.whyReadOnly(row, column) !== null);
    this.#readOnly.set(row ?? this.lens, answer);
    return answer;
  }

  /** Null where this person may type; `row` is null for a line that is to be added. */
  whyReadOnly(row: Row | null, column: GridColumn): string | null {
    if (column.column === null) return `${column.title} is computed`;
    return this.sheet.canEdit ? whyNotWrite(this.sheet, column.id, row) : this.sheet.whyReadOnly;
  }

  /** The active cell as it is shown. */
  readonly activeView: CellView | undefined = $derived(
    this.active.row === NEW_LINE ? undefined : viewRow(this.lens, this.rowAt(this.active.row))[this.at.column],
  );

  /** Lines that are selected and exist. */
  get selectedLines(): string[] {
    return this.ids.slice(this.range.top, this.range.bottom + 1).filter((id) => id !== NEW_LINE);
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

  /** A press on a cell. */
  point(row: string, column: string, extend: boolean): void {
    this.entryFrom = null;
    this.go({ row: this.rowIndex.get(row) ?? 0, column: this.columnIndex.get(column) ?? 0 }, extend);
  }

  selectLine(row: string, extend: boolean): void {
    this.go({ row: this.rowIndex.get(row) ?? 0, column: extend ? this.at.column : 0 }, extend);
    this.isLines = true;
  }

  /** Does a command; false where the key should keep its meaning for the browser. */
  run(command: Command): boolean {
    if (command.do !== 'nextInEntry' && command.do !== 'edit') this.entryFrom = null;
    switch (command.do) {
      case 'step': {
        const step = STEP[command.to];
        this.go({ row: this.at.row + step.row, column: this.at.column + step.column }, command.extend);
        return true;
      }
      case 'edge':
        this.go(this.#edge(command.to), command.extend);
        return true;
      case 'page':
        this.go(
          { ...this.at, row: this.at.row + (command.to === 'up' ? -this.pageRows : this.pageRows) },
          command.extend,
        );
        return true;
      case 'rowStart':
        this.go({ ...this.at, column: 0 }, command.extend);
        return true;
      case 'rowEnd':
        this.go({ ...this.at, column: this.lens.columns.length - 1 }, command.extend);
        return true;
      case 'sheetStart':
        this.go({ row: 0, column: 0 }, command.extend);
        return true;
      case 'sheetEnd':
        this.go(
          { row: Math.max(0, this.sheet.order.length - 1), column: this.lens.columns.length - 1 },
          command.extend,
        );
        return true;
      case 'selectAll':
        this.#select({
          top: 0,
          bottom: Math.max(0, this.sheet.order.length - 1),
          left: 0,
          right: this.lens.columns.length - 1,
        });
        return true;
      case 'selectRow':
        this.isLines = true;
        return true;
      case 'selectColumn':
        this.#select({ ...this.range, top: 0, bottom: Math.max(0, this.sheet.order.length - 1) });
        return true;
      case 'edit':
        this.edit(command.typed, command.open);
        return true;
      case 'nextInEntry':
        return this.#nextInEntry(command.back);
      case 'leave':
        this.anchor = this.active;
        this.isLines = false;
        return true;
      default:
        return this.#change(command.do);
    }
  }

  #change(what: Exclude<Command['do'], 'step' | 'edge' | 'page' | 'edit' | 'leave' | 'nextInEntry'>): boolean {
    switch (what) {
      case 'clear':
        this.clear('Cleared');
        return true;
      case 'fillDown':
        this.fillFrom('up');
        return true;
      case 'fillRight':
        this.fillFrom('left');
        return true;
      case 'undo':
        this.undo();
        return true;
      case 'redo':
        this.redo();
        return true;
      case 'deleteRows':
        this.deleteLines();
        return true;
      default:
        return false;
    }
  }

  edit(typed: string | null, isOpen: boolean): void {
    const column = this.columnAt(this.active.column);
    if (!column) return;
    const why = this.whyReadOnly(this.active.row === NEW_LINE ? null : this.rowAt(this.active.row), column);
    if (why !== null) {
      this.say(`Not edited: ${why}`);
      return;
    }
    this.entryFrom ??= column.id;
    this.said = '';
    this.editing = {
      ...this.active,
      text: typed ?? textAt(this.lens, this.rowAt(this.active.row), column),
      isTypedOver: typed !== null,
      isOpen,
    };
  }

  /** What an editor needs to know when it opens. */
  opened(): { editing: Editing; column: Column | null; options: Option[] } {
    const editing = this.editing ?? { ...this.active, text: '', isTypedOver: false, isOpen: false };
    const column = this.columnAt(editing.column)?.column ?? null;
    const row = editing.row === NEW_LINE ? this.start : this.rowAt(editing.row);
    return { editing, column, options: column ? optionsFor(this.lens, column, row) : [] };
  }

  /** Keeps what was typed and moves on. */
  keep(text: string, then: Direction | 'stay' | 'nowhere'): void {
    const editing = this.editing;
    if (!editing) return;
    this.editing = null;
    const column = this.columnAt(editing.column);
    if (column && (editing.isTypedOver || text !== editing.text)) {
      const row = this.type(editing.row, column, text);
      // A line that was just added is where the person is now.
      if (row !== null && row !== editing.row && this.active.row === editing.row) {
        this.active = { row, column: column.id };
        this.anchor = this.active;
      }
    }
    if (then === 'nowhere') return;
    if (then === 'stay') this.focusAsked++;
    else if (then === 'left' || then === 'right') this.#nextInEntry(then === 'left', true);
    else this.#afterEnter(then);
  }

  /** Enters one text; answers the id of the row, which is new where a line was added. Null where nothing was entered. */
  type(row: string, column: GridColumn, text: string): string | null {
    const entered = enter(this.#ground, [{ target: this.#target(row), texts: [[column, text]] }]);
    const line = (this.rowIndex.get(row) ?? 0) + 1;
    const said = entered.added.length > 0 ? 'Added a line' : `Changed ${column.title.toLowerCase()} in line ${line}`;
    if (!this.#act(said, entered, true)) return null;
    const id = entered.added[0] ?? row;
    const problem = viewRow(this.lens, this.rowAt(id))[this.columnIndex.get(column.id) ?? 0]?.problem;
    this.say(
      problem ? `${problemSentence(problem)}. Kept, but ${LEFT_OUT[this.lens.spec.kind].toLowerCase()}` : entered.note,
    );
    return id;
  }

  /** Ctrl+Enter: the same text in every selected cell. */
  keepInRange(text: string): void {
    if (!this.editing) return;
    this.editing = null;
    const columns = this.lens.columns.slice(this.range.left, this.range.right + 1);
    const entered = enter(
      this.#ground,
      this.#targets(this.range.top, this.range.bottom).map((target) => ({
        target,
        texts: columns.map((column) => [column, text] as const),
      })),
    );
    this.#act('Entered', entered);
    this.focusAsked++;
  }

  drop(): void {
    this.editing = null;
    this.entryFrom = null;
    this.focusAsked++;
  }

  clear(verb: 'Cleared' | 'Cut'): void {
    const columns = this.lens.columns.slice(this.range.left, this.range.right + 1);
    const targets = this.#targets(this.range.top, this.range.bottom).filter(({ id }) => id !== null);
    this.#act(
      verb,
      fill(
        this.#ground,
        targets.map((target) => ({ target, from: NOTHING, columns: columns.filter(({ column }) => column !== null) })),
      ),
    );
  }

  /** Ctrl+D and Ctrl+R: from the first line (column) of the selection; from the neighbour where only one is selected. */
  fillFrom(from: 'up' | 'left'): void {
    const { top, bottom, left, right } = this.range;
    const isDown = from === 'up';
    const source = isDown ? (top === bottom ? top - 1 : top) : left === right ? left - 1 : left;
    if (source < 0) return;
    const columns = this.lens.columns.slice(left, right + 1).filter(({ column }) => column !== null);
    const first = isDown ? Math.max(top, source + 1) : top;
    const targets = this.#targets(first, bottom);
    const sourceColumn = this.lens.columns[source];
    const entered = isDown
      ? fill(
          this.#ground,
          targets.map((target) => ({ target, from: this.rowAt(this.ids[source] ?? NEW_LINE), columns })),
        )
      : enter(
          this.#ground,
          targets.map((target) => ({
            target,
            texts: columns
              .filter((column) => column !== sourceColumn)
              .map((column) => [column, sourceColumn ? textAt(this.lens, target.row, sourceColumn) : ''] as const),
          })),
        );
    this.#act('Filled', entered);
  }

  copy(into: DataTransfer): void {
    const columns = this.lens.columns.slice(this.range.left, this.range.right + 1);
    const cells = this.#targets(this.range.top, this.range.bottom)
      .filter(({ id }) => id !== null)
      .map(({ row }) => columns.map((column) => clipText(this.lens, row, column)));
    into.setData('text/plain', toTsv(cells));
    into.setData('text/html', toHtml(cells));
    this.say(`Copied ${count(cells.length * columns.length, 'cell')}`);
  }

  paste(from: DataTransfer): void {
    const text = from.getData('text/plain');
    if (text.length > PASTE_CHARS_MAX) {
      this.say('Not pasted: that is more than a sheet holds');
      return;
    }
    const cells = text !== '' ? fromTsv(text) : fromHtml(from.getData('text/html'));
    if (cells.length === 0) return;
    this.pasteCells(cells);
  }

  /** One value goes into every selected cell; a block goes down and right from the first, past the end into new lines. */
  pasteCells(cells: readonly (readonly string[])[]): void {
    const { top, bottom, left, right } = this.range;
    const only = cells.length === 1 && cells[0]?.length === 1 ? cells[0][0] : undefined;
    const height = only === undefined ? cells.length : bottom - top + 1;
    const width = only === undefined ? Math.max(...cells.map((line) => line.length)) : right - left + 1;
    const columns = this.lens.columns.slice(left, left + width);
    const targets = this.#targets(top, top + height - 1, true);
    const entered = enter(
      this.#ground,
      targets.map((target, index) => ({
        target,
        texts: columns.flatMap((column, offset) => {
          const text = only ?? cells[index]?.[offset];
          return text === undefined ? [] : [[column, oneLine(text)] as const];
        }),
      })),
    );
    if (this.#act('Pasted', entered))
      this.#select({ top, bottom: top + targets.length - 1, left, right: left + Math.max(0, columns.length - 1) });
  }

  /** An empty line with only what every new line starts with, ready to be typed into. */
  addLine(): void {
    this.entryFrom = null;
    this.go({ row: this.ids.length - 1, column: this.#firstColumnToType() });
    this.edit(null, true);
  }

  insertLine(side: 'above' | 'below'): void {
    const lines = this.selectedLines;
    const index = this.rowIndex.get((side === 'above' ? lines[0] : lines.at(-1)) ?? NEW_LINE) ?? 0;
    const id = this.sheet.newRowId();
    const after = side === 'above' ? (this.ids[index - 1] ?? null) : (this.ids[index] ?? null);
    this.say(this.sheet.act({ said: 'Inserted a line', insert: { after, rows: [{ row: id, cells: this.start }] } }));
    if (this.rowIndex.has(id)) this.go({ row: this.rowIndex.get(id) ?? 0, column: this.at.column });
  }

  duplicateLines(): void {
    const rows = this.selectedLines.map((id) => ({ row: this.sheet.newRowId(), cells: this.#contentOf(id) }));
    if (rows.length === 0) return;
    const after = this.selectedLines.at(-1);
    this.say(this.sheet.act({ said: `Duplicated ${count(rows.length, 'line')}`, insert: { after, rows } }));
  }

  /** Lines of other organizations are asked about first: they cannot be brought back. */
  deleteLines(isSure = false): void {
    const lines = this.selectedLines;
    const why = lines.length === 0 ? 'no line is selected' : this.#whyNotDelete(lines);
    if (why !== null) {
      this.say(`Not deleted: ${why}`);
      return;
    }
    const { top } = this.range;
    const isFinal = lines.some((id) => this.rowAt(id)[OWNER] !== this.sheet.me.organizationId);
    this.isAskingToDelete = isFinal && !isSure;
    if (this.isAskingToDelete) return;
    const said = this.sheet.act({ said: `Deleted ${count(lines.length, 'line')}`, remove: lines, isFinal });
    this.say(isFinal ? said : `${said}. Ctrl+Z brings ${lines.length === 1 ? 'it' : 'them'} back`);
    this.go({ row: top, column: this.at.column });
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
    const ids = this.sheet.order;
    const begin = Math.min(this.at.row, ids.length);
    for (let step = 0; step <= ids.length; step++) {
      const row = (begin + step) % Math.max(1, ids.length);
      const cells = viewRow(this.lens, this.rowAt(ids[row] ?? NEW_LINE));
      const column = cells.findIndex((cell, index) => cell.problem !== null && (step > 0 || index > this.at.column));
      if (column >= 0) {
        this.go({ row, column });
        return;
      }
    }
  }

  #act(verb: string, entered: Entered, isWhole = false): boolean {
    const { set, insert } = entered.action;
    const said = isWhole ? verb : tell(verb, entered);
    if ((set?.length ?? 0) + (insert?.rows.length ?? 0) === 0) {
      if (entered.readOnly > 0 || entered.tooLong > 0) this.say(said);
      else if (!isWhole) this.say('Nothing changed');
      return false;
    }
    const answer = this.sheet.act({ said, ...entered.action });
    this.say(answer);
    return answer === said;
  }

  #afterEnter(then: 'up' | 'down'): void {
    const column = this.entryFrom === null ? this.at.column : (this.columnIndex.get(this.entryFrom) ?? this.at.column);
    this.entryFrom = null;
    this.go({ row: this.at.row + STEP[then].row, column });
  }

  /** Tab in entry goes on line by line; at the end of the sheet it leaves the grid, so that nobody is trapped. */
  #nextInEntry(back: boolean, hasKept = false): boolean {
    const width = this.lens.columns.length;
    const flat = this.at.row * width + this.at.column + (back ? -1 : 1);
    if (flat < 0 || flat >= this.ids.length * width) {
      this.entryFrom = null;
      if (hasKept) this.focusAsked++;
      return hasKept;
    }
    this.go({ row: Math.floor(flat / width), column: flat % width });
    return true;
  }

  #edge(to: Direction): Place {
    const columns = this.lens.columns;
    return edgeFrom(this.at, to, { row: this.ids.length, column: columns.length }, ({ row, column }) => {
      const at = columns[column];
      return !at || clipText(this.lens, this.rowAt(this.ids[row] ?? NEW_LINE), at) === '';
    });
  }

  #select(range: Range): void {
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

  #target(id: string): Target {
    return id === NEW_LINE ? { id: null, row: this.start } : { id, row: this.rowAt(id) };
  }

  /** Rows from top to bottom; `grows` adds lines past the end, where this person may add any. */
  #targets(top: number, bottom: number, grows = false): Target[] {
    const targets: Target[] = [];
    for (let index = top; index <= bottom; index++) {
      const id = this.ids[index];
      if (id !== undefined) targets.push(this.#target(id));
      else if (grows && this.sheet.canEdit) targets.push(this.#target(NEW_LINE));
      else break;
    }
    return targets;
  }

  #firstColumnToType(): number {
    const start = this.start;
    return Math.max(
      0,
      this.lens.columns.findIndex((column) => column.column !== null && start[column.id] === undefined),
    );
  }

  #contentOf(id: string): Row {
    const row = this.rowAt(id);
    return Object.fromEntries(this.lens.spec.columns.map((column) => [column.id, row[column.id]]));
  }

  #whyNotDelete(lines: readonly string[]): string | null {
    if (!this.sheet.canEdit) return this.sheet.whyReadOnly;
    return lines.map((id) => whyNotRemove(this.sheet, this.rowAt(id))).find((why) => why !== null) ?? null;
  }

  get #ground(): Ground {
    return {
      lens: this.lens,
      mayEdit: (column, row) => this.whyReadOnly(row, column) === null,
      newRowId: () => this.sheet.newRowId(),
    };
  }
}

const clamp = (index: number, length: number): number => Math.max(0, Math.min(length - 1, index));
