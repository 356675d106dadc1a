/** What a person types and sees at a cell: text to cell values, cell values to text, problems, and the contained mass beside a quantity. */
import { type Entry, enterPrice, enterQuantity, grouped, keep, plain } from './amounts.ts';
import type { Catalogue, Form } from './catalogue.ts';
import {
  type Reading,
  readBoolean,
  readChoice,
  readCountry,
  readForm,
  readGrade,
  readMineral,
  readPercent,
  readPeriod,
  readPositive,
  readQuarter,
  textOf,
} from './cells.ts';
import { columnOf, mineralOf, readCell } from './column-reading.ts';
import { DEMAND_SHEET, readDemandLine } from './demand-sheet.ts';
import { toSignificant } from './exact.ts';
import { showGrade } from './grades.ts';
import { OFFER_SHEET } from './offer-columns.ts';
import { readOffer } from './offer-sheet.ts';
import { PRIORITY_SHEET, readPriority } from './priority-sheet.ts';
import { showQuarter, showWindow } from './quarters.ts';
import type { SheetKind } from './rounds.ts';
import { kilograms, massOf, type PoolTerms, readProduct, readRowUnit, rowReader } from './row-reading.ts';
import type { CellProblem, Row, Scalar, SheetSpec } from './sheets.ts';
import { TARGET_SHEET } from './target-columns.ts';
import { readTarget } from './target-sheet.ts';
import type { Grams } from './units.ts';

export type { Entry } from './amounts.ts';

export const SHEETS: Partial<Record<SheetKind, SheetSpec>> = {
  demand: DEMAND_SHEET,
  offers: OFFER_SHEET,
  priorities: PRIORITY_SHEET,
  targets: TARGET_SHEET,
};

/** Text that cannot be read is kept as typed, so that nothing a person wrote is lost; the reader marks the cell. */
export function enterCell(spec: SheetSpec, columnId: string, text: string, row: Row, catalogue: Catalogue): Entry {
  const column = columnOf(spec, columnId);
  if (!column) return { cells: {} };
  const typed = textOf(text);
  if (typed === null) return { cells: { [columnId]: null } };
  if (column.type === 'mineral') return enterMineral(spec, columnId, typed, row, catalogue);
  if (column.type === 'form') return enterForm(spec, columnId, typed, row, catalogue);
  if (column.type === 'quantity') return enterQuantity(columnId, typed, row, catalogue);
  if (column.type === 'price') return enterPrice(columnId, typed, row, catalogue);
  const reading = readCell(column, typed, row, catalogue);
  return reading.ok ? { cells: { [columnId]: reading.cell } } : keep(columnId, typed);
}

function enterMineral(spec: SheetSpec, columnId: string, typed: string, row: Row, catalogue: Catalogue): Entry {
  const mineral = readMineral(typed, catalogue);
  if (!mineral.ok) return keep(columnId, typed);
  const [only, another] = mineral.value.forms;
  const cells = { [columnId]: mineral.cell };
  if (!only || another || textOf(row.form) !== null || !columnOf(spec, 'form')) return { cells };
  return { cells: { ...cells, form: only.id, ...defaultsOf(spec, only, row) }, said: `Only form: ${only.name}` };
}

function enterForm(spec: SheetSpec, columnId: string, typed: string, row: Row, catalogue: Catalogue): Entry {
  const mineral = mineralOf(row, catalogue);
  const form = readForm(typed, catalogue, mineral);
  if (!form.ok) return keep(columnId, typed);
  const cells: Record<string, Scalar> = { [columnId]: form.cell, ...defaultsOf(spec, form.value, row) };
  return { cells: textOf(row.mineral) === null ? { mineral: form.value.mineral, ...cells } : cells };
}

/** The grade and unit that a form is usually traded at, where the row says neither. A sheet that can do without a unit gets none. */
function defaultsOf(spec: SheetSpec, form: Form, row: Row): Record<string, Scalar> {
  const cells: Record<string, Scalar> = {};
  if (columnOf(spec, 'grade') && form.purityPct !== null && textOf(row.grade) === null) cells.grade = form.purityPct;
  if (columnOf(spec, 'unit')?.required && textOf(row.unit) === null) cells.unit = form.tradeUnit;
  return cells;
}

