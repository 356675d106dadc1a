/** What a cell's editor offers: minerals, the forms of the mineral, the units that fit the form, countries, choices. */
import { mineralOf } from '#domain/column-reading.ts';
import { quarter, showQuarter } from '#domain/quarters.ts';
import type { Column, ColumnType, Row } from '#domain/sheets.ts';
import { tileLetters } from '#web/lib/elements.ts';
import type { Lens } from './cell-view.ts';

export interface Option {
  /** What is entered; the domain reads it as it reads typed text. */
  value: string;
  title: string;
  /** In grey, on the right. */
  detail: string;
  /** Letters of the element's tile. */
  tile: string | null;
}

/** More are not drawn: nobody reads a longer list, typing narrows it. */
export const OPTIONS_MAX = 260;

/** Types whose list is a help only: anything else may be typed as well. */
const FREE: readonly ColumnType[] = ['period', 'quarter', 'grade', 'text'];
export const isFree = (column: Column): boolean => FREE.includes(column.type);

const option = (value: string, title: string, detail = '', tile: string | null = null): Option => ({
  value,
  title,
  detail,
  tile,
});

/** Empty where the column is plain text or a number. */
export function optionsFor(lens: Lens, column: Column, row: Row): Option[] {
  const { catalogue, pool } = lens;
  switch (column.type) {
    case 'mineral':
      return [...catalogue.minerals.values()]
        .filter((mineral) => !mineral.isGroup && (!pool || pool.minerals.includes(mineral.id)))
        .map((mineral) => option(mineral.id, mineral.name, mineral.symbol ?? '', tileLetters(mineral)));
    case 'form':
      return formsFor(lens, row).map((form) => option(form.id, form.name, form.formula ?? ''));
    case 'unit':
      return unitsFor(lens, row).map((unit) => option(unit.id, unit.id, unit.title));
    case 'priceUnit':
      return unitsFor(lens, row).map((unit) => option(`USD/${unit.id}`, `USD/${unit.id}`, unit.title));
    case 'country':
    case 'countries':
      return [...catalogue.countries.values()]
        .filter((country) => !country.isGroup)
        .map((country) => option(country.iso3, country.name, country.iso3));
    case 'choice':
      return (column.choices ?? []).map(({ value, title }) => option(value, title));
    case 'boolean':
      return [option('yes', 'yes'), option('no', 'no')];
    case 'period':
      return years(lens).flatMap((year) => [option(String(year), String(year), 'all year'), ...quartersOf(year)]);
    case 'quarter':
      return years(lens).flatMap(quartersOf);
    case 'grade':
      return GRADES;
    default:
      return [];
  }
}

const GRADES = [
  ['2N', '99 %'],
  ['3N', '99.9 %'],
  ['4N', '99.99 %'],
  ['5N', '99.999 %'],
  ['6N', '99.9999 %'],
  ['7N', '99.99999 %'],
].map(([value = '', detail]) => option(value, value, detail));

function formsFor({ catalogue, pool }: Lens, row: Row) {
  const mineral = mineralOf(row, catalogue);
  if (mineral) return mineral.forms;
  return [...catalogue.forms.values()].filter((form) => !pool || pool.minerals.includes(form.mineral));
}

function unitsFor({ catalogue }: Lens, row: Row) {
  return catalogue.forms.get(String(row.form ?? ''))?.units ?? [...catalogue.units.values()];
}

/** At most twenty: a pool delivers over a few. */
const years = ({ pool }: Lens): number[] =>
  pool
    ? Array.from(
        { length: Math.min(20, pool.deliveryTo - pool.deliveryFrom + 1) },
        (_, index) => pool.deliveryFrom + index,
      )
    : [];

const quartersOf = (year: number): Option[] =>
  [1, 2, 3, 4].map((n) => {
    const q = quarter(year, n);
    return option(q, showQuarter(q));
  });

/** Those that begin with what was typed, then those in which a word begins with it, then those that hold it. */
export function matching(options: readonly Option[], typed: string): Option[] {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return options.slice(0, OPTIONS_MAX);
  const rank = ({ title, value, detail }: Option): number => {
    const name = title.toLowerCase();
    if (detail.toLowerCase() === wanted || value.toLowerCase() === wanted || name === wanted) return 0;
    if (name.startsWith(wanted)) return 1;
    if (name.split(/[\s(,/-]+/).some((word) => word.startsWith(wanted)) || value.toLowerCase().startsWith(wanted))
      return 2;
    return name.includes(wanted) || detail.toLowerCase().includes(wanted) ? 3 : 4;
  };
  return options
    .map((option) => ({ option, rank: rank(option) }))
    .filter((entry) => entry.rank < 4)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, OPTIONS_MAX)
    .map((entry) => entry.option);
}
