/** A match whose search takes seconds. Used by tests that look at a run while it is under way. */
import type { Row } from '#domain/sheets.ts';
import { demandRow, offerRow } from './catalogue.ts';
import type { MatchRound } from './match-round.ts';

const line = (kg: number, more: Row): Row => demandRow({ quantity: kg, commitment: 'firm', ceiling: 950, ...more });

/** Enough lines and offers that the search takes seconds. */
export async function fillHard(round: MatchRound, offers = 60, lines = 70): Promise<void> {
  const rows = (count: number, of: (i: number) => Row) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`r${i}`, of(i)]));
  const quarter = (i: number) => `202${7 + (i % 3)}-Q${1 + (i % 4)}`;
  await round.fill(
    'maker',
    rows(lines, (i) => line(300 + 37 * (i % 11), { period: quarter(i), ceiling: 700 + ((i * 53) % 400) })),
  );
  await round.fill(
    'rival',
    rows(lines, (i) => line(250 + 41 * (i % 13), { period: quarter(i * 7 + 1), ceiling: 700 + ((i * 31) % 400) })),
  );
  await round.fill(
    'offers',
    rows(offers, (i) =>
      offerRow({
        capacity: 400 + 60 * (i % 9),
        minimum: 300 + 110 * (i % 7),
        price: 820 + ((i * 29) % 170),
        tiers: `${500 + 40 * (i % 5)}: ${780 + ((i * 17) % 40)}; ${1100 + 70 * (i % 4)}: ${700 + ((i * 13) % 60)}`,
        country: ['JPN', 'DEU', 'CAN', 'KOR', 'CHN'][i % 5] as string,
      }),
    ),
  );
}
