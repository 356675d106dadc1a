/** What a source can prove, and who owns it: the lists that offers state and that lines ask for. Read from cells by the three sheets. */
import type { Catalogue } from './catalogue.ts';
import { quoted, type Reading, read, readCountry, unread } from './cells.ts';

/** Certificates and legal tests that buyers of these minerals ask for. `words` are other spellings, in small letters. */
export const CERTIFICATES = [
  { id: 'AS9100', title: 'AS9100 (aerospace quality)', words: ['as 9100'] },
  { id: 'NADCAP', title: 'Nadcap', words: [] },
  { id: 'ISO9001', title: 'ISO 9001', words: ['iso 9001'] },
  { id: 'IATF16949', title: 'IATF 16949 (automotive quality)', words: ['iatf 16949'] },
  { id: 'ISO13485', title: 'ISO 13485 (medical devices)', words: ['iso 13485'] },
  { id: 'IRMA', title: 'IRMA (responsible mining)', words: [] },
  { id: 'RMAP', title: 'RMAP conformant smelter', words: ['rmi', 'rmi rmap'] },
  { id: 'OECD', title: 'OECD due diligence', words: ['oecd due diligence'] },
  { id: 'UFLPA', title: 'UFLPA clear', words: ['uflpa clear'] },
  { id: 'DFARS7052', title: 'DFARS 252.225-7052', words: ['252.225-7052', 'dfars 252.225-7052'] },
  { id: 'DFARS7009', title: 'DFARS 252.225-7009', words: ['252.225-7009', 'dfars 252.225-7009'] },
  { id: 'FEOC', title: 'FEOC-free', words: ['feoc-free', 'feoc free'] },
  { id: 'ITAR', title: 'ITAR registered', words: ['itar registered'] },
] as const;

const CERTIFICATE_BY_WORD: ReadonlyMap<string, string> = new Map(
  CERTIFICATES.flatMap(({ id, title, words }) =>
    [id.toLowerCase(), title.toLowerCase(), ...words].map((word) => [word, id] as const),
  ),
);

/** Apart by commas or semicolons. Sorted, each once, so that equal sets are equal cells. */
export function readCertificates(text: string): Reading<string[]> {
  const found = new Set<string>();
  for (const part of partsOf(text)) {
    const id = CERTIFICATE_BY_WORD.get(part.toLowerCase());
    if (id === undefined)
      return unread(
        `${quoted(part)} is no certificate of the list`,
        `use ${CERTIFICATES.map((one) => one.id).join(', ')}`,
      );
    found.add(id);
  }
  if (found.size === 0)
    return unread(`${quoted(text)} names no certificate`, 'name one of the list, or clear the cell');
  const sorted = [...found].sort();
  return read(sorted, sorted.join(', '));
}

/** A state and what it holds of a source, percent of votes or equity. */
export interface OwnerShare {
  country: string;
  pct: number;
}

const OWNERS_MAX = 20;

/** 'China: 30; Australia: 70'. The shares add up to at most 100. */
export function readOwners(text: string, catalogue: Catalogue): Reading<OwnerShare[]> {
  const remedy = "write countries and percent as 'China: 30; Australia: 70'";
  const owners = new Map<string, number>();
  for (const part of text.split(/[;\n]/).filter((piece) => piece.trim() !== '')) {
    const match = /^\s*(.+?)\s*:\s*(\d{1,3})\s*%?\s*$/.exec(part);
    if (!match) return unread(`${quoted(part.trim())} is no country with its percent`, remedy);
    const country = readCountry(match[1] ?? '', catalogue);
    if (!country.ok) return country;
    if (owners.has(country.value)) return unread(`${quoted(match[1] ?? '')} is named twice`, remedy);
    owners.set(country.value, Number(match[2]));
  }
  const total = [...owners.values()].reduce((sum, pct) => sum + pct, 0);
  if (owners.size === 0) return unread(`${quoted(text)} is no country with its percent`, remedy);
  if (owners.size > OWNERS_MAX) return unread(`${owners.size} owners are too many`, `name at most ${OWNERS_MAX}`);
  if (total > 100) return unread(`the shares add up to ${total} %`, 'enter shares that add up to at most 100');
  const sorted = [...owners]
    .map(([country, pct]) => ({ country, pct }))
    .sort((a, b) => (a.country < b.country ? -1 : 1));
  return read(sorted, sorted.map(({ country, pct }) => `${country}: ${pct}`).join('; '));
}

/** A quarter of votes, equity or board seats is control, as the Department of Energy reads 'foreign entity of concern'. */
export const CONTROL_PCT = 25;

/** Countries whose holders control the source. Sorted. */
export const controllers = (owners: readonly OwnerShare[]): string[] =>
  owners.filter(({ pct }) => pct >= CONTROL_PCT).map(({ country }) => country);

const partsOf = (text: string): string[] =>
  text
    .split(/[,;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