export interface Shown {
  text: string;
  unit?: string;
}

/** As people read the cell. Typing the text again changes nothing. A cell that cannot be read shows what was typed. */
export function showCell(spec: SheetSpec, columnId: string, row: Row, catalogue: Catalogue): Shown {
  const column = columnOf(spec, columnId);
  const text = textOf(row[columnId]);
  if (!column || text === null) return { text: '' };
  const show = <T>(reading: Reading<T>, of: (value: T) => Shown): Shown => (reading.ok ? of(reading.value) : { text });
  const asIs = <T>(reading: Reading<T>): Shown => ({ text: reading.ok ? String(reading.cell) : text });
  switch (column.type) {
    case 'mineral':
      return show(readMineral(text, catalogue), (mineral) => ({ text: mineral.name }));
    case 'form':
      return show(readForm(text, catalogue, mineralOf(row, catalogue)), (form) => ({ text: form.name }));
    case 'grade':
      return show(readGrade(text), showGrade);
    case 'quantity':
      return show(readPositive(text, 'quantity'), (value) => withUnit(plain(value), textOf(row.unit)));
    case 'price':
      return show(readPositive(text, 'price'), (value) => withUnit(plain(value), textOf(row.priceUnit)));
    case 'percent':
      return show(readPercent(text, 'percent'), (value) => ({ text: plain(value), unit: '%' }));
    case 'period':
      return show(readPeriod(text), (window) => ({ text: showWindow(window) }));
    case 'quarter':
      return show(readQuarter(text), (quarter) => ({ text: showQuarter(quarter) }));
    case 'country':
      return show(readCountry(text, catalogue), (iso3) => ({ text: catalogue.countries.get(iso3)?.name ?? iso3 }));
    case 'choice':
      return show(readChoice(text, column), (value) => ({
        text: column.choices?.find((choice) => choice.value === value)?.title ?? value,
      }));
    case 'integer':
      return show(readCell(column, text, row, catalogue), (value) => ({ text: grouped(String(value)) }));
    case 'boolean':
      return show(readBoolean(text), (value) => ({ text: value ? 'yes' : 'no' }));
    default:
      return asIs(readCell(column, text, row, catalogue));
  }
}

const withUnit = (text: string, unit: string | null): Shown => (unit === null ? { text } : { text, unit });

/** Everything wrong with a row, by column; empty where the row is empty or right. */
export function cellProblems(kind: SheetKind, row: Row, catalogue: Catalogue, pool?: PoolTerms): CellProblem[] {
  const reading =
    kind === 'demand'
      ? readDemandLine('', row, catalogue, pool)
      : kind === 'offers'
        ? readOffer('', row, catalogue, pool)
        : kind === 'priorities'
          ? readPriority('', row, catalogue, pool)
          : kind === 'targets'
            ? readTarget('', row, catalogue)
            : null;
  return reading?.state === 'invalid' ? reading.problems : [];
}

/** The quantity that a sheet's contained mass is derived from. */
export const CONTAINED_OF: Partial<Record<SheetKind, string>> = {
  demand: 'quantity',
  offers: 'capacity',
  priorities: 'maximum',
  targets: 'target',
};

/** Grams of contained element in a row's quantity, by the same functions as the pool; null until the cells it needs are right. */
export function containedMass(kind: SheetKind, row: Row, catalogue: Catalogue): Grams | null {
  const spec = SHEETS[kind];
  const column = CONTAINED_OF[kind];
  if (!spec || !column || textOf(row[column]) === null) return null;
  const reader = rowReader(row, catalogue, spec);
  const product = readProduct(reader);
  if (product.mineral && product.form && product.mineral.id !== product.form.mineral) return null;
  const quantity = reader.optional(column, (text) => readPositive(text, 'quantity'));
  return massOf(reader, column, 'quantity', product, readRowUnit(reader, product), quantity);
}

/** '18,898.7 kg Y', for the column beside the quantity. */
export function containedText(kind: SheetKind, row: Row, catalogue: Catalogue): string | null {
  const mass = containedMass(kind, row, catalogue);
  if (mass === null) return null;
  const element = mineralOf(row, catalogue)?.element ?? '';
  return `${grouped(toSignificant(kilograms(mass), 6))} kg ${element}`.trim();
}
