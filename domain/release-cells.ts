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
 * A place is all forms, a form family, a grade class in it, or a year in that. Beside these stand merged places: a year of a form over all
 * its grade classes, and a year over all forms. They are declared like all others and shown in the last release only.
 */
export interface Hierarchy {
  mineral: string;
  cells: readonly Cell[];
  /** Index of the cell of the same level at the enclosing place; null at the top. */
  above: readonly (number | null)[];
  /** Indexes of the cells of the same level at the places just inside, merged ones left out. */
  below: readonly (readonly number[])[];
  /** All cells of the same level at places around this one, merged ones included. */
  around: readonly ReadonlySet<number>[];
  /** The ways in which a cell is the sum of other cells of its level. */
  divisions: readonly (readonly (readonly number[])[])[];
  /** Cells of merged places. */
  merged: ReadonlySet<number>;
  /** Index of the 'all' cell of the innermost place that holds the lot; null where the lot is no part of the pool. */
  leafOf(lot: Lot): number | null;
}

export const isFirm = (cell: number): boolean => cell % 2 === 1;
/** The 'all' cell at the place of a 'firm' cell, and back. */
export const wholeOf = (cell: number): number => cell - (cell % 2);
export const firmOf = (cell: number): number => wholeOf(cell) + 1;

/** A message to every viewer at every slot lists all cells, so a pool that would declare more leaves out years, then grades. 600 kB of text. */
export const CELLS_MAX = 7000;

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
  const divisions: number[][][] = [];
  const around: Set<number>[] = [];
  const merged = new Set<number>();
  const places = new Map<string, number>();
  const years = depth.years && pool.deliveryTo > pool.deliveryFrom ? yearsOf(pool) : [];

  /** Adds a place with its two cells; answers with the index of its 'all' cell. */
  const add = (outer: number | null, form: string | null, grade: GradeClass | null, year: number | null): number => {
    const whole = cells.length;
    for (const level of ['all', 'firm'] as const) {
      above.push(outer === null ? null : outer + (level === 'firm' ? 1 : 0));
      below.push([]);
      divisions.push([]);
      around.push(new Set());
      cells.push({ id: placeId(mineral, form, grade, year, level), mineral, form, grade, year, level });
    }
    places.set(placeId(mineral, form, grade, year, 'all'), whole);
    return whole;
  };
  const addMerged = (outer: number, form: string | null, year: number): number => {
    const whole = add(outer, form, null, year);
    merged.add(whole).add(whole + 1);
    return whole;
  };
  /** Says of an 'all' cell, and of its 'firm' cell, that it is the sum of these. Of all divisions only that into forms may have one part. */
  const divide = (whole: number, parts: readonly number[], partsMin = 2): void => {
    if (parts.length < partsMin) return;
    for (const level of [0, 1]) {
      const own = parts.map((part) => part + level);
      divisions[whole + level]?.push(own);
      for (const part of own) around[part]?.add(whole + level);
      if (!own.some((part) => merged.has(part))) below[whole + level]?.push(...own);
    }
  };

  const families = familiesOf(mineral, catalogue);
  const top = add(null, null, null, null);
  const mergedYears = families.length > 1 ? years.map((year) => addMerged(top, null, year)) : [];
  const gradesOf = new Map<string, readonly GradeClass[]>();
  const forms: number[] = [];
  /** By year: the cells of each form. */
  const formYears = years.map((): number[] => []);
  for (const family of families) {
    const grades = depth.grades ? gradesIn(family, mineral, catalogue) : ['any' as const];
    gradesOf.set(family, grades);
    const place = add(top, family, null, null);
    forms.push(place);
    const isGraded = grades.length > 1;
    const yearCells = years.map((year) => (isGraded ? addMerged(place, family, year) : add(place, family, null, year)));
    for (const [index, cell] of yearCells.entries()) formYears[index]?.push(cell);
    if (isGraded) {
      const gradeYears = years.map((): number[] => []);
      const gradeCells = grades.map((grade) => {
        const cell = add(place, family, grade, null);
        const own = years.map((year) => add(cell, family, grade, year));
        for (const [index, part] of own.entries()) gradeYears[index]?.push(part);
        divide(cell, own);
        return cell;
      });
      divide(place, gradeCells);
      for (const [index, cell] of yearCells.entries()) divide(cell, gradeYears[index] ?? []);
    }
    divide(place, yearCells);
  }
  divide(top, forms, 1);
  for (const [index, cell] of mergedYears.entries()) divide(cell, formYears[index] ?? []);
  divide(top, mergedYears);

  for (const outer of around) for (const place of outer) for (const further of around[place] ?? []) outer.add(further);
  const leafOf = (lot: Lot): number | null => {
    const grades = lot.mineral === mineral ? gradesOf.get(lot.family) : undefined;
    if (!grades || lot.year < pool.deliveryFrom || lot.year > pool.deliveryTo) return null;
    const grade = grades.length === 1 ? null : foldGrade(grades, lot.grade);
    return places.get(placeId(mineral, lot.family, grade, years.length > 0 ? lot.year : null, 'all')) ?? null;
  };
  return { mineral, cells, above, below, around, divisions, merged, leafOf };
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

/** Keys that a folded lot of this hierarchy can have, each with the indexes of the cells that add it up. */
export function cellsByLot(hierarchy: Hierarchy): Map<LotKey, number[]> {
  const found = new Map<LotKey, number[]>();
  hierarchy.cells.forEach((_, leaf) => {
    if (isFirm(leaf) || (hierarchy.divisions[leaf] ?? []).length > 0) return;
    const wholes = [leaf, ...(hierarchy.around[leaf] ?? [])];
    found.set(foldedKey(hierarchy, leaf, false), wholes);
    found.set(
      foldedKey(hierarchy, leaf, true),
      wholes.flatMap((cell) => [cell, firmOf(cell)]),
    );
  });
  return found;
}

/** For each cell, by index, the keys of the folded lots that it adds up. */
export function lotsOfCells(hierarchy: Hierarchy, folded: FoldedLots): LotKey[][] {
  const keys: LotKey[][] = hierarchy.cells.map(() => []);
  for (const [key, cells] of cellsByLot(hierarchy))
    if (folded.has(key)) for (const cell of cells) keys[cell]?.push(key);
  return keys;
}
