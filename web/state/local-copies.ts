/**
 * What this browser keeps of a person's sheets, so that edits outlive a reload and a dead network: the document itself, which of its cells the
 * server has not stored yet, and edits that the server refused. Used by the live document, the sheet state and the session.
 *
 * Invariants:
 * 1. Everything is kept under one person and one sheet, and `wipeCopies` finds all of it.
 * 2. A copy counts only after the server has sent the sheet once: an empty copy is no empty sheet.
 */
import { clearDocument, IndexeddbPersistence } from 'y-indexeddb';
import type * as Y from 'yjs';
import type { TouchedCell } from './outbox.svelte.ts';

/** Notes are small texts beside the documents: what a copy is, what is unsaved in it, drafts. */
const PREFIX = 'sheet';
/** A browser that does not open its store within this time keeps nothing; the sheet works without. */
const LOAD_MS_MAX = 1500;
/** Unsaved cells are written down this long after the last change, and when the page goes. */
const NOTE_MS = 300;

export interface Unsaved {
  edits: number;
  cells: readonly TouchedCell[];
}

interface Note {
  key: string;
  userId: string;
  sheetId: string;
  /** 'copy', 'draft', 'columns' or 'unsaved', the latter for each document that was open. */
  what: string;
}

const keyOf = (userId: string, sheetId: string, ...what: (string | number)[]): string =>
  [PREFIX, userId, sheetId, ...what].join(' ');

let isOver = false;
/** Signed out: what a page would still write down on its way out is not kept. */
export const keepNothingMore = (): void => {
  isOver = true;
};

/** False where the browser keeps nothing: storage is switched off or full, or the person has signed out. */
export function writeNote(userId: string, sheetId: string, what: string, text: string | null): boolean {
  const key = keyOf(userId, sheetId, what);
  if (isOver) return false;
  try {
    if (text === null) localStorage.removeItem(key);
    else localStorage.setItem(key, text);
    return true;
  } catch {
    return false;
  }
}

export function readNote(userId: string, sheetId: string, what: string): string | null {
  try {
    return localStorage.getItem(keyOf(userId, sheetId, what));
  } catch {
    return null;
  }
}

/** Texts of one kind that are kept for all sheets of a person. */
export const readNotes = (userId: string, what: string): string[] =>
  notes().flatMap((note) =>
    note.userId === userId && note.what === what ? [localStorage.getItem(note.key) ?? ''] : [],
  );

function notes(): Note[] {
  try {
    return Object.keys(localStorage).flatMap((key): Note[] => {
      const [prefix, userId, sheetId, what] = key.split(' ');
      return prefix === PREFIX && userId && sheetId && what ? [{ key, userId, sheetId, what }] : [];
    });
  } catch {
    return [];
  }
}

const databaseOf = (userId: string, sheetId: string): string => keyOf(userId, sheetId);

/** The copy of one open sheet. */
export class SheetCopy {
  readonly #userId: string;
  readonly #sheetId: string;
  readonly #store: IndexeddbPersistence;
  readonly #own: string;
  #adopted: string[] = [];
  #isOver = false;
  #noting: ReturnType<typeof setTimeout> | undefined;
  #unsaved: () => Unsaved = () => ({ edits: 0, cells: [] });

