/** Figures of the rows of the officials' targets as the page and its CSV show them: each a text, or the reason why there is none. Computed in domain/reserve-figures. */
import type { Catalogue } from '#domain/catalogue.ts';
import { type Ratio, toFixedText, toNumber } from '#domain/exact.ts';
import { type Quarter, showQuarter } from '#domain/quarters.ts';
import { type Around, type ReserveFigures, reserveFigures } from '#domain/reserve-figures.ts';
import type { Row } from '#domain/sheets.ts';
import { ASSUMPTIONS, type MineralSupply } from '#domain/shortfall.ts';
import { readTarget, type TargetLine } from '#domain/target-sheet.ts';
import type { Grams } from '#domain/units.ts';
import { csvOf } from '#web/lib/csv.ts';
import { capital, dollars, massText, significant } from '#web/lib/format.ts';
import { productName } from '#web/lib/products.ts';

/** `exact` is what the CSV gets: a plain number in the unit of the column. */
export type Cell = { text: string; exact: string; note?: string; isBad?: boolean } | { missing: string };

export interface FigureLine {
  row: string;
  product: string;
  grade: string;
  cells: readonly Cell[];
}

/** Unit of `exact` in brackets. */
export const FIGURE_COLUMNS = [
  { title: 'Need, a year', unit: 'kg' },
  { title: 'Target', unit: 'kg' },
  { title: 'Target from days', unit: 'kg' },
  { title: 'Cover', unit: 'days' },
  { title: 'Gap', unit: 'kg' },
  { title: 'Short, year 1', unit: 'kg' },
  { title: 'Short, year 2', unit: 'kg' },
  { title: 'Short, year 3', unit: 'kg' },
  { title: 'Short, year 4', unit: 'kg' },
  { title: 'Carrying, a year', unit: 'USD' },
  { title: 'Closing the gap', unit: 'USD' },
  { title: 'Rotation due', unit: 'quarter' },
] as const;
const YEARS = 4;

const GRAMS_PER_KG = 1000;
const mass = (grams: Grams, note = ''): Cell => ({
  text: massText(grams / GRAMS_PER_KG),
  exact: String(grams / GRAMS_PER_KG),
  ...(note && { note }),
});
const money = (usd: Ratio): Cell => ({ text: dollars(toNumber(usd)), exact: toFixedText(usd, 2) });

export interface FiguresAround {
  catalogue: Catalogue;
  supplies: ReadonlyMap<string, MineralSupply>;
  rates: Around['rates'];
  now: Quarter;
}

/** The quarter of a day in the calendar of the person who looks. */
export const quarterOfDay = (day: Date): Quarter =>
  `${day.getFullYear()}-Q${(Math.floor(day.getMonth() / 3) + 1) as 1 | 2 | 3 | 4}`;

/** Null for an empty row. A row with a fault keeps its place and says so. */
export function figureLine(id: string, row: Row, around: FiguresAround): FigureLine | null {
  const reading = readTarget(id, row, around.catalogue);
  if (reading.state === 'empty') return null;
  const product = productOf(row, around.catalogue);
  if (reading.state === 'invalid') {
    const missing = 'a cell of the row has a fault';
    return { row: id, product, grade: '', cells: FIGURE_COLUMNS.map(() => ({ missing })) };
  }
  const line = reading.value;
  const { supplies, rates, now } = around;
  const supply = supplies.get(line.mineral) ?? null;
  const figures = reserveFigures(line, { supply, rates, now, assumptions: ASSUMPTIONS });
  const grade = line.gradePct === null ? '' : `${line.gradePct} %`;
  const name = capital(productName(around.catalogue, line));
  return { row: id, product: name, grade, cells: cellsOf(line, figures, supply !== null) };
}

/** What the row calls its product, as far as it is written. */
const productOf = ({ form, mineral }: Row, catalogue: Catalogue): string =>
  capital(catalogue.forms.get(String(form))?.name ?? String(form ?? mineral ?? 'row without a product'));

function cellsOf(line: TargetLine, figures: ReserveFigures, hasSupply: boolean): Cell[] {
  const { yearly, daysTarget, target, coverDays, shortfall, gap, carryingUsd, closingUsd, rotationDue } = figures;
  const noNeeds: Cell = { missing: 'no need a year' };
  const short = (year: number): Cell => {
    const found = shortfall?.[year];
    if (found) return mass(found.mass);
    return yearly === null ? noNeeds : { missing: hasSupply ? 'too large to model' : 'no published supply' };
  };
  const noPrice = line.usdMicroPerKg === null ? 'no inventory price' : null;
  return [
    yearly === null ? noNeeds : mass(yearly),
    target === 0
      ? { missing: 'no target, or no days with needs' }
      : mass(target, line.typedTarget === null ? 'by days' : ''),
    daysTarget === null ? { missing: line.coverDays === null ? 'no target days' : 'no need a year' } : mass(daysTarget),
    coverDays === null
      ? noNeeds
      : { text: `${significant(toNumber(coverDays), 3)} days`, exact: toFixedText(coverDays, 1) },
    target === 0 ? { missing: 'no target' } : mass(gap),
    ...Array.from({ length: YEARS }, (_, year) => short(year)),
    carryingUsd === null ? { missing: noPrice ?? 'no carrying rates' } : money(carryingUsd),
    target === 0 || closingUsd === null ? { missing: noPrice ?? 'no target' } : money(closingUsd),
    rotationDue === null
      ? { missing: line.rotated === null ? 'never rotated' : 'no shelf life' }
      : {
          text: showQuarter(rotationDue),
          exact: rotationDue,
          ...(figures.isRotationLate && { note: 'late', isBad: true }),
        },
  ];
}

/** The same figures as plain numbers; the last column says what is missing and why. */
export const figuresCsv = (lines: readonly FigureLine[]): string =>
  csvOf(
    ['Product', 'Grade', ...FIGURE_COLUMNS.map(({ title, unit }) => `${title} (${unit})`), 'Missing'],
    lines.map(({ product, grade, cells }) => [
      product,
      grade,
      ...cells.map((cell) => ('missing' in cell ? '' : cell.exact)),
      cells
        .flatMap((cell, i) => ('missing' in cell ? [`${FIGURE_COLUMNS[i]?.title}: ${cell.missing}`] : []))
        .join('; '),
    ]),
  );
