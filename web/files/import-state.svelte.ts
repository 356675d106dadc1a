/** One file on its way into a sheet: read by the server, matched to columns, tried out, put in as one action. Used by ImportDialog. */
import {
  contentKey,
  type FileLine,
  type FileTable,
  type Mapping,
  missingColumns,
  readFileLines,
  suggestMapping,
} from '#domain/file-table.ts';
import { isEmptyRow } from '#domain/sheets.ts';
import { count } from '#web/grid/edits.ts';
import type { GridState } from '#web/grid/grid-state.svelte.ts';
import { whyNotKept } from '#web/grid/rights.ts';
import { api } from '#web/state/api.ts';
import { attempt, type Fault } from '#web/state/faults.ts';
import { keepMapping, keptMapping } from './kept-mapping.ts';

/** Refused before it is sent; the server has the last word. */
const BYTES_MAX = 64 * 2 ** 20;

/** What happens to lines with a cell that cannot be read. */
export type Take = 'all' | 'right';

export class ImportState {
  readonly #grid: GridState;
  file = $state.raw<File | null>(null);
  isReading = $state(false);
  fault = $state.raw<Fault | null>(null);
  table = $state.raw<FileTable | null>(null);
  sheets = $state.raw<readonly string[]>([]);
  sheet = $state<string | null>(null);
  hasHeadings = $state(true);
  mapping = $state.raw<Mapping>([]);
  take = $state<Take>('all');
  skipsKnown = $state(true);

  constructor(grid: GridState) {
    this.#grid = grid;
  }

  get spec() {
    return this.#grid.lens.spec;
  }

  readonly headings: readonly string[] = $derived.by(() => {
    const first = this.hasHeadings ? this.table?.lines[0]?.texts : undefined;
    return Array.from({ length: this.table?.width ?? 0 }, (_, index) => first?.[index] ?? '');
  });
  readonly #body = $derived(this.table?.lines.slice(this.hasHeadings ? 1 : 0) ?? []);
  readonly missing = $derived.by(() => missingColumns(this.spec, this.mapping, this.#grid.start));

  /** Every line with content, as it would be entered. */
  readonly lines: readonly FileLine[] = $derived.by(() => {
    const { lens, start } = this.#grid;
    const { catalogue, pool } = lens;
    const startKey = contentKey(this.spec, start);
    return readFileLines(this.spec.kind, this.#body, this.mapping, {
      catalogue,
      ...(pool && { pool }),
      start,
    })
      .filter(({ cells }) => !isEmptyRow(cells) && contentKey(this.spec, cells) !== startKey)
      .map((line) => this.#admitted(line));
  });
  readonly known: readonly FileLine[] = $derived.by(() => {
    const keys = new Set([...this.#grid.sheet.rows.values()].map((row) => contentKey(this.spec, row)));
    return this.lines.filter(({ cells }) => keys.has(contentKey(this.spec, cells)));
  });
  readonly wrong: readonly FileLine[] = $derived(this.lines.filter(({ problems }) => problems.length > 0));
  /** What would be put in. */
  readonly taken: readonly FileLine[] = $derived.by(() => {
    const left = new Set([...(this.skipsKnown ? this.known : []), ...(this.take === 'right' ? this.wrong : [])]);
    return this.lines.filter((line) => !left.has(line));
  });

  /** Without the cells that the server would refuse, and the whole import with them; each is named. */
  #admitted(line: FileLine): FileLine {
    const { sheet } = this.#grid;
    const refused = Object.entries(line.cells).flatMap(([column, value]) => {
      const why = whyNotKept(sheet, null, { [column]: value });
      return why === null ? [] : [{ column, message: why, remedy: 'the cell is left empty' }];
    });
    if (refused.length === 0) return line;
    const gone = new Set(refused.map(({ column }) => column));
    const cells = Object.fromEntries(Object.entries(line.cells).filter(([column]) => !gone.has(column)));
    return { ...line, cells, problems: [...refused, ...line.problems] };
  }

  async read(file: File, sheet?: string): Promise<void> {
    this.file = file;
    this.table = null;
    this.fault = null;
    if (file.size > BYTES_MAX) {
      this.fault = {
        kind: 'refused',
        text: `${file.name} is too large`,
        remedy: 'Save only the sheet with the lines, or split it.',
      };
      return;
    }
    this.isReading = true;
    const answer = await attempt(() =>
      api.files.read({ sheetId: this.#grid.sheet.id, file, ...(sheet !== undefined && { sheet }) }),
    );
    this.isReading = false;
    if (this.file !== file) return;
    if (!answer.ok) {
      this.fault = answer.fault;
      return;
    }
    const { lines, width, sheets, sheet: read } = answer.value;
    this.table = { lines, width };
    this.sheets = sheets;
    this.sheet = read;
    this.hasHeadings = true;
    this.#match();
    // A first line in which no column is found is no line of headings.
    this.hasHeadings = this.mapping.some((column) => column !== null);
    if (!this.hasHeadings) this.#match();
  }

  #match(): void {
    const { kind, me } = { kind: this.spec.kind, me: this.#grid.sheet.me };
    this.mapping =
      (this.hasHeadings && keptMapping(me.userId, kind, this.headings)) || suggestMapping(this.spec, this.headings);
  }

  setHeadings(hasHeadings: boolean): void {
    this.hasHeadings = hasHeadings;
    if (this.mapping.every((column) => column === null)) this.#match();
  }

  /** A column of the sheet comes from one column of the file. */
  map(index: number, column: string | null): void {
    this.mapping = this.mapping.map((now, at) => (at === index ? column : now === column ? null : now));
  }

  /** Puts the lines into the sheet as one action, which one undo takes back. True when it was done. */
  enter(): boolean {
    const { sheet } = this.#grid;
    const rows = this.taken.map(({ cells }) => ({ row: sheet.newRowId(), cells }));
    const said = `Imported ${count(rows.length, 'line')}`;
    const answer = sheet.act({ said, insert: { rows } });
    this.#grid.say(answer === said ? `${said}. Ctrl+Z takes them out again` : answer);
    if (answer !== said) {
      this.fault = { kind: 'refused', text: answer, remedy: 'Nothing was put in.' };
      return false;
    }
    if (this.hasHeadings)
      keepMapping(sheet.id, sheet.me.userId, {
        kind: this.spec.kind,
        headings: [...this.headings],
        mapping: this.mapping,
      });
    const first = rows[0]?.row;
    if (first !== undefined && this.#grid.rowIndex.has(first))
      this.#grid.go({ row: this.#grid.rowIndex.get(first) ?? 0, column: 0 });
    return true;
  }
}
