/** Shared views over HTTP: who reads and saves them, and what they can hold. */
import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
const BODY = {
  sort: [{ column: 'quantity', down: true }],
  filter: [{ column: 'mineral', test: 'is', text: 'Gallium' }],
  group: 'form',
  hidden: ['note', '=contained'],
};
let workspace: Workspace;
let imani: Client;
let tomas: Client;
let rosalind: Client;
let admin: Client;
let yuki: Client;
/** A demand sheet that Imani edits now. */
let sheetId: string;

const get = (client: Client, path: string) => client.call('GET', `/api/v1${path}`);
const post = (client: Client, path: string, body: unknown = {}) => client.call('POST', `/api/v1${path}`, body);
const views = (id = sheetId) => `/sheets/${id}/views`;

beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  [imani, tomas, rosalind, admin, yuki] = (await Promise.all(
    ['imani', 'tomas', 'rosalind', 'beatriz', 'yuki'].map(workspace.as),
  )) as [Client, Client, Client, Client, Client];
  for (const pool of (await get(imani, '/pools')).body) {
    const { sheets } = (await get(imani, `/pools/${pool.id}`)).body;
    const mine = sheets.find(
      (sheet: { kind: string; access: string }) => sheet.kind === 'demand' && sheet.access === 'edit',
    );
    if (mine && pool.kind === 'sealed') sheetId = mine.id;
  }
}, 120_000);

test('[VW1] a view is saved by who edits the sheet, read by all its people, changed and deleted by its author alone', async () => {
  const saved = await post(imani, views(), { name: ' By mass ', body: BODY });
  expect(saved.body).toMatchObject({ name: 'By mass', body: BODY, by: 'Imani Okafor', own: true });
  const { id } = saved.body;
  expect((await get(rosalind, views())).body).toEqual([{ ...saved.body, own: false }]);
  expect((await post(rosalind, views(), { name: 'mine', body: BODY })).status).toBe(409);
  const absent = await post(tomas, `/views/${NOWHERE}/delete`);
  for (const path of [`/views/${id}/delete`, `/views/${id}/change`]) {
    const other = await post(tomas, path);
    expect([other.status, other.body]).toEqual([404, absent.body]);
  }
  const plain = { sort: [], filter: [], group: null, hidden: [] };
  expect((await post(imani, `/views/${id}/change`, { name: 'All', body: plain })).body).toMatchObject({
    name: 'All',
    body: plain,
  });
  expect((await post(imani, `/views/${id}/delete`)).body).toEqual({ id });
  expect((await get(tomas, views())).body).toEqual([]);
});

test('[VW2] a sheet that is closed to me, one that I read in the clean room and one that does not exist have alike no views', async () => {
  const { body: saved } = await post(imani, views(), { name: 'Secret habit', body: BODY });
  for (const client of [yuki, admin]) {
    const asked: [string, string, unknown][] = [
      ['GET', '/views', undefined],
      ['POST', '/views', { name: 'x', body: BODY }],
    ];
    for (const [method, path, body] of asked) {
      const closed = await client.call(method, `/api/v1/sheets/${sheetId}${path}`, body);
      const absent = await client.call(method, `/api/v1/sheets/${NOWHERE}${path}`, body);
      expect([closed.status, closed.body]).toEqual([404, absent.body]);
    }
    expect((await post(client, `/views/${saved.id}/delete`)).status).toBe(404);
  }
  await post(imani, `/views/${saved.id}/delete`);
});

test('[VW3] a view holds ids of the sheet’s columns and typed filter texts, nothing else', async () => {
  const save = (body: unknown) => post(imani, views(), { name: 'x', body });
  const wrong = [
    { ...BODY, rows: [{ quantity: 420 }] },
    { ...BODY, hidden: ['420 kg gallium'] },
    { ...BODY, filter: [{ column: 'mineral', test: 'is', text: 'x'.repeat(101) }] },
    { ...BODY, sort: Array.from({ length: 4 }, () => ({ column: 'quantity', down: false })) },
  ];
  for (const body of wrong) expect((await save(body)).status).toBe(400);
  expect((await save({ ...BODY, hidden: ['Acme420'] })).body.data).toMatchObject({ place: 'column' });
  expect((await get(imani, views())).body).toEqual([]);
});
