/** What a restore would do, asked before it is done. */
import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';
import { get, ownSheet, post, priorities, type SheetAt } from './support.ts';

let workspace: Workspace;
let imani: Client;
let own: SheetAt;

beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  imani = await workspace.as('imani');
  own = await ownSheet(imani);
}, 120_000);

test('[HY16] a restore says beforehand what it would write and what would stay and why, and writes nothing', async () => {
  const state = async () => (await get(imani, `/sheets/${own.sheetId}/state`)).body;
  const before = await state();
  const preview = await get(imani, `/sheets/${own.sheetId}/restore?seq=0`);
  expect(preview.body).toMatchObject({ rows: before.rows.length, keptCount: 0 });
  expect(await state()).toEqual(before);
  const done = await post(imani, `/sheets/${own.sheetId}/restore`, { seq: 0 });
  expect(done.body.rows).toBe(preview.body.rows);
  expect((await state()).rows).toEqual([]);

  // Rows of others stay, each with its reason.
  const shared = await priorities(imani);
  const kept = await get(imani, `/sheets/${shared.sheetId}/restore?seq=0`);
  expect(kept.body.keptCount).toBeGreaterThan(0);
  expect(kept.body.kept[0]).toMatchObject({ reason: expect.any(String), remedy: expect.any(String) });
});

test('[HY17] to whom the sheet is closed, and in the clean room, a preview answers like a sheet that does not exist', async () => {
  const [yuki, admin] = (await Promise.all(['yuki', 'beatriz'].map(workspace.as))) as [Client, Client];
  const ask = (client: Client, id: string) => get(client, `/sheets/${id}/restore?seq=0`);
  const absent = await ask(yuki, '00000000-0000-4000-8000-000000000000');
  for (const client of [yuki, admin]) {
    const closed = await ask(client, own.sheetId);
    expect([closed.status, closed.body]).toEqual([404, absent.body]);
  }
});
