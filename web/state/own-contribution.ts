/** What the reader's own sheet adds to the pool, by the same rules that the server pools with. Shown beside published totals. */
import { basisOf, type Catalogue } from '#domain/catalogue.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { toSignificant } from '#domain/exact.ts';
import type { GradeClass } from '#domain/grades.ts';
import { partsOf } from '#domain/pooling.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import type { Row } from '#domain/sheets.ts';
import { type Grams, grams, massInBasis } from '#domain/units.ts';

/** Own numbers are shown a digit finer than published ones: they are the reader's. */
const DIGITS = 4;

export interface OwnPart {
  mineral: string;
  family: string;
  grade: GradeClass;
  year: number;
  firm: boolean;
  grams: Grams;
}

/** A published cell's place in the hierarchy; null means all of them. */
export interface CellPlace {
  mineral: string;
  form: string | null;
  grade: string | null;
  year: number | null;
}

export interface OwnContribution {
  parts: readonly OwnPart[];
  /** Lines that are wrong somewhere and therefore not in the pool. */
  leftOut: number;
}

export function ownContribution(
  rows: Iterable<[string, Row]>,
  catalogue: Catalogue,
  terms: PoolTerms,
): OwnContribution {
  const parts: OwnPart[] = [];
  let leftOut = 0;
  for (const [id, row] of rows) {
    const reading = readDemandLine(id, row, catalogue, terms);
    if (reading.state === 'invalid') leftOut += 1;
    if (reading.state !== 'valid') continue;
    for (const [key, mass] of partsOf(reading.value, { parentId: 'own', government: false })) {
      const [mineral = '', family = '', grade = 'any', year = '0', firmness] = key.split('|');
      parts.push({
        mineral,
        family,
        grade: grade as GradeClass,
        year: Number(year),
        firm: firmness === 'firm',
        grams: mass,
      });
    }
  }
  return { parts, leftOut };
}

export const isIn = (part: OwnPart, place: CellPlace): boolean =>
  part.mineral === place.mineral &&
  (place.form === null || place.form === part.family) &&
  (place.grade === null || place.grade === part.grade) &&
  (place.year === null || place.year === part.year);

/** Decimal text in the pool's unit and basis; null where the own sheet adds nothing. */
export function ownValue(
  parts: readonly OwnPart[],
  place: CellPlace,
  level: 'all' | 'firm',
  catalogue: Catalogue,
  pool: { basis: string; unit: string },
): string | null {
  const mass = parts.reduce(
    (sum, part) => (isIn(part, place) && (level === 'all' || part.firm) ? sum + part.grams : sum),
    0,
  );
  const basis = basisOf(catalogue, place.mineral, pool.basis);
  const unit = catalogue.units.get(pool.unit);
  return mass > 0 && basis && unit ? toSignificant(massInBasis(grams(mass), basis, unit), DIGITS) : null;
}
