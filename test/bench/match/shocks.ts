/** A hundred scenarios over a fictional market, always the same: bans of a country, bans of one of its minerals, suppliers that fail, dearer minerals. Used by the bench. */
import type { Problem } from '#domain/match-model.ts';
import type { Shock } from '#domain/match-scenarios.ts';

/** A country's ban touches most minerals, the others one each: about 330 minerals of the middle size are solved again. */
export function hundredShocks(problems: readonly Problem[]): Shock[] {
  const [first] = problems;
  const from = first?.firstQuarter ?? 0;
  const countriesIn = (some: readonly Problem[]) => [
    ...new Set(some.flatMap(({ supplies }) => supplies.map(({ country }) => country))),
  ];
  const countries = countriesIn(problems).sort();
  const problemAt = (i: number): Problem | undefined => problems[i % problems.length];
  const mineralAt = (i: number) => problemAt(i)?.mineral ?? null;
  /** One that delivers the mineral, another one each time round. */
  const countryAt = (i: number) => {
    const own = countriesIn(problems.slice(i % problems.length, (i % problems.length) + 1)).sort();
    return own[Math.floor(i / problems.length) % own.length] ?? '';
  };
  const supplierAt = (i: number) => {
    const supplies = problemAt(i)?.supplies ?? [];
    return supplies[(i * 3) % supplies.length]?.supplier ?? '';
  };
  const many = (count: number, of: (i: number) => Shock): Shock[] => Array.from({ length: count }, (_, i) => of(i));
  return [
    ...many(32, (i): Shock => {
      const begins = from + 2 * Math.floor(i / countries.length);
      return { kind: 'ban', country: countries[i % countries.length] ?? '', mineral: null, from: begins, to: null };
    }),
    ...many(
      33,
      (i): Shock => ({ kind: 'ban', country: countryAt(i), mineral: mineralAt(i), from: from + (i % 4), to: null }),
    ),
    ...many(20, (i): Shock => ({ kind: 'supplierFails', supplier: supplierAt(i), from: from + (i % 3) })),
    ...many(15, (i): Shock => ({ kind: 'price', country: null, mineral: mineralAt(i), percent: 25 })),
  ];
}
