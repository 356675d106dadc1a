/** Bytes of a CSV or Excel file to lines of text. Runs in the thread of file-reader.ts: the bytes come from outside and may be made to harm. */
import { type CellValue, readXlsx, streamXlsxRows, type Workbook } from 'hucre/xlsx';
import Papa from 'papaparse';
import type { FileTable } from '#domain/file-table.ts';
import { accept, type Outcome, refuse } from '#domain/refusals.ts';
import { unpackedBytes } from './zip-directory.ts';

export interface FileLimits {
  rows: number;
  columns: number;
  /** Characters of one cell; the rest is cut, and the cell is refused later for its length. */
  cellChars: number;
  /** What an Excel file may unpack to. */
  unpackedBytes: number;
}

export interface FileRead extends FileTable {
  /** Names of the visible sheets of an Excel file; empty for CSV. */
  sheets: string[];
  /** Which of them was read. */
  sheet: string | null;
}

const PLACE = 'file';
const tooManyRows = ({ rows }: FileLimits) =>
  refuse(
    'too-many-rows',
    PLACE,
    `it has more than ${rows.toLocaleString('en-US')} lines`,
    'take lines away, or split it: a sheet holds no more',
  );
const tooWide = ({ columns }: FileLimits, number: number) =>
  refuse(
    'too-wide',
    `${PLACE}, line ${number}`,
    `it has more than ${columns} columns`,
    'delete the columns that are not needed',
  );
const unreadable = (message: string, remedy = 'save it again as .xlsx or .csv, and choose that file') =>
  refuse('unreadable', PLACE, message, remedy);

/** Where the line of headings is looked for. */
const HEAD_CHARS = 65_536;
/** Of equally many, the first. */
const DELIMITERS = [',', ';', '\t', '|'];

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;
/** The container of .xls and of workbooks with a password. */
const isOldOffice = (bytes: Uint8Array): boolean => bytes[0] === 0xd0 && bytes[1] === 0xcf;

/** `sheet`: name of a sheet of an Excel file; without it the first visible one. Never throws over what the file holds. */
export async function readFile(bytes: Uint8Array, limits: FileLimits, sheet?: string): Promise<Outcome<FileRead>> {
  if (bytes.length === 0) return unreadable('it is empty', 'choose the file that holds the lines');
  if (isOldOffice(bytes))
    return unreadable(
      'it has a password, or is an Excel file of before 2007',
      'save it without a password as .xlsx, or as .csv',
    );
  try {
    return isZip(bytes) ? await readExcel(bytes, limits, sheet) : readCsv(bytes, limits);
  } catch {
    // What a library says of a file may repeat what is in it.
    return unreadable(isZip(bytes) ? 'it is no workbook that can be read' : 'it is no text that can be read');
  }
}

/** UTF-8, UTF-16 where its mark says so, else Windows-1252, in which Excel saves CSV. */
function textOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** The sign that the line of headings has most of, outside of quotes. Lines below are no guide: they hold '1,200'. */
function delimiterOf(text: string): string {
  const [headings = ''] =
    text
      .slice(0, HEAD_CHARS)
      .replaceAll(/"[^"]*"/g, '')
      .match(/[^\r\n]*\S[^\r\n]*/) ?? [];
  const countOf = (sign: string) => headings.split(sign).length;
  return DELIMITERS.toSorted((a, b) => countOf(b) - countOf(a))[0] ?? ',';
}

function readCsv(bytes: Uint8Array, limits: FileLimits): Outcome<FileRead> {
  const text = textOf(bytes);
  // No table has these; a picture or a program has them in its first lines.
  if (text.slice(0, 4096).includes('\0')) return unreadable('it is neither CSV nor an Excel file');
  // One more than may be, to know that there are more.
  const { data, errors } = Papa.parse<string[]>(text, { preview: limits.rows + 2, delimiter: delimiterOf(text) });
  const open = errors.find(({ code }) => code === 'MissingQuotes');
  if (open)
    return refuse(
      'unreadable',
      `${PLACE}, line ${(open.row ?? 0) + 1}`,
      'a quotation mark is opened and not closed',
      'close it, or double the marks that belong to the text',
    );
  const lines = data.map((texts, index) => ({
    number: index + 1,
    texts: texts.map((cell) => cell.slice(0, limits.cellChars)),
  }));
  return tableOf(lines, limits, { sheets: [], sheet: null });
}

