/** The history of sheets over HTTP: who may read it, what it tells of others, versions, restoring, contributions. */
import { beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { startWorkspace, type Workspace } from '../support/workspace.ts';

const NOWHERE = '00000000-0000-4000-8000-000000000000';
let workspace: Workspace;
let imani: Client;
let tomas: Client;
let rosalind: Client;
let admin: Client;
/** A demand sheet that Imani edits now, and its pool. */
let sheetId: string;
let poolId: string;

beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  [imani, tomas, rosalind, admin] = (await Promise.all(
    ['imani', 'tomas', 'rosalind', 'beatriz'].map(workspace.as),
  )) as [Client, Client, Client, Client];
  for (const pool of (await get(imani, '/pools')).body) {
    const { sheets } = (await get(imani, `/pools/${pool.id}`)).body;
    const mine = sheets.find(
      (sheet: { kind: string; access: string }) => sheet.kind === 'demand' && sheet.access === 'edit',
    );
    if (mine && pool.kind === 'sealed') [sheetId, poolId] = [mine.id, pool.id];
  }
}, 120_000);

const get = (client: Client, path: string) => client.call('GET', `/api/v1${path}`);
const post = (client: Client, path: string, body: unknown = {}) => client.call('POST', `/api/v1${path}`, body);
const of = (path: string) => `/sheets/${sheetId}${path}`;

const READS = ['/changes', '/state', '/removed', '/compare', '/versions'];
const OWN: [string, string, unknown][] = [
  ['GET', '/verify', undefined],
  ['POST', '/restore', { seq: 0 }],
  ['POST', '/versions', { name: 'x' }],
];

test('[HY10] a sheet that is closed to me and one that does not exist answer alike to every question about its history', async () => {
  const yuki = await workspace.as('yuki');
  const ask = (id: string, method: string, path: string, body: unknown) =>
    yuki.call(method, `/api/v1/sheets/${id}${path}`, body);
  for (const [method, path, body] of [...READS.map((read) => ['GET', read, undefined] as const), ...OWN]) {
    const [closed, absent] = await Promise.all([ask(sheetId, method, path, body), ask(NOWHERE, method, path, body)]);
    expect([path, closed.status, closed.body]).toEqual([path, 404, absent.body]);
    expect(closed.headers.get('content-length')).toBe(absent.headers.get('content-length'));
  }
});

test('[HY10] the company reads the history of its own sheet, its viewer included', async () => {
  const { body: page } = await get(rosalind, of('/changes'));
  expect(page.changes.length).toBeGreaterThan(5);
  expect(page.changes[0]).toMatchObject({ by: expect.stringMatching(/^(Imani|Tomas)/), seq: 1 });
  const row = page.changes[0].row;
  const { body: one } = await get(rosalind, of(`/changes?row=${row}&column=mineral`));
  expect(one.changes.map((change: { row: string; column: string }) => [change.row, change.column])).toEqual([
    [row, 'mineral'],
  ]);
  const { body: state } = await get(rosalind, of('/state?seq=1'));
  const { body: now } = await get(rosalind, of('/state'));
  expect(state).toEqual(now);
  expect((await get(rosalind, of('/state?seq=0'))).body).toEqual({ seq: 0, at: null, rows: [] });
  const { body: since } = await get(rosalind, of('/compare?from=0'));
  expect(since.counts).toEqual({ added: state.rows.length, removed: 0, changed: 0 });
  const moment = encodeURIComponent(page.changes[0].at);
  expect((await get(rosalind, of(`/state?at=${moment}`))).body.seq).toBe(1);
  expect((await get(rosalind, of('/state?seq=9'))).body.data).toMatchObject({ place: 'seq' });
  expect((await get(rosalind, of('/verify'))).body).toEqual({ updates: 1, broken: null });
});

test('[HY11] each clean-room reading of a history is on the record and shown to the owner; nothing is counted or written there', async () => {
  const views = async () =>
    (await get(imani, '/record')).body.filter((entry: { text: string }) => entry.text.startsWith('Read the history'))
      .length;
  const before = await views();
  for (const path of READS) expect([path, (await get(admin, of(path))).status]).toEqual([path, 200]);
  expect(await views()).toBe(before + READS.length);
  for (const [method, path, body] of OWN) {
    const { status } = await admin.call(method, `/api/v1${of(path)}`, body);
    expect([path, status]).toEqual([path, 404]);
  }
  expect(await views()).toBe(before + READS.length);
});

