/** What the reader's own sheet adds to the pool, by the same rules that the server pools with. Shown beside published totals. */
import type { Catalogue } from '#domain/catalogue.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { addParts, type MutableLots, partsOf, readLotKey } from '#domain/pooling.ts';
import { foldLots, type Hierarchy, lotsOfCells } from '#domain/release-cells.ts';
import type { PoolTerms } from '#domain/row-reading.ts';
import type { Row } from '#domain/sheets.ts';

const OWN = 'own';

export interface OwnContribution {
  /** Grams of contained element by mineral and cell index of its hierarchy; a cell without an entry holds nothing of the reader. */
  grams: ReadonlyMap<string, ReadonlyMap<number, bigint>>;
  /** Lines that are wrong somewhere and therefore not in the pool. */
  leftOut: number;
}

export const NOTHING_OWN: OwnContribution = { grams: new Map(), leftOut: 0 };

export function ownContribution(
  rows: Iterable<[string, Row]>,
  catalogue: Catalogue,
  terms: PoolTerms,
  hierarchies: readonly Hierarchy[],
): OwnContribution {
  const lots: MutableLots = new Map();
  let leftOut = 0;
  for (const [id, row] of rows) {
    const reading = readDemandLine(id, row, catalogue, terms);
    if (reading.state === 'invalid') leftOut += 1;
    if (reading.state === 'valid')
      addParts(lots, OWN, partsOf(reading.value, { parentId: OWN, government: false }), 1n);
  }
  const pooled = [...lots].map(([key, owners]) => [readLotKey(key), owners] as const);
  const grams = new Map(
    hierarchies.map((hierarchy) => {
      const folded = foldLots(hierarchy, pooled);
      const sums = lotsOfCells(hierarchy, folded).map((keys) =>
        keys.reduce((sum, key) => sum + (folded.get(key)?.get(OWN) ?? 0n), 0n),
      );
      return [
        hierarchy.mineral,
        new Map(sums.map((sum, cell) => [cell, sum] as const).filter(([, sum]) => sum > 0n)),
      ] as const;
    }),
  );
  return { grams, leftOut };
}
