/** What the three sheets' readers share: reading cells one by one, gathering problems, and the product a row is about. */
import { assayFraction, type Catalogue, type Form, type Mineral } from './catalogue.ts';
import {
  quoted,
  type Reading,
  readForm,
  readGrade,
  readMineral,
  readPercent,
  readPositive,
  readPriceUnit,
  readUnit,
  textOf,
} from './cells.ts';
import { over, type Ratio, ratio, toNumber, toSignificant } from './exact.ts';
import { type GradeClass, gradeClassOf } from './grades.ts';
import type { CellProblem, Row, SheetSpec } from './sheets.ts';
import { elementPerUnit, type Grams, gramsOf, type Unit, unitFits, usdMicroPerKg } from './units.ts';

/** What the pool of a sheet allows in a row. */
export interface PoolTerms {
  minerals: readonly string[];
  /** Years, both included. */
  deliveryFrom: number;
  deliveryTo: number;
}

/** Reads cells of one row; whatever is wrong is kept in `problems`, several per row. */
export interface RowReader {
  row: Row;
  catalogue: Catalogue;
  problems: CellProblem[];
  sheetHas(column: string): boolean;
  wrong(column: string, message: string, remedy: string): null;
  /** The cell's value; null where it is empty, or wrong (and noted). */
  optional<T>(column: string, reader: (text: string) => Reading<T>): T | null;
  /** The same, noting an empty cell. */
  required<T>(column: string, noun: string, reader: (text: string) => Reading<T>): T | null;
}

export function rowReader(row: Row, catalogue: Catalogue, spec: SheetSpec): RowReader {
  const problems: CellProblem[] = [];
  const wrong = (column: string, message: string, remedy: string): null => {
    problems.push({ column, message, remedy });
    return null;
  };
  const optional = <T>(column: string, reader: (text: string) => Reading<T>): T | null => {
    const text = textOf(row[column]);
    if (text === null) return null;
    const reading = reader(text);
    return reading.ok ? reading.value : wrong(column, reading.message, reading.remedy);
  };
  const required = <T>(column: string, noun: string, reader: (text: string) => Reading<T>): T | null =>
    textOf(row[column]) === null ? wrong(column, `${noun} is missing`, `enter ${noun}`) : optional(column, reader);
  const sheetHas = (column: string): boolean => spec.columns.some(({ id }) => id === column);
  return { row, catalogue, problems, sheetHas, wrong, optional, required };
}

/** Mineral, form and grade of a row, each null where it is missing or wrong. */
export interface Product {
  mineral: Mineral | null;
  form: Form | null;
  gradePct: number | null;
  gradeClass: GradeClass;
  /** Mass fraction of the element from the row's own assay. */
  assay: Ratio | null;
}

export function readProduct(reader: RowReader, pool?: PoolTerms): Product {
  const { catalogue } = reader;
  const mineral = reader.required('mineral', 'the mineral', (text) => readMineral(text, catalogue));
  if (mineral && pool && !pool.minerals.includes(mineral.id)) {
    const names = pool.minerals.map((id) => catalogue.minerals.get(id)?.name ?? id).join(', ');
    reader.wrong('mineral', `${mineral.name} is not bought by this pool`, `enter ${names}`);
  }
  const form = reader.required('form', 'the form', (text) => readForm(text, catalogue, mineral));
  if (mineral && form && form.mineral !== mineral.id) {
    const other = catalogue.minerals.get(form.mineral)?.name.toLowerCase() ?? form.mineral;
    const own = mineral.forms.map((f) => f.name).join(', ');
    reader.wrong(
      'form',
      `${form.name} is a form of ${other}`,
      `choose a form of ${mineral.name.toLowerCase()}: ${own}`,
    );
  }
  const grade = reader.optional('grade', readGrade);
  const gradePct = grade && toNumber(grade);
  return { mineral, form, gradePct, gradeClass: gradeClassOf(grade), assay: readAssay(reader, form) };
}

/** Percent of the element or constituent, only for alloys, concentrates and scrap. */
function readAssay(reader: RowReader, form: Form | null): Ratio | null {
  const pct = reader.optional('assay', (text) => readPercent(text, 'assay'));
  if (!pct || !form) return null;
  if (!form.assay)
    return reader.wrong('assay', `${form.name} needs no assay: its formula says how much it holds`, 'clear the cell');
  return assayFraction(reader.catalogue, form, pct);
}

