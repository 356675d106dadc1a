/** The files of the web app as a browser gets them. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { pageChunks } from '../../vite-chunks.ts';
import { startWorkspace } from '../support/workspace.ts';

/** fetch would unpack the body; this is what travels. */
const onTheWire = (address: string, accepts: string) =>
  new Promise<{ encoding: string | undefined; cache: string | undefined; bytes: number }>((done, fail) => {
    get(address, { headers: { 'accept-encoding': accepts } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      response.on('end', () =>
        done({
          encoding: response.headers['content-encoding'],
          cache: response.headers['cache-control'],
          bytes,
        }),
      );
    }).on('error', fail);
  });

test('[WB32] code travels compressed to browsers that take it so, and is kept for good', async () => {
  const { origin } = await startWorkspace({ demo: false });
  const folder = new URL('../../build/_app/immutable/chunks/', import.meta.url);
  const sizeOf = (name: string) => statSync(new URL(name, folder)).size;
  // What is smaller than a kilobyte may grow when it is compressed.
  const [largest] = readdirSync(folder)
    .filter((name) => name.endsWith('.js'))
    .sort((a, b) => sizeOf(b) - sizeOf(a));
  const chunk = `${origin}/_app/immutable/chunks/${largest}`;
  const [plain, gzip, brotli] = await Promise.all([
    onTheWire(chunk, 'identity'),
    onTheWire(chunk, 'gzip'),
    onTheWire(chunk, 'gzip, br'),
  ]);
  expect([plain.encoding, gzip.encoding, brotli.encoding]).toEqual([undefined, 'gzip', 'br']);
  expect(gzip.bytes).toBeLessThan(plain.bytes);
  expect(brotli.bytes).toBeLessThan(plain.bytes);
  expect(brotli.cache).toContain('immutable');
});

test('[WB35] what a sheet’s page begins with travels in two files, what it loads later and what comes before all stay apart, and a page that moved stops the build', () => {
  const PAYLOAD = fileURLToPath(import.meta.resolve('@sveltejs/kit/package.json')).replace(
    'package.json',
    'src/runtime/client/payload.js',
  );
  expect(existsSync(PAYLOAD)).toBe(true);
  const page = (path: string) => fileURLToPath(new URL(`../../web/routes/${path}`, import.meta.url));
  const imports: Record<string, string[]> = {
    [page('+layout.svelte')]: ['svelte', PAYLOAD],
    [page('(app)/+layout.svelte')]: ['svelte', 'rail'],
    [page('(app)/pools/[pool]/+layout.svelte')]: ['rail'],
    [page('(app)/pools/[pool]/demand/+page.svelte')]: ['grid', 'svelte'],
    grid: ['yjs'],
  };
  const graph = { getModuleInfo: (id: string) => ({ importedIds: imports[id] ?? [] }) };
  const fileOf = (id: string) => pageChunks.groups.map(({ name }) => name(id, graph)).find((name) => name !== null);
  expect([PAYLOAD, 'svelte', 'rail', 'grid', 'yjs', 'palette'].map(fileOf)).toEqual([
    ...['first', 'shell', 'shell', 'sheet', 'sheet'],
    undefined,
  ]);
  for (const path of Object.keys(imports).filter((path) => path.startsWith('/'))) expect(existsSync(path)).toBe(true);
});
