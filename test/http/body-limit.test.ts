/** How much a stranger may make the server read. */
import { request } from 'node:http';
import { expect, test } from 'vitest';
import { startWorkspace } from '../support/workspace.ts';

const LIMIT = 65_536;

/** Sends the head and no byte of the body, so that an answer can come of the head alone. Resolves to the status. */
const ask = (address: string, headers: Record<string, string>) =>
  new Promise<number | undefined>((done, fail) => {
    const asked = request(address, { method: 'POST', headers: { 'content-type': 'application/json', ...headers } });
    asked.once('response', (answer) => {
      done(answer.statusCode);
      asked.destroy();
    });
    asked.once('error', fail);
    asked.flushHeaders();
  });

test('[HT17] nobody makes the server read more than its limit to sign in, and it answers without reading', async () => {
  const { origin } = await startWorkspace({ demo: false, env: { REQUEST_BYTES: String(LIMIT) } });
  const address = `${origin}/api/auth/sign-in/email`;
  expect(await ask(address, { origin, 'content-length': String(LIMIT + 1) })).toBe(413);
  expect(await ask(address, { origin, 'transfer-encoding': 'chunked' })).toBe(411);
  const wrong = await fetch(address, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'nobody@sample.test', password: 'x'.repeat(60) }),
  });
  expect(wrong.status).toBe(401);
});
