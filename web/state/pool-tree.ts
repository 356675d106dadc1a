/** Published cells and the reader's own contribution as one tree: mineral, form family, grade, year. Drawn by the pool panel and page. */
import type { Catalogue } from '#domain/catalogue.ts';
import { GRADE_CLASS_TITLE, GRADE_CLASSES, type GradeClass } from '#domain/grades.ts';
import type { ReleasedCell } from './api.ts';
import { type CellPlace, type OwnPart, ownValue } from './own-contribution.ts';

export type Level = 'all' | 'firm';

export interface PoolNode {
  key: string;
  place: CellPlace;
  kind: 'mineral' | 'form' | 'grade' | 'year';
  title: string;
  /** Null: nothing there, or withheld; they look alike. */
  pool: Record<Level, string | null>;
  own: Record<Level, string | null>;
  children: PoolNode[];
}

interface Sources {
  cells: readonly ReleasedCell[];
  own: readonly OwnPart[];
  catalogue: Catalogue;
  pool: { basis: string; unit: string; minerals: readonly string[] };
}

const keyOf = (place: CellPlace): string =>
  [place.mineral, place.form ?? '*', place.grade ?? '*', place.year ?? '*'].join('|');

export function poolTree(sources: Sources): PoolNode[] {
  const published = new Map<string, Record<Level, string | null>>();
  const places = new Map<string, CellPlace>();
  const note = (place: CellPlace) => places.set(keyOf(place), place);
  for (const { mineral, form, grade, year, level, value } of sources.cells) {
    const place = { mineral, form, grade, year };
    note(place);
    const values = published.get(keyOf(place)) ?? { all: null, firm: null };
    published.set(keyOf(place), { ...values, [level]: value });
  }
  for (const { mineral, family, grade, year } of sources.own)
    for (const place of [
      { mineral, form: null, grade: null, year: null },
      { mineral, form: family, grade: null, year: null },
      { mineral, form: family, grade, year: null },
      { mineral, form: family, grade, year },
    ])
      note(place);
  for (const mineral of sources.pool.minerals) note({ mineral, form: null, grade: null, year: null });
  return childrenOf(null, [...places.values()], published, sources);
}

const depthOf = (place: CellPlace): number =>
  place.year !== null ? 3 : place.grade !== null ? 2 : place.form !== null ? 1 : 0;
const KINDS = ['mineral', 'form', 'grade', 'year'] as const;

function childrenOf(
  parent: CellPlace | null,
  places: readonly CellPlace[],
  published: ReadonlyMap<string, Record<Level, string | null>>,
  sources: Sources,
): PoolNode[] {
  const depth = parent === null ? 0 : depthOf(parent) + 1;
  return places
    .filter((place) => depthOf(place) === depth && (parent === null || belongs(place, parent)))
    .sort((a, b) => rankOf(a, sources) - rankOf(b, sources) || titleOf(a, sources).localeCompare(titleOf(b, sources)))
    .map((place) => ({
      key: keyOf(place),
      place,
      kind: KINDS[depth] ?? 'year',
      title: titleOf(place, sources),
      pool: published.get(keyOf(place)) ?? { all: null, firm: null },
      own: {
        all: ownValue(sources.own, place, 'all', sources.catalogue, sources.pool),
        firm: ownValue(sources.own, place, 'firm', sources.catalogue, sources.pool),
      },
      children: depth === 3 ? [] : childrenOf(place, places, published, sources),
    }));
}

const belongs = (place: CellPlace, parent: CellPlace): boolean =>
  place.mineral === parent.mineral &&
  (parent.form === null || place.form === parent.form) &&
  (parent.grade === null || place.grade === parent.grade);

function rankOf(place: CellPlace, { pool }: Sources): number {
  if (place.year !== null) return place.year;
  if (place.grade !== null) return GRADE_CLASSES.indexOf(place.grade as GradeClass);
  return place.form === null ? pool.minerals.indexOf(place.mineral) : 0;
}

function titleOf(place: CellPlace, { catalogue }: Sources): string {
  if (place.year !== null) return String(place.year);
  if (place.grade !== null) return GRADE_CLASS_TITLE[place.grade as GradeClass] ?? place.grade;
  if (place.form !== null) return catalogue.families.get(place.form)?.name ?? place.form;
  return catalogue.minerals.get(place.mineral)?.name ?? place.mineral;
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
  for (const { place, pool } of leaves)
    sums.set(place.year ?? 0, (sums.get(place.year ?? 0) ?? 0) + Number(pool[level]));
  return [...sums].map(([year, value]) => ({ year, value })).sort((a, b) => a.year - b.year);
}