test('[HY12] a version names a number of the log; who edits the sheet names it, its author alone renames and deletes it', async () => {
  const named = await post(imani, of('/versions'), { name: ' As agreed ', note: 'after the call' });
  expect(named.body).toMatchObject({
    seq: 1,
    name: 'As agreed',
    note: 'after the call',
    by: 'Imani Okafor',
    own: true,
  });
  const { id } = named.body;
  expect((await get(rosalind, of('/versions'))).body).toMatchObject([{ id, own: false, by: 'Imani Okafor' }]);
  expect((await post(rosalind, of('/versions'), { name: 'mine' })).status).toBe(409);
  expect((await post(imani, of('/versions'), { name: 'later', seq: 99 })).body.data.place).toBe('seq');
  const others = [
    await post(tomas, `/versions/${id}/rename`, { name: 'his' }),
    await post(tomas, `/versions/${id}/delete`),
  ];
  const absent = await post(tomas, `/versions/${NOWHERE}/delete`);
  for (const answer of others) expect([answer.status, answer.body]).toEqual([404, absent.body]);
  expect((await post(imani, `/versions/${id}/rename`, { name: 'Signed off' })).body).toMatchObject({
    name: 'Signed off',
    note: 'after the call',
  });
  expect((await post(imani, `/versions/${id}/delete`)).body).toEqual({ id });
  expect((await get(imani, of('/versions'))).body).toEqual([]);
});

test('[HY6] the sheet is emptied and brought back through the API, and both are edits of the person', async () => {
  const { body: full } = await get(imani, of('/state'));
  expect((await post(rosalind, of('/restore'), { seq: 0 })).body.data).toMatchObject({
    place: 'sheet',
    remedy: expect.stringContaining('ask an editor'),
  });
  expect((await post(tomas, of('/restore'), { seq: 0 })).body).toEqual({
    seq: 2,
    rows: full.rows.length,
    kept: [],
    keptCount: 0,
  });
  expect((await get(imani, of('/state'))).body.rows).toEqual([]);
  const { body: gone } = await get(imani, of('/removed'));
  expect(gone.rows.map((one: { row: string; by: string }) => one.by)).toEqual(full.rows.map(() => 'Tomas Lindqvist'));
  expect(new Map(gone.rows.map((one: { row: string; cells: object }) => [one.row, one.cells]))).toEqual(
    new Map(full.rows.map((one: { row: string; cells: object }) => [one.row, one.cells])),
  );
  expect((await post(imani, of('/restore'), { seq: 1, column: 'note' })).body.data.place).toBe('row');
  expect((await post(imani, of('/restore'), { seq: 7 })).body.data.place).toBe('seq');
  expect((await post(imani, of('/restore'), { seq: 1 })).body).toMatchObject({ seq: 3, keptCount: 0 });
  expect((await get(imani, of('/state'))).body.rows).toEqual(full.rows);
  expect((await get(imani, of('/verify'))).body).toEqual({ updates: 3, broken: null });
});

test('[HY13] contributions count one’s own people, officials and administrators, never another company’s', async () => {
  const { body: mine } = await get(tomas, `/contributions?poolId=${poolId}`);
  const tomasOwn = mine.find((person: { by: string }) => person.by === 'Tomas Lindqvist');
  expect(tomasOwn).toMatchObject({ sheets: expect.arrayContaining([expect.objectContaining({ sheetId })]) });
  expect(tomasOwn.edits).toBeGreaterThan(0);
  const { people } = (await get(imani, '/demo/people')).body;
  const companies = people.filter((one: { kind: string; organization: string }) => one.kind === 'manufacturer');
  for (const [client, own] of [
    [imani, 'Imani'],
    [admin, 'Beatriz'],
    [await workspace.as('daniel'), 'Daniel'],
  ] as const) {
    const { body } = await get(client, '/contributions');
    const organization = people.find((one: { name: string }) => one.name.startsWith(own)).organization;
    const foreign = companies.filter((one: { organization: string }) => one.organization !== organization);
    expect(body.some((person: { by: string }) => foreign.some((one: { name: string }) => one.name === person.by))).toBe(
      false,
    );
    expect(body.some((person: { by: string }) => person.by === 'another organization')).toBe(false);
    // Not the sealed sheets either, whoever wrote in them.
    if (client !== imani) expect(JSON.stringify(body)).not.toContain(sheetId);
  }
});

test('[HY14] in a sheet that companies share, the history names no other company’s people, and cannot be searched for them', async () => {
  const { sheet } = (await get(imani, '/programme')).body;
  const { people } = (await get(imani, '/demo/people')).body;
  const own = people.find((one: { name: string }) => one.name === 'Imani Okafor').organization;
  const foreign = people.filter(
    (one: { kind: string; organization: string }) => one.kind === 'manufacturer' && one.organization !== own,
  );
  const eleanor = await workspace.as('eleanor');
  const all = (await get(eleanor, `/sheets/${sheet.id}/changes`)).body.changes;
  const { body } = await get(imani, `/sheets/${sheet.id}/changes`);
  expect(body.changes.length).toBe(all.length);
  for (const { name } of foreign) expect(JSON.stringify(body)).not.toContain(name);
  const yuki = (await get(await workspace.as('yuki'), '/me')).body.person;
  expect((await get(imani, `/sheets/${sheet.id}/changes?userId=${yuki.userId}`)).body).toEqual({
    changes: [],
    next: null,
  });
});

test('[HY15] the record’s check covers the logs of sheets that the viewer reads or edits', async () => {
  const { body } = await get(admin, '/record/verify');
  expect(body.sheets.broken).toEqual([]);
  expect(body.sheets.checked).toBeGreaterThan(0);
  const { body: own } = await get(imani, of('/verify'));
  expect(own.broken).toBeNull();
});
