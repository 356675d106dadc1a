/** Which lines a view shows and in what order: filter, sort, group. Pure: rows and texts come in, ids go out. */
import { CONTAINED_OF } from '#domain/entry.ts';
import type { Row } from '#domain/sheets.ts';
import { type Grams, sumGrams } from '#domain/units.ts';
import type { FilterTest, ViewBody } from '#protocol/views-api.ts';
import { type CellView, type Lens, massAt, viewRow } from './cell-view.ts';
import { CONTAINED, type GridColumn } from './columns.ts';

export const PLAIN: ViewBody = { sort: [], filter: [], group: null, hidden: [] };

/** Lines stand as everybody sees them. Hidden columns do not change that. */
export const isUnarranged = ({ sort, filter, group }: ViewBody): boolean =>
  sort.length === 0 && filter.length === 0 && group === null;
export const isPlain = (body: ViewBody): boolean => isUnarranged(body) && body.hidden.length === 0;

const GROUP = '=group:';
export const isGroup = (id: string): boolean => id.startsWith(GROUP);

export interface Group {
  /** Text of the column that the lines share; '' where it is empty. */
  text: string;
  lines: number;
  mass: Grams | null;
  isFolded: boolean;
}

export interface Arranged {
  /** Lines, with a group's id before the lines of the group. */
  ids: readonly string[];
  groups: ReadonlyMap<string, Group>;
}

export interface Ground {
  lens: Lens;
  /** As everybody sees them. */
  order: readonly string[];
  rowOf: (id: string) => Row;
  folded: ReadonlySet<string>;
  /** Lines that stay where they are, whatever became of them: the one that is worked in, and new ones. */
  held: ReadonlySet<string>;
  /** What was shown before with the same view; empty at first. */
  before: readonly string[];
}

const EMPTY_ROW: readonly CellView[] = [];

export function arrange(body: ViewBody, ground: Ground): Arranged {
  const { lens, order, held, rowOf } = ground;
  const place = new Map(ground.before.map((id, index) => [id, index]));
  const isHeld = (id: string) => held.has(id) && (place.has(id) || isLate(ground, id));
  const tests = body.filter.flatMap((filter) => testOf(lens, filter) ?? []);
  const lines = order.filter((id) => !isHeld(id) && tests.every((passes) => passes(rowOf(id))));
  const sorted = sortLines(body.sort, lens, lines, rowOf);
  const { ids, groups } =
    body.group === null ? { ids: sorted, groups: new Map() } : grouped(body.group, ground, sorted);
  const kept = order.filter(isHeld).sort((a, b) => (place.get(a) ?? Infinity) - (place.get(b) ?? Infinity));
  const out = [...ids];
  for (const id of kept) out.splice(Math.min(place.get(id) ?? out.length, out.length), 0, id);
  return { ids: out, groups };
}

/** New since the view was first made: it goes to the end until it is left. */
const isLate = ({ before }: Ground, id: string): boolean => before.length > 0 && !before.includes(id);

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
type Key = number | string | null;

/** What a line is sorted by: mass for quantities, because units differ from line to line; a number; a quarter; else the text as it is shown. */
export function keyOf(lens: Lens, row: Row, column: GridColumn): Key {
  if (column.id === CONTAINED || column.id === CONTAINED_OF[lens.spec.kind]) {
    const mass = massAt(lens, row);
    if (mass !== null || column.id === CONTAINED) return mass;
  }
  const cell = row[column.id];
  if (typeof cell === 'number') return cell;
  if (column.column?.type === 'period' || column.column?.type === 'quarter') return cell ? String(cell) : null;
  return textOf(lens, row, column) || null;
}

const textOf = (lens: Lens, row: Row, column: GridColumn): string => viewRow(lens, row)[column.index]?.text ?? '';

function compareKeys(a: Key, b: Key): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return collator.compare(String(a), String(b));
}

