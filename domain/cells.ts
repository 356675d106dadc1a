/** Reads the text of one cell by its column's type. Rows, entry and display all read through here, so one text has one meaning. */
import type { Catalogue, Form, Mineral } from './catalogue.ts';
import { compare, decimal, parseDecimal, type Ratio, toNumber, toText, ZERO } from './exact.ts';
import { parseGrade } from './grades.ts';
import { parseQuarter, parseWindow, type Quarter, type Window, writeWindow } from './quarters.ts';
import type { Column, Scalar } from './sheets.ts';
import type { Unit } from './units.ts';

/** `cell` is the value as the document should hold it; a text that cannot be read stays in the document as typed. */
export type Reading<T> = { ok: true; value: T; cell: Scalar } | { ok: false; message: string; remedy: string };

export const read = <T>(value: T, cell: Scalar): Reading<T> => ({ ok: true, value, cell });
export const unread = (message: string, remedy: string): Reading<never> => ({ ok: false, message, remedy });

const TEXT_CHARS_MAX = 1000;
const COUNTRIES_MAX = 60;
const TIERS_MAX = 12;
/** How many suggestions a remedy names. */
const NAMED_MAX = 8;

/** Text of a cell; null where there is none. */
export function textOf(cell: Scalar | undefined): string | null {
  if (cell === null || cell === undefined) return null;
  const text = String(cell).trim();
  return text === '' ? null : text;
}

/** For messages: what was typed, cut short. */
export const quoted = (text: string): string => `'${text.length > 40 ? `${text.slice(0, 39)}…` : text}'`;

const listed = (names: readonly string[]): string =>
  names.length > NAMED_MAX ? `${names.slice(0, NAMED_MAX).join(', ')} …` : names.join(', ');

/** By name, symbol or id, or by a beginning of three letters and more that only one mineral has. */
export function readMineral(text: string, catalogue: Catalogue): Reading<Mineral> {
  const id = catalogue.mineralsByWord.get(text.toLowerCase()) ?? onlyBeginning(text.toLowerCase(), catalogue);
  const mineral = id === undefined ? undefined : catalogue.minerals.get(id);
  if (!mineral) return unread(`${quoted(text)} is no mineral of the catalogue`, 'choose one from the list');
  if (mineral.isGroup) return unread(`${mineral.name} is a group of minerals`, 'name the mineral, such as dysprosium');
  return read(mineral, mineral.id);
}

function onlyBeginning(beginning: string, catalogue: Catalogue): string | undefined {
  if (beginning.length < 3) return undefined;
  const [only, another] = catalogue.data.minerals.filter((m) => m.name.toLowerCase().startsWith(beginning));
  return another ? undefined : only?.id;
}

/** By id, name or formula, then by a word that only one form of the mineral has: 'oxide'. */
export function readForm(text: string, catalogue: Catalogue, mineral: Mineral | null): Reading<Form> {
  const exact = catalogue.forms.get(text);
  if (exact) return read(exact, exact.id);
  const wanted = text.toLowerCase();
  const among = mineral ? mineral.forms : [...catalogue.forms.values()];
  const named = among.filter(
    (form) => form.name.toLowerCase() === wanted || form.id === wanted || form.formula === text,
  );
  const matches = named.length > 0 ? named : among.filter((form) => form.name.toLowerCase().includes(wanted));
  const [only, another] = matches;
  if (only && !another) return read(only, only.id);
  const offered = listed((matches.length > 0 ? matches : (mineral?.forms ?? [])).map((form) => form.name));
  if (another) return unread(`${quoted(text)} can mean several forms`, `choose one: ${offered}`);
  return unread(
    `${quoted(text)} is no form ${mineral ? `of ${mineral.name.toLowerCase()}` : 'of the catalogue'}`,
    offered === '' ? 'choose one from the list' : `choose one: ${offered}`,
  );
}

export function readUnit(text: string, catalogue: Catalogue): Reading<Unit> {
  const id = catalogue.unitsByWord.get(text.toLowerCase());
  const unit = id === undefined ? undefined : catalogue.units.get(id);
  return unit
    ? read(unit, unit.id)
    : unread(`${quoted(text)} is no unit`, `use ${listed(catalogue.data.units.map((u) => u.id))}`);
}

/** 'USD/kg', '$/kg', 'USD per mtu', 'kg'. */
export function readPriceUnit(text: string, catalogue: Catalogue): Reading<Unit> {
  const plain = text.replace(/^(?:US)?(?:D|\$)\s*(?:\/|per\s)\s*/i, '');
  const unit = readUnit(plain.trim(), catalogue);
  return unit.ok
    ? read(unit.value, `USD/${unit.value.id}`)
    : unread(`${quoted(text)} is no price unit`, 'write it as USD/kg, USD/lb, USD/t or USD/mtu');
}

