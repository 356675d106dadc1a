/** A hundred scenarios over a fictional market, always the same: bans of a country, bans of one of its minerals, suppliers that fail, dearer minerals. Used by the bench. */
import type { Problem } from '#domain/match-model.ts';
import type { Shock } from '#domain/match-scenarios.ts';

export function hundredShocks(problems: readonly Problem[]): Shock[] {
  const [first] = problems;
  const from = first?.firstQuarter ?? 0;
  const countries = [...new Set(problems.flatMap(({ supplies }) => supplies.map(({ country }) => country)))].sort();
  const mineralAt = (i: number) => problems[i % problems.length]?.mineral ?? null;
  const countryAt = (i: number) => countries[(i * 5) % countries.length] ?? '';
  const supplierAt = (i: number) => {
    const supplies = problems[i % problems.length]?.supplies ?? [];
    return supplies[(i * 3) % supplies.length]?.supplier ?? '';
  };
  const many = (count: number, of: (i: number) => Shock): Shock[] => Array.from({ length: count }, (_, i) => of(i));
  return [
    ...many(
      12,
      (i): Shock => ({ kind: 'ban', country: countries[i % countries.length] ?? '', mineral: null, from, to: null }),
    ),
    ...many(
      43,
      (i): Shock => ({ kind: 'ban', country: countryAt(i), mineral: mineralAt(i), from: from + (i % 4), to: null }),
    ),
    ...many(30, (i): Shock => ({ kind: 'supplierFails', supplier: supplierAt(i), from: from + (i % 3) })),
    ...many(15, (i): Shock => ({ kind: 'price', country: null, mineral: mineralAt(i), percent: 25 })),
  ];
}
