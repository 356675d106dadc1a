/** Reads a cell by its column, knowing the row around it: which mineral and form the row is about. Used by entry and display. */
import type { Catalogue, Form, Mineral } from './catalogue.ts';
import {
  type Reading,
  readBoolean,
  readChoice,
  readCountries,
  readCountry,
  readForm,
  readGrade,
  readInteger,
  readMineral,
  readPercent,
  readPeriod,
  readPositive,
  readPriceUnit,
  readQuarter,
  readText,
  readTiers,
  readUnit,
  textOf,
} from './cells.ts';
import type { Column, Row, SheetSpec } from './sheets.ts';

export const columnOf = (spec: SheetSpec, id: string): Column | undefined =>
  spec.columns.find((column) => column.id === id);

export const valueIn = <T>(reading: Reading<T> | null): T | null => (reading?.ok ? reading.value : null);
export const mineralOf = (row: Row, catalogue: Catalogue): Mineral | null => {
  const text = textOf(row.mineral);
  return valueIn(text === null ? null : readMineral(text, catalogue));
};
export const formOf = (row: Row, catalogue: Catalogue): Form | null => {
  const text = textOf(row.form);
  return valueIn(text === null ? null : readForm(text, catalogue, mineralOf(row, catalogue)));
};

const INTEGER_MAX = 1_000_000;

/** One cell through its column's reader. */
export function readCell(column: Column, text: string, row: Row, catalogue: Catalogue): Reading<unknown> {
  const noun = column.title.toLowerCase();
  switch (column.type) {
    case 'mineral':
      return readMineral(text, catalogue);
    case 'form':
      return readForm(text, catalogue, mineralOf(row, catalogue));
    case 'grade':
      return readGrade(text);
    case 'quantity':
    case 'price':
      return readPositive(text, noun);
    case 'unit':
      return readUnit(text, catalogue);
    case 'priceUnit':
      return readPriceUnit(text, catalogue);
    case 'percent':
      return readPercent(text, noun);
    case 'period':
      return readPeriod(text);
    case 'quarter':
      return readQuarter(text);
    case 'country':
      return readCountry(text, catalogue);
    case 'countries':
      return readCountries(text, catalogue);
    case 'choice':
      return readChoice(text, column);
    case 'boolean':
      return readBoolean(text);
    case 'tiers':
      return readTiers(text);
    case 'integer':
      return readInteger(text, noun, column.max ?? INTEGER_MAX);
    case 'text':
      return readText(text);
  }
}
