/** Restoring an earlier state as a new edit, in a running room: what is written, who wrote it, what stays and why. */
import { afterEach, expect, test } from 'vitest';
import type { Actor } from '../../domain/actors.ts';
import { CLOSE } from '../../protocol/rooms.ts';
import { submit } from '../../server/sync/hand.ts';
import { createHistory } from '../../server/sync/history-desk.ts';
import { append } from '../../server/sync/update-log.ts';
import { verifyLog } from '../../server/sync/verify-log.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { type Client, LIMITS, makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

async function setting(limits: Partial<typeof LIMITS> = {}) {
  const space = await makeSpace(database);
  const node = makeNode(database, { limits });
  nodes.push(node);
  const desk = { pool: database.pool, rooms: node.rooms, limits: { ...LIMITS, ...limits }, clock: node.clock };
  const sheets = {
    submit: <T>(sheetId: string, actor: Actor, edit: Parameters<typeof submit<T>>[3]) =>
      submit(desk, sheetId, actor, edit),
  };
  const rowsPerSheet = desk.limits.rowsPerSheet;
  const history = createHistory({ pool: database.pool, sheets, rowsPerSheet });
  const seqOf = async (sheetId: string) => (await node.rooms.rowsOf(sheetId))?.seq ?? 0n;
  return { ...space, node, history, settle: node.settle, seqOf };
}

/** Everything of the sheet, as this client sees it. */
const seen = ({ rows }: Client) => Object.fromEntries([...rows].sort());
const whole = { row: null } as const;

test('[HY6] a sheet goes back to an earlier state as one new edit of the person, and who is there sees it', async () => {
  const { sheets, people, node, history, settle, seqOf } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  const ben = await node.join(sheets.maker, people.ben);
  await settle();
  ana.add('r1', { mineral: 'gallium', quantity: '5' });
  ana.add('r2', { note: 'kept' });
  await settle();
  const then = await seqOf(sheets.maker);
  const before = seen(ana);
  ana.set('r1', 'quantity', '50');
  ana.set('r1', 'note', 'new');
  await settle();
  ben.doc.getMap('rows').delete('r2');
  await settle();
  ana.add('r3', {});
  await settle();
  const stood = await seqOf(sheets.maker);
  const done = await history.restore(sheets.maker, people.ben, then, whole);
  expect(done).toEqual({ is: 'restored', seq: stood + 1n, rows: 3, kept: [] });
  await settle();
  expect([seen(ana), seen(ben)]).toEqual([before, before]);
  const log = await database.prisma.sheetUpdate.findMany({ where: { sheetId: sheets.maker, seq: { gt: stood } } });
  expect(log.map(({ userId, organizationId }) => [userId, organizationId])).toEqual([
    [people.ben.userId, people.ben.organizationId],
  ]);
  expect((await verifyLog(database.pool, sheets.maker)).broken).toBeNull();
  expect(await history.restore(sheets.maker, people.ben, then, whole)).toMatchObject({ seq: stood + 1n, rows: 0 });
});

test('[HY6] one row comes back whole, and one cell alone', async () => {
  const { sheets, people, node, history, settle, seqOf } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await settle();
  ana.add('r1', { mineral: 'gallium', quantity: '5', note: 'a' });
  ana.add('r2', { note: 'a' });
  await settle();
  const then = await seqOf(sheets.maker);
  ana.set('r1', 'quantity', '6');
  ana.set('r1', 'note', null);
  ana.set('r2', 'note', 'b');
  await settle();
  await history.restore(sheets.maker, people.ana, then, { row: 'r1', column: 'note' });
  await settle();
  expect([ana.cell('r1', 'note'), ana.cell('r1', 'quantity')]).toEqual(['a', '6']);
  await history.restore(sheets.maker, people.ana, then, { row: 'r1', column: null });
  await settle();
  expect([ana.cell('r1', 'quantity'), ana.cell('r2', 'note')]).toEqual(['5', 'b']);
  ana.doc.getMap('rows').delete('r2');
  await settle();
  const cell = await history.restore(sheets.maker, people.ana, then, { row: 'r2', column: 'note' });
  expect(cell).toMatchObject({ rows: 0, kept: [{ code: 'row-is-gone', row: 'r2' }] });
  await history.restore(sheets.maker, people.ana, then, { row: 'r2', column: null });
  await settle();
  expect(ana.rows.get('r2')).toEqual({ org: people.ana.organizationId, pos: 'a0', note: 'a' });
  expect(await history.restore(sheets.maker, people.ana, then, { row: 'r9', column: null })).toMatchObject({
    rows: 0,
    kept: [{ code: 'not-there-then', row: 'r9' }],
  });
});

