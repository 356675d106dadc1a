import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { toSignificant } from '#domain/exact.ts';
import { massFraction } from '#domain/formula.ts';
import { readCatalogueTables } from '#seeds/catalogue-tables.ts';
import { FACTS_DIRECTORY, mineralFacts, readFacts } from '#seeds/facts.ts';
import { parseTable } from '#seeds/read.ts';
import { catalogue } from '../support/catalogue.ts';

/** The message with which reading fails after a change to one file; a copy of the folder is changed, never the folder. */
function failure(file: string, change: (text: string) => string): string {
  const copy = mkdtempSync(join(tmpdir(), 'facts-'));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  cpSync(FACTS_DIRECTORY, copy, { recursive: true });
  writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
  try {
    readFacts(copy);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}
const changeLine = (line: number, change: (text: string) => string) => (text: string) =>
  text
    .split('\n')
    .map((old, i) => (i === line - 1 ? change(old) : old))
    .join('\n');

test('[CA5] every seed file loads', () => {
  const { catalogue: loaded, mineral } = readFacts(FACTS_DIRECTORY);
  expect([loaded.minerals.size, loaded.forms.size, loaded.countries.size]).toEqual([64, 126, 251]);
  expect(readdirSync(FACTS_DIRECTORY).filter((name) => name.endsWith('.csv'))).toHaveLength(20);
  for (const id of loaded.minerals.keys()) expect(mineral(id)?.mineralId).toBe(id);
});

test('[CA5] no seed file points outside the project', () => {
  const files = readdirSync(fileURLToPath(new URL('../../seeds', import.meta.url)), {
    recursive: true,
    withFileTypes: true,
  });
  const texts = files
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, readFileSync(join(entry.parentPath, entry.name), 'utf8')] as const);
  expect(texts.length).toBeGreaterThan(30);
  expect(texts.filter(([, text]) => /\/shared\/|\/work\//.test(text)).map(([name]) => name)).toEqual([]);
});

test('[CA6] a broken line is named by file and line', () => {
  expect(
    failure(
      'forms.csv',
      changeLine(4, (line) => line.replace('0.651966', 'much')),
    ),
  ).toContain('forms.csv:4: element_mass_fraction: is no decimal number');
  expect(
    failure(
      'minerals.csv',
      changeLine(7, () => 'just,three,cells'),
    ),
  ).toContain('minerals.csv:7: 3 cells where 28 are expected');
  expect(failure('units.csv', (text) => text.replace('unit,name', 'unit,title'))).toContain(
    'units.csv:1: the header is not unit,name',
  );
});

test('[CA6] all faults of a file are told at once', () => {
  const message = failure('production.csv', (text) =>
    changeLine(3, (line) => line.replace(',2024,', ',soon,'))(
      changeLine(9, (line) => line.replace('usgs-mcs-2026', ''))(text),
    ),
  );
  expect(message).toContain('production.csv:3: year: is no number');
  expect(message).toContain('production.csv:9: source: is empty');
});

test('[CA6] the line is right after a cell that spans lines and with Windows line ends', () => {
  const schema = z.strictObject({ id: z.string(), n: z.string().regex(/^\d+$/, 'is no number') });
  expect(() => parseTable('x.csv', 'id,n\n"a\nb\nc",1\nd,e\n', schema)).toThrow('x.csv:5: n: is no number');
  expect(() => parseTable('x.csv', 'id,n\r\na,1\r\nb,c\r\n', schema)).toThrow('x.csv:3: n: is no number');
  expect(() => parseTable('x.csv', 'id,n\n"a,1\n', schema)).toThrow(/^the seed files have faults:\nx\.csv:2: /);
});

test('[CA6] what contradicts another file is named by file and line too', () => {
  expect(
    failure(
      'forms.csv',
      changeLine(2, (line) => line.replace('yttrium,', 'yttrum,')),
    ),
  ).toContain('forms.csv:2: yttrum is no mineral of bases.csv');
  expect(
    failure(
      'forms.csv',
      changeLine(2, (line) => line.replace('0.787444', '0.787445')),
    ),
  ).toContain('forms.csv:2: mass fraction 0.787445 is 0.787444 by the atomic weights');
  expect(
    failure(
      'interventions.csv',
      changeLine(5, (line) => line.replace(/^([^,]*),[^,]*,/, '$1,kryptonite,')),
    ),
  ).toContain('interventions.csv:5: kryptonite is no mineral of minerals.csv');
  expect(failure('countries.csv', (text) => `${text}XX,CAN,999,Second Canada,,,0,,,,,\n`)).toContain(
    'CAN is there twice',
  );
});

test('[CA7] every printed conversion follows from its formula, to all printed digits', () => {
  const { conversions } = readCatalogueTables(FACTS_DIRECTORY);
  expect(conversions.values).toHaveLength(122);
  for (const { element, formula, element_mass_fraction } of conversions.values) {
    const exact = massFraction(element, formula, catalogue.weights);
    expect(Number(toSignificant(exact ?? { n: 0n, d: 1n }, 6)), formula).toBe(Number(element_mass_fraction));
  }
});

test('[CA8] the facts of a mineral come with their sources', () => {
  const gallium = mineralFacts('gallium');
  expect(gallium?.sideBySide.map(({ usgs, letter }) => [usgs?.value, letter?.value])).toEqual([
    [100, 100],
    [100, 99],
  ]);
  expect(gallium?.interventions.map(({ status, statusUntil }) => [status, statusUntil])).toContainEqual([
    'suspended',
    '2026-11-27',
  ]);
  for (const list of [
    gallium?.interventions,
    gallium?.criteria,
    gallium?.importSources,
    gallium?.significance,
    gallium?.opportunities,
    gallium?.concentration,
  ]) {
    expect(list?.length).toBeGreaterThan(0);
    expect(list?.every(({ source }) => source !== '')).toBe(true);
  }
  expect(gallium?.statistics.every(({ figure }) => figure.source !== '')).toBe(true);
});

test('[CA8] where the letter and USGS differ, the mineral says so', () => {
  expect(mineralFacts('cobalt')?.sideBySide[1]).toMatchObject({ usgs: { value: 74 }, letter: { value: 73 } });
  expect(mineralFacts('cobalt')?.sideBySide[1]?.note).toMatch(/230000 of 310000 t/);
  expect(mineralFacts('dysprosium')?.groups).toEqual(['heavy-rare-earths', 'rare-earths']);
  expect(mineralFacts('kryptonite')).toBeNull();
});