/** Stable: lines that are equal stand as everybody sees them. Empty cells come last both ways. */
function sortLines(sort: ViewBody['sort'], lens: Lens, ids: readonly string[], rowOf: Ground['rowOf']): string[] {
  const by = sort.flatMap(({ column, down }) => {
    const found = lens.all.find(({ id }) => id === column);
    return found ? [{ column: found, down }] : [];
  });
  if (by.length === 0) return [...ids];
  const keyed = ids.map((id) => ({ id, keys: by.map(({ column }) => keyOf(lens, rowOf(id), column)) }));
  keyed.sort((a, b) => {
    for (const [index, { down }] of by.entries()) {
      const [x = null, y = null] = [a.keys[index], b.keys[index]];
      const order = compareKeys(x, y);
      if (order !== 0) return down && x !== null && y !== null ? -order : order;
    }
    return 0;
  });
  return keyed.map(({ id }) => id);
}

function grouped(columnId: string, { lens, rowOf, folded }: Ground, ids: readonly string[]): Arranged {
  const column = lens.all.find(({ id }) => id === columnId);
  if (!column) return { ids, groups: new Map() };
  const parts = Map.groupBy(ids, (id) => textOf(lens, rowOf(id), column));
  const texts = [...parts.keys()].sort((a, b) => compareKeys(a || null, b || null));
  const out: string[] = [];
  const groups = new Map<string, Group>();
  for (const text of texts) {
    const lines = parts.get(text) ?? [];
    const id = GROUP + text;
    const isFolded = folded.has(id);
    groups.set(id, { text, lines: lines.length, mass: massOfLines(lens, lines.map(rowOf)), isFolded });
    out.push(id);
    if (!isFolded) out.push(...lines);
  }
  return { ids: out, groups };
}

/** Null where no line has a mass, or elements differ: kilograms of gallium and of yttrium have no sum that means anything. */
export function massOfLines(lens: Lens, rows: readonly Row[]): Grams | null {
  const masses = rows.flatMap((row) => massAt(lens, row) ?? []);
  if (masses.length === 0) return null;
  const minerals = new Set(rows.filter((row) => massAt(lens, row) !== null).map((row) => row.mineral));
  return minerals.size > 1 ? null : sumGrams(masses);
}

type Test = (row: Row) => boolean;

/** Null where the filter names no column of this sheet, or says nothing yet. */
function testOf(lens: Lens, { column: columnId, test, text }: ViewBody['filter'][number]): Test | null {
  if (columnId === '')
    return test === 'wrong' ? (row) => viewRow(lens, row).some((cell) => cell.problem !== null) : null;
  const column = lens.all.find(({ id }) => id === columnId);
  if (!column || (text === '' && NEED_TEXT.includes(test))) return null;
  const wanted = text.toLowerCase();
  const shown = (row: Row) => textOf(lens, row, column).toLowerCase();
  switch (test) {
    case 'has':
      return (row) => shown(row).includes(wanted);
    case 'is':
      return (row) => shown(row) === wanted;
    case 'isNot':
      return (row) => shown(row) !== wanted;
    case 'above':
    case 'below':
      return limitTest(lens, column, test, text);
    case 'empty':
      return (row) => shown(row) === '';
    case 'filled':
      return (row) => shown(row) !== '';
    case 'wrong':
      return (row) => (viewRow(lens, row)[column.index] ?? EMPTY_ROW[0])?.problem != null;
  }
}

export const NEED_TEXT: readonly FilterTest[] = ['has', 'is', 'isNot', 'above', 'below'];

const GRAMS_OF: Readonly<Record<string, number>> = { g: 1, kg: 1000, t: 1_000_000, lb: 453.59237 };

/** Above and below: a mass in kilograms unless it names a unit, a number, or a text that is sorted after or before. */
function limitTest(lens: Lens, column: GridColumn, test: 'above' | 'below', text: string): Test {
  const [, digits = '', unit = ''] = /^([\d.,\s]+?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const number = digits === '' ? Number.NaN : Number(digits.replace(/[,\s]/g, ''));
  const isMass = column.id === CONTAINED || column.id === CONTAINED_OF[lens.spec.kind];
  const limit: Key = Number.isNaN(number) ? text : isMass ? number * (GRAMS_OF[unit.toLowerCase()] ?? 1000) : number;
  return (row) => {
    const key = keyOf(lens, row, column);
    if (key === null) return false;
    const order = compareKeys(key, limit);
    return test === 'above' ? order > 0 : order < 0;
  };
}
