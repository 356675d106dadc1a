/**
 * The shocks that people may choose from: few sizes and whole years, because a free choice of them would be a way to measure single lines.
 * Used by server/match for scenarios.
 */
import { bansOf } from './match-bans.ts';
import type { ExportBan } from './match-input.ts';
import { originOf, type Problem, type Supply } from './match-model.ts';
import { SCENARIOS_MAX, type Shock, shocked } from './match-scenarios.ts';
import type { Intervention } from './mineral-facts.ts';

export const PRICE_STEPS = [25, 50, 100] as const;
export const DEMAND_STEPS = [10, 25] as const;

/** A mineral, country or year of null is all of them, and the whole horizon. Countries as in the catalogue, ISO 3166 alpha-3. */
export type Chosen =
  | { kind: 'ban'; country: string; mineral: string | null; fromYear: number | null; toYear: number | null }
  | { kind: 'supplierFails'; supplier: string; fromYear: number | null }
  | { kind: 'price'; country: string | null; mineral: string | null; percent: (typeof PRICE_STEPS)[number] }
  | { kind: 'demand'; mineral: string | null; percent: (typeof DEMAND_STEPS)[number] }
  | { kind: 'intervention'; id: string; mineral: string };

/** An intervention of the catalogue that can be tried the other way round: a ban that holds ends, one that does not begins on its date. */
export interface Tryable {
  id: string;
  mineral: string;
  country: string;
  effect: 'begins' | 'ends';
  date: string | null;
}

/** Quotas and licences narrow exports, by how much nobody publishes: nothing of them can be tried. */
export const tryable = (interventions: readonly Intervention[], mineral: string): Tryable[] =>
  interventions.flatMap((one): Tryable[] => {
    const { id, iso3, startDate, statusFrom, statusUntil, startYear } = one;
    const holds = bansOf([one], mineral).length > 0;
    if (!holds && bansOf([begun(one)], mineral).length === 0) return [];
    const date = holds ? (statusUntil ?? statusFrom ?? startDate) : (startDate ?? (startYear && String(startYear)));
    return [{ id, mineral, country: iso3, effect: holds ? 'ends' : 'begins', date: date || null }];
  });

const begun = (one: Intervention): Intervention => ({
  ...one,
  status: 'in_force',
  statusFrom: null,
  statusUntil: null,
});

/** The bans of a mineral with one intervention tried the other way round. */
export function bansTrying(interventions: readonly Intervention[], mineral: string, id: string): ExportBan[] {
  const one = interventions.find((entry) => entry.id === id);
  if (!one) return bansOf(interventions, mineral);
  const others = interventions.filter((entry) => entry.id !== id);
  return bansOf(bansOf([one], mineral).length > 0 ? others : [...others, begun(one)], mineral);
}

/** Null for an intervention, which changes the problem from further up. */
export function shockOf(chosen: Chosen): Shock | null {
  const begins = (year: number | null) => (year === null ? 0 : year * 4);
  switch (chosen.kind) {
    case 'ban': {
      const { country, mineral, fromYear, toYear } = chosen;
      return { kind: 'ban', country, mineral, from: begins(fromYear), to: toYear === null ? null : toYear * 4 + 3 };
    }
    case 'supplierFails':
      return { kind: 'supplierFails', supplier: chosen.supplier, from: begins(chosen.fromYear) };
    case 'price':
    case 'demand':
      return chosen;
    case 'intervention':
      return null;
  }
}

/** Where offers come from, as they are refined or dug. */
export const countriesOf = (problem: Problem): string[] =>
  [...new Set(problem.supplies.flatMap((supply) => [supply.country, originOf(supply)]))].sort();
export const suppliersOf = (problems: readonly Problem[]): string[] =>
  [...new Set(problems.flatMap(({ supplies }) => supplies.map(({ supplier }) => supplier)))].sort();

/**
 * The ready-made grid: what touches nothing is left out, and what does not fit into a hundred is counted. Countries and suppliers take turns,
 * the largest by what they could sell first.
 */
