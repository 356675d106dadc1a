/** The real catalogue, and rows to start from: each test changes only the cells it is about. */
import type { Form } from '#domain/catalogue.ts';
import type { Row } from '#domain/sheets.ts';
import type { MineralSupply } from '#domain/shortfall.ts';
import { type PlannedTarget, readTarget } from '#domain/target-sheet.ts';
import type { Unit } from '#domain/units.ts';
import { loadCatalogue } from '#seeds/facts.ts';

export const catalogue = loadCatalogue();

export const formNamed = (id: string): Form => {
  const form = catalogue.forms.get(id);
  if (!form) throw new Error(`no form ${id}`);
  return form;
};

export const unitNamed = (id: string): Unit => {
  const unit = catalogue.units.get(id);
  if (!unit) throw new Error(`no unit ${id}`);
  return unit;
};

export const POOL_2027 = {
  minerals: ['yttrium', 'gallium', 'tungsten', 'lithium', 'cobalt'],
  deliveryFrom: 2027,
  deliveryTo: 2028,
};

export const demandRow = (cells: Row = {}): Row => ({
  mineral: 'gallium',
  form: 'ga-metal-6n',
  grade: 99.9999,
  quantity: 1500,
  unit: 'kg',
  period: '2027-Q1/2027-Q4',
  ceiling: 950,
  priceUnit: 'USD/kg',
  ...cells,
});

export const offerRow = (cells: Row = {}): Row => ({
  supplier: 'Refiner (sample)',
  country: 'JPN',
  mineral: 'gallium',
  form: 'ga-metal-6n',
  grade: 99.9999,
  capacity: 3000,
  unit: 'kg',
  from: '2027-Q1',
  stage: 'operating',
  minimum: 25,
  price: 940,
  priceUnit: 'USD/kg',
  ...cells,
});

export const priorityRow = (cells: Row = {}): Row => ({ mineral: 'gallium', form: 'ga-metal-6n', tier: '1', ...cells });

export const targetRow = (cells: Row = {}): Row => ({
  mineral: 'gallium',
  form: 'ga-metal-6n',
  target: 3120,
  unit: 'kg',
  ...cells,
});

/** Ten tonnes a year, all from one covered country: every figure of a shortfall can be told by hand. */
export const GALLIUM_SUPPLY: MineralSupply = {
  mineralId: 'gallium',
  name: 'Gallium',
  demandT: 10,
  demandBasis: 'Ga',
  bound: '',
  reliancePct: 100,
  sources: [{ iso3: 'CHN', name: 'China', kind: 'covered', restricted: false, tonnes: 10 }],
  importForm: 'metal',
  importPeriod: '2025',
  usdPerKg: null,
  priceOf: '',
  lowSubstitutability: false,
  stockT: 0,
};

/** A target with its tier, as the match takes it; `cells` of either sheet. */
export function plannedTarget({ tier = '1', ...cells }: Row = {}, row = 'p'): PlannedTarget {
  const reading = readTarget(row, targetRow(cells), catalogue);
  if (reading.state !== 'valid') throw new Error(JSON.stringify(reading));
  return { ...reading.value, tier: Number(tier) as PlannedTarget['tier'] };
}
