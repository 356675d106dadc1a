/**
 * The last rule of a release: no combination of everything shown in a round may depend on fewer owners than a coalition could see through.
 * Each number shown is an equation over unknown amounts of owners. A combination that involves at most c + 1 owners tells c of them
 * something exact about the other one; it exists exactly where, without those owners' columns, the equations lose rank. All arithmetic is
 * in integers: what is not certainly safe within the stated limits counts as not safe. Used by domain/release.
 */
import { type Column, eliminate, type SparseRow, spansAll, type Work } from './elimination.ts';

/**
 * Numbers shown at one moment. An unknown is the amount of one owner in one lot: it has one number for as long as it stays, and an amount of
 * zero has none.
 */
export interface Batch {
  /** The unknowns of each lot. */
  lots: readonly (readonly number[])[];
  /** For each number shown the lots that it adds up. */
  sums: readonly (readonly number[])[];
  /** By unknown, of this batch and of earlier ones. */
  ownerOf: readonly number[];
}

/** Unknowns of one lot that appear in the same equations: they have the same column and are kept as one. */
interface UnknownClass {
  members: readonly number[];
  owners: readonly number[];
  /** Rows in which it appears, ascending. */
  rows: readonly number[];
}

/**
 * Everything shown so far, as a matrix: a row for each equation that does not follow from those before it, a column for each class of
 * unknowns. A batch in which only some of a class appear splits it.
 */
export interface AuditLog {
  /** Number of independent equations. */
  readonly rows: number;
  /** Class of each unknown, by its number; -1 where it has not appeared. */
  readonly classOf: Int32Array;
  readonly classes: readonly UnknownClass[];
  /** The equations over classes, in echelon form. */
  readonly echelon: readonly SparseRow[];
}

export const EMPTY_LOG: AuditLog = { rows: 0, classOf: new Int32Array(0), classes: [], echelon: [] };

export const EQUATIONS_MAX = 3000;
/** Multiplications that the audits of one slot and mineral may take: well under a second. */
const WORK_MAX = 40_000_000;
export const openWork = (): Work => ({ left: WORK_MAX });

export type Finding = 'safe' | 'exposes' | 'tooLarge';

/** May these numbers be shown beside those of the log, which has passed? */
export function audit(log: AuditLog, batch: Batch, ownersMin: number, work: Work): Finding {
  const grown = append(log, batch, work);
  return grown ? auditGrown(log, grown, ownersMin, work) : 'tooLarge';
}

/** The same of a log that the numbers have been appended to. */
export function auditGrown(log: AuditLog, grown: AuditLog, ownersMin: number, work: Work): Finding {
  if (grown.rows === log.rows || hidesBehindNews(grown, log.rows, ownersMin, work)) return 'safe';
  if (work.left <= 0) return 'tooLarge';
  return spansWithoutAny(columnsFrom(grown, 0), grown.rows, ownersMin, work);
}

/** The log with more equations. Null where a limit is passed. */
export function append(log: AuditLog, batch: Batch, work: Work = openWork()): AuditLog | null {
  const grown: Growing = {
    rows: log.rows,
    classOf: withRoomFor(batch, log.classOf),
    classes: [...log.classes],
    echelon: [...log.echelon],
  };
  const classesOf = batch.lots.map((unknowns) => splitClasses(grown, unknowns, batch.ownerOf));
  for (const lots of batch.sums) {
    const summed = lots.flatMap((lot) => classesOf[lot] ?? []);
    const rest = eliminate(summed, grown.classes.length, grown.echelon, work);
    if (!rest) return null;
    if (rest.at.length === 0) continue;
    if (grown.rows === EQUATIONS_MAX) return null;
    grown.echelon.push(rest);
    for (const number of summed) {
      const known = grown.classes[number] ?? NO_CLASS;
      grown.classes[number] = { ...known, rows: [...known.rows, grown.rows] };
    }
    grown.rows += 1;
  }
  return grown;
}

interface Growing {
  rows: number;
  classOf: Int32Array;
  classes: UnknownClass[];
  echelon: SparseRow[];
}

const NO_CLASS: UnknownClass = { members: [], owners: [], rows: [] };

function withRoomFor({ lots }: Batch, classOf: Int32Array): Int32Array {
  let highest = classOf.length - 1;
  for (const unknowns of lots) for (const unknown of unknowns) highest = Math.max(highest, unknown);
  const roomy = new Int32Array(highest + 1).fill(-1, classOf.length);
  roomy.set(classOf);
  return roomy;
}

