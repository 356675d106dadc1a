/**
 * What others changed in a sheet since this person was last there, from the sheet's history. Used by the grid.
 *
 * When a person was last there is kept in this browser. It is one time, so that nothing of the sheet stays here; in the clean room not even that
 * is kept, and the history is not asked, because each reading of it there is on the record.
 */
import { OWNER, POSITION, type Scalar } from '#domain/sheets.ts';
import { api } from './api.ts';
import { serverClock } from './clock.svelte.ts';
import { attempt } from './faults.ts';
import { readNote, writeNote } from './local-copies.ts';

export interface AwayChange {
  row: string;
  column: string;
  by: string;
  at: string;
  before: Scalar;
  after: Scalar;
}

/** Pages of the history that are read: who was away for longer is told what is newest. */
const PAGES_MAX = 5;
const NOTE = 'seen';
const NOTE_MS = 30_000;

/** A cell that was changed several times is one change, from its first value to its last; one that is back is none. Newest first comes in, oldest first goes out. */
export function gathered(changes: readonly (AwayChange & { userId: string | null })[], me: string): AwayChange[] {
  const cells = new Map<string, AwayChange>();
  for (const { row, column, by, at, before, after, userId } of changes) {
    if (userId === me || column === POSITION || column === OWNER) continue;
    const key = `${column} ${row}`;
    const newer = cells.get(key);
    cells.set(key, newer ? { ...newer, before } : { row, column, by, at, before, after });
  }
  return [...cells.values()]
    .filter(({ before, after }) => before !== after)
    .sort((a, b) => a.at.localeCompare(b.at) || a.row.localeCompare(b.row));
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
    const found: (AwayChange & { userId: string | null })[] = [];
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
    writeNote(this.#me, this.#sheetId, NOTE, new Date(serverClock.now).toISOString());
  }
}
