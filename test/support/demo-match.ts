/** The demo pools as match problems, straight from the seed's tables. Used by the demo's tests of the match. */
import { readDemandLine } from '#domain/demand-sheet.ts';
import { MATCH_SETTINGS, problemsOf } from '#domain/match-input.ts';
import type { Problem } from '#domain/match-model.ts';
import { readOffer } from '#domain/offer-sheet.ts';
import { readPriority } from '#domain/priority-sheet.ts';
import type { RowReading } from '#domain/sheets.ts';
import { planned, readTarget } from '#domain/target-sheet.ts';
import { demandCells, offerCells, priorityCells, readDemo, targetCells, termsOf } from '#seeds/demo-tables.ts';
import { catalogue } from './catalogue.ts';

export interface DemoPool {
  id: string;
  name: string;
  mineral: string;
  problems: Problem[];
}

export function demoPools(): DemoPool[] {
  const demo = readDemo(catalogue);
  const valid = <T>(reading: RowReading<T>): T[] => (reading.state === 'valid' ? [reading.value] : []);
  return demo.pools.values.map((pool) => {
    const terms = termsOf(pool);
    const outcome = problemsOf({
      ...terms,
      awardQuarter: '2026-Q4',
      demand: demo.demand.values
        .filter((row) => row.pool_id === pool.pool_id)
        .flatMap((row) =>
          valid(readDemandLine(row.line_id, demandCells(row), catalogue, terms)).map((line) => ({
            organizationId: row.org_id,
            parentId: row.org_id,
            line,
          })),
        ),
      offers: demo.offers.values
        .filter((row) => row.mineral_id === pool.mineral_id)
        .flatMap((row) => valid(readOffer(row.offer_id, offerCells(row), catalogue, terms))),
      targets: planned(
        demo.priorities.values.flatMap((row) => valid(readPriority(row.priority_id, priorityCells(row), catalogue))),
        demo.priorities.values.flatMap((row) => valid(readTarget(row.priority_id, targetCells(row), catalogue))),
      ),
      coveredGrams: new Map(),
      lotterySeed: pool.pool_id,
      settings: MATCH_SETTINGS,
    });
    if (!outcome.ok) throw new Error(outcome.refusal.message);
    return { id: pool.pool_id, name: pool.name, mineral: pool.mineral_id, problems: outcome.value };
  });
}