/** Makes the lot a sum of whole classes, and answers with them. */
function splitClasses(log: Growing, unknowns: readonly number[], ownerOf: readonly number[]): number[] {
  const present = new Map<number, number[]>();
  for (const unknown of unknowns) {
    const known = log.classOf[unknown] ?? -1;
    const among = present.get(known);
    if (among) among.push(unknown);
    else present.set(known, [unknown]);
  }
  const classOver = (members: readonly number[], rows: readonly number[]): UnknownClass => ({
    members,
    owners: members.map((unknown) => ownerOf[unknown] ?? -1),
    rows,
  });
  return [...present].map(([known, among]) => {
    const { members, rows } = log.classes[known] ?? NO_CLASS;
    if (members.length === among.length) return known;
    const split = log.classes.push(classOver(among, rows)) - 1;
    for (const unknown of among) log.classOf[unknown] = split;
    if (known !== -1) {
      const others = members.filter((unknown) => log.classOf[unknown] === known);
      log.classes[known] = classOver(others, rows);
      log.echelon = log.echelon.map((row) => withTwin(row, known, split));
    }
    return split;
  });
}

/** A class that was split off appears wherever the class that it was part of does. Its number is the highest, so rows stay in order. */
function withTwin(row: SparseRow, known: number, split: number): SparseRow {
  const place = row.at.indexOf(known);
  return place === -1 ? row : { at: [...row.at, split], of: [...row.of, row.of[place] ?? 0] };
}

/**
 * A quick proof that covers most releases: amounts that appear in no earlier equation cannot cancel against anything shown before. If every
 * combination of the added equations involves such amounts of enough owners, then so does every combination of all.
 */
const hidesBehindNews = (grown: AuditLog, before: number, ownersMin: number, work: Work): boolean =>
  spansWithoutAny(columnsFrom(grown, before), grown.rows - before, ownersMin, work) === 'safe';

/** Columns that are zero before the given row, counted from it; equal ones put together. */
const columnsFrom = (log: AuditLog, from: number): Column[] =>
  distinct(
    log.classes
      .filter(({ rows }) => (rows[0] ?? -1) >= from)
      .map(({ owners, rows }) => ({ owners, rows: from === 0 ? rows : rows.map((row) => row - from) })),
  );

function distinct(columns: readonly Column[]): Column[] {
  const byRows = new Map<string, Column[]>();
  for (const column of columns) {
    if (column.rows.length === 0) continue;
    const key = column.rows.join();
    const same = byRows.get(key);
    if (same) same.push(column);
    else byRows.set(key, [column]);
  }
  return [...byRows.values()].map((same) => {
    const [{ rows, owners } = NO_COLUMN, ...others] = same;
    if (others.length === 0) return { rows, owners };
    return { rows, owners: [...new Set(same.flatMap((column) => column.owners))] };
  });
}

const NO_COLUMN: Column = { rows: [], owners: [] };

/** Do the columns still span all rows when any (ownersMin - 1) owners are left out? */
function spansWithoutAny(columns: readonly Column[], rows: number, ownersMin: number, work: Work): Finding {
  const rest = peel(columns, rows, ownersMin);
  if (rest.rows === 0) return 'safe';
  // Columns of many owners first: they outlast most of those who could be left out.
  const ordered = [...rest.columns].sort((a, b) => b.owners.length - a.owners.length);
  const seen = new Set<string>();
  /** Who breaks the span must leave out all owners of some column that just sufficed: so only those are tried. */
  const survives = (without: readonly number[]): Finding => {
    const key = [...without].sort((a, b) => a - b).join();
    if (seen.has(key)) return 'safe';
    seen.add(key);
    const left = ordered.filter(({ owners }) => owners.some((owner) => !without.includes(owner)));
    const span = spansAll(left, rest.rows, work);
    if (span.state !== 'all') return span.state === 'less' ? 'exposes' : 'tooLarge';
    for (const { owners } of span.columns) {
      const together = [...new Set([...without, ...owners])];
      if (together.length >= ownersMin) continue;
      const verdict = survives(together);
      if (verdict !== 'safe') return verdict;
    }
    return 'safe';
  };
  return survives([]);
}

/**
 * Takes away rows that need no search: where as many as ownersMin owners have a column that is this row alone, the row stays spanned
 * whoever is left out, and can be cleared from the other columns. Answers with what remains, rows renumbered.
 */
function peel(columns: readonly Column[], rows: number, ownersMin: number): { columns: Column[]; rows: number } {
  let left = [...columns];
  const open = new Set(Array.from({ length: rows }, (_, row) => row));
  for (;;) {
    const free = left.filter(({ rows: own, owners }) => own.length === 1 && owners.length >= ownersMin);
    if (free.length === 0) break;
    const isFree = new Set(free.map(({ rows: own }) => own[0]));
    for (const row of isFree) open.delete(row ?? -1);
    left = distinct(
      left.map((column) =>
        column.rows.some((row) => isFree.has(row))
          ? { owners: column.owners, rows: column.rows.filter((row) => !isFree.has(row)) }
          : column,
      ),
    );
  }
  const renumbered = new Map([...open].map((row, index) => [row, index]));
  return {
    rows: open.size,
    columns: left.map(({ rows: own, owners }) => ({ owners, rows: own.map((row) => renumbered.get(row) ?? 0) })),
  };
}
