/** Remembers which column of a file is which of the sheet's, for the next file with the same headings. Goes with the person's copies of sheets. */
import type { Mapping } from '#domain/file-table.ts';
import type { SheetKind } from '#domain/rounds.ts';
import { readNotes, writeNote } from '#web/state/local-copies.ts';

interface Kept {
  kind: SheetKind;
  headings: string[];
  mapping: Mapping;
}

const WHAT = 'columns';

export const keepMapping = (sheetId: string, userId: string, kept: Kept): boolean =>
  writeNote(userId, sheetId, WHAT, JSON.stringify(kept));

/** Null where no file with these headings came before. */
export function keptMapping(userId: string, kind: SheetKind, headings: readonly string[]): Mapping | null {
  const wanted = JSON.stringify(headings);
  const found = readNotes(userId, WHAT)
    .map(parsed)
    .find((kept) => kept !== null && kept.kind === kind && JSON.stringify(kept.headings) === wanted);
  return found?.mapping ?? null;
}

function parsed(text: string): Kept | null {
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return null;
  }
}