test('[HY7] what a person may not write stays and is named; the rest is restored', async () => {
  const { sheets, people, node, history, settle, seqOf } = await setting();
  const otto = await node.join(sheets.priorities, people.otto);
  const ana = await node.join(sheets.priorities, people.ana);
  const rita = await node.join(sheets.priorities, people.rita);
  await settle();
  ana.add('a1', { mineral: 'gallium', evidence: 'first' });
  ana.add('a2', { mineral: 'gallium' });
  rita.add('b1', { mineral: 'gallium', evidence: 'hers' });
  await settle();
  const then = await seqOf(sheets.priorities);
  otto.set('a1', 'tier', 'A');
  ana.set('a1', 'evidence', 'second');
  rita.set('b1', 'evidence', 'hers too');
  ana.doc.getMap('rows').delete('a2');
  rita.add('b2', {});
  await settle();
  const done = await history.restore(sheets.priorities, people.ana, then, whole);
  if (done.is !== 'restored') throw new Error(`not restored: ${done.is}`);
  expect(done.rows).toBe(2);
  expect(done.kept.map(({ row, column, code }) => [row, column, code]).sort()).toEqual([
    ['a1', 'tier', 'column-not-yours'],
    ['b1', 'evidence', 'foreign-row'],
    ['b2', null, 'foreign-row'],
  ]);
  expect(done.kept.every(({ message, remedy }) => message !== '' && remedy !== '')).toBe(true);
  await settle();
  expect([otto.cell('a1', 'evidence'), otto.cell('a1', 'tier'), otto.cell('b1', 'evidence')]).toEqual([
    'first',
    'A',
    'hers too',
  ]);
  expect(otto.rows.get('a2')?.org).toBe(people.ana.organizationId);
});

test('[HY7] a viewer, a closed phase and a frozen sheet restore nothing, and the answer says which it is', async () => {
  const { sheets, people, node, history, settle, seqOf, setPhase } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await settle();
  ana.add('r1', { note: 'a' });
  await settle();
  ana.set('r1', 'note', 'b');
  await settle();
  const restore = (actor: Actor) => history.restore(sheets.maker, actor, 1n, whole);
  expect(await restore(people.vera)).toMatchObject({ is: 'refused', message: expect.stringContaining('do not edit') });
  await setPhase('match');
  expect(await restore(people.ana)).toMatchObject({ is: 'refused', message: expect.stringContaining('phase') });
  await setPhase('collect');
  await database.prisma.sheet.update({ where: { id: sheets.maker }, data: { frozen: true } });
  expect(await restore(people.ana)).toMatchObject({ is: 'refused', message: 'the sheet is closed' });
  expect(await seqOf(sheets.maker)).toBe(2n);
  expect(await history.restore(sheets.maker, people.ana, 3n, whole)).toEqual({ is: 'noMoment' });
});

