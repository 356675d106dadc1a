/** What is read out of updates made by real Yjs documents, honest and forged, before anything is applied. */

import * as encoding from 'lib0/encoding';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Row } from '../../domain/sheets.ts';
import { insertRow, rowsOf, type YRow } from '../../protocol/sheet-doc.ts';
import { readUpdate } from '../../server/sync/touched.ts';

function sheet(rows: Record<string, Row>): Y.Doc {
  const doc = new Y.Doc();
  doc.clientID = 1;
  doc.transact(() => {
    for (const [id, cells] of Object.entries(rows)) insertRow(doc, id, 'maker', 'a0', cells);
  });
  return doc;
}

/** An update made by `write` in a copy of the document, under another client id. */
function written(doc: Y.Doc, write: (copy: Y.Doc, rows: ReturnType<typeof rowsOf>) => void, clientId = 2): Uint8Array {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = clientId;
  let update: Uint8Array = new Uint8Array();
  copy.on('update', (bytes: Uint8Array) => {
    update = bytes;
  });
  copy.transact(() => write(copy, rowsOf(copy)));
  return update;
}

/** Short words for what an update would do. */
function read(doc: Y.Doc, update: Uint8Array): string[] | string {
  const reading = readUpdate(doc, update);
  if (reading.is !== 'change') return reading.is;
  return reading.touches.map((touch) => {
    if (touch.act === 'stray') return `stray ${touch.row}`;
    if (touch.act === 'create')
      return `create ${touch.row} {${touch.cells.map(({ column, value }) => `${column}=${value}`)}}${touch.before ? ' instead' : ''}`;
    if (touch.act === 'remove') return `remove ${touch.row} of ${touch.before('org')}`;
    const value = touch.act === 'write' ? `=${typeof touch.value === 'object' && touch.value ? '?' : touch.value}` : '';
    return `${touch.act} ${touch.row}.${touch.column}${value}`;
  });
}

test('[AD13] a cell that is written is found though its place is not in the update but inherited from what it replaces', () => {
  const doc = sheet({ r1: { note: 'a' } });
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.get('r1')?.set('note', 'b')),
    ),
  ).toEqual(['write r1.note=b']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.get('r1')?.set('grade', '5N')),
    ),
  ).toEqual(['write r1.grade=5N']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.get('r1')?.delete('note')),
    ),
  ).toEqual(['erase r1.note']);
});

test('[AD13] new rows are read with their cells, removed rows with their owner, replaced rows as both', () => {
  const doc = sheet({ r1: { note: 'a' } });
  expect(
    read(
      doc,
      written(doc, (copy) => insertRow(copy, 'r2', 'maker', 'a1', { note: 'n' })),
    ),
  ).toEqual(['create r2 {org=maker,pos=a1,note=n}']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.delete('r1')),
    ),
  ).toEqual(['remove r1 of maker']);
  expect(
    read(
      doc,
      written(doc, (copy) => insertRow(copy, 'r1', 'evil', 'a1', {})),
    ),
  ).toEqual(['remove r1 of maker', 'create r1 {org=evil,pos=a1} instead']);
});

test('[AD13] several edits in one update are all found, and known ones do not count', () => {
  const doc = sheet({ r1: {}, r2: {} });
  const offline = written(doc, (_, rows) => {
    rows.get('r1')?.set('note', 'x');
    rows.get('r1')?.set('note', 'y');
    rows.get('r2')?.set('unit', 'kg');
  });
  expect(read(doc, offline)).toEqual(['erase r1.note', 'write r1.note=y', 'write r2.unit=kg']);
  Y.applyUpdate(doc, offline);
  expect(read(doc, offline)).toBe('known');
  expect(read(doc, Y.encodeStateAsUpdate(doc))).toBe('known');
});

test('[AD14] a row removed in the meantime swallows what a colleague wrote in it', () => {
  const doc = sheet({ r1: { note: 'a' } });
  const late = written(doc, (_, rows) => rows.get('r1')?.set('note', 'b'), 3);
  const other = written(doc, (_, rows) => rows.get('r1')?.set('unit', 'kg'), 4);
  rowsOf(doc).delete('r1');
  expect([read(doc, late), read(doc, other)]).toEqual([[], []]);
});

