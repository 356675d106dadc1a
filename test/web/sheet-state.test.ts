import { expect, test } from 'vitest';
import { ROWS_MAX } from '#domain/sheets.ts';
import { CLOSE, retryReason } from '#protocol/rooms.ts';
import { LINE, openIn, openSheet, settled } from './support/sheet-page.ts';
import { SheetRoom } from './support/sheet-room.ts';

const set = (row: string, cells: Record<string, string | number>) => ({
  said: 'Changed a cell',
  set: [{ row, cells }],
});

test('[SS1] an edit shows as saved only after the server called it durable', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  await settled(() => sheet.save === 'saved');
  room.acknowledges = false;

  sheet.act(set('a', { quantity: 500 }));
  expect(sheet.save).toBe('saving');
  await settled(() => room.rows.a?.quantity === 500);
  expect(sheet.save).toBe('saving');

  room.acknowledge();
  await settled(() => sheet.save === 'saved');
  expect(sheet.waiting).toBe(0);
});

test('[SS1] acknowledgement of the first of two edits leaves the second waiting', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  room.acknowledges = false;

  sheet.act(set('a', { quantity: 500 }));
  await settled(() => room.rows.a?.quantity === 500);
  room.acknowledge();
  sheet.act(set('a', { quantity: 600 }));
  await settled(() => sheet.waiting === 1);
  expect(sheet.save).toBe('saving');

  room.acknowledge();
  await settled(() => sheet.save === 'saved');
});

test('[SS2] edits made offline are counted, kept and sent when the line is back', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  room.isUp = false;
  room.drop();
  await settled(() => sheet.save === 'offline');

  sheet.act(set('a', { quantity: 500 }));
  sheet.act(set('a', { quantity: 501 }));
  expect(sheet.save).toBe('offline');
  expect(sheet.waiting).toBe(2);
  expect(room.rows.a?.quantity).toBe(420);

  room.isUp = true;
  window.dispatchEvent(new Event('online'));
  await settled(() => sheet.save === 'saved');
  expect(room.rows.a?.quantity).toBe(501);
});

test('[SS2] an edit between the connection and the handshake travels once, in the handshake', async () => {
  const room = new SheetRoom().seed({ a: LINE });
  const sheet = openIn(room);
  await settled(() => sheet.isLoaded && sheet.save === 'saved');
  room.drop();
  await settled(() => sheet.save === 'offline');
  sheet.act(set('a', { note: 'offline' }));
  room.heard.length = 0;
  await settled(() => sheet.save === 'saved');
  expect(room.heard.filter((frame) => frame === 'update')).toEqual([]);
  expect(room.rows.a?.note).toBe('offline');
  sheet.destroy();
});

test('[SS3] one action is one transaction, one frame and one step of undo', async () => {
  using opened = await openSheet({ a: LINE, b: LINE });
  const { room, sheet } = opened;
  await settled(() => sheet.save === 'saved');
  room.heard.length = 0;

  sheet.act({
    said: 'Pasted 3 cells',
    set: [
      { row: 'a', cells: { quantity: 1, note: 'x' } },
      { row: 'b', cells: { quantity: 2 } },
    ],
    insert: { rows: [{ row: 'c', cells: { ...LINE, quantity: 3 } }] },
  });
  await settled(() => sheet.save === 'saved');
  expect(room.heard.filter((frame) => frame === 'update')).toHaveLength(1);
  expect(sheet.order).toEqual(['a', 'b', 'c']);

  expect(sheet.undo()).toBe('Undone: Pasted 3 cells');
  expect(sheet.order).toEqual(['a', 'b']);
  expect(sheet.rows.get('a')).toMatchObject({ quantity: 420 });
  expect(sheet.rows.get('b')).toMatchObject({ quantity: 420 });
  expect(sheet.redo()).toBe('Redone: Pasted 3 cells');
  expect(sheet.rows.get('c')).toMatchObject({ quantity: 3, org: 'org-1' });
});

