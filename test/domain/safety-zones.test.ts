import { expect, test } from 'vitest';
import { ratio, toText } from '#domain/exact.ts';
import { consumedKg, shareOfConsumption } from '#domain/safety-zones.ts';
import { loadCatalogue } from '../../seeds/facts.ts';

const catalogue = loadCatalogue();
const of = (tonnes: number | null, basis: string, qualifier = '') => ({ tonnes, basis, qualifier });

test('[DK1] the share of U.S. consumption is the published total over the published consumption, in the same constituent', () => {
  const gallium = consumedKg('gallium', of(19, 'Ga content'), catalogue);
  expect(gallium && toText(gallium, 3)).toBe('19000');
  // 1,550 kg of 19 t
  expect(shareOfConsumption('1550', ratio(1n), gallium)).toBe('8.2');
  const yttrium = consumedKg('yttrium', of(300, 'Y2O3 equivalent'), catalogue);
  expect(yttrium && toText(yttrium, 0)).toBe('236233');
});

test('[DK1] no share is shown where the total is withheld, or where the consumption is withheld, vague or of another basis', () => {
  expect(shareOfConsumption(null, ratio(1n), ratio(19_000n))).toBeNull();
  for (const consumption of [
    null,
    of(null, 'Li content', 'W'),
    of(100_000, 'gross weight', '<'),
    of(71_000, 'gross weight'),
    of(130, 'PGM content'),
  ])
    expect(shareOfConsumption('10', ratio(1n), consumedKg('gallium', consumption, catalogue))).toBeNull();
});