test('[AD14] what undo brings back is read like any new row or cell', () => {
  const doc = sheet({ r1: { note: 'a' } });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = 2;
  const undo = new Y.UndoManager(rowsOf(copy), { captureTimeout: 0 });
  const updates: Uint8Array[] = [];
  copy.on('update', (bytes: Uint8Array) => updates.push(bytes));
  rowsOf(copy).get('r1')?.set('note', 'b');
  undo.undo();
  rowsOf(copy).delete('r1');
  undo.undo();
  const readings = updates.map((update) => {
    const said = read(doc, update);
    Y.applyUpdate(doc, update);
    return said;
  });
  expect(readings).toEqual([
    ['write r1.note=b'],
    ['write r1.note=a'],
    ['remove r1 of maker'],
    ['create r1 {org=maker,pos=a0,note=a}'],
  ]);
});

test('[AD14] a whole offline stretch with overwritten cells, undone and dropped rows is understood', () => {
  const doc = sheet({ r1: { note: 'a' } });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = 2;
  const undo = new Y.UndoManager(rowsOf(copy), { captureTimeout: 0 });
  for (const value of ['b', 'c', 'd']) rowsOf(copy).get('r1')?.set('note', value);
  undo.undo();
  insertRow(copy, 'r2', 'maker', 'a1', { note: 'n' });
  undo.undo();
  insertRow(copy, 'r3', 'maker', 'a2', {});
  rowsOf(copy).delete('r3');
  const update = Y.encodeStateAsUpdate(copy, Y.encodeStateVector(doc));
  const said = read(doc, update);
  expect(said).toContain('write r1.note=c');
  expect([...said].filter((one) => !one.includes('r1.note'))).toEqual([]);
  Y.applyUpdate(doc, update);
  expect(rowsOf(doc).toJSON()).toEqual(rowsOf(copy).toJSON());
});

test('[AD15] another root, a list, a text, a nested type: whatever is no row of cells is found as such', () => {
  const doc = sheet({ r1: {} });
  expect(
    read(
      doc,
      written(doc, (copy) => copy.getMap('other').set('a', 1)),
    ),
  ).toEqual(['stray null']);
  expect(
    read(
      doc,
      written(doc, (copy) => copy.getArray('list').insert(0, [1])),
    ),
  ).toEqual(['stray null']);
  expect(
    read(
      doc,
      written(doc, (copy) => copy.getText('text').insert(0, 'abc')),
    ),
  ).toEqual(['stray null']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.set('r2', 'text' as unknown as YRow)),
    ),
  ).toEqual(['stray r2']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.set('r2', new Y.Array() as unknown as YRow)),
    ),
  ).toEqual(['stray r2']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.get('r1')?.set('note', new Y.Map() as unknown as string)),
    ),
  ).toEqual(['write r1.note=?']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.get('r1')?.set('note', new Y.Doc() as unknown as string)),
    ),
  ).toEqual(['write r1.note=?']);
  expect(
    read(
      doc,
      written(doc, (_, rows) => rows.get('r1')?.set('note', Uint8Array.of(1) as unknown as string)),
    ),
  ).toEqual(['write r1.note=?']);
  const list = new Y.Doc();
  list.getArray('rows').insert(0, ['x']);
  expect(read(doc, Y.encodeStateAsUpdate(list))).toEqual(['stray null']);
});

test('[AD15] a value inside a nested type is found as such, not as a cell', () => {
  const doc = sheet({ r1: {} });
  const update = written(doc, (_, rows) => {
    const inner = new Y.Map<string>();
    rows.get('r1')?.set('note', inner as unknown as string);
    inner.set('deep', 'x');
  });
  expect(read(doc, update)).toEqual(['write r1.note=?', 'stray r1']);
});

test('[AD16] an update that builds on what the document does not have is a gap, in structs and in deletions', () => {
  const doc = sheet({ r1: {} });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = 2;
  const updates: Uint8Array[] = [];
  copy.on('update', (bytes: Uint8Array) => updates.push(bytes));
  rowsOf(copy).get('r1')?.set('note', 'x');
  rowsOf(copy).get('r1')?.set('note', 'y');
  rowsOf(copy).get('r1')?.delete('note');
  const [first, second, third] = updates as [Uint8Array, Uint8Array, Uint8Array];
  expect([read(doc, second), read(doc, third)]).toEqual(['gap', 'gap']);
  expect(read(doc, Y.mergeUpdates([first, third]))).toBe('gap');
  expect(read(doc, first)).toEqual(['write r1.note=x']);
});

/** Bytes of an update written by hand: blocks of structs, then deletions. */
function bytes(blocks: (number | Uint8Array)[][], deletions: number[][] = []): Uint8Array {
  const encoder = encoding.createEncoder();
  const put = (parts: readonly (number | Uint8Array)[]) => {
    for (const part of parts)
      if (typeof part === 'number') encoding.writeVarUint(encoder, part);
      else encoding.writeUint8Array(encoder, part);
  };
  put([blocks.length]);
  for (const block of blocks) put(block);
  put([deletions.length]);
  for (const [client = 0, ...ranges] of deletions) put([client, ranges.length / 2, ...ranges]);
  return encoding.toUint8Array(encoder);
}

