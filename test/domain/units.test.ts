import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assayFraction, basisOf } from '#domain/catalogue.ts';
import {
  compare,
  decimal,
  minus,
  nearest,
  parseDecimal,
  type Ratio,
  ratio,
  toNumber,
  toSignificant,
  toText,
} from '#domain/exact.ts';
import { massFraction, parseFormula } from '#domain/formula.ts';
import {
  elementPerUnit,
  grams,
  gramsOf,
  massInBasis,
  quantityOf,
  sumGrams,
  unitFits,
  usdMicroPerKg,
  usdPerUnit,
} from '#domain/units.ts';
import { catalogue, formNamed, unitNamed } from '../support/catalogue.ts';

const gramsIn = (quantity: string, unit: string, form: string): number | null =>
  gramsOf(decimal(quantity), unitNamed(unit), formNamed(form).substance);
const kgPer = (unit: string, form: string): string =>
  toSignificant(elementPerUnit(unitNamed(unit), formNamed(form).substance) ?? decimal('0'), 10);

const pairs = [...catalogue.forms.values()].flatMap((form) =>
  form.substance.content ? form.units.map((unit) => ({ form, unit })) : [],
);
const aPair = fc.constantFrom(...pairs);
const aQuantity = fc.tuple(fc.bigInt(1n, 10n ** 9n), fc.bigInt(1n, 1000n)).map(([n, d]) => ratio(n, d));

test('[UN1] a tenth of a kilogram and two tenths are three tenths, to the gram', () => {
  const tenth = decimal('0.1');
  expect(gramsOf(minus(decimal('0.3'), tenth), unitNamed('kg'), formNamed('ga-metal-6n').substance)).toBe(200);
  expect(toText(minus(decimal('0.3'), tenth), 20)).toBe('0.2');
});

test('[UN1] rounding takes the nearest, halves away from zero', () => {
  expect([decimal('0.4999'), decimal('0.5'), decimal('1.5'), decimal('-2.5')].map(nearest)).toEqual([0n, 1n, 2n, -3n]);
  expect([toSignificant(decimal('49301.449'), 6), toSignificant(decimal('0.00999996'), 5)]).toEqual([
    '49301.4',
    '0.01',
  ]);
});

test('[UN1] the double of a fraction is the nearest one, of any size and sign', () => {
  const size = fc.oneof(
    fc.bigInt(0n, 1000n),
    fc.bigInt(BigInt(Number.MAX_SAFE_INTEGER) - 2n, BigInt(Number.MAX_SAFE_INTEGER) + 2n),
    fc.bigInt(1n, 10n ** 70n),
  );
  fc.assert(
    fc.property(size, size, fc.boolean(), (n, d, isNegative) => {
      const exact = ratio(isNegative ? -n : n, d === 0n ? 1n : d);
      const far = (double: number): Ratio => {
        const off = minus(exact, ofDouble(double));
        return off.n < 0n ? { n: -off.n, d: off.d } : off;
      };
      const found = toNumber(exact);
      for (const other of neighbours(found)) expect(compare(far(found), far(other))).toBeLessThanOrEqual(0);
    }),
    { numRuns: 2000 },
  );
});

/** Its bits as an exact fraction. */
function ofDouble(value: number): Ratio {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, Math.abs(value));
  const all = bits.getBigUint64(0);
  const exponent = Number(all >> 52n);
  const mantissa = (all & (2n ** 52n - 1n)) + (exponent === 0 ? 0n : 2n ** 52n);
  const power = Math.max(1, exponent) - 1075;
  const n = value < 0 ? -mantissa : mantissa;
  return power >= 0 ? ratio(n << BigInt(power)) : ratio(n, 1n << BigInt(-power));
}

/** The doubles next to it, away from zero and towards it. */
function neighbours(value: number): number[] {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const own = bits.getBigUint64(0);
  return (value === 0 ? [own + 1n] : [own + 1n, own - 1n]).map((other) => {
    bits.setBigUint64(0, other);
    return bits.getFloat64(0);
  });
}

