/**
 * The last rule of a release: no combination of everything shown in a round may depend on fewer owners than a coalition could see through.
 * Each number shown is an equation over unknown amounts of owners. A combination that involves at most c + 1 owners tells c of them
 * something exact about the other one; it exists exactly where, without those owners' columns, the equations lose rank. All arithmetic is
 * in integers: what is not certainly safe within the stated limits counts as not safe. Used by domain/release.
 */
import { eliminate, type SparseRow, spansAll, type Work } from './elimination.ts';

/** One number: for each owner the unknowns it adds. An amount that has not changed keeps its name, an amount of zero has none. */
export type Equation = ReadonlyMap<string, readonly string[]>;

/**
 * Everything shown so far, as a matrix: a row for each equation that does not follow from those before it, a column for each unknown.
 * Unknowns that appear in the same equations have the same column and are kept as one class, numbered by `sizes`. An equation that holds
 * only some of a class splits it.
 */
export interface AuditLog {
  /** Number of independent equations. */
  readonly rows: number;
  /** Class of each unknown, by owner and name. */
  readonly classes: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Unknowns in each class. */
  readonly sizes: readonly number[];
  /** Rows in which each class appears, ascending. */
  readonly columns: readonly (readonly number[])[];
  /** The equations over classes, in echelon form. */
  readonly echelon: readonly SparseRow[];
}

export const EMPTY_LOG: AuditLog = { rows: 0, classes: new Map(), sizes: [], columns: [], echelon: [] };

export const EQUATIONS_MAX = 1500;
/** Multiplications that the audits of one slot and mineral may take: about a second. */
const WORK_MAX = 40_000_000;
export const openWork = (): Work => ({ left: WORK_MAX });

export type Finding = 'safe' | 'exposes' | 'tooLarge';

/** May these equations be shown beside those of the log, which has passed? */
export function audit(log: AuditLog, shown: readonly Equation[], ownersMin: number, work: Work): Finding {
  const grown = append(log, shown, work);
  if (!grown) return 'tooLarge';
  if (grown.rows === log.rows || hidesBehindNews(grown, log.rows, ownersMin, work)) return 'safe';
  if (work.left <= 0) return 'tooLarge';
  return spansWithoutAny(columnsByOwner(grown, 0), grown.rows, ownersMin, work);
}

/** The log with more equations. Null where a limit is passed. */
export function append(log: AuditLog, shown: readonly Equation[], work: Work = openWork()): AuditLog | null {
  const grown: Growing = {
    rows: log.rows,
    classes: new Map([...log.classes].map(([owner, own]) => [owner, new Map(own)])),
    sizes: [...log.sizes],
    columns: [...log.columns],
    echelon: log.echelon.map((row) => new Map(row)),
  };
  for (const equation of shown) {
    const touched = splitClasses(grown, equation);
    const rest = eliminate(new Map(touched.map((touchedClass) => [touchedClass, 1])), grown.echelon, work);
    if (!rest) return null;
    if (rest.size === 0) continue;
    if (grown.rows === EQUATIONS_MAX) return null;
    grown.echelon.push(rest);
    for (const touchedClass of touched)
      grown.columns[touchedClass] = [...(grown.columns[touchedClass] ?? []), grown.rows];
    grown.rows += 1;
  }
  return grown;
}

interface Growing {
  rows: number;
  classes: Map<string, Map<string, number>>;
  sizes: number[];
  columns: (readonly number[])[];
  echelon: Map<number, number>[];
}

