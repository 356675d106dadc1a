/** Checking a sheet against its log: what honest edits leave agrees, and whatever is changed behind the server's back is named. */
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { saveCheckpoint, stateHash } from '../../server/sync/checkpoints.ts';
import { compact } from '../../server/sync/compact.ts';
import { verifySheet } from '../../server/sync/verify-sheet.ts';
import { testDatabase } from '../support/database.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

const check = (sheetId: string) => verifySheet(database.pool, sheetId);

/** Three rows of log: two rows made, a cell changed by two people at once, one row removed. */
async function edited() {
  const { sheets, people } = await makeSpace(database);
  const node = makeNode(database);
  nodes.push(node);
  const sheetId = sheets.maker;
  const [ana, ben] = [await node.join(sheetId, people.ana), await node.join(sheetId, people.ben)];
  await node.settle();
  ana.add('r1', { mineral: 'gallium', quantity: 1.5 });
  ana.add('r2', { note: 'gone soon' });
  await node.settle();
  ana.set('r1', 'note', 'from ana');
  ben.set('r1', 'note', 'from ben');
  ben.set('r1', 'note', null);
  ana.set('r1', 'recycled', null);
  await node.settle();
  ana.doc.getMap('rows').delete('r2');
  await node.settle();
  const client = await database.pool.connect();
  await compact(client, sheetId);
  client.release();
  await saveCheckpoint(
    database.pool,
    sheetId,
    (await node.rooms.rowsOf(sheetId))?.seq ?? 0n,
    node.rooms.opened(sheetId)?.durable.rows ?? new Map(),
  );
  return { sheetId, people };
}

test('[HY9] what people edit leaves a log, a history, a snapshot and a checkpoint that agree', async () => {
  const { sheetId } = await edited();
  const found = await check(sheetId);
  expect(found).toMatchObject({ states: 2, damagedStates: 0, fault: null });
  expect(found.updates).toBeGreaterThanOrEqual(3);
  expect(found.changes).toBeGreaterThan(8);
});

const TAMPERED: [what: string, sql: string, says: RegExp][] = [
  [
    'the content of a row of the log',
    "UPDATE sheet_update SET bytes = bytes || decode('00', 'hex') WHERE sheet_id = $1 AND seq = 2",
    /^2 this row of the log, or the one before/,
  ],
  [
    'who wrote it',
    'UPDATE sheet_update SET user_id = gen_random_uuid() WHERE sheet_id = $1 AND seq = 2',
    /^2 this row of the log/,
  ],
  [
    'a row in the middle',
    'DELETE FROM sheet_update WHERE sheet_id = $1 AND seq = 2',
    /^2 this row of the log is missing/,
  ],
  [
    'the last row',
    'DELETE FROM sheet_update WHERE sheet_id = $1 AND seq = (SELECT seq FROM sheet WHERE id = $1)',
    /rows at the end are missing/,
  ],
  [
    'a value of the history',
    `UPDATE cell_change SET after = '99' WHERE sheet_id = $1 AND "column" = 'quantity'`,
    /^1 the history does not say/,
  ],
  [
    'no cell for an empty one',
    `UPDATE cell_change SET after = NULL WHERE sheet_id = $1 AND after = 'null'`,
    /the history does not say/,
  ],
  [
    'a change of the history',
    `DELETE FROM cell_change WHERE sheet_id = $1 AND "column" = 'mineral'`,
    /^1 the history does not say/,
  ],
  [
    'who it names',
    'UPDATE cell_change SET user_id = gen_random_uuid() WHERE sheet_id = $1 AND seq = 1',
    /^1 the history names another person/,
  ],
  [
    'a change that nobody made',
    `INSERT INTO cell_change (sheet_id, seq, n, "row", "column", user_id, at) SELECT sheet_id, 99, n, "row", "column", user_id, at FROM cell_change WHERE sheet_id = $1 AND seq = 1 AND n = 0`,
    /^99 the history has changes that the log has not/,
  ],
  [
    'whose a client id is',
    'UPDATE sheet_client SET user_id = gen_random_uuid() WHERE sheet_id = $1',
    /^1 this row of the log is signed with a client id of somebody else/,
  ],
];

for (const [what, sql, says] of TAMPERED)
  test(`[HY9] changed behind the server’s back, ${what} is named with its number`, async () => {
    const { sheetId } = await edited();
    await database.pool.query(sql, [sheetId]);
    const { fault } = await check(sheetId);
    expect(`${fault?.seq} ${fault?.what}`).toMatch(says);
  });

test('[HY9] a forged snapshot with a right hash is found, a damaged one is only told', async () => {
  const { sheetId } = await edited();
  await database.pool.query("UPDATE sheet_snapshot SET bytes = bytes || decode('00', 'hex') WHERE sheet_id = $1", [
    sheetId,
  ]);
  expect(await check(sheetId)).toMatchObject({ states: 1, damagedStates: 1, fault: null });
  const { seq } = await database.prisma.sheetSnapshot.findUniqueOrThrow({ where: { sheetId } });
  const forged = new Y.Doc();
  forged.getMap('rows').set('r1', new Y.Map([['note', 'forged']]));
  const bytes = Buffer.from(Y.encodeStateAsUpdate(forged));
  await database.prisma.sheetSnapshot.update({
    where: { sheetId },
    data: { bytes: new Uint8Array(bytes), hash: new Uint8Array(stateHash(sheetId, seq, bytes)) },
  });
  expect((await check(sheetId)).fault).toEqual({
    seq,
    what: 'a snapshot or checkpoint does not say what the log says',
  });
});
