/** What a repaint of others' edits tells: which cells changed in whose colour, and which of this person's own values were replaced. Used by the sheet state. */
import type { Row } from '#domain/sheets.ts';
import { type ChangedRows, type LiveDoc, writerOf } from './live-doc.svelte.ts';
import type { TouchedCell } from './outbox.svelte.ts';
import type { PeerColour } from './presence.svelte.ts';
import type { Conflicts } from './sheet-conflicts.svelte.ts';

/** A cell that somebody else has just changed. */
export interface RemoteChange extends TouchedCell {
  colour: PeerColour;
}

type From = Pick<LiveDoc, 'rows' | 'presence'>;

export const remoteChanges = (changed: ChangedRows, { rows, presence }: From): RemoteChange[] =>
  [...changed].flatMap(([row, columns]) =>
    [...columns].map((column) => {
      const writer = writerOf(rows.get(row), column);
      return { row, column, colour: writer === undefined ? 1 : presence.colourOf(writer) };
    }),
  );

interface Repainted {
  changed: ChangedRows;
  /** As they were shown, and as they are shown now. */
  before: ReadonlyMap<string, Row | undefined>;
  after: { get(row: string): Row | undefined };
  /** The server does not have all of this person's edits yet. */
  isUnsaved: boolean;
}

export function tellReplaced(conflicts: Conflicts, painted: Repainted, { rows, presence }: From): void {
  const now = performance.now();
  for (const [row, columns] of painted.changed) {
    const after = painted.after.get(row);
    if (after === undefined) continue;
    for (const column of columns) {
      if (!conflicts.isOwn(row, column)) continue;
      const writer = writerOf(rows.get(row), column);
      const by = writer === undefined ? 'a colleague' : presence.nameOf(writer);
      const old = painted.before.get(row)?.[column] ?? null;
      conflicts.heard({ row, column, by }, old, after[column] ?? null, painted.isUnsaved, now);
    }
  }
}