/** Makes the equation a sum of whole classes, and answers with them. */
function splitClasses(log: Growing, equation: Equation): number[] {
  const members = new Map<number | undefined, (readonly [owner: string, unknown: string])[]>();
  for (const [owner, unknowns] of equation) {
    const own = log.classes.get(owner);
    for (const unknown of unknowns) {
      const known = own?.get(unknown);
      const among = members.get(known);
      if (among) among.push([owner, unknown]);
      else members.set(known, [[owner, unknown]]);
    }
  }
  return [...members].map(([known, among]) => {
    if (known !== undefined && log.sizes[known] === among.length) return known;
    const split = log.sizes.push(among.length) - 1;
    log.columns.push(known === undefined ? [] : (log.columns[known] ?? []));
    if (known !== undefined) {
      log.sizes[known] = (log.sizes[known] ?? 0) - among.length;
      for (const row of log.echelon) if (row.has(known)) row.set(split, row.get(known) ?? 0);
    }
    for (const [owner, unknown] of among) {
      const own = log.classes.get(owner);
      if (own) own.set(unknown, split);
      else log.classes.set(owner, new Map([[unknown, split]]));
    }
    return split;
  });
}

/**
 * A quick proof that covers most releases: amounts that appear in no earlier equation cannot cancel against anything shown before. If every
 * combination of the added equations involves such amounts of enough owners, then so does every combination of all.
 */
const hidesBehindNews = (grown: AuditLog, before: number, ownersMin: number, work: Work): boolean =>
  spansWithoutAny(columnsByOwner(grown, before), grown.rows - before, ownersMin, work) === 'safe';

/** For each owner its different columns: the rows (ascending) in which an unknown of it appears. */
type Columns = ReadonlyMap<string, readonly (readonly number[])[]>;

/** Columns that are zero before the given row, counted from it. */
function columnsByOwner(log: AuditLog, from: number): Columns {
  const isIn = (column: readonly number[]): boolean => (column[0] ?? -1) >= from;
  const shifted = log.columns.map((column) => (isIn(column) ? column.map((row) => row - from) : null));
  return new Map(
    [...log.classes].map(([owner, own]) => [
      owner,
      [...new Set(own.values())].flatMap((number) => (shifted[number] ? [shifted[number]] : [])),
    ]),
  );
}

const distinct = (columns: Iterable<readonly number[]>): (readonly number[])[] => [
  ...new Map([...columns].filter(({ length }) => length > 0).map((column) => [column.join(), column])).values(),
];

/** Do the columns still span all rows when any (ownersMin - 1) owners are left out? */
function spansWithoutAny(columns: Columns, rows: number, ownersMin: number, work: Work): Finding {
  const rest = peel(columns, rows, ownersMin);
  if (rest.rows === 0) return 'safe';
  const seen = new Set<string>();
  /** Any set that matters must hit the owners whose columns just sufficed: so only those are tried. */
  const survives = (without: readonly string[]): Finding => {
    const key = [...without].sort().join('\n');
    if (seen.has(key)) return 'safe';
    seen.add(key);
    const span = spansAll(rest.columns, rest.rows, without, work);
    if (span.state !== 'all') return span.state === 'less' ? 'exposes' : 'tooLarge';
    if (without.length === ownersMin - 1) return 'safe';
    for (const owner of span.owners) {
      const verdict = survives([...without, owner]);
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
function peel(columns: Columns, rows: number, ownersMin: number): { columns: Columns; rows: number } {
  let left = [...columns].map(([owner, own]) => [owner, own] as const);
  const open = new Set(Array.from({ length: rows }, (_, row) => row));
  for (let peeled = true; peeled; ) {
    const owners = new Map<number, number>();
    for (const [, own] of left)
      for (const [row, another] of own)
        if (row !== undefined && another === undefined) owners.set(row, (owners.get(row) ?? 0) + 1);
    const free = [...owners].filter(([, count]) => count >= ownersMin).map(([row]) => row);
    for (const row of free) open.delete(row);
    left = left.map(([owner, own]) => [owner, distinct(own.map((column) => column.filter((row) => open.has(row))))]);
    peeled = free.length > 0;
  }
  const renumbered = new Map([...open].map((row, index) => [row, index]));
  return {
    rows: open.size,
    columns: new Map(left.map(([owner, own]) => [owner, own.map((c) => c.map((row) => renumbered.get(row) ?? 0))])),
  };
}
