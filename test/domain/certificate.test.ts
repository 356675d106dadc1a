import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Certificate,
  certificateHash,
  growTree,
  isItsTable,
  isOwnReading,
  leafOf,
  pathOf,
  readingDigest,
  resultDigest,
  rootOf,
  TREE_LEAVES,
} from '#domain/certificate.ts';
import { showCells } from '#domain/release-view.ts';
import { sha256 } from '#web/state/sha256.ts';
import { hierarchyOf } from '../support/small-pool.ts';

const nodeHash = (text: string): string => createHash('sha256').update(text).digest('hex');
const LOTS = new Map([
  ['yttrium|oxide|5N|2027|firm', 24_000_000n],
  ['yttrium|oxide|any|2027|soft', 7n],
]);

test('[CE1] the hash that a page computes is SHA-256', () => {
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  for (let length = 50; length < 140; length += 1)
    expect(sha256('x'.repeat(length))).toBe(nodeHash('x'.repeat(length)));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      expect(sha256(text)).toBe(nodeHash(text));
    }),
  );
});

/** A tree in which one leaf is the member's and all others are somebody's. */
function sealed(position: number, version: string, lots: ReadonlyMap<string, bigint>) {
  const salt = nodeHash('salt');
  const leaves = Array.from({ length: TREE_LEAVES }, (_, place) => nodeHash(`other ${place}`));
  leaves[position] = leafOf(nodeHash, salt, readingDigest(nodeHash, { version, lots }));
  const levels = growTree(nodeHash, leaves);
  return { inputs: rootOf(levels), own: { version, salt, position, path: pathOf(levels, position) } };
}

test('[CE2] a member finds its own lines in the certificate, whatever its place in the tree', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: TREE_LEAVES - 1 }), (position) => {
      const { inputs, own } = sealed(position, '12', LOTS);
      expect(isOwnReading(sha256, { inputs }, own, LOTS)).toBe(true);
    }),
    { numRuns: 20 },
  );
});

test('[CE3] a line that was read with another amount, lot or version is noticed, and so is one that was left out', () => {
  const { inputs, own } = sealed(5, '12', LOTS);
  const [[first = '', grams = 0n] = []] = LOTS;
  for (const other of [
    new Map(LOTS).set(first, grams + 1n),
    new Map([...LOTS].slice(1)),
    new Map(LOTS).set('yttrium|metal|any|2027|soft', 1n),
    new Map([['yttrium|oxide|5N|2028|firm', grams], ...[...LOTS].slice(1)]),
  ])
    expect(isOwnReading(sha256, { inputs }, own, other)).toBe(false);
  expect(isOwnReading(sha256, { inputs }, { ...own, version: '13' }, LOTS)).toBe(false);
  expect(isOwnReading(sha256, { inputs }, { ...own, position: 4 }, LOTS)).toBe(false);
  expect(isOwnReading(sha256, { inputs }, { ...own, path: own.path.slice(1) }, LOTS)).toBe(false);
  expect(isOwnReading(sha256, { inputs: nodeHash('other') }, own, LOTS)).toBe(false);
  // The order of lines does not matter.
  expect(isOwnReading(sha256, { inputs }, own, new Map([...LOTS].reverse()))).toBe(true);
});

test('[CE4] a certificate speaks of one table, and of the certificate before it', () => {
  const cells = showCells([hierarchyOf()], new Map([['yttrium||||all', '49300']]));
  const certificate: Certificate = {
    roundId: 'r',
    slotAt: '2026-12-01T10:01:00.000Z',
    final: false,
    edition: 2,
    rules: nodeHash('rules'),
    inputs: nodeHash('inputs'),
    result: resultDigest(nodeHash, cells),
    previous: '',
  };
  expect(isItsTable(sha256, certificate, cells)).toBe(true);
  const other = showCells([hierarchyOf()], new Map([['yttrium||||all', '49400']]));
  expect(isItsTable(sha256, certificate, other)).toBe(false);
  const hash = certificateHash(sha256, certificate);
  for (const change of [
    { slotAt: '' },
    { final: true },
    { edition: 3 },
    { rules: '' },
    { inputs: '' },
    { previous: hash },
  ])
    expect(certificateHash(sha256, { ...certificate, ...change })).not.toBe(hash);
});
