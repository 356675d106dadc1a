/**
 * The meter for counsel: how a joint purchase stands against figures that competition agencies once called safe. The agencies have withdrawn
 * the statements they stood in (the 1996 health-care statements in 2023, the 2000 collaboration guidelines in 2024), so they are heuristics
 * and no law. Computed from published totals only, so that the meter tells nobody more than the pool does.
 */
import { basisOf, type Catalogue } from './catalogue.ts';
import { over, parseDecimal, type Ratio, ratio, times, toSignificant } from './exact.ts';

export const HEURISTICS = {
  /** Joint purchases below this share of the market's purchases. */
  purchasesPct: 35,
  /** Cost of what is bought jointly below this share of the revenue of what each buyer makes of it. */
  inputPct: 20,
  /** Statistics from at least so many companies, none above this share of the total. */
  companiesMin: 5,
  largestPct: 25,
} as const;

/** U.S. consumption of a year as published: tonnes, and what the tonnes are tonnes of. */
export interface Consumption {
  tonnes: number | null;
  qualifier: string;
  basis: string;
}

/** Kilograms of contained element that were consumed; null where the published figure is withheld or of another basis. */
export function consumedKg(mineralId: string, consumption: Consumption | null, catalogue: Catalogue): Ratio | null {
  const mineral = catalogue.minerals.get(mineralId);
  const tonnes = consumption?.tonnes == null ? null : parseDecimal(String(consumption.tonnes));
  if (!mineral || !consumption || tonnes === null || consumption.qualifier !== '') return null;
  const [what = '', kind = ''] = consumption.basis.split(' ');
  const kg = times(tonnes, ratio(1000n));
  if (consumption.basis === 'gross weight (metal)' || (kind === 'content' && what === mineral.symbol)) return kg;
  const basis = kind === 'equivalent' ? basisOf(catalogue, mineralId, what) : undefined;
  return basis ? times(kg, basis.content) : null;
}

/** Percent with two significant digits; null where one of the two is not known. `released` is in the pool's unit. */
export function shareOfConsumption(released: string | null, perUnitKg: Ratio, consumed: Ratio | null): string | null {
  const amount = released === null ? null : parseDecimal(released);
  if (amount === null || consumed === null) return null;
  return toSignificant(over(times(times(amount, perUnitKg), ratio(100n)), consumed), 2);
}