test('[HY7] a full sheet takes back only as many rows as it holds, and names the others', async () => {
  const { sheets, people, node, history, settle, seqOf } = await setting({ rowsPerSheet: 2 });
  const ana = await node.join(sheets.maker, people.ana);
  await settle();
  ana.add('r1', {});
  ana.add('r2', {});
  await settle();
  const then = await seqOf(sheets.maker);
  ana.doc.getMap('rows').delete('r1');
  ana.add('r3', {});
  await settle();
  expect(await history.restore(sheets.maker, people.ana, then, { row: 'r1', column: null })).toMatchObject({
    rows: 0,
    kept: [{ code: 'sheet-full', row: 'r1' }],
  });
  expect(await history.restore(sheets.maker, people.ana, then, whole)).toMatchObject({ rows: 2, kept: [] });
});

test('[HY8] what the server writes for a person is admitted like any edit of that person, all or nothing', async () => {
  const { sheets, people, node, settle } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await settle();
  ana.add('r1', {});
  await settle();
  const desk = { pool: database.pool, rooms: node.rooms, limits: LIMITS, clock: node.clock };
  const write = (actor: Actor, column: string) =>
    submit(desk, sheets.maker, actor, () => ({
      value: column,
      write: (doc) => void (doc.getMap('rows').get('r1') as import('yjs').Map<string>).set(column, 'x'),
    }));
  expect(await write(people.otto, 'note')).toMatchObject({ is: 'refused', refused: { code: 'read-only' } });
  expect(await write(people.ana, 'no-such')).toMatchObject({
    is: 'refused',
    refused: { code: 'no-such-column', row: 'r1', column: 'no-such' },
  });
  expect(await write(people.ana, 'note')).toEqual({ is: 'stored', seq: 2n, value: 'note' });
  await settle();
  expect([ana.cell('r1', 'note'), ana.closed]).toEqual(['x', null]);
  expect(await submit(desk, people.ana.userId, people.ana, () => ({ value: 0, write: null }))).toEqual({
    is: 'noSheet',
  });
});

test('[HY8] where the log cannot take it, nothing is written and the answer is to try again', async () => {
  const { sheets, people, node, history, settle, seqOf } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await settle();
  ana.add('r1', { note: 'a' });
  await settle();
  ana.set('r1', 'note', 'b');
  await settle();
  await database.pool.query('ALTER TABLE sheet_update ADD CONSTRAINT no_room CHECK (seq < 3) NOT VALID');
  try {
    expect(await history.restore(sheets.maker, people.ana, 1n, whole)).toEqual({ is: 'retry' });
  } finally {
    await database.pool.query('ALTER TABLE sheet_update DROP CONSTRAINT no_room');
  }
  await settle();
  expect([ana.closed?.code, await seqOf(sheets.maker)]).toEqual([CLOSE.retry, 2n]);
  expect(await history.restore(sheets.maker, people.ana, 1n, whole)).toMatchObject({ is: 'restored', seq: 3n });
});

test('[HY8] an edit that another node has written meanwhile is followed first', async () => {
  const { sheets, people, node, settle, seqOf, database: shared } = await setting();
  const ana = await node.join(sheets.maker, people.ana);
  await settle();
  ana.add('r1', {});
  await settle();
  const forged = ana.forge(
    (doc) => void (doc.getMap('rows').get('r1') as import('yjs').Map<string>).set('note', 'far'),
    77,
  );
  const sheet = await shared.prisma.sheet.findUniqueOrThrow({ where: { id: sheets.maker } });
  const { userId, organizationId } = people.ana;
  const steps = [{ row: 'r1', column: 'note', before: undefined, after: 'far' }];
  const entry = { userId, organizationId, at: node.clock.now(), bytes: forged, steps, newClients: [] };
  await append(shared.pool, [{ sheetId: sheets.maker, seq: 1n, head: sheet.head, entries: [entry] }]);
  const desk = { pool: database.pool, rooms: node.rooms, limits: LIMITS, clock: node.clock };
  const done = await submit(desk, sheets.maker, people.ana, () => ({
    value: null,
    write: (doc) => void (doc.getMap('rows').get('r1') as import('yjs').Map<string>).set('note', 'near'),
  }));
  await settle();
  expect([done.is, await seqOf(sheets.maker), ana.cell('r1', 'note')]).toEqual(['stored', 3n, 'near']);
});