export function gridOf(
  problems: readonly Problem[],
  interventions: readonly Tryable[],
): { shocks: Chosen[]; leftOut: number } {
  const failing = suppliersOf(problems).map((supplier): Ranked => {
    const own = problems.flatMap(({ supplies }) => supplies.filter((supply) => supply.supplier === supplier));
    return { chosen: { kind: 'supplierFails', supplier, fromYear: null }, usd: worthOf(own) };
  });
  const bans = problems.flatMap((problem) =>
    countriesOf(problem).map((country): Ranked => {
      const own = problem.supplies.filter((supply) => supply.country === country || originOf(supply) === country);
      return { chosen: banned(country, problem.mineral), usd: worthOf(own) };
    }),
  );
  const all: Chosen[] = [
    ...interventions.map(({ id, mineral }): Chosen => ({ kind: 'intervention', id, mineral })),
    ...PRICE_STEPS.map((percent): Chosen => ({ kind: 'price', country: null, mineral: null, percent })),
    ...DEMAND_STEPS.map((percent): Chosen => ({ kind: 'demand', mineral: null, percent })),
    ...inTurns(largestFirst(bans), largestFirst(failing)),
  ];
  const touching = all.filter((chosen) => {
    const shock = shockOf(chosen);
    return shock === null || problems.some((problem) => shocked(problem, shock) !== problem);
  });
  return { shocks: touching.slice(0, SCENARIOS_MAX), leftOut: Math.max(0, touching.length - SCENARIOS_MAX) };
}

interface Ranked {
  chosen: Chosen;
  usd: number;
}

/** Dollars of everything that could be delivered, at first prices. */
const worthOf = (supplies: readonly Supply[]): number =>
  supplies.reduce(
    (usd, { capacityKg, tiers }) =>
      usd + (capacityKg.reduce((kg, each) => kg + each, 0) * (tiers[0]?.usdMicroPerKg ?? 0)) / 1e6,
    0,
  );
/** Sorting keeps the order of what is worth the same. */
const largestFirst = (ranked: readonly Ranked[]): Chosen[] =>
  ranked.toSorted((a, b) => b.usd - a.usd).map(({ chosen }) => chosen);
const inTurns = (a: readonly Chosen[], b: readonly Chosen[]): Chosen[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, i) => [a[i], b[i]]).flatMap((pair) =>
    pair.flatMap((one) => one ?? []),
  );

const banned = (country: string, mineral: string | null): Chosen => ({
  kind: 'ban',
  country,
  mineral,
  fromYear: null,
  toYear: null,
});

/** What the catalogue calls things. */
export interface ShockNames {
  country: (id: string) => string;
  mineral: (id: string) => string;
  interventions: readonly Tryable[];
}

export function titleOf(chosen: Chosen, names: ShockNames): string {
  const what = (mineral: string | null) => (mineral === null ? 'everything' : names.mineral(mineral));
  switch (chosen.kind) {
    case 'ban': {
      const { fromYear, toYear } = chosen;
      const years =
        fromYear === null && toYear === null ? '' : `, ${fromYear ?? 'from the start'} to ${toYear ?? 'the end'}`;
      return `${names.country(chosen.country)} bans ${what(chosen.mineral)}${years}`;
    }
    case 'supplierFails':
      return `${chosen.supplier} fails${chosen.fromYear === null ? '' : ` from ${chosen.fromYear} on`}`;
    case 'price': {
      const from = chosen.country === null ? '' : ` from ${names.country(chosen.country)}`;
      return `Prices of ${what(chosen.mineral)}${from} up ${chosen.percent} %`;
    }
    case 'demand':
      return `Demand for ${what(chosen.mineral)} up ${chosen.percent} %`;
    case 'intervention': {
      const known = names.interventions.find(({ id, mineral }) => id === chosen.id && mineral === chosen.mineral);
      const date = known?.date ? ` (${known.date})` : '';
      const verb = known?.effect === 'begins' ? 'begins' : 'is lifted';
      return `The ban on ${names.mineral(chosen.mineral)} of ${names.country(known?.country ?? '')} ${verb}${date}`;
    }
  }
}
