/** Sheets of the largest size: pasted whole, opened compressed where the client takes it, by real clients. */
import * as decoding from 'lib0/decoding';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { ROWS_MAX } from '../../domain/sheets.ts';
import { CLOSE, MESSAGE } from '../../protocol/rooms.ts';
import { insertRow, readRows, rowsOf } from '../../protocol/sheet-doc.ts';
import { add, message, plain, type Setting, setting, stock } from '../support/sheet-sockets.ts';

const SOON = { timeout: 30_000 };
const cookie = { cookie: 'session=ana' };
const STEP_1 = message(MESSAGE.sync, 0, Uint8Array.of(0));

/** Ten cells of a demand line, besides owner and place: twelve in all. */
const line = (n: number) => ({
  mineral: n % 2 ? 'gallium' : 'germanium',
  form: 'metal',
  grade: '4N',
  quantity: `${n}.5`,
  unit: 'kg',
  period: `202${7 + (n % 3)} Q${1 + (n % 4)}`,
  destination: 'Yokohama',
  ceiling: `${1000 + n}`,
  priceUnit: 'USD/kg',
  note: `line ${n} of the plan`,
});

function sheetOf(at: Setting, rows: number): Y.Doc {
  const doc = new Y.Doc();
  doc.transact(() => {
    for (let n = 0; n < rows; n++)
      insertRow(doc, `row-${n}`, at.people.ana.organizationId, `a${String(n).padStart(5, '0')}`, line(n));
  });
  return doc;
}

async function pasted(at: Setting, rows: number) {
  const doc = sheetOf(at, rows);
  const ana = await plain(at, at.sheets.maker, cookie, undefined, { perMessageDeflate: false });
  await expect.poll(() => ana.received.length, SOON).toBeGreaterThan(0);
  ana.socket.send(message(MESSAGE.sync, 2, Y.encodeStateAsUpdate(doc)));
  return { doc, ana };
}

/** Opens a sheet as a stock `ws` client and answers what came, and how many bytes that was on the wire. */
async function open(at: Setting, perMessageDeflate: boolean | object) {
  const { socket, received } = await plain(at, at.sheets.maker, cookie, undefined, { perMessageDeflate });
  await expect.poll(() => received.length, SOON).toBeGreaterThan(0);
  socket.send(STEP_1);
  const doc = new Y.Doc();
  await expect
    .poll(() => {
      for (const bytes of received.splice(0)) apply(doc, bytes);
      return rowsOf(doc).size;
    }, SOON)
    .toBeGreaterThan(0);
  const { bytesRead } = (socket as unknown as { _socket: { bytesRead: number } })._socket;
  return { doc, bytesRead, socket, received, extensions: socket.extensions };
}

function apply(doc: Y.Doc, bytes: Uint8Array): void {
  const decoder = decoding.createDecoder(bytes);
  if (decoding.readVarUint(decoder) !== MESSAGE.sync || decoding.readVarUint(decoder) === 0) return;
  Y.applyUpdate(doc, decoding.readVarUint8Array(decoder));
}

test('[SY39] a sheet of 10,000 rows is pasted in one message, and opens compressed with at most 0.7 MB where the client takes it', async () => {
  const at = await setting();
  const { doc, ana } = await pasted(at, ROWS_MAX);
  await expect.poll(async () => (await at.server.rowsOf(at.sheets.maker)).rows.size, SOON).toBe(ROWS_MAX);
  const rows = readRows(doc);
  const small = await open(at, true);
  expect(small.extensions).toBe('permessage-deflate');
  expect(small.bytesRead).toBeLessThan(700_000);
  expect(readRows(small.doc)).toEqual(rows);
  const large = await open(at, false);
  expect(large.extensions).toBe('');
  expect(large.bytesRead).toBeGreaterThan(2_000_000);
  expect(readRows(large.doc)).toEqual(rows);
  const more = sheetOf(at, 0);
  add(more, 'one-more', at.people.ana);
  ana.socket.send(message(MESSAGE.sync, 2, Y.encodeStateAsUpdate(more)));
  expect(await ana.ended).toBe(CLOSE.refused);
  expect(Buffer.from(ana.received.at(-1) ?? []).toString()).toContain('a sheet holds at most 10,000 rows');
});

test('[SY39] after the opening frame nothing is compressed, and what clients compress is understood', async () => {
  const at = await setting();
  await pasted(at, 500);
  await expect.poll(async () => (await at.server.rowsOf(at.sheets.maker)).rows.size, SOON).toBe(500);
  const reader = await open(at, { threshold: 0 });
  const raw = (reader.socket as unknown as { _socket: NodeJS.EventEmitter })._socket;
  const firstBytes: number[] = [];
  raw.on('data', (data: Buffer) => firstBytes.push(data[0] ?? 0));
  const ben = stock(at, at.sheets.maker, 'ben');
  await ben.synced;
  expect(ben.provider.ws).toMatchObject({ extensions: 'permessage-deflate' });
  rowsOf(ben.doc).get('row-7')?.set('note', 'typed by ben '.repeat(100));
  const typed = () => {
    for (const bytes of reader.received.splice(0)) apply(reader.doc, bytes);
    return String(rowsOf(reader.doc).get('row-7')?.get('note'));
  };
  await expect.poll(typed, SOON).toContain('typed by ben');
  expect(firstBytes.length).toBeGreaterThan(0);
  for (const byte of firstBytes) expect(byte & 0x40).toBe(0);
});

test('[SY39] a client that asks for a smaller window gets plain frames', async () => {
  const at = await setting();
  await pasted(at, 100);
  await expect.poll(async () => (await at.server.rowsOf(at.sheets.maker)).rows.size, SOON).toBe(100);
  const odd = await open(at, { serverMaxWindowBits: 9 });
  expect(odd.extensions).toBe('');
  expect(rowsOf(odd.doc).size).toBe(100);
});