test("[SS4] undo takes back only this person's edits", async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  sheet.act(set('a', { quantity: 500 }));
  await settled(() => room.rows.a?.quantity === 500);
  room.write('a', { note: 'from Lee' });
  await settled(() => sheet.rows.get('a')?.note === 'from Lee');

  sheet.undo();
  expect(sheet.rows.get('a')).toMatchObject({ quantity: 420, note: 'from Lee' });
  expect(sheet.undo()).toBe('Nothing of yours to undo');
  expect(sheet.rows.get('a')).toMatchObject({ note: 'from Lee' });
});

test("[SS4] a colleague's newer value stands, is named, and the step before it is not undone in its place", async () => {
  using opened = await openSheet({ a: LINE, b: LINE });
  const { room, sheet } = opened;
  sheet.act(set('b', { note: 'mine' }));
  sheet.act(set('a', { quantity: 500 }));
  await settled(() => room.rows.a?.quantity === 500);
  room.awareness(room.doc.clientID, 1, { user: { id: 'lee', name: 'Lee Ortiz' }, cell: null, typing: false });
  await settled(() => sheet.people.length === 1);
  room.write('a', { quantity: 700 });
  await settled(() => sheet.rows.get('a')?.quantity === 700);

  expect(sheet.undo()).toBe('Not undone: Lee Ortiz changed this cell since');
  expect(sheet.rows.get('a')?.quantity).toBe(700);
  expect(sheet.rows.get('b')?.note).toBe('mine');
  expect(sheet.undo()).toBe('Undone: Changed a cell');
  expect(sheet.rows.get('b')?.note).toBeFalsy();
});

test('[SS4] undo of a new line leaves it where a colleague has typed in it', async () => {
  using opened = await openSheet();
  const { room, sheet } = opened;
  sheet.act({ said: 'Added a line', insert: { rows: [{ row: 'n', cells: { quantity: 5 } }] } });
  await settled(() => room.rows.n !== undefined);
  room.write('n', { note: 'from Lee' });
  await settled(() => sheet.rows.get('n')?.note === 'from Lee');

  sheet.undo();
  expect(sheet.rows.get('n')).toMatchObject({ note: 'from Lee', org: 'org-1' });
  expect(sheet.order).toEqual(['n']);
});

test('[SS5] a deleted line comes back whole with undo', async () => {
  using opened = await openSheet({ a: LINE, b: { ...LINE, note: 'keep me' } });
  const { room, sheet } = opened;
  const before = { ...sheet.rows.get('b') };
  sheet.act({ said: 'Deleted 1 line', remove: ['b'] });
  await settled(() => room.rows.b === undefined);
  sheet.undo();
  expect(sheet.rows.get('b')).toEqual(before);
  await settled(() => room.rows.b?.note === 'keep me');
});

test('[SS6] a refused edit is kept as a draft and the sheet shows what the server has', async () => {
  using opened = await openSheet({ a: LINE, b: LINE });
  const { room, sheet } = opened;
  room.acknowledges = false;
  sheet.act(set('b', { note: 'good' }));
  await settled(() => room.rows.b?.note === 'good');
  room.acknowledges = true;
  const refused = {
    code: 'foreign-row',
    row: 'a',
    column: 'quantity',
    message: 'the row belongs to another organization',
    remedy: 'edit your own',
  };
  room.refusal = { refused, code: CLOSE.refused };
  sheet.act({ said: 'Pasted 2 cells', set: [{ row: 'a', cells: { quantity: 999, note: 'also' } }] });

  await settled(() => sheet.draft !== null && sheet.save === 'saved');
  expect(sheet.draft?.why).toEqual(refused);
  expect(sheet.rows.get('a')).toMatchObject({ quantity: 420 });
  expect(sheet.draft?.rows.find(({ row }) => row === 'a')).toMatchObject({
    cells: { quantity: 999 },
    touched: ['quantity', 'note'],
  });

  sheet.reenterDraft();
  await settled(() => room.rows.a?.note === 'also');
  expect(room.rows.a?.quantity).toBe(420);
  expect(sheet.draft).toBeNull();
});

