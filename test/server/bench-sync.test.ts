/** What `npm run bench:sync` prints: names, ratios and statistics. The bench itself runs by hand. */
import { expect, test } from 'vitest';
import { PRODUCT } from '../../domain/product.ts';
import { endMark, lastStep, makeBase, makeMessages, makeScript } from '../bench/sync/edits.ts';
import { clientFrame, FrameReader } from '../bench/sync/raw-socket.ts';
import { asJson, asTable, countOf, meetsBar, type Row } from '../bench/sync/report.ts';
import { lowest, median, perMillion } from '../bench/sync/statistics.ts';

const row = (part: Partial<Row>): Row => ({
  ...{ name: 'burst-10', what: 'CPU s', ours: 6, floor: 4, peers: { hocuspocus: 5 }, counts: 'ratio', bar: 0.9 },
  ...{ notes: [], ...part },
});

test('[AR10] a row of the bench says a ratio to the floor or a value, what each server needed, and whether the bar was met', () => {
  const rows = [row({}), row({ name: 'kill9-lost', counts: 'value', ours: 0, floor: null, bar: 0 })];
  expect(JSON.parse(asJson(rows)).rows).toMatchObject([
    { name: 'burst-10', ratio: 1.5, ours: 6, floor: 4, peers: { hocuspocus: 5 } },
    { name: 'kill9-lost', value: 0, ours: 0, floor: null },
  ]);
  expect(rows.map(meetsBar)).toEqual([false, true]);
  const [head, , first, second] = asTable(rows).split('\n');
  expect(head).toContain(`| floor | @y/websocket-server | Hocuspocus | ${PRODUCT} |`);
  expect(first).toBe('| burst-10 | CPU s | 4 | - | 5 (1.25) | 6 (1.50) |  | 0.9 | missed |');
  expect(second).toBe('| kill9-lost | CPU s | - | - | 5 | 0 |  | 0 | met |');
});

test('[AR10] a figure that could not be taken is null, and meets no bar', () => {
  const missing = row({ ours: null });
  expect([countOf(missing), meetsBar(missing)]).toEqual([null, null]);
  expect(countOf(row({ floor: null }))).toBeNull();
  expect(JSON.parse(asJson([missing])).rows[0].ratio).toBeNull();
});

test('[AR10] runs count by the lowest, and CPU by the million deliveries', () => {
  expect([lowest([3, 1, 2]), median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([1, 2, 2.5]);
  expect(perMillion(2e9, 500_000)).toBe(4);
});

test('[AR11] the edits of the bench are about 100 bytes, numbered, and end with the mark of their writer', () => {
  const base = makeBase(20);
  const { updates } = makeScript(base, { writer: 3, edits: 40, rows: base.rows });
  const bytes = updates.reduce((sum, { length }) => sum + length, 0) / updates.length;
  expect(bytes).toBeGreaterThan(90);
  expect(bytes).toBeLessThan(115);
  expect(updates.slice(0, 3).map((update) => lastStep(Buffer.from(update)))).toEqual([0, 1, 2]);
  expect(Buffer.from(updates.at(-1) ?? []).includes(endMark(3))).toBe(true);
  expect(makeMessages({ client: 1, updates })).toHaveLength(40);
});

test('[AR11] the driver takes frames apart wherever the network cut them', () => {
  const reader = new FrameReader();
  // A server's frames are as a client's without the mask.
  const frames = [5, 300, 70_000].map((length) => {
    const masked = clientFrame(new Uint8Array(length).fill(7));
    const header = masked.length - length - 4;
    const plain = Buffer.concat([masked.subarray(0, header), masked.subarray(header + 4)]);
    plain[1] = (plain[1] ?? 0) & 0x7f;
    return plain;
  });
  const all = Buffer.concat(frames);
  const read: number[] = [];
  for (let at = 0; at < all.length; at += 999)
    for (const message of reader.read(all.subarray(at, at + 999))) read.push(message.length);
  expect(read).toEqual([5, 300, 70_000]);
});
