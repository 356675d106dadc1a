/**
 * What the comparison counts on top of prices, never on a bill: kilograms above what one country, one supplier or the sure part of one offer
 * should bring. Used by the program, the result and the oracle's callers.
 */
import { allowanceKg, groupOf, originOf, type Problem } from './match-model.ts';

export interface SoftCap {
  kind: 'country' | 'supplier' | 'risk';
  /** Country, group of suppliers, or row of the offer. */
  name: string;
  /** Indices into the problem's supplies. What is bought of them counts, feed as well as product. */
  supplies: readonly number[];
  allowanceKg: number;
  microPerKg: number;
}

/** Countries, then suppliers, then offers, each in order of name. */
export function softCapsOf(problem: Problem): SoftCap[] {
  const { concentration, supplierCap, riskMicroPerKg = 0, supplies } = problem;
  const grouped = (nameOf: (s: number) => string) => {
    const groups = Map.groupBy(supplies.keys(), nameOf);
    return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const named = (kind: 'country' | 'supplier', cap: typeof concentration | undefined): SoftCap[] => {
    if (!cap) return [];
    return grouped((s) => {
      const supply = supplies[s];
      if (!supply) return '';
      return kind === 'country' ? originOf(supply) : groupOf(supply);
    }).map(([name, own]) => ({
      kind,
      name,
      supplies: own,
      allowanceKg: allowanceKg(problem, cap),
      microPerKg: cap.excessMicroPerKg,
    }));
  };
  const unsure = supplies.flatMap((supply, s): SoftCap[] => {
    const surePct = supply.surePct ?? 100;
    if (surePct >= 100 || riskMicroPerKg === 0) return [];
    return [
      { kind: 'risk', name: supply.row, supplies: [s], allowanceKg: sureKg(problem, s), microPerKg: riskMicroPerKg },
    ];
  });
  return [...named('country', concentration), ...named('supplier', supplierCap), ...unsure];
}

/** Kilograms over the horizon that an offer surely brings. */
export function sureKg(problem: Problem, s: number): number {
  const supply = problem.supplies[s];
  const capacity = supply?.capacityKg.reduce((sum, kg) => sum + kg, 0) ?? 0;
  return Math.floor((capacity * (supply?.surePct ?? 100)) / 100);
}

/** Micro-dollars that the caps add to the comparison of so many kilograms bought of each supply. */
export const surchargeMicro = (problem: Problem, boughtKg: readonly number[]): number =>
  softCapsOf(problem).reduce((total, cap) => {
    const kg = cap.supplies.reduce((sum, s) => sum + (boughtKg[s] ?? 0), 0);
    return total + Math.max(0, kg - cap.allowanceKg) * cap.microPerKg;
  }, 0);
