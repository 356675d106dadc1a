/** Prices of an offer's row: the price list in grams and micro-dollars of contained element. Used by offer-sheet. */
import { type PriceStep, readPositive, readTiers } from './cells.ts';
import { ZERO } from './exact.ts';
import { massOf, type Product, priceOf, type RowReader, readRowPriceUnit } from './row-reading.ts';
import { type Grams, NO_GRAMS, type Unit } from './units.ts';

export interface PriceTier {
  /** Grams of contained element from which the price holds; the first is 0. */
  from: Grams;
  usdMicroPerKg: number;
}

/** The base price and the tiers above it, as grams and micro-dollars of contained element. Prices do not rise with the quantity. */
export function readPrices(reader: RowReader, product: Product, unit: Unit | null): PriceTier[] | null {
  const price = reader.required('price', 'the price', (text) => readPositive(text, 'price'));
  const steps = reader.optional('tiers', readTiers) ?? [];
  const priceUnit = readRowPriceUnit(reader, product, true);
  const first = priceOf(reader, 'price', product, priceUnit, price);
  if (first === null) return null;
  const tiers: PriceTier[] = [{ from: NO_GRAMS, usdMicroPerKg: first }];
  for (const step of steps) {
    const tier = readTier(reader, product, unit, priceUnit, step);
    const below = tiers.at(-1);
    if (!tier || !below) return null;
    if (tier.usdMicroPerKg > below.usdMicroPerKg)
      return reader.wrong('tiers', 'a price rises with the quantity', 'enter prices that fall');
    tiers.push(tier);
  }
  return tiers;
}

function readTier(
  reader: RowReader,
  product: Product,
  unit: Unit | null,
  priceUnit: Unit | null,
  step: PriceStep,
): PriceTier | null {
  const from = massOf(reader, 'tiers', 'tier', product, unit, step.from.n > ZERO.n ? step.from : null);
  const usdMicroPerKg = priceOf(reader, 'tiers', product, priceUnit, step.price);
  return from === null || usdMicroPerKg === null ? null : { from, usdMicroPerKg };
}
