/** Exact totals of a round, and why each is shown or held: for the pool's administrator alone. Reads anew and keeps nothing. Used by the pool desk. */
import type { Catalogue } from '#domain/catalogue.ts';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { ratio, toText } from '#domain/exact.ts';
import type { OwnerAmounts } from '#domain/owner-amounts.ts';
import type { ReadSheet } from '#domain/record.ts';
import { type MineralHistory, planRelease } from '#domain/release.ts';
import { foldLots } from '#domain/release-cells.ts';
import { type Reason, reasonsOf, sharePct } from '#domain/release-reasons.ts';
import { roundTotal } from '#domain/release-view.ts';
import type { ReleasedCell, ReleaseView } from '#protocol/api.ts';
import type { ExactCell } from '#protocol/pool-api.ts';
import type { Database } from '../database.ts';
import { protectionOf } from './drawn-rules.ts';
import { catchUpRows, openBook, type ReadRows, type RoundBook } from './round-book.ts';
import { readSheetVersions } from './round-facts.ts';

export interface ExactTotals {
  cells: ExactCell[];
  /** What was read of whom. */
  sheets: ReadSheet[];
}

export interface ExactParts {
  database: Database;
  catalogue: Catalogue;
  rowsOf: ReadRows;
}

/**
 * `release` is what viewers see of the round at this moment. Once the last release is out, each cell is told by what was decided then: the
 * sheets are frozen, so the same decision is made again.
 */
export async function readExact(parts: ExactParts, roundId: string, release: ReleaseView): Promise<ExactTotals> {
  const { database, catalogue, rowsOf } = parts;
  const book = await openBook(database, catalogue, roundId, ({ final }) => !final);
  await catchUpRows(database, book, rowsOf);
  const released = new Map(release.cells.map((cell) => [placeOf(cell), cell.value]));
  const cells = [...book.histories].flatMap(([mineral, history]) =>
    cellsOf(book, mineral, history, (place) => released.get(placeOf(place)) ?? null, release.final),
  );
  const sheets = (await readSheetVersions(database, roundId)).flatMap(({ sheet }) => {
    const seq = book.ledger.seqOf(sheet.id);
    return seq === null ? [] : [{ organizationId: sheet.organizationId, version: `${seq}` }];
  });
  return { cells, sheets };
}

type Place = Omit<ReleasedCell, 'value'>;
const placeOf = ({ mineral, form, grade, year, level }: Place): string => [mineral, form, grade, year, level].join('|');

function cellsOf(
  { facts, ledger }: RoundBook,
  mineral: string,
  history: MineralHistory,
  releasedAt: (place: Place) => string | null,
  isLast: boolean,
): ExactCell[] {
  const lots = foldLots(history.hierarchy, ledger.lotsOf(mineral));
  const rules = protectionOf(facts.rules ?? DEFAULT_RULES, facts.secret, mineral, history.owners.names);
  const plan = planRelease(history, lots, rules, undefined, isLast);
  const reasons = reasonsOf(history, plan, rules, isLast);
  const perUnit = facts.perUnit.get(mineral);
  if (!perUnit) return [];
  return history.hierarchy.cells.map(({ id: _, ...place }, index): ExactCell => {
    const amounts = plan.now[index];
    if (!amounts) throw new Error('a plan sums every declared cell');
    const released = releasedAt(place);
    const { beside, ...reason } = told(reasons[index] ?? { rule: 'nothing' }, released, facts.rules !== null);
    return {
      ...place,
      kg: toText(ratio(amounts.total(), 1000n), 3),
      rounded: amounts.size === 0 ? null : roundTotal(amounts, perUnit),
      owners: amounts.size,
      largestPct: largestPctOf(amounts),
      released,
      ...reason,
      beside: beside === undefined ? null : placeAt(history, beside),
    };
  });
}

/** A round begins with nothing shown, also where an earlier one showed the same. */
function told(reason: Reason, released: string | null, isReadable: boolean): Reason {
  if (!isReadable && reason.rule !== 'nothing') return { rule: 'unreadable' };
  return reason.rule === 'current' && released === null ? { rule: 'earlierRound' } : reason;
}

function placeAt({ hierarchy }: MineralHistory, index: number): Omit<Place, 'mineral'> | null {
  const cell = hierarchy.cells[index];
  return cell ? { form: cell.form, grade: cell.grade, year: cell.year, level: cell.level } : null;
}

function largestPctOf(amounts: OwnerAmounts): number | null {
  let largest = 0n;
  for (const grams of amounts.values()) if (grams > largest) largest = grams;
  return largest === 0n ? null : sharePct(largest, amounts.total());
}
