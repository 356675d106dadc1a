/**
 * What a round takes over from the one before: a member's lines as it left them, with one change. Nobody is bound in a round by what it said
 * in another, so every line comes back as indicative until its company makes it firm again. Used by the opening of a round.
 */
import type { Commitment } from './demand-sheet.ts';
import { isEmptyRow, OWNER, POSITION, type Row } from './sheets.ts';

/** Who is named as the author of carried lines: nobody, since the system copies them. */
export const CARRIED_BY = '00000000-0000-0000-0000-000000000000';
export const CARRIED_NAME = 'carried over at the opening';

const UNBOUND: Commitment = 'indicative';

/** A line for the new sheet; place and owner are set anew. Null where there is nothing to carry. */
export function carriedLine(row: Row): Row | null {
  if (isEmptyRow(row)) return null;
  const { [OWNER]: _owner, [POSITION]: _position, ...cells } = row;
  return { ...cells, ...(cells.commitment !== undefined && { commitment: UNBOUND }) };
}
