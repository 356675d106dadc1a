/** The history of one sheet as its panel shows it: changes of a cell, versions, what differs, rows that are gone, who did what. */
import {
  api,
  type CellChange,
  type Comparison,
  type Contributor,
  type RemovedRow,
  type Restored,
  type Version,
} from './api.ts';
import { type Attempt, attempt, type Fault } from './faults.ts';
import { Fetched } from './fetched.svelte.ts';

export interface Part {
  seq: number;
  row?: string;
  column?: string;
}

export class HistoryState {
  readonly sheetId: string;
  readonly versions: Fetched<Version[]>;
  readonly removed: Fetched<RemovedRow[]>;
  readonly contributors: Fetched<Contributor[]>;
  /** Newest first; null until they were read. */
  changes = $state.raw<readonly CellChange[] | null>(null);
  hasMore = $state(false);
  fault = $state.raw<Fault | null>(null);
  #next: string | null = null;
  #turn = 0;

  readonly #onRestore: () => void;

  /** `onRestore` is called before this person restores something: what comes then is no colleague's. */
  constructor(sheetId: string, onRestore: () => void = () => {}) {
    this.sheetId = sheetId;
    this.#onRestore = onRestore;
    this.versions = new Fetched(() => api.sheets.versions({ sheetId }));
    this.removed = new Fetched(async () => (await api.sheets.removed({ sheetId })).rows);
    this.contributors = new Fetched(async () =>
      (await api.sheets.contributions({})).flatMap((one) => {
        const here = one.sheets.find((sheet) => sheet.sheetId === sheetId);
        return here ? [{ ...one, edits: here.edits, cells: here.cells, lastAt: here.lastAt }] : [];
      }),
    );
  }

  /** Changes of a cell, of a line where `column` is empty, of the sheet where `row` is. Answers that come late are dropped. */
  async read(row: string, column: string, goesOn = false): Promise<void> {
    const turn = ++this.#turn;
    if (!goesOn) this.changes = null;
    const answer = await attempt(() =>
      api.sheets.changes({
        sheetId: this.sheetId,
        ...(row !== '' && { row }),
        ...(column !== '' && { column }),
        ...(goesOn && this.#next !== null && { before: this.#next }),
      }),
    );
    if (turn !== this.#turn) return;
    this.fault = answer.ok ? null : answer.fault;
    if (!answer.ok) return;
    this.changes = [...(goesOn ? (this.changes ?? []) : []), ...answer.value.changes];
    this.#next = answer.value.next;
    this.hasMore = this.#next !== null;
  }

  compare(from: number, to?: number): Promise<Attempt<Comparison>> {
    return attempt(() => api.sheets.compare({ sheetId: this.sheetId, from, ...(to !== undefined && { to }) }));
  }

  preview(part: Part): Promise<Attempt<Restored>> {
    return attempt(() => api.sheets.previewRestore({ sheetId: this.sheetId, ...part }));
  }

  restore(part: Part): Promise<Attempt<Restored>> {
    this.#onRestore();
    return attempt(() => api.sheets.restore({ sheetId: this.sheetId, ...part }));
  }

  async name(name: string, note: string): Promise<Attempt<Version>> {
    const answer = await attempt(() => api.sheets.nameVersion({ sheetId: this.sheetId, name, note }));
    if (answer.ok) await this.versions.refresh();
    return answer;
  }

  async rename(versionId: string, name: string): Promise<Attempt<Version>> {
    const answer = await attempt(() => api.sheets.renameVersion({ versionId, name }));
    if (answer.ok) await this.versions.refresh();
    return answer;
  }

  async drop(versionId: string): Promise<Attempt<unknown>> {
    const answer = await attempt(() => api.sheets.deleteVersion({ versionId }));
    if (answer.ok) await this.versions.refresh();
    return answer;
  }
}
