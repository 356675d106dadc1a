/** What is late in the reserve: replenishment, assays and rotation, the latest first. Used by server/reserve and the reserve's page. */

export type DueKind = 'replenishment' | 'assay' | 'rotation';

export interface Due {
  kind: DueKind;
  /** Lot or drawdown. */
  id: string;
  dueAt: Date;
  /** Days of the calendar (UTC) since the day it was due on: 1 on the day after. */
  daysLate: number;
}

/** A lot that waits longer than this for its assay is late: an umpire's result takes about three weeks, by the terms of the trade. */
export const ASSAY_DAYS = 30;
const DAY_MS = 86_400_000;

const dayOf = (at: Date): number => Math.floor(+at / DAY_MS);

export function overdue(
  held: {
    drawdowns: readonly { id: string; state: string; dueAt: Date | null; owed: number }[];
    lots: readonly { id: string; receivedAt: Date; quarantine: number; stock: number; rotationDueAt: Date | null }[];
  },
  now: Date,
): Due[] {
  const late = (kind: DueKind, id: string, dueAt: Date): Due[] => {
    const daysLate = dayOf(now) - dayOf(dueAt);
    return daysLate > 0 ? [{ kind, id, dueAt, daysLate }] : [];
  };
  return [
    ...held.drawdowns.flatMap(({ id, state, dueAt, owed }) =>
      state === 'released' && owed > 0 && dueAt ? late('replenishment', id, dueAt) : [],
    ),
    ...held.lots.flatMap(({ id, receivedAt, quarantine }) =>
      quarantine > 0 ? late('assay', id, new Date(+receivedAt + ASSAY_DAYS * DAY_MS)) : [],
    ),
    ...held.lots.flatMap(({ id, stock, rotationDueAt }) =>
      stock > 0 && rotationDueAt ? late('rotation', id, rotationDueAt) : [],
    ),
  ].sort((a, b) => +a.dueAt - +b.dueAt || (a.id < b.id ? -1 : 1));
}
