/** What a page shows as a CSV file: the same numbers, W for what is withheld, and no cell that a spreadsheet would run. Used by export buttons. */
import Papa from 'papaparse';
import type { AwardView, ReleaseView } from '#web/state/api.ts';
import { ORDER_STATE } from './orders.ts';

/** As the USGS marks it. Zero, absent and withheld look the same. */
export const WITHHELD = 'W';

/** A text that begins so is a formula to some spreadsheet, also behind blanks and in full-width forms. */
const FORMULA = /^[\s\u00a0]*[=+\-@|%＝＋－＠]|^[\t\r\n]/;

type Cell = string | number | null;

/** RFC 4180 with CRLF. Null is withheld. */
export function csvOf(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const data = rows.map((row) => row.map((cell) => cell ?? WITHHELD));
  return Papa.unparse({ fields: [...columns], data }, { escapeFormulae: FORMULA, newline: '\r\n' });
}

/** Names of catalogue ids. */
export interface Names {
  mineral: (id: string) => string;
  form: (id: string) => string;
}

const LEVEL: Record<ReleaseView['cells'][number]['level'], string> = { all: 'all lines', firm: 'firm and take-or-pay' };

/** Every declared cell of a release, in its order. */
export const releasedCsv = (release: ReleaseView, names: Names): string =>
  csvOf(
    ['Mineral', 'Form', 'Grade', 'Year', 'Lines', 'Amount', 'Unit', 'Constituent', 'Published'],
    release.cells.map((cell) => [
      names.mineral(cell.mineral),
      cell.form === null ? 'all' : names.form(cell.form),
      cell.grade ?? 'all',
      cell.year ?? 'all',
      LEVEL[cell.level],
      cell.value,
      release.unit,
      release.basis,
      release.slotAt,
    ]),
  );

/** Own awards, one row for each delivery; a line that got nothing has one row without a supplier. */
export const awardsCsv = (awards: readonly AwardView[], names: Names): string =>
  csvOf(
    [
      'Mineral',
      'Form',
      'Grade',
      'Period',
      'Priority',
      'Asked kg',
      'Awarded kg',
      'Level of those cut kg',
      'Supplier',
      'From',
      'Delivery',
      'Delivered kg',
      'USD per kg contained',
      'At most USD per kg contained',
      'Order',
      'Why',
    ],
    awards.flatMap((award) => {
      const line = [
        names.mineral(award.mineral),
        names.form(award.form),
        award.grade,
        award.period,
        award.priority,
        award.askedKg,
        award.awardedKg,
        award.levelKg,
      ];
      if (award.parts.length === 0) return [[...line, '', '', '', '', '', '', '', award.why]];
      return award.parts.map((part) => [
        ...line,
        part.supplier,
        part.country,
        part.period,
        part.kg,
        part.usdPerKg,
        part.usdPerKg ?? part.firstUsdPerKg,
        ORDER_STATE[part.state].title,
        award.why,
      ]);
    }),
  );

/** The mark at its beginning lets Excel read it as UTF-8. */
export const saveCsv = (name: string, text: string): void =>
  saveFile(name, 'csv', new Blob(['\ufeff', text], { type: 'text/csv;charset=utf-8' }));

/** Gives the browser a file to save. */
export function saveFile(name: string, ending: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name.replace(/[^\p{L}\p{N}]+/gu, ' ').trim()}.${ending}`;
  link.click();
  // The download has begun by then; a browser that is slower still holds the blob.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
