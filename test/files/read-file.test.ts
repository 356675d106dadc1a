/** Files from outside as lines of text: what Excel and other programs save, and what is made to harm. */
import { writeXlsx } from 'hucre/xlsx';
import { expect, test } from 'vitest';
import { sentence } from '#domain/refusals.ts';
import { createFileReader } from '#server/files/file-reader.ts';
import { type FileLimits, readFile } from '#server/files/read-file.ts';
import { telemetryTo } from '#server/telemetry.ts';
import { deflateBomb } from '../support/zip-bomb.ts';

const LIMITS: FileLimits = { rows: 5, columns: 4, cellChars: 50, unpackedBytes: 2 ** 20 };
const quiet = telemetryTo(() => {});
const bytes = (text: string) => new TextEncoder().encode(text);
const textsOf = async (file: Uint8Array, sheet?: string) => {
  const read = await readFile(file, LIMITS, sheet);
  return read.ok ? read.value.lines.map(({ texts }) => texts) : sentence(read.refusal);
};

test.each([
  ['commas', 'Mineral,Quantity\r\ngallium,"1,200"\r\n'],
  ['semicolons', 'Mineral;Quantity\ngallium;1,200\n'],
  ['tabs and a mark', '\ufeffMineral\tQuantity\ngallium\t1,200'],
])('[IM1] CSV is read with %s', async (_, text) => {
  expect(await textsOf(bytes(text))).toEqual([
    ['Mineral', 'Quantity'],
    ['gallium', '1,200'],
  ]);
});

test('[IM1] UTF-16, and Windows-1252 as Excel saves CSV', async () => {
  const utf16 = new Uint8Array([0xff, 0xfe, ...[...'né,1'].flatMap((letter) => [letter.charCodeAt(0), 0])]);
  expect(await textsOf(utf16)).toEqual([['né', '1']]);
  expect(await textsOf(new Uint8Array([0x6e, 0xe9, 0x2c, 0x31]))).toEqual([['né', '1']]);
});

test('[IM1] empty lines and the space around texts go, the number of a line in the file stays', async () => {
  const read = await readFile(bytes('\n a ,b,\n,,\nc\n'), LIMITS);
  expect(read.ok && read.value.lines).toEqual([
    { number: 2, texts: ['a', 'b'] },
    { number: 4, texts: ['c'] },
  ]);
});

test('[IM2] Excel cells are read as a person would type them: dates, percent, results of formulas, 15 digits', async () => {
  const file = await writeXlsx({
    sheets: [
      {
        name: 'Demand',
        rows: [['a', 'b', 'c', 'd']],
        cells: new Map([
          ['1,0', { value: 0.1 + 0.2 }],
          ['1,1', { value: 0.9999, style: { numFmt: '0.00%' } }],
          ['1,2', { value: new Date('2027-07-01T00:00:00Z') }],
          ['1,3', { value: 12, formula: '5+7', formulaResult: 12 }],
        ]),
      },
    ],
  });
  expect(await textsOf(file)).toEqual([
    ['a', 'b', 'c', 'd'],
    ['0.3', '99.99 %', '2027-07-01', '12'],
  ]);
});

test('[IM2] of a workbook the first visible sheet is read, or the one that is named', async () => {
  const file = await writeXlsx({
    sheets: [
      { name: 'Lists', rows: [['x']], hidden: true },
      { name: 'One', rows: [['one']] },
      { name: 'Two', rows: [['two']] },
    ],
  });
  const read = await readFile(file, LIMITS);
  expect(read.ok && read.value).toMatchObject({ sheets: ['One', 'Two'], sheet: 'One', lines: [{ texts: ['one'] }] });
  expect(await textsOf(file, 'Two')).toEqual([['two']]);
  expect(await textsOf(file, 'Lists')).toBe('file: the workbook has no sheet of that name; choose one of its sheets');
});

test.each([
  ['nothing', () => new Uint8Array(), 'it is empty'],
  ['blanks', () => bytes(' \n,\n'), 'no line with text'],
  ['a picture', () => new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 13]), 'neither CSV nor an Excel file'],
  ['an old or locked workbook', () => new Uint8Array([0xd0, 0xcf, 0x11, 0xe0]), 'has a password'],
  ['a broken archive', () => bytes('PK\u0003\u0004 and no more'), 'no workbook'],
  ['an open quote', () => bytes('a,b\n"c,d\n'), 'line 2: a quotation mark is opened and not closed'],
  ['too many lines', () => bytes('x\n'.repeat(7)), 'more than 5 lines'],
  ['a line that is too wide', () => bytes('a\n1,2,3,4,5\n'), 'line 2: it has more than 4 columns'],
] as const)('[IM3] %s is refused by name, with what to do', async (_, file, words) => {
  expect(await textsOf(file())).toContain(words);
});

test('[IM3] a workbook is stopped at the limits of lines and columns too', async () => {
  const tall = await writeXlsx({ sheets: [{ name: 'A', rows: Array.from({ length: 7 }, () => ['x']) }] });
  const wide = await writeXlsx({ sheets: [{ name: 'A', rows: [['x'], [1, 2, 3, 4, 5]] }] });
  expect(await textsOf(tall)).toContain('more than 5 lines');
  expect(await textsOf(wide)).toContain('line 2: it has more than 4 columns');
});

test('[IM4] an archive that says it unpacks to more than the limit, or does not say, is not unpacked', async () => {
  for (const declared of ['truly', 'zero'] as const)
    expect(await textsOf(deflateBomb(8 * 2 ** 20, declared))).toContain('unpacks to more than 1 MB');
});

test('[IM4] one that lies about it is stopped where its word ends', async () => {
  expect(await textsOf(deflateBomb(8 * 2 ** 20, 'small'))).toContain('no workbook that can be read');
});

test('[IM4] a file that takes too long is given up, and the next is read', async () => {
  const hasty = createFileReader(quiet, { ...LIMITS, rows: 100 }, 1);
  const given = await hasty.read(bytes('a,b\n'));
  expect(given.ok ? '' : sentence(given.refusal)).toContain('more time or memory');
  await hasty.close();
  const patient = createFileReader(quiet, LIMITS);
  const all = await Promise.all(Array.from({ length: 5 }, (_, i) => patient.read(bytes(`line ${i}\n`))));
  expect(all.map((one) => one.ok && one.value.lines[0]?.texts)).toEqual([0, 1, 2, 3, 4].map((i) => [`line ${i}`]));
  await patient.close();
});
