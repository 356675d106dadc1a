/**
 * What one person typed into one sheet and the server did not take, kept until the person lets it go; past a reload where the browser keeps it.
 * Used by the sheet state, which says when something is lost, and enters it again.
 */
import type { Row } from '#domain/sheets.ts';
import type { Refused } from '#protocol/rooms.ts';
import { draftOf, keepDraft, keptDraft, reentry, type SheetDraft } from './draft.ts';

export class KeptEdits {
  readonly #sheetId: string;
  readonly #userId: string;
  #draft = $state.raw<SheetDraft | null>(null);
  /** The draft would be gone with this page. */
  #isLoose = false;

  constructor(sheetId: string, userId: string) {
    this.#sheetId = sheetId;
    this.#userId = userId;
    this.#draft = keptDraft(sheetId, userId);
  }

  get draft(): SheetDraft | null {
    return this.#draft;
  }

  get isLoose(): boolean {
    return this.#isLoose;
  }

  /** Lines that can be entered again: everything but the cell that was refused. */
  get again(): { row: string; cells: Row }[] {
    return this.#draft ? reentry(this.#draft) : [];
  }

  /** Adds what is unsaved to what is kept already. */
  keep(why: Refused, unsaved: ReadonlyMap<string, ReadonlySet<string>>, rowNow: (row: string) => Row | undefined) {
    this.#set(draftOf(why, unsaved, rowNow, this.#draft));
  }

  drop(): void {
    this.#set(null);
  }

  /** Nothing stays in this browser; the draft is on the page until it is left. */
  keepOnPageOnly(): void {
    keepDraft(this.#sheetId, this.#userId, null);
    this.#isLoose = this.#draft !== null;
  }

  #set(draft: SheetDraft | null): void {
    this.#draft = draft;
    this.#isLoose = !keepDraft(this.#sheetId, this.#userId, draft) && draft !== null;
  }
}
