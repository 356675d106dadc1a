/**
 * What a member can check a release by, without seeing anybody else's: the server commits to what it read from each member's sheet, all
 * commitments stand in one tree, and the certificate names the root of the tree, the rules and the table that was shown.
 * Everything is hexadecimal text and so are its hashes; the hash is an argument, since server and browser have different ones. Used by the
 * server's certificates and by the page that checks them.
 */
import type { LotKey } from './pooling.ts';
import type { ShownCell } from './release-view.ts';

/** A cell as it is sent, whatever the words of its grade are. */
export type TableCell = Omit<ShownCell, 'grade'> & { grade: string | null };

/** SHA-256 of a text, as 64 hexadecimal digits. */
export type Hash = (text: string) => string;

/** The edition of docs/disclosure.md that releases are made by. */
export const RULES_EDITION = 2;

/** As many leaves in every tree, whoever is in the pool: neither the tree nor a path in it tells how many members there are. */
const TREE_DEPTH = 9;
export const TREE_LEAVES = 2 ** TREE_DEPTH;

/** What was read from a member's sheet. */
export interface SheetReading {
  /** Number of the last change of the sheet that was read. */
  version: string;
  /** Grams of contained element by lot; no lot is zero. */
  lots: ReadonlyMap<LotKey, bigint>;
}

/** A member's own place in the tree; nobody else receives it. */
export interface OwnProof {
  version: string;
  /** New with every certificate: equal sheets have different leaves. */
  salt: string;
  position: number;
  /** Hashes beside the way from the leaf to the root. */
  path: string[];
}

export interface Certificate {
  roundId: string;
  slotAt: string;
  final: boolean;
  edition: number;
  /** Commitment to the pool's own rules: the same all through a round. */
  rules: string;
  /** Root of the tree of what was read from the members' sheets. */
  inputs: string;
  /** Hash of the table that is shown. */
  result: string;
  /** Hash of the certificate before it in the round; empty for the first. */
  previous: string;
}

/** The text that a reading is hashed from: one line for each lot, in the order of keys, whatever the order of rows is. */
export class ReadingText {
  private text: string;
  private isEmpty = true;

  constructor(version: string) {
    this.text = `version ${version}\n`;
  }

  /** The caller adds each lot once, in the order of their keys as JavaScript sorts text. */
  add(key: LotKey, grams: bigint | number): void {
    this.text += `${this.isEmpty ? '' : '\n'}${key}=${grams}`;
    this.isEmpty = false;
  }

  digest(hash: Hash): string {
    return hash(this.text);
  }
}

export function readingDigest(hash: Hash, { version, lots }: SheetReading): string {
  const text = new ReadingText(version);
  for (const key of [...lots.keys()].sort()) text.add(key, lots.get(key) ?? 0n);
  return text.digest(hash);
}

export const leafOf = (hash: Hash, salt: string, digest: string): string => hash(`leaf ${salt} ${digest}`);
const nodeOf = (hash: Hash, left: string, right: string): string => hash(`node ${left} ${right}`);

/** Levels of the tree, leaves first, root last. */
export function growTree(hash: Hash, leaves: readonly string[]): string[][] {
  if (leaves.length !== TREE_LEAVES) throw new RangeError(`a tree has ${TREE_LEAVES} leaves`);
  const levels = [[...leaves]];
  for (let below = leaves; below.length > 1; below = levels.at(-1) ?? [])
    levels.push(
      Array.from({ length: below.length / 2 }, (_, i) => nodeOf(hash, below[2 * i] ?? '', below[2 * i + 1] ?? '')),
    );
  return levels;
}

export const rootOf = (levels: readonly (readonly string[])[]): string => levels.at(-1)?.[0] ?? '';

export const pathOf = (levels: readonly (readonly string[])[], position: number): string[] =>
  levels.slice(0, -1).map((level, height) => level[(position >> height) ^ 1] ?? '');

/** The root that follows from one leaf. */
function climb(hash: Hash, leaf: string, { position, path }: OwnProof): string {
  return path.reduce(
    (below, beside, height) => ((position >> height) & 1 ? nodeOf(hash, beside, below) : nodeOf(hash, below, beside)),
    leaf,
  );
}

export const resultDigest = (hash: Hash, cells: readonly TableCell[]): string =>
  hash(
    cells
      .map(({ mineral, form, grade, year, level, value }) =>
        [mineral, form ?? '', grade ?? '', year ?? '', level, value ?? ''].join('|'),
      )
      .join('\n'),
  );

export const certificateHash = (hash: Hash, certificate: Certificate): string => {
  const { roundId, slotAt, final, edition, rules, inputs, result, previous } = certificate;
  return hash(['certificate', roundId, slotAt, final, edition, rules, inputs, result, previous].join('\n'));
};

/** Is what the member has in its sheet what the release was made of? */
export const isOwnReading = (
  hash: Hash,
  certificate: Pick<Certificate, 'inputs'>,
  own: OwnProof,
  lots: SheetReading['lots'],
): boolean =>
  own.path.length === TREE_DEPTH &&
  climb(hash, leafOf(hash, own.salt, readingDigest(hash, { version: own.version, lots })), own) === certificate.inputs;

/** Is this the table that the certificate speaks of? */
export const isItsTable = (
  hash: Hash,
  certificate: Pick<Certificate, 'result'>,
  cells: readonly TableCell[],
): boolean => resultDigest(hash, cells) === certificate.result;