async function readExcel(bytes: Uint8Array, limits: FileLimits, wanted?: string): Promise<Outcome<FileRead>> {
  const unpacked = unpackedBytes(bytes);
  if (unpacked === null) return unreadable('it is no workbook that can be read');
  if (unpacked > limits.unpackedBytes)
    return refuse(
      'too-large',
      PLACE,
      `it unpacks to more than ${Math.round(limits.unpackedBytes / 2 ** 20)} MB`,
      'save only the sheet with the lines, without pictures and formats, or save it as .csv',
    );
  const sheets: string[] = [];
  await readXlsx(bytes, {
    sheets: (info) => {
      if (!info.hidden && !info.veryHidden) sheets.push(info.name);
      return false;
    },
  });
  const sheet = wanted === undefined ? sheets[0] : sheets.find((name) => name === wanted);
  if (sheet === undefined)
    return wanted === undefined
      ? unreadable('the workbook has no visible sheet', 'show the sheet with the lines in Excel, and save again')
      : refuse('no-sheet', PLACE, 'the workbook has no sheet of that name', 'choose one of its sheets');

  // First as a stream that stops at the limits; only a sheet within them is read whole, for the formats of its numbers.
  for await (const { index, values } of streamXlsxRows(bytes, { sheet })) {
    if (index > limits.rows) return tooManyRows(limits);
    if (values.length > limits.columns && values.slice(limits.columns).some((value) => value !== null))
      return tooWide(limits, index + 1);
  }
  const workbook = await readXlsx(bytes, { sheets: [sheet], readStyles: true, maxRows: limits.rows + 1 });
  return tableOf(linesOf(workbook, limits), limits, { sheets, sheet });
}

function linesOf(workbook: Workbook, { cellChars }: FileLimits): { number: number; texts: string[] }[] {
  const [found] = workbook.sheets;
  if (!found) return [];
  return found.rows.map((values, index) => ({
    number: index + 1,
    texts: values.map((value, column) =>
      asText(value, found.cells?.get(`${index},${column}`)?.style?.numFmt).slice(0, cellChars),
    ),
  }));
}

/** As a person would have typed it: a number in percent format with its sign, a date in ISO form, a formula as the result that Excel kept. */
function asText(value: CellValue | undefined, format: string | undefined): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number' && format?.includes('%')) return `${shortest(value * 100)} %`;
  return typeof value === 'number' ? shortest(value) : value;
}

/** Excel keeps 15 digits; further ones are noise of the binary fraction. */
const shortest = (value: number): string => {
  const text = String(Number(value.toPrecision(15)));
  return text.includes('e')
    ? value.toLocaleString('en-US', { useGrouping: false, maximumSignificantDigits: 15 })
    : text;
};

function tableOf(
  all: readonly { number: number; texts: string[] }[],
  limits: FileLimits,
  source: Pick<FileRead, 'sheets' | 'sheet'>,
): Outcome<FileRead> {
  const lines = all
    .map(({ number, texts }) => ({ number, texts: trimmed(texts) }))
    .filter(({ texts }) => texts.length > 0);
  if (lines.length === 0)
    return unreadable('it holds no line with text', 'choose the file, or the sheet, that holds the lines');
  // One line of headings comes on top.
  if (lines.length > limits.rows + 1) return tooManyRows(limits);
  const wide = lines.find(({ texts }) => texts.length > limits.columns);
  if (wide) return tooWide(limits, wide.number);
  return accept({ ...source, lines, width: Math.max(...lines.map(({ texts }) => texts.length)) });
}

function trimmed(texts: readonly string[]): string[] {
  const cells = texts.map((text) => text.replace(/\s*[\r\n\t]+\s*/g, ' ').trim());
  return cells.slice(0, cells.findLastIndex((text) => text !== '') + 1);
}
