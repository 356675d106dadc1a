import { expect, test } from 'vitest';
import { indexCatalogue } from '#domain/catalogue.ts';
import { toSignificant } from '#domain/exact.ts';
import { catalogue, formNamed } from '../support/catalogue.ts';

test('[CA1] every mineral that is no group can be ordered: it has forms, each with a family and units', () => {
  for (const mineral of catalogue.minerals.values()) {
    expect(mineral.forms.length > 0, mineral.id).toBe(!mineral.isGroup);
    for (const form of mineral.forms) {
      expect(catalogue.families.get(form.family)?.mineral, form.id).toBe(mineral.id);
      expect(form.units[0]?.id, form.id).toBe(form.tradeUnit);
    }
  }
});

test('[CA1] forms that differ only in purity are one family', () => {
  expect(['ga-metal-4n', 'ga-metal-6n', 'ga-metal-7n'].map((id) => formNamed(id).family)).toEqual(
    Array(3).fill('ga-metal'),
  );
  expect(['al-3n', 'al-4n', 'al-5n'].map((id) => formNamed(id).family)).toEqual(Array(3).fill('al-metal'));
});

test('[CA2] a browser that indexes the data it was sent has the same catalogue', () => {
  const sent = indexCatalogue(JSON.parse(JSON.stringify(catalogue.data)));
  for (const [id, form] of catalogue.forms) expect(sent.forms.get(id)?.substance).toEqual(form.substance);
  expect(sent.data.version).toBe(catalogue.data.version);
});

test('[CA3] what a product holds follows from its formula, or from its assay', () => {
  const content = (id: string) => toSignificant(formNamed(id).substance.content ?? { n: 0n, d: 1n }, 6);
  expect(['y-oxide-5n', 'co-sulfate', 'w-apt', 'al-sc-2', 'ga-metal-6n', 'w-scrap'].map(content)).toEqual([
    '0.787444',
    '0.209656',
    '0.701779',
    '0.02',
    '1',
    '0',
  ]);
});

test('[CA4] minerals, units and countries are found by the words people use', () => {
  expect(['Ga', 'gallium', 'GALLIUM'].map((word) => catalogue.mineralsByWord.get(word.toLowerCase()))).toEqual(
    Array(3).fill('gallium'),
  );
  expect(['lbs', 'pounds', 'lb'].map((word) => catalogue.unitsByWord.get(word))).toEqual(Array(3).fill('lb'));
  expect(['us', 'usa', 'united states', 'u.s.'].map((word) => catalogue.countriesByWord.get(word))).toEqual(
    Array(4).fill('USA'),
  );
  expect(['drc', 'cod', 'congo (kinshasa)'].map((word) => catalogue.countriesByWord.get(word))).toEqual(
    Array(3).fill('COD'),
  );
});