const GC = 0;
const raw = (byte: number) => Uint8Array.of(byte);
/** Info bytes of an item: what it holds, and whether its left and right neighbours are named. */
const LEFT_ANY = raw(0x88);
const BOTH_ANY = raw(0xc8);
const NULL = raw(0x7e);

test('[AD17] bytes that no Yjs client makes are malformed, so that Yjs cannot understand them differently', () => {
  const doc = sheet({ r1: {} });
  const malformed = {
    'no update': Uint8Array.of(1, 2, 3),
    'a client twice, which Yjs would half ignore': bytes([
      [1, 7, 0, GC, 1],
      [1, 7, 1, GC, 1],
    ]),
    'a client in two places': bytes([
      [1, 7, 0, GC, 1],
      [1, 8, 0, GC, 1],
      [1, 7, 1, GC, 1],
    ]),
    'an empty block': bytes([[0, 7, 0]]),
    'an empty struct': bytes([[1, 7, 0, GC, 0]]),
    'a clock that would not fit': bytes([[1, 7, 0, GC, 2 ** 40]]),
    'a client id that no browser has': bytes([[1, 2 ** 40, 0, GC, 1]]),
    'deletions that overlap': bytes([], [[1, 0, 2, 1, 2]]),
    'an empty deletion': bytes([], [[1, 0, 0]]),
    'more client ids than a person has': bytes(Array.from({ length: 65 }, (_, index) => [1, 100 + index, 0, GC, 1])),
  };
  for (const [what, update] of Object.entries(malformed))
    expect({ what, is: read(doc, update) }).toEqual({ what, is: 'malformed' });
  expect(
    read(
      doc,
      bytes([
        [1, 7, 0, GC, 1],
        [1, 8, 0, GC, 1],
      ]),
    ),
  ).toEqual([]);
});

test('[AD17] structs that name each other or themselves as neighbours are refused without looping', () => {
  const doc = sheet({ r1: {} });
  const item = (client: number, clock: number) => [LEFT_ANY, client, clock, 1, NULL];
  expect(read(doc, bytes([[1, 7, 0, ...item(7, 0)]]))).toBe('malformed');
  expect(read(doc, bytes([[1, 7, 0, ...item(7, 3)]]))).toBe('malformed');
  expect(
    read(
      doc,
      bytes([
        [1, 7, 0, ...item(8, 0)],
        [1, 8, 0, ...item(7, 0)],
      ]),
    ),
  ).toBe('gap');
});

test('[AD17] neighbours of two different cells are refused', () => {
  const doc = sheet({ r1: { note: 'a', unit: 'kg' } });
  const items = [...(rowsOf(doc).get('r1')?._map.entries() ?? [])];
  const clockOf = (column: string) => items.find(([name]) => name === column)?.[1].id.clock ?? 0;
  const between = bytes([[1, 7, 0, BOTH_ANY, 1, clockOf('note'), 1, clockOf('unit'), 1, NULL]]);
  expect(read(doc, between)).toBe('malformed');
  const left = bytes([[1, 7, 0, LEFT_ANY, 1, clockOf('note'), 1, NULL]]);
  expect(read(doc, left)).toEqual(['write r1.note=null']);
});

test('[AD18] the owner of a new row cannot be taken away by the same update', () => {
  const doc = sheet({});
  const update = written(doc, (copy, rows) => {
    insertRow(copy, 'r1', 'maker', 'a0', {});
    rows.get('r1')?.set('org', 'rival');
  });
  expect(read(doc, update)).toEqual(['create r1 {org=undefined,pos=a0,org=rival}']);
  const without = written(doc, (copy, rows) => {
    insertRow(copy, 'r1', 'maker', 'a0', {});
    rows.get('r1')?.delete('org');
  });
  expect(read(doc, without)).toEqual(['create r1 {org=undefined,pos=a0}']);
});

test('[AD17] what the document has is refused under the name of another root, which Yjs would open and keep', () => {
  const doc = sheet({ r1: { note: 'a' } });
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  copy.clientID = 2;
  rowsOf(copy).get('r1')?.set('note', 'b');
  const whole = Y.encodeStateAsUpdate(copy);
  expect(read(doc, whole)).toEqual(['write r1.note=b']);
  const at = Buffer.from(whole).indexOf('rows');
  expect(at).toBeGreaterThan(0);
  const renamed = Uint8Array.from(whole);
  renamed[at] = '%'.charCodeAt(0);
  expect(read(doc, renamed)).toBe('malformed');
});
