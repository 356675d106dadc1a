import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHtml, fromTsv, oneLine, toHtml, toTsv } from '#web/grid/clipboard.ts';
import { commandOf, editCommandOf } from '#web/grid/keys.ts';
import { edgeFrom, type Place } from '#web/grid/selection.ts';

const cell = fc.string({ unit: fc.constantFrom('a', '1', ' ', '"', '\t', '\n', '\r', ',', '<', 'é'), maxLength: 8 });
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));

test('[GR5] what is copied comes back the same when pasted, whatever the cells hold', () => {
  fc.assert(
    fc.property(table, (cells) => {
      // A line of one empty cell is a line end and nothing else: Excel writes one after every copy.
      const isBare = cells.at(-1)?.length === 1 && cells.at(-1)?.[0] === '';
      expect(fromTsv(toTsv(cells))).toEqual(isBare ? cells.slice(0, -1) : cells);
    }),
  );
});

test('[GR5] the newline that Excel adds at the end is no row, and a quote inside a cell is only a quote', () => {
  expect(fromTsv('1\t2\r\n3\t4\r\n')).toEqual([
    ['1', '2'],
    ['3', '4'],
  ]);
  expect(fromTsv('6" pipe\tb')).toEqual([['6" pipe', 'b']]);
  expect(fromTsv('"a ""b"""\t""\n')).toEqual([['a "b"', '']]);
  expect(fromTsv('')).toEqual([]);
});

test('[GR5] an HTML table carries text only, in both ways', () => {
  const cells = [['<img src=x onerror=alert(1)>', 'a & b']];
  expect(fromHtml(toHtml(cells))).toEqual(cells);
  expect(fromHtml('<p>no table</p>')).toEqual([]);
  expect(oneLine(' two\r\nlines\tand a tab ')).toBe('two lines and a tab');
});

const key = (name: string, held: Partial<KeyboardEvent> = {}) => ({
  key: name,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  isComposing: false,
  ...held,
});

test('[GR2] keys that mean nothing in a grid are left to the browser', () => {
  for (const mine of [
    key('Tab'),
    key('F5'),
    key('l', { ctrlKey: true }),
    key('ArrowLeft', { altKey: true }),
    key('Shift'),
  ])
    expect(commandOf(mine, false)).toBeNull();
  expect(commandOf(key('Tab'), true)).toEqual({ do: 'nextInEntry', back: false });
});

test('[GR2] Command on a Mac does what Control does elsewhere', () => {
  for (const held of [{ ctrlKey: true }, { metaKey: true }]) {
    expect(commandOf(key('z', held), false)).toEqual({ do: 'undo' });
    expect(commandOf(key('Z', { ...held, shiftKey: true }), false)).toEqual({ do: 'redo' });
    expect(commandOf(key('ArrowDown', { ...held, shiftKey: true }), false)).toEqual({
      do: 'edge',
      to: 'down',
      extend: true,
    });
  }
});

test("[GR3] keys of text stay the text field's while a cell is edited, also those of an input method", () => {
  for (const text of [
    key('a'),
    key('ArrowLeft'),
    key('Home'),
    key('z', { ctrlKey: true }),
    key('Delete'),
    key('ArrowDown'),
  ])
    expect(editCommandOf(text, false)).toBeNull();
  expect(editCommandOf(key('Enter', { isComposing: true }), true)).toBeNull();
});

test('[GR2] Ctrl+arrow stops at the last filled cell of a run, at the next filled one, or at the border', () => {
  const filled = new Set([0, 1, 2, 5]);
  const isEmpty = ({ row }: Place) => !filled.has(row);
  const from = (row: number, to: 'up' | 'down') => edgeFrom({ row, column: 0 }, to, { row: 9, column: 1 }, isEmpty).row;
  expect([from(0, 'down'), from(2, 'down'), from(5, 'down'), from(8, 'up'), from(5, 'up'), from(0, 'up')]).toEqual([
    2, 5, 8, 5, 2, 0,
  ]);
});
