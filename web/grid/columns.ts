/** Where the grid's columns stand: the sheet's own, the derived 'Contained' beside the quantity, and in a shared sheet whose line it is. */
import { CONTAINED_OF } from '#domain/entry.ts';
import type { Column, ColumnType, SheetSpec } from '#domain/sheets.ts';

/** CSS pixels. Rows are of one height, so that a row's place is a multiplication. */
export const ROW_HEIGHT = 34;
export const HEAD_HEIGHT = 36;
export const ROW_HEAD_WIDTH = 48;
export const WIDTH_MIN = 44;
export const WIDTH_MAX = 800;

/** Id of the derived column; no sheet stores it. */
export const CONTAINED = '=contained';
/** Id of the column that names a line's organization, where several share the sheet. */
export const MAKER = '=maker';

export interface GridColumn {
  id: string;
  /** Place among all columns of the sheet, hidden ones included. */
  index: number;
  title: string;
  help: string;
  width: number;
  /** From the left edge of the row, the row's own head included. */
  left: number;
  isNumber: boolean;
  /** Belongs to the number on its left: grey, and close to it. */
  isUnit: boolean;
  /** The next column shows this one's unit: the cell need not. */
  hasUnitBeside: boolean;
  /** Stays in view when the grid scrolls sideways. */
  isFrozen: boolean;
  /** The sheet's column; null for a derived one, which nobody types. */
  column: Column | null;
}

export const NUMBERS: readonly ColumnType[] = ['quantity', 'percent', 'price', 'integer'];
const UNITS: readonly ColumnType[] = ['unit', 'priceUnit'];

/** The quantity that the derived column belongs to, or the unit right after it. */
function containedBeside(spec: SheetSpec): string | undefined {
  const quantity = spec.columns.findIndex(({ id }) => id === CONTAINED_OF[spec.kind]);
  const next = spec.columns[quantity + 1];
  return (quantity >= 0 && next?.type === 'unit' ? next : spec.columns[quantity])?.id;
}

/** All columns, as the sheet has them. */
export function layOut(spec: SheetSpec, isShared = false): GridColumn[] {
  const beside = containedBeside(spec);
  const columns: GridColumn[] = [];
  let left = ROW_HEAD_WIDTH;
  const add = (column: Omit<GridColumn, 'index' | 'left' | 'isFrozen'>) => {
    columns.push({ ...column, index: columns.length, left, isFrozen: columns.length === 0 });
    left += column.width;
  };
  for (const [index, column] of spec.columns.entries()) {
    const { id, title, help, width, type } = column;
    const next = spec.columns[index + 1]?.type;
    const hasUnitBeside = (type === 'quantity' && next === 'unit') || (type === 'price' && next === 'priceUnit');
    add({
      id,
      title,
      help,
      width,
      isNumber: NUMBERS.includes(type),
      isUnit: UNITS.includes(type),
      hasUnitBeside,
      column,
    });
    if (isShared && index === 0)
      add({
        id: MAKER,
        title: 'Company',
        help: 'Whose line it is. Only its own people change it.',
        width: 180,
        isNumber: false,
        isUnit: false,
        hasUnitBeside: false,
        column: null,
      });
    if (id === beside)
      add({
        id: CONTAINED,
        title: 'Contained',
        help: 'Mass of the element in the quantity. Computed; the pool counts this.',
        width: 140,
        isNumber: true,
        isUnit: false,
        hasUnitBeside: false,
        column: null,
      });
  }
  return columns;
}

export interface Placing {
  hidden: readonly string[];
  widths: Readonly<Record<string, number>>;
  /** How many of the shown columns stay in view. */
  frozen: number;
}

/** The columns that one person sees. A sheet without any column could not be used: then the first one stays. */
export function place(all: readonly GridColumn[], { hidden, widths, frozen }: Placing): GridColumn[] {
  const shown = all.filter(({ id }) => !hidden.includes(id));
  let left = ROW_HEAD_WIDTH;
  return (shown.length > 0 ? shown : all.slice(0, 1)).map((column, index, columns) => {
    const width = widths[column.id] ?? column.width;
    const placed = {
      ...column,
      ...{ width, left, isFrozen: index < frozen },
      hasUnitBeside: column.hasUnitBeside && columns[index + 1]?.index === column.index + 1,
    };
    left += width;
    return placed;
  });
}
