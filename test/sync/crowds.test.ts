/** What the worst sheet that anybody can make costs whoever opens it: crowds of values in its cells, and very short values. */
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { insertRow, rowsOf } from '../../protocol/sheet-doc.ts';
import { Crowds } from '../../server/sync/conflicts.ts';
import { DocumentSize } from '../../server/sync/document-size.ts';
import { CELL_STEPS_FREE, CELL_STEPS_MAX, IN_TURN_FACTOR, SHEET_STEPS_MAX } from '../../server/sync/limits.ts';
import { readUpdate } from '../../server/sync/touched.ts';
import { type Block, cellItem, type Forged, type ForgedItem, forgedUpdate, rowItem } from '../support/forged-update.ts';
import { HandClock } from '../support/hand-clock.ts';

function sheet(rows: number): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.transact(() => {
    for (let row = 0; row < rows; row++) insertRow(doc, `r${row}`, 'maker', 'a0', {});
  });
  return doc;
}

/** So many clients write the cell of each row at the same time, in one update. */
function crowd(doc: Y.Doc, rows: readonly number[], writers: number, from = 1_000): Uint8Array {
  const structs: ForgedItem[] = rows.map((row) => ({ parent: rowItem(doc, `r${row}`), key: 'note', values: ['v'] }));
  const blocks = Array.from({ length: writers }, (_, index): Block => ({ client: from + index, clock: 0, structs }));
  return forgedUpdate(blocks);
}

/** Takes the update as the room does; false: it is refused. */
function take(doc: Y.Doc, crowds: Crowds, bytes: Uint8Array): boolean {
  const reading = readUpdate(doc, bytes, crowds);
  if (reading.is !== 'change') throw new Error(`the update is ${reading.is}`);
  if (reading.weight.is !== 'ok') return false;
  Y.applyUpdate(doc, reading.bytes);
  crowds.add(reading.weight);
  return true;
}

/** Fills one row's cell until a further 50 writers are refused; answers how many were taken. */
function fill(doc: Y.Doc, crowds: Crowds, row: number): number {
  let writers = 0;
  while (take(doc, crowds, crowd(doc, [row], 50, 100_000 * (row + 1) + writers))) writers += 50;
  return writers;
}

test('[AD60] all crowded cells of a sheet together are taken up to what is sorted in half a second; a few people at a cell always are', () => {
  const doc = sheet(40);
  const crowds = Crowds.of(doc);
  const filled = [fill(doc, crowds, 0), fill(doc, crowds, 1), fill(doc, crowds, 2), fill(doc, crowds, 3)];
  expect(filled[0]).toBe(Math.sqrt(CELL_STEPS_MAX));
  expect(filled.reduce((steps, writers) => steps + writers ** 2, 0)).toBeLessThanOrEqual(SHEET_STEPS_MAX);
  expect(filled[3]).toBeLessThan(50);
  const few = Math.sqrt(CELL_STEPS_FREE);
  for (let row = 10; row < 40; row++)
    expect(take(doc, crowds, crowd(doc, [row], few, 9_000_000 + 100 * row))).toBe(true);
  expect(take(doc, crowds, crowd(doc, [9], 50, 8_000_000))).toBe(false);
});

test('[AD60] what is known of the crowds after every update is what somebody finds who opens the sheet', () => {
  const doc = sheet(3);
  const crowds = Crowds.of(doc);
  for (const [row, writers] of [
    [0, 30],
    [1, 20],
    [0, 10],
    [2, 5],
  ] as const)
    expect(take(doc, crowds, crowd(doc, [row], writers, 1_000 * (row + 1) + writers))).toBe(true);
  expect([crowds.steps > 0, Crowds.of(doc).steps]).toEqual([true, crowds.steps]);
  const opened = new Y.Doc();
  Y.applyUpdate(opened, Y.encodeStateAsUpdate(doc));
  expect(Crowds.of(opened).steps).toBe(crowds.steps);
});

test('[AD60] rows that go take their crowds with them', () => {
  const doc = sheet(4);
  const crowds = Crowds.of(doc);
  for (let row = 0; row < 3; row++) fill(doc, crowds, row);
  expect(take(doc, crowds, crowd(doc, [3], 50, 7_700_000))).toBe(false);
  rowsOf(doc).delete('r0');
  expect(take(doc, Crowds.of(doc), crowd(doc, [3], 50, 7_700_000))).toBe(true);
});

test('[AD61] who writes after what stands there may go on longer in a crowded cell, and not for ever: each value is walked past by all that were late', () => {
  const doc = sheet(1);
  const crowds = Crowds.of(doc);
  const writers = fill(doc, crowds, 0);
  /** Two clients that never follow themselves, so that Yjs keeps each value apart. */
  const clocks = [0, 0];
  let taken = 0;
  for (const isGoingOn = () => taken < 5_000; isGoingOn(); taken++) {
    const client = taken % 2;
    const structs: Forged[] = [{ origin: cellItem(doc, 'r0', 'note'), values: ['w'] }];
    if (!take(doc, crowds, forgedUpdate([{ client: 7 + client, clock: clocks[client] ?? 0, structs }]))) break;
    clocks[client] = (clocks[client] ?? 0) + 1;
  }
  expect(taken).toBe(Math.floor((IN_TURN_FACTOR * CELL_STEPS_MAX) / (writers - 1)) - writers);
});

test('[AD61] a cell that nobody wrote at the same time as others is written as often as people like', () => {
  const doc = sheet(1);
  const crowds = Crowds.of(doc);
  for (let time = 0; time < 3_000; time++) {
    const structs: Forged[] = [
      time === 0
        ? { parent: rowItem(doc, 'r0'), key: 'note', values: ['w'] }
        : { origin: cellItem(doc, 'r0', 'note'), values: ['w'] },
    ];
    const clock = Math.floor(time / 2);
    expect(take(doc, crowds, forgedUpdate([{ client: 7 + (time % 2), clock, structs }]))).toBe(true);
  }
  expect(crowds.steps).toBe(0);
});

test('[SY84] each stretch of values counts towards the size of a sheet, so that it is full of short ones before reading them takes long', () => {
  const clock = new HandClock('2026-11-24T10:00:00.000Z');
  const documentBytes = 1 << 20;
  const doc = sheet(1);
  const structs = Array.from(
    { length: 60_000 },
    (_, index): ForgedItem => ({ parent: rowItem(doc, 'r0'), key: `${index}`, values: [1] }),
  );
  const bytes = forgedUpdate([{ client: 5, clock: 0, structs }]);
  const size = new DocumentSize(doc, { clock, documentBytes }, 0);
  expect([size.hasRoomFor(bytes.length, 0), size.hasRoomFor(bytes.length, structs.length)]).toEqual([true, false]);
  Y.applyUpdate(doc, bytes);
  // Also somebody who opens it anew counts them.
  const opened = new DocumentSize(doc, { clock, documentBytes }, bytes.length);
  expect(opened.hasRoomFor(1, 1)).toBe(false);
});
