/**
 * The last rule of a release: no combination of everything shown in a round may depend on fewer owners than a coalition could see through.
 * Each number shown is an equation over unknown amounts of owners. A combination that involves at most c + 1 owners tells c of them
 * something exact about the other one; it exists exactly where, without those owners' columns, the equations lose rank. All arithmetic is
 * in integers: what is not certainly safe within the stated limits counts as not safe. Used by domain/release.
 */
import { eliminate, type SparseRow, spansAll, type Work } from './elimination.ts';

/** One number: for each owner the unknowns it adds. An amount that has not changed keeps its name, an amount of zero has none. */
export type Equation = ReadonlyMap<string, readonly string[]>;

/** Everything shown so far that is new information: equations that follow from others are left out. */
export interface AuditLog {
  equations: readonly Equation[];
  /** The same equations in echelon form. */
  echelon: readonly SparseRow[];
  unknowns: ReadonlySet<string>;
}

export const EMPTY_LOG: AuditLog = { equations: [], echelon: [], unknowns: new Set() };

export const EQUATIONS_MAX = 1500;
/** Multiplications that the audits of one slot and mineral may take: about a second. */
const WORK_MAX = 40_000_000;

export const openWork = (): Work => ({ left: WORK_MAX });

export type Finding = 'safe' | 'exposes' | 'tooLarge';

/** May these equations be shown beside those of the log, which has passed? */
export function audit(log: AuditLog, shown: readonly Equation[], ownersMin: number, work: Work): Finding {
  const grown = append(log, shown, work);
  if (!grown) return 'tooLarge';
  const added = grown.equations.slice(log.equations.length);
  if (added.length === 0 || hidesBehindNews(log, added, ownersMin, work)) return 'safe';
  if (work.left <= 0) return 'tooLarge';
  return spansWithoutAny(columnsOf(grown.equations), grown.equations.length, ownersMin, work);
}

/** The log with those of the equations that do not follow from it. Null where a limit is passed. */
export function append(log: AuditLog, shown: readonly Equation[], work: Work = openWork()): AuditLog | null {
  const equations = [...log.equations];
  const echelon = [...log.echelon];
  const unknowns = new Set(log.unknowns);
  for (const equation of shown) {
    const row = rowOf(equation);
    const reduced = eliminate(row, echelon, work);
    if (!reduced) return null;
    for (const unknown of row.keys()) unknowns.add(unknown);
    if (reduced.size === 0) continue;
    if (equations.length === EQUATIONS_MAX) return null;
    echelon.push(reduced);
    equations.push(equation);
  }
  return { equations, echelon, unknowns };
}

const nameOf = (owner: string, unknown: string): string => `${owner}\n${unknown}`;

function rowOf(equation: Equation): SparseRow {
  const row = new Map<string, number>();
  for (const [owner, unknowns] of equation) for (const unknown of unknowns) row.set(nameOf(owner, unknown), 1);
  return row;
}

/**
 * A quick proof that covers most releases: amounts that appear in no earlier equation cannot cancel against anything shown before. If every
 * combination of the added equations involves such amounts of enough owners, then so does every combination of all.
 */
function hidesBehindNews(log: AuditLog, added: readonly Equation[], ownersMin: number, work: Work): boolean {
  const news = columnsOf(added, (name) => !log.unknowns.has(name));
  return spansWithoutAny(news, added.length, ownersMin, work) === 'safe';
}

/** For each owner its different columns: the equations (by number, ascending) in which an unknown of it appears. */
type Columns = ReadonlyMap<string, readonly (readonly number[])[]>;

function columnsOf(equations: readonly Equation[], isWanted: (name: string) => boolean = () => true): Columns {
  const places = new Map<string, Map<string, number[]>>();
  equations.forEach((equation, number) => {
    for (const [owner, unknowns] of equation)
      for (const unknown of unknowns) {
        if (!isWanted(nameOf(owner, unknown))) continue;
        const own = places.get(owner) ?? new Map<string, number[]>();
        places.set(owner, own);
        own.set(unknown, [...(own.get(unknown) ?? []), number]);
      }
  });
  return new Map([...places].map(([owner, own]) => [owner, distinct(own.values())]));
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
