/** Reads one seed file: CSV with a header, each line checked by a schema. Every fault of a file is reported at once, with its line number. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import Papa from 'papaparse';
import { z } from 'zod';

export class SeedError extends Error {
  override name = 'SeedError';
}

/** More faults than this in one file are counted, not listed. */
const FAULTS_MAX = 50;

export interface Line<T> {
  line: number;
  value: T;
}

/** The lines of a file, and where to note faults that only show when files are compared. */
export interface Table<T> {
  file: string;
  text: string;
  lines: readonly Line<T>[];
  values: readonly T[];
}

export function readTable<T extends z.ZodObject>(directory: string, file: string, schema: T): Table<z.output<T>> {
  const text = readFileSync(join(directory, file), 'utf8').replace(/^\uFEFF/, '');
  return parseTable(file, text, schema);
}

export function parseTable<T extends z.ZodObject>(file: string, text: string, schema: T): Table<z.output<T>> {
  const faults: string[] = [];
  const columns = Object.keys(schema.shape);
  const records = splitLines(text, file, faults);
  const header = records.shift();
  if (!header || header.cells.join(',') !== columns.join(','))
    throw new SeedError(`${file}:1: the header is not ${columns.join(',')}`);
  const lines: Line<z.output<T>>[] = [];
  for (const { line, cells } of records) {
    if (cells.length !== columns.length) {
      faults.push(`${file}:${line}: ${cells.length} cells where ${columns.length} are expected`);
      continue;
    }
    const parsed = schema.safeParse(Object.fromEntries(columns.map((column, i) => [column, cells[i]])));
    if (parsed.success) lines.push({ line, value: parsed.data });
    else
      for (const issue of parsed.error.issues)
        faults.push(`${file}:${line}: ${issue.path.join('.')}: ${issue.message}`);
  }
  raise(faults);
  return { file, text, lines, values: lines.map((one) => one.value) };
}

/** Rows with the line on which each begins; a quoted cell may span lines. */
function splitLines(text: string, file: string, faults: string[]): { line: number; cells: string[] }[] {
  const records: { line: number; cells: string[] }[] = [];
  let line = 1;
  let seen = 0;
  Papa.parse<string[]>(text, {
    delimiter: ',',
    step: ({ data, errors, meta }) => {
      for (const error of errors) faults.push(`${file}:${line}: ${error.message}`);
      if (data.length > 1 || data[0] !== '') records.push({ line, cells: data });
      for (; seen < meta.cursor; seen += 1) if (text[seen] === '\n') line += 1;
    },
  });
  return records;
}

/** Throws one error that lists all faults, if there are any. */
export function raise(faults: readonly string[]): void {
  if (faults.length === 0) return;
  const shown = faults.slice(0, FAULTS_MAX);
  if (faults.length > shown.length) shown.push(`and ${faults.length - shown.length} more`);
  throw new SeedError(`the seed files have faults:\n${shown.join('\n')}`);
}

/** Notes a fault wherever `wrong` says what is wrong with a line. */
export const faultsOf = <T>(table: Table<T>, wrong: (value: T) => string | null): string[] =>
  table.lines.flatMap(({ line, value }) => {
    const message = wrong(value);
    return message === null ? [] : [`${basename(table.file)}:${line}: ${message}`];
  });

/** Cell types of the seed files. An empty cell is null, '' or [] as the column needs. */
export const cell = {
  text: z.string(),
  word: z.string().min(1, 'is empty'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'is no id'),
  idOrNone: z
    .string()
    .regex(/^(?:[a-z0-9][a-z0-9-]*)?$/, 'is no id')
    .transform((text) => text || null),
  iso3: z.string().regex(/^[A-Z]{3}$/, 'is no ISO code of three letters'),
  iso3OrNone: z
    .string()
    .regex(/^(?:[A-Z]{3})?$/, 'is no ISO code of three letters')
    .transform((text) => text || null),
  number: z
    .string()
    .regex(/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/, 'is no number')
    .transform(Number),
  numberOrNone: z
    .string()
    .regex(/^(?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)?$/, 'is no number')
    .transform((text) => (text === '' ? null : Number(text))),
  /** Kept as text: exact arithmetic reads it. */
  decimal: z.string().regex(/^\d+(?:\.\d+)?$/, 'is no decimal number'),
  decimalOrNone: z
    .string()
    .regex(/^(?:\d+(?:\.\d+)?)?$/, 'is no decimal number')
    .transform((text) => text || null),
  flag: z.enum(['0', '1']).transform((text) => text === '1'),
  flagOrNone: z.enum(['', '0', '1']).transform((text) => text === '1'),
  list: z.string().transform((text) => text.split(';').filter((part) => part !== '')),
  quarter: z.templateLiteral([z.string().regex(/^\d{4}$/), '-Q', z.enum(['1', '2', '3', '4'])], {
    error: 'is no quarter such as 2027-Q1',
  }),
} as const;
