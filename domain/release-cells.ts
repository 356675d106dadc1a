/** The numbers that a pool may ever show, declared before the round from catalogue and horizon, never from data. Used by domain/release and by the publisher. */
import type { Catalogue } from './catalogue.ts';
import { type Contributions, combine } from './disclosure.ts';
import { decimal } from './exact.ts';
import { GRADE_CLASSES, type GradeClass, gradeClassOf } from './grades.ts';
import type { Lot, LotKey, PooledLots } from './pooling.ts';
import type { PoolTerms } from './row-reading.ts';

/** All lines, or only firm and take-or-pay ones. */
export type Level = 'all' | 'firm';

export interface Cell {
  /** 'yttrium|y-oxide|5N|2027|firm'; a part that is not divided is empty. Kept with every release. */
  id: string;
  mineral: string;
  /** Form family; null: all forms. */
  form: string | null;
  grade: GradeClass | null;
  year: number | null;
  level: Level;
}

/**
 * The cells of one mineral, each place before the places inside it, and each place's 'all' just before its 'firm'.
 * A place is all forms, a form family, a grade class in it, or a year in that.
 */
export interface Hierarchy {
  mineral: string;
  cells: readonly Cell[];
  /** Index of the cell of the same level at the enclosing place; null at the top. */
  above: readonly (number | null)[];
  /** Indexes of the cells of the same level at the places just inside. */
  below: readonly (readonly number[])[];
  /** Index of the 'all' cell of the innermost place that holds the lot; null where the lot is no part of the pool. */
  leafOf(lot: Lot): number | null;
}

export const isFirm = (cell: number): boolean => cell % 2 === 1;
/** The 'all' cell at the place of a 'firm' cell, and back. */
export const wholeOf = (cell: number): number => cell - (cell % 2);
export const firmOf = (cell: number): number => wholeOf(cell) + 1;

/** A message to every viewer at every slot lists all cells, so a pool that would declare more leaves out years, then grades. */
export const CELLS_MAX = 4000;

interface Depth {
  grades: boolean;
  years: boolean;
}
const DEPTHS: readonly Depth[] = [
  { grades: true, years: true },
  { grades: true, years: false },
  { grades: false, years: false },
];

/** One hierarchy for each mineral of the pool that the catalogue knows, in the pool's order. */
export function declareCells(pool: PoolTerms, catalogue: Catalogue): Hierarchy[] {
  const declare = (depth: Depth): Hierarchy[] =>
    pool.minerals.filter((id) => catalogue.minerals.has(id)).map((id) => declareMineral(id, pool, catalogue, depth));
  const countOf = (declared: Hierarchy[]): number => declared.reduce((total, { cells }) => total + cells.length, 0);
  const tried = DEPTHS.map(declare);
  return tried.find((declared) => countOf(declared) <= CELLS_MAX) ?? tried.at(-1) ?? [];
}

function declareMineral(mineral: string, pool: PoolTerms, catalogue: Catalogue, depth: Depth): Hierarchy {
  const cells: Cell[] = [];
  const above: (number | null)[] = [];
  const below: number[][] = [];
  const leaves = new Map<string, number>();
  const years = yearsOf(pool);

  /** Adds a place with its two cells; answers with the index of its 'all' cell. */
  const add = (outer: number | null, form: string | null, grade: GradeClass | null, year: number | null): number => {
    const whole = cells.length;
    for (const level of ['all', 'firm'] as const) {
      const enclosing = outer === null ? null : outer + (level === 'firm' ? 1 : 0);
      if (enclosing !== null) below[enclosing]?.push(cells.length);
      above.push(enclosing);
      below.push([]);
      cells.push({ id: placeId(mineral, form, grade, year, level), mineral, form, grade, year, level });
    }
    leaves.set(placeId(mineral, form, grade, year, 'all'), whole);
    return whole;
  };
  /** A division into one part would only repeat the number, so it is not made. */
  const divideByYear = (outer: number, form: string, grade: GradeClass | null): void => {
    if (depth.years && years.length > 1) for (const year of years) add(outer, form, grade, year);
  };

  const top = add(null, null, null, null);
  const gradesOf = new Map<string, readonly GradeClass[]>();
  for (const family of familiesOf(mineral, catalogue)) {
    const grades = depth.grades ? gradesIn(family, mineral, catalogue) : ['any' as const];
    gradesOf.set(family, grades);
    const place = add(top, family, null, null);
    if (grades.length === 1) divideByYear(place, family, null);
    else for (const grade of grades) divideByYear(add(place, family, grade, null), family, grade);
  }

  const leafOf = (lot: Lot): number | null => {
    const grades = lot.mineral === mineral ? gradesOf.get(lot.family) : undefined;
    if (!grades || !years.includes(lot.year)) return null;
    const grade = grades.length === 1 ? null : foldGrade(grades, lot.grade);
    const year = depth.years && years.length > 1 ? lot.year : null;
    return leaves.get(placeId(mineral, lot.family, grade, year, 'all')) ?? null;
  };
  return { mineral, cells, above, below, leafOf };
}