test('[UN2] a formula with hydrates and brackets gives the mass fraction of its element', () => {
  const of = (element: string, formula: string) =>
    toSignificant(massFraction(element, formula, catalogue.weights) ?? decimal('0'), 6);
  expect(of('Co', 'CoSO4.7H2O')).toBe('0.209656');
  expect(of('W', '(NH4)10(H2W12O42).4H2O')).toBe('0.704254');
  expect([...(parseFormula('La2(CO3)3') ?? [])]).toEqual([
    ['La', 2],
    ['C', 3],
    ['O', 9],
  ]);
});

test('[UN2] what is no formula is refused, however odd', () => {
  for (const text of [
    '',
    'x',
    '2',
    'H2O.',
    '(H2O',
    'H2O)',
    '()2',
    'h2o',
    'H0',
    'H2O;DROP',
    `H${'9'.repeat(60)}`,
    '('.repeat(40),
  ])
    expect(parseFormula(text), text).toBeNull();
  const anyText = fc.string({ unit: fc.constantFrom('H', 'C', 'o', '(', ')', '.', '2', '0', ' ', '-') });
  fc.assert(
    fc.property(anyText, (text) =>
      [...(parseFormula(text)?.values() ?? [])].every((count) => Number.isSafeInteger(count) && count > 0),
    ),
  );
});

test('[UN3] product masses are the exact legal definitions', () => {
  expect(gramsIn('1', 'lb', 'ga-metal-6n')).toBe(454);
  expect(['g', 'kg', 't', 'lb', 'st', 'lt', 'ozt'].map((unit) => kgPer(unit, 'ga-metal-6n'))).toEqual([
    '0.001',
    '1',
    '1000',
    '0.45359237',
    '907.18474',
    '1016.046909',
    '0.0311034768',
  ]);
});

test('[UN4] a metric ton unit holds 7.929709 kg of tungsten, whatever the form', () => {
  for (const form of ['w-apt', 'w-concentrate', 'w-carbide'])
    expect(toSignificant(decimal(kgPer('mtu', form)), 7), form).toBe('7.929709');
  expect(toSignificant(decimal(kgPer('stu', 'w-apt')), 7)).toBe('7.193711');
  expect(kgPer('mtu', 'mn-ore')).toBe('10');
});

test('[UN4] metric ton units fit nothing else', () => {
  const fits = [...catalogue.forms.values()].filter((form) => unitFits(unitNamed('mtu'), form.substance));
  expect([...new Set(fits.map((form) => form.mineral))].sort()).toEqual(['manganese', 'tungsten']);
  expect(gramsIn('1', 'mtu', 'ga-metal-6n')).toBeNull();
});

test('[UN5] lithium carbonate equivalent fits lithium only, rare-earth oxide the rare earths only', () => {
  expect(gramsIn('1', 't LCE', 'li-hydroxide')).toBe(187852);
  expect(gramsIn('1', 'kg LCE', 'co-metal')).toBeNull();
  expect(toSignificant(decimal(kgPer('kg REO', 'nd-metal')), 6)).toBe('0.857354');
  expect(gramsIn('1', 't REO', 'li-carbonate')).toBeNull();
});

test('[UN5] a kilogram of lithium carbonate is a kilogram of its equivalent', () => {
  expect(gramsIn('7', 'kg LCE', 'li-carbonate')).toBe(gramsIn('7', 'kg', 'li-carbonate'));
  expect(gramsIn('7', 'kg REO', 'y-oxide-5n')).toBe(gramsIn('7', 'kg', 'y-oxide-5n'));
});

test('[UN6] scrap is counted by the assay of the row, or as contained element', () => {
  const scrap = formNamed('w-scrap');
  const assay = assayFraction(catalogue, scrap, decimal('82.5'));
  expect(gramsOf(decimal('2'), unitNamed('t'), scrap.substance)).toBeNull();
  expect(gramsOf(decimal('2'), unitNamed('t'), scrap.substance, assay)).toBe(1_650_000);
  expect(gramsOf(decimal('2'), unitNamed('t contained'), scrap.substance)).toBe(2_000_000);
});

