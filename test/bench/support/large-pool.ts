/** A pool of the largest size that is promised: 60 minerals, 4 grade classes, 10 years, 200 members who each ask for everything. Used by the bench of the pool. */
import { type Catalogue, indexCatalogue } from '#domain/catalogue.ts';
import { readDemandLine } from '#domain/demand-sheet.ts';
import { DEFAULT_RULES } from '#domain/disclosure.ts';
import { decimal } from '#domain/exact.ts';
import type { PooledLine } from '#domain/pooling.ts';
import { openHistory } from '#domain/release.ts';
import { declareCells } from '#domain/release-cells.ts';
import type { Row, RowReading } from '#domain/sheets.ts';
import { grams } from '#domain/units.ts';
import { loadCatalogue } from '#seeds/facts.ts';
import { Ledger } from '#server/pool/ledger.ts';
import type { RoundBook } from '#server/pool/round-book.ts';
import { logNormal, seeded } from '../../support/seeded.ts';

export const SIZE = { minerals: 60, years: 10, members: 200 };
const GRADES = ['any', '3N', '4N', '5N'] as const;
const PURITIES = [99.9, 99.99, 99.999];
const FIRST_YEAR = 2027;

export const mineralName = (number: number): string => `mineral-${number}`;
export const memberName = (number: number): string => `member-${number}`;

function largeCatalogue(): Catalogue {
  const numbers = Array.from({ length: SIZE.minerals }, (_, number) => number);
  return indexCatalogue({
    version: 'bench',
    elements: [{ symbol: 'Y', weight: '88.906' }],
    minerals: numbers.map((number) => ({
      id: mineralName(number),
      name: mineralName(number),
      symbol: 'Y',
      group: 'bench',
      isGroup: false,
      element: 'Y',
      basis: 'Y',
      unit: 'kg',
      constituent: null,
      worldProductionT: null,
    })),
    families: numbers.map((number) => ({ id: `form-${number}`, mineral: mineralName(number), name: 'form' })),
    forms: numbers.flatMap((number) =>
      PURITIES.map((purityPct) => ({
        id: `form-${number}-${purityPct}`,
        mineral: mineralName(number),
        family: `form-${number}`,
        name: 'form',
        formula: null,
        assay: null,
        purityPct,
        tradeUnit: 'kg',
        source: 'bench',
      })),
    ),
    units: [{ id: 'kg', title: 'kilogram', otherNames: [], counts: 'product', kg: '1' }],
    countries: [],
  });
}

/** A row of the bench is read without the catalogue: what is measured is the pool, not the reading of cells. */
function readLine(_row: string, cells: Row): RowReading<PooledLine> {
  const mineral = Number(cells.mineral);
  const year = FIRST_YEAR + Number(cells.year);
  return {
    state: 'valid',
    value: {
      mineral: mineralName(mineral),
      family: `form-${mineral}`,
      gradeClass: GRADES[Number(cells.grade)] ?? 'any',
      grams: grams(Number(cells.mass)),
      window: { from: `${year}-Q1`, to: `${year}-Q4` },
      commitment: cells.firm === true ? 'firm' : 'indicative',
    },
  };
}

export const demandRow = (mineral: number, grade: number, year: number, mass: number, firm: boolean): Row => ({
  mineral,
  grade,
  year,
  mass,
  firm,
});

export const rowName = (mineral: number, grade: number, year: number): string => `${mineral}|${grade}|${year}`;

export function emptyLedger(): Ledger {
  return new Ledger({ readLine, contributorOf: (id) => ({ parentId: id, government: false }) });
}

const REAL_TERMS = { minerals: ['gallium'], deliveryFrom: FIRST_YEAR, deliveryTo: FIRST_YEAR + SIZE.years - 1 };

/** Rows are read by the reader of the demand sheet, as on a server. */
export function realLedger(): Ledger {
  const catalogue = loadCatalogue();
  return new Ledger({
    readLine: (row, cells) => readDemandLine(row, cells, catalogue, REAL_TERMS),
    contributorOf: (id) => ({ parentId: id, government: false }),
  });
}

/** A line as people type it. */
export const typedRow = (n: number): Row => ({
  mineral: 'gallium',
  form: 'ga-oxide',
  grade: PURITIES[n % PURITIES.length] ?? 99.9,
  quantity: 1000 + n,
  unit: 'kg',
  period: `${FIRST_YEAR + (n % SIZE.years)}`,
  commitment: n % 2 === 0 ? 'firm' : 'indicative',
});

/** A book with all rows read and nothing published. */
export async function largeBook(minerals: number): Promise<RoundBook> {
  const catalogue = largeCatalogue();
  const terms = {
    minerals: Array.from({ length: minerals }, (_, number) => mineralName(number)),
    deliveryFrom: FIRST_YEAR,
    deliveryTo: FIRST_YEAR + SIZE.years - 1,
  };
  const hierarchies = declareCells(terms, catalogue);
  const ledger = emptyLedger();
  const random = seeded(1);
  for (let member = 0; member < SIZE.members; member += 1) {
    const rows = new Map<string, Row>();
    for (let mineral = 0; mineral < minerals; mineral += 1)
      for (let grade = 0; grade < GRADES.length; grade += 1)
        for (let year = 0; year < SIZE.years; year += 1)
          rows.set(
            rowName(mineral, grade, year),
            demandRow(mineral, grade, year, Math.ceil(1e6 * logNormal(random)), random() < 0.5),
          );
    await ledger.load({ id: memberName(member), organizationId: memberName(member) }, async () => ({ seq: 0n, rows }));
  }
  return {
    facts: {
      unit: 'kg',
      basis: 'Y',
      hierarchies,
      roundId: 'bench',
      poolId: 'bench',
      terms,
      rules: DEFAULT_RULES,
      secret: '00000000-0000-4000-8000-000000000000',
      contributors: new Map(),
      perUnit: new Map(hierarchies.map(({ mineral }) => [mineral, decimal('1')])),
    },
    ledger,
    histories: new Map(hierarchies.map((hierarchy) => [hierarchy.mineral, openHistory(hierarchy)])),
    values: new Map(),
    number: 0,
    isFinal: false,
    open: new Set(terms.minerals),
  };
}
