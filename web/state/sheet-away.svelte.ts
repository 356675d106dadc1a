/**
 * What others changed in a sheet since this person was last there, from the sheet's history. Used by the grid.
 *
 * When a person was last there is kept in this browser. It is one time, so that nothing of the sheet stays here; in the clean room not even that
 * is kept, and the history is not asked, because each reading of it there is on the record.
 */
import { OWNER, POSITION, type Row, type Scalar } from '#domain/sheets.ts';
import { api } from './api.ts';
import { serverClock } from './clock.svelte.ts';
import { attempt } from './faults.ts';
import { readNote, writeNote } from './local-copies.ts';

export interface AwayChange {
  row: string;
  /** '' where the whole line was added or deleted. */
  column: string;
  deed: 'changed' | 'added' | 'deleted';
  /** What stood in a deleted line. */
  cells?: Row;
  by: string;
  at: string;
  before: Scalar;
  after: Scalar;
}

/** Pages of the history that are read: who was away for longer is told what is newest. */
const PAGES_MAX = 5;
const NOTE = 'seen';
const NOTE_MS = 30_000;
/**
 * So much earlier than the browser believes is written down. Its idea of the server's time may be half a second ahead, and what is stored in the
 * moment of leaving has not been seen. Being told again what one saw last is the smaller fault.
 */
const MARGIN_MS = 2_000;

type Told = Omit<AwayChange, 'deed' | 'cells'> & { userId: string | null };

/**
 * A cell that was changed several times is one change, from its first value to its last; one that is back is none. A line that came or went is
 * one change, whatever was typed in it. Newest first comes in, oldest first goes out.
 */
export function gathered(changes: readonly Told[], me: string): AwayChange[] {
  const lines = linesOf(changes);
  const cells = new Map<string, AwayChange>();
  for (const { row, column, by, at, before, after, userId } of changes) {
    if (userId === me || column === POSITION || column === OWNER || isWhole(lines.get(row), me)) continue;
    const key = `${column} ${row}`;
    const newer = cells.get(key);
    cells.set(key, newer ? { ...newer, before } : { row, column, deed: 'changed', by, at, before, after });
  }
  const whole = [...lines].flatMap(([row, line]) => wholeOf(row, line, me));
  return [...whole, ...[...cells.values()].filter(({ before, after }) => before !== after)].sort(
    (a, b) => a.at.localeCompare(b.at) || a.row.localeCompare(b.row),
  );
}

/** How a line's life changed: every line has its place, so that the place comes and goes with it. */
interface Line {
  added?: Told;
  removed?: Told;
  /** Cells that went with it. */
  cells: Row;
}

function linesOf(changes: readonly Told[]): Map<string, Line> {
  const lines = new Map<string, Line>();
  // Oldest first: what happened last decides.
  for (const change of changes.toReversed()) {
    if (change.column !== POSITION || (change.before != null && change.after != null)) continue;
    const line = lines.get(change.row) ?? { cells: {} };
    if (change.before != null) line.removed = change;
    else if (line.removed) delete line.removed;
    else line.added = change;
    lines.set(change.row, line);
  }
  for (const { row, column, at, before, after } of changes) {
    const line = lines.get(row);
    if (line?.removed?.at === at && after == null && column !== POSITION && column !== OWNER)
      line.cells = { ...line.cells, [column]: before };
  }
  return lines;
}

/** Whether what happened in it is told by the line as a whole, or not at all. */
const isWhole = (line: Line | undefined, me: string): boolean =>
  line !== undefined && (line.removed !== undefined || (line.added !== undefined && line.added.userId !== me));

function wholeOf(row: string, { added, removed, cells }: Line, me: string): AwayChange[] {
  const change = removed ?? added;
  // What came and went meanwhile was never seen; what this person did is known.
  if (!change || (added && removed) || change.userId === me) return [];
  const { by, at } = change;
  const told = { row, column: '', by, at, before: null, after: null };
  return [removed ? { ...told, deed: 'deleted', cells } : { ...told, deed: 'added' }];
}

export class Away {
  changes = $state.raw<readonly AwayChange[]>([]);
  /** There was more than is read. */
  isCut = $state(false);
  /** The one that is looked at; -1 before the first. */
  at = $state(-1);
  readonly #sheetId: string;
  readonly #me: string;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(sheetId: string, me: string) {
    this.#sheetId = sheetId;
    this.#me = me;
  }

  /** Asks what happened, and from then on writes down that the person is here. Call the answer when the sheet is left. */
  begin(): () => void {
    const since = readNote(this.#me, this.#sheetId, NOTE);
    if (since !== null) void this.#ask(since);
    this.#note();
    this.#timer = setInterval(() => document.visibilityState === 'visible' && this.#note(), NOTE_MS);
    // A page that is reloaded or closed ends no effect.
    const leave = () => this.#note();
    window.addEventListener('pagehide', leave);
    return () => {
      window.removeEventListener('pagehide', leave);
      clearInterval(this.#timer);
      this.#note();
    };
  }

  done(): void {
    this.changes = [];
    this.at = -1;
  }

  async #ask(since: string): Promise<void> {
    const found: Told[] = [];
    let before: string | undefined;
    for (let page = 0; page < PAGES_MAX; page++) {
      const cursor = before;
      const answer = await attempt(() =>
        api.sheets.changes({ sheetId: this.#sheetId, from: since, ...(cursor !== undefined && { before: cursor }) }),
      );
      if (!answer.ok) return;
      found.push(...answer.value.changes);
      before = answer.value.next ?? undefined;
      if (before === undefined) break;
    }
    this.isCut = before !== undefined;
    this.changes = gathered(found, this.#me);
  }

  #note(): void {
    writeNote(this.#me, this.#sheetId, NOTE, new Date(serverClock.now - MARGIN_MS).toISOString());
  }
}