  constructor(userId: string, sheetId: string, doc: Y.Doc) {
    this.#userId = userId;
    this.#sheetId = sheetId;
    this.#own = keyOf(userId, sheetId, 'unsaved', doc.clientID);
    // Before the document: what is not noted would not be wiped.
    if (!this.isKnown) this.#note('copy', 'opened');
    this.#store = new IndexeddbPersistence(databaseOf(userId, sheetId), doc);
    window.addEventListener('pagehide', this.#noteNow);
  }

  /** Origin of the changes that the copy brings into the document. */
  get origin(): unknown {
    return this.#store;
  }

  /** The document now holds what was kept. False where there is nothing that counts. */
  async load(): Promise<boolean> {
    const late = Promise.withResolvers<false>();
    const timer = setTimeout(() => late.resolve(false), LOAD_MS_MAX);
    const isLoaded = await Promise.race([this.#store.whenSynced.then(() => true), late.promise]);
    clearTimeout(timer);
    return isLoaded && this.isKnown;
  }

  /** Edits are kept from here on. */
  get isWorking(): boolean {
    return this.#store.synced && !this.#isOver;
  }

  get isKnown(): boolean {
    return readNote(this.#userId, this.#sheetId, 'copy') === 'known';
  }

  /** The server has sent the whole sheet. */
  markKnown(): void {
    this.#note('copy', 'known');
  }

  /** What earlier pages of this person left unsaved; from now on it is this page's. */
  adopt(): Unsaved {
    const found = notes().filter(
      ({ userId, sheetId, what }) => what === 'unsaved' && userId === this.#userId && sheetId === this.#sheetId,
    );
    this.#adopted = found.map(({ key }) => key);
    const read = found.map(({ key }) => readUnsaved(localStorage.getItem(key)));
    return {
      edits: read.reduce((sum, { edits }) => sum + edits, 0),
      cells: read.flatMap(({ cells }) => cells),
    };
  }

  /** Writes down what is unsaved, a little later. */
  follow(unsaved: () => Unsaved): void {
    this.#unsaved = unsaved;
    this.#noting ??= setTimeout(this.#noteNow, NOTE_MS);
  }

  close(): void {
    if (this.#isOver) return;
    this.#noteNow();
    this.#stop();
    void this.#store.destroy();
  }

  /** Removes the document and what is unsaved in it; a draft stays. */
  async forget(): Promise<void> {
    this.#stop();
    for (const key of [this.#own, ...this.#adopted]) localStorage.removeItem(key);
    this.#note('copy', null);
    await this.#store.destroy();
    await clearDocument(databaseOf(this.#userId, this.#sheetId)).catch(() => {});
  }

  #stop(): void {
    this.#isOver = true;
    clearTimeout(this.#noting);
    window.removeEventListener('pagehide', this.#noteNow);
  }

  #note(what: string, text: string | null): void {
    writeNote(this.#userId, this.#sheetId, what, text);
  }

  #noteNow = () => {
    clearTimeout(this.#noting);
    this.#noting = undefined;
    if (isOver) return;
    const { edits, cells } = this.#unsaved();
    try {
      if (edits > 0) {
        localStorage.setItem(
          this.#own,
          JSON.stringify({ edits, cells: cells.map(({ row, column }) => [row, column]) }),
        );
        return;
      }
      for (const key of [this.#own, ...this.#adopted]) localStorage.removeItem(key);
      this.#adopted = [];
    } catch {
      // A browser without storage, or with a full one: the page still warns before it is closed.
    }
  };
}

function readUnsaved(text: string | null): Unsaved {
  try {
    const { edits, cells } = JSON.parse(text ?? '') as { edits: number; cells: [string, string][] };
    return { edits, cells: cells.map(([row, column]) => ({ row, column })) };
  } catch {
    return { edits: 0, cells: [] };
  }
}

/** Edits of this person that only this browser has, over all sheets. */
export const unsavedEdits = (userId: string): number =>
  notes()
    .filter((note) => note.userId === userId && note.what === 'unsaved')
    .reduce((sum, { key }) => sum + readUnsaved(localStorage.getItem(key)).edits, 0);

/** Sheets of this person that are kept here. */
export const keptSheets = (userId: string): string[] => [
  ...new Set(notes().flatMap((note) => (note.userId === userId ? [note.sheetId] : []))),
];

/** Removes all that is kept, except of what stays. */
export async function wipeCopies(stays: (userId: string, sheetId: string) => boolean): Promise<void> {
  const going = notes().filter(({ userId, sheetId }) => !stays(userId, sheetId));
  for (const { key } of going) localStorage.removeItem(key);
  const databases = new Set(going.map(({ userId, sheetId }) => databaseOf(userId, sheetId)));
  await Promise.all([...databases].map((name) => clearDocument(name).catch(() => {})));
}
