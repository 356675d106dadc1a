/** The files of the web app as a browser gets them. */

import { readdirSync } from 'node:fs';
import { get } from 'node:http';
import { expect, test } from 'vitest';
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
  const chunks = readdirSync(new URL('../../build/_app/immutable/chunks', import.meta.url)).filter((name) =>
    name.endsWith('.js'),
  );
  const chunk = `${origin}/_app/immutable/chunks/${chunks[0]}`;
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
