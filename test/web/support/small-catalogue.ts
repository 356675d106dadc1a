/** A few real minerals, forms, units and countries for tests that run in a browser, where no files can be read. */
import {
  type Catalogue,
  type CatalogueData,
  type FormData,
  indexCatalogue,
  type MineralData,
} from '#domain/catalogue.ts';

const mineral = (id: string, name: string, symbol: string, rest: Partial<MineralData> = {}): MineralData => ({
  id,
  name,
  symbol,
  group: 'minor-metal',
  isGroup: false,
  element: symbol,
  basis: symbol,
  unit: 'kg',
  constituent: null,
  worldProductionT: 900,
  ...rest,
});

const form = (id: string, name: string, rest: Partial<FormData> & Pick<FormData, 'mineral' | 'family'>): FormData => ({
  id,
  name,
  formula: null,
  assay: null,
  purityPct: null,
  tradeUnit: 'kg',
  source: 'test',
  ...rest,
});

const country = (iso3: string, isoNumber: string, iso2: string, name: string) => ({
  iso3,
  isoNumber,
  iso2,
  name,
  otherNames: [],
  isGroup: false,
});

const DATA: CatalogueData = {
  version: 'small',
  elements: [
    { symbol: 'H', weight: '1.008' },
    { symbol: 'N', weight: '14.007' },
    { symbol: 'O', weight: '15.999' },
    { symbol: 'Ga', weight: '69.723' },
    { symbol: 'Y', weight: '88.906' },
    { symbol: 'W', weight: '183.84' },
  ],
  minerals: [
    mineral('gallium', 'Gallium', 'Ga'),
    mineral('yttrium', 'Yttrium', 'Y', { basis: 'Y2O3', constituent: { counts: 'REO', formula: 'Y2O3' } }),
    mineral('tungsten', 'Tungsten', 'W', { unit: 't', constituent: { counts: 'unit', formula: 'WO3' } }),
  ],
  families: [
    { id: 'ga-metal', mineral: 'gallium', name: 'gallium metal' },
    { id: 'ga-oxide', mineral: 'gallium', name: 'gallium oxide' },
    { id: 'y-oxide', mineral: 'yttrium', name: 'yttrium oxide' },
    { id: 'w-apt', mineral: 'tungsten', name: 'ammonium paratungstate' },
  ],
  forms: [
    form('ga-metal-4n', 'gallium metal, low purity', { mineral: 'gallium', family: 'ga-metal', purityPct: 99.99 }),
    form('ga-metal-6n', 'gallium metal, high purity', { mineral: 'gallium', family: 'ga-metal', purityPct: 99.9999 }),
    form('ga-oxide-4n', 'gallium oxide', {
      mineral: 'gallium',
      family: 'ga-oxide',
      formula: 'Ga2O3',
      purityPct: 99.99,
    }),
    form('y-oxide-5n', 'yttrium oxide', { mineral: 'yttrium', family: 'y-oxide', formula: 'Y2O3', purityPct: 99.999 }),
    form('w-apt', 'ammonium paratungstate', {
      mineral: 'tungsten',
      family: 'w-apt',
      assay: { of: 'WO3', pct: '88.5' },
      tradeUnit: 'mtu',
    }),
  ],
  units: [
    { id: 'kg', title: 'kilogram', counts: 'product', kg: '1', otherNames: [] },
    { id: 't', title: 'tonne', counts: 'product', kg: '1000', otherNames: [] },
    { id: 'lb', title: 'pound', counts: 'product', kg: '0.45359237', otherNames: [] },
    { id: 'mtu', title: 'metric ton unit', counts: 'unit', kg: '10', otherNames: [] },
  ],
  countries: [
    country('CAN', '124', 'CA', 'Canada'),
    country('CHN', '156', 'CN', 'China'),
    country('RUS', '643', 'RU', 'Russia'),
    country('USA', '840', 'US', 'United States'),
  ],
};

export const smallCatalogue = (): Catalogue => indexCatalogue(DATA);
