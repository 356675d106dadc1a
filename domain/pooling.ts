/** From demand lines to pooled grams: what each ultimate owner adds to each lot. Used by the ledger, and by tests as the full recomputation. */
import type { DemandLine } from './demand-sheet.ts';
import type { Contributions } from './disclosure.ts';
import type { GradeClass } from './grades.ts';
import { spreadByYear } from './quarters.ts';
import type { Grams } from './units.ts';

/** The finest thing that is pooled. Numbers that are shown add up whole lots. */
export interface Lot {
  mineral: string;
  family: string;
  grade: GradeClass;
  year: number;
  /** Firm and take-or-pay lines; letters of intent and indicative lines are another lot. */
  firm: boolean;
}

/** 'yttrium|y-oxide|5N|2027|firm'; catalogue ids hold no bar. */
export type LotKey = string;

export const lotKey = (lot: Lot): LotKey =>
  [lot.mineral, lot.family, lot.grade, lot.year, lot.firm ? 'firm' : 'soft'].join('|');

export function readLotKey(key: LotKey): Lot {
  const [mineral = '', family = '', grade = 'any', year = '', level = ''] = key.split('|');
  return { mineral, family, grade: grade as GradeClass, year: Number(year), firm: level === 'firm' };
}

/** Who stands behind a sheet. */
export interface Contributor {
  /** The ultimate owner; subsidiaries of one owner are one contributor. */
  parentId: string;
  /** A government's own lines are bought beside the pool; they never hide, and never count among, its members. */
  government: boolean;
}

/** What one line adds. Whole grams, summing to the line's mass. */
export type Part = readonly [lot: LotKey, mass: Grams];

export type PooledLine = Pick<DemandLine, 'mineral' | 'family' | 'gradeClass' | 'grams' | 'window' | 'commitment'>;

/** Grams by lot and ultimate owner. No entry is zero, no lot empty. Sums are exact however large single lines are. */
export type PooledLots = ReadonlyMap<LotKey, Contributions>;

const FIRM: readonly DemandLine['commitment'][] = ['firm', 'takeOrPay'];

export function partsOf(line: PooledLine, contributor: Contributor): Part[] {
  if (contributor.government) return [];
  const { mineral, family, gradeClass, commitment } = line;
  const firm = FIRM.includes(commitment);
  return [...spreadByYear(line.grams, line.window)]
    .filter(([, mass]) => mass > 0)
    .map(([year, mass]) => [lotKey({ mineral, family, grade: gradeClass, year, firm }), mass]);
}

export type MutableLots = Map<LotKey, Map<string, bigint>>;

/** Changes `lots` by the parts of one owner: cost depends on the parts alone. Taking away what was never added is a bug and throws. */
export function addParts(lots: MutableLots, parentId: string, parts: readonly Part[], sign: 1n | -1n): void {
  for (const [key, mass] of parts) {
    const owners = lots.get(key) ?? new Map<string, bigint>();
    const next = (owners.get(parentId) ?? 0n) + sign * BigInt(mass);
    if (next < 0n) throw new RangeError('a pool cannot hold less than nothing of an owner');
    if (next > 0n) lots.set(key, owners.set(parentId, next));
    else owners.delete(parentId);
    if (owners.size === 0) lots.delete(key);
  }
}

/** The pool computed anew from all its lines. */
export function poolLines(lines: Iterable<{ line: PooledLine; contributor: Contributor }>): PooledLots {
  const lots: MutableLots = new Map();
  for (const { line, contributor } of lines) addParts(lots, contributor.parentId, partsOf(line, contributor), 1n);
  return lots;
}
