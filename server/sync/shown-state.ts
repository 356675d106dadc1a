/** What a socket may show of itself: who it is by its account, in which cell it stands, and whether it types there. Used by presence. */
import type { Actor } from '#domain/actors.ts';

/** Ids of rows and columns as admission takes them; none where the person stands in the line that is to be added, or in a whole line. */
const ID = /^[A-Za-z0-9_.:-]{0,64}$/;

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value);

/** The state as others receive it, as JSON. Whatever else a client puts into it would be a free channel beside the sheet and goes nowhere. */
export function shownState(actor: Pick<Actor, 'userId' | 'name'>, state: object): string {
  const { cell, typing, alone } = state as { cell?: unknown; typing?: unknown; alone?: unknown };
  const { row, column } = (typeof cell === 'object' && cell !== null ? cell : {}) as {
    row?: unknown;
    column?: unknown;
  };
  return JSON.stringify({
    user: { id: actor.userId, name: actor.name },
    cell: isId(row) && isId(column) ? { row, column } : null,
    typing: typing === true,
    // The person wants nobody to follow along.
    ...(alone === true && { alone: true }),
  });
}
