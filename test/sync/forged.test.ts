/** Updates that no Yjs client makes, sent to a room by somebody who may edit in it: what they may not do, and whom they may not cost the sheet. */
import { afterEach, expect, test } from 'vitest';
import * as Y from 'yjs';
import { CLOSE } from '../../protocol/rooms.ts';
import { verifySheet } from '../../server/sync/verify-sheet.ts';
import { testDatabase } from '../support/database.ts';
import { cellItem, forgedUpdate, rowItem } from '../support/forged-update.ts';
import { makeSpace } from '../support/sheet-space.ts';
import { makeNode, type Node } from '../support/socket-pair.ts';

const database = await testDatabase();
const nodes: Node[] = [];

afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

/** Ana and Rita of two makers in a sheet of both, with a row of Ana's. */
async function together(options?: Parameters<typeof makeNode>[1]) {
  const space = await makeSpace(database);
  const node = makeNode(database, options);
  nodes.push(node);
  const sheetId = space.sheets.shared;
  const ana = await node.join(sheetId, space.people.ana);
  const rita = await node.join(sheetId, space.people.rita);
  await node.settle();
  ana.add('r1', { note: 'n' });
  await node.settle();
  return { ...space, node, settle: node.settle, sheetId, ana, rita, client: ana.doc.clientID };
}

test('[AD36] known clocks under another shape do not hide what stands there: a row keeps its owner', async () => {
  const { ana, rita, client, settle, people, node, sheetId } = await together();
  const [, clock] = cellItem(ana.doc, 'r1', 'org');
  const end = Y.getState(ana.doc.store, client);
  const swept = { gc: end - clock + 1 };
  const named = { origin: [client, clock] as const, values: [people.rita.organizationId] };
  ana.sendUpdate(forgedUpdate([{ client, clock, structs: [swept, named] }]));
  await settle();
  expect(ana.refusals.at(-1)?.code).toBe('owner-stays');
  expect(rita.cell('r1', 'org')).toBe(people.ana.organizationId);
  expect((await node.rooms.rowsOf(sheetId))?.rows.get('r1')?.org).toBe(people.ana.organizationId);
});

test('[SY65] what the document has is cut off before an update is judged, applied, logged and sent', async () => {
  const { ana, rita, client, settle, sheetId } = await together();
  const row = rowItem(ana.doc, 'r1');
  const end = Y.getState(ana.doc.store, client);
  const known = { origin: [999_999, 5] as const, values: ['x'] };
  const fresh = { parent: row, key: 'grade', values: ['5N'] };
  ana.sendUpdate(forgedUpdate([{ client, clock: end - 1, structs: [known, fresh] }]));
  await settle();
  expect([ana.closed, rita.closed, rita.cell('r1', 'grade')]).toEqual([null, null, '5N']);
  const last = await database.prisma.sheetUpdate.findFirstOrThrow({ where: { sheetId }, orderBy: { seq: 'desc' } });
  expect(Y.decodeUpdate(last.bytes).structs.map(({ id }) => id.clock)).toEqual([end]);
  expect((await verifySheet(database.pool, sheetId)).fault).toBeNull();
});