/** The row's unit, where it fits the form. */
export function readRowUnit(reader: RowReader, product: Product): Unit | null {
  const unit = reader.required('unit', 'the unit', (text) => readUnit(text, reader.catalogue));
  if (!unit || !product.form) return unit;
  if (!unitFits(unit, product.form.substance)) return refuseUnit(reader, 'unit', unit, product.form);
  if (elementPerUnit(unit, product.form.substance, product.assay) || textOf(reader.row.assay) !== null) return unit;
  const { name, assayOf } = product.form;
  return reader.sheetHas('assay')
    ? reader.wrong(
        'assay',
        `the assay is missing: ${name} varies`,
        `enter percent of ${assayOf}, or count in kg contained`,
      )
    : reader.wrong('unit', `how much ${assayOf} is in ${name} varies`, 'count in kg contained or t contained');
}

function refuseUnit(reader: RowReader, column: string, unit: Unit, form: Form): null {
  const prefix = column === 'priceUnit' ? 'USD/' : '';
  const fitting = form.units.map((u) => prefix + u.id).join(', ');
  return reader.wrong(column, `${unit.id} does not fit ${form.name}`, `use ${fitting}`);
}

/** More than ten years of the world's production, or a billion tonnes, is a slip of the unit or of the finger. */
const WORLD_YEARS_MAX = 10;
const TONNES_MAX = 1_000_000_000;

/** A quantity cell as grams of contained element. */
export function readMass(
  reader: RowReader,
  column: string,
  noun: string,
  product: Product,
  unit: Unit | null,
): Grams | null {
  return massOf(
    reader,
    column,
    noun,
    product,
    unit,
    reader.optional(column, (text) => readPositive(text, noun)),
  );
}

export function massOf(
  reader: RowReader,
  column: string,
  noun: string,
  product: Product,
  unit: Unit | null,
  quantity: Ratio | null,
): Grams | null {
  const { form, mineral } = product;
  if (!quantity || !unit || !form || !mineral) return null;
  if (!elementPerUnit(unit, form.substance, product.assay)) return null;
  const mass = gramsOf(quantity, unit, form.substance, product.assay);
  const world = mineral.worldProductionT;
  const tonnesMax = Math.min(TONNES_MAX, world === null ? TONNES_MAX : world * WORLD_YEARS_MAX);
  if (mass === 0)
    return reader.wrong(column, `${noun} holds less than a gram of ${mineral.name.toLowerCase()}`, 'enter more');
  if (mass !== null && mass <= tonnesMax * 1e6) return mass;
  const limit = world === null ? 'a billion tonnes' : `${WORLD_YEARS_MAX} years of the world's production`;
  return reader.wrong(
    column,
    `${noun} ${quoted(String(reader.row[column]))} ${unit.id} is more than ${limit}`,
    'check the number and the unit',
  );
}

/** The unit that the row's prices are per; noted as missing only where there is a price. */
export function readRowPriceUnit(reader: RowReader, product: Product, needed: boolean): Unit | null {
  const unit = reader.optional('priceUnit', (text) => readPriceUnit(text, reader.catalogue));
  if (!unit) {
    if (needed && textOf(reader.row.priceUnit) === null)
      reader.wrong('priceUnit', 'the price unit is missing', 'enter it, such as USD/kg');
    return null;
  }
  if (product.form && !unitFits(unit, product.form.substance))
    return refuseUnit(reader, 'priceUnit', unit, product.form);
  return unit;
}

/** A price as micro-dollars per kilogram of contained element. */
export function priceOf(
  reader: RowReader,
  column: string,
  product: Product,
  unit: Unit | null,
  usd: Ratio | null,
): number | null {
  if (!usd || !unit || !product.form) return null;
  const micro = usdMicroPerKg(usd, unit, product.form.substance, product.assay);
  if (micro !== null && micro > 0) return micro;
  if (!elementPerUnit(unit, product.form.substance, product.assay)) return null;
  return reader.wrong(column, `price ${toSignificant(usd, 6)} is out of range`, 'check the price and its unit');
}

/** 'x kg of Y' for derived columns: kilograms of contained element. */
export const kilograms = (mass: Grams): Ratio => over(ratio(BigInt(mass)), ratio(1000n));
