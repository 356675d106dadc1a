/** Search in the record and bundles of it, over the whole server. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Client } from '../support/server.ts';
import { poolOf, startWorkspace, type Workspace } from '../support/workspace.ts';

let workspace: Workspace;
const people = new Map<string, Client>();
const as = async (name: string): Promise<Client> => {
  const client = people.get(name) ?? (await workspace.as(name));
  people.set(name, client);
  return client;
};
let poolId = '';
const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
beforeAll(async () => {
  workspace = await startWorkspace({ demo: true });
  poolId = (await poolOf(await as('beatriz'), 'Gallium')).id;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

const bundleOf = async (name: string, cut: 'whole' | 'public') =>
  (await as(name)).call('POST', '/api/v1/record/bundles', { poolId, cut });
const VERIFIER = fileURLToPath(new URL('../../scripts/bundle-verify.ts', import.meta.url));
function verified(text: string, ...more: string[]) {
  const file = join(folder, 'bundle.jsonl');
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', VERIFIER, file, ...more], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
}

test('[RC13] a bundle is checked offline by a command, with the workspace’s key; another key, signature or text is refused', async () => {
  const { body } = await bundleOf('daniel', 'whole');
  const { key } = (await (await as('daniel')).call('GET', '/api/v1/record/key')).body;
  expect(verified(body.text, key)).toMatchObject({ status: 0, said: expect.stringContaining('holds') });
  expect(verified(body.text, 'f'.repeat(64)).said).toContain('somebody else made this bundle');
  expect(verified(body.text.replace(/"signature":"../, '"signature":"00')).said).toContain('not signed with the key');
  expect(verified(body.text.replace('Gallium', 'Yttrium')).status).toBe(1);
}, 60_000);

test('[RC12] the administrator’s bundle proves each entry’s place in the chain; an official’s carries no hash of an entry', async () => {
  const admin = (await bundleOf('beatriz', 'whole')).body.text as string;
  expect(verified(admin).said).toMatch(/\d+ entries fit their places in the chain/);
  const official = (await bundleOf('daniel', 'whole')).body.text as string;
  expect(official).not.toContain('"link"');
});

test('[RC14] every export is an entry of the record, with its cut and the beginning of its key', async () => {
  const { body } = await bundleOf('daniel', 'public');
  const id = JSON.parse(body.text.split('\n')[0]).bundle;
  const found = (
    await (await as('daniel')).call('GET', `/api/v1/record/search?poolId=${poolId}&kind=record&text=${id}`)
  ).body;
  expect(found.entries).toHaveLength(1);
  expect(found.entries[0].text).toMatch(/^Exported the record for the public as bundle/);
});

test('[RC18] bundles are for officials and the administrator of the pool: others find nothing there', async () => {
  for (const name of ['yuki', 'ingrid']) expect((await bundleOf(name, 'public')).status).toBe(404);
  const { text } = (await bundleOf('daniel', 'public')).body;
  expect(text).not.toMatch(/\(sample\)|Achterberg|Halloran/);
});

test('[RC10] a search answers no reader from what it does not read, and numbers entries as the list does', async () => {
  const yuki = await as('yuki');
  const all = (await yuki.call('GET', '/api/v1/record')).body;
  const { entries, next } = (await yuki.call('GET', '/api/v1/record/search')).body;
  expect([entries, next]).toEqual([all, null]);
  const hidden = (await yuki.call('GET', '/api/v1/record/search?kind=record')).body;
  expect(hidden.entries).toEqual([]);
  const moved = (await (await as('beatriz')).call('GET', '/api/v1/record/search?kind=workspace&text=demo%20fictional'))
    .body;
  expect(moved.entries.map(({ text }: { text: string }) => text)).toEqual(['The fictional demo workspace was set up']);
});
