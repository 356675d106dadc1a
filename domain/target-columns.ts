/** Columns of the internal face of the reserve's priorities: targets, stock, prices, conditions. Officials alone read and edit them. */
import { PRODUCT_COLUMNS } from './product-columns.ts';
import type { Column, SheetSpec } from './sheets.ts';

export const COVER_DAYS_MAX = 3660;
/** A hundred billion dollars, ten times the largest loan to a reserve that we know of: more is a slip of the finger. */
export const BUDGET_USD_MAX = 100_000_000_000;
export const LEAD_DAYS_MAX = 3660;
export const SHELF_MONTHS_MAX = 1200;
/** Whole dollars for a tonne and year: a kilogram in the dearest vault costs less. */
export const STORAGE_USD_MAX = 100_000_000;

const quantity = (id: string, title: string, width: number, help: string): Column => ({
  id,
  title,
  type: 'quantity',
  width,
  required: false,
  help,
});
const text = (id: string, title: string, width: number, help: string): Column => ({
  id,
  title,
  type: 'text',
  width,
  required: false,
  help,
});
const integer = (id: string, title: string, width: number, max: number, help: string): Column => ({
  id,
  title,
  type: 'integer',
  width,
  max,
  required: false,
  help,
});

export const TARGET_SHEET: SheetSpec = {
  kind: 'targets',
  title: 'Targets and stock',
  rowNoun: 'target',
  columns: [
    PRODUCT_COLUMNS.mineral,
    PRODUCT_COLUMNS.form,
    PRODUCT_COLUMNS.grade,
    quantity('target', 'Target', 112, 'Stock to hold, in the unit of the row. Empty: what the days of use come to.'),
    { ...PRODUCT_COLUMNS.unit, required: false },
    integer('coverDays', 'Target days', 92, COVER_DAYS_MAX, 'Days of use that the reserve is to hold.'),
    quantity('military', 'Military, a year', 148, 'What military use needs in a year, in the unit of the row.'),
    quantity('civilian', 'Civilian, a year', 148, 'What essential civilian use needs in a year.'),
    quantity('industrial', 'Industrial, a year', 148, 'What other industry needs in a year.'),
    quantity('onHand', 'On hand', 124, 'Stock held today, in the unit of the row.'),
    quantity('onOrder', 'On order', 124, 'Contracted outside this program and not delivered yet.'),
    quantity(
      'surplus',
      'Surplus taken',
      112,
      'What the reserve may take above its target where a smallest order or price step makes that worth it.',
    ),
    {
      id: 'price',
      title: 'Inventory price',
      type: 'price',
      width: 116,
      required: false,
      help: 'What a unit in stock is counted at.',
    },
    {
      id: 'priceUnit',
      title: 'Price unit',
      type: 'priceUnit',
      width: 88,
      required: false,
      help: 'What the price is per, such as USD/kg.',
    },
    integer(
      'storage',
      'Storage, USD a t',
      116,
      STORAGE_USD_MAX,
      'What storing a tonne of contained element costs in a year, whole dollars.',
    ),
    integer(
      'budget',
      'Budget, USD',
      112,
      BUDGET_USD_MAX,
      'Whole dollars set aside in this row. All rows of a pool’s minerals share one budget, by tier. Empty everywhere: no limit.',
    ),
    text('trigger', 'Drawdown trigger', 180, 'What has to happen before stock is drawn down.'),
    text('authority', 'Authority', 140, 'Who orders it, and under which law.'),
    {
      id: 'keep',
      title: 'Kept',
      type: 'percent',
      width: 72,
      required: false,
      help: 'Percent of the target that no drawdown touches.',
    },
    integer('leadDays', 'Release days', 96, LEAD_DAYS_MAX, 'Days from the order to the delivery.'),
    text('site', 'Site', 140, 'Where it is stored.'),
    text('storageClass', 'Storage class', 140, 'What the store has to do: dry, inert gas, hazard.'),
    {
      id: 'rotated',
      title: 'Last rotated',
      type: 'quarter',
      width: 96,
      required: false,
      help: 'Quarter of the last rotation, or of the receipt.',
    },
    integer('shelfMonths', 'Keeps, months', 104, SHELF_MONTHS_MAX, 'How long the product keeps.'),
    {
      id: 'excluded',
      title: 'Not from',
      type: 'countries',
      width: 120,
      required: false,
      help: 'Countries of origin that the reserve cannot take, by name or ISO code.',
    },
    {
      id: 'notOwned',
      title: 'Not owned from',
      type: 'countries',
      width: 128,
      required: false,
      help: 'Countries whose owners must not control the source: a quarter of votes or equity is control.',
    },
    text(
      'requires',
      'Certificates',
      140,
      'What a source must have: AS9100, ISO9001, IRMA, RMAP, DFARS7052, FEOC. Empty: none.',
    ),
    PRODUCT_COLUMNS.note,
  ],
};
