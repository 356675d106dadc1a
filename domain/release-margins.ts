/** What can be computed from cells shown side by side: a whole minus its parts, all lines minus firm ones. Used by domain/release. */
import { firmOf, type Hierarchy, isFirm, wholeOf } from './release-cells.ts';

export type SignedCell = readonly [sign: 1n | -1n, cell: number];

/** One subtraction that every viewer can make once enough of its cells are shown. */
export interface Margin {
  /** Every cell that can take part. */
  cells: readonly number[];
  /** The subtraction, given which cells are shown; null while it cannot be made. */
  termsWhere(isShown: (cell: number) => boolean): readonly SignedCell[] | null;
  /** Of one moment, what is left is itself a sum of lots (as a form's complement is). Otherwise amounts of both signs are left. */
  isPart: boolean;
}

export function marginsOf(hierarchy: Hierarchy): Margin[] {
  return hierarchy.cells.flatMap((_, cell) => {
    const parts = partsMargin(hierarchy, cell);
    if (isFirm(cell)) return [parts];
    return [parts, softMargin(cell), softPartsMargin(hierarchy, cell), ...crossMargins(hierarchy, cell)];
  });
}

/** A place minus the places inside it. */
function partsMargin(hierarchy: Hierarchy, whole: number): Margin {
  const parts = hierarchy.below[whole] ?? [];
  return {
    cells: [whole, ...parts],
    isPart: true,
    termsWhere(isShown) {
      const shown = parts.filter(isShown);
      return isShown(whole) && shown.length > 0 ? [[1n, whole], ...shown.map((part) => [-1n, part] as const)] : null;
    },
  };
}

/** All lines minus firm lines. */
function softMargin(whole: number): Margin {
  const firm = firmOf(whole);
  return {
    cells: [whole, firm],
    isPart: true,
    termsWhere: (isShown) => (isShown(whole) && isShown(firm) ? soft(whole, 1n) : null),
  };
}

const soft = (whole: number, sign: 1n | -1n): SignedCell[] => [
  [sign, whole],
  [sign === 1n ? -1n : 1n, firmOf(whole)],
];

/** Lines that are not firm at a place, minus those at the places inside it. */
function softPartsMargin(hierarchy: Hierarchy, whole: number): Margin {
  const parts = hierarchy.below[whole] ?? [];
  return {
    cells: [whole, firmOf(whole), ...parts.flatMap((part) => [part, firmOf(part)])],
    isPart: true,
    termsWhere(isShown) {
      const both = (cell: number): boolean => isShown(cell) && isShown(firmOf(cell));
      const shown = parts.filter(both);
      return both(whole) && shown.length > 0 ? [...soft(whole, 1n), ...shown.flatMap((part) => soft(part, -1n))] : null;
    },
  };
}

/** Firm lines of each enclosing place against all lines of this one. */
function crossMargins(hierarchy: Hierarchy, whole: number): Margin[] {
  return enclosing(hierarchy, whole).map((outer) => {
    const firm = firmOf(outer);
    return {
      cells: [firm, whole],
      isPart: false,
      termsWhere: (isShown) =>
        isShown(firm) && isShown(whole)
          ? [
              [1n, firm],
              [-1n, whole],
            ]
          : null,
    };
  });
}

function enclosing(hierarchy: Hierarchy, cell: number): number[] {
  const outer: number[] = [];
  for (let at = hierarchy.above[cell] ?? null; at !== null; at = hierarchy.above[at] ?? null) outer.push(at);
  return outer;
}

/** Cells whose numbers share lots with this one at either level: itself, its other level, and those of the places around and inside it. */
export function relativesOf(hierarchy: Hierarchy, cell: number): number[] {
  const whole = wholeOf(cell);
  const inside = (at: number): number[] => (hierarchy.below[at] ?? []).flatMap((part) => [part, ...inside(part)]);
  return [whole, ...enclosing(hierarchy, whole), ...inside(whole)].flatMap((place) => [place, firmOf(place)]);
}
