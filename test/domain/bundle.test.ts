import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { type BundleHead, bundleLines, checkBundle, type Sha256, signatureLine } from '../../domain/bundle.ts';
import { canonical, type JsonObject, type RecordKind } from '../../domain/record.ts';
import { isFound, type ReadEntry } from '../../domain/record-search.ts';
import { ORDER_PARTS, PUBLIC_KINDS, publicBody, publicOrders, standIn } from '../../domain/redaction.ts';

const sha256: Sha256 = (text, before = '') =>
  createHash('sha256').update(Buffer.from(before, 'hex')).update(text).digest('hex');
const head: BundleHead = {
  bundle: 'b',
  cut: 'whole',
  made: '2027-01-05T10:00:00.000Z',
  pool: 'Gallium',
  from: null,
  to: null,
};

/** Two entries of a chain that follow each other. */
function linked(): JsonObject[] {
  let previous = '';
  return [1, 2].map((seq) => {
    const covered = { seq, kind: 'pool.opened', body: { name: `p${seq}` } };
    const link = { previous, hash: sha256(canonical(covered), previous), covered };
    previous = link.hash;
    return { seq, text: `p${seq}`, link };
  });
}
const made = (): string[] => {
  const lines = bundleLines(head, { entry: linked(), talk: [{ text: 'hello' }] }, { entries: 2, hash: 'h' }, sha256);
  return [...lines, signatureLine('key', 'signature')];
};
const outcome = (lines: string[]) => {
  const checked = checkBundle(lines.join('\n'), sha256);
  return checked.ok ? 'holds' : checked.refusal.place;
};

test('[RC11] a bundle holds as it was made; a line that was changed, left out, added or moved is named by its section', () => {
  const lines = made();
  expect(checkBundle(`${lines.join('\n')}\n`, sha256)).toMatchObject({
    ok: true,
    value: { links: 2, lines: { entry: 2, talk: 1, release: 0 }, record: { entries: 2 } },
  });
  const changed = (at: number, from: string, to: string) =>
    lines.map((line, index) => (index === at ? line.replace(from, to) : line));
  expect(outcome(changed(1, 'p1', 'px'))).toBe('section entry');
  expect(outcome(changed(3, 'hello', 'hallo'))).toBe('section talk');
  expect(outcome(changed(0, 'Gallium', 'Yttrium'))).toBe('line 1');
  expect(outcome(lines.toSpliced(1, 1))).toBe('section entry');
  expect(outcome(lines.toSpliced(3, 0, '{"section":"order"}'))).toBe('section talk');
  expect(outcome([lines[0], lines[2], lines[1], ...lines.slice(3)].map(String))).toBe('section entry');
  expect(outcome(lines.slice(0, -1))).toBe('bundle');
  expect(outcome(['no bundle'])).toBe('bundle');
});

test('[RC12] entries that carry their place in the chain are computed anew: one that was made up is named, also under hashes of its own', () => {
  const [first, second] = linked();
  const forged = { ...second, link: { ...(second?.link as JsonObject), covered: { seq: 2, body: 'other' } } };
  const loose = { ...second, link: { ...(second?.link as JsonObject), previous: sha256('x') } };
  const over = (entry: JsonObject) => [
    ...bundleLines(head, { entry: [first as JsonObject, entry] }, null, sha256),
    signatureLine('key', 'signature'),
  ];
  expect(outcome(over(forged))).toBe('entry 2');
  expect(outcome(over(loose))).toBe('entry 2');
});

test('[RC10] the record is searched by kind, words, person and days, in what the reader reads', () => {
  const entry: ReadEntry = {
    at: '2027-01-05T23:59:00.000Z',
    kind: 'order.decided',
    by: 'Zoë Lindqvist',
    organization: 'Reserve Office',
    text: 'Order 3 was returned',
  };
  expect(isFound(entry, {})).toBe(true);
  expect([isFound(entry, { kind: 'order' }), isFound(entry, { kind: 'ord' })]).toEqual([true, false]);
  expect([isFound(entry, { text: 'RETURNED order' }), isFound(entry, { text: 'approved' })]).toEqual([true, false]);
  expect([isFound(entry, { person: 'zoe' }), isFound(entry, { person: 'zoe other' })]).toEqual([true, false]);
  expect(isFound(entry, { from: '2027-01-05', to: '2027-01-05' })).toBe(true);
  expect([isFound(entry, { from: '2027-01-06' }), isFound(entry, { to: '2027-01-04' })]).toEqual([false, false]);
});

test('[RC15] the public reads of the record only what a rule names: a kind that no rule names is withheld whole, and so is a field', () => {
  expect(publicBody('pool.opened', { name: 'Gallium', kind: 'open', reference: 'letter 7' })).toEqual({
    name: 'Gallium',
    kind: 'open',
  });
  expect(publicBody('something.new', { name: 'x' })).toBeNull();
  const telling: RecordKind[] = ['order.decided', 'order.proposed', 'member.joined', 'talk.said', 'run.solved'];
  expect(PUBLIC_KINDS.filter((kind) => telling.includes(kind))).toEqual([]);
});

test('[RC17] of orders the public reads mineral and decision, once each; of an order’s dossier nothing else is shown', () => {
  const order = (mineral: string, state: string) => ({ mineral, state, supplier: 'S', kg: 5 });
  expect(
    publicOrders([
      order('gallium', 'approved'),
      order('gallium', 'approved'),
      order('cobalt', 'rejected'),
      order('cobalt', 'inReview'),
    ]),
  ).toEqual([
    { mineral: 'cobalt', state: 'rejected' },
    { mineral: 'gallium', state: 'approved' },
  ]);
  const parts = Object.keys(ORDER_PARTS) as (keyof typeof ORDER_PARTS)[];
  expect(parts.filter((part) => standIn(part) === null)).toEqual(['mineral', 'decision', 'decidedAt']);
});
