/**
 * A bundle: the record of a pool in one file that stands on its own. JSON, one value a line: a head, the entries and what belongs to them, a manifest
 * with the hash of each section, and a signature of the manifest. Written by the server, checked by the page and by the offline verifier.
 */
import { canonical, type Json, type JsonObject } from './record.ts';
import { accept, type Outcome, refuse } from './refusals.ts';

export const BUNDLE_FORMAT = 1;
/** Entries that one bundle may hold. */
export const BUNDLE_ENTRIES_MAX = 50_000;

/** 'whole': as its maker may read it. 'public': without confidential commercial information, see domain/redaction. */
export const CUTS = ['whole', 'public'] as const;
export type Cut = (typeof CUTS)[number];

export const SECTIONS = ['entry', 'talk', 'meeting', 'release', 'order'] as const;
export type Section = (typeof SECTIONS)[number];

export interface BundleHead {
  bundle: string;
  cut: Cut;
  made: string;
  pool: string | null;
  from: string | null;
  to: string | null;
}

/** An entry of the chain with all that its hash covers, and the hash before it. Only where the maker may read it all. */
export interface Link {
  previous: string;
  hash: string;
  covered: JsonObject;
}

/** Hexadecimal SHA-256 of a text in UTF-8, after bytes that are given as hexadecimal digits. */
export type Sha256 = (text: string, before?: string) => string;

const sectionOf = (line: string): string => (JSON.parse(line) as { section: string }).section;

/** The lines of a bundle but for its signature; the last is the manifest, which is what is signed. */
export function bundleLines(
  head: BundleHead,
  sections: Partial<Record<Section, readonly JsonObject[]>>,
  record: { entries: number; hash: string } | null,
  sha256: Sha256,
): string[] {
  const lines = [canonical({ section: 'head', format: BUNDLE_FORMAT, ...head })];
  const manifest: Record<string, Json> = {};
  for (const section of SECTIONS) {
    const own = (sections[section] ?? []).map((value) => canonical({ section, ...value }));
    manifest[section] = { lines: own.length, sha256: sha256(own.join('\n')) };
    lines.push(...own);
  }
  lines.push(
    canonical({
      section: 'manifest',
      bundle: head.bundle,
      cut: head.cut,
      head: sha256(lines[0] ?? ''),
      sections: manifest,
      record: record === null ? null : { ...record },
    }),
  );
  return lines;
}

export const signatureLine = (key: string, signature: string): string =>
  canonical({ section: 'signature', algorithm: 'Ed25519', key, signature });

/** What a bundle says of itself once every hash in it was found right. Its signature is for the caller to check. */
export interface CheckedBundle {
  head: BundleHead;
  lines: Record<Section, number>;
  /** Entries whose place in the record's own chain was computed anew. */
  links: number;
  /** Number of entries of the record when the bundle was made, and the hash of the last; null in a public one. */
  record: { entries: number; hash: string } | null;
  signed: { text: string; key: string; signature: string };
}

const broken = (place: string, message: string) =>
  refuse('broken', place, message, 'ask for the bundle again where it was made; do not rely on this file');

export function checkBundle(text: string, sha256: Sha256): Outcome<CheckedBundle> {
  const lines = text.split('\n').filter((line) => line !== '');
  try {
    return checkLines(lines, sha256);
  } catch {
    return broken('bundle', 'it is not a bundle of the record, or it was cut off');
  }
}

function checkLines(lines: readonly string[], sha256: Sha256): Outcome<CheckedBundle> {
  const [first = '', ...rest] = lines;
  const signature = JSON.parse(rest.pop() ?? '') as { section: string; key: string; signature: string };
  const manifestText = rest.pop() ?? '';
  const manifest = JSON.parse(manifestText) as {
    section: string;
    bundle: string;
    cut: Cut;
    head: string;
    sections: Record<string, { lines: number; sha256: string }>;
    record: CheckedBundle['record'];
  };
  if (manifest.section !== 'manifest' || signature.section !== 'signature')
    return broken('bundle', 'it has no manifest with a signature at its end');
  const { section, format, ...head } = JSON.parse(first) as BundleHead & { section: string; format: number };
  if (section !== 'head' || format !== BUNDLE_FORMAT)
    return broken('line 1', `it is not the head of a bundle of format ${BUNDLE_FORMAT}`);
  if (sha256(first) !== manifest.head || head.bundle !== manifest.bundle || head.cut !== manifest.cut)
    return broken('line 1', 'the head is not the one that was signed');
  const counted = {} as Record<Section, number>;
  let from = 0;
  for (const name of SECTIONS) {
    const stated = manifest.sections[name];
    const own = rest.slice(from, from + (stated?.lines ?? 0));
    from += own.length;
    if (!stated || own.length !== stated.lines || sha256(own.join('\n')) !== stated.sha256)
      return broken(`section ${name}`, 'its lines are not those that were signed');
    counted[name] = own.length;
  }
  if (from !== rest.length || rest.some((line) => !(SECTIONS as readonly string[]).includes(sectionOf(line))))
    return broken('bundle', 'it has lines that nobody signed');
  const links = checkLinks(rest, sha256);
  if (!links.ok) return links;
  return accept({
    head,
    lines: counted,
    links: links.value,
    record: manifest.record,
    signed: { text: manifestText, key: signature.key, signature: signature.signature },
  });
}

/** Computes each entry's hash anew, and holds neighbours of the chain against each other. */
function checkLinks(lines: readonly string[], sha256: Sha256): Outcome<number> {
  let checked = 0;
  let last: { seq: number; hash: string } | null = null;
  for (const line of lines) {
    const { seq, link } = JSON.parse(line) as { seq?: number; link?: Link };
    if (seq === undefined || link === undefined) continue;
    const isNext: boolean = last !== null && last.seq + 1 === seq;
    if (link.covered.seq !== seq || sha256(canonical(link.covered), link.previous) !== link.hash)
      return broken(`entry ${seq}`, 'its hash does not cover what it says');
    if (isNext && last?.hash !== link.previous) return broken(`entry ${seq}`, 'it does not follow the entry before it');
    last = { seq, hash: link.hash };
    checked += 1;
  }
  return accept(checked);
}
