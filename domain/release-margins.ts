/** What can be computed from cells shown side by side: a whole minus its parts, all lines minus firm ones. Used by domain/release. */
import { firmOf, type Hierarchy, isFirm, wholeOf } from './release-cells.ts';

export type SignedCell = readonly [sign: 1 | -1, cell: number];

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
    const parts = (hierarchy.divisions[cell] ?? []).map((division) => partsMargin(cell, division));
    if (isFirm(cell)) return parts;
    const softParts = (hierarchy.divisions[cell] ?? []).map((division) => softPartsMargin(cell, division));
    return [...parts, softMargin(cell), ...softParts, ...crossMargins(hierarchy, cell)];
  });
}

/** A place minus the places of one division of it. */
function partsMargin(whole: number, parts: readonly number[]): Margin {
  return {
    cells: [whole, ...parts],
    isPart: true,
    termsWhere(isShown) {
      const shown = parts.filter(isShown);
      return isShown(whole) && shown.length > 0 ? [[1, whole], ...shown.map((part) => [-1, part] as const)] : null;
    },
  };
}

/** All lines minus firm lines. */
function softMargin(whole: number): Margin {
  const firm = firmOf(whole);
  return {
    cells: [whole, firm],
    isPart: true,
    termsWhere: (isShown) => (isShown(whole) && isShown(firm) ? soft(whole, 1) : null),
  };
}

const soft = (whole: number, sign: 1 | -1): SignedCell[] => [
  [sign, whole],
  [sign === 1 ? -1 : 1, firmOf(whole)],
];

/** Lines that are not firm at a place, minus those at the places of one division of it. */
function softPartsMargin(whole: number, parts: readonly number[]): Margin {
  return {
    cells: [whole, firmOf(whole), ...parts.flatMap((part) => [part, firmOf(part)])],
    isPart: true,
    termsWhere(isShown) {
      const both = (cell: number): boolean => isShown(cell) && isShown(firmOf(cell));
      const shown = parts.filter(both);
      return both(whole) && shown.length > 0 ? [...soft(whole, 1), ...shown.flatMap((part) => soft(part, -1))] : null;
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
              [1, firm],
              [-1, whole],
            ]
          : null,
    };
  });
}

/** All places around this one, of its own level; with merged cells there is more than one way up. */
const enclosing = (hierarchy: Hierarchy, cell: number): number[] => [...(hierarchy.around[cell] ?? [])];

/** Cells whose numbers share lots with this one at either level: itself, its other level, and those of the places around and inside it. */
export function relativesOf(hierarchy: Hierarchy): number[][] {
  const inside = hierarchy.cells.map((_, cell) => new Set<number>([cell]));
  hierarchy.around.forEach((outer, cell) => {
    for (const place of outer) inside[place]?.add(cell);
  });
  const overlaps = (a: number, b: number): boolean => {
    for (const cell of inside[a] ?? []) if (inside[b]?.has(cell)) return true;
    return false;
  };
  const wholes = hierarchy.cells.flatMap((_, cell) => (isFirm(cell) ? [] : [cell]));
  const ofWhole = new Map(
    wholes.map((whole) => [
      whole,
      wholes.filter((other) => overlaps(whole, other)).flatMap((place) => [place, firmOf(place)]),
    ]),
  );
  return hierarchy.cells.map((_, cell) => ofWhole.get(wholeOf(cell)) ?? []);
}
