/** Quantities and prices typed together with a unit, converted to the unit that the row counts in. Used by entry. */
import type { Catalogue, Form } from './catalogue.ts';
import { numberCell, parseNumber, readPositive, readPriceUnit, readUnit, textOf } from './cells.ts';
import { formOf, valueIn } from './column-reading.ts';
import { over, type Ratio, times, toSignificant, toText } from './exact.ts';
import { CELL_BYTES_MAX, type Row, type Scalar } from './sheets.ts';
import { elementPerUnit, type Unit } from './units.ts';

/** The cells that a typed text changes, and one line for the status bar where more happened than was typed. */
export interface Entry {
  cells: Record<string, Scalar>;
  said?: string;
}

/** Text that cannot be read stays as typed; a text that a cell cannot hold is cut, and the person is told. */
export const keep = (columnId: string, typed: string): Entry => {
  const bytes = new TextEncoder().encode(typed);
  if (bytes.length <= CELL_BYTES_MAX) return { cells: { [columnId]: typed } };
  const cut = new TextDecoder().decode(bytes.slice(0, CELL_BYTES_MAX - 3)).replace(/\uFFFD+$/, '');
  return { cells: { [columnId]: cut }, said: 'The text was too long for a cell and has been cut' };
};

/** '1.2 t' in a row that counts kg becomes 1200; in a row without a unit it sets the unit. */
export function enterQuantity(columnId: string, typed: string, row: Row, catalogue: Catalogue): Entry {
  const number = readPositive(typed, 'quantity');
  if (number.ok) return { cells: { [columnId]: number.cell } };
  const match = /^([\d.,'’_\s]+?)\s*([^\d\s.,].*)$/.exec(typed);
  const quantity = parseNumber(match?.[1]?.trim() ?? '');
  const unit = valueIn(readUnit(match?.[2] ?? '', catalogue));
  if (!quantity || !unit || quantity.n <= 0n) return keep(columnId, typed);
  const own = textOf(row.unit);
  const rowUnit = own === null ? null : valueIn(readUnit(own, catalogue));
  if (own === null) return { cells: { [columnId]: numberCell(quantity), unit: unit.id } };
  if (rowUnit?.id === unit.id) return { cells: { [columnId]: numberCell(quantity) } };
  const factor = rowUnit && factorBetween(unit, rowUnit, formOf(row, catalogue));
  if (!factor || !rowUnit)
    return {
      cells: { [columnId]: numberCell(quantity), unit: unit.id },
      said: `The unit of the row is now ${unit.id}`,
    };
  const converted = printable(times(quantity, factor));
  return {
    cells: { [columnId]: numberCell(converted.value) },
    said: `${plain(quantity)} ${unit.id} ${converted.exact ? '=' : '≈'} ${plain(converted.value)} ${rowUnit.id}`,
  };
}

/** '165 USD/kg' in a row priced per lb converts; in a row without a price unit it sets it. A bare number is per the row's unit. */
export function enterPrice(columnId: string, typed: string, row: Row, catalogue: Catalogue): Entry {
  const own = textOf(row.priceUnit);
  const rowUnit = textOf(row.unit);
  const bare = parseNumber(typed.replace(/^(?:US)?\$\s*/i, '').replace(/\s*USD$/i, ''));
  if (bare && bare.n > 0n) {
    const perUnit = own === null && rowUnit !== null ? valueIn(readPriceUnit(rowUnit, catalogue)) : null;
    const cells: Record<string, Scalar> = { [columnId]: numberCell(bare) };
    return perUnit
      ? { cells: { ...cells, priceUnit: `USD/${perUnit.id}` }, said: `Price in USD/${perUnit.id}` }
      : { cells };
  }
  const match = /^(?:(?:US)?\$\s*)?([\d.,'’_\s]+?)\s*(?:(?:USD|\$)\s*)?(?:\/|per\s)\s*(.+)$/i.exec(typed);
  const price = parseNumber(match?.[1]?.trim() ?? '');
  const unit = valueIn(readUnit(match?.[2]?.trim() ?? '', catalogue));
  if (!price || !unit || price.n <= 0n) return keep(columnId, typed);
  const target = own === null ? null : valueIn(readPriceUnit(own, catalogue));
  if (target?.id === unit.id) return { cells: { [columnId]: numberCell(price) } };
  const factor = target && factorBetween(target, unit, formOf(row, catalogue));
  if (!factor || !target)
    return { cells: { [columnId]: numberCell(price), priceUnit: `USD/${unit.id}` }, said: `Price in USD/${unit.id}` };
  const converted = printable(times(price, factor));
  return {
    cells: { [columnId]: numberCell(converted.value) },
    said: `${plain(price)} USD/${unit.id} ${converted.exact ? '=' : '≈'} ${plain(converted.value)} USD/${target.id}`,
  };
}

/** How many `to` are in one `from`. Two product masses convert without knowing the product. */
function factorBetween(from: Unit, to: Unit, form: Form | null): Ratio | null {
  if (from.counts === to.counts && (from.counts === 'product' || from.counts === 'element'))
    return over(from.kg, to.kg);
  const [a, b] = [from, to].map((unit) => (form ? elementPerUnit(unit, form.substance) : null));
  return a && b ? over(a, b) : null;
}

const DECIMALS_MAX = 12;
const DIGITS_KEPT = 12;

/** A conversion such as kg to lb does not end; it is kept to 12 digits. */
function printable(value: Ratio): { value: Ratio; exact: boolean } {
  const text = toText(value, DECIMALS_MAX);
  const short = parseNumber(text);
  if (short && short.n * value.d === value.n * short.d) return { value, exact: true };
  return { value: parseNumber(toSignificant(value, DIGITS_KEPT)) ?? value, exact: false };
}

/** Thousands set off by commas. */
export const grouped = (text: string): string => {
  const [whole = '', decimals] = text.split('.');
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? spaced : `${spaced}.${decimals}`;
};
export const plain = (value: Ratio): string => grouped(toText(value, 70));