test('[SS6] rights are asked again when the sheet changed, and unsaved edits are kept', async () => {
  using opened = await openSheet({ a: LINE }, { askAccess: async () => 'read' });
  const { room, sheet } = opened;
  room.acknowledges = false;
  sheet.act(set('a', { quantity: 500 }));
  room.drop(CLOSE.changed);

  await settled(() => sheet.access === 'read' && sheet.isOnline);
  expect(sheet.canEdit).toBe(false);
  expect(sheet.act(set('a', { quantity: 1 }))).toBe('Not done: this sheet is read only now');
  expect(sheet.draft?.rows).toHaveLength(1);
});

test('[SS7] a sheet that ends for good stops connecting and says why', async () => {
  for (const [code, ended] of [
    [CLOSE.signedOut, 'signedOut'],
    [CLOSE.noSheet, 'noSheet'],
  ] as const) {
    using opened = await openSheet({ a: LINE });
    const { room, sheet } = opened;
    room.drop(code);
    await settled(() => sheet.ended === ended);
    expect(sheet.canEdit).toBe(false);
    expect(sheet.rows.get('a')).toMatchObject({ quantity: 420 });
    expect(room.joined).toBe(1);
  }
});

test('[SS7] a server that closes again and again after each new beginning is given up', async () => {
  const room = new SheetRoom().seed({ a: LINE });
  const sheet = openIn(room);
  await settled(() => {
    if (sheet.isOnline) room.drop(CLOSE.malformed);
    return sheet.ended !== null;
  });
  expect(sheet.ended).toBe('broken');
  expect(room.joined).toBeLessThanOrEqual(7);
  sheet.destroy();
});

test('[SS8] leaving the page is held up while an edit is not durable', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  const isHeldUp = () => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));
  await settled(() => sheet.save === 'saved');
  expect(isHeldUp()).toBe(false);
  room.acknowledges = false;
  sheet.act(set('a', { quantity: 500 }));
  expect(isHeldUp()).toBe(true);
  await settled(() => room.rows.a?.quantity === 500);
  room.acknowledge();
  await settled(() => !isHeldUp());
});

test("[SS9] people in the sheet are listed once each, with cells and colours, and others' presence is not sent back", async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  await settled(() => sheet.save === 'saved');
  room.heard.length = 0;
  const lee = { user: { id: 'lee', name: 'Lee Ortiz' }, cell: { row: 'a', column: 'quantity' }, typing: true };
  room.awareness(11, 1, lee);
  room.awareness(12, 1, { ...lee, cell: null });
  room.awareness(13, 1, { user: { id: 'maya', name: 'Maya' }, cell: 'nonsense', typing: 'yes' });
  room.awareness(14, 1, { anything: true });

  await settled(() => sheet.peers.length === 3);
  expect(sheet.people.map(({ name, initials }) => [name, initials])).toEqual([
    ['Lee Ortiz', 'LO'],
    ['Maya', 'MA'],
  ]);
  expect(sheet.peers.find(({ clientId }) => clientId === 11)).toMatchObject({
    cell: { row: 'a', column: 'quantity' },
    isTyping: true,
  });
  expect(new Set(sheet.people.map(({ colour }) => colour)).size).toBe(2);
  expect(room.heard.filter((frame) => frame === 'awareness')).toEqual([]);
});

test('[SS9] my own cursor is told at most ten times a second', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  await settled(() => sheet.save === 'saved');
  room.heard.length = 0;
  const begin = performance.now();
  for (let n = 0; n < 60; n++) {
    sheet.showCursor({ row: 'a', column: n % 2 ? 'quantity' : 'note' }, false);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  const told = room.heard.filter((frame) => frame === 'awareness').length;
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThanOrEqual((performance.now() - begin) / 100 + 2);
});