test('[UN6] an assay stated as a constituent counts the element in it', () => {
  const zircon = formNamed('zr-zircon');
  const assay = assayFraction(catalogue, zircon, decimal('65'));
  expect(toSignificant(assay ?? decimal('0'), 6)).toBe('0.481207');
});

test('[UN7] from a unit to grams and back is the quantity, within half a gram', () => {
  fc.assert(
    fc.property(aPair, aQuantity, ({ form, unit }, quantity) => {
      const mass = gramsOf(quantity, unit, form.substance);
      const perUnit = elementPerUnit(unit, form.substance);
      if (mass === null || !perUnit) return;
      const back = quantityOf(mass, unit, form.substance) ?? decimal('0');
      const offG = Math.abs(toNumber(minus(back, quantity))) * toNumber(perUnit) * 1000;
      expect(offG).toBeLessThanOrEqual(0.5000001);
      expect(gramsOf(back, unit, form.substance)).toBe(mass);
    }),
  );
});

test('[UN8] grams of parts differ from grams of the whole by at most half a gram a part', () => {
  fc.assert(
    fc.property(aPair, fc.array(aQuantity, { minLength: 1, maxLength: 20 }), ({ form, unit }, quantities) => {
      const parts = quantities.map((quantity) => gramsOf(quantity, unit, form.substance));
      const whole = gramsOf(quantities.reduce(add), unit, form.substance);
      if (whole === null || parts.includes(null)) return;
      const sum = sumGrams(parts.flatMap((part) => part ?? []));
      expect(Math.abs(sum - whole)).toBeLessThanOrEqual((parts.length + 1) / 2);
    }),
  );
});
const add = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d + b.n * a.d, a.d * b.d);

test('[UN9] a price per metric ton unit is a price per kilogram of tungsten, and back', () => {
  const apt = formNamed('w-apt').substance;
  const micro = usdMicroPerKg(decimal('2100'), unitNamed('mtu'), apt);
  expect(micro).toBe(264_826_860);
  expect(toText(usdPerUnit(micro ?? 0, unitNamed('mtu'), apt) ?? decimal('0'), 2)).toBe('2100');
});

test('[UN9] from a price to a price of contained element and back is the price, within half a micro-dollar a kilogram', () => {
  fc.assert(
    fc.property(aPair, fc.bigInt(1n, 10n ** 8n), ({ form, unit }, cents) => {
      const price = ratio(cents, 100n);
      const micro = usdMicroPerKg(price, unit, form.substance);
      const perUnit = elementPerUnit(unit, form.substance);
      if (micro === null || !perUnit) return;
      const back = usdPerUnit(micro, unit, form.substance) ?? decimal('0');
      expect(Math.abs(toNumber(minus(back, price)))).toBeLessThanOrEqual(0.5000001e-6 * toNumber(perUnit));
    }),
  );
});

test('[UN10] a total of yttrium is shown as yttrium oxide', () => {
  const oxide = basisOf(catalogue, 'yttrium', 'Y2O3');
  const mass = gramsIn('24000', 'kg', 'y-oxide-5n');
  expect(
    toSignificant(massInBasis(grams(mass ?? 0), oxide ?? { name: '', content: decimal('1') }, unitNamed('kg')), 6),
  ).toBe('24000');
  expect(basisOf(catalogue, 'yttrium', 'WO3')).toBeNull();
});

test('[UN11] hostile decimals are refused before they cost anything', () => {
  for (const text of ['1e999', '9'.repeat(41), '1e-999', '--1', '1.2.3', '', '.', '1e', 'Infinity', 'NaN', '0x10'])
    expect(parseDecimal(text), text).toBeNull();
  expect(parseDecimal('1e-7')).toEqual(ratio(1n, 10_000_000n));
});

test('[UN11] grams are whole and safe', () => {
  for (const value of [0.5, -1, Number.NaN, 2 ** 53]) expect(() => grams(value)).toThrow(RangeError);
  expect(gramsIn('1e30', 't', 'co-metal')).toBeNull();
});
