/** What viewers receive: every declared cell, in the same order at every slot, with its rounded value or nothing. Used by the publisher. */
import { basisOf, type Catalogue } from './catalogue.ts';
import { type Parts, totalOf } from './disclosure.ts';
import { over, type Ratio, ratio, times, toNumber, toSignificant } from './exact.ts';
import type { Cell, Hierarchy } from './release-cells.ts';

/** Of a value: more digits would let a member watch its own small edits pass through the total. */
const DIGITS = 3;

/** A cell as it is sent. No value: nothing there, or nothing that may be shown; the two look alike. */
export type ShownCell = Omit<Cell, 'id'> & { value: string | null };

/** Kilograms of contained element in one unit of what the pool's totals are stated in. */
export function unitContent(pool: { basis: string; unit: string }, mineralId: string, catalogue: Catalogue): Ratio {
  const mineral = catalogue.minerals.get(mineralId);
  const basis = basisOf(catalogue, mineralId, pool.basis) ?? (mineral && basisOf(catalogue, mineralId, mineral.basis));
  const unit = catalogue.units.get(pool.unit);
  if (!basis || !unit) throw new Error('a pool states its totals in a constituent and a unit of the catalogue');
  return times(basis.content, unit.kg);
}

/** Rounded once, from whole grams. */
export function roundTotal(parts: Parts, perUnit: Ratio): string {
  return toSignificant(over(ratio(totalOf(parts), 1000n), perUnit), DIGITS);
}

/** `values` by cell id. */
export const showCells = (hierarchies: readonly Hierarchy[], values: ReadonlyMap<string, string>): ShownCell[] =>
  hierarchies.flatMap(({ cells }) => cells.map(({ id, ...cell }) => ({ ...cell, value: values.get(id) ?? null })));

/** Kilograms of contained element that a release shows of a mineral as a whole; null where it shows them not, or only of some years. */
export function pooledKg(
  release: {
    basis: string;
    unit: string;
    cells: readonly (Pick<ShownCell, 'mineral' | 'form' | 'year' | 'level' | 'value'> & { grade: string | null })[];
  },
  mineralId: string,
  catalogue: Catalogue,
): number | null {
  const cells = release.cells.filter(
    ({ mineral, form, grade, level }) => mineral === mineralId && form === null && grade === null && level === 'all',
  );
  const whole = cells.find(({ year }) => year === null);
  const parts = whole ? [whole] : cells;
  if (parts.length === 0 || parts.some(({ value }) => value === null)) return null;
  return (
    parts.reduce((sum, { value }) => sum + Number(value), 0) * toNumber(unitContent(release, mineralId, catalogue))
  );
}
