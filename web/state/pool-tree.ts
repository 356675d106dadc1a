/** Published cells and the reader's own contribution as one tree: mineral, form family, grade, year. Drawn by the pool panel and page. */
import type { Catalogue } from '#domain/catalogue.ts';
import { compare, over, type Ratio, ratio, toSignificant, toText } from '#domain/exact.ts';
import { GRADE_CLASS_TITLE } from '#domain/grades.ts';
import { type Cell, declareCells, firmOf, type Hierarchy, type Level } from '#domain/release-cells.ts';
import { unitContent } from '#domain/release-view.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import type { ReleasedCell } from './api.ts';
import type { OwnContribution } from './own-contribution.ts';

export type { Level };

/** Own numbers are the reader's: whole units, or four digits of small ones. More would show the rounding to whole grams of element. */
const OWN_DIGITS = 4;
const WHOLE_FROM = ratio(1000n);
const ownDigits = (value: Ratio): string =>
  compare(value, WHOLE_FROM) >= 0 ? toText(value, 0) : toSignificant(value, OWN_DIGITS);

export interface PoolNode {
  key: string;
  mineral: string;
  kind: 'mineral' | 'form' | 'grade' | 'year';
  title: string;
  year: number | null;
  /** Null: nothing there, or withheld; they look alike. */
  pool: Record<Level, string | null>;
  /** Null: nothing of the reader's. */
  own: Record<Level, string | null>;
  children: PoolNode[];
}

type PoolOfTree = PoolTerms & { basis: string; unit: string };

/** Every cell that this pool may ever publish; the same on server and browser. */
export const hierarchiesOf = (pool: PoolTerms, catalogue: Catalogue): Hierarchy[] => declareCells(pool, catalogue);

export function poolTree(
  pool: PoolOfTree,
  catalogue: Catalogue,
  hierarchies: readonly Hierarchy[],
  cells: readonly ReleasedCell[],
  own: OwnContribution,
): PoolNode[] {
  const published = new Map(cells.map((cell) => [placeOf(cell), cell.value]));
  return hierarchies.map((hierarchy) => {
    const perUnit = unitContent(pool, hierarchy.mineral, catalogue);
    const grams = own.grams.get(hierarchy.mineral);
    const ownText = (index: number): string | null => {
      const mass = grams?.get(index);
      return mass === undefined ? null : ownDigits(over(ratio(mass, 1000n), perUnit));
    };
    const nodeOf = (index: number): PoolNode => {
      const cell = hierarchy.cells[index];
      const firm = hierarchy.cells[firmOf(index)];
      if (!cell || !firm) throw new Error('a hierarchy names a cell that it does not have');
      return {
        key: cell.id,
        mineral: cell.mineral,
        kind: kindOf(cell),
        title: titleOf(cell, catalogue),
        year: cell.year,
        pool: { all: published.get(placeOf(cell)) ?? null, firm: published.get(placeOf(firm)) ?? null },
        own: { all: ownText(index), firm: ownText(firmOf(index)) },
        children: (hierarchy.below[index] ?? []).map(nodeOf),
      };
    };
    return nodeOf(0);
  });
}

const placeOf = ({ mineral, form, grade, year, level }: Omit<ReleasedCell, 'value'>): string =>
  [mineral, form, grade, year, level].join('|');

const kindOf = ({ form, grade, year }: Cell): PoolNode['kind'] =>
  year !== null ? 'year' : grade !== null ? 'grade' : form !== null ? 'form' : 'mineral';

function titleOf({ mineral, form, grade, year }: Cell, catalogue: Catalogue): string {
  if (year !== null) return String(year);
  if (grade !== null) return GRADE_CLASS_TITLE[grade];
  if (form !== null) return catalogue.families.get(form)?.name ?? form;
  return catalogue.minerals.get(mineral)?.name ?? mineral;
}

/** For readers of a shared sheet: the totals are the sums of all its lines, exact and of this moment, instead of what is published. */
export function withLiveTotals(own: readonly PoolNode[], everybody: readonly PoolNode[]): PoolNode[] {
  return own.map((node, i) => ({
    ...node,
    // Nothing is withheld here: what is not there is nothing.
    pool: { all: everybody[i]?.own.all ?? '0', firm: everybody[i]?.own.firm ?? '0' },
    children: withLiveTotals(node.children, everybody[i]?.children ?? []),
  }));
}

/** The tree row by row, as a table shows it. */
export function flatten(nodes: readonly PoolNode[], depth = 0): { node: PoolNode; depth: number }[] {
  return nodes.flatMap((node) => [{ node, depth }, ...flatten(node.children, depth + 1)]);
}

/** Totals by year below a node; empty unless every year of it is published, since a part would read like the whole. */
export function byYear(node: PoolNode, level: Level): { year: number; value: number }[] {
  const leaves = flatten(node.children)
    .map(({ node: leaf }) => leaf)
    .filter((leaf) => leaf.kind === 'year');
  if (leaves.some((leaf) => leaf.pool[level] === null)) return [];
  const sums = new Map<number, number>();
  for (const { year, pool } of leaves) sums.set(year ?? 0, (sums.get(year ?? 0) ?? 0) + Number(pool[level]));
  return [...sums].map(([year, value]) => ({ year, value })).sort((a, b) => a.year - b.year);
}

export interface HorizonRow {
  key: string;
  title: string;
  depth: number;
  /** One for each year; null: nothing there, or withheld. */
  values: (string | null)[];
}

/**
 * The places of a mineral over its delivery years, as far as the pool declares years. Places with none published are left out; all of them
 * together come with the last release.
 */
export function horizon(
  hierarchy: Hierarchy,
  catalogue: Catalogue,
  cells: readonly ReleasedCell[],
  level: Level,
): { years: number[]; rows: HorizonRow[] } {
  const declared = hierarchy.cells.filter((cell) => cell.level === level && cell.year !== null);
  const years = [...new Set(declared.map(({ year }) => year ?? 0))].sort((a, b) => a - b);
  const values = new Map(cells.map((cell) => [placeOf(cell), cell.value]));
  const rows = hierarchy.cells
    .filter((cell) => cell.level === level && cell.year === null)
    .map((cell): HorizonRow => {
      const shown = years.map((year) => values.get(placeOf({ ...cell, year })) ?? null);
      const depth = cell.form === null ? 0 : cell.grade === null ? 1 : 2;
      return { key: cell.id, title: titleOf(cell, catalogue), depth, values: shown };
    });
  const published = rows.filter(({ values }) => values.some((value) => value !== null));
  return { years, rows: published.length > 0 ? published : rows.slice(0, 1) };
}