const placeId = (mineral: string, form: string | null, grade: string | null, year: number | null, level: Level) =>
  [mineral, form ?? '', grade ?? '', year ?? '', level].join('|');

const yearsOf = (pool: PoolTerms): number[] =>
  Array.from({ length: pool.deliveryTo - pool.deliveryFrom + 1 }, (_, i) => pool.deliveryFrom + i);

const familiesOf = (mineral: string, catalogue: Catalogue): string[] =>
  [...catalogue.families.values()].filter((family) => family.mineral === mineral).map(({ id }) => id);

/** 'any', and the classes in which the catalogue says that the family is traded. */
function gradesIn(family: string, mineral: string, catalogue: Catalogue): GradeClass[] {
  const traded = (catalogue.minerals.get(mineral)?.forms ?? [])
    .filter((form) => form.family === family && form.purityPct !== null)
    .map((form) => gradeClassOf(decimal(String(form.purityPct))));
  return GRADE_CLASSES.filter((grade) => grade === 'any' || traded.includes(grade));
}

/** The highest declared class that is not above the line's own: a 5N line counts under 4N where 4N and 6N are traded. */
function foldGrade(declared: readonly GradeClass[], grade: GradeClass): GradeClass {
  const rank = GRADE_CLASSES.indexOf(grade);
  return declared.findLast((candidate) => GRADE_CLASSES.indexOf(candidate) <= rank) ?? 'any';
}

/** Grams by owner in each innermost place, firm ('…|firm') and other ('…|soft') apart: what is kept of the pool behind a release. */
export type FoldedLots = PooledLots;

export function foldLots(hierarchy: Hierarchy, lots: Iterable<readonly [Lot, Contributions]>): FoldedLots {
  const folded = new Map<LotKey, Contributions>();
  for (const [lot, contributions] of lots) {
    const leaf = hierarchy.leafOf(lot);
    if (leaf === null) continue;
    const key = foldedKey(hierarchy, leaf, lot.firm);
    const before = folded.get(key);
    folded.set(
      key,
      before
        ? combine([
            [1n, before],
            [1n, contributions],
          ])
        : contributions,
    );
  }
  return folded;
}

const foldedKey = (hierarchy: Hierarchy, leaf: number, firm: boolean): LotKey =>
  (hierarchy.cells[leaf]?.id ?? '').replace(/all$/, firm ? 'firm' : 'soft');

/** For each cell, by index, the keys of the folded lots that it adds up. */
export function lotsOfCells(hierarchy: Hierarchy, folded: FoldedLots): LotKey[][] {
  const keys: LotKey[][] = hierarchy.cells.map(() => []);
  const indexOf = new Map(hierarchy.cells.map((cell, index) => [cell.id, index]));
  for (const key of folded.keys()) {
    const leaf = indexOf.get(key.replace(/(firm|soft)$/, 'all'));
    for (let at: number | null = leaf ?? null; at !== null; at = hierarchy.above[at] ?? null) {
      keys[at]?.push(key);
      if (key.endsWith('|firm')) keys[firmOf(at)]?.push(key);
    }
  }
  return keys;
}
