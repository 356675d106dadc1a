/** Exact rational numbers: what units, prices and purities are computed with, so that no digit depends on binary floating point. */

/** n / d in lowest terms, d > 0. */
export interface Ratio {
  readonly n: bigint;
  readonly d: bigint;
}

const gcd = (a: bigint, b: bigint): bigint => {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
};

/** d must not be 0: that is a bug of the caller. */
export function ratio(n: bigint, d = 1n): Ratio {
  if (d === 0n) throw new RangeError('division by zero');
  const divisor = gcd(n, d) * (d < 0n ? -1n : 1n);
  return { n: n / divisor, d: d / divisor };
}

export const ZERO: Ratio = { n: 0n, d: 1n };
export const ONE: Ratio = { n: 1n, d: 1n };

export const plus = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d + b.n * a.d, a.d * b.d);
export const minus = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d - b.n * a.d, a.d * b.d);
export const times = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.n, a.d * b.d);
export const over = (a: Ratio, b: Ratio): Ratio => ratio(a.n * b.d, a.d * b.n);
/** -1, 0 or 1. */
export const compare = (a: Ratio, b: Ratio): number => {
  const difference = a.n * b.d - b.n * a.d;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** A decimal is at most this long, and its exponent at most EXPONENT_MAX, so that arithmetic on hostile text stays cheap. */
const DECIMAL_CHARS_MAX = 40;
const EXPONENT_MAX = 30;

/** '24000', '0.45359237', '.5', '1e-7'. Null where the text is no decimal. */
export function parseDecimal(text: string): Ratio | null {
  if (text.length > DECIMAL_CHARS_MAX) return null;
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (!match || whole + fraction === '') return null;
  const exponent = Number(match[4] ?? 0) - fraction.length;
  if (Math.abs(exponent) > EXPONENT_MAX + DECIMAL_CHARS_MAX || Math.abs(Number(match[4] ?? 0)) > EXPONENT_MAX)
    return null;
  const digits = BigInt(`${match[1] === '-' ? '-' : ''}${whole}${fraction}`);
  return exponent < 0 ? ratio(digits, 10n ** BigInt(-exponent)) : ratio(digits * 10n ** BigInt(exponent));
}

/** For constants of this program. */
export function decimal(text: string): Ratio {
  const value = parseDecimal(text);
  if (!value) throw new TypeError(`'${text}' is no decimal`);
  return value;
}

/** Nearest integer, halves away from zero. */
export function nearest(a: Ratio): bigint {
  const size = a.n < 0n ? -a.n : a.n;
  const rounded = (2n * size + a.d) / (2n * a.d);
  return a.n < 0n ? -rounded : rounded;
}

/** Plain decimal with at most so many digits after the point, no trailing zeros: '1.5', '24000'. */
export function toText(a: Ratio, decimalsMax: number): string {
  const text = toFixedText(a, decimalsMax);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Plain decimal with exactly so many digits after the point. */
export function toFixedText(a: Ratio, decimals: number): string {
  const scaled = nearest(times(a, ratio(10n ** BigInt(decimals))));
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0');
  const sign = scaled < 0n ? '-' : '';
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Rounded once to so many significant digits, printed plainly; trailing zeros after the point are dropped. */
export function toSignificant(a: Ratio, digits: number): string {
  if (a.n === 0n) return '0';
  const size: Ratio = { n: a.n < 0n ? -a.n : a.n, d: a.d };
  let magnitude = size.n.toString().length - size.d.toString().length;
  if (compare(size, powerOfTen(magnitude)) < 0) magnitude -= 1;
  const step = powerOfTen(magnitude - digits + 1);
  const rounded = times(ratio(nearest(over(a, step))), step);
  return toText(rounded, Math.max(0, digits - 1 - magnitude));
}

const powerOfTen = (exponent: number): Ratio =>
  exponent >= 0 ? ratio(10n ** BigInt(exponent)) : ratio(1n, 10n ** BigInt(-exponent));

/** The nearest double; for display and for numbers that are stored as such. Sizes from 1e-290 up to the largest double, and 0. */
export function toNumber({ n, d }: Ratio): number {
  const size = n < 0n ? -n : n;
  // The common case, for speed: a quotient of two whole doubles is rounded once.
  if (size <= SAFE && d <= SAFE) return Number(n) / Number(d);
  const shift = QUOTIENT_BITS + bitsOf(d) - bitsOf(size);
  const [upper, lower] = shift > 0 ? [size << BigInt(shift), d] : [size, d << BigInt(-shift)];
  // What the division leaves over is kept as a last bit, so that rounding to a double happens once, with all of it.
  const quotient = upper % lower === 0n ? upper / lower : (upper / lower) | 1n;
  return (n < 0n ? -1 : 1) * Number(quotient) * 2 ** -shift;
}

const SAFE = BigInt(Number.MAX_SAFE_INTEGER);
/** More than the 53 of a double and the one that rounds it. */
const QUOTIENT_BITS = 64;
const bitsOf = (size: bigint): number => size.toString(2).length;