test('[SS10] a sheet takes no more lines than it may hold', async () => {
  using opened = await openSheet();
  const { sheet } = opened;
  const rows = Array.from({ length: ROWS_MAX + 1 }, (_, n) => ({ row: `r${n}`, cells: { quantity: n } }));
  expect(sheet.act({ said: 'Pasted', insert: { rows } })).toBe('Not done: a sheet holds at most 10,000 lines');
  expect(sheet.order).toEqual([]);
});

test('[SS11] lines stay in order when inserted above, below and between equal places', async () => {
  using opened = await openSheet({ a: LINE, b: LINE });
  const { room, sheet } = opened;
  room.write('b', { pos: 'a0' });
  await settled(() => sheet.rows.get('b')?.pos === 'a0');
  const add = (row: string, after: string | null) =>
    sheet.act({ said: 'Inserted a line', insert: { after, rows: [{ row, cells: {} }] } });
  add('top', null);
  add('mid', 'a');
  add('end', 'b');
  expect(sheet.order).toEqual(['top', 'a', 'b', 'end', 'mid']);
});

test('[SS12] remote changes are repainted at most fifteen times a second, local ones at once', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  let paints = 0;
  sheet.onRemote(() => paints++);
  const begin = performance.now();
  for (let n = 0; n < 40; n++) {
    room.write('a', { note: `n${n}` });
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  sheet.act(set('a', { quantity: 9 }));
  expect(sheet.rows.get('a')?.quantity).toBe(9);
  await settled(() => sheet.rows.get('a')?.note === 'n39');
  expect(paints).toBeLessThanOrEqual((performance.now() - begin) / 66 + 2);
});

test('[GR85] what a colleague wrote before me lies under my value, also while it still waits to be painted', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  room.write('a', { note: 'first' });
  await settled(() => sheet.rows.get('a')?.note === 'first');
  room.write('a', { note: 'theirs' });
  // It has come, and is held.
  for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  sheet.act(set('a', { note: 'mine' }));
  await settled(() => sheet.save === 'saved');
  expect([sheet.rows.get('a')?.note, room.rows.a?.note]).toEqual(['mine', 'mine']);
  sheet.undo();
  await settled(() => room.rows.a?.note === 'theirs');
});

test('[SS13] a sheet that is left while an edit is under way keeps its line until the edit is durable', async () => {
  const { room, sheet } = await openSheet({ a: LINE });
  await settled(() => sheet.save === 'saved');
  room.isUp = false;
  room.drop();
  await settled(() => sheet.save === 'offline');
  sheet.act(set('a', { quantity: 500 }));
  sheet.destroy();
  expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(false);

  room.isUp = true;
  window.dispatchEvent(new Event('online'));
  await settled(() => room.rows.a?.quantity === 500);
  await settled(() => room.open === 0);
  expect(window.dispatchEvent(new Event('beforeunload', { cancelable: true }))).toBe(true);
});

test('[SS11] a place that another program has spoilt does not keep a line from being added', async () => {
  using opened = await openSheet({ a: LINE, b: LINE });
  const { room, sheet } = opened;
  room.write('b', { pos: 'not a place' });
  await settled(() => sheet.rows.get('b')?.pos === 'not a place');
  sheet.act({ said: 'Added a line', insert: { rows: [{ row: 'c', cells: { quantity: 1 } }] } });
  expect(sheet.order).toHaveLength(3);
});

test('[SS17] a page comes back no earlier than the server asked it to', async () => {
  using opened = await openSheet({ a: LINE });
  const { room, sheet } = opened;
  const begin = performance.now();
  room.drop(CLOSE.retry, retryReason(700, 'the server restarts'));
  await settled(() => sheet.save === 'offline');
  await settled(() => room.joined === 2 && sheet.save === 'saved');
  expect(performance.now() - begin).toBeGreaterThanOrEqual(695);
});