/** Thousands may be set off by commas, spaces or apostrophes; the decimal mark is a dot. */
export function parseNumber(text: string): Ratio | null {
  const grouped = /^[+-]?\d{1,3}(?:([,'’_\s])\d{3})(?:\1\d{3})*(?:\.\d+)?$/.test(text);
  return parseDecimal(grouped ? text.replace(/[,'’_\s]/g, '') : text);
}

/** As the document holds a number: a JSON number where it is exact, otherwise its decimal text. */
export function numberCell(value: Ratio): Scalar {
  const number = toNumber(value);
  const back = parseDecimal(String(number));
  return back && compare(back, value) === 0 ? number : toText(value, 70);
}

function readNumber(text: string, noun: string): Reading<Ratio> {
  const value = parseNumber(text);
  if (value) return read(value, numberCell(value));
  const comma = /^\d+,\d+$/.test(text);
  return unread(
    `${quoted(text)} is no number`,
    comma ? 'write a dot for decimals' : `enter the ${noun} as a number, such as 1200.5`,
  );
}

export function readPositive(text: string, noun: string): Reading<Ratio> {
  const number = readNumber(text, noun);
  if (!number.ok || number.value.n > 0n) return number;
  return unread(`${noun} ${text} is not above zero`, `enter a ${noun} above zero, or clear the row`);
}

const HUNDRED = decimal('100');

export function readPercent(text: string, noun: string): Reading<Ratio> {
  const plain = text.replace(/\s*%$/, '');
  const number = readNumber(plain, noun);
  if (!number.ok) return number;
  if (compare(number.value, HUNDRED) > 0) return unread(`${noun} ${plain} % is above 100 %`, 'enter percent by mass');
  if (compare(number.value, ZERO) <= 0) return unread(`${noun} ${plain} % is not above zero`, 'enter percent by mass');
  return number;
}

export function readGrade(text: string): Reading<Ratio> {
  const reading = parseGrade(text);
  if (reading.state === 'grade') return read(reading.pct, numberCell(reading.pct));
  if (reading.state === 'unreadable')
    return unread(`${quoted(text)} is no purity`, 'enter percent by mass such as 99.995, or nines such as 4N5');
  const plain = text.replace(/\s*%$/, '');
  const pct = parseNumber(plain);
  const side = pct && pct.n <= 0n ? 'not above zero' : 'above 100 %';
  return unread(
    `purity ${pct ? `${plain} %` : text} is ${side}`,
    'enter a mass fraction in percent, above 0 and at most 100',
  );
}

export function readInteger(text: string, noun: string, max: number): Reading<number> {
  const number = readNumber(text, noun);
  if (!number.ok) return number;
  const value = toNumber(number.value);
  return number.value.d === 1n && value >= 0 && value <= max
    ? read(value, value)
    : unread(`${noun} ${text} is not a whole number from 0 to ${max}`, 'enter a whole number');
}

export function readPeriod(text: string): Reading<Window> {
  const reading = parseWindow(text);
  if (reading.state === 'window') return read(reading.window, writeWindow(reading.window));
  return reading.state === 'reversed'
    ? unread(`${quoted(text)} ends before it begins`, 'enter the earlier quarter first')
    : unread(
        `${quoted(text)} is no delivery period`,
        'enter a quarter, a run of quarters or a year: Q3 2027, Q1-Q3 2027, 2027',
      );
}

export function readQuarter(text: string): Reading<Quarter> {
  const quarter = parseQuarter(text);
  return quarter ? read(quarter, quarter) : unread(`${quoted(text)} is no quarter`, 'enter it as Q3 2027');
}

export function readCountry(text: string, catalogue: Catalogue): Reading<string> {
  const iso3 = catalogue.countriesByWord.get(text.toLowerCase());
  const country = iso3 === undefined ? undefined : catalogue.countries.get(iso3);
  if (!country)
    return unread(`${quoted(text)} is no country of the catalogue`, 'enter its name or its ISO code, such as CAN');
  if (country.isGroup) return unread(`${country.name} is a group of states`, 'name the countries');
  return read(country.iso3, country.iso3);
}

/** Names or codes, apart by commas or semicolons. Sorted, each once, so that equal sets are equal cells. */
export function readCountries(text: string, catalogue: Catalogue): Reading<string[]> {
  const parts = text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0)
    return unread(`${quoted(text)} names no country`, 'enter names or ISO codes, or clear the cell');
  if (parts.length > COUNTRIES_MAX)
    return unread(`${parts.length} countries are too many`, `name at most ${COUNTRIES_MAX}`);
  const found = new Set<string>();
  for (const part of parts) {
    const country = readCountry(part, catalogue);
    if (!country.ok) return country;
    found.add(country.value);
  }
  const sorted = [...found].sort();
  return read(sorted, sorted.join(', '));
}

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
const initials = (title: string): string =>
  title
    .split(/\s+/)
    .map((word) => word[0] ?? '')
    .join('')
    .toLowerCase();

/** By value, title, initials ('LOI') or an unambiguous beginning. */
export function readChoice(text: string, column: Column): Reading<string> {
  const choices = column.choices ?? [];
  const wanted = letters(text);
  const exact = choices.find((choice) => letters(choice.value) === wanted || letters(choice.title) === wanted);
  const loose = choices.filter(
    (choice) => initials(choice.title) === wanted || letters(choice.title).startsWith(wanted),
  );
  const chosen = exact ?? (loose.length === 1 && wanted !== '' ? loose[0] : undefined);
  return chosen
    ? read(chosen.value, chosen.value)
    : unread(
        `${quoted(text)} is no ${column.title.toLowerCase()}`,
        `choose one: ${listed(choices.map((choice) => choice.title))}`,
      );
}

const YES = new Set(['true', 'yes', 'y', '1', 'x', '✓']);
const NO = new Set(['false', 'no', 'n', '0', '-', '–']);

export function readBoolean(text: string): Reading<boolean> {
  const word = text.toLowerCase();
  if (YES.has(word)) return read(true, true);
  return NO.has(word) ? read(false, false) : unread(`${quoted(text)} is neither yes nor no`, 'enter yes or no');
}

export interface PriceStep {
  from: Ratio;
  price: Ratio;
}

/** '2000: 165; 5000: 150': from so much on, so many dollars; in the row's unit and price unit. */
export function readTiers(text: string): Reading<PriceStep[]> {
  const steps: PriceStep[] = [];
  for (const part of text.split(/[;\n]/).filter((piece) => piece.trim() !== '')) {
    const [from, price, ...more] = part.split(':').map((piece) => parseNumber(piece.trim()));
    if (!from || !price || more.length > 0 || from.n <= 0n || price.n <= 0n)
      return unread(`${quoted(part.trim())} is no price tier`, "write tiers as '2000: 165; 5000: 150'");
    const last = steps.at(-1);
    if (last && compare(last.from, from) >= 0)
      return unread('tiers are not in rising order', 'put the smaller quantity first');
    steps.push({ from, price });
  }
  if (steps.length === 0) return unread(`${quoted(text)} is no price tier`, "write tiers as '2000: 165; 5000: 150'");
  if (steps.length > TIERS_MAX) return unread(`${steps.length} tiers are too many`, `enter at most ${TIERS_MAX}`);
  return read(steps, steps.map((step) => `${toText(step.from, 40)}: ${toText(step.price, 40)}`).join('; '));
}

export interface RampStep {
  year: number;
  pct: number;
}

/** '2027: 40; 2028: 80': from that year on, so many percent of the annual capacity. Years rise. */
export function readRamp(text: string): Reading<RampStep[]> {
  const remedy = "write years and percent as '2027: 40; 2028: 80'";
  const steps: RampStep[] = [];
  for (const part of text.split(/[;\n]/).filter((piece) => piece.trim() !== '')) {
    const match = /^\s*(\d{4})\s*:\s*(\d{1,3})\s*%?\s*$/.exec(part);
    const [year, pct] = [Number(match?.[1]), Number(match?.[2])];
    if (!match || pct > 100) return unread(`${quoted(part.trim())} is no year with its percent`, remedy);
    if (year <= (steps.at(-1)?.year ?? 0)) return unread('years are not in rising order', 'put the earlier year first');
    steps.push({ year, pct });
  }
  if (steps.length === 0) return unread(`${quoted(text)} is no year with its percent`, remedy);
  if (steps.length > TIERS_MAX) return unread(`${steps.length} years are too many`, `enter at most ${TIERS_MAX}`);
  return read(steps, steps.map(({ year, pct }) => `${year}: ${pct}`).join('; '));
}

export function readText(text: string): Reading<string> {
  return text.length <= TEXT_CHARS_MAX
    ? read(text, text)
    : unread(`the text has ${text.length} characters`, `shorten it to ${TEXT_CHARS_MAX}`);
}
